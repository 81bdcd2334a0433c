"""What the scheduler knows beforehand: who acts and how often, when days begin, how rough they are."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from ingest.topics import STAGES

MICROS = 1_000_000
WORKERS = ("cameras", "spool", *STAGES, "outbox", "deadlines")
"""Who drains the road, in its order."""
BEGINNINGS = (
    (date(2026, 6, 3), 8, 20),
    (date(2026, 5, 22), 8, 23),
    (date(2025, 12, 31), 22, 24),
    (date(2026, 3, 20), 6, 20),
    (date(2026, 2, 27), 8, 23),
)
"""Days and the hours they begin between: ordinary ones, before holidays, and the last of a year, when at midnight the
money of an act becomes another."""
STORMS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""How rough a day is; one in six is quiet, so that faults can be told from what goes wrong by itself."""
WEIGHTS = {
    "cameras": 10, "vision": 6, "sections": 5, "crosscheck": 6, "confirm": 5, "decide": 6, "seal": 6, "issue": 6,
    "notify": 5, "lifecycle": 5, "register": 6, "recall": 1, "outbox": 8, "deadlines": 2, "officers": 3, "payers": 2,
    "owners": 2, "spool": 2,
    "time": 8, "hour": 1, "ntp": 1, "blackout": 0.4, "prune": 0.3,
}  # fmt: skip
"""Who acts next, by how often. `time` passes by seconds, `hour` by many minutes; `blackout` ends all processes."""
BACK_TO_WORK_S = 60
"""Longer than any back-off: after it every paused partition is read again."""
ROUNDS = 250
"""Of draining: a day that needs more makes no progress."""
NTP_US = 40 * MICROS
"""The centre's clock is never farther off: a third of what channels and devices are believed."""


@dataclass
class Process:
    """One that dies and starts anew. `begin` opens it and returns what it does in one step."""

    begin: Callable[[], Callable[[], object]]
    step: Callable[[], object] | None = None


@dataclass
class Trace:
    """What was scheduled, line by line."""

    lines: list[str] = field(default_factory=list)
    steps: int = 0

    def step(self, now_us: int, who: str, outcome: object) -> None:
        """One scheduled step."""
        self.steps += 1
        self.lines.append(f"{self.steps} {now_us} {who}: {outcome}")

    @property
    def sha256(self) -> str:
        """Names the whole course of the day."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def few(rng: random.Random) -> int:
    """How many vehicles pass: rather few, for many short days find more than one long one."""
    return 1 + min(rng.randrange(8), rng.randrange(8))
