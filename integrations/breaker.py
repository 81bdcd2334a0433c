"""A circuit breaker: after a run of failures a system is left alone for a while, so that its death costs nobody time.

    closed ── `failures` in a row ──▶ open ── after `rest_s` ──▶ one probe ── success ──▶ closed
                                       ▲                            │
                                       └────────── failure ─────────┘

One breaker guards one system. It knows nothing of what is asked, and counts only failures that cost time (no
connection, an error, silence); nonsense that comes quickly costs none.
"""

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """Says whether to try. Safe to use from several threads."""

    def __init__(self, failures: int, rest_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._rest_s = rest_s
        self._now = now
        self._lock = Lock()
        self._failed = 0
        self._next_probe: float | None = None

    @property
    def open(self) -> bool:
        """Whether the system is being left alone."""
        return self._next_probe is not None

    def admits(self) -> bool:
        """Whether the next question may be asked. While open, true for one caller in each `rest_s`."""
        with self._lock:
            if self._next_probe is None:
                return True
            if self._now() < self._next_probe:
                return False
            self._next_probe = self._now() + self._rest_s
            return True

    def succeeded(self) -> None:
        """The system answered, whatever it said."""
        with self._lock:
            self._failed = 0
            self._next_probe = None

    def failed(self) -> None:
        """The system cost time and gave nothing. Questions under way when it opened do not lengthen the rest."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit and self._next_probe is None:
                self._next_probe = self._now() + self._rest_s
