"""Striking a cluster as a plan says, and bringing everything back."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adjudication.units import MICROS_PER_SECOND
from benchmarks.cluster import Cluster, Member
from deploy.servers import clickhouse, postgres
from deploy.servers.kafka import Broker
from tests.faults.fire.disks import Disk
from tests.faults.fire.plan import Fault, How, Target
from tests.faults.fire.skewed import clock_file, put
from tests.faults.fire.wires import Wire

Aim = tuple[str, int]
"""A server's name and number."""
Say = Callable[[str], None]
WATCH_S = 0.1
"""How often it is looked whether a process has ended by itself."""
RETURNS_WITHIN_S = 240.0
"""For a role that begins beside others, on a machine that is busy with something else."""
AWAY = "Unavailable"
"""How a role ends that cannot begin because a store is away; whoever runs it begins it again."""


@dataclass(frozen=True, slots=True)
class Blow:
    """One way to strike one target, and how that is undone; `mend` may return before it works again."""

    strike: Callable[[Fault], object]
    mend: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Breakable:
    """A cluster whose members run, the wires before its servers, and disks of theirs that can be filled."""

    cluster: Cluster
    wires: Mapping[Aim, Wire]
    disks: Mapping[Aim, Disk]


class Storm:
    """Strikes as a plan says, each fault on a thread of its own; what a target suffers, it suffers one at a time, and
    of several brokers one at a time: two of three are a cluster, one is none.

    A role that ends by itself is begun again, as whoever runs it would, and remembered.
    """

    def __init__(self, struck: Breakable, say: Say) -> None:
        self._cluster = struck.cluster
        self._roles = tuple(struck.cluster.members)
        self._say = say
        self._blows = _blows(struck.cluster, struck.wires) | _filled(struck.cluster, struck.disks)
        self._busy: dict[object, Future[None]] = {}
        self._pool = ThreadPoolExecutor(8)
        self._calm = threading.Event()
        self._began = time.monotonic()
        self.struck: Counter[str] = Counter()
        self.ended: list[str] = []
        """Roles that ended by themselves, and what they said last."""

    def run(self, faults: Sequence[Fault], done: Callable[[int], None]) -> None:
        """All of `faults`, in their order; `done` hears the number of each that is struck."""
        for fault in faults:
            self._watch_until(time.monotonic() + fault.after_s)
            key = _key(fault.target, fault.which)
            while key in self._busy and not self._busy[key].done():
                self._watch_until(time.monotonic() + WATCH_S)
            if key in self._busy:
                self._busy[key].result()
            self._busy[key] = self._pool.submit(self._strike, fault)
            done(fault.number)

    def heal(self) -> None:
        """Everything is brought back; returns when it works. Raises RuntimeError, KafkaMissing where it does not."""
        for suffered in self._busy.values():
            suffered.result()
        self._busy.clear()
        for broker in self._cluster.kafka.brokers:
            broker.wait()
        give_up = time.monotonic() + RETURNS_WITHIN_S
        for member in self._roles:
            if self._note_end(member):
                _launch(member)
            while not member.addresses:
                try:
                    member.wait()
                except RuntimeError:
                    if time.monotonic() > give_up:
                        raise
                    assert member.process is not None
                    member.process.wait()
                    self._note_end(member)
                    _launch(member)

    def end(self) -> None:
        """Nothing stays frozen, silent or wrong, whatever happened."""
        self._calm.set()
        self._pool.shutdown()
        for (how, _, _), blow in self._blows.items():
            if how != "kill":
                blow.mend()

    def _strike(self, fault: Fault) -> None:
        blow = self._blows[fault.how, fault.target, fault.which]
        self._say(f"{time.monotonic() - self._began:7.1f} s  {fault.number:4}  {fault}")
        if (fault.how, fault.target) == ("kill", "role"):
            self._note_end(self._roles[fault.which])
        blow.strike(fault)
        self._calm.wait(fault.lasts_s)
        blow.mend()
        self.struck[f"{fault.how} {fault.target}"] += 1

    def watch(self) -> None:
        """Begin again what has ended by itself."""
        for number, member in enumerate(self._roles):
            suffered = self._busy.get(_key("role", number))
            if (suffered is None or suffered.done()) and self._note_end(member):
                _launch(member)

    def _watch_until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            self.watch()
            self._calm.wait(min(WATCH_S, left))

    def _note_end(self, member: Member) -> bool:
        """Whether that process has ended, and nobody struck it."""
        if member.process is None or (code := member.process.poll()) is None:
            return False
        lines = member.log.read_text(errors="replace").strip().splitlines()
        self.ended.append(f"{member.roles} ended with {code}: {lines[-1] if lines else ''}")
        return True


def _key(target: Target, which: int) -> object:
    return target if target == "broker" else (target, which)


def _launch(member: Member) -> None:
    member.addresses = ()
    member.launch()


def _blows(cluster: Cluster, wires: Mapping[Aim, Wire]) -> dict[tuple[How, str, int], Blow]:
    """All that a plan may ask for."""
    found: dict[tuple[How, str, int], Blow] = {}
    casebook, register, s3 = cluster.postgres, cluster.clickhouse, cluster.s3
    found["kill", "postgres", 0] = Blow(lambda _: casebook.kill(), casebook.start)
    found["kill", "clickhouse", 0] = Blow(lambda _: register.kill(), register.start)
    found["freeze", "postgres", 0] = Blow(lambda _: casebook.pause(), casebook.resume)
    found["freeze", "clickhouse", 0] = Blow(lambda _: register.pause(), register.resume)
    found["freeze", "s3", 0] = Blow(lambda _: s3.pause(), s3.resume)
    for number, broker in enumerate(cluster.kafka.brokers):
        found["kill", "broker", number] = Blow(lambda _, it=broker: it.kill(), broker.start)  # type: ignore[misc]
        found["freeze", "broker", number] = _frozen(broker.send)
    for number, member in enumerate(cluster.members):
        found["kill", "role", number] = Blow(lambda _, it=member: it.kill(), partial(_launch, member))  # type: ignore[misc]
        found["freeze", "role", number] = _frozen(member.send)
        found["skew", "role", number] = _skewed(clock_file(cluster.folder, member.name))
    for (target, number), wire in wires.items():
        found["silence", target, number] = Blow(lambda _, it=wire: it.silence(), wire.mend)  # type: ignore[misc]
        found["cut", target, number] = Blow(lambda _, it=wire: it.cut(), wire.mend)  # type: ignore[misc]
        found["slow", target, number] = Blow(lambda fault, it=wire: it.slow(fault.slow_s), wire.mend)  # type: ignore[misc]
    return found


def _filled(cluster: Cluster, disks: Mapping[Aim, Disk]) -> dict[tuple[How, str, int], Blow]:
    """A server may end where its disk is full, as its makers want it; whoever runs it makes room and starts it."""
    servers: dict[Aim, Broker | postgres.Server | clickhouse.Server] = {
        ("postgres", 0): cluster.postgres,
        ("clickhouse", 0): cluster.clickhouse,
        **{("broker", number): broker for number, broker in enumerate(cluster.kafka.brokers)},
    }

    def mended(disk: Disk, server: Broker | postgres.Server | clickhouse.Server) -> None:
        disk.clear()
        assert server.process is not None
        if server.process.poll() is not None:
            server.start()

    return {
        ("fill", *aim): Blow(lambda _, it=disk: it.fill(), partial(mended, disk, servers[aim]))  # type: ignore[misc]
        for aim, disk in disks.items()
    }


def _frozen(send: Callable[[signal.Signals], None]) -> Blow:
    return Blow(lambda _: send(signal.SIGSTOP), lambda: send(signal.SIGCONT))


def _skewed(file: Path) -> Blow:
    return Blow(lambda fault: put(file, round(fault.skew_s * MICROS_PER_SECOND)), lambda: put(file, 0))
