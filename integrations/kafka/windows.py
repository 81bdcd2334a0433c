"""A group's windows: a compacted topic beside its inputs, and its entries of the partitions this member owns.

Entries travel in the same unit as outputs and offsets, so they are true exactly if those are. Whoever comes to own a
partition reads its entries before the first record. They lie in a private temporary database of SQLite, which
keeps in memory what is used and puts the rest on disk, and is gone with the process.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from ingest.clock import Clock
from ingest.stream import Entry, Name, Partition, partition_of
from integrations.kafka.lookup import Lookup
from integrations.kafka.topics import window_topic

SWEPT_AT_ONCE = 64
"""Expired entries deleted with a unit beyond as many as it adds: the window shrinks while a stage is at work."""
_EXPIRES_BYTES = 8

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE entry (
    window TEXT, key TEXT, id TEXT, expires_us INTEGER, value BLOB, PRIMARY KEY (window, key, id)
) WITHOUT ROWID;
CREATE INDEX entry_expires ON entry (expires_us);
"""
_PUT = "INSERT OR REPLACE INTO entry (window, key, id, expires_us, value) VALUES (?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM entry WHERE window = ? AND key = ? AND id = ?"
_KNOWN = "SELECT 1 FROM entry WHERE window = ? AND key = ? AND id = ? AND expires_us > ?"
_ENTRIES = "SELECT id, expires_us, value FROM entry WHERE window = ? AND key = ? AND expires_us > ? ORDER BY id"
_EXPIRED = "SELECT window, key, id FROM entry WHERE expires_us <= ? LIMIT ?"

MARK = msgspec.json.encode(("", "", ""))
"""The key of a mark, which is no entry's: a deletion of nothing, so that the window does not grow by it."""
Mark = Callable[[Sequence[Partition]], Sequence[int]]
"""Writes a mark to each partition and says where it stands."""

_path = msgspec.json.Decoder(tuple[str, str, str])


class Change(NamedTuple):
    """One record of the changelog: an entry put, or (value None) deleted."""

    partition: int
    key: bytes
    value: bytes | None


class Windows:
    """One member's share of a group's windows. Not locked: its session is used by one thread."""

    def __init__(self, lookup: Lookup, mark: Mark, group: str, partitions: int, clock: Clock) -> None:
        self._lookup = lookup
        self._mark = mark
        self._group = group
        self._partitions = partitions
        self._clock = clock
        self._owned: dict[int, sqlite3.Connection] = {}

    @property
    def topic(self) -> str:
        """The changelog's name."""
        return window_topic(self._group)

    def load(self, numbers: Iterable[int]) -> None:
        """Read the entries of partitions that have come to this member. Raises Unavailable.

        To a mark that is written for it, waiting for open units: what the former owner committed stands before that,
        visible or not yet. Asking for the end is not enough: a broker that stood still and was replaced answers first
        of all what was asked of it meanwhile, by what it knew then (tests/integrations/test_kafka_elections.py).
        """
        fresh = [Partition(self.topic, number) for number in numbers if number not in self._owned]
        for partition, end in zip(fresh, self._mark(fresh), strict=True):
            database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            database.executescript(_SCHEMA)
            if end:
                self._fill(database, partition, end)
            self._owned[partition.number] = database

    def _fill(self, database: sqlite3.Connection, partition: Partition, end: int) -> None:
        database.execute("BEGIN")
        for message in self._lookup.read(partition, None, end):
            key, value = message.key(), message.value()
            _change(database, _path.decode(key or b""), value if isinstance(value, bytes) else None)
        database.execute("COMMIT")

    def drop(self, number: int) -> None:
        """Forget a partition that has gone to another member."""
        database = self._owned.pop(number, None)
        if database is not None:
            database.close()

    def close(self) -> None:
        """Forget everything."""
        for number in tuple(self._owned):
            self.drop(number)

    def changes(self, entries: Sequence[Entry]) -> list[Change]:
        """What a unit with these entries writes: those that are new, and the deletion of some that have expired."""
        new: dict[tuple[str, str, str], Entry] = {}
        for entry in entries:
            path = (entry.window, *entry.name)
            if path not in new and not self._is_known(entry.window, entry.name):
                new[path] = entry
        put = [
            Change(partition_of(path[1], self._partitions), msgspec.json.encode(path), _packed(entry))
            for path, entry in new.items()
        ]
        now_us, room = self._clock(), len(entries) + SWEPT_AT_ONCE
        gone = [
            Change(number, msgspec.json.encode(path), None)
            for number, database in self._owned.items()
            for path in database.execute(_EXPIRED, (now_us, room)).fetchall()
            if path not in new
        ]
        return gone[:room] + put

    def committed(self, changes: Sequence[Change]) -> None:
        """The unit with these changes has become true."""
        for change in changes:
            _change(self._owned[change.partition], _path.decode(change.key), change.value)

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Session."""
        return frozenset(name for name in set(names) if self._is_known(window, name))

    def _is_known(self, window: str, name: Name) -> bool:
        return bool(self._of(name.key).execute(_KNOWN, (window, *name, self._clock())).fetchone())

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        """See Session."""
        rows = self._of(key).execute(_ENTRIES, (window, key, self._clock())).fetchall()
        return [Entry(window, Name(key, ident), expires_us, value) for ident, expires_us, value in rows]

    def _of(self, key: str) -> sqlite3.Connection:
        number = partition_of(key, self._partitions)
        if number not in self._owned:
            raise RuntimeError(
                f"partition {number} of group {self._group} is not this member's: key of another record?"
            )
        return self._owned[number]


def _packed(entry: Entry) -> bytes:
    return entry.expires_us.to_bytes(_EXPIRES_BYTES, "big") + entry.value


def _change(database: sqlite3.Connection, path: tuple[str, str, str], value: bytes | None) -> None:
    if value is None:
        database.execute(_DELETE, path)
    else:
        expires_us = int.from_bytes(value[:_EXPIRES_BYTES], "big")
        database.execute(_PUT, (*path, expires_us, value[_EXPIRES_BYTES:]))
