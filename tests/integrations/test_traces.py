"""One event, one trace, from the door to the register; off unless it is asked for; and nobody is in it."""

import gzip
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adjudication import codec
from adjudication.calendar import civil_day
from adjudication.errors import Conflict, Invalid, Unavailable
from benchmarks.legend import LegendEyes, LegendSecond
from benchmarks.traffic import enrol, passings
from dashboards.centre import door_of
from dashboards.serving import Served, listening
from ingest.client import Delivered, DeviceClient
from ingest.clock import system_clock
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.spool import Spool
from ingest.stage import TRACEPARENT, Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import DECISIONS, OUTCOMES
from ingest.tracing import traced
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.pipeline import Centre
from integrations.roles import ROLES
from integrations.simulators.population import Population
from integrations.simulators.registries import PopulationRegistries
from integrations.traces import ATTRIBUTES, CODE, DEVICE, DOOR, OUTPUTS, STAGE, Traces, open_traces
from tests import samples
from tests.faced import centre_over
from tests.ingest.cameras import HEADERS, OTHER_KEY, Door, served, signed, until
from tests.office import Postbox

SEED, EVENTS = 7, 8
RESTS_WITHIN_S = 240.0
"""Seconds of a machine at rest; many times that of one at work."""
PEOPLE = Population(SEED, 60, civil_day(system_clock()))
STAGES = {name for role in ROLES for name in role.stages or ()}
PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


class Told:
    """Traces kept in memory."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.traces = Traces(self.exporter, ratio, "test")

    def spans(self) -> Sequence[ReadableSpan]:
        self.traces._provider.force_flush()
        return self.exporter.get_finished_spans()


def whole(folder: Path) -> Centre:
    """A centre on this machine's clock, with registers and channels in memory."""
    centre = centre_over(folder, system_clock)
    centre.stream = MemoryStream()
    centre.spool = Spool(folder / "spool", 1_000_000)
    centre.registries = PopulationRegistries(PEOPLE, system_clock)
    centre.channels = (Postbox("cabinet", system_clock), Postbox("sms", system_clock))
    return centre


def drive(centre: Centre, told: Told, folder: Path) -> None:
    """EVENTS passings through the whole road, until nothing is in hand."""
    plan = passings(PEOPLE, SEED, EVENTS, (85, None, 105))
    running = RunningCentre(centre, LegendEyes(), LegendSecond(), traces=told.traces)
    close, centre.close = centre.close, lambda: None  # what the test run shares stays open
    with running, Served(door_of(running), listening("127.0.0.1", 0)) as door:
        [file] = enrol(door.url, centre.admin_token, ["cam-1"], SEED)
        with DeviceClient(file, folder / "camera", clock=system_clock) as client:
            for passing in plan:
                client.capture([passing.picture(2_000)], passing.seen(system_clock()))
            assert sum(isinstance(one, Delivered) for one in client.deliver(30.0)) == EVENTS
        until(lambda: at_rest(centre), RESTS_WITHIN_S)
    centre.close = close


def at_rest(centre: Centre) -> bool:
    def busy() -> int:
        return sum(lag.records for lag in centre.stream.lag()) + centre.casebook.outbox.waiting()

    quiet = not busy() and not time.sleep(0.3)
    return quiet and not busy()


@pytest.mark.timeout(300)
def test_an_event_is_one_trace_from_the_door_to_the_register_and_nobody_is_in_it(tmp_path: Path) -> None:
    told = Told()
    drive(whole(tmp_path), told, tmp_path)
    spans = told.spans()
    traces: dict[int, list[ReadableSpan]] = {}
    for span in spans:
        traces.setdefault(span.context.trace_id, []).append(span)
    assert len(traces) == EVENTS
    for trace in traces.values():
        ids = {span.context.span_id for span in trace}
        roots = [span for span in trace if span.parent is None]
        assert [root.name for root in roots] == [DOOR]
        assert all(span.parent.span_id in ids for span in trace if span.parent is not None)
        assert {"vision", "crosscheck", "confirm", "decide", "register"} <= {span.name for span in trace}
        assert {span.attributes[CODE] for span in trace} <= {"done", "kept", "held"}
    assert any({"seal", "issue", "notify", "lifecycle"} <= {span.name for span in trace} for trace in traces.values())
    assert_nobody_is_in(spans)


def assert_nobody_is_in(spans: Sequence[ReadableSpan]) -> None:
    """What a span says is of closed sets; whatever else it holds names no plate, no person and no case."""
    for span in spans:
        assert span.name in {DOOR, *STAGES}
        said = dict(span.attributes)
        assert set(said) <= ATTRIBUTES
        assert said.pop(STAGE) == span.name
        assert said.pop(DEVICE, "cam-1") == "cam-1"
        assert re.fullmatch(r"[a-z0-9-]+", said.pop(CODE))
        assert all(isinstance(number, int) for number in said.values())
        assert (span.events, span.links, span.status.description) == ((), (), None)
    text = "".join(span.to_json() for span in spans)
    people = [one for dossier in PEOPLE.dossiers for one in (dossier.vehicle.plate, dossier.vehicle.vin)]
    people += [person.number for person in PEOPLE.persons] + [person.name_ru for person in PEOPLE.persons]
    assert [word for word in people if word in text] == []


def test_traces_are_off_unless_they_are_asked_for(tmp_path: Path) -> None:
    assert open_traces(Settings(), "whole") is None
    source = "import sys, integrations.centre, dashboards.centre; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
    door = Door(tmp_path)
    with served(door.app) as url:
        assert httpx.post(f"{url}/v1/events", content=signed().encode(), headers=HEADERS).status_code == 200
    assert TRACEPARENT not in door.stream.records[0].headers


def test_an_event_outside_the_sample_is_traced_nowhere_and_a_refusal_always(tmp_path: Path) -> None:
    told = Told(ratio=0.0)
    door = Door(tmp_path, tracing=told.traces)
    with served(door.app) as url:
        for frame in (signed(1), signed(2, key=OTHER_KEY), signed(3, device_id="489AAC02")):
            httpx.post(f"{url}/v1/events", content=frame.encode(), headers=HEADERS)
    assert TRACEPARENT not in door.stream.records[0].headers
    refused = [dict(span.attributes) for span in told.spans()]
    assert [one[CODE] for one in refused] == ["signature-wrong", "device-unknown"]
    assert all(DEVICE not in one for one in refused)  # nobody proved to be that device


def through(handle: Callable[[Sequence[Received]], Sequence[Outgoing]], told: Told, count: int) -> MemoryStream:
    """`count` traced decisions and one that is not, through a stage of that handling."""
    stream = MemoryStream()
    for n in range(count + 1):
        headers = {TRACEPARENT: PARENT} if n else {}
        stream.send([NewRecord(DECISIONS.name, "key", codec.encode(samples.decision(n + 1)), headers)])
    stage = traced(Stage("judge", "function", (DECISIONS,), handle), told.traces)
    runner = Runner(stage, stream.session("judge", (DECISIONS,)))
    for _ in range(3):
        runner.step(0)
    return stream


def test_what_a_message_causes_is_its_child_and_an_untraced_neighbour_has_none() -> None:
    told = Told()

    def forward(received: Sequence[Received]) -> list[Outgoing]:
        return [Outgoing(OUTCOMES, "k", one.message, one.carried()) for one in received for _ in range(2)]

    stream = through(forward, told, 2)
    spans = told.spans()
    assert [span.attributes[OUTPUTS] for span in spans] == [2, 2]
    assert {f"{span.parent.trace_id:032x}/{span.parent.span_id:016x}" for span in spans} == {"a" * 32 + "/" + "b" * 16}
    children = [f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01" for span in spans]
    carried = [record.headers.get(TRACEPARENT) for record in stream.scan(OUTCOMES.name, 0, 2**62)]
    assert carried == [None, None, *(child for child in children for _ in range(2))]


@pytest.mark.parametrize(
    ("error", "codes"),
    [
        (Invalid("law-unknown", "no"), ["law-unknown", "done"]),
        (Conflict("cause", "no"), ["conflict", "done"]),
        (Unavailable("register"), ["held"] * 2),
    ],
)
def test_how_handling_ended_is_told_once_for_each_message(error: Exception, codes: list[str]) -> None:
    told = Told()

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if any(one.message == samples.decision(2) for one in received):
            raise error
        return []

    through(handle, told, 2)
    assert [span.attributes[CODE] for span in told.spans()] == codes


@pytest.mark.parametrize("named", ["", "x", PARENT[:-2] + "00", PARENT + "x", PARENT.upper(), "00-" + "0" * 52])
def test_a_header_that_names_no_traced_span_is_no_trace(named: str) -> None:
    assert Told().traces.step("decide", named, 1) is None


def test_spans_are_sent_by_otlp_and_a_collector_that_is_away_delays_nothing() -> None:
    got: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            assert self.path == "/v1/traces"
            got.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    there = open_traces(Settings(traces=address, traces_ratio=1.0), "gateway")
    assert there is not None
    span = there.event("cam-1", time.time_ns())
    assert span is not None
    span.end("kept", 1)
    there.close()
    server.shutdown()
    server.server_close()
    [resource] = got[0].resource_spans
    assert {one.key: one.value.string_value for one in resource.resource.attributes} == {
        "service.namespace": "tarazy",
        "service.name": "gateway",
    }
    away = open_traces(Settings(traces=address), "gateway")
    assert away is not None
    began = time.monotonic()
    away.refused("signature-wrong", time.time_ns())
    assert time.monotonic() - began < 1.0
    away.close()
    assert time.monotonic() - began < 30.0
