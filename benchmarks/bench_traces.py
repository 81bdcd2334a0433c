"""Traces: processor time of a message through a function stage, traces off, on for others, on for it.

`python -m benchmarks traces`. Each figure is the least of REPEATS, the modes taking turns, in processor time of the
whole process: a busy machine moves it little, and the thread that batches spans is in it. Nothing is sent anywhere.
"""

import time
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from adjudication import codec, ids
from adjudication.messages import PassageClosed
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import TRACEPARENT, Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import HOUR_S, Topic
from ingest.tracing import traced
from integrations.traces import Traces

IN = Topic("bench-in.v1", "device", HOUR_S, "for the benchmark")
OUT = Topic("bench-out.v1", "device", HOUR_S, "for the benchmark")
MESSAGES = 5_000
REPEATS = 5
MODES = {"off": None, "on_untraced": 0.0, "on_1_percent": 0.01, "on_all": 1.0}
"""Share of the messages that are traced; None: the stage is not wrapped at all."""


class _Nowhere(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        del spans
        return SpanExportResult.SUCCESS


def run() -> dict[str, float]:
    """Microseconds of processor time a message, by mode."""
    best = dict.fromkeys(MODES, float("inf"))
    for _ in range(REPEATS):
        for mode, share in MODES.items():
            best[mode] = min(best[mode], _us_a_message(share))
    return {f"traces_{mode}_us": us for mode, us in best.items()}


def _us_a_message(share: float | None) -> float:
    stage = Stage("forward", "function", (IN,), _forward)
    traces = None if share is None else Traces(_Nowhere(), 1.0, "bench")
    stream = MemoryStream((IN, OUT))
    stream.send([_message(n, share or 0.0) for n in range(MESSAGES)])
    runner = Runner(stage if traces is None else traced(stage, traces), stream.session("forward", (IN,)))
    began = time.process_time()
    while runner.step(0) == "worked":
        pass
    if traces is not None:
        traces.close()
    return (time.process_time() - began) / MESSAGES * 1e6


def _forward(received: Sequence[Received]) -> list[Outgoing]:
    return [Outgoing(OUT, one.key, one.message, one.carried()) for one in received]  # type: ignore[arg-type]  # no frames


def _message(n: int, share: float) -> NewRecord:
    ident = ids.stable_id("bench", n)
    message = PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 40}", hour_us=0, outcome="NONE")
    headers = {"trace": ident}
    if n % 1000 < share * 1000:
        headers[TRACEPARENT] = f"00-{ident}-{ident[:16]}-01"
    return NewRecord(IN.name, message.device_id, codec.encode(message), headers)


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name:32} {figure:8.1f}")
