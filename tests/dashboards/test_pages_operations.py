"""The page of operations says what its own process knows, and where it knows nothing, who does."""

from pathlib import Path
from typing import Any

import pytest

from adjudication.errors import Unavailable
from dashboards.web import pages
from integrations.centre import RunningCentre
from integrations.registries.http import SYSTEMS
from integrations.roles import Role, role_of
from tests.faced import FacedTest

WEB, BOTH = role_of("web"), role_of("crosscheck+web")


def look(folder: Path, role: Role | None) -> tuple[dict[str, Any], str]:
    """The operator's look at a centre of which this process is one role, as data and as a page."""
    faced = FacedTest(folder)
    assert role is not None
    faced.app = pages(RunningCentre(faced.centre, None, role=role), demonstration=True)
    browser = faced.browser("operator")
    return browser.get("/ops.json").json(), browser.get("/ops").text


def test_registers_that_another_process_asks_are_not_called_well(tmp_path: Path) -> None:
    told, page = look(tmp_path, WEB)
    assert told["registers"] == []
    assert "Another process asks the registers, [crosscheck]" in page


def test_registers_that_this_process_asks_are_shown(tmp_path: Path) -> None:
    told, page = look(tmp_path, BOTH)
    assert [one["system"] for one in told["registers"]] == list(SYSTEMS)
    assert "Another process" not in page


class Away:
    """A stream whose servers do not answer."""

    def lag(self) -> None:
        """See Stream."""
        raise Unavailable("brokers")


def test_a_look_without_one_of_its_stores_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faced = FacedTest(tmp_path)
    monkeypatch.setattr(faced.centre, "stream", Away())
    assert faced.browser("operator").get("/ops.json").status_code == 503
