"""Group commit: one thread writes for all who wait, so that many commits share one flush.

The first to come leads; whoever comes while it writes waits in line, and the first of these leads next. No thread of
its own, nothing to start or stop, and a lone writer pays for no hand-over.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """Something to be written. `error` is what its own thread is to raise."""

    item: T
    done: bool = False
    error: Exception | None = None
    wake: threading.Event = field(default_factory=threading.Event)


class GroupCommit(Generic[T]):
    """Calls `write` with the jobs that wait, never twice at once; `write` sets the `error` of those it refuses."""

    def __init__(self, write: Callable[[Sequence[Job[T]]], None], weigh: Callable[[T], int], most: int) -> None:
        """A group takes no further job once its weights together pass `most`."""
        self._write = write
        self._weigh = weigh
        self._most = most
        self._line: deque[Job[T]] = deque()
        self._line_lock = threading.Lock()
        self._is_led = False

    def submit(self, item: T) -> None:
        """Return once `item` has been written. Raises what `write` raised, or what it refused this job with."""
        job = Job(item)
        with self._line_lock:
            self._line.append(job)
            leads, self._is_led = not self._is_led, True
        if not leads:
            job.wake.wait()
        if not job.done:
            self._lead()
        if job.error is not None:
            raise job.error

    def _lead(self) -> None:
        """Write for the first in line, which is the caller, and those behind it; then hand over."""
        jobs = self._take()
        try:
            self._write(jobs)
        except Exception as error:
            for job in jobs:
                job.error = job.error or error
        finally:
            with self._line_lock:
                self._is_led = bool(self._line)
                following = list(self._line)[:1]
            for job in jobs:
                job.done = True
            for job in (*jobs, *following):
                job.wake.set()

    def _take(self) -> list[Job[T]]:
        jobs: list[Job[T]] = []
        room = self._most
        with self._line_lock:
            while self._line and room > 0:
                jobs.append(self._line.popleft())
                room -= self._weigh(jobs[-1].item)
        return jobs
