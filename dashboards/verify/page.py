"""The verification page: a file goes in, the links come out. It works without JavaScript and asks nothing of anyone.

What is uploaded is not kept: it lives in the request and ends with it.
"""

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from adjudication import codec
from dashboards.verify import page_texts, texts
from dashboards.verify.chain import verify
from integrations.trust import TrustBundle

MAX_UPLOAD_BYTES = 16 * 1024 * 1024
"""An event's pictures are at most 4 MiB; the rest leaves room for several events and the form's own text."""

LANGUAGES: tuple[texts.Language, ...] = ("kk", "ru", "en")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)


def verify_router(trust_loader: Callable[[], TrustBundle]) -> APIRouter:
    """Routes `/verify` (the page) and `/verify/trust` (the bundle, to be kept for checking without this server).

    `trust_loader` gives the server's bundle as it is now.
    """
    router = APIRouter()

    @router.get("/verify", response_class=HTMLResponse)
    def ask(lang: str = "kk") -> HTMLResponse:
        return _page(lang)

    @router.post("/verify", response_class=HTMLResponse)
    async def answer(request: Request, lang: str = "kk") -> HTMLResponse:
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_UPLOAD_BYTES:
            request.state.refused = "body-too-large"
            return _page(lang, refusal=page_texts.TOO_LARGE, status=413)
        async with request.form(max_files=1, max_fields=1) as form:
            file = form.get("pack")
            if not isinstance(file, UploadFile) or not file.filename:
                return _page(lang, refusal=page_texts.NO_FILE, status=422)
            report = await run_in_threadpool(verify, await file.read(), trust_loader())
        return _page(lang, report=report)

    @router.get("/verify/trust")
    def trust() -> Response:
        named = {"Content-Disposition": 'attachment; filename="trust"'}
        return Response(codec.encode(trust_loader()), media_type="application/json", headers=HEADERS | named)

    return router


def _page(asked: str, status: int = 200, **found: object) -> HTMLResponse:
    language = next((one for one in LANGUAGES if one == asked), "kk")
    words: dict[str, object] = {"language": language, "languages": LANGUAGES, "page": page_texts, "texts": texts}
    return HTMLResponse(_pages.get_template("page.html").render(words | found), status, HEADERS)
