"""The pages, as one application: verification for everyone, health and metrics for operations."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response

from dashboards.verify.page import verify_router
from integrations.centre import RunningCentre


def pages(running: RunningCentre, *, demonstration: bool) -> FastAPI:
    """The application over a running centre; `demonstration` shows what only a demonstration may."""
    app = FastAPI(title="Tarazy", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.demonstration = demonstration
    app.include_router(verify_router(running.centre.trust))

    @app.get("/health")
    def health() -> Response:
        return PlainTextResponse("ok")

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(running.telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return app
