"""What breaks, as data: kinds of faults with their weights, and the plan that a seed makes of them."""

import random
from dataclasses import dataclass
from typing import Literal

Target = Literal["role", "broker", "postgres", "clickhouse", "s3"]
How = Literal["kill", "freeze"]


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
)
"""A role that stands still for more than six seconds loses its place in its groups (deploy/servers/kafka.py), for more
than fifteen its open unit as well (integrations/kafka/connection.py). The store of pictures cannot be killed: the one
of the suite keeps everything in memory, so that a killed one would lose what a real one keeps."""
GAP_S = (1.0, 5.0)
"""Between the beginnings of two faults: a role is at work again after three seconds, a broker after ten, so that some
faults find everything well and others do not."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `after_s` the one before, on the target of that number, for so long."""

    number: int
    after_s: float
    target: Target
    which: int
    how: How
    lasts_s: float

    def __str__(self) -> str:
        return f"{self.how} {self.target} {self.which} for {self.lasts_s:.1f} s"


def plan(seed: int, kills: int, *, roles: int, brokers: int) -> list[Fault]:
    """Faults, among them exactly so many kills, the last of them one. The same for the same arguments, always."""
    rng = random.Random(seed)
    each = {"role": roles, "broker": brokers}
    faults: list[Fault] = []
    while kills:
        kind = rng.choices(KINDS, [kind.weight for kind in KINDS])[0]
        after_s, lasts_s = rng.uniform(*GAP_S), rng.uniform(*kind.lasts_s)
        which = rng.randrange(each.get(kind.target, 1))
        faults.append(Fault(len(faults) + 1, after_s, kind.target, which, kind.how, lasts_s))
        kills -= kind.how == "kill"
    return faults
