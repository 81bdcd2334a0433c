"""Who may do what: roles and their permissions, the session's cookie, and the token every form carries.

A form's token is an HMAC of the browser's own cookie, so it needs no store and no other site can know it. It guards
forms before a login as well: then it is bound to a visitor's cookie that says nothing else.
"""

import hashlib
import hmac
import secrets
from typing import Annotated, Literal, get_args

from fastapi import Form, Request
from starlette.responses import Response

from dashboards.faces import Faces
from dashboards.problems import Refused
from ingest.doors.authority import is_administrator
from integrations.casebook import Casebook
from integrations.casebook.users import SESSION_S, LoginRefused, Role, User

Permission = Literal["review", "ops", "audit", "law"]
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "officer": frozenset({"review"}),
    "supervisor": frozenset({"review", "ops", "audit", "law"}),
    "operator": frozenset({"ops"}),
    "auditor": frozenset({"ops", "audit", "law"}),
    "admin": frozenset({"ops", "law"}),
}
"""`review` alone shows persons and pictures, and only to those who decide (brief §8: a named circle of persons). `law`:
replays the past by a candidate, and changes nothing."""
HOME: dict[Permission, str] = {"review": "/officer", "ops": "/ops", "audit": "/audit", "law": "/replay"}

SESSION, VISITOR, LANGUAGE = "tarazy-session", "tarazy-visitor", "tarazy-language"
YEAR_S = 365 * 86_400

DEMO_PASSWORD = "tarazy-demo"  # noqa: S105 - shown on the login page of a demonstration, and never made elsewhere
DEMO_NAMES: dict[Role, str] = {
    "officer": "Үлгібаев Айдос",
    "supervisor": "Мысалова Гүлнар",
    "operator": "Сынақов Ерлан",
    "auditor": "Тексерова Сәуле",
    "admin": "Реттегенов Нұрлан",
}
"""Invented: the surnames say sample, example, trial, check, order."""


def create_demo_accounts(casebook: Casebook) -> None:
    """One account a role, its login the role's name, all with DEMO_PASSWORD. For demonstrations only."""
    for role in get_args(Role):
        casebook.users.add(User(role, DEMO_NAMES[role], "demo", role), DEMO_PASSWORD)


class Gate:
    """Asks of each request who sends it, and whether its form is ours."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._secret = faces.centre.master.derive("tokens of forms")
        self._secure = faces.centre.settings.public_url.startswith("https:")

    def user(self, request: Request) -> User | None:
        """Who is logged in."""
        token = request.cookies.get(SESSION)
        return self._faces.casebook.users.by_token(token, self._faces.clock()) if token else None

    def officer(self, request: Request) -> User:
        """Somebody who may see and decide cases. Raises Refused."""
        return self._permitted(request, "review")

    def watcher(self, request: Request) -> User:
        """Somebody who may see how the centre does. Raises Refused."""
        return self._permitted(request, "ops")

    def auditor(self, request: Request) -> User:
        """Somebody who may see who did what. Raises Refused."""
        return self._permitted(request, "audit")

    def lawyer(self, request: Request) -> User:
        """Somebody who may ask what another law would have decided. Raises Refused."""
        return self._permitted(request, "law")

    def form(self, request: Request, csrf: Annotated[str, Form()] = "") -> None:
        """A form of our own pages, sent by the browser they were shown to. Raises Refused `form-expired`."""
        binding = _binding(request)
        if not binding or not hmac.compare_digest(self._token(binding).encode(), csrf.encode()):
            raise Refused(403, "form-expired")

    def form_token(self, request: Request, response: Response) -> None:
        """Gives a browser without any cookie one to bind its forms to."""
        if not _binding(request):
            self._keep(response, VISITOR, request.state.visitor, SESSION_S)

    def token_for(self, request: Request) -> str:
        """The token of the forms on this request's page."""
        if not hasattr(request.state, "visitor"):
            request.state.visitor = secrets.token_urlsafe(16)
        return self._token(_binding(request) or request.state.visitor)

    def login(self, login: str, password: str, response: Response) -> User | LoginRefused:
        """Begins a session, its token in the response's cookie."""
        outcome = self._faces.casebook.users.login(login, password, self._faces.clock())
        if isinstance(outcome, LoginRefused):
            return outcome
        self._faces.casebook.audit.note(outcome.user.login, "login", None, self._faces.clock())
        self._keep(response, SESSION, outcome.token, SESSION_S)
        response.delete_cookie(VISITOR)
        return outcome.user

    def logout(self, request: Request, response: Response) -> None:
        """Ends the session."""
        user = self.user(request)
        if user is not None:
            self._faces.casebook.audit.note(user.login, "logout", None, self._faces.clock())
            self._faces.casebook.users.logout(request.cookies[SESSION])
        response.delete_cookie(SESSION)

    def keep_language(self, response: Response, language: str) -> None:
        """Remembers the language that somebody chose."""
        self._keep(response, LANGUAGE, language, YEAR_S)

    def machine(self, request: Request) -> None:
        """A machine that brings a token of the metrics or the administrator's, or somebody who may see how the centre
        does. Raises Refused."""
        centre = self._faces.centre
        if not any(is_administrator(request, token) for token in (centre.metrics_token, centre.admin_token)):
            self.watcher(request)

    def _permitted(self, request: Request, permission: Permission) -> User:
        """Whoever is logged in, if the role may and the body is this centre's: its cases concern no other."""
        user = self.user(request)
        if user is None:
            raise Refused(401, "login-needed")
        if permission not in PERMISSIONS[user.role] or user.body_id != self._faces.centre.issuer.body.body_id:
            raise Refused(403, "not-permitted")
        return user

    def _token(self, binding: str) -> str:
        return hmac.new(self._secret, binding.encode(), hashlib.sha256).hexdigest()

    def _keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=self._secure)


def home_of(user: User) -> str:
    """The first page of somebody's work."""
    return next(HOME[permission] for permission in get_args(Permission) if permission in PERMISSIONS[user.role])


def local(path: str) -> str | None:
    """The address to go on to after a login, if it is one of ours."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else None


def _binding(request: Request) -> str:
    return request.cookies.get(SESSION) or request.cookies.get(VISITOR) or ""
