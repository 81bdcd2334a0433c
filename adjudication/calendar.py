"""Civil time of Kazakhstan and the arithmetic of terms. Source: art. 739.

An instant is UTC microseconds, a day a `date`. A day ends at 24:00, so `end_of_day_us` is the first instant that is no
longer in it: something is in time while `instant < end`.

Terms counted in days («сутки») do not count the day they start on and skip non-working days (739(3)); terms in months
count every day and end on the same day of a later month, or that month's last.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from adjudication.errors import NoData
from adjudication.units import MICROS_PER_SECOND, Micros

OFFSET_US = 5 * 3600 * MICROS_PER_SECOND
"""UTC+05:00 in the whole country since 01.03.2024 (brief §7); no offence before that can still be punished."""
DAY_US = 24 * 3600 * MICROS_PER_SECOND
EPOCH = date(1970, 1, 1)
EPOCH_ORDINAL = EPOCH.toordinal()
SATURDAY = 5


def civil_day(instant_us: Micros) -> date:
    """The civil day, at +05:00, that an instant falls on."""
    return date.fromordinal(EPOCH_ORDINAL + (instant_us + OFFSET_US) // DAY_US)


def start_of_day_us(day: date) -> Micros:
    """The instant of 00:00 of a civil day."""
    return (day - EPOCH).days * DAY_US - OFFSET_US


def end_of_day_us(day: date) -> Micros:
    """The instant of 24:00 of a civil day: the first that is not in it."""
    return start_of_day_us(day + timedelta(days=1))


def instant_us(moment: datetime) -> Micros:
    """UTC microseconds of an aware `datetime`; a naive one is civil time at +05:00."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC) - timedelta(microseconds=OFFSET_US)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it has no such day; not moved to a working day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, _days_in_month(year, month)))


def _days_in_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


class Year(Struct, frozen=True, forbid_unknown_fields=True):
    """One year's working days: a five-day week, but for these days.

    `off` are weekdays without work, `working` are days of the week-end with work. `unannounced` are days of which
    nobody can say yet: counting over one of them is refused.
    """

    year: int
    off: tuple[date, ...]
    source: str
    confidence: str
    working: tuple[date, ...] = ()
    unannounced: tuple[date, ...] = ()


class Calendar:
    """The years there is data for. A day outside them, or not announced yet, is refused, never assumed."""

    def __init__(self, years: Iterable[Year]) -> None:
        self._years = {year.year: year for year in years}
        self._off = frozenset(day for year in self._years.values() for day in year.off)
        self._working = frozenset(day for year in self._years.values() for day in year.working)
        self._unannounced = frozenset(day for year in self._years.values() for day in year.unannounced)
        self._ends: dict[tuple[date, int], date] = {}

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day.

        Raises:
            NoData: no data for its year, or whether it is a holiday is not announced.
        """
        if day.year not in self._years:
            raise NoData(f"the working-day calendar of {day.year}")
        if day in self._unannounced:
            raise NoData(f"whether {day} is a working day (not announced)")
        return day in self._working or (day.weekday() < SATURDAY and day not in self._off)

    def add_days(self, day: date, count: int) -> date:
        """The last day of a term of `count` days that starts on `day`. Source: art. 739(3).

        Raises:
            NoData: the term touches a day the calendar cannot tell.
        """
        asked = (day, count)
        if asked not in self._ends:
            while count > 0:
                day += timedelta(days=1)
                count -= self.is_working(day)
            self._ends[asked] = day
        return self._ends[asked]

    def rolled(self, day: date) -> date:
        """`day`, or the next working day if it is none. Source: art. 739(5).

        Raises:
            NoData: as `is_working`.
        """
        while not self.is_working(day):
            day += timedelta(days=1)
        return day
