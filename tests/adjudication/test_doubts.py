"""doubts: evidence that contradicts itself is for a person, and changes no figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication.decide import decide
from adjudication.facts import Measurement, SpeedEstimate
from adjudication.messages import CaseDecided, PassageChecked
from integrations.lawfiles import load_law, load_policy
from tests import samples

LAW, POLICY = load_law(), load_policy("default")


def seen(value_kmh: float, standard_kmh: float = 3.0) -> SpeedEstimate:
    return SpeedEstimate(
        method="plate_size",
        value_kmh100=round(value_kmh * 100),
        standard_kmh100=round(standard_kmh * 100),
        apart_us=300_000,
        budget=(),
    )


def passing(**changes: object) -> PassageChecked:
    ordinary = samples.checked()
    return replace(ordinary, passage=replace(ordinary.passage, **changes))


def case(checked: PassageChecked) -> CaseDecided:
    (made,) = decide(checked, (), LAW, POLICY)
    assert isinstance(made, CaseDecided)
    return made


@pytest.mark.parametrize(
    ("seen_kmh", "standard_kmh", "reason"),
    [
        (83, 3, "CLEAR"),
        (75, 3, "CLEAR"),  # 83 − 2 and 75 + 6 touch
        (74.9, 3, "SPEED_CONTRADICTED"),
        (63, 3, "SPEED_CONTRADICTED"),
        (63, 9, "CLEAR"),  # so unsure that it says nothing
        (91, 3, "CLEAR"),
        (91.1, 3, "SPEED_CONTRADICTED"),  # faster than measured: perhaps another vehicle's
    ],
)
def test_a_second_speed_whose_interval_does_not_touch_the_instruments_is_for_an_officer(
    seen_kmh: float, standard_kmh: float, reason: str
) -> None:
    made = case(passing(second_speed=seen(seen_kmh, standard_kmh)))
    assert (made.route, made.reason) == ("auto" if reason == "CLEAR" else "review", reason)


@given(st.floats(0, 300), st.floats(0, 40))
def test_a_second_speed_never_changes_what_the_instrument_measured(seen_kmh: float, standard_kmh: float) -> None:
    alone, both = case(samples.checked()), case(passing(second_speed=seen(seen_kmh, standard_kmh)))
    assert (both.part, both.mci_count, both.excess_kmh) == (alone.part, alone.mci_count, alone.excess_kmh)
    assert both.route in ("auto", "review")


def test_an_average_between_two_points_is_not_compared_with_one_point() -> None:
    checked = passing(second_speed=seen(20))
    average = Measurement(kind="section_speed", value_kmh100=8_300, error_kmh100=200, limit_kmh100=6_000)
    event = replace(checked.passage.event, measurement=average)
    assert case(replace(checked, passage=replace(checked.passage, event=event))).route == "auto"


def test_a_plate_on_a_vehicle_that_stood_still_is_for_an_officer() -> None:
    made = case(passing(quality=("standing",)))
    assert (made.route, made.reason) == ("review", "TARGET_STANDS")


def test_what_concerns_a_measurement_says_nothing_of_another_finding() -> None:
    checked = passing(quality=("standing",), second_speed=seen(20))
    event = replace(checked.passage.event, measurement=None, violation="red_light")
    made = case(replace(checked, passage=replace(checked.passage, event=event)))
    assert (made.route, made.reason) == ("auto", "CLEAR")
