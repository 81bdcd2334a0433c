"""What every process of the machine below this one has used: processor seconds, memory, bytes written.

Source: Linux proc(5). A process that has ended counts where its parent waited for it, so a sum never falls. Memory is
what is resident and not shared: a database's processes share most of theirs.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

NAMES = (
    ("kafka.Kafka", "broker"),
    ("deploy.servers.clickhouse_http", "register"),
    ("ministack", "s3"),
    ("integrations.simulators", "registries"),
    ("benchmarks.roles", "role"),
    ("postgres", "database"),
    ("spawn_main", "client"),
)
"""What a command line says, and what its process is called here; a child of none of these is its parent's."""
LOAD_SIDE = ("client", "watcher", "registries", "other")
"""What a cluster in service does not have: devices, the benchmark, and what plays other bodies' registers."""
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Used(msgspec.Struct, frozen=True):
    """Since a process began; `written` are bytes it gave to the disk, 0 where that may not be read."""

    cpu_s: float = 0.0
    memory_mib: float = 0.0
    written: int = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(self.cpu_s + other.cpu_s, self.memory_mib + other.memory_mib, self.written + other.written)


def used() -> dict[str, Used]:
    """By name of process; this one is the "watcher"."""
    me = os.getpid()
    parents = {pid: _parent(pid) for pid in _pids()}
    found = {"watcher": _used(me, waited=False)}
    for pid in parents:
        name = _name(pid, parents, me)
        if name:
            found[name] = found.get(name, Used()) + _used(pid, waited=True)
    return found


def _pids() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return []


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def _name(pid: int, parents: dict[int, int], me: int) -> str:
    """What a process below `me` is called; "" for others."""
    line = [pid]
    while parents.get(line[-1], 0) not in (0, me):
        line.append(parents[line[-1]])
    if parents.get(line[-1]) != me:
        return ""
    return next((name for one in line if (name := _told(one))), "other")


def _told(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    text = " ".join(words)
    name = next((name for part, name in NAMES if part in text), "")
    return next((word for word in reversed(words) if word), "") if name == "role" else name


def _used(pid: int, *, waited: bool) -> Used:
    fields = _fields(pid)
    if not fields:
        return Used()
    try:
        resident, shared = (int(word) for word in Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    except (OSError, ValueError):
        return Used()
    ticks = sum(int(number) for number in fields[11 : 15 if waited else 13])  # utime, stime, cutime, cstime
    return Used(ticks / TICKS, (resident - shared) * PAGE / 2**20, _written(pid))


def _written(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("write_bytes")), 0)
