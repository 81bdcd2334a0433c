"""All that a day leaves behind, read once and past every port: what the invariants look at."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adjudication import codec
from adjudication.messages import AnyMessage
from ingest import deadletter, frame
from ingest.frame import Frame
from ingest.stage import Received
from ingest.stream import Lag, NewRecord, Partition, StoredRecord
from ingest.topics import ROAD, dead
from integrations.casebook import Casebook
from integrations.casebook.payments import Payment
from integrations.register.stage import register
from tests.simulation.day import STAGES, Day
from tests.simulation.ports import FaultyDatabase, Sending, Unit
from tests.simulation.stores import MemoryEvidence, MemoryRegister, Row

TABLES = (
    "acts", "cases", "case_history", "deadlines", "evidence", "log_checkpoints", "log_frontier", "log_nodes", "outbox",
    "payments", "review_queue", "serials", "waits", "referrals",
)  # fmt: skip
REPLAYED = ("decisions", "acts", "reviews", "case_events", "outcomes")
ALWAYS = 2**62


@dataclass(frozen=True)
class Stood:
    """A record that stands on a topic, decoded."""

    record: StoredRecord
    message: AnyMessage | Frame


@dataclass(frozen=True)
class DeadLetter:
    """A record that a stage laid aside."""

    stage: str
    reason: str
    source: str
    detail: str


@dataclass(frozen=True)
class Remains:
    """Everything stored at the end of a day, and the ports' journal."""

    topics: Mapping[str, Sequence[Stood]]
    dead: Sequence[DeadLetter]
    tables: Mapping[str, Sequence[sqlite3.Row]]
    casebook: Casebook
    evidence: MemoryEvidence
    registered: Mapping[str, Mapping[tuple[object, ...], Row]]
    replayed: Mapping[str, Mapping[tuple[object, ...], Row]]
    units: Sequence[Unit]
    sent: Sequence[tuple[str, Sequence[NewRecord]]]
    interrupted: Sequence[tuple[NewRecord, ...]]
    sendings: Sequence[Sending]
    letters: Sequence[tuple[str, str]]
    accepted: Mapping[str, Frame]
    device_keys: Mapping[str, str]
    payments: Mapping[str, Payment]
    payments_known: frozenset[str]
    committed: Mapping[str, Mapping[Partition, int]]
    lag: Sequence[Lag]
    spooled: int
    now_us: int
    bugs: Sequence[str]

    def of(self, topic: str) -> Sequence[Stood]:
        """What stands on a topic."""
        return self.topics[topic]


def remains(day: Day) -> Remains:
    """What `day` left."""
    FaultyDatabase.dice = None
    world = day.world
    topics = {topic.name: _stood(day, topic.name) for topic in ROAD}
    return Remains(
        topics=topics,
        dead=[letter for stage in STAGES for letter in _dead(day, stage)],
        tables={table: world.rows(table) for table in TABLES},
        casebook=world.casebook,
        evidence=day.evidence,
        registered={table: day.register.final(table) for table in REPLAYED},
        replayed=_replayed(topics),
        units=day.journal.units,
        sent=day.journal.sent,
        interrupted=day.interrupted,
        sendings=day.journal.sendings,
        letters=_letters(day),
        accepted=day.cameras.accepted,
        device_keys={name: key.public_key().public_bytes_raw().hex() for name, key in world.keys.items()},
        payments=day.payers.entered,
        payments_known=frozenset(day.payers.known),
        committed={stage: day.stream.committed(stage) for stage in STAGES if day.has_begun(stage)},
        lag=day.stream.lag(),
        spooled=day.door.keeper.waiting,
        now_us=day.centre.clock(),
        bugs=day.bugs,
    )


def _stood(day: Day, topic: str) -> list[Stood]:
    decode = frame.decode if topic == "frames.v1" else codec.decode_message
    return [Stood(record, decode(record.value)) for record in day.stream.scan(topic, 0, ALWAYS)]


def _dead(day: Day, stage: str) -> list[DeadLetter]:
    return [
        DeadLetter(
            stage,
            record.headers[deadletter.REASON],
            record.headers[deadletter.SOURCE],
            record.headers[deadletter.DETAIL],
        )
        for record in day.stream.scan(dead(stage).name, 0, ALWAYS)
    ]


def _replayed(topics: Mapping[str, Sequence[Stood]]) -> dict[str, Mapping[tuple[object, ...], Row]]:
    """The topics read once more, each record by itself, into a register that nothing happened to."""
    fresh = MemoryRegister()
    stage = register(fresh)
    for topic in stage.reads:
        for stood in topics[topic.name]:
            record = stood.record
            stage.handle([Received(stood.message, record.position, record.key, record.headers)])
    return {table: fresh.final(table) for table in REPLAYED}


def _letters(day: Day) -> list[tuple[str, str]]:
    """Act number and channel of every notice that reached somebody."""
    return [
        (letter.act_number, letter.channel)
        for person in day.world.population.persons
        for letter in day.mailbox.letters(person.number)
    ]
