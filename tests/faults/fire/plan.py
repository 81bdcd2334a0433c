"""What breaks, as data: kinds of faults with their weights, and the plan that a seed makes of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

Target = Literal["role", "broker", "postgres", "clickhouse", "s3", "registries", "channels"]
How = Literal["kill", "freeze", "silence", "slow", "cut", "skew", "fill"]
"""Processes are killed and frozen, wires (wires.py) silent, slow and cut, clocks (skewed.py) put wrong, disks
(disks.py) filled."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault; it lasts between the two numbers of seconds."""

    target: Target
    how: How
    weight: int
    lasts_s: tuple[float, float]


KINDS = (
    Kind("role", "kill", 26, (0, 0)),
    Kind("role", "kill", 12, (2, 15)),
    Kind("role", "freeze", 8, (8, 20)),
    Kind("broker", "kill", 20, (0, 8)),
    Kind("broker", "freeze", 6, (3, 15)),
    Kind("postgres", "kill", 6, (0, 5)),
    Kind("postgres", "freeze", 4, (2, 10)),
    Kind("clickhouse", "kill", 6, (0, 8)),
    Kind("clickhouse", "freeze", 3, (2, 10)),
    Kind("s3", "freeze", 4, (2, 10)),
    Kind("role", "skew", 8, (2, 30)),
    Kind("broker", "silence", 6, (2, 20)),
    Kind("broker", "slow", 4, (5, 20)),
    Kind("broker", "cut", 4, (0, 10)),
    Kind("postgres", "silence", 3, (2, 20)),
    Kind("postgres", "slow", 2, (5, 15)),
    Kind("postgres", "cut", 3, (0, 10)),
    Kind("clickhouse", "silence", 3, (2, 20)),
    Kind("clickhouse", "cut", 2, (0, 10)),
    Kind("s3", "silence", 3, (2, 20)),
    Kind("s3", "cut", 3, (0, 10)),
    Kind("registries", "silence", 3, (2, 15)),
    Kind("registries", "cut", 2, (0, 10)),
    Kind("channels", "silence", 2, (2, 15)),
    Kind("channels", "cut", 2, (0, 10)),
)
"""A role that stands still for more than six seconds loses its place in its groups (deploy/servers/kafka.py), for more
than fifteen its open unit as well (integrations/kafka/connection.py). The store of pictures cannot be killed: the one
of the suite keeps everything in memory, so that a killed one would lose what a real one keeps; its wire is cut."""
DISKS = (
    Kind("broker", "fill", 8, (1, 8)),
    Kind("postgres", "fill", 6, (1, 8)),
    Kind("clickhouse", "fill", 6, (1, 8)),
)
"""Only where asked for: a disk that can be filled is mounted, which takes the right to."""
SLOW_S = 0.3
"""The most that a slow wire holds what comes, each way: the far end of the earth, and some."""
SKEW_S = 40.0
"""The most that a clock is wrong: a third of what the door believes a device's (ingest/lateness.py): two that
are compared may both be."""
GAP_S = (1.0, 5.0)
"""Between the beginnings of two faults: a role is at work again after three seconds, a broker after ten, so that some
faults find everything well and others do not."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `after_s` the one before, on the target of that number, for so long; `force` is between -1 and 1."""

    number: int
    after_s: float
    target: Target
    which: int
    how: How
    lasts_s: float
    force: float

    @property
    def slow_s(self) -> float:
        """By how much a wire is slow."""
        return SLOW_S * abs(self.force)

    @property
    def skew_s(self) -> float:
        """By how much a clock is wrong, ahead or behind."""
        return SKEW_S * self.force

    def __str__(self) -> str:
        much = {"slow": f" by {1000 * self.slow_s:.0f} ms", "skew": f" by {self.skew_s:+.0f} s"}.get(self.how, "")
        return f"{self.how} {self.target} {self.which}{much} for {self.lasts_s:.1f} s"


def plan(seed: int, kills: int, *, roles: int, brokers: int, disks: bool = False) -> list[Fault]:
    """Faults, among them exactly so many kills, the last of them one. The same for the same arguments, always."""
    kinds = KINDS + DISKS if disks else KINDS
    rng = random.Random(seed)
    each = {"role": roles, "broker": brokers}
    faults: list[Fault] = []
    while kills:
        kind = rng.choices(kinds, [kind.weight for kind in kinds])[0]
        after_s, lasts_s = rng.uniform(*GAP_S), rng.uniform(*kind.lasts_s)
        which = rng.randrange(each.get(kind.target, 1))
        faults.append(Fault(len(faults) + 1, after_s, kind.target, which, kind.how, lasts_s, rng.uniform(-1, 1)))
        kills -= kind.how == "kill"
    return faults


def lives(faults: Sequence[Fault], each: int, first: int = 1) -> list[list[Fault]]:
    """A plan from its kill `first` on, cut behind every `each` kills: what one life of servers suffers after another.

    With a kill goes what breaks between it and the one before.
    """
    ends = [0, *(at for at, fault in enumerate(faults, 1) if fault.how == "kill")]
    left = [faults[start:end] for start, end in pairwise(ends)][first - 1 :]
    return [list(chain.from_iterable(left[at : at + each])) for at in range(0, len(left), each)]
