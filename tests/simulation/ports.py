"""Wrappers around the ports, which ask the dice before and after each step and keep a journal of what became true.

The journal is the checker's own memory: which units of which group were committed with what inside, and what was
appended from outside of any unit.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa

from adjudication.answers import System, Unanswered
from adjudication.errors import Unavailable
from ingest.clock import Clock
from ingest.stage import Position
from ingest.stream import Entry, Name, NewRecord, Partition, Session, StoredRecord, Stream
from ingest.topics import ROAD, Topic
from integrations.casebook import Casebook
from integrations.casebook.database import Database
from integrations.channels.port import Channel, Notice, Refused, Sent
from integrations.simulators.registries import PopulationRegistries
from tests.simulation.faults import Dice

T = TypeVar("T")

RETENTION_US = {topic.name: topic.retention_s * 1_000_000 for topic in ROAD}
REWIND_MARGIN_US = 600_000_000
"""Records come again only while they still stand; clocks are set back by less than this."""


@dataclass
class Unit:
    """What one unit of one group held, and whether it was made true."""

    group: str
    records: list[NewRecord] = field(default_factory=list)
    offsets: dict[Partition, int] = field(default_factory=dict)
    committed: bool = False


@dataclass
class Sending:
    """One notice that a channel took: whether the act stood just then."""

    act_number: str
    channel: str
    stood: bool


@dataclass
class Journal:
    """What became true, as the ports saw it."""

    units: list[Unit] = field(default_factory=list)
    sent: list[tuple[str, Sequence[NewRecord]]] = field(default_factory=list)
    """By whom, and what: appended for good from outside any unit."""
    sendings: list[Sending] = field(default_factory=list)
    who: str = ""
    """Whose step it is now."""


class FaultySession:
    """A `Session` whose steps may fail."""

    def __init__(self, session: Session, group: str, dice: Dice, journal: Journal, clock: Clock) -> None:
        self._session = session
        self._group = group
        self._dice = dice
        self._journal = journal
        self._clock = clock
        self._unit = Unit(group)
        self._read: list[StoredRecord] = []
        self._next: dict[Partition, int] = {}

    def poll(self, max_records: int, timeout_s: float) -> Sequence[StoredRecord]:
        """See Session; now and then what was read some time ago is read again."""
        if self._dice.before("session", "poll") == "rewind":
            self._rewind()
        records = self._session.poll(max_records, timeout_s)
        self._read.extend(records)
        self._next.update({record.partition: record.position.offset + 1 for record in records})
        self._dice.after("session", "poll")
        return records

    def _rewind(self) -> None:
        """Back, never ahead: the runner itself may have gone back to a record that is still to be handled."""
        now_us = self._clock()
        standing = [
            record
            for record in self._read
            if record.position.offset < self._next[record.partition]
            and record.appended_us + RETENTION_US[record.position.topic] > now_us + REWIND_MARGIN_US
        ]
        if standing:
            self.seek(self._dice.rng.choice(standing).position)

    def begin(self) -> None:
        """See Session."""
        self._dice.before("session", "begin")
        self._session.begin()
        self._unit = Unit(self._group)
        self._journal.units.append(self._unit)
        self._dice.after("session", "begin")

    def append(self, records: Sequence[NewRecord]) -> None:
        """See Session."""
        self._dice.before("session", "append")
        self._session.append(records)
        self._unit.records.extend(records)
        self._dice.after("session", "append")

    def remember(self, entries: Sequence[Entry]) -> None:
        """See Session."""
        self._session.remember(entries)
        self._dice.after("session", "remember")

    def flush(self) -> None:
        """See Session."""
        self._dice.before("session", "flush")
        self._session.flush()
        self._dice.after("session", "flush")

    def offsets(self, next_offsets: Mapping[Partition, int]) -> None:
        """See Session."""
        self._session.offsets(next_offsets)
        self._unit.offsets.update(next_offsets)
        self._dice.after("session", "offsets")

    def commit(self) -> None:
        """See Session."""
        unit = self._unit
        self._dice.before("session", "commit")
        self._session.commit()
        unit.committed = True
        self._dice.after("session", "commit")

    def abort(self) -> None:
        """See Session."""
        self._session.abort()

    def pause(self, partition: Partition) -> None:
        """See Session."""
        self._session.pause(partition)

    def resume(self, partition: Partition) -> None:
        """See Session."""
        self._session.resume(partition)

    def seek(self, position: Position) -> None:
        """See Session."""
        self._next[Partition(position.topic, position.partition)] = position.offset
        self._session.seek(position)

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Session."""
        return self._session.known(window, names)

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        """See Session."""
        return self._session.entries(window, key)

    def close(self) -> None:
        """See Session."""
        self._session.close()


class FaultyStream:
    """A `Stream` whose steps may fail."""

    def __init__(self, stream: Stream, dice: Dice, journal: Journal, clock: Clock) -> None:
        self._stream = stream
        self._dice = dice
        self._journal = journal
        self._clock = clock

    def send(self, records: Sequence[NewRecord]) -> None:
        """See Producer."""
        self._dice.before("stream", "send")
        self._stream.send(records)
        self._journal.sent.append((self._journal.who, tuple(records)))
        self._dice.after("stream", "send")

    def read_at(self, position: Position) -> StoredRecord:
        """See Reader."""
        self._dice.before("stream", "read_at")
        return self._stream.read_at(position)

    def session(self, group: str, topics: Sequence[Topic]) -> FaultySession:
        """See Stream."""
        return FaultySession(self._stream.session(group, topics), group, self._dice, self._journal, self._clock)

    def close(self) -> None:
        """See Stream."""


class Faulty:
    """Any store: each of its methods is a step of `port`."""

    def __init__(self, inner: Any, port: str, dice: Dice) -> None:
        self._inner = inner
        self._port = port
        self._dice = dice

    def __getattr__(self, step: str) -> Callable[..., Any]:
        take = getattr(self._inner, step)

        def taken(*args: Any, **kwargs: Any) -> Any:
            self._dice.before(self._port, step)
            result = take(*args, **kwargs)
            self._dice.after(self._port, step)
            return result

        return taken


class FaultyDatabase(Database):
    """The casebook's database, whose transactions may fail; one at a time, as the simulation has one thread."""

    dice: ClassVar[Dice | None] = None
    depth: ClassVar[int] = 0
    """How many transactions and views are open, one inside the other."""

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """See Database."""
        dice = FaultyDatabase.dice
        if FaultyDatabase.depth or dice is None:
            with self._inside(), super().writing() as tx:
                yield tx
            return
        dice.before("casebook", "begin")
        with self._inside(), super().writing() as tx:
            yield tx
            dice.before("casebook", "commit")
        dice.after("casebook", "commit")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """See Database."""
        if not FaultyDatabase.depth and FaultyDatabase.dice is not None:
            FaultyDatabase.dice.before("casebook", "read")
        with self._inside(), super().reading() as view:
            yield view

    @staticmethod
    @contextmanager
    def _inside() -> Iterator[None]:
        FaultyDatabase.depth += 1
        try:
            yield
        finally:
            FaultyDatabase.depth -= 1


class FaultyCasebook(Casebook):
    """The casebook over it."""

    opens = FaultyDatabase


class FaultyChannel:
    """A `Channel` that may not answer, or whose answer may be lost. It never raises for that."""

    def __init__(self, channel: Channel, dice: Dice, journal: Journal, stands: Callable[[str], bool]) -> None:
        self.name = channel.name
        self._channel = channel
        self._dice = dice
        self._journal = journal
        self._stands = stands

    def send(self, notice: Notice) -> Sent | Refused:
        """See Channel."""
        try:
            self._dice.before("channel", "send")
        except Unavailable:
            return Refused("unreachable", again=True)
        stood = self._stands(notice.act_number)
        answer = self._channel.send(notice)
        if isinstance(answer, Sent):
            self._journal.sendings.append(Sending(notice.act_number, self.name, stood))
        if self._dice.after("channel", "send") == "timeout":
            return Refused("timeout", again=True)
        return answer


class AtOnce(Executor):
    """Threads that are none: what is put to them is done at once. Real ones bring an order of their own."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """See Executor."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class SilentRegistries:
    """`Registries` that now and then say nothing."""

    def __init__(self, registries: PopulationRegistries, seed: int, of_ten_thousand: int, clock: Clock, dice: Dice):
        self._registries = registries
        self._seed = seed
        self._of_ten_thousand = of_ten_thousand
        self._clock = clock
        self._dice = dice

    def vehicle(self, plate: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("vehicles", plate, as_of_us) or self._registries.vehicle(plate, as_of_us)

    def person(self, number: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("persons", number, as_of_us) or self._registries.person(number, as_of_us)

    def insurance(self, vin: str, person: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("insurance", vin, as_of_us) or self._registries.insurance(vin, person, as_of_us)

    def inspection(self, vin: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("inspection", vin, as_of_us) or self._registries.inspection(vin, as_of_us)

    def penalties(self, person: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("penalties", person, as_of_us) or self._registries.penalties(person, as_of_us)

    def close(self) -> None:
        """Nothing is open."""

    def _silence(self, system: System, key: str, as_of_us: int) -> Unanswered | None:
        """A register that is silent about something stays so for ten minutes."""
        asked_us = self._clock()
        drawn = zlib.crc32(f"{self._seed} {system} {key} {asked_us // 600_000_000}".encode()) % 10_000
        if self._dice.calm or drawn >= self._of_ten_thousand:
            return None
        return Unanswered(system=system, asked_us=asked_us, as_of_us=as_of_us, reason="timeout")
