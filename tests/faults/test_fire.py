"""Servers and roles are killed and frozen under load, from a seed: the cluster loses, doubles and tears nothing.

Each rule of a simulated day has its own test in tests/simulation/; the longer run is `make faults`.
"""

import sys
from collections import Counter

import pytest

from tests.faults.fire.__main__ import main
from tests.faults.fire.plan import lives, plan
from tests.faults.fire.run import ROLES, fire

SEED, KILLS = 3, 10
"""Kills of five roles, three brokers and the register; freezes, wires cut and silent, a clock that is wrong."""


def test_the_plan_of_a_seed_is_the_same_each_time_and_another_seed_has_another() -> None:
    first, again, other = (plan(seed, 200, roles=6, brokers=3) for seed in (1, 1, 2))
    assert first == again != other
    counted = Counter((fault.how, fault.target) for fault in first)
    assert sum(count for (how, _), count in counted.items() if how == "kill") == 200
    assert counted["kill", "broker"] >= 30


def test_a_run_that_goes_on_suffers_what_the_whole_one_would_have_from_there() -> None:
    whole = plan(1, 200, roles=6, brokers=3)
    assert lives(whole, 200) == [whole]
    cut = lives(whole, 20)
    assert [sum(fault.how == "kill" for fault in life) for life in cut] == [20] * 10
    assert [fault for life in cut for fault in life] == whole
    assert lives(whole, 20, first=41) == cut[2:]
    (late,) = lives(whole, 20, first=191)
    assert late == whole[-len(late) :]
    assert sum(fault.how == "kill" for fault in late) == 10


def test_the_command_says_what_is_left_of_a_plan(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed(*arguments: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["fire", "--seed", "1", "--kills", "40", "--plan", *arguments])
        assert main() == 0
        return capsys.readouterr().out.splitlines()

    whole, rest = printed(), printed("--from", "21", "--each", "10")
    assert rest[0] == "seed 1, kills 21 to 40, 3 brokers"
    assert sum(": kill " in line for line in rest) == 20
    assert whole[-len(rest) + 1 :] == rest[1:]
    with pytest.raises(SystemExit):
        printed("--from", "41")


@pytest.mark.cluster
@pytest.mark.timeout(1500)
def test_ten_kills_and_what_they_befall_lose_double_and_tear_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    faults = plan(SEED, KILLS, roles=len(ROLES), brokers=3)
    summary = fire(SEED, faults, 3, print)
    expected = Counter(f"{fault.how} {fault.target}" for fault in faults)
    assert summary.violations == {}, capsys.readouterr().out
    assert summary.struck == expected
    assert summary.struck["kill broker"] >= 2
    assert summary.acts > summary.events // 8, "a test of acts has many"
