"""A camera for demonstrations and load: shots at a rate, each signed, kept, delivered, and kept on while it is not."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from ingest.client import Delivered, DeviceClient, Picture, Seen


@dataclass(slots=True)
class Tally:
    """What a camera did. `refused` counts by the door's code; `waiting` events have no receipt yet."""

    captured: int = 0
    delivered: int = 0
    waiting: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def shots_of(photographs: Sequence[Path]) -> Iterator[bytes]:
    """The photographs' bytes, over and over."""
    return (path.read_bytes() for path in cycle(photographs))


def run(
    client: DeviceClient, shots: Iterable[bytes], seen: Seen, *, rate: float, told: Callable[[Tally], None]
) -> Tally:
    """Captures the shots, `rate` a second, delivering in between; `told` hears the tally after each."""
    tally, start_s = Tally(), time.monotonic()
    for number, shot in enumerate(shots):
        client.capture((Picture("violation", shot),), seen)
        tally.captured += 1
        deliver(client, start_s + (number + 1) / rate - time.monotonic(), tally)
        told(tally)
        time.sleep(max(0.0, start_s + (number + 1) / rate - time.monotonic()))
    return tally


def deliver(client: DeviceClient, for_s: float, tally: Tally) -> None:
    """Delivers what is kept for about so many seconds, at least one try, and counts it."""
    for outcome in client.deliver(max(0.001, for_s)):
        if isinstance(outcome, Delivered):
            tally.delivered += 1
        else:
            tally.refused[outcome.code] += 1
    tally.waiting = client.waiting


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """Several cameras' tallies as one."""
    total = Tally()
    for tally in tallies:
        total.captured += tally.captured
        total.delivered += tally.delivered
        total.waiting += tally.waiting
        total.refused += tally.refused
    return total
