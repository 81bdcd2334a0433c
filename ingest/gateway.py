"""The gateway: the door that devices push their events through, as one FastAPI application.

    checked (ingest.admission) → not overloaded (ingest.overload) → number not used (ingest.sequences)
    → durable in the stream, else in the spool (ingest.keeping) → receipt (ingest.receipts)

Must: no receipt before the event survives a loss of power; the same event gives the same receipt from every replica;
every refusal is in the table of ingest.problems; bad input never makes a 5xx. Should: an overloaded door says so before
it reads the body. Where the stream is away the door spools; where both are full it answers 507 and keeps nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adjudication import codec
from adjudication.errors import Invalid, Unavailable
from adjudication.facts import Fact, SceneCalibration, Verification
from adjudication.messages import EventCaptured
from ingest.access import Refusals
from ingest.clock import Clock
from ingest.devices import DeviceRegister, EnrolledDevice, PublicKey
from ingest.doors.admin import device_admin_router
from ingest.doors.contract import Described, describe, gives
from ingest.doors.native import Count, Counter, event_routes, status_routes
from ingest.enrolment import DeviceList, Enrolled, EnrolRequest, NewKey, NewState
from ingest.frame import MAGIC, MAX_FRAME_BYTES, MAX_HEADER_BYTES
from ingest.keeping import Keeper
from ingest.overload import DeviceRates, Limits
from ingest.problems import BY_CODE, Problem, problem
from ingest.receipts import SignedReceipt
from ingest.sequences import SequenceMemory
from ingest.signatures import public_hex
from ingest.spool import Spool
from ingest.status import EventState, EventStatus
from ingest.stream import Producer
from ingest.tracing import Tracing

BUG_RETRY_S = 60.0
"""Advised where only a person can help: soon enough to notice that one has."""

HealthStatus = Literal["alive", "streaming", "spooling"]
Taking = Literal["streaming", "spooling", "full", "stopped"]
"""What a door does with an event now. `full`: refuses it, as nothing more can be kept; `stopped`: it was not begun, or
nobody brings what it spooled to the stream."""


class Health(Fact, frozen=True, kw_only=True):
    """How the door is. `spooled`: events that wait for the stream to come back."""

    status: HealthStatus
    spooled: int


class ReceiptKey(Fact, frozen=True, kw_only=True):
    """The public half of the key that signs receipts; a device pins it at its enrolment."""

    receipt_key: PublicKey


_SHAPES: tuple[type[msgspec.Struct], ...] = (
    EventCaptured, SignedReceipt, EventState, Problem, EnrolRequest, Enrolled, EnrolledDevice, DeviceList, NewState,
    NewKey, Verification, SceneCalibration, Health, ReceiptKey,
)  # fmt: skip
_FRAME: Described = {
    "type": "string",
    "format": "binary",
    "maxLength": MAX_FRAME_BYTES,
    "description": f'"{MAGIC.decode()}", the header\'s length as u32 big-endian, the header, an Ed25519 signature of '
    "64 bytes over everything before it, then the pictures one after another, as they came from the sensor, in the "
    "order of the header's `media`. The header is canonical JSON of EventCaptured: keys sorted, no white space, every "
    f"field written, at most {MAX_HEADER_BYTES} bytes.",
    "x-header": {"$ref": "#/components/schemas/EventCaptured"},
}
_ABOUT = "Devices push signed events and get signed receipts. ingest/doors/README.md is the manual for vendors."


def _uncounted(fate: str) -> None:
    del fate


def door(
    devices: DeviceRegister,
    producer: Producer,
    spool: Spool,
    clock: Clock,
    receipt_key: Ed25519PrivateKey,
    *,
    limits: Limits | None = None,
    status: EventStatus | None = None,
    admin_token: str | None = None,
    count: Count = _uncounted,
    tracing: Tracing | None = None,
    refusals: Refusals | None = None,
) -> FastAPI:
    """The door as an application. Its lifespan brings spooled events to the stream.

    Without `status` there is no route that tells what came of an event; without `admin_token` none to enrol devices.
    `count` is told the fate of every event, by code, from any thread; `tracing` begins the traces of some of them;
    `refusals` is told of each attempt that was refused, on any route.
    """
    limits, keeper = limits or Limits(), Keeper(producer, spool)
    memory, rates = SequenceMemory(), DeviceRates(limits)
    counter = Counter(devices, keeper, clock, receipt_key, limits, count, memory, rates, tracing)
    app = FastAPI(
        title="Tarazy: the cameras' door",
        version="1",
        lifespan=_draining(keeper),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    _answer_with_problems(app, count, refusals or Refusals())
    app.include_router(event_routes(counter))
    if status is not None:
        app.include_router(status_routes(devices, clock, status, admin_token))
    if admin_token:
        app.include_router(device_admin_router(devices, admin_token, clock, public_hex(receipt_key)))
    app.state.taking = partial(_taking, app, keeper)
    _add_health(app, keeper, public_hex(receipt_key))
    describe(app, _ABOUT, _SHAPES, {"Frame": _FRAME})
    return app


def taking(door: FastAPI) -> Taking:
    """What a door made by `door` does with an event now, for whoever watches its process."""
    told: Taking = door.state.taking()
    return told


def _taking(app: FastAPI, keeper: Keeper) -> Taking:
    draining: asyncio.Task[None] | None = getattr(app.state, "draining", None)
    if draining is None or draining.done():
        return "stopped"
    if keeper.full:
        return "full"
    return "spooling" if keeper.waiting else "streaming"


def _draining(keeper: Keeper) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    async def drain() -> None:
        while True:
            await asyncio.sleep(await run_in_threadpool(keeper.drain))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.draining = asyncio.create_task(drain())
        yield
        app.state.draining.cancel()
        with suppress(asyncio.CancelledError):
            await app.state.draining

    return lifespan


def _answer_with_problems(app: FastAPI, count: Count, refusals: Refusals) -> None:
    @app.exception_handler(Invalid)
    async def invalid(request: Request, error: Invalid) -> Response:
        count(error.code)
        refusals.tell(request, "door", error.code, BY_CODE[error.code].status)
        return problem(error.code, error.detail, instance=request.url.path)

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, error: Unavailable) -> Response:
        count("unavailable")
        return problem("unavailable", instance=request.url.path, retry_after_s=error.retry_after_s)

    @app.exception_handler(HTTPException)
    async def unroutable(request: Request, error: HTTPException) -> Response:
        code = "method-not-allowed" if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else "not-found"
        refusals.tell(request, "door", code, error.status_code)
        answer = problem(code, instance=request.url.path)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def bug(request: Request, _: Exception) -> Response:
        count("internal")
        return problem("internal", instance=request.url.path, retry_after_s=BUG_RETRY_S)


def _add_health(app: FastAPI, keeper: Keeper, receipt_key: PublicKey) -> None:
    @app.get("/v1/health", summary="Whether the door lives", tags=["operation"], responses=gives("Health", "It lives"))
    async def health() -> Response:
        """Answers as long as the process does."""
        return _health("alive", keeper)

    @app.get("/v1/ready", summary="Whether events are taken", tags=["operation"], responses=gives("Health", "They are"))
    async def ready(request: Request) -> Response:
        """`streaming`, or `spooling` while the stream is away; 507 once nothing more can be kept."""
        match taking(request.app):
            case "full":
                return problem("nowhere-to-keep", instance=request.url.path, retry_after_s=BUG_RETRY_S)
            case "stopped":
                return problem("internal", "spooled events are not brought to the stream", instance=request.url.path)
            case status:
                return _health(status, keeper)

    @app.get(
        "/v1/receipt-key",
        summary="The key that signs receipts",
        tags=["operation"],
        responses=gives("ReceiptKey", "Its public half"),
    )
    async def key() -> Response:
        """Ed25519, hex. A device pins the key it got at its enrolment; this route is for looking."""
        return _json(ReceiptKey(receipt_key=receipt_key))


def _health(status: HealthStatus, keeper: Keeper) -> Response:
    return _json(Health(status=status, spooled=keeper.waiting))


def _json(value: Fact) -> Response:
    return Response(codec.encode(value), media_type="application/json")
