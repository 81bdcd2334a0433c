"""The whole road as twelve roles in four processes, over a real broker, database, object store and register."""

import time

import httpx
import pytest

from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from benchmarks.cluster import PARTS, Cluster, cluster
from benchmarks.traffic import Passing, enrol, passings
from dashboards.role import running_role
from ingest.clock import system_clock
from ingest.doors.headers import CONTENT_TYPE
from ingest.signatures import sign_frame
from integrations.config import Settings
from integrations.pipeline import cluster as opened
from integrations.roles import ROLES
from integrations.simulators.population import Population

EVENTS = 40
SETTLES_WITHIN_S = 240.0
SEED, VEHICLES = 1, 200
SETTLED = (
    "SELECT (SELECT uniqExact(event_id) FROM outcomes), (SELECT uniqExact(event_id) FROM decisions), "
    "(SELECT count() FROM acts FINAL)"
)


def push(running: Cluster, plan: list[Passing]) -> None:
    """Every passing as one signed event of two cameras, until the door has it."""
    token = (running.settings.data / "admin-token").read_text(encoding="ascii")
    cameras = enrol(running.door, token, ["cam-0", "cam-1"], SEED)
    for number, passing in enumerate(plan):
        camera, picture = cameras[number % 2], passing.picture(30_000)
        header = passing.event(camera, number // 2 + 1, picture, system_clock())
        body = sign_frame(header, (picture.jpeg,), camera.key).encode()
        answer = httpx.post(
            f"{running.door}/v1/events", content=body, headers={"content-type": CONTENT_TYPE}, timeout=30
        )
        assert answer.status_code == 200, answer.text


@pytest.mark.cluster
@pytest.mark.timeout(900)
def test_every_event_is_settled_and_offences_become_acts_over_real_servers() -> None:
    with cluster(seed=SEED, population=VEHICLES) as running:
        running.run(PARTS)
        push(running, passings(Population(SEED, VEHICLES, civil_day(system_clock())), SEED, EVENTS, (None, 55, 85)))
        centre = opened(running.settings)
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while True:
            ((closed, decided, acts),) = centre.register.ask(SETTLED)
            if (
                closed + decided >= EVENTS
                and acts == centre.casebook.log.size() > 0 == centre.casebook.outbox.waiting()
            ):
                break
            assert time.monotonic() < deadline, (closed, decided, acts)
            time.sleep(1)
        assert closed + decided == EVENTS, "no event is both closed and decided"
        for member in running.members:
            told = httpx.get(f"{member.addresses[0]}/ready").json()
            assert told["ready"], told
        centre.close()
        for member in running.members:
            member.stop()  # raises where the process does not end well


def test_every_role_has_its_process() -> None:
    assert sorted("+".join(PARTS).split("+")) == sorted(role.name for role in ROLES if role.name != "web")


def test_a_role_without_its_servers_says_which_settings_are_missing() -> None:
    with (
        pytest.raises(Invalid, match=r"setting-missing.*TARAZY_KAFKA, TARAZY_CASEBOOK_URL"),
        running_role(Settings(vision=False), ROLES[0]),
    ):
        pass
