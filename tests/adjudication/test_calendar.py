"""Civil time and terms. Source: art. 739; the example of eGov (brief §13)."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.calendar import (
    add_months,
    civil_day,
    end_of_day_us,
    instant_us,
    start_of_day_us,
)
from adjudication.errors import Unavailable
from adjudication.lawbook import TermCode
from adjudication.terms import Stop, last_day
from integrations.lawfiles import load_law

CALENDAR = load_law().calendar
DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 1))
INSTANTS = st.integers(0, 4_102_444_799_999_999)


@given(INSTANTS)
def test_an_instant_lies_within_its_civil_day(instant: int) -> None:
    day = civil_day(instant)
    assert start_of_day_us(day) <= instant < end_of_day_us(day)


@given(st.builds(datetime.combine, st.dates(date(1970, 1, 2), date(2099, 12, 30)), st.times()))
def test_a_naive_moment_is_civil_time(moment: datetime) -> None:
    assert civil_day(instant_us(moment)) == moment.date()
    assert instant_us(moment) == instant_us(moment.replace(tzinfo=timezone(timedelta(hours=5))))


def test_midnight_belongs_to_the_new_day() -> None:
    midnight = instant_us(datetime(2026, 4, 6, 19, tzinfo=UTC))
    assert civil_day(midnight) == date(2026, 4, 7)
    assert civil_day(midnight - 1) == date(2026, 4, 6)
    assert end_of_day_us(date(2026, 4, 6)) == midnight


@given(DAYS, st.integers(1, 40))
def test_a_term_ends_on_a_working_day_after_exactly_that_many(start: date, count: int) -> None:
    try:
        end = CALENDAR.add_days(start, count)
    except Unavailable:
        assert start.year == 2026  # only there can forty working days reach an unknown one
        return
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert CALENDAR.is_working(end)
    assert sum(CALENDAR.is_working(day) for day in between) == count


@given(DAYS, st.integers(0, 15), st.integers(0, 15))
def test_terms_add_up(start: date, first: int, second: int) -> None:
    assert CALENDAR.add_days(CALENDAR.add_days(start, first), second) == CALENDAR.add_days(start, first + second)


@given(DAYS)
def test_a_rolled_day_is_the_first_working_one(day: date) -> None:
    rolled = CALENDAR.rolled(day)
    assert rolled >= day
    assert CALENDAR.is_working(rolled)
    assert not any(CALENDAR.is_working(day + timedelta(days=n)) for n in range((rolled - day).days))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 100))
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_two_months_from_the_end_of_december_end_in_february() -> None:
    assert add_months(date(2025, 12, 31), 2) == date(2026, 2, 28)


def test_egovs_own_example_of_the_discount_term_holds() -> None:
    # Source: S12: notice on Mon 01.08.2022, the discount is valid through Wed 10.08.2022.
    assert last_day(load_law(), "DISCOUNT", date(2022, 8, 1)) == date(2022, 8, 10)


@pytest.mark.parametrize(
    ("first", "last", "days_off"),
    [
        # Source: the Ministry of Labour's production calendar of 2021 (nur.kz, ztb.kz); kazpravda.kz has 121, it alone.
        (date(2021, 1, 1), date(2021, 12, 31), 120),
        # Source: news of each month or of the year (sputniknews.kz, tolqyn.kz, kursiv.media, kstnews.kz; lada.kz;
        # azattyq-ruhy.kz; kazpravda.kz; astanatv.kz); of 2022 the months that the later law left as they were.
        (date(2020, 3, 1), date(2020, 3, 31), 13),
        (date(2020, 5, 1), date(2020, 5, 31), 13),
        (date(2020, 7, 1), date(2020, 7, 31), 10),
        (date(2020, 8, 1), date(2020, 8, 31), 11),
        (date(2021, 3, 1), date(2021, 5, 31), 33),
        (date(2021, 7, 1), date(2021, 7, 31), 11),
        (date(2021, 12, 1), date(2021, 12, 31), 11),
        (date(2022, 1, 1), date(2022, 1, 31), 13),
        (date(2022, 3, 1), date(2022, 3, 31), 12),
        (date(2022, 5, 1), date(2022, 5, 31), 12),
        (date(2022, 8, 1), date(2022, 8, 31), 9),
        (date(2023, 1, 1), date(2023, 1, 31), 11),
        (date(2023, 10, 1), date(2023, 10, 31), 10),
    ],
)
def test_as_many_days_are_off_as_was_published(first: date, last: date, days_off: int) -> None:
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    assert sum(not CALENDAR.is_working(day) for day in days) == days_off


LAW = load_law()
TERMS: tuple[TermCode, ...] = get_args(TermCode)
STARTS = st.dates(date(2024, 1, 1), date(2025, 6, 1))


@given(STARTS, st.integers(1, 30), st.sampled_from(TERMS))
def test_a_term_that_starts_later_never_ends_earlier_and_one_in_days_ends_on_a_working_day(
    start: date, later: int, code: TermCode
) -> None:
    end = last_day(LAW, code, start)
    assert start < end <= last_day(LAW, code, start + timedelta(later))
    if LAW.term(code, start).days:
        assert CALENDAR.is_working(end)


@given(STARTS, st.sampled_from(TERMS), st.integers(1, 15), st.integers(1, 40))
def test_what_a_term_stopped_for_it_is_longer_by_exactly(start: date, code: TermCode, after: int, length: int) -> None:
    stop = Stop(from_on=start + timedelta(after), again_on=start + timedelta(after + length))
    end, stopped = last_day(LAW, code, start), last_day(LAW, code, start, stops=[stop])
    if stop.from_on > end:
        assert stopped == end
        return
    if not LAW.term(code, start).days:
        assert stopped == end + timedelta(length)
        return
    counted = (start + timedelta(n) for n in range(1, (stopped - start).days + 1))
    ran = [day for day in counted if CALENDAR.is_working(day) and not stop.from_on <= day < stop.again_on]
    assert (len(ran), ran[-1]) == (LAW.term(code, start).days, stopped)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2020, 5, 11), True),  # its day off was moved to the 8th
        (date(2020, 12, 20), True),
        (date(2022, 10, 24), False),
        (date(2022, 12, 1), True),  # a holiday until 2021
        (date(2022, 12, 19), True),
        (date(2024, 5, 4), True),  # a Saturday that works
        (date(2025, 1, 5), True),  # a Sunday that works
        (date(2026, 8, 31), True),
        (date(2026, 5, 27), False),  # Kurban-ait
        (date(2026, 3, 25), False),
        (date(2026, 4, 4), False),  # an ordinary Saturday
        (date(2027, 1, 4), False),
    ],
)
def test_the_calendar_knows_its_exceptions(day: date, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2028, 1, 3)])
def test_a_year_without_data_is_refused(day: date) -> None:
    with pytest.raises(Unavailable, match="calendar"):
        CALENDAR.is_working(day)


def test_a_term_over_kurban_ait_of_2027_is_refused_until_it_is_announced() -> None:
    assert CALENDAR.add_days(date(2027, 4, 26), 10) == date(2027, 5, 13)
    with pytest.raises(Unavailable, match="not announced"):
        CALENDAR.add_days(date(2027, 4, 27), 11)
    assert CALENDAR.add_days(date(2027, 5, 18), 1) == date(2027, 5, 19)
