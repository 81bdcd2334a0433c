"""A spool: entries on disk, oldest first, bounded, each one durable before `append` returns.

The door spools records while the stream refuses; a camera spools frames until it holds their receipts. One file an
entry, written beside, synced, renamed into place and the folder synced: a file with a number is whole. Removing is not
synced, so after a loss of power a sent entry may come again; whoever takes it collapses it by its id.
"""

import errno
import os
from pathlib import Path
from threading import Lock
from typing import NamedTuple

_SUFFIX = ".entry"
_ASIDE = ".aside"


class Entry(NamedTuple):
    """One entry; numbers rise, with gaps."""

    number: int
    data: bytes


class Spool:
    """A folder of entries, for one process. Safe to use from many threads.

    `max_bytes` bounds what is waiting. The folder is made with access for its owner only: frames show plates.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = Lock()
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        self._sizes = {int(path.stem): path.stat().st_size for path in folder.glob(f"*{_SUFFIX}")}
        self._bytes = sum(self._sizes.values())
        laid_aside = (int(path.stem) for path in folder.glob(f"*{_ASIDE}"))
        self._next = max((*self._sizes, *laid_aside), default=0) + 1
        self._refused = False

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def full(self) -> bool:
        """Whether not even a small entry fits, or the last one that came did not and nothing has left since."""
        return self._bytes >= self._max_bytes or (self._refused and bool(self._sizes))

    def append(self, data: bytes) -> bool:
        """Makes `data` durable as the youngest entry; False where there is no room, and nothing was kept."""
        self._refused = not self._kept(data)
        return not self._refused

    def _kept(self, data: bytes) -> bool:
        with self._lock:
            if self._bytes + len(data) > self._max_bytes:
                return False
            number, self._next = self._next, self._next + 1
            self._bytes += len(data)
        try:
            self._write(number, data)
        except OSError as error:
            with self._lock:
                self._bytes -= len(data)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return False
            raise
        with self._lock:
            self._sizes[number] = len(data)
        return True

    def oldest(self, entries: int) -> list[Entry]:
        """Up to so many of the oldest entries, oldest first."""
        with self._lock:
            numbers = sorted(self._sizes)[:entries]
        return [Entry(number, self._path(number).read_bytes()) for number in numbers]

    def remove(self, number: int) -> None:
        """Forgets an entry."""
        self._path(number).unlink()
        self._forget(number)

    def lay_aside(self, number: int) -> None:
        """Takes an entry that can never be sent out of the way; its file stays for a person to look at."""
        path = self._path(number)
        path.rename(path.with_suffix(_ASIDE))
        self._forget(number)

    def _forget(self, number: int) -> None:
        with self._lock:
            self._bytes -= self._sizes.pop(number)
        self._refused = False

    def _write(self, number: int, data: bytes) -> None:
        part = self._path(number).with_suffix(".part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._path(number))
        except OSError:
            part.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:020d}{_SUFFIX}"


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable: without it a renamed file may be missing after a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
