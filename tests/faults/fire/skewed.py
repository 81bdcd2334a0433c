"""`python -m tests.faults.fire.skewed ROLE+ROLE`: benchmarks.roles by a clock that a file puts wrong.

The file lies beside the member's log and holds by how much, microseconds in eight bytes (`clock_file`, `put`). Only
ingest/clock.py reads the wall clock for the road, by `time.time_ns`; timeouts go by the monotonic clock, which no
operator and no time server moves.
"""

import os
import struct
import time
from pathlib import Path

LAUNCHER = "tests.faults.fire.skewed"
_OFF = struct.Struct("<q")


def clock_file(folder: Path, member: str) -> Path:
    """Where that member is told by how much its clock is wrong."""
    return folder / f"{member}.clock"


def put(file: Path, off_us: int) -> None:
    """The clock of whoever reads `file` is wrong by so much from now on: ahead, or behind where negative."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT)
    os.pwrite(handle, _OFF.pack(off_us), 0)
    os.close(handle)


def skew(file: Path) -> None:
    """From now on this process's wall clock is wrong by what `file` says, at first by nothing."""
    if not file.exists():
        put(file, 0)
    handle, right = os.open(file, os.O_RDONLY), time.time_ns
    time.time_ns = lambda: right() + 1_000 * _OFF.unpack(os.pread(handle, _OFF.size, 0))[0]


if __name__ == "__main__":
    skew(clock_file(Path(os.environ["TARAZY_DATA"]).parent, os.environ["TARAZY_KAFKA_MEMBER"]))
    from benchmarks.roles import main

    main()
