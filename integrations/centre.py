"""The running centre: every stage on its thread, and the loops that are not stages, between `start` and `stop`."""

import logging
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from adjudication.errors import Unavailable
from ingest.embedded import EmbeddedRunner
from ingest.stage import Stage
from integrations.deadlines import DeadlineSource
from integrations.gauges import gauges
from integrations.outbox import Relay
from integrations.pipeline import Centre, road
from integrations.prometheus import Telemetry
from integrations.register import totals
from vision.ports import Eyes, SecondReader

HOUR_S = 3600.0
LOG = logging.getLogger("tarazy.centre")


class RunningCentre:
    """One deployment at work. Also a context manager; stopping leaves no batch half done."""

    def __init__(self, centre: Centre, eyes: Eyes | None, second: SecondReader | None = None) -> None:
        self.centre = centre
        self.stages: Sequence[Stage] = road(centre, eyes, second)
        self.telemetry = Telemetry(gauges(centre))
        self._runner = EmbeddedRunner(self.stages, centre.stream, _failed, centre.clock, self.telemetry.observe)
        self._stop = threading.Event()
        relay = Relay(centre.casebook, centre.stream, centre.clock)
        deadlines = DeadlineSource(centre.casebook, centre.plate_key, centre.clock)
        loops = {"outbox": relay.run, "deadlines": deadlines.run, "housekeeping": self._housekeeping(relay)}
        self._loops = [
            threading.Thread(target=self._guarded(name, run), name=name, daemon=True) for name, run in loops.items()
        ]

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

    def __enter__(self) -> "RunningCentre":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _housekeeping(self, relay: Relay) -> Callable[[threading.Event], None]:
        def run(stop: threading.Event) -> None:
            while not stop.is_set():
                totals.fold_outcome_hours(self.centre.register)
                relay.prune()
                stop.wait(HOUR_S)

        return run

    def _guarded(self, name: str, run: Callable[[threading.Event], None]) -> Callable[[], None]:
        """`run`, begun again after a fault: a loop that dies silently would stop the road without a sign."""

        def guarded() -> None:
            while not self._stop.is_set():
                try:
                    run(self._stop)
                except Unavailable as error:
                    self._stop.wait(error.retry_after_s)
                except Exception as error:
                    _failed(name, error)
                    self._stop.wait(1.0)

        return guarded


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
