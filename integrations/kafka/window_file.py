"""The entries of one partition of a window, as a member keeps them while it owns the partition.

A private file of SQLite that has no name any more once it is open: its room is free again when it is closed, or its
process ends. It is never read back, so nothing is kept of what stood before, and nothing waits for the disk.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from adjudication.errors import Unavailable
from ingest.stream import Entry, Name

EntryPath = tuple[str, str, str]
"""Window, key and id of an entry."""
_EXPIRES_BYTES = 8

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
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


def packed(entry: Entry) -> bytes:
    """What a changelog says of an entry beside its path; `WindowFile.apply` reads it."""
    return entry.expires_us.to_bytes(_EXPIRES_BYTES, "big") + entry.value


class WindowFile:
    """Whatever is asked of it raises Unavailable where its disk is full or fails. It is then of no more use."""

    def __init__(self, folder: Path | None) -> None:
        """Empty, in `folder`; None: the system's for temporary files."""
        with _disk():
            handle, path = tempfile.mkstemp(prefix="window-", dir=folder)
            os.close(handle)
            try:
                self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            finally:
                Path(path).unlink()
            self._database.executescript(_SCHEMA)

    def apply(self, changes: Iterable[tuple[EntryPath, bytes | None]]) -> None:
        """Entries put, as `packed` made them, and (None) deleted. Raises also what `changes` raises."""
        with _disk():
            self._database.execute("BEGIN")
            for path, value in changes:
                if value is None:
                    self._database.execute(_DELETE, path)
                else:
                    expires_us = int.from_bytes(value[:_EXPIRES_BYTES], "big")
                    self._database.execute(_PUT, (*path, expires_us, value[_EXPIRES_BYTES:]))
            self._database.execute("COMMIT")

    def known(self, window: str, names: Iterable[Name], now_us: int) -> set[Name]:
        """Those of `names` that have an entry which has not expired."""
        with _disk():
            asked = ((name, self._database.execute(_KNOWN, (window, *name, now_us)).fetchone()) for name in names)
            return {name for name, found in asked if found}

    def entries(self, window: str, key: str, now_us: int) -> Sequence[Entry]:
        """Those of a key that have not expired, by id."""
        with _disk():
            rows = self._database.execute(_ENTRIES, (window, key, now_us)).fetchall()
        return [Entry(window, Name(key, ident), expires_us, value) for ident, expires_us, value in rows]

    def expired(self, now_us: int, limit: int) -> Sequence[EntryPath]:
        """Paths of that many that have expired."""
        with _disk():
            return self._database.execute(_EXPIRED, (now_us, limit)).fetchall()

    def close(self) -> None:
        """Its room is free."""
        with suppress(sqlite3.OperationalError):
            self._database.close()


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise Unavailable("disk of the windows") from error
