"""Accounts are made and ended by whoever holds the administrator's token, and by nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from dashboards.accounts import accounts_router
from dashboards.cli.user import app as command
from dashboards.serving import Served, listening
from integrations.casebook import Casebook
from integrations.casebook.users import LoggedIn, LoginRefused
from integrations.keys import MasterKey
from tests import samples

TOKEN = "administrator"


class Place:
    """Accounts served on loopback, and the command line's view of them."""

    def __init__(self, folder: Path) -> None:
        self.casebook = Casebook(f"sqlite:///{folder / 'casebook.db'}", MasterKey(bytes(32)))
        self.token = folder / "token"
        self.token.write_text(TOKEN)
        app = FastAPI()
        app.include_router(accounts_router(self.casebook.users, TOKEN))
        self.served = Served(app, listening("127.0.0.1", 0))

    def user(self, *words: str, typed: str = "") -> tuple[int, str]:
        where = ["--url", self.served.url, "--admin-token-file", str(self.token)]
        result = CliRunner().invoke(command, [*words, *where], input=typed)
        return result.exit_code, result.output

    def add(self, login: str = "aigerim", role: str = "officer", password: str = "long enough") -> tuple[int, str]:
        return self.user("add", login, "--name", "Үлгі Айгерім", "--role", role, typed=f"{password}\n")

    def log_in(self, login: str, password: str) -> LoggedIn | LoginRefused:
        return self.casebook.users.login(login, password, samples.CAPTURED_US)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    with place.served:
        yield place
    place.casebook.close()


def test_an_added_officer_logs_in_and_a_disabled_one_does_not(place: Place) -> None:
    assert place.add()[0] == 0
    assert isinstance(place.log_in("aigerim", "long enough"), LoggedIn)
    assert "aigerim" in place.user("list")[1]
    assert place.user("disable", "aigerim")[0] == 0
    assert isinstance(place.log_in("aigerim", "long enough"), LoginRefused)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"password": "short"}, "password-short"),
        ({"role": "king"}, "role-unknown"),
        ({"login": "taken"}, "login-exists"),
        ({"login": "no spaces"}, "message-malformed"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_by_code(place: Place, given: dict[str, str], code: str) -> None:
    place.add(login="taken")
    exit_code, said = place.add(**given)
    assert (exit_code, code in said) == (2, True)


def test_nobody_is_disabled_who_is_not_there(place: Place) -> None:
    assert "login-unknown" in place.user("disable", "nobody")[1]


def test_another_token_opens_nothing(place: Place) -> None:
    place.token.write_text("somebody")
    exit_code, said = place.add()
    assert (exit_code, "not-authorised" in said) == (2, True)
    assert place.casebook.users.every() == ()
