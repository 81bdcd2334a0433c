"""The running centre: every stage on its thread, and the loops that are not stages, between `start` and `stop`."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Literal

from adjudication.errors import Unavailable
from ingest.embedded import EmbeddedRunner
from ingest.events import Crashed, Halted, Held, RunnerEvent, Working
from ingest.stage import Stage
from ingest.tracing import traced
from integrations.deadlines import DeadlineSource
from integrations.easing import Easing
from integrations.gauges import gauges
from integrations.outbox import Relay
from integrations.pipeline import Centre, road
from integrations.prometheus import Telemetry
from integrations.register import totals
from integrations.roles import WHOLE, Loop, Role
from integrations.traces import Traces, open_traces
from vision.ports import Eyes, SecondReader

Run = Callable[[threading.Event], None]
"""A loop: works until the event is set."""

State = Literal["working", "held", "crashed", "halted"]
"""`held` where a store is away, `halted` where a person must look: neither is mended by a restart."""
_STATES: Mapping[type[RunnerEvent], State] = {
    Working: "working",
    Held: "held",
    Crashed: "crashed",
    Halted: "halted",
}

LOOP_REST_S = 1.0
"""Before a loop that failed begins again: it looks at tables, and whatever is wrong there is so a second later too."""
HOUR_S = 3600.0
LOG = logging.getLogger("tarazy.centre")


class RunningCentre:
    """One deployment, or one role of it, at work. Also a context manager; stopping leaves no batch half done."""

    def __init__(
        self,
        centre: Centre,
        eyes: Eyes | None,
        second: SecondReader | None = None,
        role: Role = WHOLE,
        traces: Traces | None = None,
    ) -> None:
        """Opens what the role uses; raises as that does. Without `traces` the settings say whether there are any."""
        self.centre = centre
        self.role = role
        self.traces = traces or open_traces(centre.settings, role.name)
        stages: Sequence[Stage] = road(centre, eyes, second, role.stages)
        self.stages = stages if self.traces is None else [traced(stage, self.traces) for stage in stages]
        self.telemetry = Telemetry(gauges(centre) if role.watches else dict)
        self._states: dict[str, State] = {}
        self._runner = EmbeddedRunner(self.stages, centre.stream, _failed, centre.clock, self._observe)
        self._stop = threading.Event()
        loops: Mapping[Loop, Callable[[], Run]] = {
            "outbox": lambda: Relay(centre.casebook, centre.stream, centre.clock).run,
            "pruning": lambda: _hourly(Relay(centre.casebook, centre.stream, centre.clock).prune),
            "deadlines": lambda: DeadlineSource(centre.casebook, centre.plate_key, centre.clock).run,
            "easing": lambda: Easing(centre.casebook, centre.law, centre.policy, centre.clock).run,
            "hours": lambda: _hourly(partial(totals.fold_outcome_hours, centre.register)),
        }
        self._loops = [
            threading.Thread(target=self._guarded(name, loops[name]()), name=name, daemon=True) for name in role.loops
        ]

    def states(self) -> Mapping[str, State]:
        """How each stage and loop fares, by name: for who asks whether this process is fit for work."""
        names = (*(stage.name for stage in self.stages), *self.role.loops)
        return {name: self._states.get(name, "working") for name in names}

    def start(self) -> "RunningCentre":
        """Start everything; returns at once."""
        self._runner.start()
        for loop in self._loops:
            loop.start()
        return self

    def stop(self) -> None:
        """Let what is in hand finish, then close the stores."""
        self._stop.set()
        for loop in self._loops:
            loop.join()
        self._runner.stop()
        self.centre.close()
        if self.traces is not None:
            self.traces.close()

    def __enter__(self) -> "RunningCentre":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _observe(self, event: RunnerEvent) -> None:
        self._states[event.stage] = _STATES.get(type(event), self._states.get(event.stage, "working"))
        self.telemetry.observe(event)

    def _guarded(self, name: str, run: Run) -> Callable[[], None]:
        """`run`, begun again after a fault: a loop that dies silently would stop the road without a sign."""

        def guarded() -> None:
            while not self._stop.is_set():
                try:
                    self._states[name] = "working"
                    run(self._stop)
                except Unavailable as error:
                    self._observe(Held(name, error.what, 0, error.retry_after_s))
                    self._stop.wait(error.retry_after_s)
                except Exception as error:
                    self._observe(Crashed(name, type(error).__name__, LOOP_REST_S))
                    _failed(name, error)
                    self._stop.wait(LOOP_REST_S)

        return guarded


def _hourly(work: Callable[[], object]) -> Run:
    def run(stop: threading.Event) -> None:
        while not stop.is_set():
            work()
            stop.wait(HOUR_S)

    return run


def _failed(name: str, error: Exception) -> None:
    """The type and place of a fault; its text may hold what a log must not."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    LOG.error("%s crashed: %s at %s", name, type(error).__name__, "?" if frame is None else _place(frame))


def _place(at: TracebackType) -> str:
    """Module, function and line: where the code lies on this machine is nobody's business."""
    code = at.tb_frame.f_code
    return f"{at.tb_frame.f_globals.get('__name__', '?')}:{code.co_qualname}:{at.tb_lineno}"
