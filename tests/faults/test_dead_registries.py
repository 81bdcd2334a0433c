"""Registers dead for longer than frames stand: nobody is fined, nothing is forgotten, and it ends by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from adjudication.calendar import civil_day
from adjudication.units import Id
from benchmarks.legend import LegendEyes, LegendSecond
from benchmarks.traffic import enrol, passings
from deploy.servers.ports import free_port
from ingest.client import Delivered, DeviceClient
from ingest.topics import FRAMES
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.pipeline import Centre, embedded
from integrations.seal import open_evidence
from integrations.simulators.faults import ShiftedClock
from integrations.simulators.population import Population
from integrations.simulators.process import Running, running
from tests.faults.centres import look, served_door

SEED = 5
POPULATION = 200
EVENTS = 60
PICTURE_BYTES = 20_000
HOUR_S = 3_600
SILENCE_S = 60.0
"""A slow register answers after that: past every deadline."""
DEAD_H = 6
"""Three times what frames stand (ingest.topics.FRAMES)."""
SETTLES_WITHIN_S = 40.0
SILENT = {"REGISTER_SILENT", "NO_OFFENCE", "NO_CORPUS"}
"""Why a passage may be dropped while no register speaks: a register finding was never made, or nothing was measured."""
MOST_DELAYS = 12
"""Of four hours, the longest the policy waits between two questions: two days, and the second asking a day later."""


@pytest.mark.server
@pytest.mark.parametrize("mode", ["dead", "slow"])
def test_while_the_registers_are_dead_nobody_is_fined_and_afterwards_all_completes_without_hands(
    mode: Literal["dead", "slow"], tmp_path: Path
) -> None:
    clock = ShiftedClock()
    today = civil_day(clock())
    with running(SEED, POPULATION, today) as simulators, _centre(tmp_path, simulators.url, clock) as centre:
        simulators.command_all(mode, SILENCE_S)
        accepted = _push(centre, tmp_path, clock)
        for _ in range(DEAD_H):
            _settle(centre)
            assert centre.casebook.acts.numbers() == ()
            _put_ahead(clock, simulators, 1)
        _settle(centre)
        waiting = _assert_sealed_or_dropped(centre, accepted)
        _assert_frames_are_gone(centre)

        simulators.command_all("ok")
        for _ in range(MOST_DELAYS):
            _put_ahead(clock, simulators, 4)
            _settle(centre)
        found = look(centre, accepted)
    states = {case: state for case, state, *_ in found.cases}
    assert {states[case] for case in waiting}.isdisjoint({"NEW", "WAITING"})
    assert found.lost == ()
    assert len(found.numbers) > EVENTS // 4
    assert found.unproven == ()
    assert found.broken == {}
    assert found.dead_letters == ()


def _put_ahead(clock: ShiftedClock, simulators: Running, hours: float) -> None:
    """Put the centre's clock and the outside world's forward together."""
    clock.ahead_s += hours * HOUR_S
    simulators.put_ahead(clock.ahead_s)


@contextmanager
def _centre(folder: Path, simulators: str, clock: ShiftedClock) -> Iterator[Centre]:
    settings = Settings(
        data=folder / "centre", door_port=free_port(), registries_url=simulators, channels_url=simulators
    )
    with RunningCentre(embedded(settings, clock), LegendEyes(), LegendSecond()) as working, served_door(working):
        yield working.centre


def _push(centre: Centre, home: Path, clock: ShiftedClock) -> list[Id]:
    """All events of a plan, each with its receipt."""
    plan = passings(Population(SEED, POPULATION, civil_day(clock())), SEED, EVENTS)
    url = f"http://{centre.settings.host}:{centre.settings.door_port}"
    [file] = enrol(url, centre.admin_token, ["cam-1"], SEED)
    with DeviceClient(file, home / "camera", clock=clock) as client:
        for passing in plan:
            client.capture([passing.picture(PICTURE_BYTES)], passing.seen(clock()))
        delivered = [one for one in client.deliver(SETTLES_WITHIN_S) if isinstance(one, Delivered)]
    assert len(delivered) == EVENTS
    return [one.event_id for one in delivered]


def _settle(centre: Centre) -> None:
    """Wait until twice in a row nothing is in hand or due."""
    give_up, quiet = time.monotonic() + SETTLES_WITHIN_S, 0
    while quiet < 2:
        assert time.monotonic() < give_up, "the centre does not come to rest"
        unread = sum(lag.records for lag in centre.stream.lag())
        due = centre.casebook.deadlines.overdue(centre.clock())
        quiet = 0 if unread or due or centre.casebook.outbox.waiting() else quiet + 1
        time.sleep(0.1)


def _assert_sealed_or_dropped(centre: Centre, accepted: list[Id]) -> list[Id]:
    """Every event has a case that waits with evidence that opens, or was dropped with a reason; gives the cases."""
    found = look(centre, accepted)
    assert found.lost == ()
    assert found.fined == frozenset()
    assert {outcome for _, outcome in found.closed} <= SILENT
    once = [case for case in found.cases if case[2] != "SAME_SIGHTING"]  # a plan's vehicles may come again at once
    assert {state for _, state, *_ in once} == {"WAITING"}
    waiting = [str(case) for case, *_ in once]
    for case_id in waiting:
        sealed = centre.casebook.evidence.of(case_id)
        assert {ref.role for ref in sealed} == {"violation", "record"}
        assert all(open_evidence(centre.casebook, centre.evidence, case_id, ref) for ref in sealed)
    assert len(waiting) > EVENTS // 4
    return waiting


def _assert_frames_are_gone(centre: Centre) -> None:
    while centre.stream.sweep():
        pass
    assert list(centre.stream.scan(FRAMES.name, 0, centre.clock())) == []
    assert list((centre.settings.data / "stream" / "large").glob("*")) == []
