"""The writing side of the stream in one folder: schema, group commit, retention (integrations/sqlite_stream.py reads).

lane     one partition of one topic; `next` is its next offset, never used twice
record   at place = lane << OFFSET_BITS | offset, so that one B-tree holds every lane in order
committed, entry (windows), segment (which files there are, and when the last record in each was appended)
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from adjudication.errors import Unavailable
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock
from ingest.session import Members, Unit
from ingest.stream import NewRecord, Partition, partition_of
from ingest.topics import DEAD_RETENTION_S, Topic
from integrations.group_commit import GroupCommit, Job
from integrations.segments import Segments

OFFSET_BITS = 44
"""17·10¹² records a lane (a thousand years of the national load), and room for half a million lanes below 2⁶³."""
LARGE_BYTES = 32 * 1024
"""Values from here on go to a segment file: messages stay well below, pictures well above."""
GROUP_BYTES = 32 * 1024 * 1024
"""A group commit takes no further unit after this much: bounds how long the first of the group waits."""
CHECKPOINT_PAGES = 4_000
"""16 MB of write-ahead log between checkpoints: a fourth of the default's flushes, replayed in well under a second."""
SWEEP_ROWS = 500
"""Expired rows deleted in one transaction: a few milliseconds between two commits of the road."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS lane (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    UNIQUE (topic, partition)
) STRICT;
CREATE TABLE IF NOT EXISTS record (
    place INTEGER PRIMARY KEY, appended_us INTEGER NOT NULL, key TEXT NOT NULL, headers BLOB NOT NULL,
    segment INTEGER, start INTEGER, length INTEGER, value BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS committed (
    grp TEXT NOT NULL, lane INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (grp, lane)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
    window TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, expires_us INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (window, key, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expiry ON entry (expires_us);
CREATE TABLE IF NOT EXISTS segment (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, last_us INTEGER NOT NULL) STRICT;
"""
_INSERT = """
INSERT INTO record (place, appended_us, key, headers, segment, start, length, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_REMEMBER = """
INSERT INTO entry (window, key, id, expires_us, value) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET expires_us = excluded.expires_us, value = excluded.value WHERE entry.expires_us <= ?
"""
_TOUCH_SEGMENT = """
INSERT INTO segment (id, topic, last_us) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last_us = excluded.last_us
"""
_OLDEST = "SELECT appended_us FROM record WHERE place >= ? AND place < ? ORDER BY place LIMIT 1"
_SWEEP_LANE = """
DELETE FROM record WHERE appended_us <= ? AND place IN (
    SELECT place FROM record WHERE place >= ? AND place < ? ORDER BY place LIMIT ?)
"""
_SWEEP_ENTRIES = """
DELETE FROM entry WHERE (window, key, id) IN (SELECT window, key, id FROM entry WHERE expires_us <= ? LIMIT ?)
"""

Row = tuple[int, int, str, bytes, int | None, int | None, int | None, bytes | None]
"""A record as it is stored: place, appended_us, key, headers (JSON or empty), segment, start, length, value."""


@dataclass(slots=True)
class _Group:
    """What one group commit writes, and what it will have changed: shown to readers only afterwards."""

    now_us: int
    ends: dict[Partition, int] = field(default_factory=dict)
    segments: dict[int, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


class SqliteWriter:
    """Owns the folder. `ends` and `committed` are what has been made true; readers look, only this class changes."""

    def __init__(self, folder: Path, members: Members, clock: Clock, partitions: int) -> None:
        """Open or create the stream in `folder`. Raises Unavailable if another process has it open."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock_file = _lock(folder / "lock")
        self.path = folder / "stream.sqlite"
        self.topics: dict[str, Topic] = {}
        self.lanes: dict[Partition, int] = {}
        self.ends: dict[Partition, int] = {}
        self.committed: dict[str, dict[Partition, int]] = {}
        self._members = members
        self._clock = clock
        self._partitions = partitions
        self._writing = threading.Lock()
        self._commits = GroupCommit(self._write_group, _value_bytes, GROUP_BYTES)
        self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = FAST")  # records hold plates: overwrite what is deleted
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self._connection.executescript(_SCHEMA)
        self.segments = self._load(folder / "large")

    def _load(self, large: Path) -> Segments:
        partition_of_lane: dict[int, Partition] = {}
        for lane, topic, number, end in self._connection.execute("SELECT id, topic, partition, next FROM lane"):
            partition = partition_of_lane[lane] = Partition(topic, number)
            self.lanes[partition], self.ends[partition] = lane, end
        for group, lane, offset in self._connection.execute("SELECT grp, lane, next FROM committed"):
            self.committed.setdefault(group, {})[partition_of_lane[lane]] = offset
        return Segments(large, [number for (number,) in self._connection.execute("SELECT id FROM segment")])

    def of(self, topic: str) -> list[Partition]:
        """The topic's partitions."""
        return [Partition(topic, number) for number in range(self._partitions)]

    def retention_us(self, topic: str) -> int:
        """How long the topic's records stand; one that no release knows any more goes with the dead letters."""
        declared = self.topics.get(topic)
        return (declared.retention_s if declared else DEAD_RETENTION_S) * MICROS_PER_SECOND

    def declare(self, topics: Sequence[Topic]) -> None:
        """Let these topics exist."""
        with self._writing, self._transaction() as connection:
            for topic in topics:
                self.topics[topic.name] = topic
                for partition in self.of(topic.name):
                    if partition not in self.lanes:
                        row = connection.execute(
                            "INSERT INTO lane (topic, partition, next) VALUES (?, ?, 0)", partition
                        )
                        self.lanes[partition], self.ends[partition] = row.lastrowid or 0, 0

    def enrol(self, group: str, topics: Sequence[Topic]) -> None:
        """Let the group have a committed offset on every partition of `topics`: its own, or 0 to begin with."""
        partitions = [partition for topic in topics for partition in self.of(topic.name)]
        with self._writing:
            with self._transaction() as connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO committed (grp, lane, next) VALUES (?, ?, 0)",
                    [(group, self.lanes[partition]) for partition in partitions],
                )
            self.committed[group] = {**dict.fromkeys(partitions, 0), **self.committed.get(group, {})}

    def places(self, group: str) -> dict[Partition, int]:
        """Where the group goes on, once every commit under way has been made."""
        with self._writing:
            return self.committed[group]

    def apply(self, unit: Unit) -> None:
        """See ingest.session.Log."""
        self._commits.submit(unit)

    def _write_group(self, jobs: Sequence[Job[Unit]]) -> None:
        with self._writing:
            try:
                self._write([job.item for job in jobs if self._is_allowed(job)])
            except BaseException:
                self.segments.abandon()
                raise

    def _is_allowed(self, job: Job[Unit]) -> bool:
        missing = {record.topic for record in job.item.records} - self.topics.keys()
        if missing:
            job.error = RuntimeError(f"no such topic: {', '.join(sorted(missing))}")
        elif self._members.is_fenced(job.item):
            job.error = RuntimeError(f"group {job.item.group}: a newer session has fenced this one")
        return job.error is None

    def _write(self, units: Sequence[Unit]) -> None:
        group = _Group(self._clock())
        with self._transaction() as connection:
            for unit in units:
                for record in unit.records:
                    self._place(record, group)
            self.segments.sync()  # before the commit that speaks of them
            connection.executemany(_INSERT, group.rows)
            connection.executemany(
                "UPDATE lane SET next = ? WHERE id = ?", [(end, self.lanes[lane]) for lane, end in group.ends.items()]
            )
            connection.executemany(_TOUCH_SEGMENT, [(*segment, group.now_us) for segment in group.segments.items()])
            for unit in units:
                self._write_group_state(unit, group.now_us)
        self.ends.update(group.ends)
        for unit in units:
            if unit.offsets:
                self.committed[unit.group] = {**self.committed[unit.group], **unit.offsets}
        self._members.wake({partition.topic for partition in group.ends})

    def _place(self, record: NewRecord, group: _Group) -> None:
        partition = Partition(record.topic, partition_of(record.key, self._partitions))
        offset = group.ends.get(partition, self.ends[partition])
        group.ends[partition] = offset + 1
        place = self.lanes[partition] << OFFSET_BITS | offset
        headers = msgspec.json.encode(record.headers) if record.headers else b""
        if len(record.value) < LARGE_BYTES:
            group.rows.append((place, group.now_us, record.key, headers, None, None, None, record.value))
            return
        stored = self.segments.append(record.topic, record.value, group.now_us, self.retention_us(record.topic))
        group.segments[stored.segment] = record.topic
        group.rows.append((place, group.now_us, record.key, headers, stored.segment, stored.start, stored.length, None))

    def _write_group_state(self, unit: Unit, now_us: int) -> None:
        if unit.entries:
            self._connection.executemany(
                _REMEMBER,
                [(window_path(unit.group, e.window), *e.name, e.expires_us, e.value, now_us) for e in unit.entries],
            )
        if unit.offsets:
            self._connection.executemany(
                "UPDATE committed SET next = ? WHERE grp = ? AND lane = ?",
                [(offset, unit.group, self.lanes[partition]) for partition, offset in unit.offsets.items()],
            )

    def sweep(self) -> int:
        """See ingest.stream.Stream: rows first, in small steps; a segment file goes when its topic has none to go."""
        now_us = self._clock()
        with self._writing:
            with self._transaction() as connection:
                swept = connection.execute(_SWEEP_ENTRIES, (now_us, SWEEP_ROWS)).rowcount
                for partition, lane in self.lanes.items():
                    before_us = now_us - self.retention_us(partition.topic)
                    first, last = lane << OFFSET_BITS, (lane + 1) << OFFSET_BITS
                    oldest = connection.execute(_OLDEST, (first, last)).fetchone()
                    if oldest is None or oldest[0] > before_us:
                        continue
                    swept += connection.execute(_SWEEP_LANE, (before_us, first, last, SWEEP_ROWS - swept)).rowcount
                    if swept >= SWEEP_ROWS:
                        return swept
                gone = [
                    number
                    for number, topic, last_us in connection.execute("SELECT id, topic, last_us FROM segment")
                    if last_us <= now_us - self.retention_us(topic)
                ]
                connection.executemany("DELETE FROM segment WHERE id = ?", [(number,) for number in gone])
            for number in gone:
                self.segments.delete(number)
        return swept

    def close(self) -> None:
        """Release the folder; what was acknowledged stays."""
        with self._writing:
            self._connection.close()
            self.segments.close()
            os.close(self._lock_file)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. Raises Unavailable where file or disk refuse."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"stream ({error})") from error


def _value_bytes(unit: Unit) -> int:
    return sum(len(record.value) for record in unit.records)


def window_path(group: str, window: str) -> str:
    """What a group's window is called in the table."""
    return f"{group}/{window}"


def _lock(path: Path) -> int:
    """Hold the folder for this process, or refuse."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Unavailable("stream: another process has this folder open, and only one may") from error
    return descriptor
