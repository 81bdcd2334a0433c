"""Terms: every date and sum the law attaches to a case, computed from the lawbook.

All days are civil days at +05:00 and inclusive: the term ends at 24:00 of its last day.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from adjudication.calendar import add_months, civil_day, end_of_day_us
from adjudication.facts import Fact
from adjudication.lawbook import Lawbook, TermCode
from adjudication.messages import Part
from adjudication.units import Count, Micros, Tiyn


class Stop(Fact, frozen=True, kw_only=True):
    """Days on which a term does not run: from the day it stops to the day before it runs again."""

    from_on: date
    again_on: date


def last_day(law: Lawbook, code: TermCode, start: date, *, part: Part = "", stops: Iterable[Stop] = ()) -> date:
    """The last day of a term that starts on `start`; what it stopped for, it is longer by, exactly. Source: 739.

    The starting day is not counted. Days of 739(3) are working days; a term in months counts every day, and its end
    is not moved to a working day (739(5)), which is `law.calendar.rolled`. `part` where the term depends on the case.

    Raises:
        Unavailable: the law data does not know the term then, or the calendar does not reach its end.
    """
    term = law.term(code, start, part)
    end = law.calendar.add_days(start, term.days) if term.days else add_months(start, term.months)
    stopped = {start + timedelta(n) for stop in stops for n in range(*_offsets(start, stop))}
    if not stopped:
        return end
    left = term.days or (end - start).days
    day = start
    while left > 0:
        day += timedelta(days=1)
        left -= day not in stopped and (not term.days or law.calendar.is_working(day))
    return day


def _offsets(start: date, stop: Stop) -> tuple[int, int]:
    """From and to, in days after the start; what stopped before it does not count."""
    return max((stop.from_on - start).days, 1), (stop.again_on - start).days


class OffenceTerms(Fact, frozen=True, kw_only=True):
    """What runs from the offence itself. Source: 822-1(3), 62(1).

    `limitation_last_day_on` is not moved to a working day: after it nothing is sent (brief §15.3 rule 3).
    """

    send_last_day_on: date
    limitation_last_day_on: date


class DeliveryTerms(Fact, frozen=True, kw_only=True):
    """What runs from proper delivery. Source: 811(1), 817(1), 826-2(2), 893(1).

    The last three hold if nobody appeals and half the sum was not paid in time.
    """

    discount_last_day_on: date
    considered_after_last_day_on: date
    appeal_last_day_on: date
    in_force_on: date
    payment_last_day_on: date


class Sums(Fact, frozen=True, kw_only=True):
    """A fine in money. Source: art. 44(1); half-tenge are shown unrounded (brief §13)."""

    mci_tiyn: Tiyn
    sum_tiyn: Tiyn
    half_tiyn: Tiyn


def send_last_day(law: Lawbook, offence_us: Micros) -> date:
    """The last day on which the act may be sent, from the earliest fixation. Source: 822-1(3).

    Raises:
        Unavailable: the calendar does not reach so far.
    """
    return last_day(law, "SEND", civil_day(offence_us))


def limitation_last_day(law: Lawbook, offence_us: Micros) -> date:
    """The last day of limitation, not moved to a working day. Source: 62(1).

    Raises:
        Unavailable: the law data does not reach the day.
    """
    return last_day(law, "LIM_OFFENCE", civil_day(offence_us))


def offence_terms(law: Lawbook, offence_us: Micros) -> OffenceTerms:
    """The terms that run from the offence.

    Raises:
        Unavailable: the calendar does not reach so far.
    """
    return OffenceTerms(
        send_last_day_on=send_last_day(law, offence_us), limitation_last_day_on=limitation_last_day(law, offence_us)
    )


def delivery_terms(law: Lawbook, delivered_us: Micros) -> DeliveryTerms:
    """The terms that run from proper delivery.

    Raises:
        Unavailable: the calendar does not reach so far.
    """
    start = civil_day(delivered_us)
    considered = last_day(law, "DEEMED", start)
    appeal = law.calendar.add_days(considered, law.term("APPEAL", start).days)
    in_force = appeal + timedelta(days=1)
    return DeliveryTerms(
        discount_last_day_on=last_day(law, "DISCOUNT", start),
        considered_after_last_day_on=considered,
        appeal_last_day_on=appeal,
        in_force_on=in_force,
        payment_last_day_on=last_day(law, "PAY", in_force),
    )


def decision_last_day(law: Lawbook, received_on: date) -> date:
    """The last day to decide a complaint: it is forwarded, then decided. Source: 826-2, 826-3.

    Raises:
        Unavailable: the calendar does not reach so far.
    """
    return last_day(law, "DECISION", last_day(law, "FORWARD", received_on))


def delivery_outlives_limitation(law: Lawbook, offence_us: Micros, delivered_us: Micros) -> bool:
    """Whether the case, delivered then, would be considered only after limitation. Source: brief §15.3 rule 3.

    Raises:
        Unavailable: the calendar does not reach so far.
    """
    return delivery_terms(law, delivered_us).considered_after_last_day_on > limitation_last_day(law, offence_us)


def sendable_until_us(
    law: Lawbook, offence_us: Micros, formed_us: Micros, send_last_day_on: date | None = None
) -> Micros:
    """The instant from which an act formed at `formed_us` may no longer be sent: the earliest end of the sending term,
    of limitation and of the MCI its sum was computed with. Source: brief §15.3 rule 1.

    `send_last_day_on`: of the sending term, where it was not counted from the offence (§15.3 rule 12).

    Raises:
        Unavailable: no calendar, or no MCI for the day it is formed.
    """
    terms = offence_terms(law, offence_us)
    mci = law.mci_on(civil_day(formed_us))
    send = send_last_day_on or terms.send_last_day_on
    return end_of_day_us(min(send, terms.limitation_last_day_on, mci.last_day))


def sums(law: Lawbook, mci_count: Count, initiated_on: date) -> Sums:
    """A fine of `mci_count` MCI in the money of the day its act is sent. Source: 44(1), 802(4).

    Raises:
        Unavailable: there is no MCI for that day.
    """
    mci = law.mci_on(initiated_on).tiyn
    return Sums(mci_tiyn=mci, sum_tiyn=mci * mci_count, half_tiyn=mci * mci_count // 2)
