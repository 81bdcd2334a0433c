"""Servers and roles are killed and frozen under load, from a seed: the cluster loses, doubles and tears nothing.

Each rule of a simulated day has its own test in tests/simulation/; the longer run is `make faults`.
"""

from collections import Counter

import pytest

from tests.faults.fire.plan import plan
from tests.faults.fire.run import ROLES, fire

SEED, KILLS = 3, 10
"""Kills of five roles, three brokers and the register; freezes, wires cut and silent, a clock that is wrong."""


def test_the_plan_of_a_seed_is_the_same_each_time_and_another_seed_has_another() -> None:
    first, again, other = (plan(seed, 200, roles=6, brokers=3) for seed in (1, 1, 2))
    assert first == again != other
    counted = Counter((fault.how, fault.target) for fault in first)
    assert sum(count for (how, _), count in counted.items() if how == "kill") == 200
    assert counted["kill", "broker"] >= 30


@pytest.mark.cluster
@pytest.mark.timeout(1500)
def test_ten_kills_and_what_they_befall_lose_double_and_tear_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    summary = fire(SEED, KILLS, 3, print)
    expected = Counter(f"{fault.how} {fault.target}" for fault in plan(SEED, KILLS, roles=len(ROLES), brokers=3))
    assert summary.violations == {}, capsys.readouterr().out
    assert summary.struck == expected
    assert summary.struck["kill broker"] >= 2
    assert summary.acts > summary.events // 8, "a test of acts has many"
