"""Where an act stands: its state, its account and the terms that run; and what one event makes of it.

The account: `paid_tiyn` is all money that arrived, `refund_tiyn` what of it is due back, `refunded_tiyn` what went
back already.
"""

from dataclasses import dataclass
from datetime import date
from typing import get_args

from msgspec.structs import replace

from adjudication.calendar import civil_day, end_of_day_us
from adjudication.facts import Fact
from adjudication.lawbook import Lawbook, TermCode
from adjudication.messages import ActDeadlineCode, ContestKind
from adjudication.protocol import Act, Terms
from adjudication.states import State, Transition, Trigger, step
from adjudication.terms import last_day, limitation_last_day
from adjudication.units import Micros, Text, Tiyn


class Standing(Fact, frozen=True, kw_only=True):
    """Where an act stands. What ends a term is the first instant after its last day; None where it has not begun.

    `paid_in_term_tiyn` is what was paid before the discount's end. `contest` is the complaint or protest that is held
    or considered. While execution is suspended, `paused_us` says since when; `year_until_us` is moved by as much.
    `of_possessor`: the act is not the owner's (31(3)), so its person has nobody to name.
    `unrepeated_us`: since when the penalty whose repetition the act punishes stands no more; people judge what follows.
    `decision_until_us` is until when what is contested must be decided, `prolonged` whether that was put off once.
    `limitation_until_us` is None of an act formed before it was kept; while limitation is stopped (62(5)),
    `limitation_stopped_us` says since when. `motion_us`: since when something moved for is not decided (740).
    """

    act_number: Text
    state: State
    sum_tiyn: Tiyn
    discount_tiyn: Tiyn | None
    terms: Terms
    sent_us: Micros | None = None
    delivered_us: Micros | None = None
    discount_until_us: Micros | None = None
    deemed_us: Micros | None = None
    appeal_until_us: Micros | None = None
    pay_until_us: Micros | None = None
    paid_tiyn: Tiyn = 0
    paid_in_term_tiyn: Tiyn = 0
    refund_tiyn: Tiyn = 0
    refunded_tiyn: Tiyn = 0
    settled_us: Micros | None = None
    contest: ContestKind | None = None
    court_until_us: Micros | None = None
    year_until_us: Micros | None = None
    paused_us: Micros | None = None
    stated_us: Micros | None = None
    unrepeated_us: Micros | None = None
    decision_until_us: Micros | None = None
    prolonged: bool = False
    limitation_until_us: Micros | None = None
    limitation_stopped_us: Micros | None = None
    motion_us: Micros | None = None
    of_possessor: bool = False


Deadlines = tuple[tuple[ActDeadlineCode, Micros | None], ...]
"""Deadlines to set, or, where the instant is None, to cancel."""
STOP: Deadlines = tuple((code, None) for code in get_args(ActDeadlineCode))
"""Nothing runs any more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event does: the new standing, the transitions passed, the deadlines that change.

    `for_people`: law leaves to a person what follows, and somebody must look.
    """

    standing: Standing
    steps: tuple[Transition, ...] = ()
    deadlines: Deadlines = ()
    for_people: bool = False


def opened(act: Act, law: Lawbook, before: Standing | None = None) -> Standing:
    """The standing of an act just signed; money that came for the act `before` it, which was never sent, is in it.

    Raises:
        Unavailable: the law data does not know limitation on the day of the offence.
    """
    return Standing(
        act_number=act.number,
        state="SIGNED",
        sum_tiyn=act.sum_tiyn,
        discount_tiyn=act.discount_tiyn,
        terms=act.terms,
        of_possessor=act.of_possessor,
        paid_tiyn=0 if before is None else before.paid_tiyn,
        paid_in_term_tiyn=0 if before is None else before.paid_in_term_tiyn,
        limitation_until_us=end_of_day_us(limitation_last_day(law, act.offence_us)),
    )


def move(standing: Standing, trigger: Trigger, deadlines: Deadlines = (), **changes: object) -> Outcome:
    """The transition with its changes, or no effect at all where the table has none."""
    transition = step(standing.state, trigger)
    if transition is None:
        return Outcome(standing)
    return Outcome(replace(standing, state=transition.to, **changes), (transition,), deadlines)


def then(first: Outcome, second: Outcome) -> Outcome:
    """Two moves of the same event, if there was a first; `second` starts where it ended."""
    if not first.steps or not second.steps:
        return first
    steps, deadlines = (*first.steps, *second.steps), (*first.deadlines, *second.deadlines)
    return Outcome(second.standing, steps, deadlines)


def ended(standing: Standing, trigger: Trigger, kept_tiyn: Tiyn, **changes: object) -> Outcome:
    """The end of the case: nothing runs any more, and all money above what it keeps is due back."""
    over = replace(
        standing, contest=None, decision_until_us=None, prolonged=False, limitation_stopped_us=None, motion_us=None
    )
    outcome = move(over, trigger, STOP, refund_tiyn=standing.paid_tiyn - kept_tiyn, **changes)
    return outcome if outcome.steps else Outcome(standing)


def entered_force(first: Outcome, day: date, law: Lawbook) -> Outcome:
    """What follows from being in force since `day`: a warning or a settled account closes the case, else payment is
    awaited (893) and the year of execution runs (890)."""
    if not first.steps:
        return first
    standing = first.standing
    if standing.sum_tiyn == 0:
        return then(first, ended(standing, "settled", standing.sum_tiyn))
    if standing.paid_tiyn >= standing.sum_tiyn:
        return then(first, ended(standing, "paid", standing.sum_tiyn))
    pay = end_of_day_us(law.calendar.add_days(day, standing.terms.payment_days))
    year = standing.year_until_us
    if year is None:
        year = end_of_day_us(last_day(law, "YEAR", day))
    running = replace(standing, pay_until_us=pay, year_until_us=year)
    return Outcome(running, first.steps, (*first.deadlines, ("PAY", pay), ("YEAR", year)))


def term_end_us(law: Lawbook, code: TermCode, from_us: Micros) -> Micros:
    """The end of a term that starts on the day of an instant. Raises Unavailable where the calendar ends."""
    return end_of_day_us(last_day(law, code, civil_day(from_us)))


def paused(standing: Standing, at_us: Micros) -> Standing:
    """The same with its year stopped. Source: 890: an appeal or a deferral pauses it."""
    if standing.year_until_us is None or standing.paused_us is not None:
        return standing
    return replace(standing, paused_us=at_us)


def resumed(standing: Standing, at_us: Micros) -> Standing:
    """The same with its year running again, so much later."""
    if standing.paused_us is None or standing.year_until_us is None:
        return standing
    pause_us = max(0, at_us - standing.paused_us)
    return replace(standing, year_until_us=standing.year_until_us + pause_us, paused_us=None)
