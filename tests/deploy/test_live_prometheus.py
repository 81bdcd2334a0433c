"""A live Prometheus reads a centre at work; every rule and every query of every board is run by it."""

import math
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.grafana.boards import BOARDS
from deploy.servers import prometheus
from tests.deploy import living

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
RULES = Path(__file__).parents[2] / "deploy/prometheus"
QUERIES = [
    pytest.param(query, id=f"{board.uid}: {panel.title}, {place}")
    for board in BOARDS
    for panel in board.panels
    for place, query in enumerate(panel.queries, 1)
]
SETTLED_S = 300.0
"""The road needs seconds until the first act is in the log, and its rates two scrapes more; a busy machine, minutes."""
PATIENCE_S = 60.0
"""A scrape that comes too late on a busy machine leaves a gap until the next one."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[prometheus.Prometheus]:
    with living.centre(tmp_path_factory.mktemp("living")) as (pages, token), prometheus.running(pages, token) as server:
        deadline = time.monotonic() + SETTLED_S
        while not all(server.query(sign) for sign in SIGNS):
            assert time.monotonic() < deadline, [sign for sign in SIGNS if not server.query(sign)]
            time.sleep(1)
        yield server


SIGNS = (
    "tarazy_log_entries > 1",
    'stage:tarazy_stage_records:rate5m{stage="lifecycle"} > 0',
    'stage:tarazy_stage_records:rate5m{stage="recall"} > 0',
    "tarazy:register_fresh:ratio5m >= 0",
    "stage:tarazy_stage_age_seconds:p99_5m{stage='register'} > 0",
    "tarazy:devices:count > 0",
)
"""What a centre at work shows once a passage has gone the whole way."""


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_a_board_runs_and_shows_what_it_promises(live: prometheus.Prometheus, query) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not _shown(live, query.expr) and query.always:
        assert time.monotonic() < deadline, live.query(query.expr)
        time.sleep(1)


def _shown(live: prometheus.Prometheus, expr: str) -> bool:
    """Whether there is a figure; Prometheus's refusal of the query is raised."""
    return any(not math.isnan(float(series["value"][1])) for series in live.query(expr))


def test_every_rule_is_evaluated_without_a_fault(live: prometheus.Prometheus) -> None:
    rules = live.rules()
    assert len(rules) > 30
    assert {rule["name"]: rule.get("lastError", "") for rule in rules if rule["health"] != "ok"} == {}


def test_a_centre_at_work_raises_no_alert(live: prometheus.Prometheus) -> None:
    assert live.query('ALERTS{alertstate="firing"}') == []


def test_a_query_that_is_wrong_would_be_found(live: prometheus.Prometheus) -> None:
    with pytest.raises(ValueError, match="parse error"):
        live.query("sum by (stage (tarazy_stage_records_total)")


FILES = {
    ("check", "rules"): ["recording.yml", "alerts.yml"],
    ("check", "config", "--syntax-only"): ["prometheus.yml"],  # the token's file is the operator's
    ("test", "rules"): ["rules_test.yml"],
}


@pytest.mark.parametrize(("command", "names"), FILES.items())
def test_promtool_accepts_the_rules_and_their_tests(command: tuple[str, ...], names: list[str]) -> None:
    ran = subprocess.run(
        [prometheus.tool("promtool"), *command, *(str(RULES / name) for name in names)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
