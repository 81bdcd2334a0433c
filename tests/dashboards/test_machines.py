"""Every process says whether it lives, whether it is fit for work, and what it counted."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adjudication.errors import Unavailable
from dashboards.centre import door_of
from dashboards.machines import machines
from ingest import backoff
from ingest.events import Committed, Crashed, Halted, Held, RunnerEvent, Working
from ingest.spool import Spool
from integrations.casebook import Casebook
from integrations.centre import RunningCentre
from integrations.roles import ROLES, WHOLE, Loop, Role
from tests.faced import FacedTest
from tests.ingest.cameras import Stream, served, until

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


class Steady:
    """The casebook of a centre, which can be away."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook = casebook
        self.away = True

    def __getattr__(self, name: str) -> Any:
        if self.away:
            raise Unavailable("casebook", 0.01)
        return getattr(self._casebook, name)


def test_loops_are_held_and_counted_while_the_casebook_is_away_and_fit_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    faced = FacedTest(tmp_path)
    faced.act(1)
    waiting, casebook = faced.centre.casebook.outbox.waiting, Steady(faced.centre.casebook)
    assert waiting() > 0
    faced.centre.casebook = casebook  # type: ignore[assignment]  # a casebook in all that the loops use
    loops: tuple[Loop, ...] = ("outbox", "deadlines", "easing")
    running = RunningCentre(faced.centre, None, role=Role("test", "loops alone", (), loops))
    client = TestClient(machines(running))
    for loop in running._loops:
        loop.start()
    until(lambda: set(running.states().values()) == {"held"})
    assert client.get("/ready").status_code == 503
    told = client.get("/metrics").text
    assert all(f'tarazy_stage_held_total{{stage="{loop}",what="casebook"}}' in told for loop in loops)
    casebook.away = False
    until(lambda: client.get("/ready").status_code == 200)
    until(lambda: waiting() == 0)
    running._stop.set()
    for loop in running._loops:
        loop.join()


def test_the_gateway_is_fit_as_long_as_its_door_takes_events(tmp_path: Path) -> None:
    faced, stream = FacedTest(tmp_path), Stream()
    faced.centre.spool = Spool(tmp_path / "spool", 800)
    faced.centre.stream = stream  # type: ignore[assignment]  # a producer alone, as the door uses it
    running = RunningCentre(faced.centre, None, role=next(role for role in ROLES if role.name == "gateway"))
    door, client = door_of(running), TestClient(machines(running))

    def ready() -> tuple[int, object]:
        answer = client.get("/ready")
        return answer.status_code, answer.json()["stages"]

    assert ready() == (503, {"door": "crashed"})
    with served(door):
        assert ready() == (200, {"door": "working"})
        stream.away = True
        assert faced.centre.spool.append(bytes(700))
        assert ready() == (200, {"door": "working"})
        assert not faced.centre.spool.append(bytes(700))
        assert ready() == (503, {"door": "held"})
        stream.away = False
        until(lambda: ready() == (200, {"door": "working"}))


def test_all_roles_together_are_the_whole_centre(tmp_path: Path) -> None:
    centre = FacedTest(tmp_path).centre
    whole = [stage.name for stage in RunningCentre(centre, None, role=WHOLE).stages]
    assert sorted(name for role in ROLES for name in role.stages or ()) == sorted(whole)
    assert sorted(loop for role in ROLES for loop in role.loops) == sorted(WHOLE.loops)
