"""The chart's table of roles says what the code says: which there are, what each opens, what each reads."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.clock import system_clock
from ingest.stage import Stage
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.pipeline import Centre, Stores, make_keys
from integrations.roles import ROLES, Role
from tests.deploy.files import DEPLOY, values

STORES = {"stream", "casebook", "register", "evidence", "registries", "channels"}
KEYS = {"casebook": "master", "signer": "authority", "log": "authority", "evidence": "evidence"}
"""Whoever opens the first reads the second: the casebook's data keys are wrapped by the master key."""
FACES = {
    "": (set(), set()),
    "door": ({"stream", "casebook", "register"}, {"master", "receipt", "admin"}),
    "pages": ({"stream", "casebook", "register", "evidence"}, {"master", "receipt", "admin", "authority", "evidence"}),
}
"""What the door opens (dashboards/centre.py, `door_of`), and the pages: they show and pack whatever there is."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    make_keys(folder)
    return folder


def opened(role: Role, folder: Path) -> tuple[set[str], set[str]]:
    """The stores and key groups of a role: what building its stages and loops opens, and what its face needs."""
    closed: Any = SimpleNamespace(devices=None, close=lambda: None)
    centre = Centre(Settings(data=folder), system_clock, Stores(*(lambda: closed for _ in fields(Stores))))
    RunningCentre(centre, None, None, role)
    found = set(vars(centre))
    stores, groups = FACES[role.face]
    return (found & STORES) | stores, {KEYS[name] for name in found & KEYS.keys()} | groups


def stages_of(role: Role, folder: Path) -> Sequence[Stage]:
    """What a role runs, over stores that are not there."""
    closed: Any = SimpleNamespace(devices=None, close=lambda: None)
    centre = Centre(Settings(data=folder), system_clock, Stores(*(lambda: closed for _ in fields(Stores))))
    return RunningCentre(centre, None, None, role).stages


def test_every_role_stands_in_the_chart_once_and_in_the_same_order() -> None:
    assert list(values()["roles"]) == [role.name for role in ROLES]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_is_given_the_stores_and_keys_that_it_opens_and_no_others(role: Role, keys: Path) -> None:
    row = values()["roles"][role.name]
    assert (set(row["uses"]), set(row["keys"])) == opened(role, keys)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_is_scaled_by_the_lag_of_what_its_stages_read(role: Role, keys: Path) -> None:
    reads = {stage.name: [topic.name for topic in stage.reads] for stage in stages_of(role, keys)}
    row = values()["roles"][role.name]
    assert row.get("scale", {}).get("groups", {}) == ({} if role.face else reads)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_whose_stages_remember_has_a_disk_for_it(role: Role, keys: Path) -> None:
    remember = any(stage.seen_id or stage.windows for stage in stages_of(role, keys))
    assert ("windows" in values()["roles"][role.name]) == (remember and not role.face)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_that_loads_networks_is_known_by_it(role: Role) -> None:
    # The pages look for people on a picture before they show it.
    assert values()["roles"][role.name].get("networks", False) == (bool(role.networks) or role.face == "pages")


def test_a_role_never_has_more_replicas_than_partitions() -> None:
    chart = values()
    partitions = chart["stores"]["stream"]["settings"]["kafka_partitions"]
    for row in chart["roles"].values():
        assert row.get("scale", {}).get("max", 0) <= partitions
        assert row.get("scale", {}).get("min", row["replicas"]) == row["replicas"]


def test_the_readme_has_the_same_table() -> None:
    lines = (DEPLOY / "README.md").read_text(encoding="utf-8").splitlines()
    for name, row in values()["roles"].items():
        topics = [topic for read in row.get("scale", {}).get("groups", {}).values() for topic in read]
        cells = (name, *(", ".join(part) or "–" for part in (row["uses"], row["keys"], topics)))
        assert f"| {' | '.join(cells)} |" in lines
