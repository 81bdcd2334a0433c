"""The chart's table of roles says what the code says: which there are, what each opens, what each reads."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dashboards.web import pages
from ingest.clock import system_clock
from ingest.stage import Stage
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.pipeline import Centre, Stores, make_keys
from integrations.roles import ROLES, Role
from tests.deploy.files import DEPLOY, values

STORES = {"stream", "casebook", "register", "evidence", "registries", "channels"}
KEYS = {"casebook": "master", "signer": "authority", "log": "authority", "evidence": "evidence"}
"""Whoever opens the first reads the second where stores are: a casebook's data keys are wrapped by the master key."""
FACES = {
    "": (set(), set()),
    "door": ({"stream", "casebook", "register"}, {"master", "receipt", "admin"}),
    "pages": (
        {"stream", "casebook", "register", "evidence"},
        {"master", "admin", "metrics", "authority", "evidence"},
    ),
}
"""What the door opens (dashboards/centre.py, `door_of`), and the pages: they show and pack whatever there is."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    make_keys(folder)
    return folder


def running(role: Role, folder: Path) -> RunningCentre:
    """A role over stores that are not there."""
    closed: Any = SimpleNamespace(devices=None, users=None, close=lambda: None)
    centre = Centre(Settings(data=folder), system_clock, Stores(*(lambda: closed for _ in fields(Stores))))
    return RunningCentre(centre, None, None, role)


@contextmanager
def groups_read(folder: Path) -> Iterator[set[str]]:
    """The groups of the files that are read in the folder meanwhile."""
    group_of = {path: group for group, files in values()["keys"]["files"].items() for path in files.values()}
    found: set[str] = set()
    done = False

    def note(event: str, told: tuple[Any, ...]) -> None:  # a hook cannot be taken off
        if event == "open" and not done and str(told[0]).startswith(f"{folder}/"):
            found.add(group_of[str(told[0]).removeprefix(f"{folder}/")])

    sys.addaudithook(note)
    yield found
    done = True


def opened(role: Role, folder: Path) -> tuple[set[str], set[str]]:
    """The stores and key groups of a role: what building its stages and loops opens, and what its face needs."""
    with groups_read(folder) as read:
        found = set(vars(running(role, folder).centre))
    stores, groups = FACES[role.face]
    return (found & STORES) | stores, {KEYS[name] for name in found & KEYS.keys()} | read | groups


def test_the_pages_have_the_token_that_prometheus_shows(keys: Path) -> None:
    role = next(role for role in ROLES if role.face == "pages")
    with groups_read(keys) as read:
        browser = TestClient(pages(running(role, keys), demonstration=False))
        answers = [browser.get(path, headers={"authorization": "Bearer another"}) for path in ("/metrics", "/ready")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert "metrics" in read
    assert read <= set(values()["roles"][role.name]["keys"])


def stages_of(role: Role, folder: Path) -> Sequence[Stage]:
    """What a role runs."""
    return running(role, folder).stages


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


def test_a_role_never_has_more_replicas_than_partitions() -> None:
    chart = values()
    partitions = chart["stores"]["stream"]["settings"]["kafka_partitions"]
    for row in chart["roles"].values():
        assert row.get("scale", {}).get("max", 0) <= partitions
        assert row.get("scale", {}).get("min", row["replicas"]) == row["replicas"]


def test_the_readme_says_which_files_are_put_into_the_secret() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    files = {key: path for group in values()["keys"]["files"].values() for key, path in group.items()}
    (row,) = [line for line in text.splitlines() if line.startswith("| `keys.secret` |")]
    assert all(f"`{key}`" in row for key in files)
    command = text.split("create secret generic tarazy-keys", 1)[1].split("helm upgrade", 1)[0]
    given = {name.partition("=")[0]: name.rpartition("=")[2] for name in re.findall(r"--from-file=(\S+)", command)}
    folder = given.pop("keys/authority")  # a folder: each file of it by its name
    assert given | {Path(path).name: path for path in files.values() if path.startswith(folder)} == files


def test_the_readme_has_the_same_table() -> None:
    lines = (DEPLOY / "README.md").read_text(encoding="utf-8").splitlines()
    for name, row in values()["roles"].items():
        topics = [topic for read in row.get("scale", {}).get("groups", {}).values() for topic in read]
        cells = (name, *(", ".join(part) or "–" for part in (row["uses"], row["keys"], topics)))
        assert f"| {' | '.join(cells)} |" in lines


def test_no_text_counts_the_roles() -> None:
    for path in (DEPLOY / "README.md", DEPLOY / "compose.yaml"):
        assert not re.findall(r"(?i)\b(?:\w+teen|twelve|\d+) (?:roles|images)\b", path.read_text(encoding="utf-8"))
