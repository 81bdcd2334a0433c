"""What breaks, as a table; and the dice that decide, from the day's seed, when.

Ports ask before and after each of their steps (`ports.py`). A fault strikes the process whose step it is, or the store
behind the port for a while. Nothing here knows the road.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from adjudication.errors import Unavailable
from ingest.clock import VirtualClock

When = Literal["before", "after"]
Effect = Literal["kill", "refuse", "lose", "outage", "zombie", "timeout", "rewind"]
"""kill: the process dies here. refuse: not done, and the caller is told so. lose: done, and the caller is told that it
was not. outage: the store refuses everybody for some time. zombie: the process stands still here while another takes
over its work, and then goes on. timeout: a channel's answer is lost. rewind: records that were read come again."""


class Killed(BaseException):
    """The process ends here. No Exception: nothing may catch it, as nothing catches SIGKILL."""


class Fault(NamedTuple):
    """One way to break: at which step of which port, and how often in ten thousand of these steps on a stormy day."""

    port: str
    step: str
    when: When
    effect: Effect
    often: int
    longest_s: int = 0


HOUR_S = 3600

TABLE = (
    # the runner's steps
    Fault("session", "poll", "before", "refuse", 40),
    Fault("session", "poll", "before", "rewind", 80),
    Fault("session", "poll", "after", "kill", 60),
    Fault("session", "begin", "before", "kill", 120),
    Fault("session", "begin", "before", "zombie", 250),
    Fault("session", "begin", "after", "kill", 60),
    Fault("session", "append", "before", "kill", 60),
    Fault("session", "append", "after", "kill", 60),
    Fault("session", "remember", "after", "kill", 60),
    Fault("session", "flush", "before", "kill", 60),
    Fault("session", "flush", "after", "kill", 60),
    Fault("session", "offsets", "after", "kill", 60),
    Fault("session", "commit", "before", "kill", 120),
    Fault("session", "commit", "before", "zombie", 150),
    Fault("session", "commit", "before", "refuse", 120),
    Fault("session", "commit", "after", "kill", 120),
    Fault("session", "commit", "after", "lose", 200),
    # the stream, for those who only append or only read back
    Fault("stream", "send", "before", "kill", 150),
    Fault("stream", "send", "before", "refuse", 200),
    Fault("stream", "send", "before", "outage", 60, HOUR_S // 2),
    Fault("stream", "send", "after", "kill", 250),
    Fault("stream", "send", "after", "lose", 250),
    Fault("stream", "read_at", "before", "refuse", 100),
    Fault("stream", "read_at", "before", "kill", 60),
    # the casebook's transactions
    Fault("casebook", "begin", "before", "kill", 40),
    Fault("casebook", "begin", "before", "refuse", 40),
    Fault("casebook", "begin", "before", "outage", 6, HOUR_S // 2),
    Fault("casebook", "commit", "before", "kill", 60),
    Fault("casebook", "commit", "before", "refuse", 40),
    Fault("casebook", "commit", "after", "kill", 100),
    Fault("casebook", "commit", "after", "lose", 80),
    Fault("casebook", "read", "before", "kill", 10),
    Fault("casebook", "read", "before", "refuse", 15),
    # evidence, register, channels
    Fault("evidence", "put", "before", "kill", 120),
    Fault("evidence", "put", "before", "refuse", 120),
    Fault("evidence", "put", "before", "zombie", 100),
    Fault("evidence", "put", "before", "outage", 40, 3 * HOUR_S),  # full: a person must make room
    Fault("evidence", "put", "after", "kill", 120),
    Fault("evidence", "put", "after", "lose", 120),
    Fault("evidence", "get", "before", "refuse", 60),
    Fault("evidence", "delete", "before", "kill", 200),
    Fault("evidence", "delete", "after", "lose", 200),
    Fault("register", "insert", "before", "kill", 150),
    Fault("register", "insert", "before", "refuse", 150),
    Fault("register", "insert", "before", "zombie", 200),
    Fault("register", "insert", "before", "outage", 40, HOUR_S),
    Fault("register", "insert", "after", "kill", 350),
    Fault("register", "insert", "after", "lose", 250),
    Fault("channel", "send", "before", "kill", 150),
    Fault("channel", "send", "before", "refuse", 150),
    Fault("channel", "send", "before", "outage", 60, HOUR_S),
    Fault("channel", "send", "before", "zombie", 250),
    Fault("channel", "send", "after", "kill", 250),
    Fault("channel", "send", "after", "timeout", 250),
)

OF_TEN_THOUSAND = 10_000


def _by_step() -> dict[tuple[str, str, When], tuple[Fault, ...]]:
    steps: dict[tuple[str, str, When], tuple[Fault, ...]] = {}
    for fault in TABLE:
        place = (fault.port, fault.step, fault.when)
        steps[place] = (*steps.get(place, ()), fault)
    return steps


BY_STEP = _by_step()


@dataclass
class Dice:
    """Decides what breaks. `storm` multiplies the table: 0 is a quiet day. `calm` ends all faults, running ones too."""

    rng: random.Random
    now: VirtualClock
    storm: float
    tell: Callable[[str], None]
    overtake: Callable[[], None] | None = None
    """Lets another process take over the work of the one at hand; None where nobody can."""
    may_stand_still: Callable[[], bool] = lambda: True
    calm: bool = False
    struck: dict[str, int] = field(default_factory=dict)
    _down_until_us: dict[str, int] = field(default_factory=dict)

    def before(self, port: str, step: str) -> Effect | None:
        """Asked before a step. Raises Killed, or Unavailable: the step is not to be taken; `rewind` is the port's."""
        if self.calm:
            return None
        if self.now() < self._down_until_us.get(port, 0):
            raise Unavailable(port, 5.0)
        fault = self._draw(port, step, "before")
        if fault is not None:
            self._strike(fault)
            return fault.effect
        return None

    def after(self, port: str, step: str) -> Effect | None:
        """Asked after a step that was taken. Raises Killed, or Unavailable; `timeout` is the port's to answer."""
        if self.calm:
            return None
        fault = self._draw(port, step, "after")
        if fault is not None:
            self._strike(fault)
            return fault.effect
        return None

    def _draw(self, port: str, step: str, when: When) -> Fault | None:
        faults = BY_STEP.get((port, step, when))
        if not faults or not self.storm:
            return None
        drawn = self.rng.random() * OF_TEN_THOUSAND
        for fault in faults:
            drawn -= fault.often * self.storm
            if drawn < 0:
                return fault
        return None

    def _strike(self, fault: Fault) -> None:
        if fault.effect == "zombie" and (self.overtake is None or not self.may_stand_still()):
            return
        name = f"{fault.effect} {fault.when} {fault.port}.{fault.step}"
        self.struck[name] = self.struck.get(name, 0) + 1
        self.tell(f"  {name}")
        match fault.effect:
            case "kill":
                raise Killed
            case "refuse" | "lose":
                raise Unavailable(fault.port)
            case "outage":
                self._down_until_us[fault.port] = self.now() + self.rng.randrange(1, fault.longest_s) * 1_000_000
                raise Unavailable(fault.port, 5.0)
            case "zombie":
                assert self.overtake is not None
                self.overtake()
            case "timeout" | "rewind":
                return
