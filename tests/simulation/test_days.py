"""Days under faults end as they must, the same way each time, and a bad one says how to see it again."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.faults import TABLE
from tests.simulation.invariants import no_process_fails_by_itself
from tests.simulation.play import Played, play, report
from tests.simulation.world import World

pytestmark = pytest.mark.timeout(900)
"""Measured: 46 s of CPU; on a busy machine the clock has shown nine minutes for 37; a cut-off day shows nothing."""

ROOT = Path(__file__).parents[2]
DAYS = 100
"""What a default suite can bear; `make simulate` plays as many as there is time for."""
BUG_DAYS = 60
"""The seeds from 0 on that each planted mistake is played at: the rarest shows on two of these days."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture(scope="module")
def days(world: World) -> list[Played]:
    return [play(world, seed) for seed in range(DAYS)]


def test_nothing_is_lost_doubled_or_torn_whatever_breaks(days: list[Played]) -> None:
    assert [report(day) for day in days if day.offences] == []


def test_days_are_rough_and_the_road_is_really_driven(days: list[Played]) -> None:
    """A simulation in which nothing happens proves nothing."""
    struck = Counter(name for day in days for name, times in day.struck.items() for _ in range(times))
    states = Counter(state for day in days for state in day.states)
    assert len(struck) > len(TABLE) * 3 // 4
    assert sum(struck.values()) > 4 * DAYS
    assert {"DELIVERED", "REJECTED", "REFERRED", "PAID_50", "REVIEW", "WAITING", "APPEAL_WINDOW"} <= states.keys()
    assert sum(day.acts for day in days) > DAYS
    assert any("owners: possessor-established" in line for day in days for line in day.trace)


def test_the_same_seed_is_the_same_day(world: World, days: list[Played]) -> None:
    assert [play(world, seed).sha256 for seed in range(10)] == [day.sha256 for day in days[:10]]


def test_the_same_seeds_are_the_same_days_in_another_process() -> None:
    courses = {course(hash_seed) for hash_seed in ("1", "2")}
    assert len(courses) == 1


def course(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--days", "8", "--seed", "20"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"^course ([0-9a-f]{64})$", done.stdout, flags=re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_mistake_is_found_by_the_invariant_that_is_there_for_it(world: World, bug: str) -> None:
    """In that invariant's own words, and not because what was planted does not run."""
    planted = BUGS[bug]
    days = [play(world, seed, bug) for seed in range(BUG_DAYS)]
    said = [line for day in days for line in day.offences.get(planted.found_by.__name__, ())]
    assert said
    assert [line for line in said if not re.fullmatch(planted.says, line)] == []
    assert [line for day in days for line in day.offences.get(no_process_fails_by_itself.__name__, ())] == []


def test_a_bad_day_says_its_seed_its_rule_its_ids_its_last_steps_and_the_command(world: World) -> None:
    bad = next(day for seed in range(BUG_DAYS) if (day := play(world, seed, "outbox-sent-twice")).offences)
    text = report(bad, "outbox-sent-twice")
    assert text.startswith(f"seed {bad.seed} ")
    assert "outbox_is_published_once: " in text
    assert f"outbox {bad.offences['outbox_is_published_once'][0].split()[1]} " in text
    assert f"    {bad.steps} " in text
    assert f"    {bad.steps - 19} " in text
    assert f"    {bad.steps - 20} " not in text
    assert f"python -m tests.simulation --days 1 --seed {bad.seed} --bug outbox-sent-twice" in text
