"""Case files of every kind that a document is drawn from: the sample's act at some point of its course, or referred.

`python -m tests.casefiles` writes what each document says anew, as text for people to review (`dashboards/documents/`).
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from adjudication.calendar import start_of_day_us
from adjudication.decide import decide
from adjudication.facts import EvidenceRef, EvidenceRole, LoadMeasurement, ViolationCode
from adjudication.happenings import Told, What, event_of
from adjudication.lawbook import Language
from adjudication.lifecycle import apply
from adjudication.messages import (
    CaseDecided,
    CaseEvents,
    DeadlineCode,
    DeadlineReached,
    NoticeDelivered,
    NoticeDispatched,
    PaymentReceived,
)
from adjudication.protocol import Act
from adjudication.standing import opened
from adjudication.states import State
from adjudication.units import Micros
from dashboards.languages import LANGUAGES
from dashboards.render.casefile import CaseFile, Happened
from dashboards.render.document import Document, Item, Kind, Line
from dashboards.render.offered import DRAWN
from integrations.casebook.payments import Payment
from integrations.lawfiles import load_law, load_policy
from tests import proofs, samples

LAW = load_law()
WRITTEN = Path(__file__).parent / "dashboards/documents"
LINK = "https://tarazy.example/a/0123456789abcdef"
HOUR_US = 3_600_000_000
HALF_TENGE = {"part": "592(1)", "mci_count": 5, "sum_tiyn": 2_162_500, "discount_tiyn": 1_081_250}
"""A fine whose half has fifty tiyn (brief §13)."""


def at(month: int, day: int, hour: int = 12) -> Micros:
    """An hour of 2026, civil time."""
    return start_of_day_us(date(2026, month, day)) + hour * HOUR_US


def sample_act(**changes: object) -> Act:
    """The sample's act, with a half that has tiyn."""
    return msgspec.structs.replace(proofs.act(samples.decision()), **(HALF_TENGE | changes))


class Course:
    """An act on its way, as [lifecycle] would fold it: what runs out runs out by itself."""

    def __init__(self, act: Act | None = None, link: str = LINK) -> None:
        self.act = act or sample_act()
        self.standing = opened(self.act, LAW)
        self.deadlines: dict[DeadlineCode, Micros] = {}
        self.happened: list[Happened] = []
        self.payments: list[Payment] = []
        self.reached: dict[State, Micros] = {}
        self.link = link

    def sent(self) -> "Course":
        """The notice goes out on the day of the offence, and arrives at once."""
        number, at_us = self.act.number, at(4, 6, 13)
        self._fold(
            NoticeDispatched(case_id=self.act.case_id, at_us=at_us, act_number=number, channel="sms", proof="s-1")
        )
        self._fold(NoticeDelivered(case_id=self.act.case_id, at_us=at_us, channel="sms", proof="s-1"))
        return self

    def paid(self, tiyn: int, at_us: Micros) -> "Course":
        """Money arrives."""
        self._until(at_us)
        receipt = f"pay-{len(self.payments) + 1}"
        self.payments.append(Payment(receipt, self.act.case_id, tiyn, at_us))
        self._fold(PaymentReceived(case_id=self.act.case_id, at_us=at_us, receipt=receipt, tiyn=tiyn))
        return self

    def told(self, what: What, reference: str, at_us: Micros, **more: object) -> "Course":
        """Somebody tells something."""
        self._until(at_us)
        self.happened.append(Happened(what, at_us, reference))
        self._fold(event_of(what, Told(self.act.case_id, at_us, reference, **more)))  # type: ignore[arg-type]  # as named
        return self

    def file(self, now_us: Micros, **changes: object) -> CaseFile:
        """The case at an instant."""
        self._until(now_us)
        ordinary = {
            "case_id": self.act.case_id,
            "state": self.standing.state,
            "reason": "CLEAR",
            "body": self.act.body,
            "law": LAW,
            "now_us": now_us,
            "decision": samples.decision(),
            "act": self.act,
            "standing": self.standing,
            "payments": tuple(self.payments),
            "happened": tuple(self.happened),
            "reached": self.reached,
            "deadlines": self.deadlines,
            "link": self.link,
        }
        return CaseFile(**(ordinary | changes))  # type: ignore[arg-type]  # as named

    def _until(self, now_us: Micros) -> None:
        while due := [(at_us, code) for code, at_us in self.deadlines.items() if at_us <= now_us]:
            at_us, code = min(due)
            del self.deadlines[code]
            self._fold(DeadlineReached(case_id=self.act.case_id, at_us=at_us, code=code, due_us=at_us))

    def _fold(self, event: CaseEvents) -> None:
        outcome = apply(self.standing, event, LAW)
        for step in outcome.steps:
            self.reached[step.to] = event.at_us
        for code, due_us in outcome.deadlines:
            if due_us is None:
                self.deadlines.pop(code, None)
            else:
                self.deadlines[code] = due_us
        self.standing = outcome.standing


def referred(*, violation: ViolationCode | None = "oncoming_lane", **answers: object) -> CaseFile:
    """A case that goes elsewhere: by default somebody drove onto the oncoming side (596(3)), and a court takes the
    licence; else the registers' answers refer it."""
    source = samples.checked(**answers)  # type: ignore[arg-type]  # answers by name
    if violation is not None:
        event = msgspec.structs.replace(source.passage.event, measurement=None, violation=violation)
        source = msgspec.structs.replace(source, passage=msgspec.structs.replace(source.passage, event=event))
    (decision, *_) = decide(source, (), LAW, load_policy())
    assert isinstance(decision, CaseDecided)
    return referral(decision)


def referral(decision: CaseDecided) -> CaseFile:
    """The file of a referred decision, with a picture and the device's record."""
    pieces: tuple[tuple[EvidenceRole, str], ...] = (("violation", "a" * 64), ("record", "b" * 64))
    evidence = tuple(
        EvidenceRef(
            role=role,
            sha256=sha256,
            address_sha256="c" * 64,
            key_id=decision.case_id,
            bytes=100,
            captured_us=samples.CAPTURED_US,
        )
        for role, sha256 in pieces
    )
    return CaseFile(
        case_id=decision.case_id,
        state="REFERRED",
        reason=decision.reason,
        body=proofs.BODY,
        law=LAW,
        now_us=at(4, 7),
        decision=decision,
        evidence=evidence,
    )


def military() -> CaseFile:
    """A car of the military police's register above the limit."""
    vehicle = msgspec.structs.replace(samples.VEHICLE, registered_with="military_police")
    return referred(violation=None, vehicle=vehicle)


def diplomatic() -> CaseFile:
    """A mission's car above the limit."""
    return referred(violation=None, vehicle=msgspec.structs.replace(samples.VEHICLE, registered_with="diplomatic"))


def carrier(*, investor: bool | None = None) -> CaseFile:
    """A firm that carries passengers, without insurance."""
    decided = referred(violation=None).decision
    assert decided is not None
    firm = msgspec.structs.replace(
        samples.PERSON,
        number="070640013540",
        kind="legal_person",
        name_kk="«Үлгі Тасымал» ЖШС",
        name_ru="ТОО «Улги Тасымал»",
        born_on=None,
        size_class="small",
        egov_phone=None,
        investor=investor,
    )
    answers = msgspec.structs.replace(decided.checked.rounds[-1], liable=firm, device=samples.DEVICE)
    passage = decided.checked.passage
    event = msgspec.structs.replace(passage.event, measurement=None)
    checked = msgspec.structs.replace(
        decided.checked, rounds=(answers,), passage=msgspec.structs.replace(passage, event=event)
    )
    return referral(
        msgspec.structs.replace(
            decided,
            checked=checked,
            route="refer",
            reason="PASSENGER_CARRIER",
            part="230(2)",
            form="protocol",
            excess_kmh=None,
        )
    )


def weighed() -> CaseFile:
    """A lorry too heavy for the road: transport control's case."""
    scales = LoadMeasurement(kind="gross_mass", value=43_000, error=400, permitted=40_000)
    source = samples.checked()
    event = msgspec.structs.replace(source.passage.event, measurement=None, loads=(scales,))
    (decision,) = decide(
        msgspec.structs.replace(source, passage=msgspec.structs.replace(source.passage, event=event)),
        (),
        LAW,
        load_policy(),
    )
    assert isinstance(decision, CaseDecided)
    return referral(decision)


def every() -> dict[str, CaseFile]:
    """A case for each document, and for each of its variants, by name."""
    complaint = ("complaint", "in-17", at(4, 30))
    return {
        "receipt": Course().sent().file(at(4, 8)),
        "receipt-late": Course().sent().paid(500_000, at(4, 20)).file(at(6, 1)),
        "protocol": referred(),
        "protocol-military": military(),
        "protocol-carrier": carrier(),
        "protocol-investor": carrier(investor=True),
        "forwarding-letter": referred(),
        "forwarding-letter-weight": weighed(),
        "immunity-letter": diplomatic(),
        "enforcement-letter": Course().sent().paid(500_000, at(4, 20)).file(at(7, 1)),
        "contest-letter": Course().sent().told(*complaint).file(at(5, 4)),
        "contest-determination": Course().sent().told(*complaint).file(at(5, 4)),
        "contest-decision": Course().sent().told(*complaint).file(at(5, 4)),
        "contest-decision-upheld": Course().sent().told(*complaint).told("upheld", "out-9", at(5, 12)).file(at(5, 13)),
        "contest-decision-cancelled": Course()
        .sent()
        .paid(500_000, at(4, 20))
        .told(*complaint)
        .told("cancelled", "out-9", at(5, 12))
        .file(at(5, 13)),
        "statement-determination": Course().sent().told("theft", "kui-5", at(4, 9)).file(at(4, 10)),
        "release-decision": Course()
        .sent()
        .paid(500_000, at(4, 8))
        .told("other-possessor", "in-3", at(4, 9), possessor=samples.POSSESSOR.number)
        .told("possessor-established", "out-4", at(4, 14), possessor=samples.POSSESSOR.number, proof="D-17")
        .file(at(4, 15)),
        "put-off-determination": Course()
        .sent()
        .told("instalments", "in-8", at(5, 20), until_on=date(2026, 7, 31))
        .file(at(5, 21)),
        "limitation-decision": limited(),
        "limitation-decision-stopped": replace(
            limited(),
            happened=(
                Happened("limitation-expertise", at(4, 20), "in-8"),
                Happened("limitation-prosecutor", at(4, 25), "in-9"),
                Happened("limitation-resumed", at(4, 30), "out-9"),
                Happened("limitation-sent-on", at(5, 12), "out-10"),
                Happened("limitation-resumed", at(5, 13), "in-11"),
            ),
        ),
        "correction-determination": Course().sent().told(*complaint).told("upheld", "out-9", at(5, 12)).file(at(5, 13)),
        "correction-determination-limitation": replace(limited(), state="TERMINATED"),
    }


def limited() -> CaseFile:
    """An act that was sent and never arrived, and its two months are over."""
    course = Course()
    course.reached["LIMITATION_REVIEW"] = at(6, 7, 0)
    standing = msgspec.structs.replace(course.standing, state="LIMITATION_REVIEW", sent_us=at(4, 6, 13))
    return course.file(at(6, 8), state="LIMITATION_REVIEW", standing=standing, reason="LIMITATION")


def kind_of(name: str) -> Kind:
    """The document that a name of `every` means."""
    return next(kind for kind in sorted(DRAWN, key=len, reverse=True) if name.startswith(kind))


def written(document: Document) -> str:
    """A document as text: every item with its article, every line in the three languages, `____` where one writes."""
    head = [f"{document.kind}, {'draft' if document.draft else 'finished'}, reference {document.reference}"]
    head += [document.title.of(one) for one in LANGUAGES] + [document.designation.of(one) for one in LANGUAGES]
    figures = [f"{figure.label.of('ru')}: {figure.value}" for figure in document.figures]
    return "\n".join([*head, *figures, "", *(_item(item) for item in document.items)]).replace("\u00a0", " ")


def _item(item: Item) -> str:
    lines = [f"{item.number}. [{item.source}] " + " / ".join(item.heading.of(one) for one in LANGUAGES)]
    for line in item.lines:
        lines += [f"  {one}  {_said(line, one)}" for one in LANGUAGES]
    return "\n".join(lines) + "\n"


def _said(line: Line, language: Language) -> str:
    value = "____" if line.value is None else line.value.of(language)
    return value if line.label is None else f"{line.label.of(language)}: {value}"


if __name__ == "__main__":
    WRITTEN.mkdir(exist_ok=True)
    for name, file in every().items():
        (WRITTEN / f"{name}.txt").write_text(written(DRAWN[kind_of(name)](file)), encoding="utf-8")
