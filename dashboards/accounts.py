"""Accounts of those who work with the centre, for whoever holds the administrator's token: added, listed, disabled.

The routes stand beside the pages; `tarazy user` is their client. Refusals are problems (RFC 9457) with the codes of the
casebook's users.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from msgspec import Meta
from starlette.responses import Response

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Fact
from adjudication.units import Name, Text
from dashboards.administrator import answer
from integrations.casebook.users import User, Users

PATH = "/v1/admin/users"


class Account(Fact, frozen=True, kw_only=True):
    """Somebody who may log in; `role` as in `integrations.casebook.users`."""

    login: Name
    full_name: Annotated[str, Meta(min_length=1, max_length=200)]
    body_id: Name
    role: Name


class NewAccount(Account, frozen=True, kw_only=True):
    """An account to be, with its first password."""

    password: Text


class Accounts(Fact, frozen=True, kw_only=True):
    """All accounts, by login; disabled ones among them."""

    users: tuple[Account, ...]


def accounts_router(users: Users, token: str) -> APIRouter:
    """The routes under PATH."""
    router = APIRouter(prefix=PATH)

    @router.get("")
    async def list_accounts(request: Request) -> Response:
        return await answer(request, token, lambda _: _listed(users))

    @router.post("")
    async def add_account(request: Request) -> Response:
        return await answer(request, token, lambda body: _added(users, body))

    @router.post("/{login}/disable")
    async def disable_account(login: str, request: Request) -> Response:
        return await answer(request, token, lambda _: _disabled(users, login))

    return router


def _listed(users: Users) -> Accounts:
    return Accounts(users=tuple(_account(user) for user in users.every()))


def _added(users: Users, body: bytes) -> Accounts:
    new = codec.decode(body, NewAccount)
    if not users.add(User(new.login, new.full_name, new.body_id, new.role), new.password):  # type: ignore[arg-type]
        raise Invalid("login-exists", f"there is an account {new.login!r}")
    return _listed(users)


def _disabled(users: Users, login: str) -> Accounts:
    if login not in {user.login for user in users.every()}:
        raise Invalid("login-unknown", f"there is no account {login!r}")
    users.disable(login)
    return _listed(users)


def _account(user: User) -> Account:
    return Account(login=user.login, full_name=user.full_name, body_id=user.body_id, role=user.role)
