"""Lateness: which instants of capture the door believes.

A device that was cut off sends what it kept: late events are accepted and marked, as long as an act could still be
sent. Nothing is accepted from the future, because a wrong clock makes every term of the law wrong.
"""

from typing import Literal

from adjudication.errors import Invalid
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest.clock import CLOCKS_US

FUTURE_TOLERANCE_US = CLOCKS_US
"""As far as any two clocks of the road may lie apart."""

FRESH_US = 15 * 60 * MICROS_PER_SECOND
"""Up to here an event is on time: an outage this short ends by the client's own back-off, and an eighth of a frame's
two hours of retention (ingest.topics.FRAMES) is far from any alarm."""

OLDEST_US = 31 * 24 * 3600 * MICROS_PER_SECOND
"""Older events can yield no act: the sending term of art. 822-1(3), 10 days by art. 739(3), is at most about three
weeks round New Year. The door is coarse on purpose; the exact last day is the law's (reason SEND_TERM_LAPSED)."""

Timeliness = Literal["fresh", "late"]


def timeliness(captured_us: Micros, clock_offset_us: int | None, now_us: Micros) -> Timeliness:
    """Whether an event comes on time. The device's own known clock offset (device − source) is taken out first.

    Raises:
        Invalid: `captured-in-future` or `captured-too-long-ago`.
    """
    age_us = now_us - (captured_us - (clock_offset_us or 0))
    if age_us < -FUTURE_TOLERANCE_US:
        raise Invalid("captured-in-future", f"captured {-age_us // MICROS_PER_SECOND} s ahead of the centre's clock")
    if age_us > OLDEST_US:
        raise Invalid("captured-too-long-ago", f"captured {age_us // MICROS_PER_SECOND} s ago; no act could follow")
    return "fresh" if age_us <= FRESH_US else "late"
