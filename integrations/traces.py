"""Traces over OpenTelemetry: the port of `ingest/tracing.py`, sent by OTLP over HTTP to where TARAZY_TRACES says.

Nothing is loaded, made or sent where it is empty. A span's attributes are those of ATTRIBUTES and no others: no plate,
no person, no case; a device only once it has proved to be enrolled. What cannot be sent is dropped: no stage waits.
"""

import random
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.tracing import DONE, HELD
from integrations.config import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan

STAGE, BATCH, OUTPUTS, CODE, DEVICE = (f"tarazy.{name}" for name in ("stage", "batch", "outputs", "code", "device"))
ATTRIBUTES = frozenset({STAGE, BATCH, OUTPUTS, CODE, DEVICE})
"""All that a span may say: door or stage, records handled together, what they caused, how it ended, which device."""
DOOR = "door"
EXPORT_S = 5.0
"""What one sending may take, and so a stop: a collector answers in milliseconds or is away."""

_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01\Z")
_CODE = re.compile(r"[a-z0-9-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class _Step:
    """A span under way."""

    span: "OtelSpan"

    @property
    def traceparent(self) -> str:
        """See ingest.tracing.Span."""
        context = self.span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"

    def end(self, code: str, outputs: int = 0) -> None:
        """See ingest.tracing.Span."""
        from opentelemetry.trace import StatusCode

        code = code if _CODE.match(code) else "other"
        self.span.set_attributes({CODE: code, OUTPUTS: outputs})
        if code not in {DONE, HELD, "kept", "spooled"}:
            self.span.set_status(StatusCode.ERROR)
        self.span.end()


class Traces:
    """Tracing by the SDK of OpenTelemetry, one tracer for one process."""

    def __init__(self, exporter: "SpanExporter", ratio: float, role: str) -> None:
        """`ratio` of the events are traced, 0 to 1, and every refusal; `role` names this process."""
        from opentelemetry.context import Context
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON

        # Made here and not from the environment: a resource found there may name machine and user.
        resource = Resource({"service.namespace": "tarazy", "service.name": role})
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("tarazy")
        self._nothing = Context()
        self._ratio = ratio

    def event(self, device_id: str, began_ns: int) -> _Step | None:
        """See ingest.tracing.Tracing."""
        if random.random() >= self._ratio:  # noqa: S311 - a sample, not a secret
            return None
        return self._door(began_ns, {STAGE: DOOR, DEVICE: device_id})

    def refused(self, code: str, began_ns: int) -> None:
        """See ingest.tracing.Tracing."""
        self._door(began_ns, {STAGE: DOOR}).end(code)

    def step(self, stage: str, traceparent: str, batch: int) -> _Step | None:
        """See ingest.tracing.Tracing."""
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        named = _PARENT.match(traceparent)
        if named is None:
            return None
        parent = SpanContext(int(named[1], 16), int(named[2], 16), is_remote=True, trace_flags=TraceFlags(1))
        context = set_span_in_context(NonRecordingSpan(parent), self._nothing)
        return _Step(self._tracer.start_span(stage, context, attributes={STAGE: stage, BATCH: batch}))

    def close(self) -> None:
        """Send what is there, and stop."""
        self._provider.force_flush(round(EXPORT_S * 1000))
        self._provider.shutdown()

    def _door(self, began_ns: int, attributes: Mapping[str, str]) -> _Step:
        return _Step(self._tracer.start_span(DOOR, self._nothing, attributes=dict(attributes), start_time=began_ns))


def open_traces(settings: Settings, role: str) -> Traces | None:
    """Tracing as the settings ask for it; None where they ask for none, and nothing of OpenTelemetry is loaded."""
    if not settings.traces:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    endpoint = settings.traces.rstrip("/").removesuffix("/v1/traces") + "/v1/traces"
    authorities = ssl.get_default_verify_paths().cafile  # SSL_CERT_FILE, which the exporter's own client does not read
    exporter = OTLPSpanExporter(endpoint, certificate_file=authorities, timeout=EXPORT_S)
    return Traces(exporter, settings.traces_ratio, role)
