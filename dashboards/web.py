"""The pages, as one application: officers, owners, operations, verification for everyone, health and metrics."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from adjudication.errors import Invalid, Unavailable
from dashboards.accounts import accounts_router
from dashboards.auth import Gate
from dashboards.bounded import Bounded
from dashboards.entrance import entrance
from dashboards.faces import Faces
from dashboards.machines import answer_machines
from dashboards.officer import officer_pages
from dashboards.operations import operations_router
from dashboards.ops import ops_pages, replay_pages
from dashboards.owner import owner_pages
from dashboards.problems import Refused
from dashboards.sheets import Sheets
from dashboards.static_files import FONTS, STATIC, Fonts
from dashboards.verify.page import verify_router
from ingest.access import MACHINES, Refusals
from ingest.problems import MEDIA_TYPE
from integrations.centre import RunningCentre
from integrations.masking import Copies
from integrations.objects.shelf import Shelf
from integrations.replays import Replays

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer that does not say otherwise: nothing is kept, framed, sniffed or loaded from elsewhere."""
BODIES = {408: "body-too-slow", 413: "body-too-large"}
"""What is told of a refused body; the page itself says that the input is wrong."""
LOG = logging.getLogger("tarazy.pages")


def pages(running: RunningCentre, *, demonstration: bool, copies: Copies | None = None) -> FastAPI:
    """The application over a running centre; `demonstration` shows what only a demonstration may.

    `copies` makes the pictures that owners see; without it nobody looks for bystanders, and they see their plate alone.
    """
    faces = Faces(running, demonstration, copies or Copies(None))
    gate = Gate(faces)
    sheets = Sheets(gate, demonstration=demonstration)
    past = Replays(faces.centre)
    app = FastAPI(title="Tarazy", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(entrance(faces, gate, sheets))
    app.include_router(officer_pages(faces, gate, sheets))
    app.include_router(owner_pages(faces, gate, sheets))
    app.include_router(ops_pages(faces, gate, sheets))
    app.include_router(verify_router(faces.centre.trust))
    app.include_router(accounts_router(faces.centre.casebook.users, faces.centre.admin_token))
    app.include_router(operations_router(faces.centre, past))
    app.include_router(replay_pages(faces, gate, sheets, past))
    app.mount("/static/fonts", Fonts(directory=FONTS))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Bounded)  # inside of the next: what it raises must reach whoever reads the body as it is
    _answer_problems(app, sheets, _headers(faces.centre.shelf), Refusals(running.telemetry.refused))
    answer_machines(app, running, gate.machine)
    return app


def _headers(shelf: Shelf | None) -> dict[str, str]:
    """HEADERS, with pictures from the shelf of masked copies where there is one."""
    policy, others = HEADERS["Content-Security-Policy"], f" {shelf.origin}" if shelf else ""
    return HEADERS | {"Content-Security-Policy": policy.replace("img-src 'self'", f"img-src 'self'{others}")}


def _answer_problems(app: FastAPI, sheets: Sheets, headers: Mapping[str, str], refusals: Refusals) -> None:
    """Every refusal and fault as a page in the reader's language, or as a problem where JSON was asked for."""

    def show(request: Request, status: int, code: str, wait_s: float = 0) -> Response:
        retry = {"Retry-After": str(max(1, round(wait_s)))} if wait_s else {}
        if _wants_json(request):
            problem = {"type": f"/problems/{code}", "code": code, "title": code.replace("-", " "), "status": status}
            return Response(msgspec.json.encode(problem), status, HEADERS | retry, MEDIA_TYPE)
        page = sheets.show(request, "problem.html", status, code=code, wait_s=wait_s)
        page.headers.update(HEADERS | retry)
        return page

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> Response:
        request.state.refused = error.code
        if error.code == "login-needed" and request.method == "GET" and not _wants_json(request):
            return RedirectResponse(f"/login?next={request.url.path}", 303)
        return show(request, error.status, error.code, error.wait_s)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "input-wrong")
        request.state.refused = BODIES.get(error.status_code, code)
        return show(request, error.status_code, code)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, _: RequestValidationError) -> Response:
        request.state.refused = "input-wrong"
        return show(request, 422, "input-wrong")

    @app.exception_handler(Invalid)
    def invalid(request: Request, error: Invalid) -> Response:
        gone = error.code in {"evidence-missing", "key-erased"}
        LOG.warning("refused: %s", error.code)
        return show(request, 410, "evidence-gone") if gone else show(request, 422, "input-wrong")

    @app.exception_handler(Unavailable)
    def unavailable(request: Request, error: Unavailable) -> Response:
        return show(request, 503, "unavailable", error.retry_after_s)

    @app.middleware("http")
    async def guarded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            response = await answer(request)
        except Exception as error:
            LOG.error("a page failed: %s", _fault(error))  # noqa: TRY400 - a traceback's text may hold personal data
            response = await run_in_threadpool(show, request, 500, "internal")
        if code := getattr(request.state, "refused", ""):
            refusals.tell(request, "pages", code, response.status_code)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def _fault(error: Exception) -> str:
    """The kind and the place of a fault; its text may hold what a log must not."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else "?"
    return f"{type(error).__name__} at {place}"


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    machine = request.url.path in MACHINES or request.url.path.endswith(".json")
    return machine or ("json" in accepted and "text/html" not in accepted)
