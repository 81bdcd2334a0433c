"""All simulated outside systems over HTTP, on loopback.

POST /registries/{system}     the registers (registries/wire.py)
POST /channels/{channel}      the cabinet and the SMS gateway (channels/http.py)
GET  /cabinet/{number}        what a person received through either, oldest first
POST /control/{target}        {"mode": "slow", "seconds": 3}: how a system behaves from now on (faults.py)
POST /control/clock           {"seconds": 3600}: how far their clock runs ahead of the machine's
GET  /control                 how each behaves, and how often it was asked
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address
from typing import TypeVar

import msgspec
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from integrations.channels.http import KEY_HEADER
from integrations.simulators import desks
from integrations.simulators.faults import TARGETS, Ahead, Behaviour, Command, ShiftedClock, spoil
from integrations.simulators.mailbox import Mailbox
from integrations.simulators.registries import PopulationRegistries

T = TypeVar("T")


def simulator_app(registries: PopulationRegistries, mailbox: Mailbox, clock: ShiftedClock) -> FastAPI:
    """The HTTP face of the simulated systems, all of them well to begin with."""
    app = FastAPI(title="Simulated registers and channels", openapi_url=None)
    behaviours: dict[str, Behaviour] = {target: Behaviour(Command(mode="ok")) for target in TARGETS}
    _serve_systems(app, behaviours, registries, mailbox)
    _serve_control(app, behaviours, clock)

    @app.get("/cabinet/{number}")
    async def cabinet(number: str) -> Response:
        return _json(200, msgspec.json.encode(mailbox.letters(number)))

    return app


def _serve_systems(
    app: FastAPI, behaviours: dict[str, Behaviour], registries: PopulationRegistries, mailbox: Mailbox
) -> None:
    @app.post("/registries/{system}")
    async def ask(system: str, request: Request) -> Response:
        body = await request.body()
        return await _behave(_known(behaviours, system), lambda: desks.ask(registries, system, body))

    @app.post("/channels/{channel}")
    async def send(channel: str, request: Request) -> Response:
        body = await request.body()
        name = next((known for known in desks.CHANNELS if known == channel), None)
        key = request.headers.get(KEY_HEADER)
        if name is None or key is None:
            raise HTTPException(400, f"a sending names cabinet or sms and has a {KEY_HEADER}")
        return await _behave(behaviours[name], lambda: desks.deliver(mailbox, name, key, body))


def _serve_control(app: FastAPI, behaviours: dict[str, Behaviour], clock: ShiftedClock) -> None:
    @app.post("/control/clock")
    async def put_ahead(request: Request) -> Response:
        clock.ahead_s = (await _commanded(request, Ahead)).seconds
        return Response(status_code=204)

    @app.post("/control/{target}")
    async def control(target: str, request: Request) -> Response:
        _known(behaviours, target).command = await _commanded(request, Command)
        return Response(status_code=204)

    @app.get("/control")
    async def state(request: Request) -> Response:
        _require_loopback(request)
        return JSONResponse(
            {
                target: {"mode": behaviour.command.mode, "seconds": behaviour.command.seconds, "asked": behaviour.asked}
                for target, behaviour in behaviours.items()
            }
        )


async def _commanded(request: Request, kind: type[T]) -> T:
    _require_loopback(request)
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as error:
        raise HTTPException(422, str(error)) from error


async def _behave(behaviour: Behaviour, give: Callable[[], desks.Given]) -> Response:
    """What `give` gives, as a system that behaves so would answer it."""
    behaviour.asked += 1
    command = behaviour.command
    if command.mode == "dead":
        return Response(status_code=503)
    try:
        status, body = give()
    except (KeyError, msgspec.DecodeError) as error:
        raise HTTPException(422, "not a question to this system") from error
    if command.mode == "slow":
        await asyncio.sleep(command.seconds)
    if command.mode == "cut":
        return _cut(body)
    return _json(status, spoil(body, command.mode, behaviour.asked))


def _cut(body: bytes) -> Response:
    """Half of `body` under a header that promises all of it: the server closes the connection then."""

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]

    return StreamingResponse(half(), headers={"content-length": str(len(body))}, media_type="application/json")


def _json(status: int, body: bytes) -> Response:
    return Response(body, status_code=status, media_type="application/json")


def _known(behaviours: dict[str, Behaviour], target: str) -> Behaviour:
    if target not in behaviours:
        raise HTTPException(404, f"no such system; known: {', '.join(TARGETS)}")
    return behaviours[target]


def _require_loopback(request: Request) -> None:
    if request.client is None or not ip_address(request.client.host).is_loopback:
        raise HTTPException(403, "the simulators are controlled from this machine only")
