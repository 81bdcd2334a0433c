"""The scenarios that ship show all of the law; what is not shown is found and named."""

from datetime import date
from pathlib import Path

import pytest

from adjudication.lawbook import Lawbook
from adjudication.reasons import REASONS
from adjudication.scenarios.coverage import REASONS_OF_THE_ROAD, Ran, coverage
from adjudication.scenarios.format import Scenario, parse
from adjudication.scenarios.run import came_to, with_changes
from integrations.lawfiles import law_files, load_law, load_policy

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "tests/scenarios").glob("*.toml"))
POLICY = load_policy("default")
CASES = [case for file in SCENARIOS for whole in parse(file.read_bytes()) for case in whole.apart()]


def ran(case: Scenario, law: Lawbook) -> Ran:
    return Ran(case, came_to(case.facts, law, with_changes(POLICY, case.policy), case.expected.about))


RAN = [ran(case, load_law()) for case in CASES]


def holes(shown: list[Ran], law: Lawbook) -> list[str]:
    return [f"{one.heading}: {one.what}" for one in coverage(shown, law, POLICY) if not one.shown_by]


def test_the_scenarios_that_ship_leave_no_hole() -> None:
    assert holes(RAN, load_law()) == []
    assert {one.heading for one in coverage(RAN, load_law(), POLICY)} >= {"592", "230", "routes", "reasons", "policy"}


def test_a_part_s_amounts_and_the_days_around_its_beginning_are_demanded() -> None:
    of_591 = [one for one in coverage([], load_law(), POLICY) if one.heading == "591"]
    assert [one.what for one in of_591] == [
        "591(1) since 2024-01-01: 5 MCI",
        "591(1): the day before it becomes automatic, 2026-03-11",
        "591(1): the day of it becomes automatic, 2026-03-12",
        "591(1): the day after it becomes automatic, 2026-03-13",
        "591(2) since 2024-01-01: 10 MCI",
        "591(2): repeats 591(1)",
        "591(2): the day before it becomes automatic, 2026-03-11",
        "591(2): the day of it becomes automatic, 2026-03-12",
        "591(2): the day after it becomes automatic, 2026-03-13",
    ]
    assert not any(one.shown_by for one in of_591)


def test_a_repetition_is_demanded_of_each_part_it_repeats_that_a_passage_can_come_to() -> None:
    demanded = {one.what for one in coverage([], load_law(), POLICY) if "repeats" in one.what}
    assert {"592(4): repeats 592(2)", "592(4): repeats 592(3)", "590(10): repeats 590(9)"} <= demanded
    assert "590(10): repeats 590(6)" not in demanded
    once = [one for one in RAN if one.base != "592(3)"]
    assert "592: 592(4): repeats 592(3)" in holes(once, load_law())


def test_each_class_of_person_has_an_amount_to_show() -> None:
    firms = [one for one in RAN if one.scenario.facts.size_class != "medium"]
    assert "230: 230(2) since 2024-01-01: 400 MCI (medium)" in holes(firms, load_law())
    assert all("(medium)" in one for one in holes(firms, load_law()))


def test_each_step_by_tonnes_has_amounts_to_show() -> None:
    light = [one for one in RAN if (one.scenario.expected.effective_excess_load or 0) <= 10_000]
    assert holes(light, load_law()) == [
        f"571: 571(6) since 2024-01-01: {mci} MCI ({subject}) from 10000 kg"
        for subject, mci in (("small", 480), ("medium", 780))
    ]


@pytest.mark.parametrize(
    ("before", "after", "hole"),
    [
        (b"mci = 30", b"mci = { individual = 30, large = 300 }", "592(4) since 2024-01-01: 300 MCI (large)"),
        (b"section_since = 2024-12-04", b"section_since = 2025-12-04", "an average speed counts, 2025-12-04"),
    ],
)
def test_what_changes_in_the_law_is_a_hole_until_its_scenarios_are_written(
    before: bytes, after: bytes, hole: str
) -> None:
    files = law_files()
    changed = Lawbook.parse({**files, "592.toml": files["592.toml"].replace(before, after)})
    again = [ran(one.scenario, changed) for one in RAN if "592" in one.scenario.basis]
    assert any(one.endswith(hole) for one in holes(again, changed))


def test_a_case_of_another_edition_shows_nothing_of_this_one() -> None:
    before = [one for one in RAN if one.part == "592(3)" and one.day < date(2024, 12, 4)]
    assert before
    assert "592: 592(3) since 2024-12-04: 20 MCI" in holes(before, load_law())


@pytest.mark.parametrize("code", sorted(REASONS_OF_THE_ROAD))
def test_a_reason_that_no_scenario_can_show_is_shown_by_another_test(code: str) -> None:
    assert code in REASONS
    others = (path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    assert any(f'"{code}"' in path.read_text() for path in others)
