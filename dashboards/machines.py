"""What machines ask of every process: whether it lives, whether it is fit for work, and its metrics.

/health answers while the process does: a supervisor restarts what does not. /ready says how each stage and the door
fare, and 503 where one is held, crashed or halted: traffic and rollouts wait, restarts would mend nothing. Where people
reach the same address, /ready and /metrics are for those who may know (dashboards/web.py).
"""

from collections.abc import Callable

import msgspec
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from integrations.centre import RunningCentre

Admit = Callable[[Request], None]
"""Raises where whoever asks may not know how the process does."""


def anybody(request: Request) -> None:
    """Admits everybody: where only machines reach the address."""


def answer_machines(app: FastAPI, running: RunningCentre, admit: Admit = anybody) -> None:
    """Adds /health, /ready and /metrics to an application; the last two for those whom `admit` lets in."""

    @app.get("/health", include_in_schema=False)
    def health() -> Response:
        return PlainTextResponse("ok")

    @app.get("/ready", include_in_schema=False)
    def ready(request: Request) -> Response:
        admit(request)
        states = running.states()
        fit = all(state == "working" for state in states.values())
        body = msgspec.json.encode({"role": running.role.name, "ready": fit, "stages": states})
        return Response(body, 200 if fit else 503, media_type="application/json")

    @app.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        admit(request)
        return Response(running.telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def machines(running: RunningCentre) -> FastAPI:
    """An application with these alone, for roles that answer nobody else."""
    app = FastAPI(title=f"Tarazy {running.role.name}", docs_url=None, redoc_url=None, openapi_url=None)
    answer_machines(app, running)
    return app
