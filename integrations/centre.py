"""The running centre: every stage on its thread, and the loops that are not stages, between `start` and `stop`."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Literal

from ingest.embedded import EmbeddedRunner
from ingest.events import Crashed, Halted, Held, RunnerEvent, Working
from ingest.stage import Stage
from ingest.tracing import traced
from integrations import deadlines, easing, outbox
from integrations.gauges import gauges
from integrations.loops import Chore, repeat
from integrations.pipeline import Centre, road
from integrations.prometheus import Telemetry
from integrations.register import totals
from integrations.roles import WHOLE, Loop, Role
from integrations.traces import Traces, open_traces
from vision.ports import Eyes, SecondReader

State = Literal["working", "held", "crashed", "halted"]
"""`held` where a store is away, `halted` where a person must look: neither is mended by a restart."""
_STATES: Mapping[type[RunnerEvent], State] = {
    Working: "working",
    Held: "held",
    Crashed: "crashed",
    Halted: "halted",
}

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
        self.telemetry = Telemetry(gauges(centre, role))
        self._states: dict[str, State] = {}
        self._faces: dict[str, Callable[[], State]] = {}
        self._runner = EmbeddedRunner(self.stages, centre.stream, _failed, centre.clock, self._observe)
        self._stop = threading.Event()
        self._loops = [
            threading.Thread(
                target=repeat,
                args=(name, _chore(name, centre), self._stop, self._observe, _failed),
                name=name,
                daemon=True,
            )
            for name in role.loops
        ]

    def states(self) -> Mapping[str, State]:
        """How each stage, loop and face fares, by name: for who asks whether this process is fit for work."""
        names = (*(stage.name for stage in self.stages), *self.role.loops)
        faces = {name: state() for name, state in self._faces.items()}
        return {name: self._states.get(name, "working") for name in names} | faces

    def has_face(self, name: str, state: Callable[[], State]) -> None:
        """From now on `states` tells of this face too, as `state` has it."""
        self._faces[name] = state

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


def _chore(name: Loop, c: Centre) -> Chore:
    """What a loop of that name does; opens what it uses, and raises as that does."""
    match name:
        case "outbox":
            return Chore(outbox.Relay(c.casebook, c.stream, c.clock).drain, outbox.IDLE_S)
        case "pruning":
            return Chore(outbox.Relay(c.casebook, c.stream, c.clock).prune, HOUR_S)
        case "deadlines":
            return Chore(deadlines.DeadlineSource(c.casebook, c.plate_key, c.clock).tick, deadlines.IDLE_S)
        case "easing":
            return Chore(easing.Easing(c.casebook, c.law, c.policy, c.clock).tick, easing.IDLE_S)
        case "hours":
            return Chore(partial(totals.fold_outcome_hours, c.register), HOUR_S)


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
