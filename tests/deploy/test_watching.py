"""Rules, runbooks and boards agree with the one table of metrics and with each other."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.cli import COMMANDS
from deploy.grafana import boards, panels
from ingest.events import Held
from ingest.metrics import ASKED, TOLD
from ingest.topics import FRAMES
from integrations.roles import ROLES
from tests.deploy.files import compose
from tests.faced import FacedTest, data_folder
from tests.ingest.cameras import served

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
RUNBOOKS = ROOT / "deploy/runbooks"
METRIC = re.compile(r"(?<![\w:])(?:tarazy_\w+|\w+:tarazy_\w+:\w+|tarazy:\w+:\w+)")


def rules(name: str) -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / name).read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


RECORDED = {rule["record"]: rule["expr"] for rule in rules("recording.yml")}
ALERTS = {rule["alert"]: rule for rule in rules("alerts.yml")}
EXPRESSIONS = {**RECORDED, **{name: rule["expr"] for name, rule in ALERTS.items()}}
QUERIES = {
    f"{board.uid}: {panel.title}, {place}": query.expr
    for board in boards.BOARDS
    for panel in board.panels
    for place, query in enumerate(panel.queries, 1)
}


def exposed() -> Iterator[str]:
    for metric in (*TOLD, *ASKED):
        if metric.kind == "histogram":
            yield from (f"{metric.name}_{part}" for part in ("bucket", "count", "sum"))
        else:
            yield metric.name


@pytest.mark.parametrize("name", [*EXPRESSIONS, *QUERIES])
def test_what_is_asked_for_is_in_the_one_table(name: str) -> None:
    asked = set(METRIC.findall((EXPRESSIONS | QUERIES)[name]))
    assert asked <= {*exposed(), *RECORDED}
    assert asked or "up{" in (EXPRESSIONS | QUERIES)[name] or "ALERTS{" in (EXPRESSIONS | QUERIES)[name]


def test_every_metric_of_the_table_is_on_a_board() -> None:
    recorded = "\n".join(RECORDED.values())
    shown = set(METRIC.findall("\n".join([*QUERIES.values(), recorded])))
    unseen = {metric.name for metric in (*TOLD, *ASKED) if not any(name.startswith(metric.name) for name in shown)}
    assert unseen == {"tarazy_stage_repeated_total"}  # what it counts is lawful, and says nothing to act on


def test_alerts_and_runbooks_match_one_to_one() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"deploy/runbooks/{name}.md"
        assert rule["labels"]["severity"] in {"warning", "critical"}


@pytest.mark.parametrize("name", ALERTS)
def test_a_runbook_says_what_whom_where_how_and_until_when(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}: ")
    parts = re.findall(r"^\*\*(.+?)\.\*\* ?\S?", text, flags=re.MULTILINE)
    assert parts == [
        "What it means",
        "Who suffers",
        "What to look at first",
        "How to mend it",
        "How to know that it is over",
    ]
    assert set(METRIC.findall(text)) <= {*exposed(), *RECORDED, "tarazy_log", "tarazy_certificate", "tarazy_stage_"}
    assert set(re.findall(r"(?:^|`)tarazy ([a-z]+)", text, flags=re.MULTILINE)) <= set(COMMANDS)
    assert set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", text)) <= set(ALERTS)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages' address; somebody's stage has waited for a store."""
    faced = FacedTest(tmp_path_factory.mktemp("pages"))
    faced.running.telemetry.observe(Held("issue", "casebook", 1, 1.0))
    with served(faced.app) as url:
        yield url


ASKS = [
    pytest.param(line, id=f"{path.stem}: {line.rpartition('| ')[2]}")
    for path in sorted(RUNBOOKS.glob("*.md"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if "curl" in line and ":8601/metrics" in line
]


def typed(line: str, pages: str) -> str:
    """What a person sees who types this beside the centre whose pages are there."""
    here = line.replace("http://127.0.0.1:8601", pages).replace("/var/lib/tarazy/centre", str(data_folder()))
    bash = ["bash", "-o", "pipefail", "-c", here]
    return subprocess.run(bash, capture_output=True, text=True, check=False, timeout=60).stdout


@pytest.mark.parametrize("line", ASKS)
def test_a_runbook_that_asks_the_pages_is_answered(line: str, pages: str) -> None:
    assert "tarazy_" in typed(line, pages) or "# HELP" in typed(line, pages)


def test_and_would_not_be_without_the_token(pages: str) -> None:
    assert len(ASKS) >= 9
    assert typed("curl -s http://127.0.0.1:8601/metrics | grep tarazy_", pages) == ""


HOST = re.compile(r"(?:systemctl|journalctl|curl|df|uptime|timedatectl|openssl|git|cp)\b")
SERVICE = re.compile(r"docker compose (?:logs|exec|ps|stop|restart|images)((?: -T| --\w+(?: \d\w*)?)*)((?: [\w]+)+)")


@pytest.mark.parametrize("name", ALERTS)
def test_a_runbook_says_what_to_type_in_a_cluster_where_that_differs(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    block = text.partition("```sh\n")[2].partition("```")[0]
    alone, _, rest = block.partition("# Compose\n")
    inside, _, cluster = rest.partition("# Kubernetes\n")
    assert "#where-a-runbooks-commands-run" in text
    differs = name == "RoleGone" or any(map(HOST.match, alone.splitlines()))
    assert ("docker" in inside, "kubectl" in cluster) == (differs, differs)
    assert "docker" not in alone + cluster
    assert "kubectl" not in alone + inside
    known = {"ROLE", "STAGE", *(role.name for role in ROLES)}
    assert set(re.findall(r"component=(\w+)", text)) <= known


def test_every_service_that_a_runbook_names_is_one_of_compose() -> None:
    services = {"ROLE", "STAGE", *compose()["services"]}
    for path in RUNBOOKS.glob("*.md"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("docker compose"):
                found = SERVICE.match(line)
                assert found, line
                assert found[2].split()[0] in services, line


def test_every_alert_is_tried_at_its_border_and_beyond_it() -> None:
    tests = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text(encoding="utf-8"))["tests"]
    tried = [(one["alertname"], bool(one.get("exp_alerts"))) for test in tests for one in test["alert_rule_test"]]
    assert set(tried) == {(name, raised) for name in ALERTS for raised in (False, True)}


SAME_IN_ALL = re.compile(r"\b(?:max|min)(?: by \([\w, ]+\) | )?\((?:(?:abs|delta|min_over_time|last_over_time)\()*$")
LATEST = "device:tarazy_device_clock_offset_seconds:abs"
"""Takes each replica by itself, to find the one that heard a device last."""


def test_what_every_replica_tells_is_brought_together_before_it_is_judged_or_added_up() -> None:
    books = {path.stem: path.read_text(encoding="utf-8") for path in RUNBOOKS.glob("*.md")}
    asked = {f"{name} of {book}": query for book, text in books.items() for name, query in _queries(text)}
    loose = {
        name: expr[: found.end()]
        for name, expr in {**EXPRESSIONS, **QUERIES, **asked}.items()
        for metric in ASKED
        for found in re.finditer(rf"(?<![\w:]){metric.name}\b(?!:)", expr)
        if name != LATEST and not SAME_IN_ALL.search(expr[: found.start()])
    }
    assert loose == {}


def _queries(runbook: str) -> Iterator[tuple[str, str]]:
    yield from enumerated("query", re.findall(r"promtool query instant \S+ '(.+)'", runbook))
    yield from enumerated("end", "".join(re.findall(r"```promql\n(.+?)```", runbook, flags=re.DOTALL)).splitlines())


def enumerated(word: str, items: list[str]) -> Iterator[tuple[str, str]]:
    yield from ((f"{word} {place}", item) for place, item in enumerate(items, 1))


def test_every_role_is_missed_where_none_of_its_processes_is_left() -> None:
    gone = " or ".join(f'absent(up{{job="tarazy",role="{role.name}"}})' for role in ROLES)
    assert ALERTS["RoleGone"]["expr"] == f'({gone}) and on () max(last_over_time(up{{job="tarazy",role!=""}}[1d]))'


def test_findings_are_unsealed_too_long_at_half_of_what_frames_stand() -> None:
    assert ALERTS["FindingsUnsealed"]["expr"].endswith(f"> {FRAMES.retention_s // 2}")
    shown = next(expr for expr in QUERIES.values() if "findings_unsealed" in expr and "/" in expr)
    assert shown.endswith(f"/ {FRAMES.retention_s}")


@pytest.mark.parametrize("board", boards.BOARDS, ids=lambda board: board.uid)
def test_a_board_is_written_as_it_stands_in_the_code(board: panels.Board) -> None:
    assert panels.path_of(board).read_text(encoding="utf-8") == panels.rendered(board)


def test_there_is_no_board_that_the_code_does_not_write() -> None:
    assert {path.name for path in panels.FOLDER.glob("*.json")} == {panels.path_of(one).name for one in boards.BOARDS}


@pytest.mark.parametrize("board", boards.BOARDS, ids=lambda board: board.uid)
def test_panels_do_not_overlap_and_have_ids_and_words(board: panels.Board) -> None:
    drawn = json.loads(panels.rendered(board))["panels"]
    places = {
        (x, y)
        for panel in drawn
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    }
    assert len(places) == sum(panel["gridPos"]["w"] * panel["gridPos"]["h"] for panel in drawn)
    assert max(x for x, _ in places) < panels.COLUMNS
    assert len({panel["id"] for panel in drawn}) == len(drawn)
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in drawn)
