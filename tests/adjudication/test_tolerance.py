"""The enforceable excess and its bracket. Source: brief §4.2, §15.2."""

from datetime import date
from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.facts import Measurement
from adjudication.tolerance import Boundary, bracket, excess_kmh, lowest_punishable_kmh100
from integrations.lawfiles import load_law

BRACKETS = load_law().detecting("speed", date(2026, 4, 6))
SPEEDS = st.integers(0, 30_000)


def measured(value: int, error: int, limit: int) -> Measurement:
    return Measurement(kind="speed", value_kmh100=value, error_kmh100=error, limit_kmh100=limit)


@given(SPEEDS, st.integers(0, 1_000), st.integers(1, 140))
def test_the_excess_is_the_floor_of_what_is_certain_less_the_limit(value: int, error: int, limit: int) -> None:
    certain = (Decimal(value - error) / 100).to_integral_value(ROUND_FLOOR)
    assert excess_kmh(measured(value, error, limit * 100), "subtract_error") == certain - limit


@given(SPEEDS, st.integers(0, 1_000), st.integers(500, 14_000))
def test_subtracting_the_error_never_makes_it_worse(value: int, error: int, limit: int) -> None:
    one = measured(value, error, limit)
    assert excess_kmh(one, "subtract_error") <= excess_kmh(one, "none")


@given(SPEEDS, st.integers(0, 1_000), st.integers(500, 14_000))
def test_below_the_lowest_punishable_speed_there_is_no_offence_and_at_it_there_is(
    value: int, error: int, limit: int
) -> None:
    one = measured(value, error, limit)
    lowest = lowest_punishable_kmh100(one, BRACKETS, "subtract_error")
    found = bracket(excess_kmh(one, "subtract_error"), BRACKETS, "milder")
    assert (found is not None) == (value >= lowest)


@given(st.integers(-50, 250))
def test_the_milder_reading_is_never_harsher(excess: int) -> None:
    mild, strict = (bracket(excess, BRACKETS, boundary) for boundary in ("milder", "lower_inclusive"))
    if mild is None or strict is None:
        assert mild is strict
        assert excess < 10
    else:
        assert isinstance(mild.mci, int)
        assert isinstance(strict.mci, int)
        assert mild.mci <= strict.mci
        assert (mild != strict) == (excess in (20, 40, 60))


@pytest.mark.parametrize(
    ("excess", "boundary", "part"),
    [
        (9, "milder", None), (10, "milder", "592(1)"), (20, "milder", "592(1)"), (21, "milder", "592(2)"),
        (40, "milder", "592(2)"), (41, "milder", "592(3)"), (60, "milder", "592(3)"), (61, "milder", "592(3-1)"),
        (9, "lower_inclusive", None), (10, "lower_inclusive", "592(1)"), (20, "lower_inclusive", "592(2)"),
        (40, "lower_inclusive", "592(3)"), (60, "lower_inclusive", "592(3-1)"), (250, "lower_inclusive", "592(3-1)"),
    ],
)  # fmt: skip
def test_borders_fall_as_the_policy_says(excess: int, boundary: Boundary, part: str | None) -> None:
    found = bracket(excess, BRACKETS, boundary)
    assert (found and found.part) == part


def test_without_a_tolerance_the_lowest_punishable_speed_is_the_limit_and_the_bracket() -> None:
    one = measured(8_000, 200, 6_000)
    assert lowest_punishable_kmh100(one, BRACKETS, "none") == 7_000
    assert lowest_punishable_kmh100(one, BRACKETS, "subtract_error") == 7_200
