"""Bounds: of lateness, of what is in flight, of a device's rate, of the memory of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.errors import Invalid
from ingest.frame import MAX_FRAME_BYTES
from ingest.lateness import FRESH_US, FUTURE_TOLERANCE_US, OLDEST_US, timeliness
from ingest.overload import DeviceRates, InFlight, Limits
from ingest.sequences import SequenceMemory
from ingest.topics import FRAMES

NOW_US = 2_000_000_000_000_000


@given(st.integers(-2 * OLDEST_US, 2 * OLDEST_US), st.integers(-86_400_000_000, 86_400_000_000))
def test_lateness_is_judged_by_the_centres_clock_without_the_devices_own_known_offset(age_us: int, offset: int) -> None:
    captured_us = NOW_US - age_us + offset
    if age_us < -FUTURE_TOLERANCE_US or age_us > OLDEST_US:
        with pytest.raises(Invalid) as refused:
            timeliness(captured_us, offset, NOW_US)
        assert refused.value.code == ("captured-in-future" if age_us < 0 else "captured-too-long-ago")
    else:
        assert timeliness(captured_us, offset, NOW_US) == ("fresh" if age_us <= FRESH_US else "late")


def test_a_fresh_event_is_far_from_the_end_of_its_retention() -> None:
    assert FRAMES.retention_s / 4 >= FRESH_US / 1_000_000


def test_places_and_bytes_in_flight_are_bounded_and_freed() -> None:
    in_flight = InFlight(Limits(requests=2, bytes=MAX_FRAME_BYTES))
    with in_flight.hold(MAX_FRAME_BYTES - 1) as first, in_flight.hold(1) as second, in_flight.hold(0) as third:
        assert (first, second, third) == (True, True, False)
    with in_flight.hold(MAX_FRAME_BYTES) as again, in_flight.hold(1) as too_much:
        assert (again, too_much) == (True, False)


def test_limits_that_could_never_take_a_frame_are_refused() -> None:
    with pytest.raises(ValueError, match="could never take"):
        Limits(bytes=MAX_FRAME_BYTES - 1)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 2)), max_size=60))
def test_no_device_gets_more_than_its_burst_and_its_rate(asked: list[tuple[str, float]]) -> None:
    rates, now_s = DeviceRates(Limits(per_device_s=2.0, per_device_burst=3)), 0.0
    taken = {"a": 0, "b": 0}
    for device, pause_s in asked:
        now_s += pause_s
        wait_s = rates.wait_s(device, now_s)
        taken[device] += wait_s == 0.0
        assert taken[device] <= 3 + 2.0 * now_s + 1e-6
        assert 0.0 <= wait_s <= 0.5


def test_a_device_that_waits_as_told_is_served() -> None:
    rates = DeviceRates(Limits(per_device_s=2.0, per_device_burst=1))
    assert rates.wait_s("a", 0.0) == 0.0
    wait_s = rates.wait_s("a", 0.1)
    assert wait_s == pytest.approx(0.4)
    assert rates.wait_s("a", 0.1 + wait_s + 1e-9) == 0.0


def test_the_memory_of_rates_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DeviceRates, "_DEVICES_HELD", 2)
    rates = DeviceRates(Limits(per_device_s=0.001, per_device_burst=1))
    assert [rates.wait_s(device, 0.0) == 0.0 for device in "abca"] == [True, True, True, True]
    assert rates.wait_s("a", 0.0) > 0


def test_a_number_is_kept_only_once_it_is_durable() -> None:
    memory = SequenceMemory()
    assert memory.claim("event", "content") == "new"
    assert memory.claim("event", "content") == "new"
    assert memory.claim("event", "other") == "other"
    memory.settle("event", kept=False)
    assert memory.claim("event", "other") == "other"
    memory.settle("event", kept=True)
    assert memory.claim("event", "content") == "kept"
    assert memory.claim("event", "other") == "other"


def test_a_number_whose_event_was_not_kept_is_free_again() -> None:
    memory = SequenceMemory()
    memory.claim("event", "content")
    memory.settle("event", kept=False)
    assert memory.claim("event", "other") == "new"


def test_the_memory_of_numbers_forgets_the_longest_unasked() -> None:
    memory = SequenceMemory(held=2)
    for event in "abc":
        if event == "c":
            assert memory.claim("a", "content") == "kept"
        memory.claim(event, "content")
        memory.settle(event, kept=True)
    assert memory.claim("a", "content") == "kept"
    assert memory.claim("b", "content") == "new"
