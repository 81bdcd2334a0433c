"""Traces: one event's way through door and stages, told by W3C trace context in record headers, never in a value.

Whether an event is traced is settled once, at the door. One that is not carries no header, and no stage does anything
for it. One that is gets a span at each stage, the child of the one that caused its record; the span is over when the
batch it was handled in is, and what the stage causes by it carries the span's name on. So a batch of many messages
costs as much as the traced ones among them, and each trace stays one event's. The adapter: `integrations/traces.py`.
Source: W3C Trace Context, recommendation of 23 November 2021, section 3.2.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import msgspec

from adjudication.errors import Conflict, Invalid, Unavailable
from ingest.deadletter import CONFLICT, CRASHED
from ingest.stage import TRACEPARENT, Outgoing, Position, Received, Stage

DONE, HELD = "done", "held"
"""How handling ends that is no refusal: done, or to be asked again because a store is away."""


class Span(Protocol):
    """One step of an event's way, under way."""

    @property
    def traceparent(self) -> str:
        """Its name, as the header of whatever it causes."""

    def end(self, code: str, outputs: int = 0) -> None:
        """It is over, now. `code` is DONE, HELD or the stable code of a refusal; `outputs` is what it caused."""


class Tracing(Protocol):
    """Where spans are told. Safe to call from any thread; returns at once and raises nothing."""

    def event(self, device_id: str, began_ns: int) -> Span | None:
        """An event of an enrolled device that the door takes in since `began_ns` (time.time_ns): None if untraced."""

    def refused(self, code: str, began_ns: int) -> None:
        """A push that the door refused as `code`: each of them is traced, and names nobody."""

    def step(self, stage: str, traceparent: str, batch: int) -> Span | None:
        """The handling of a record caused by `traceparent`, among `batch` others; None if that is no traced span."""


def traced(stage: Stage, tracing: Tracing) -> Stage:
    """The same stage, its handling told. The runner handles a batch that fails again, singly: that is told instead."""
    failed: frozenset[Position] = frozenset()

    def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
        nonlocal failed
        spans = _spans(stage.name, tracing, received)
        if not spans:
            return stage.handle(received)
        try:
            outputs = stage.handle([_within(one, spans.get(one.position)) for one in received])
        except Unavailable:
            _end(spans, HELD)
            raise
        except Exception as error:
            if {one.position for one in received} <= failed:
                _end(spans, _code(error))
            failed = frozenset(spans)
            raise
        caused = [out.headers.get(TRACEPARENT) for out in outputs]
        for span in spans.values():
            span.end(DONE, caused.count(span.traceparent))
        return outputs

    return replace(stage, handle=handle)


def _spans(stage: str, tracing: Tracing, received: Sequence[Received]) -> dict[Position, Span]:
    spans = {}
    for one in received:
        parent = one.headers.get(TRACEPARENT)
        span = tracing.step(stage, parent, len(received)) if parent else None
        if span is not None:
            spans[one.position] = span
    return spans


def _within(received: Received, span: Span | None) -> Received:
    return (
        msgspec.structs.replace(received, headers={**received.headers, TRACEPARENT: span.traceparent})
        if span
        else received
    )


def _end(spans: dict[Position, Span], code: str) -> None:
    for span in spans.values():
        span.end(code)


def _code(error: Exception) -> str:
    match error:
        case Invalid(code=code):
            return code
        case Conflict():
            return CONFLICT
    return CRASHED
