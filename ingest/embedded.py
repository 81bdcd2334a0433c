"""All stages in one process, each on its own thread, restarted when they crash.

A bug in one stage must not take the door or the pages down: its thread opens a new session and begins again, ever more
slowly, and the runner quarantines a record that keeps crashing it. A stage halted by its limit of refusals stays so.
"""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from adjudication.errors import Unavailable
from ingest.backoff import LONGEST_S, Backoff
from ingest.clock import Clock, system_clock
from ingest.events import Crashed, Held, Observe, ignore
from ingest.runner import Runner
from ingest.stage import Stage
from ingest.stream import Stream

SWEEP_EVERY_S = 5.0
"""How long expired records may stand beyond their retention while nothing is left to sweep."""
SWEEP_PAUSE_S = 0.02
"""Between two small steps of sweeping, so that the road's commits come in between."""
STOP_S = 30.0
"""What a stop waits for a batch in hand: as long as a container gets between SIGTERM and SIGKILL."""

Failed = Callable[[str, Exception], None]
"""Told of each crash: the stage's name and what it raised; on the stage's thread."""


class EmbeddedRunner:
    """Runs `stages` over `stream` between `start` and `stop`, and sweeps the stream. Also a context manager."""

    def __init__(
        self,
        stages: Sequence[Stage],
        stream: Stream,
        failed: Failed,
        clock: Clock = system_clock,
        observe: Observe = ignore,
    ) -> None:
        self._stages = stages
        self._stream = stream
        self._failed = failed
        self._clock = clock
        self._observe = observe
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start every stage and the sweeper; returns at once."""
        runs = [
            (stage.name, lambda stage=stage, seed=seed: self._run(stage, seed))
            for seed, stage in enumerate(self._stages)
        ]
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True) for name, run in [*runs, ("sweep", self._sweep)]
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Let every stage finish its batch; False if one did not within STOP_S (its batch is then undone)."""
        self._stop.set()
        give_up = time.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> "EmbeddedRunner":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, stage: Stage, seed: int) -> None:
        backoff = Backoff(seed)
        failures = 0
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._run_once(stage, seed)
            except Unavailable as error:  # no session could be opened; within one the runner waits by itself
                failures += 1
                wait_s = backoff.wait_s(failures, error.retry_after_s)
                self._observe(Held(stage.name, error.what, 0, wait_s))
                self._stop.wait(wait_s)
            except Exception as error:
                failures = 1 if time.monotonic() - began > LONGEST_S else failures + 1
                wait_s = backoff.wait_s(failures)
                self._observe(Crashed(stage.name, type(error).__name__, wait_s))
                self._failed(stage.name, error)
                self._stop.wait(wait_s)
            else:
                return  # stopped, or halted for a person to look at

    def _run_once(self, stage: Stage, seed: int) -> None:
        session = self._stream.session(stage.name, stage.reads)
        try:
            Runner(stage, session, self._clock, self._observe, seed).run(self._stop)
        finally:
            session.close()

    def _sweep(self) -> None:
        while not self._stop.wait(SWEEP_EVERY_S):
            try:
                while self._stream.sweep() and not self._stop.wait(SWEEP_PAUSE_S):
                    pass
            except Exception as error:
                self._failed("sweep", error)
