"""The operators' routes, for whoever holds the administrator's token: lag, dead letters, replay.

They stand beside the pages, where the stores are open; `tarazy lag`, `tarazy dead` and `tarazy replay
decisions` ask them.
Nothing here tells a plate, a name or a picture, but a letter's content, which is audited (integrations/deadletters.py).
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Fact
from dashboards.administrator import answer
from ingest.stream import Lag
from integrations.deadletters import PAGE, DeadLetters
from integrations.operating import Again, Behind, Lags, Opened, Past
from integrations.pipeline import Centre
from integrations.replays import Replays
from integrations.roles import ROLES

PATH = "/v1/admin"
MAX_LAW_BYTES = 1024 * 1024
"""A candidate's files: the law that is shipped is 44 KiB, its policy 12."""


def operations_router(centre: Centre, past: Replays) -> APIRouter:
    """The routes under PATH: `/lag`, `/dead` and below it, `/replay`."""
    router = APIRouter(prefix=PATH)
    stages = tuple(name for role in ROLES for name in role.stages or ())
    desk = DeadLetters(centre.casebook, centre.stream, centre.clock, stages)
    _add_looking(router, centre, desk)
    _add_changing(router, centre, desk, past)
    return router


def _add_looking(router: APIRouter, centre: Centre, desk: DeadLetters) -> None:
    token = centre.admin_token

    @router.get("/lag")
    async def lag(request: Request) -> Response:
        return await answer(request, token, lambda _: lags(centre.stream.lag()))

    @router.get("/dead")
    async def dead(request: Request, stage: str = "", code: str = "", page: int = 1, size: int = PAGE) -> Response:
        return await answer(request, token, lambda _: desk.page(stage, code, page, size))

    @router.get("/dead/{place:path}")
    async def letter(request: Request, place: str) -> Response:
        return await answer(request, token, lambda _: desk.show(place))


def _add_changing(router: APIRouter, centre: Centre, desk: DeadLetters, past: Replays) -> None:
    token = centre.admin_token

    @router.post("/dead/content")
    async def content(request: Request) -> Response:
        def opened(body: bytes) -> Fact:
            asked = codec.decode(body, Opened)
            return desk.open(asked.place, asked.reason)

        return await answer(request, token, opened)

    @router.post("/dead/requeue")
    async def requeue(request: Request) -> Response:
        def done(body: bytes) -> Fact:
            asked = codec.decode(body, Again)
            if bool(asked.place) == bool(asked.stage):
                raise Invalid("message-malformed", "name either a place or a stage")
            return desk.put_back(asked.place) if asked.place else desk.put_back_all(asked.stage, asked.code)

        return await answer(request, token, done)

    @router.post("/replay")
    async def replay(request: Request) -> Response:
        return await answer(request, token, lambda body: past.run(codec.decode(body, Past)), max_bytes=MAX_LAW_BYTES)


def lags(found: Sequence[Lag]) -> Lags:
    """Lag as it travels."""
    return Lags(
        behind=tuple(
            Behind(stage=one.group, topic=one.topic, records=one.records, age_ms=round(one.age_s * 1000))
            for one in found
        )
    )
