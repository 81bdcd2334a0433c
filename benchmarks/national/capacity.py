"""The capacity model: what a passage costs each process at one size, checked at another, and what a country would need.

A process costs so much a second at rest, and so much a passage above it. Nothing else is assumed of it, so a prediction
that fails at the second size says that the model does.
"""

from collections.abc import Mapping

import msgspec

from benchmarks.national.load import DAY_S, NATIONAL_DEVICES, PASSAGES_A_DEVICE_DAY, peak, rate

HEADROOM = 0.6
"""Of a core in use at most: above it queues grow faster than work."""
SIZES = (1, 10)
"""The country, and ten times that."""
ASSUMPTIONS = (
    "a process costs a fixed amount at rest and a fixed amount a passage; no cost grows with what is stored",
    "cores are as fast as this machine's, shared by servers and roles, and at most 60 % in use",
    f"a device sees {PASSAGES_A_DEVICE_DAY:.0f} passages a day, 1 % of them offences; a burst in the busiest hour is "
    f"{peak():.1f} times the average",
    "vision is not in it: the networks are measured apart (benchmarks/README.md, eyes)",
    "one broker without replicas, one database, one register, one object store: replicas multiply what is written",
)


class Spent(msgspec.Struct, frozen=True):
    """A stretch of time: how long, how many passages, and processor seconds by process."""

    seconds: float
    passages: int
    cpu_s: dict[str, float]


class Checked(msgspec.Struct, frozen=True):
    """A prediction for the second size beside what was measured there; `error` is predicted over measured, less one."""

    predicted_cpu_s: float
    measured_cpu_s: float
    error: float


class Needed(msgspec.Struct, frozen=True):
    """What so many devices need at their peak."""

    devices: int
    average_passages_s: float
    peak_passages_s: float
    peak_mb_s: float
    cores: dict[str, float]
    cores_in_all: float
    frames_tb_day: float


class Capacity(msgspec.Struct, frozen=True):
    """The model, its check, and what follows."""

    at_rest_ms_s: dict[str, float]
    ms_a_passage: dict[str, float]
    checked: Checked
    needed: list[Needed]
    assumptions: tuple[str, ...]


def model(rest: Spent, first: Spent, second: Spent, frame_bytes: int) -> Capacity:
    """From a machine at rest and the first size; checked at the second, whose costs are then extrapolated."""
    idle = {name: cpu_s / rest.seconds for name, cpu_s in rest.cpu_s.items()}
    learnt = _per_passage(first, idle)
    predicted = sum(
        idle.get(name, 0.0) * second.seconds + learnt.get(name, 0.0) * second.passages for name in second.cpu_s
    )
    measured = sum(second.cpu_s.values())
    costs = _per_passage(second, idle)
    return Capacity(
        at_rest_ms_s={name: seconds * 1e3 for name, seconds in idle.items()},
        ms_a_passage={name: seconds * 1e3 for name, seconds in costs.items()},
        checked=Checked(predicted, measured, predicted / measured - 1 if measured else 0.0),
        needed=[_needed(size * NATIONAL_DEVICES, idle, costs, frame_bytes) for size in SIZES],
        assumptions=ASSUMPTIONS,
    )


def _per_passage(spent: Spent, idle: Mapping[str, float]) -> dict[str, float]:
    passages = max(1, spent.passages)
    return {
        name: max(0.0, cpu_s - idle.get(name, 0.0) * spent.seconds) / passages for name, cpu_s in spent.cpu_s.items()
    }


def _needed(devices: int, idle: Mapping[str, float], costs: Mapping[str, float], frame_bytes: int) -> Needed:
    average = rate(devices)
    most = average * peak()
    cores = {name: (idle.get(name, 0.0) + cost * most) / HEADROOM for name, cost in costs.items()}
    return Needed(
        devices=devices,
        average_passages_s=average,
        peak_passages_s=most,
        peak_mb_s=most * frame_bytes / 1e6,
        cores=cores,
        cores_in_all=sum(cores.values()),
        frames_tb_day=average * frame_bytes * DAY_S / 1e12,
    )
