"""The native routes: a device pushes a signed frame, and asks what came of it.

    POST /v1/events              the frame is the body; the receipt is the answer
    GET  /v1/events/{event_id}   what came of it, for the device that sent it or for an administrator

The event loop only reads bodies; checking, keeping and waiting for the flush happen in one hop to a thread, because the
flush blocks anyway and SHA-256 lets other threads run.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from adjudication import codec, ids
from adjudication.errors import Invalid
from adjudication.units import MICROS_PER_SECOND
from ingest.admission import Admitted, active, admit
from ingest.clock import Clock
from ingest.devices import DeviceRegister
from ingest.doors.authority import is_administrator
from ingest.doors.body import body_of
from ingest.doors.contract import gives, takes
from ingest.doors.headers import CONTENT_TYPE, DEVICE_HEADER, INSTANT_HEADER, RECEIPT_TYPE, SIGNATURE_HEADER
from ingest.frame import MAX_FRAME_BYTES
from ingest.keeping import Keeper
from ingest.overload import DeviceRates, InFlight, Limits
from ingest.problems import problem
from ingest.receipts import receipt_of
from ingest.sequences import SequenceMemory
from ingest.signatures import is_signed, question
from ingest.stage import LATE, RECEIVED_US, TRACE, TRACEPARENT
from ingest.status import EventStatus
from ingest.stream import NewRecord
from ingest.topics import FRAMES
from ingest.tracing import Tracing

QUESTION_AGE_US = 300 * MICROS_PER_SECOND
"""A signed question may be asked again by whoever saw it for five minutes: twice the clock error a device may have."""

_QUESTION_PARAMETERS = [
    {"name": "sequence", "in": "query", "schema": {"type": "integer"}, "description": "the event's sequence number"},
    {"name": DEVICE_HEADER, "in": "header", "schema": {"type": "string"}, "description": "the device that asks"},
    {"name": INSTANT_HEADER, "in": "header", "schema": {"type": "integer"}, "description": "now, UTC microseconds"},
    {
        "name": SIGNATURE_HEADER,
        "in": "header",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
        "description": "Ed25519 over `TZQ1`, path with query, device and instant, joined by line feeds; lower-case hex",
    },
]

Count = Callable[[str], None]
"""Is told the fate of each event: `kept`, `known`, `spooled`, or a code of ingest.problems."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where frames are taken in: all that the native door works with."""

    devices: DeviceRegister
    keeper: Keeper
    clock: Clock
    receipt_key: Ed25519PrivateKey
    limits: Limits
    count: Count
    sequences: SequenceMemory
    rates: DeviceRates
    tracing: Tracing | None = None

    def take(self, body: bytes) -> Response:
        """The answer to one frame; blocks until the event is durable or refused.

        Raises:
            Invalid: the frame is refused for good.
            Unavailable: the device register cannot answer.
        """
        if self.tracing is None:
            return self._take(body, 0)
        began_ns = time.time_ns()
        try:
            return self._take(body, began_ns)
        except Invalid as error:
            self.tracing.refused(error.code, began_ns)
            raise

    def _take(self, body: bytes, began_ns: int) -> Response:
        now_us = self.clock()
        admitted = admit(body, self.devices, now_us)
        frame = admitted.frame
        wait_s = self.rates.wait_s(frame.header.device_id, time.monotonic())
        if wait_s:
            return self._later("device-rate", wait_s)
        claim = self.sequences.claim(frame.event_id, frame.sha256)
        if claim == "other":
            raise Invalid("sequence-reused", f"sequence {frame.header.sequence} was used for another content")
        if claim == "new" and not self._keep(admitted, body, now_us, began_ns):
            return self._later("nowhere-to-keep", self.limits.full_retry_after_s)
        if claim == "kept":
            self.count("known")
        return Response(receipt_of(frame, self.receipt_key), 200, _location(frame.event_id), RECEIPT_TYPE)

    def _keep(self, admitted: Admitted, body: bytes, now_us: int, began_ns: int) -> bool:
        frame, kept = admitted.frame, False
        span = self.tracing.event(frame.header.device_id, began_ns) if self.tracing else None
        headers = {RECEIVED_US: str(now_us), TRACE: frame.event_id}
        if admitted.timeliness == "late":
            headers[LATE] = "1"
        if span is not None:
            headers[TRACEPARENT] = span.traceparent
        try:
            where = self.keeper.keep(NewRecord(FRAMES.name, frame.header.device_id, body, headers))
            kept = where != "full"
        finally:
            self.sequences.settle(frame.event_id, kept=kept)
        fate = {"stream": "kept", "spool": "spooled", "full": "nowhere-to-keep"}[where]
        if span is not None:
            span.end(fate, int(kept))
        if kept:
            self.count(fate)
        return kept

    def _later(self, code: str, after_s: float) -> Response:
        self.count(code)
        return problem(code, retry_after_s=after_s)


def event_routes(counter: Counter) -> APIRouter:
    """The route that takes events."""
    router = APIRouter(tags=["device"])
    in_flight = InFlight(counter.limits)

    @router.post(
        "/v1/events",
        summary="Push one signed event with its pictures",
        responses=gives("SignedReceipt", "The event is durable; the same every time", media_type=RECEIPT_TYPE),
        openapi_extra=takes("Frame", CONTENT_TYPE),
    )
    async def push_event(request: Request) -> Response:
        """Takes a frame. The receipt is given once the event survives a loss of power; the same event again gives the
        same bytes. Send an event again until its receipt has come and its signature is right.
        """
        _check_content_type(request)
        declared = _declared(request)
        with in_flight.hold(MAX_FRAME_BYTES if declared is None else declared) as held:
            if not held:
                counter.count("overloaded")
                return problem("overloaded", retry_after_s=counter.limits.retry_after_s)
            body = await body_of(request, MAX_FRAME_BYTES, counter.limits.body_s, "frame-too-large")
            return await run_in_threadpool(counter.take, body)

    return router


def status_routes(devices: DeviceRegister, clock: Clock, status: EventStatus, admin_token: str | None) -> APIRouter:
    """The route that says what came of an event."""
    router = APIRouter(tags=["device"])

    @router.get(
        "/v1/events/{event_id}",
        summary="What came of an event",
        responses=gives("EventState", "The event as far as it has come"),
        openapi_extra={"parameters": _QUESTION_PARAMETERS},
    )
    def event_status(event_id: str, request: Request) -> Response:
        """The event's passages as far as they have come. A device signs its question and gives the event's `sequence`
        in the query, which proves that the event is its own; an administrator needs neither.
        """
        if not is_administrator(request, admin_token):
            _check_own_event(request, event_id, devices, clock())
        state = status.find(event_id)
        if state is None:
            raise Invalid("event-unknown", "no such event is known here")
        return Response(codec.encode(state), 200, media_type="application/json")

    return router


def _check_content_type(request: Request) -> None:
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != CONTENT_TYPE:
        raise Invalid("content-type-wrong", f"an event is sent as {CONTENT_TYPE}")


def _declared(request: Request) -> int | None:
    """The body's length as the request declares it; None for a chunked body.

    Raises:
        Invalid: `length-malformed` or `frame-too-large`.
    """
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Invalid("length-malformed", "Content-Length is no number of bytes")
    if int(text) > MAX_FRAME_BYTES:
        raise Invalid("frame-too-large", f"{int(text)} bytes; at most {MAX_FRAME_BYTES}")
    return int(text)


def _check_own_event(request: Request, event_id: str, devices: DeviceRegister, now_us: int) -> None:
    """Raises Invalid unless a device signed this question lately (`not-authorised`) about its own event."""
    device_id = request.headers.get(DEVICE_HEADER, "")
    instant, sequence = request.headers.get(INSTANT_HEADER, ""), request.query_params.get("sequence", "")
    if not (_is_number(instant) and _is_number(sequence)) or abs(now_us - int(instant)) > QUESTION_AGE_US:
        raise Invalid("not-authorised", f"{DEVICE_HEADER}, a recent {INSTANT_HEADER} and a sequence are needed")
    device = active(devices.find(device_id), device_id)
    text = question(f"{request.url.path}?sequence={sequence}", device_id, int(instant))
    signature = _bytes_of(request.headers.get(SIGNATURE_HEADER, ""))
    if not is_signed(text, signature, (key.public_key for key in device.keys_at(now_us))):
        raise Invalid("not-authorised", "the question is not signed by this device")
    if event_id != ids.event_id(device_id, int(sequence)):
        raise Invalid("event-unknown", "this is not the event of that sequence number of yours")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _bytes_of(hex_digits: str) -> bytes:
    try:
        return bytes.fromhex(hex_digits)
    except ValueError:
        return b""


def _location(event_id: str) -> dict[str, str]:
    return {"Location": f"/v1/events/{event_id}"}
