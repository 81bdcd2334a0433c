"""Disks that can be full: small file systems in memory that a server keeps its data on, filled to the last byte.

Mounting asks Linux for the right to; whoever may not is told so before anything begins.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MIB = 2048
"""A run of hundreds of faults leaves some hundred MiB on each; what is not used takes no memory."""
_FILLER = "filler"
_STEPS = (64 * 2**20, 2**20, 4096)
"""Bytes taken at once: what the last step leaves is less than a page."""


class Disk:
    """One file system, mounted at `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """Not a page more can be written; what stands there stays. The server goes on writing meanwhile."""
        filled = 0
        with (self._folder / _FILLER).open("wb") as filler:
            for step in _STEPS:
                with suppress(OSError):  # it is full
                    while True:
                        os.posix_fallocate(filler.fileno(), filled, step)
                        filled += step

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
