"""kill -9 at twenty random moments under load: the end is as if nothing had happened.

A whole centre (door, road, loops, pages) runs in a process of its own; signed devices push over HTTP while it is killed
and started again. The same events, with the same instants of capture, then go to a centre that nobody disturbs.
"""

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adjudication.calendar import civil_day
from adjudication.units import Id, Micros
from benchmarks.traffic import Passing, enrol, passings
from deploy.servers.ports import free_port
from ingest.client import Delivered, DeviceClient
from ingest.clock import system_clock
from ingest.identity import DeviceFile
from integrations.config import Settings
from integrations.simulators.population import Population
from integrations.simulators.process import running
from tests.faults.centres import Audit, CentreProcess, audit

POPULATION = 200
EVENTS = 320
DEVICES = 5
KILLS = 20
PICTURE_BYTES = 20_000
LIFE_S = (0.1, 2.6)
"""From a start to its kill: opening the stores takes 0.8 s of it, so some lives end before the door opens."""
SETTLES_WITHIN_S = 120.0
"""The second asking of a register comes after five seconds, a silent one is left alone for five at a time."""
IMPATIENT_S = 0.1
"""A camera would back off for up to half a minute after so many refusals; here it shall press on."""


class Cameras:
    """Devices that send the plan's events in their order, no further than `allow` says, until all have receipts."""

    def __init__(self, files: Sequence[DeviceFile], home: Path, plan: Sequence[Passing], captured_us: Micros) -> None:
        self._plan = plan
        self._captured_us = captured_us
        self._allowed = 0
        self._more = threading.Condition()
        self._accepted: set[Id] = set()
        self._pool = ThreadPoolExecutor(len(files))
        self._sending = [
            self._pool.submit(self._send, file, home / file.device_id, range(first, len(plan), len(files)))
            for first, file in enumerate(files)
        ]

    def allow(self, events: int) -> None:
        """The first `events` of the plan may go out now."""
        with self._more:
            self._allowed = events
            self._more.notify_all()

    def finish(self) -> frozenset[Id]:
        """Everything may go out; returns, when it has, the events with a receipt."""
        self.allow(len(self._plan))
        for sending in self._sending:
            sending.result(timeout=SETTLES_WITHIN_S)
        self._pool.shutdown()
        return frozenset(self._accepted)

    def _wait_for(self, turn: int) -> None:
        with self._more:
            self._more.wait_for(lambda: turn < self._allowed)

    def _send(self, file: DeviceFile, home: Path, turns: range) -> None:
        with DeviceClient(file, home, pause=lambda wait_s: time.sleep(min(wait_s, IMPATIENT_S))) as client:
            for turn in turns:
                self._wait_for(turn)
                passing = self._plan[turn]
                client.capture([passing.picture(PICTURE_BYTES)], passing.seen(self._captured_us + turn))
                for outcome in client.deliver(3600.0):
                    assert isinstance(outcome, Delivered), outcome
                    self._accepted.add(outcome.event_id)


@pytest.mark.server
@pytest.mark.parametrize("seed", [20])
@pytest.mark.timeout(480)
def test_twenty_kills_under_load_change_nothing_that_anybody_could_see(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    today = civil_day(system_clock())
    plan = passings(Population(seed, POPULATION, today), seed, EVENTS)
    with running(seed, POPULATION, today) as simulators:
        killed, calm = (_settings(tmp_path / name, simulators.url) for name in ("killed", "calm"))
        files = {settings: _enrol(settings, seed) for settings in (killed, calm)}
        captured_us = system_clock()
        cameras = Cameras(files[killed], tmp_path / "cameras-killed", plan, captured_us)
        for life in range(KILLS):
            centre = CentreProcess(killed)
            cameras.allow(EVENTS * (life + 1) // KILLS)
            time.sleep(chance.uniform(*LIFE_S))
            centre.kill()
        took_killed = _finish(killed, cameras)
        took_calm = _finish(calm, Cameras(files[calm], tmp_path / "cameras-calm", plan, captured_us))
    assert took_killed == took_calm
    assert len(took_calm) == EVENTS
    found, wanted = audit(killed, took_killed), audit(calm, took_calm)
    _assert_whole(found)
    _assert_whole(wanted)
    assert _silenced(found) == _silenced(wanted) == frozenset(), "a register was not heard out: nothing can be compared"
    assert found.fined == wanted.fined
    assert found.cases == wanted.cases
    assert found.closed == wanted.closed
    assert len(found.numbers) > EVENTS // 4, "a test of acts has many"


def _finish(settings: Settings, cameras: Cameras) -> frozenset[Id]:
    """The events that have receipts once a centre that nobody kills has taken and settled all that was left."""
    centre = CentreProcess(settings)
    accepted = cameras.finish()
    _settle(centre)
    return accepted


def _silenced(found: Audit) -> frozenset[object]:
    """Passages that ended because a register said nothing in time: lawful, but not what this test is about."""
    return frozenset(passage for passage, outcome in found.closed if outcome == "REGISTER_SILENT")


def _assert_whole(found: Audit) -> None:
    """Every event has its outcome, every act its one number, its leaf and its evidence, and nothing was laid aside."""
    assert found.lost == ()
    assert found.known_cases == len(found.cases)
    serials = [int(number.rsplit("-", 1)[1]) for number in found.numbers]
    assert serials == list(range(1, len(serials) + 1))
    assert len({case for case, *_ in found.fined}) == len(found.fined) == len(found.numbers)
    assert found.registered == found.numbers
    assert found.log_size == len(found.numbers)
    assert found.unproven == ()
    assert found.broken == {}
    assert found.dead_letters == ()


def _settings(folder: Path, simulators: str) -> Settings:
    return Settings(
        data=folder,
        door_port=free_port(),
        web_port=free_port(),
        registries_url=simulators,
        channels_url=simulators,
        policy="demo",
    )


def _enrol(settings: Settings, seed: int) -> list[DeviceFile]:
    """Devices enrolled at a first life of the centre, with the same keys at each centre."""
    centre = CentreProcess(settings)
    centre.wait_open()
    url = f"http://{settings.host}:{settings.door_port}"
    token = (settings.data / "admin-token").read_text(encoding="ascii")
    files = enrol(url, token, [f"cam-{number}" for number in range(DEVICES)], seed)
    centre.stop()
    return files


def _settle(centre: CentreProcess) -> None:
    """Wait until twice in a row nothing is in hand any more, then stop the centre."""
    centre.wait_open()
    give_up, quiet = time.monotonic() + SETTLES_WITHIN_S, 0
    while quiet < 2:
        assert time.monotonic() < give_up, f"still in hand: {centre.work()}"
        quiet = 0 if centre.work() else quiet + 1
        time.sleep(0.3)
    centre.stop()
