"""Loops that are not stages: work done over and over beside the road, and told of as a stage is."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from adjudication.errors import Unavailable
from ingest.backoff import Backoff
from ingest.events import Crashed, Held, Observe, Working

CRASH_REST_S = 1.0
"""Before work that failed begins again: it looks at tables, and whatever is wrong there is so a second later too."""

Failed = Callable[[str, Exception], None]
"""Told of each crash: the loop's name and what it raised."""


@dataclass(frozen=True, slots=True)
class Chore:
    """What a loop does: `work`, again at once where it returns that something was done, else after `idle_s`."""

    work: Callable[[], object]
    idle_s: float


def repeat(name: str, chore: Chore, stop: Event, observe: Observe, failed: Failed) -> None:
    """Works until told to stop. A loop that died silently would stop the road without a sign, so none does.

    Where a store is away it waits as a stage does, ever longer and never less than the store's own advice: what counts
    the waits of stages (tarazy_stage_held_total) counts these on the same scale.
    """
    backoff, failures, working = Backoff(seed=0), 0, False
    while not stop.is_set():
        try:
            pause_s = 0.0 if chore.work() else chore.idle_s
        except Unavailable as error:
            failures, working = failures + 1, False
            pause_s = backoff.wait_s(failures, error.retry_after_s)
            observe(Held(name, error.what, 0, pause_s))
        except Exception as error:
            failures, working, pause_s = 0, False, CRASH_REST_S
            observe(Crashed(name, type(error).__name__, pause_s))
            failed(name, error)
        else:
            failures = 0
            if not working:
                working = True
                observe(Working(name))
        if pause_s:
            stop.wait(pause_s)
