"""Who may use the administrator's routes: whoever brings the token that the centre was started with."""

import hmac

from starlette.requests import Request

from adjudication.errors import Invalid


def is_administrator(request: Request, token: str | None) -> bool:
    """Whether the request carries `Authorization: Bearer <token>`; without a token nobody is an administrator."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), (token or "").encode())


def check_administrator(request: Request, token: str) -> None:
    """Raises Invalid `not-authorised` unless the request carries the token."""
    if not is_administrator(request, token):
        raise Invalid("not-authorised", "the administrator's token is needed: Authorization: Bearer …")
