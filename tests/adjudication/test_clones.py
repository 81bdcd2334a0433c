"""clones: how far and how fast, from facts alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication.clones import EARTH_M, NEAR_M, Whereabouts, distance_m, worst_elsewhere
from adjudication.decide import decide
from adjudication.facts import Elsewhere
from adjudication.messages import CaseDecided
from integrations.lawfiles import load_law, load_policy
from tests import samples

LAW, POLICY = load_law(), load_policy("default")
HERE = Whereabouts(
    event_id="0" * 32,
    device_id="cam-1",
    place_id="p-1",
    lat_e7=432_319_000,
    lon_e7=767_798_100,
    captured_us=samples.CAPTURED_US,
    clock_error_us=0,
)
PLACES = st.builds(
    lambda lat, lon: replace(HERE, event_id="1" * 32, lat_e7=lat, lon_e7=lon),
    st.integers(-900_000_000, 900_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
)
S = 1_000_000


def there(sequence: int, km_north: float, after_s: float, clock_error_us: int = 0) -> Whereabouts:
    return replace(
        HERE,
        event_id=f"{sequence:032x}",
        lat_e7=HERE.lat_e7 + round(km_north / 111.195 * 1e7),
        captured_us=HERE.captured_us + round(after_s * S),
        clock_error_us=clock_error_us,
    )


@given(PLACES, PLACES)
def test_a_distance_is_the_same_both_ways_and_at_most_half_the_earth(one: Whereabouts, other: Whereabouts) -> None:
    assert distance_m(one, other) == distance_m(other, one) <= 3.1416 * EARTH_M
    assert distance_m(one, one) == 0


def test_a_degree_of_latitude_is_111_km_and_of_longitude_less_by_the_cosine() -> None:
    assert abs(distance_m(HERE, replace(HERE, lat_e7=HERE.lat_e7 + 10_000_000)) - 111_195) <= 1
    equator = replace(HERE, lat_e7=0)
    assert abs(distance_m(equator, replace(equator, lon_e7=equator.lon_e7 + 10_000_000)) - 111_195) <= 1
    north = replace(HERE, lat_e7=600_000_000)
    assert abs(distance_m(north, replace(north, lon_e7=north.lon_e7 + 10_000_000)) - 111_195 / 2) <= 10


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(-40_000, 40_000)), max_size=8))
def test_the_worst_is_the_one_that_needs_the_highest_speed_and_none_that_is_near(
    others: list[tuple[float, float]],
) -> None:
    sightings = [there(number, *one) for number, one in enumerate(others, start=1)]
    found = worst_elsewhere(HERE, [HERE, *sightings])
    far = [one for one in sightings if distance_m(HERE, one) >= NEAR_M]
    assert (found is None) == (not far)
    if found is not None:
        needed = found.distance_m / max(found.apart_us, 1)
        apart = [max(abs(one.captured_us - HERE.captured_us), 1) for one in far]
        assert needed == max(distance_m(HERE, one) / us for one, us in zip(far, apart, strict=True))


def ruled(elsewhere: Elsewhere | None) -> tuple[str, str]:
    (case,) = decide(replace(samples.checked(), elsewhere=elsewhere), (), LAW, POLICY)
    assert isinstance(case, CaseDecided)
    assert ("one-place" in {step.rule for step in case.trace}) == (elsewhere is not None)
    return case.route, case.reason


@pytest.mark.parametrize(
    ("km", "after_s", "route"),
    [
        (250.0, 3_600, "auto"),  # exactly the bound can be driven
        (251.0, 3_600, "review"),
        (251.0, 3_620, "auto"),
        (971.0, 3 * 3_600, "review"),
        (971.0, 4 * 3_600, "auto"),
        (3.0, 0, "review"),
    ],
)
def test_faster_than_policy_grants_is_for_an_officer(km: float, after_s: float, route: str) -> None:
    fact = Elsewhere(
        event_id="1" * 32,
        device_id="cam-2",
        place_id="p-2",
        captured_us=samples.CAPTURED_US,
        distance_m=round(km * 1_000),
        apart_us=round(after_s * S),
    )
    assert ruled(fact) == (route, "CLEAR" if route == "auto" else "IMPOSSIBLE_TRAVEL")


def test_a_plate_seen_nowhere_else_is_no_copy() -> None:
    assert ruled(None) == ("auto", "CLEAR")


def test_a_clock_that_may_be_wrong_by_as_much_explains_the_distance() -> None:
    (sure,) = (worst_elsewhere(HERE, [there(1, 3.0, 10)]),)
    (unsure,) = (worst_elsewhere(HERE, [there(1, 3.0, 10, clock_error_us=60 * S)]),)
    assert ruled(sure) == ("review", "IMPOSSIBLE_TRAVEL")
    assert ruled(unsure) == ("auto", "CLEAR")
