"""A casebook with the stages around it, on a clock that stands still until it is told: for journeys of cases."""

import tempfile
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from adjudication import codec
from adjudication.calendar import start_of_day_us
from adjudication.facts import EvidenceRef
from adjudication.messages import AnyMessage, CaseDecided, CaseSealed
from adjudication.protocol import Body
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.stage import Outgoing, Position, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import SEALED, Topic
from integrations import authority, signing
from integrations.channels.port import ChannelName, Notice, Refused, Sent
from integrations.deadlines import DeadlineSource
from integrations.form import Issuer
from integrations.issue import issue
from integrations.lawfiles import load_law, load_policy
from integrations.lifecycle import lifecycle
from integrations.notify import notify
from integrations.objects import directory
from integrations.outbox import Relay
from tests import drafts, samples
from tests.casebooks import Place, in_file

BODY = Body(body_id="demo", name_kk="Оқу органы", name_ru="Учебный орган", location_kk="Астана", location_ru="Астана")
ISSUER = Issuer(BODY, "02")
HOUR_S = 3600
DAY_S = 24 * HOUR_S


@cache
def signing_keys() -> Path:
    """One authority for the whole test run."""
    folder = Path(tempfile.mkdtemp(prefix="tarazy-test-keys-")) / "keys"
    authority.ensure_demo_authority(folder, BODY, "070640013540")
    return folder


def evidence_of(decision: CaseDecided) -> tuple[EvidenceRef, ...]:
    """Each event's pictures and its record, as [seal] would name them."""
    return tuple(replace(ref, address_sha256=codec.digest(decision)) for ref in drafts.evidence_of(decision))


def sealed(decision: CaseDecided) -> CaseSealed:
    """The decision with its evidence."""
    return CaseSealed(decision=decision, evidence=() if decision.route == "reject" else evidence_of(decision))


def received(message: AnyMessage, topic: Topic = SEALED, **headers: str) -> Received:
    """A message as a stage gets it; its position says nothing."""
    return Received(message, Position(topic.name, 0, 0), "key", headers)


class Postbox:
    """A notice channel on the other side of the border, which a test makes lawful, unlawful or unreachable."""

    def __init__(self, name: ChannelName, clock: VirtualClock) -> None:
        self.name: ChannelName = name
        self.refusal: Refused | None = None
        self.sent: dict[str, Sent] = {}
        self.notices: list[Notice] = []
        self._clock = clock

    def send(self, notice: Notice) -> Sent | Refused:
        """Takes a notice once; a text message to the eGov number is delivery."""
        if self.refusal is not None:
            return self.refusal
        if self.name == "sms" and notice.egov_phone is None:
            return Refused("no-egov-number", again=False)
        if notice.act_number not in self.sent:
            self.notices.append(notice)
            delivered = notice.egov_phone is not None and self.name == "sms"
            self.sent[notice.act_number] = Sent(f"{self.name}-{len(self.sent)}", self._clock(), delivered)
        return self.sent[notice.act_number]


class Office:
    """All the stages around a casebook; starts at the sample's passage plus a minute."""

    def __init__(self, place: Place | Path, at_us: int = samples.CAPTURED_US + 60_000_000) -> None:
        self.place = place if isinstance(place, Place) else in_file(place)
        self.clock = VirtualClock(at_us)
        self.law = load_law()
        self.stream = MemoryStream(clock=self.clock)
        self.read: set[Position] = set()
        self.signer: signing.Signer = signing.open_signer(signing_keys(), self.clock)
        self.log = signing.open_log_signer(signing_keys(), "tarazy.example/log")
        self.cabinet, self.sms = Postbox("cabinet", self.clock), Postbox("sms", self.clock)
        self.policy = load_policy("default")
        self.store = directory(self.place.folder / "evidence", self.clock)
        self.open()

    def open(self) -> None:
        """Opens the casebook, as a start of the process does."""
        self.casebook = self.place.open()
        self.issue = issue(
            self.casebook,
            store=self.store,
            signer=self.signer,
            log=self.log,
            law=self.law,
            policy=self.policy,
            issuer=ISSUER,
            clock=self.clock,
        )
        self.notify = notify(
            self.casebook,
            channels=(self.cabinet, self.sms),
            law=self.law,
            link=lambda token: f"https://tarazy.example/act/{token}",
            clock=self.clock,
        )
        self.lifecycle = lifecycle(self.casebook, self.law, self.store, lambda plate: f"v1-{plate}", self.clock)
        self.deadlines = DeadlineSource(self.casebook, lambda plate: f"v1-{plate}", self.clock)
        self.relay = Relay(self.casebook, self.stream, self.clock)

    def reopen(self) -> None:
        """What a crash and a restart leave."""
        self.casebook.close()
        self.open()

    def take(self, *decisions: CaseDecided) -> None:
        """Gives decisions, sealed, to [issue]."""
        self.issue.handle([received(self.seal(decision)) for decision in decisions])

    def seal(self, decision: CaseDecided) -> CaseSealed:
        """Enters the evidence as [seal] does."""
        message = sealed(decision)
        self.store.put(codec.encode(decision))
        event_id = decision.checked.passage.event_id
        self.casebook.evidence.record(decision.case_id, event_id, message.evidence, self.clock())
        return message

    def until(self, at_us: int) -> None:
        """Lets time pass, and everything that falls due on the way happen in its order."""
        while (due := self.casebook.deadlines.next_us()) is not None and due <= at_us:
            self.clock.set(max(due, self.clock()))
            self.serve()
        self.clock.set(at_us)
        self.serve()

    def state(self, decision: CaseDecided) -> str:
        """Where the decision's case stands."""
        case = self.casebook.cases.find(decision.case_id)
        return "" if case is None else case.state

    def published(self, topic: Topic) -> list[AnyMessage]:
        """Everything on a topic, decoded, oldest first, after the outbox was emptied."""
        self.relay.drain()
        return [codec.decode_message(record.value) for record in self.stream.scan(topic.name, 0, self.clock() + 1)]

    def serve(self) -> None:
        """Lets deadlines, relay and stages work until nothing moves; each record is given to a stage once."""
        stages = (self.issue, self.notify, self.lifecycle)
        while self.deadlines.tick() + self.relay.drain() + sum(self._serve(stage) for stage in stages):
            pass

    def _serve(self, stage: Stage) -> int:
        new = [
            record
            for topic in stage.reads
            for record in self.stream.scan(topic.name, 0, self.clock() + 1)
            if record.position not in self.read
        ]
        for record in new:
            self.read.add(record.position)
            item = Received(codec.decode_message(record.value), record.position, record.key, record.headers)
            self._publish(stage.handle([item]))
        return len(new)

    def _publish(self, outgoing: Sequence[Outgoing]) -> None:
        self.stream.send(
            [NewRecord(out.topic.name, out.key, codec.encode(out.message), out.headers) for out in outgoing]
        )


def at(year: int, month: int, day: int, hour: float = 12) -> int:
    """An instant of civil time at +05:00."""
    return start_of_day_us(date(year, month, day)) + round(hour * HOUR_S) * 1_000_000


def changed(decision: CaseDecided, decision_id: str = "d" * 32, **changes: object) -> CaseDecided:
    """Another decision on the same case."""
    return msgspec.structs.replace(decision, decision_id=decision_id, **changes)


def december(sequence: int = 1) -> CaseDecided:
    """Seen on 25 December 2025: it may be sent until 12 January 2026."""
    seen = at(2025, 12, 25)
    ordinary = samples.decision(sequence)
    event = msgspec.structs.replace(ordinary.checked.passage.event, captured_us=seen)
    passage = msgspec.structs.replace(ordinary.checked.passage, event=event)
    checked = msgspec.structs.replace(ordinary.checked, passage=passage)
    return msgspec.structs.replace(
        ordinary,
        checked=checked,
        send_last_day_on=date(2026, 1, 14),
        limitation_last_day_on=date(2026, 2, 25),
    )
