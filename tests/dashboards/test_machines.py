"""Every process says whether it lives, whether it is fit for work, and what it counted."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from adjudication.errors import Unavailable
from dashboards.machines import machines
from ingest.events import Committed, Crashed, Halted, Held, RunnerEvent, Working
from integrations.centre import RunningCentre
from integrations.roles import ROLES, WHOLE, Role
from tests.faced import FacedTest

DECIDE = next(role for role in ROLES if role.name == "decide")


@pytest.fixture
def running(tmp_path: Path) -> RunningCentre:
    return RunningCentre(FacedTest(tmp_path).centre, None, role=DECIDE)


def test_a_role_runs_its_own_stages_and_no_others(running: RunningCentre) -> None:
    assert [stage.name for stage in running.stages] == ["decide"]
    client = TestClient(machines(running))
    assert client.get("/health").text == "ok"
    assert client.get("/ready").json() == {"role": "decide", "ready": True, "stages": {"decide": "working"}}


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Held("decide", "register", 1, 1.0), "held"),
        (Crashed("decide", "KeyError", 1.0), "crashed"),
        (Halted("decide"), "halted"),
    ],
)
def test_a_stage_that_cannot_work_makes_the_process_unfit_but_alive(
    running: RunningCentre, event: RunnerEvent, state: str
) -> None:
    running._observe(event)
    client = TestClient(machines(running))
    assert client.get("/health").status_code == 200
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["stages"]) == (503, {"decide": state})
    assert "tarazy_stage_" in client.get("/metrics").text


def test_a_process_is_fit_again_when_its_stage_says_so_and_not_when_a_part_of_it_commits(
    running: RunningCentre,
) -> None:
    client = TestClient(machines(running))
    running._observe(Held("decide", "register", 1, 1.0))
    running._observe(Committed("decide", 1, 0, 1, 0.1, 0.1, 0.1))
    assert client.get("/ready").status_code == 503
    running._observe(Working("decide"))
    assert (client.get("/ready").status_code, running.states()) == (200, {"decide": "working"})


def test_a_loop_that_fails_is_counted_and_begun_again(tmp_path: Path) -> None:
    centre = FacedTest(tmp_path).centre
    running = RunningCentre(centre, None, role=Role("test", "a loop alone", (), ("deadlines",)))
    calls: list[str] = []

    def run(stop: object) -> None:
        calls.append("run")
        if len(calls) == 1:
            raise Unavailable("casebook", 0.01)
        running._stop.set()

    running._guarded("deadlines", run)()
    assert len(calls) == 2
    assert (
        'tarazy_stage_held_total{stage="deadlines",what="casebook"} 1.0'
        in TestClient(machines(running)).get("/metrics").text
    )


def test_all_roles_together_are_the_whole_centre(tmp_path: Path) -> None:
    centre = FacedTest(tmp_path).centre
    whole = [stage.name for stage in RunningCentre(centre, None, role=WHOLE).stages]
    assert sorted(name for role in ROLES for name in role.stages or ()) == sorted(whole)
    assert sorted(loop for role in ROLES for loop in role.loops) == sorted(WHOLE.loops)
