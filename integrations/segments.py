"""Large values of the SQLite stream, in append-only files beside it.

A frame of 350 kB in SQLite would be written twice (log, then table) and freed page by page. Here it is written once,
and a whole file of expired frames goes in one unlink. A row of the stream says (segment, start, length); bytes that no
row speaks of, as a crash leaves them, are never read and go with their file.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SEGMENT_BYTES = 256 * 1024 * 1024
"""A file is closed at this size: about two seconds of the national load, few enough files for a folder."""
ROLLS_PER_RETENTION = 8
"""A file is also closed after this part of its topic's retention, so that bytes outlive their record by at most it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a value stands, in bytes."""

    segment: int
    start: int
    length: int


@dataclass(slots=True)
class _Open:
    number: int
    descriptor: int
    size: int
    opened_us: int


class Segments:
    """The files of one folder. Appending is for one thread at a time; reading is for all."""

    def __init__(self, folder: Path, known: Collection[int]) -> None:
        """Take over `folder`; files not among `known` are left from a crash before their first commit, and go."""
        self._folder = folder
        self._folder.mkdir(exist_ok=True)
        self._next_number = max(known, default=0) + 1
        self._open: dict[str, _Open] = {}
        self._unsynced: set[str] = set()
        kept = {self._path(number).name for number in known}
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()

    def append(self, topic: str, value: bytes, now_us: int, retention_us: int) -> Stored:
        """Write `value` behind the others of its topic; durable only after `sync`. Raises OSError."""
        segment = self._open.get(topic)
        if segment and (
            segment.size >= SEGMENT_BYTES or now_us - segment.opened_us >= retention_us // ROLLS_PER_RETENTION
        ):
            self.sync()
            self._shut(topic)
            segment = None
        if segment is None:
            segment = self._start(topic, now_us)
        start = segment.size
        view = memoryview(value)
        while view:
            written = os.write(segment.descriptor, view)
            view = view[written:]
            segment.size += written
        self._unsynced.add(topic)
        return Stored(segment.number, start, len(value))

    def sync(self) -> None:
        """Return when everything appended survives the loss of power. Raises OSError."""
        for topic in tuple(self._unsynced):
            os.fdatasync(self._open[topic].descriptor)
            self._unsynced.discard(topic)

    def read(self, stored: Stored) -> bytes | None:
        """The value, or None where its file is gone."""
        try:
            descriptor = os.open(self._path(stored.segment), os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return os.pread(descriptor, stored.length, stored.start)
        finally:
            os.close(descriptor)

    def abandon(self) -> None:
        """After a failed write: append to fresh files, since nobody knows how much of the open ones was written."""
        self._unsynced.clear()
        for topic in tuple(self._open):
            self._shut(topic)

    def delete(self, number: int) -> None:
        """Remove a file; whoever is reading it finishes undisturbed."""
        for topic, segment in tuple(self._open.items()):
            if segment.number == number:
                self._shut(topic)
        self._path(number).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files."""
        self.abandon()

    def _start(self, topic: str, now_us: int) -> _Open:
        path = self._path(self._next_number)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        segment = self._open[topic] = _Open(self._next_number, descriptor, 0, now_us)
        self._next_number += 1
        self._sync_folder()
        return segment

    def _sync_folder(self) -> None:
        """A new file's name is durable only with its folder."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _shut(self, topic: str) -> None:
        with suppress(OSError):
            os.close(self._open.pop(topic).descriptor)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012d}.segment"
