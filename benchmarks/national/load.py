"""The load model: which device sends what, and when. Pure: the same seed gives the same events.

A run is three days pressed into `seconds`. On the second day 27 % of the devices are cut off; on the third they send
what they kept, oldest first, and what they capture meanwhile stands behind it, while the others go on. The rate is what
so many devices send in real time, on average over the run; `times` multiplies it.
"""

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

NATIONAL_DEVICES = 6_000
PROCEEDINGS_A_YEAR = 11_000_000
"""Devices and proceedings of the whole country, as this centre is asked to carry them."""
OFFENCES = 0.01
"""Assumed share of passages with an offence: with it the two figures above give what a device sees."""
PASSAGES_A_DEVICE_DAY = PROCEEDINGS_A_YEAR / 365 / NATIONAL_DEVICES / OFFENCES
"""502: a device that records each vehicle of a busy road would see twenty times that."""
DAY_S = 86_400
DAYS = 3
"""Before the outage, the outage, after it: so that it lasts a third of a run."""
HOURS = (10, 7, 5, 5, 8, 18, 40, 68, 72, 60, 53, 52, 54, 54, 55, 59, 66, 73, 68, 52, 40, 33, 26, 18)
"""Weight of each hour of a day. Assumed: a weekday on a main road of a city, two peaks and a quiet night."""
SLOTS_A_DAY = 288
"""Five minutes: what a burst lasts."""
BURST_SHARE, BURST = 0.02, 3.0
"""One slot in fifty has three times its traffic: a green wave, the end of a match. Assumed."""
CUT_OFF = 0.27
"""Share of devices in the outage: as the task states it."""
CATCH_UP = 0.5
"""Of a day, in which a day's spool is sent: half of the next one, so such a device sends at three times its rate."""
LATE, TWICE = 0.01, 0.01
"""Shares of events that are held back by up to an hour, and of those whose receipt is lost, so that they come twice."""
TOO_FAST_KMH = (75, 85, 105, 125)
"""One of each bracket of art. 592, where 60 is allowed."""
LAWFUL_KMH = (None, 55)

Kind = Literal["live", "late", "backlog"]


@dataclass(frozen=True, slots=True)
class Event:
    """One passage. `due_s` is when it is sent, `captured_s` when it happened, both from the run's begin."""

    due_s: float
    captured_s: float
    device: int
    kind: Kind
    twice: bool
    kmh: int | None
    vehicle: int


def rate(devices: int, times: float = 1.0) -> float:
    """Passages a second that so many devices see, on average over a day."""
    return devices * PASSAGES_A_DEVICE_DAY / DAY_S * times


def peak() -> float:
    """How many times the average a burst in the busiest hour is."""
    return max(HOURS) * len(HOURS) / sum(HOURS) * BURST


def plan(
    devices: int, seconds: float, seed: int, *, times: float = 1.0, offences: float = OFFENCES, outage: bool = True
) -> list[Event]:
    """The events of a run, in the order they are due."""
    rng = random.Random(seed)
    days = DAYS if outage else 1
    weights = _weights(rng, days)
    cut_off = frozenset(rng.sample(range(devices), round(devices * CUT_OFF))) if outage else frozenset[int]()
    count = round(rate(devices, times) * seconds)
    events = [
        _event(rng, instant, seconds, device=rng.randrange(devices), offences=offences, cut_off=cut_off)
        for instant in _instants(weights, seconds, count)
    ]
    return sorted(events, key=lambda event: (event.due_s, event.captured_s))


def _weights(rng: random.Random, days: int) -> list[float]:
    """What share of the traffic each slot has: the hour's, and bursts."""
    hours = [HOURS[slot * len(HOURS) // SLOTS_A_DAY] for slot in range(SLOTS_A_DAY)] * days
    return [weight * (BURST if rng.random() < BURST_SHARE else 1.0) for weight in hours]


def _instants(weights: Sequence[float], seconds: float, count: int) -> list[float]:
    """`count` instants in order, as dense as the weights are heavy."""
    sums = list(accumulate(weights, initial=0.0))
    slot_s = seconds / len(weights)
    found = []
    for number in range(count):
        at = (number + 0.5) / count * sums[-1]
        slot = bisect(sums, at) - 1
        found.append((slot + (at - sums[slot]) / weights[slot]) * slot_s)
    return found


def _event(
    rng: random.Random, captured_s: float, seconds: float, *, device: int, offences: float, cut_off: frozenset[int]
) -> Event:
    late = rng.random() < LATE
    due_s, kind = _sent(captured_s, seconds, late_by=rng.random() if late else 0.0, kept=device in cut_off)
    return Event(
        due_s=due_s,
        captured_s=captured_s,
        device=device,
        kind=kind,
        twice=rng.random() < TWICE,
        kmh=rng.choice(TOO_FAST_KMH if rng.random() < offences else LAWFUL_KMH),
        vehicle=rng.randrange(2**31),
    )


def _sent(captured_s: float, seconds: float, *, late_by: float, kept: bool) -> tuple[float, Kind]:
    """When an event goes out, and as what. A spool is sent evenly, and is empty when it has caught up."""
    day_s = seconds / DAYS
    begin, end = day_s, (2 + CATCH_UP) * day_s
    if kept and begin <= captured_s < end:
        return 2 * day_s + (captured_s - begin) * CATCH_UP / (1 + CATCH_UP), "backlog"
    if late_by:
        return min(seconds, captured_s + late_by * day_s / len(HOURS)), "late"
    return captured_s, "live"
