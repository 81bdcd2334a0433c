"""The stream in memory: for tests, shadows of a replay, and as the shortest statement of what a stream is."""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from adjudication.errors import Invalid
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock, system_clock
from ingest.session import LogSession, Members, Unit
from ingest.stage import Position
from ingest.stream import Entry, Lag, Name, NewRecord, Partition, Session, StoredRecord, partition_of
from ingest.topics import PARTITIONS, ROAD, Topic, dead

COMMIT_MARKER = 1
"""Offsets each unit uses up beside its records, as a Kafka transaction does: nobody may count on density."""


class MemoryStream:
    """An `ingest.stream.Stream` that lives as long as this object."""

    def __init__(self, topics: Sequence[Topic] = ROAD, clock: Clock = system_clock, partitions: int = PARTITIONS):
        self._clock = clock
        self._partitions = partitions
        self._lock = threading.RLock()
        self._members = Members()
        self._topics: dict[str, Topic] = {}
        self._records: dict[Partition, list[StoredRecord]] = {}
        self._ends: dict[Partition, int] = {}
        self._committed: dict[str, dict[Partition, int]] = {}
        self._windows: dict[tuple[str, str, str], dict[str, Entry]] = {}
        """By group, window and stream key: the entries beside it, by id."""
        self._declare(topics)

    def _declare(self, topics: Sequence[Topic]) -> None:
        for topic in topics:
            self._topics[topic.name] = topic
            for partition in self._of(topic.name):
                self._records.setdefault(partition, [])
                self._ends.setdefault(partition, 0)

    def _of(self, topic: str) -> list[Partition]:
        return [Partition(topic, number) for number in range(self._partitions)]

    # Producer and Reader

    def send(self, records: Sequence[NewRecord]) -> None:
        """See Producer."""
        self.apply(Unit(records=list(records)))

    def read_at(self, position: Position) -> StoredRecord:
        """See Reader."""
        partition = Partition(position.topic, position.partition)
        with self._lock:
            got = self.fetch(partition, position.offset, 1, 1) if partition in self._records else []
            if not got or got[0].position != position or self._is_expired(got[0]):
                raise Invalid("record-expired", f"nothing stands at {position} any more")
            return got[0]

    def scan(self, topic: str, from_us: int, to_us: int) -> Iterator[StoredRecord]:
        """See Reader."""
        with self._lock:
            found = [record for partition in self._of(topic) for record in self._records.get(partition, ())]
        return (record for record in found if from_us <= record.appended_us < to_us)

    # Stream

    def session(self, group: str, topics: Sequence[Topic]) -> Session:
        """See Stream."""
        with self._lock:
            self._declare((*topics, dead(group)))
            places = self._committed.setdefault(group, {})
            for topic in topics:
                for partition in self._of(topic.name):
                    places.setdefault(partition, 0)
        return LogSession(self, group, [topic.name for topic in topics])

    def lag(self) -> Sequence[Lag]:
        """See Stream."""
        with self._lock:
            groups = {(group, p.topic) for group, places in self._committed.items() for p in places}
            return [self._lag_of(group, topic) for group, topic in sorted(groups)]

    def _lag_of(self, group: str, topic: str) -> Lag:
        places = self._committed[group]
        unread = [
            record
            for partition in self._of(topic)
            for record in self._records[partition]
            if record.position.offset >= places[partition]
        ]
        oldest_us = min((record.appended_us for record in unread), default=None)
        age_s = 0.0 if oldest_us is None else (self._clock() - oldest_us) / MICROS_PER_SECOND
        return Lag(group, topic, len(unread), age_s)

    def sweep(self) -> int:
        """See Stream."""
        with self._lock:
            swept = 0
            for partition, records in self._records.items():
                kept = [record for record in records if not self._is_expired(record)]
                swept += len(records) - len(kept)
                self._records[partition] = kept
            for beside, entries in list(self._windows.items()):
                live = {name: entry for name, entry in entries.items() if entry.expires_us > self._clock()}
                swept += len(entries) - len(live)
                if live:
                    self._windows[beside] = live
                else:
                    del self._windows[beside]
            return swept

    def close(self) -> None:
        """See Stream. Nothing outlives the object, so nothing is to be done."""

    def _is_expired(self, record: StoredRecord) -> bool:
        retention_us = self._topics[record.position.topic].retention_s * MICROS_PER_SECOND
        return record.appended_us + retention_us <= self._clock()

    # Log

    def join(self, group: str, watch: threading.Event, topics: Sequence[str]) -> object:
        """See Log."""
        with self._lock:
            return self._members.join(group, watch, topics)

    def leave(self, group: str, member: object) -> None:
        """See Log."""
        with self._lock:
            self._members.leave(group, member)

    def is_member(self, group: str, member: object) -> bool:
        """See Log."""
        return self._members.is_member(group, member)

    def committed(self, group: str) -> Mapping[Partition, int]:
        """See Log."""
        with self._lock:
            return dict(self._committed[group])

    def end(self, partition: Partition) -> int:
        """See Log."""
        return self._ends[partition]

    def fetch(self, partition: Partition, offset: int, max_records: int, max_bytes: int) -> list[StoredRecord]:
        """See Log."""
        got: list[StoredRecord] = []
        with self._lock:
            records = self._records[partition]
            start = bisect_left(records, offset, key=lambda record: record.position.offset)
            for record in records[start : start + max_records]:
                got.append(record)
                max_bytes -= len(record.value)
                if max_bytes <= 0:
                    break
        return got

    def apply(self, unit: Unit) -> None:
        """See Log."""
        with self._lock:
            if self._members.is_fenced(unit):
                raise RuntimeError(f"group {unit.group}: a newer session has fenced this one")
            if missing := {record.topic for record in unit.records} - self._topics.keys():
                raise RuntimeError(f"no such topic: {', '.join(sorted(missing))}")
            now_us = self._clock()
            for record in unit.records:
                self._append(record, now_us)
            for partition in {Partition(r.topic, partition_of(r.key, self._partitions)) for r in unit.records}:
                self._ends[partition] += COMMIT_MARKER
            for entry in unit.entries:
                self._remember(unit.group, entry)
            if unit.offsets:
                self._committed[unit.group].update(unit.offsets)
            self._members.wake({record.topic for record in unit.records})

    def _append(self, record: NewRecord, now_us: int) -> None:
        partition = Partition(record.topic, partition_of(record.key, self._partitions))
        position = Position(record.topic, partition.number, self._ends[partition])
        self._records[partition].append(
            StoredRecord(position, record.key, record.value, dict(record.headers), now_us),
        )
        self._ends[partition] += 1

    def known(self, group: str, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Log."""
        with self._lock:
            return frozenset(name for name in names if name.id in self._live(group, window, name.key))

    def entries(self, group: str, window: str, key: str) -> Sequence[Entry]:
        """See Log."""
        with self._lock:
            return [entry for _, entry in sorted(self._live(group, window, key).items())]

    def _remember(self, group: str, entry: Entry) -> None:
        beside = self._windows.setdefault((group, entry.window, entry.name.key), {})
        standing = beside.get(entry.name.id)
        if standing is None or standing.expires_us <= self._clock():
            beside[entry.name.id] = entry

    def _live(self, group: str, window: str, key: str) -> dict[str, Entry]:
        now_us, beside = self._clock(), self._windows.get((group, window, key), {})
        return {ident: entry for ident, entry in beside.items() if entry.expires_us > now_us}
