"""Disks that can be full: small file systems in memory that a server keeps its data on, filled to the last byte.

Mounting asks Linux for the right to; whoever may not is told so before anything begins.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 2048
"""A run of hundreds of faults leaves some hundred MiB on each; what is not used takes no memory."""
_FILLER = "filler"


class Disk:
    """One file system, mounted at `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """Not a byte more can be written; what stands there stays."""
        with (self._folder / _FILLER).open("wb") as filler:
            there = os.statvfs(self._folder)
            os.posix_fallocate(filler.fileno(), 0, there.f_bavail * there.f_frsize)

    def clear(self) -> None:
        """There is room again."""
        (self._folder / _FILLER).unlink(missing_ok=True)


@contextmanager
def mounting() -> Iterator[Callable[[Path], Disk]]:
    """Gives what mounts a disk at a folder, which it makes; all of them go at the end.

    What it gives raises PermissionError where this user may not mount.
    """
    mounted: list[Path] = []

    def mount(folder: Path) -> Disk:
        folder.mkdir(parents=True)
        asked = ["mount", "-t", "tmpfs", "-o", f"size={MIB}m,mode=0711", "tmpfs", str(folder)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PermissionError(f"no disk can be mounted: {done.stderr.strip()}; be root, or do without --disks")
        mounted.append(folder)
        return Disk(folder)

    try:
        yield mount
    finally:
        for folder in mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)
