"""The stream in one folder: an SQLite file, and segment files for large values (integrations/segments.py).

For the embedded centre: one process, many threads; a second process is refused (a file lock).

Group commit: whoever comes first writes for all who wait, in one transaction with one flush. With `synchronous=FULL` an
acknowledged record survives SIGKILL and the loss of power, as far as the disk keeps its word on fsync. A stage's own
commits are as durable: the first committed answer of an observation is the truth, and casebook and register, which have
their own files, may already know what came of it.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from adjudication.errors import Invalid, Unavailable
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock, system_clock
from ingest.session import LogSession, Members, Unit
from ingest.stage import Position
from ingest.stream import Entry, Lag, Name, NewRecord, Partition, Session, StoredRecord
from ingest.topics import PARTITIONS, ROAD, Topic, dead
from integrations.segments import Stored
from integrations.sqlite_writer import GROUP_BYTES, OFFSET_BITS, Row, SqliteWriter, window_path

SCAN_RECORDS = 500
"""Rows of a scan read in one statement, so that no long read keeps the write-ahead log from being reused."""

_FETCH = """
SELECT place, appended_us, key, headers, segment, start, length, value FROM record
WHERE place >= ? AND place < ? ORDER BY place LIMIT ?
"""
_OLDEST = "SELECT place, appended_us FROM record WHERE place >= ? AND place < ? ORDER BY place LIMIT 1"
_KNOWN = "SELECT 1 FROM entry WHERE window = ? AND key = ? AND id = ? AND expires_us > ?"
_ENTRIES = "SELECT id, expires_us, value FROM entry WHERE window = ? AND key = ? AND expires_us > ? ORDER BY id"
_OFFSET = (1 << OFFSET_BITS) - 1
_NO_HEADERS: Mapping[str, str] = {}
_headers = msgspec.json.Decoder(dict[str, str])


class SqliteStream:
    """An `ingest.stream.Stream` on disk."""

    def __init__(
        self,
        folder: Path,
        topics: Sequence[Topic] = ROAD,
        clock: Clock = system_clock,
        partitions: int = PARTITIONS,
    ) -> None:
        """Open or create the stream in `folder`. Raises Unavailable if another process has it open."""
        self._clock = clock
        self._members = Members()
        self._writer = SqliteWriter(folder, self._members, clock, partitions)
        self._writer.declare(topics)
        self._idle_readers: list[sqlite3.Connection] = []
        self._closing = threading.Lock()
        self._closed = False

    # Producer and Reader

    def send(self, records: Sequence[NewRecord]) -> None:
        """See Producer."""
        self.apply(Unit(records=list(records)))

    def read_at(self, position: Position) -> StoredRecord:
        """See Reader."""
        partition = Partition(position.topic, position.partition)
        got = self.fetch(partition, position.offset, 1, 1) if partition in self._writer.lanes else []
        living_us = self._clock() - self._writer.retention_us(position.topic)
        if not got or got[0].position != position or got[0].appended_us <= living_us:
            raise Invalid("record-expired", f"nothing stands at {position} any more")
        return got[0]

    def scan(self, topic: str, from_us: int, to_us: int) -> Iterator[StoredRecord]:
        """See Reader."""
        for partition in self._writer.of(topic):
            if partition not in self._writer.lanes:
                return
            offset = 0
            while got := self.fetch(partition, offset, SCAN_RECORDS, GROUP_BYTES):
                yield from (record for record in got if from_us <= record.appended_us < to_us)
                offset = got[-1].position.offset + 1

    # Stream

    def session(self, group: str, topics: Sequence[Topic]) -> Session:
        """See Stream."""
        self._writer.declare((*topics, dead(group)))
        self._writer.enrol(group, topics)
        return LogSession(self, group, [topic.name for topic in topics])

    def lag(self) -> Sequence[Lag]:
        """See Stream. Offsets of this adapter are dense, so no row is counted."""
        now_us = self._clock()
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for group, places in sorted(self._writer.committed.items()):
            for partition, offset in sorted(places.items()):
                records, oldest_us = found.get((group, partition.topic), (0, now_us))
                if offset < self.end(partition) and (oldest := self._oldest(partition, offset)):
                    records += self.end(partition) - oldest[0]
                    oldest_us = min(oldest_us, oldest[1])
                found[group, partition.topic] = (records, oldest_us)
        return [Lag(*name, records, (now_us - us) / MICROS_PER_SECOND) for name, (records, us) in found.items()]

    def _oldest(self, partition: Partition, offset: int) -> tuple[int, int] | None:
        """Offset and instant of the first record from `offset` on."""
        rows: list[tuple[int, int]] = self._read(_OLDEST, self._range(partition, offset))
        return (rows[0][0] & _OFFSET, rows[0][1]) if rows else None

    def sweep(self) -> int:
        """See Stream."""
        return self._writer.sweep()

    def close(self) -> None:
        """See Stream."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            while self._idle_readers:
                self._idle_readers.pop().close()
            self._writer.close()

    # Log

    def join(self, group: str, watch: threading.Event, topics: Sequence[str]) -> object:
        """See Log."""
        return self._members.join(group, watch, topics)

    def leave(self, group: str, member: object) -> None:
        """See Log."""
        self._members.leave(group, member)

    def is_member(self, group: str, member: object) -> bool:
        """See Log."""
        return not self._closed and self._members.is_member(group, member)

    def committed(self, group: str) -> Mapping[Partition, int]:
        """See Log."""
        return self._writer.places(group)

    def end(self, partition: Partition) -> int:
        """See Log."""
        return self._writer.ends[partition]

    def apply(self, unit: Unit) -> None:
        """See Log."""
        if self._closed:
            raise Unavailable("stream (closed)")
        self._writer.apply(unit)

    def fetch(self, partition: Partition, offset: int, max_records: int, max_bytes: int) -> list[StoredRecord]:
        """See Log."""
        got: list[StoredRecord] = []
        rows: list[Row] = self._read(_FETCH, (*self._range(partition, offset), max_records))
        for row in rows:
            if max_bytes <= 0:
                break
            if record := self._record(partition, row):
                got.append(record)
                max_bytes -= len(record.value)
        return got

    def _record(self, partition: Partition, row: Row) -> StoredRecord | None:
        """The row's record; None where its segment has been swept."""
        place, appended_us, key, headers, segment, start, length, value = row
        if segment is not None and start is not None and length is not None:
            value = self._writer.segments.read(Stored(segment, start, length))
        if value is None:
            return None
        position = Position(partition.topic, partition.number, place & _OFFSET)
        return StoredRecord(position, key, value, _headers.decode(headers) if headers else _NO_HEADERS, appended_us)

    def known(self, group: str, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Log."""
        now_us, path = self._clock(), window_path(group, window)
        return frozenset(name for name in set(names) if self._read(_KNOWN, (path, *name, now_us)))

    def entries(self, group: str, window: str, key: str) -> Sequence[Entry]:
        """See Log."""
        rows: list[tuple[str, int, bytes]] = self._read(_ENTRIES, (window_path(group, window), key, self._clock()))
        return [Entry(window, Name(key, ident), expires_us, value) for ident, expires_us, value in rows]

    def _range(self, partition: Partition, offset: int) -> tuple[int, int]:
        lane = self._writer.lanes[partition]
        return lane << OFFSET_BITS | offset, (lane + 1) << OFFSET_BITS

    def _read(self, query: str, values: Sequence[str | int]) -> list[Any]:
        """Rows, by a connection that no other thread uses meanwhile. Raises Unavailable."""
        if self._closed:
            raise Unavailable("stream (closed)")
        try:
            connection = self._idle_readers.pop() if self._idle_readers else self._open_reader()
            rows = connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"stream ({error})") from error
        self._idle_readers.append(connection)
        return rows

    def _open_reader(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._writer.path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection
