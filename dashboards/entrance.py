"""The front page, login and logout."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboards.auth import DEMO_NAMES, DEMO_PASSWORD, Gate, home_of, local
from dashboards.faces import Faces
from dashboards.sheets import Sheets
from integrations.casebook.users import LoginRefused


def entrance(faces: Faces, gate: Gate, sheets: Sheets) -> APIRouter:
    """Routes `/`, `/login`, `/logout`."""
    router = APIRouter()
    accounts = {"accounts": DEMO_NAMES, "password": DEMO_PASSWORD} if faces.demonstration else {"accounts": None}

    @router.get("/")
    def front(request: Request) -> Response:
        return sheets.show(request, "front.html")

    @router.get("/login")
    def ask(request: Request) -> Response:
        return sheets.show(request, "login.html", next=request.query_params.get("next", ""), refused=None, **accounts)

    @router.post("/login", dependencies=[Depends(gate.form)])
    def login(
        request: Request,
        login: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=256)] = "",
        next: Annotated[str, Form(max_length=256)] = "",
    ) -> Response:
        entered = RedirectResponse("/", 303)
        outcome = gate.login(login, password, entered)
        if isinstance(outcome, LoginRefused):
            status = 429 if outcome.wait_s else 401
            request.state.refused = "too-many-tries" if outcome.wait_s else "login-wrong"
            return sheets.show(request, "login.html", status, next=next, refused=outcome, **accounts)
        entered.headers["location"] = local(next) or home_of(outcome)
        return entered

    @router.post("/logout", dependencies=[Depends(gate.form)])
    def logout(request: Request) -> Response:
        left = RedirectResponse("/", 303)
        gate.logout(request, left)
        return left

    return router
