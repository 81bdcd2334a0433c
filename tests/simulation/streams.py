"""The stream's ports, whose steps may fail: sessions, appending, reading back."""

from collections.abc import Mapping, Sequence

from ingest.clock import Clock
from ingest.stage import Position
from ingest.stream import Entry, Name, NewRecord, Partition, Session, StoredRecord, Stream
from ingest.topics import ROAD, Topic
from tests.simulation.faults import Dice
from tests.simulation.journal import Journal, Unit

RETENTION_US = {topic.name: topic.retention_s * 1_000_000 for topic in ROAD}
REWIND_MARGIN_US = 600_000_000
"""Records come again only while they still stand; clocks are set back by less than this."""


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
        self._unit.entries.extend(entries)
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
