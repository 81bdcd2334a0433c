"""The officers' desk: what a page shows of the queue, and what becomes of a verdict. Every look leaves a line of audit.

A verdict is written with its messages in one transaction: `ReviewRecorded` for [decide], and for a corrected plate the
passage seen anew as well. An officer must hold the lease; the first verdict on a decision is the one that counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from adjudication import ids, plates
from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef, Officer, PlateReading
from adjudication.messages import ActVoided, CaseDecided, PassageObserved, ReviewRecorded
from adjudication.reasons import REJECTIONS
from adjudication.states import EXECUTED, UNDECIDED
from adjudication.units import Id
from ingest.clock import Clock
from ingest.stage import Outgoing
from ingest.topics import CASE_EVENTS, PASSAGES, REVIEWS
from integrations.casebook.acts import StoredAct
from integrations.casebook.casebook import Casebook
from integrations.casebook.cases import Case, Entry
from integrations.casebook.controls import Found
from integrations.casebook.payments import Payment
from integrations.casebook.reviews import Waiting

GROUNDS = REJECTIONS - {"SUPERSEDED_UNSENT"}
"""What an officer may void an act for; an act that is only superseded would be formed anew."""

PlateKey = Callable[[str], str]
Verdict = Literal["confirm", "correct_plate", "reject"]
Recorded = Literal["recorded", "not-leased", "not-waiting"]
"""not-leased: another officer has the case, or the lease ran out. not-waiting: it is decided, or its term ended."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """All there is of a case. `controls`: what controls of formation found. `waiting` is its line in the queue, None if
    it is not there."""

    case: Case
    act: StoredAct | None
    evidence: tuple[EvidenceRef, ...]
    history: tuple[Entry, ...]
    payments: tuple[Payment, ...]
    sightings: tuple[Id, ...]
    controls: tuple[Found, ...]
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an officer says. `reason` is one of the page's choices, `plate` the corrected text as typed, else None."""

    verdict: Verdict
    reason: str
    note: str = ""
    plate: str | None = None


class Desk:
    """`key` makes the stream key of a plate, as for [vision]."""

    def __init__(self, casebook: Casebook, key: PlateKey, clock: Clock) -> None:
        self._casebook = casebook
        self._key = key
        self._clock = clock

    def queue(self, limit: int = 50, offset: int = 0) -> tuple[Waiting, ...]:
        """A page of what waits, the most urgent first."""
        return self._casebook.reviews.open(self._clock(), limit, offset)

    def lease(self, case_id: Id, officer: Officer) -> bool:
        """Takes the case for this officer, for `reviews.LEASE_S`; again, to keep it."""
        with self._casebook.transaction():
            taken = self._casebook.reviews.lease(case_id, officer.login, self._clock())
            if taken:
                self._casebook.audit.note(officer.login, "lease", case_id, self._clock())
        return taken

    def lease_next(self, officer: Officer) -> Waiting | None:
        """Takes the most urgent case that nobody else has; None if there is none. Two who ask at once get two cases."""
        with self._casebook.transaction():
            taken = self._casebook.reviews.lease_next(officer.login, self._clock())
            if taken is not None:
                self._casebook.audit.note(officer.login, "lease", taken.case_id, self._clock())
        return taken

    def case(self, case_id: Id, login: str) -> CaseView | None:
        """Shows a case to somebody; the look is audited. None if there is no such case."""
        self._casebook.audit.note(login, "look", case_id, self._clock())
        with self._casebook.view():
            found = self._casebook.cases.find(case_id)
            if found is None:
                return None
            return CaseView(
                case=found,
                act=self._casebook.acts.of_case(case_id),
                evidence=self._casebook.evidence.of(case_id),
                history=self._casebook.cases.history(case_id),
                payments=self._casebook.payments.of_case(case_id),
                sightings=self._casebook.cases.joined(case_id),
                controls=self._casebook.controls.of_case(case_id),
                waiting=self._casebook.reviews.find(case_id, self._clock()),
            )

    def record_review(self, case_id: Id, officer: Officer, opinion: Opinion) -> Recorded:
        """Writes a verdict and all it causes.

        Raises:
            Invalid: `plate-grammar`, the corrected text is no plate; `verdict-not-possible`, a plate is corrected
                to itself or where nothing is left to correct, or a case past limitation is confirmed;
                `penalty-executed`, an act is to end by its person's death that was executed before.
            Unavailable: nothing was done.
        """
        return self._casebook.together(lambda: self._record(case_id, officer, opinion))

    def _record(self, case_id: Id, officer: Officer, opinion: Opinion) -> Recorded:
        case = self._casebook.cases.find(
            case_id
        )  # first, for it locks: its line in the queue is read as it stands then
        waiting = self._casebook.reviews.find(case_id, self._clock())
        if waiting is None or case is None or case.decision is None:
            return "not-waiting"
        if waiting.leased_by != officer.login:
            return "not-leased"
        if waiting.why == "decision":
            self._review(case.decision, officer, opinion)
        else:
            self._settle(waiting, case, opinion)
        self._casebook.reviews.close(case_id, opinion.verdict, self._clock())
        self._casebook.audit.note(officer.login, opinion.verdict, case_id, self._clock(), opinion.reason)
        return "recorded"

    def _settle(self, waiting: Waiting, case: Case, opinion: Opinion) -> None:
        if opinion.verdict == "correct_plate":
            raise Invalid("verdict-not-possible", "the case has an outcome; its plate is not corrected any more")
        if waiting.why == "limitation" or case.state == "LIMITATION_REVIEW":
            if opinion.verdict != "reject":
                raise Invalid("verdict-not-possible", "limitation has passed; the case can only be terminated")
            self._terminate(case.case_id, "LIMITATION")
        elif opinion.verdict == "reject":
            if opinion.reason == "DEAD_OR_LIQUIDATED" and case.state in EXECUTED:
                raise Invalid("penalty-executed", "death ends only what is not executed (741(1)(7); brief 15.3(10))")
            self._terminate(case.case_id, opinion.reason if opinion.reason in GROUNDS else "OFFICER_REJECTED")
        # A conflict that is not rejected is settled by the look: the first outcome stands, the audit says who looked.

    def _review(self, decision: CaseDecided, officer: Officer, opinion: Opinion) -> None:
        if opinion.verdict != "correct_plate":
            self._tell(decision, officer, opinion, None)
            return
        corrected = corrected_passage(decision.checked.passage, opinion.plate or "", officer)
        _refuse_no_correction(decision.checked.passage.plate, _text(corrected))
        outgoing = Outgoing(PASSAGES, self._key(_text(corrected)), corrected)
        self._casebook.outbox.put(corrected.passage_id, outgoing, self._clock())
        for misread in (decision, *self._also_misread(decision)):
            self._tell(misread, officer, opinion, _text(corrected))

    def _also_misread(self, decision: CaseDecided) -> Iterator[CaseDecided]:
        """The passage's other undecided cases: what was found under the wrong plate concerns somebody else."""
        passage = decision.checked.passage
        for case_id in self._casebook.evidence.of_event(passage.event_id):
            case = self._casebook.cases.find(case_id)
            if case is None or case.decision is None or case_id == decision.case_id or case.state not in UNDECIDED:
                continue
            if case.decision.checked.passage.passage_id == passage.passage_id:
                self._casebook.reviews.close(case_id, "correct_plate", self._clock())
                yield case.decision

    def _tell(self, decision: CaseDecided, officer: Officer, opinion: Opinion, plate: str | None) -> None:
        review = ReviewRecorded(
            review_id=ids.stable_id("review", decision.case_id, decision.decision_id),
            case_id=decision.case_id,
            decision_id=decision.decision_id,
            officer=officer,
            at_us=self._clock(),
            verdict=opinion.verdict,
            reason=opinion.reason,
            note=opinion.note,
            plate=plate,
            checked=decision.checked,
        )
        self._casebook.outbox.put(review.review_id, Outgoing(REVIEWS, decision.case_id, review), self._clock())

    def _terminate(self, case_id: Id, reason: str) -> None:
        """The case's act, if it has a standing one, is void: termination at any stage. Source: 741(1), (3)."""
        act = self._casebook.acts.of_case(case_id)
        if act is None or act.voided_us is not None:
            return
        voided = ActVoided(case_id=case_id, at_us=self._clock(), act_number=act.act.number, reason=reason)
        cause = ids.stable_id("act-voided", act.act.number, reason)
        self._casebook.outbox.put(cause, Outgoing(CASE_EVENTS, case_id, voided), self._clock())


def corrected_passage(passage: PassageObserved, text: str, officer: Officer) -> PassageObserved:
    """The same vehicle under the plate an officer read. Raises Invalid `plate-grammar`."""
    normal = plates.normalise(text)
    formats = plates.classify(normal)
    if not formats:
        raise Invalid("plate-grammar", "the corrected text fits no known plate format")
    before = passage.plate
    return replace(
        passage,
        passage_id=ids.passage_id(passage.event_id, passage.ordinal, passage.passage_id),
        supersedes=passage.passage_id,
        corrected_by=officer,
        also_read_by="",
        plate=PlateReading(
            text=normal,
            format_id=formats[0].id,
            country=plates.country(formats),
            confidence_bp=10_000,
            characters_bp=(10_000,) * len(normal),
            box=None if before is None else before.box,
            picture=0 if before is None else before.picture,
            source="officer",
        ),
    )


def _refuse_no_correction(before: PlateReading | None, text: str) -> None:
    """The same plate would be the same case, at once rejected under its old reading and decided under its new one."""
    if before is not None and before.text == text:
        raise Invalid("verdict-not-possible", "the plate is what was read; confirm it instead")


def _text(passage: PassageObserved) -> str:
    assert passage.plate is not None, "a corrected passage has a plate"
    return passage.plate.text
