"""The load model: a country's traffic as data, the same for the same seed; and the model of what it costs."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.national.capacity import Spent, model
from benchmarks.national.load import CUT_OFF, DAYS, NATIONAL_DEVICES, PROCEEDINGS_A_YEAR, TOO_FAST_KMH, plan, rate
from benchmarks.national.picture import draw
from benchmarks.national.stages import quantile_of

DEVICES, SECONDS, TIMES = 100, 90.0, 200.0
EVENTS = plan(DEVICES, SECONDS, 1, times=TIMES)


def test_the_same_seed_gives_the_same_events_and_another_others() -> None:
    assert plan(DEVICES, SECONDS, 1, times=TIMES) == EVENTS
    assert plan(DEVICES, SECONDS, 2, times=TIMES) != EVENTS


def test_the_country_s_devices_and_offences_give_its_proceedings() -> None:
    assert rate(NATIONAL_DEVICES) * 0.01 * 86_400 * 365 == pytest.approx(PROCEEDINGS_A_YEAR)


def test_a_run_has_as_many_events_as_its_devices_send_in_their_order() -> None:
    assert len(EVENTS) == round(rate(DEVICES, TIMES) * SECONDS)
    assert [event.due_s for event in EVENTS] == sorted(event.due_s for event in EVENTS)
    assert all(0 <= event.captured_s <= event.due_s <= SECONDS for event in EVENTS)


def test_the_day_has_more_traffic_than_the_night() -> None:
    day_s = SECONDS / DAYS
    hours = Counter(int(event.captured_s / day_s * 24) for event in EVENTS if event.captured_s < day_s)
    assert hours[8] > 5 * hours[3]


def test_devices_cut_off_send_nothing_in_the_outage_and_all_they_kept_after_it() -> None:
    day_s = SECONDS / DAYS
    backlog = [event for event in EVENTS if event.kind == "backlog"]
    cut_off = {event.device for event in backlog}
    assert len(cut_off) == round(DEVICES * CUT_OFF)
    assert not any(event.device in cut_off for event in EVENTS if day_s + day_s / 24 < event.due_s < 2 * day_s)
    assert min(event.due_s for event in backlog) >= 2 * day_s
    kept = [event for event in backlog if event.captured_s < 2 * day_s]
    assert len(kept) / len(EVENTS) == pytest.approx(CUT_OFF / DAYS, rel=0.25)


def test_a_spool_is_sent_oldest_first() -> None:
    for device in {event.device for event in EVENTS if event.kind == "backlog"}:
        captured = [event.captured_s for event in EVENTS if event.device == device and event.kind == "backlog"]
        assert captured == sorted(captured)


def test_others_go_on_while_a_backlog_is_sent() -> None:
    day_s = SECONDS / DAYS
    during = Counter(event.kind for event in EVENTS if 2 * day_s < event.due_s < 2.5 * day_s)
    assert during["live"] > 0
    assert during["backlog"] > 0


@pytest.mark.parametrize("share", [0.0, 0.01, 1.0])
def test_offences_have_the_share_asked_for(share: float) -> None:
    events = plan(DEVICES, SECONDS, 1, times=TIMES, offences=share)
    assert sum(event.kmh in TOO_FAST_KMH for event in events) / len(events) == pytest.approx(share, abs=0.005)


def test_one_in_a_hundred_is_late_and_one_comes_twice() -> None:
    ordinary = plan(DEVICES, SECONDS, 1, times=TIMES, outage=False)
    assert sum(event.kind == "late" for event in ordinary) / len(ordinary) == pytest.approx(0.01, abs=0.004)
    assert sum(event.twice for event in ordinary) / len(ordinary) == pytest.approx(0.01, abs=0.004)
    assert not any(event.kind == "backlog" for event in ordinary)


REST = Spent(10.0, 0, {"broker": 1.0, "vision": 0.0})
FIRST = Spent(100.0, 1_000, {"broker": 12.0, "vision": 4.0})


def test_the_model_predicts_a_second_size_that_behaves_as_the_first() -> None:
    found = model(REST, FIRST, Spent(100.0, 2_000, {"broker": 14.0, "vision": 8.0}), 350_000)
    assert found.ms_a_passage == pytest.approx({"broker": 2.0, "vision": 4.0})
    assert found.checked.error == pytest.approx(0.0)


def test_the_model_says_by_how_much_it_fails() -> None:
    found = model(REST, FIRST, Spent(100.0, 2_000, {"broker": 28.0, "vision": 16.0}), 350_000)
    assert found.checked.error == pytest.approx(-0.5)


def test_ten_countries_send_ten_times_as_much() -> None:
    one, ten = model(REST, FIRST, FIRST, 350_000).needed
    assert ten.devices == 10 * one.devices
    assert ten.peak_mb_s == pytest.approx(10 * one.peak_mb_s)
    assert one.cores_in_all < ten.cores_in_all < 10 * one.cores_in_all


def test_a_quantile_lies_within_its_bucket() -> None:
    buckets = {0.1: 50.0, 1.0: 100.0, float("inf"): 100.0}
    assert quantile_of(buckets, 0.5) == pytest.approx(0.1)
    assert 0.1 < quantile_of(buckets, 0.99) <= 1.0
    assert quantile_of({}, 0.99) == 0.0


def test_a_picture_is_drawn_of_any_run(tmp_path: Path) -> None:
    looks = [{"at_s": float(n), "receipts_s": n, "settled_s": n / 2, "lag_records": 9.0 - n} for n in range(9)]
    draw(tmp_path / "run.png", looks, (3.0, 5.0))
    draw(tmp_path / "none.png", [], None)
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "none.png").exists()
