"""Routes for the administrator's token, beside the pages: how they read a body, answer, and refuse (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus

import msgspec
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from adjudication import codec
from adjudication.errors import Invalid, Unavailable
from adjudication.facts import Fact
from ingest.doors.authority import check_administrator
from ingest.doors.body import body_of
from ingest.problems import MEDIA_TYPE, Problem

MAX_BODY_BYTES = 64 * 1024
"""An account is some hundred bytes, a question about dead letters fewer."""
BODY_S = 10.0
"""An administrator's own network: a body of that size takes milliseconds."""
STATUS = {
    "not-authorised": HTTPStatus.UNAUTHORIZED,
    "body-too-slow": HTTPStatus.REQUEST_TIMEOUT,
    "body-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "letter-unknown": HTTPStatus.NOT_FOUND,
    "record-expired": HTTPStatus.GONE,
}
"""Of refusals that are not simply 422."""


async def answer(
    request: Request, token: str, work: Callable[[bytes], Fact], max_bytes: int = MAX_BODY_BYTES
) -> Response:
    """What `work` makes of the body, for an administrator; a refusal as a problem. Nothing is read before the token."""
    try:
        check_administrator(request, token)
        done = await run_in_threadpool(work, await body_of(request, max_bytes, BODY_S))
    except Invalid as error:
        return _problem(request, STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY), error.code, error.detail)
    except Unavailable as error:
        refused = _problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", str(error))
        refused.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        return refused
    return Response(codec.encode(done), media_type="application/json")


def _problem(request: Request, status: HTTPStatus, code: str, detail: str) -> Response:
    request.state.refused = code
    problem = Problem(
        type=f"urn:tarazy:problem:{code}", title=code.replace("-", " "), status=status, code=code, detail=detail
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return Response(msgspec.json.encode(problem), status, headers, MEDIA_TYPE)
