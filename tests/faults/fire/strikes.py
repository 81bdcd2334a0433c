"""Striking a cluster as a plan says, and bringing everything back."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.cluster import Cluster, Member
from tests.faults.fire.plan import Fault, Target

Say = Callable[[str], None]
WATCH_S = 0.1
"""How often it is looked whether a process has ended by itself."""
RETURNS_WITHIN_S = 240.0
"""For a role that begins beside others, on a machine that is busy with something else."""
AWAY = "Unavailable"
"""How a role ends that cannot begin because a store is away; whoever runs it begins it again."""


@dataclass(frozen=True, slots=True)
class Victim:
    """What can be struck. `begin` and `thaw` may return before it works again."""

    kill: Callable[[], None]
    begin: Callable[[], None]
    freeze: Callable[[], None]
    thaw: Callable[[], None]


class Storm:
    """Strikes as a plan says, each fault on a thread of its own; what a target suffers, it suffers one at a time, and
    of several brokers one at a time: two of three are a cluster, one is none.

    A role that ends by itself is begun again, as whoever runs it would, and remembered.
    """

    def __init__(self, cluster: Cluster, roles: Sequence[Member], say: Say) -> None:
        self._cluster = cluster
        self._roles = roles
        self._say = say
        self._victims = _victims(cluster, roles)
        self._busy: dict[object, Future[None]] = {}
        self._pool = ThreadPoolExecutor(8)
        self._calm = threading.Event()
        self._began = time.monotonic()
        self.struck: Counter[str] = Counter()
        self.ended: list[str] = []
        """Roles that ended by themselves, and what they said last."""

    def run(self, faults: Sequence[Fault], done: Callable[[int], None]) -> None:
        """All of `faults`, in their order; `done` hears how many have been struck."""
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
        """Nothing stays frozen, whatever happened."""
        self._calm.set()
        self._pool.shutdown()
        for victim in self._victims.values():
            victim.thaw()

    def _strike(self, fault: Fault) -> None:
        victim = self._victims[fault.target, fault.which]
        self._say(f"{time.monotonic() - self._began:7.1f} s  {fault.number:4}  {fault}")
        if fault.how == "kill":
            if fault.target == "role":
                self._note_end(self._roles[fault.which])
            victim.kill()
            self._calm.wait(fault.lasts_s)
            victim.begin()
        else:
            victim.freeze()
            self._calm.wait(fault.lasts_s)
            victim.thaw()
        self.struck[f"{fault.how} {fault.target}"] += 1

    def _watch_until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            for number, member in enumerate(self._roles):
                suffered = self._busy.get(_key("role", number))
                if (suffered is None or suffered.done()) and self._note_end(member):
                    _launch(member)
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


def _victims(cluster: Cluster, roles: Sequence[Member]) -> Mapping[tuple[Target, int], Victim]:
    brokers, postgres, register = cluster.kafka.brokers, cluster.postgres, cluster.clickhouse
    found: dict[tuple[Target, int], Victim] = {
        ("postgres", 0): Victim(postgres.kill, postgres.start, postgres.pause, postgres.resume),
        ("clickhouse", 0): Victim(register.kill, register.start, register.pause, register.resume),
        ("s3", 0): Victim(_never, _never, cluster.s3.pause, cluster.s3.resume),
    }
    for number, broker in enumerate(brokers):
        found["broker", number] = Victim(broker.kill, broker.start, *_signals(broker.send))
    for number, member in enumerate(roles):
        found["role", number] = Victim(member.kill, lambda role=member: _launch(role), *_signals(member.send))  # type: ignore[misc]
    return found


def _signals(send: Callable[[signal.Signals], None]) -> tuple[Callable[[], None], Callable[[], None]]:
    return lambda: send(signal.SIGSTOP), lambda: send(signal.SIGCONT)


def _never() -> None:
    raise AssertionError("the store of pictures is never killed")
