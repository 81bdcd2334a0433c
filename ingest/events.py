"""What a runner tells whoever listens (metrics, alarms, the ops page). Plain facts; no name of a person, no plate."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Committed:
    """A unit was committed: `records` read, of them `repeated` dropped as already answered; `outputs` appended.

    `age_s` is how long the oldest of them had waited in the stream, `handle_s` and `commit_s` how long the work took.
    """

    stage: str
    records: int
    repeated: int
    outputs: int
    age_s: float
    handle_s: float
    commit_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A record was laid aside; `alarm` where a person must look at it."""

    stage: str
    code: str
    alarm: bool


@dataclass(frozen=True, slots=True)
class Held:
    """`what` is unavailable: `partitions` pause for `wait_s` seconds (0 partitions: the whole stage)."""

    stage: str
    what: str
    partitions: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Working:
    """The stage reads, and none of its partitions pauses: told once after each start, and once after it was held."""

    stage: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """A bug stopped the worker; it starts again in `wait_s` seconds. `error` is the exception's type, not its text."""

    stage: str
    error: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class Halted:
    """The limit of refusals stopped the stage, before laying the last of them aside; a person starts it again."""

    stage: str


RunnerEvent = Committed | Refused | Held | Working | Crashed | Halted
Observe = Callable[[RunnerEvent], None]
"""A listener; called on the stage's thread, so it returns at once and raises nothing."""


def ignore(event: RunnerEvent) -> None:
    """The listener that does not listen."""
