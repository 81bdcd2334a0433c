"""Now, as a value that can be handed in: UTC microseconds. Only this file reads the wall clock for the road."""

import time
from collections.abc import Callable

from adjudication.units import MICROS_PER_SECOND

CLOCKS_US = 120 * MICROS_PER_SECOND
"""How far two clocks that are compared may lie apart: of a camera, a channel, two processes of the centre. Kept by NTP
they are within a second; one that lost it drifts by seconds a day, and two minutes are a month of that."""

Clock = Callable[[], int]
"""Gives the present instant in UTC microseconds."""


def system_clock() -> int:
    """The machine's wall clock, UTC microseconds."""
    return time.time_ns() // 1_000


class VirtualClock:
    """A clock that stands still until it is told otherwise: for tests and for driving deadlines."""

    def __init__(self, start_us: int) -> None:
        self._now_us = start_us

    def __call__(self) -> int:
        return self._now_us

    def advance_s(self, seconds: float) -> None:
        """Move forward by `seconds` (or back, where negative)."""
        self._now_us += round(seconds * MICROS_PER_SECOND)

    def set(self, us: int) -> None:
        """Stand at `us`, UTC microseconds."""
        self._now_us = us
