"""One register over HTTP: ask the cache, ask the breaker, then ask the register within a deadline.

Nothing here raises for what a register does; the reasons of `Unanswered` are

    breaker-open   it failed several times in a row and is being left alone
    timeout        it said nothing, or not all, within the deadline
    refused        no connection, or a status other than 200
    cut            the connection broke before the answer was whole
    garbled        it answered something that is not an answer to the question (wire.py), or without end
    partial        it announced more entries than it gave
"""

import time
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Generic, TypeVar

import msgspec

from adjudication.answers import Answer, NoRecord, System, Unanswered
from adjudication.units import Micros
from ingest.clock import Clock
from integrations.breaker import Breaker
from integrations.outside import NoReply, Outside, checked_url
from integrations.registries import wire
from integrations.snapshots import Snapshots

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class Manners:
    """How a register is treated."""

    deadline_s: float = 2.0
    """For one question, retries included. The gateways in front of registers promise 10 s on average (brief §4.1), the
    registers behind them well under one; what needs longer is asked again later, on its own deadline."""
    attempts: int = 3
    """A refused connection is tried again: restarts behind a balancer take tenths of a second."""
    backoff_s: float = 0.05
    """Before the second attempt; doubled before each further one."""
    failures: int = 5
    """In a row until the breaker opens: fewer would open it for one unlucky second."""
    rest_s: float = 5.0
    """How long a failing register is left alone: an outage is over for us at most this long after it is over."""
    max_age_s: float = 0.0
    """Of a cached answer; 0 keeps none."""
    capacity: int = 10_000
    """Cached answers; about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a register has been answering since start. `reasons` counts the unanswered questions by reason."""

    system: System
    breaker_open: bool
    answered: int
    cached: int
    reasons: dict[str, int]


class HttpRegister(Generic[A]):
    """The register `system` at `url`, whose records are of `kind`. Safe to use from several threads."""

    def __init__(
        self, outside: Outside, url: str, system: System, kind: type[A], *, clock: Clock, manners: Manners
    ) -> None:
        self._outside = outside
        self._url = checked_url(url)
        self._system = system
        self._kind = kind
        self._clock = clock
        self._manners = manners
        self._breaker = Breaker(manners.failures, manners.rest_s)
        self._snapshots: Snapshots[A] = Snapshots(manners.capacity, manners.max_age_s)
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def ask(self, key: Hashable, question: wire.Question) -> A | NoRecord | Unanswered:
        """The register's answer; `key` names what is asked about, apart from the instant."""
        asked_us = self._clock()
        kept = self._snapshots.find(key, question.as_of_us, asked_us)
        if kept is not None:
            self._count("cached")
            return kept
        result = self._ask_register(question, asked_us)
        if isinstance(result.answer, Unanswered):
            self._count(result.answer.reason)
        else:
            self._count("answered")
            if not isinstance(result.answer, NoRecord) and result.since_us is not None:
                self._snapshots.keep(key, result.answer, result.since_us)
        return result.answer

    def health(self) -> Health:
        """How it has been answering."""
        with self._lock:
            counts = dict(self._counts)
        answered, cached = counts.pop("answered", 0), counts.pop("cached", 0)
        return Health(self._system, self._breaker.open, answered, cached, counts)

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _ask_register(self, question: wire.Question, asked_us: Micros) -> wire.Read[A]:
        if not self._breaker.admits():
            return self._nothing("breaker-open", question, asked_us)
        try:
            body = self._post_patiently(msgspec.json.encode(question))
        except NoReply as failure:
            self._tell_breaker(failure)
            return self._nothing(failure.reason, question, asked_us)
        self._breaker.succeeded()
        return wire.read(body, question, self._system, self._kind, asked_us)

    def _tell_breaker(self, failure: NoReply) -> None:
        if failure.reason == "garbled":
            self._breaker.succeeded()
        else:
            self._breaker.failed()

    def _nothing(self, reason: str, question: wire.Question, asked_us: Micros) -> wire.Read[A]:
        return wire.Read(wire.unanswered(self._system, reason, asked_us, question.as_of_us), None)

    def _post_patiently(self, content: bytes) -> bytes:
        """The body of a reply with status 200, after at most `attempts` attempts. Raises NoReply."""
        until = time.monotonic() + self._manners.deadline_s
        pause_s = self._manners.backoff_s
        for _ in range(self._manners.attempts - 1):
            try:
                return self._post(content, until)
            except NoReply as failure:
                if not failure.again or time.monotonic() + pause_s >= until:
                    raise
            time.sleep(pause_s)
            pause_s *= 2
        return self._post(content, until)

    def _post(self, content: bytes, until: float) -> bytes:
        reply = self._outside.post(self._url, content, until=until)
        if reply.status != HTTPStatus.OK:
            raise NoReply("refused", again=reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR)
        return reply.body
