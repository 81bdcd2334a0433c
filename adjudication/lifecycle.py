"""The course of a case, as data: which state follows which, and by which article.

Two layers. `TRANSITIONS` says what may follow; a step outside it is a `Conflict`. `apply` folds one event into an act's
`Standing`: it picks the transition, keeps the account and says which deadlines now run. A late or second word of
something already settled (a deadline that no longer runs, a second channel) has no effect and is no conflict.

Source: brief §3.2, §3.7, §15.3; the articles of the Code stand beside each transition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from msgspec.structs import replace

from adjudication.calendar import civil_day, end_of_day_us
from adjudication.errors import Conflict
from adjudication.facts import Fact
from adjudication.messages import (
    ActVoided,
    CaseEvents,
    DeadlineReached,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PaymentReceived,
)
from adjudication.protocol import Act, Terms
from adjudication.units import Id, Micros, Text, Tiyn

State = Literal[
    "NEW",
    "DECIDED",
    "REVIEW",
    "WAITING",
    "REFERRED",
    "REJECTED",
    "JOINED",
    "SIGNED",
    "POST_PENDING",
    "SENT",
    "UNDELIVERED",
    "DELIVERED",
    "PAID_50",
    "DEEMED_CONSIDERED",
    "APPEAL_WINDOW",
    "IN_FORCE",
    "OVERDUE",
    "PAID_FULL",
    "LIMITATION_REVIEW",
    "SUPERSEDED_UNSENT",
    "TERMINATED",
    "CLOSED",
]
"""POST_PENDING: no electronic way is lawful and nothing was sent. UNDELIVERED: sent, hence initiated, not delivered.
Both wait for registered post, which people send by hand today. CLOSED: a warning that has come into force."""

Trigger = Literal[
    "auto",
    "review",
    "wait",
    "refer",
    "reject",
    "joined",
    "formed",
    "dispatched",
    "delivered",
    "undeliverable",
    "paid-half-in-term",
    "paid",
    "send-over",
    "discount-over",
    "deemed",
    "appeal-opens",
    "appeal-over",
    "settled",
    "payment-over",
    "limitation-over",
    "superseded",
    "voided",
]

PAYABLE: tuple[State, ...] = (
    "POST_PENDING",
    "SENT",
    "UNDELIVERED",
    "DELIVERED",
    "DEEMED_CONSIDERED",
    "APPEAL_WINDOW",
    "LIMITATION_REVIEW",
    "IN_FORCE",
    "OVERDUE",
)
"""Where money may still arrive in time: the payer's instant counts, so its word may come after the term (§15.3.6)."""
ACTED: tuple[State, ...] = ("SIGNED", *PAYABLE, "PAID_50", "PAID_FULL", "CLOSED")
UNDECIDED: tuple[State, ...] = ("NEW", "REVIEW", "WAITING")
TERMINAL: frozenset[State] = frozenset(
    {"REFERRED", "REJECTED", "JOINED", "PAID_50", "PAID_FULL", "TERMINATED", "CLOSED"}
)
SENDING_UNSETTLED = "sending-unsettled"
"""NoticeFailed: a crash hides whether the act was sent in time; neither another sending nor another act is right.

The case stands with POST_PENDING, where money still counts and its word may still come, and people look at it."""
CONTESTED: frozenset[State] = frozenset({"APPEAL_WINDOW", "LIMITATION_REVIEW"})
"""Where an act may be appealed, or a person looks at it: its evidence stays whatever dates say (826-2(2); 62(1))."""
FINDING_RELEASED: frozenset[State] = TERMINAL | {"IN_FORCE", "OVERDUE"}
"""Where a further sighting of a register finding is a new case: the open one is decided, and in force (§15.2)."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a trigger leads from a state, and the article that says so."""

    to: State
    basis: str


def _from(
    states: tuple[State, ...], trigger: Trigger, to: State, basis: str
) -> dict[tuple[State, Trigger], Transition]:
    return {(state, trigger): Transition(to, basis) for state in states}


TRANSITIONS: dict[tuple[State, Trigger], Transition] = {
    **_from(UNDECIDED, "auto", "DECIDED", "31(1); 807(1)(2)"),
    **_from(UNDECIDED, "review", "REVIEW", "policy"),
    **_from(UNDECIDED, "wait", "WAITING", "policy; brief 15.2"),
    **_from(UNDECIDED, "refer", "REFERRED", "807; 804"),
    **_from(UNDECIDED, "reject", "REJECTED", "741(1)"),
    **_from(UNDECIDED, "joined", "JOINED", "brief 15.2: one open case"),
    **_from((*UNDECIDED, "SUPERSEDED_UNSENT"), "send-over", "REJECTED", "822-1(3)"),
    **_from(("DECIDED", "SUPERSEDED_UNSENT"), "formed", "SIGNED", "822-1(1), (3)"),
    **_from(("SIGNED", "POST_PENDING"), "dispatched", "SENT", "802(4)(1)"),
    **_from(("SIGNED",), "undeliverable", "POST_PENDING", "743(4-1)"),
    **_from(("SENT",), "undeliverable", "UNDELIVERED", "743(4-1)"),
    **_from(("SENT", "UNDELIVERED", "DELIVERED"), "delivered", "DELIVERED", "743(4-1)"),
    **_from(("SIGNED", "POST_PENDING"), "superseded", "SUPERSEDED_UNSENT", "44(1); brief 15.3.1"),
    **_from(("SIGNED", "POST_PENDING"), "send-over", "TERMINATED", "822-1(3)"),
    **_from((*UNDECIDED, "SUPERSEDED_UNSENT"), "limitation-over", "REJECTED", "62(1); 741(1)(5)"),
    **_from(("SIGNED", "POST_PENDING"), "limitation-over", "TERMINATED", "62(1); 741(1)(5)"),
    **_from(("SENT", "UNDELIVERED", "DELIVERED"), "limitation-over", "LIMITATION_REVIEW", "62(1); brief 15.2"),
    **_from(PAYABLE, "paid-half-in-term", "PAID_50", "811(1), (2)"),
    **_from(("DELIVERED",), "discount-over", "DELIVERED", "811(1); 823(1)"),
    **_from(("DELIVERED",), "deemed", "DEEMED_CONSIDERED", "817(1)"),
    **_from(("DEEMED_CONSIDERED",), "appeal-opens", "APPEAL_WINDOW", "826-2(2)"),
    **_from(("APPEAL_WINDOW",), "appeal-over", "IN_FORCE", "826-2(2)"),
    **_from(("IN_FORCE",), "payment-over", "OVERDUE", "893(1); 896(1)"),
    **_from(("IN_FORCE", "OVERDUE"), "paid", "PAID_FULL", "893(1)"),
    **_from(("IN_FORCE",), "settled", "CLOSED", "43"),
    **_from((*ACTED, "SUPERSEDED_UNSENT"), "voided", "TERMINATED", "741(3)"),
}


def step(state: State, trigger: Trigger) -> Transition | None:
    """What `trigger` does in `state`; None where the table knows no such step."""
    return TRANSITIONS.get((state, trigger))


class Standing(Fact, frozen=True, kw_only=True):
    """Where an act stands. What ends a term is the first instant after its last day; None where it has not begun.

    `paid_tiyn` is all money that arrived, `paid_in_term_tiyn` what was paid before the discount's end.
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


Code = Literal["SEND", "DISCOUNT", "DEEMED", "APPEAL", "PAY", "LIM_OFFENCE"]
AddDays = Callable[[date, int], date]
"""The last day of a term of n days that starts on a day, in the arithmetic of art. 739(3)."""
Deadlines = tuple[tuple[Code, Micros | None], ...]
"""Deadlines to set, or, where the instant is None, to cancel."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event does: the new standing, the transitions passed, the deadlines that change."""

    standing: Standing
    steps: tuple[Transition, ...] = ()
    deadlines: Deadlines = ()


def opened(act: Act) -> Standing:
    """The standing of an act just signed."""
    return Standing(
        act_number=act.number,
        state="SIGNED",
        sum_tiyn=act.sum_tiyn,
        discount_tiyn=act.discount_tiyn,
        terms=act.terms,
    )


def apply(case_id: Id, standing: Standing, event: CaseEvents, add_days: AddDays) -> Outcome:
    """Folds one event of the case into its standing.

    Raises:
        Conflict: the event contradicts what stands (sent after it was terminated, delivered without being sent,
            another act's number); nothing changes and a person looks.
    """
    match event:
        case NoticeDispatched():
            return _dispatched(case_id, standing, event)
        case NoticeDelivered():
            return _delivered(case_id, standing, event, add_days)
        case NoticeFailed():
            return _move(standing, "undeliverable")
        case PaymentReceived():
            return _paid(standing, event)
        case DeadlineReached():
            return _reached(standing, event, add_days)
        case ActVoided():
            return _voided(case_id, standing, event)


def _move(standing: Standing, trigger: Trigger, deadlines: Deadlines = (), **changes: object) -> Outcome:
    """The transition with its changes, or no effect at all where the table has none."""
    transition = step(standing.state, trigger)
    if transition is None:
        return Outcome(standing)
    return Outcome(replace(standing, state=transition.to, **changes), (transition,), deadlines)


def _dispatched(case_id: Id, standing: Standing, event: NoticeDispatched) -> Outcome:
    if event.act_number != standing.act_number or standing.state in {"SUPERSEDED_UNSENT", "TERMINATED"}:
        raise Conflict(case_id, "a notice was sent for an act that does not stand")
    # The first lawful sending initiates, another channel later does not (§15.3.4): then there is no transition.
    sent = _move(standing, "dispatched", (("SEND", None),), sent_us=event.at_us)
    half = standing.discount_tiyn
    if not sent.steps or half is None or standing.paid_in_term_tiyn < half:
        return sent
    # The money came before the word of the sending: the payer's instant counts (§15.3.6).
    paid = _move(sent.standing, "paid-half-in-term", refund_tiyn=standing.paid_tiyn - half)
    return Outcome(paid.standing, (*sent.steps, *paid.steps), _STOP)


def _delivered(case_id: Id, standing: Standing, event: NoticeDelivered, add_days: AddDays) -> Outcome:
    if standing.sent_us is None:
        raise Conflict(case_id, "an act was delivered that was never sent")
    earlier = standing.delivered_us is None or event.at_us < standing.delivered_us
    if not earlier or standing.state not in {"SENT", "UNDELIVERED", "DELIVERED"}:
        return Outcome(standing)  # clocks start at the earliest proper delivery (§15.3.5)
    day, terms = civil_day(event.at_us), standing.terms
    discount = None if standing.discount_tiyn is None else end_of_day_us(add_days(day, terms.discount_days))
    deemed = end_of_day_us(add_days(day, terms.considered_days))
    return _move(
        standing,
        "delivered",
        (("DISCOUNT", discount), ("DEEMED", deemed)),
        delivered_us=event.at_us,
        discount_until_us=discount,
        deemed_us=deemed,
    )


def _paid(standing: Standing, event: PaymentReceived) -> Outcome:
    in_term = standing.discount_until_us is None or event.at_us < standing.discount_until_us
    paid = replace(
        standing,
        paid_tiyn=standing.paid_tiyn + event.tiyn,
        paid_in_term_tiyn=standing.paid_in_term_tiyn + (event.tiyn if in_term else 0),
    )
    if standing.state in TERMINAL:
        return Outcome(replace(paid, refund_tiyn=paid.paid_tiyn - _owed(standing)))
    half = standing.discount_tiyn
    if half is not None and in_term and paid.paid_in_term_tiyn >= half:
        return _move(paid, "paid-half-in-term", _STOP, refund_tiyn=paid.paid_tiyn - half)
    if paid.paid_tiyn < standing.sum_tiyn:
        return Outcome(paid)  # partial or late money is credited to the full sum (811(3); §15.3.6)
    return _move(paid, "paid", _STOP, refund_tiyn=paid.paid_tiyn - standing.sum_tiyn)


def _owed(standing: Standing) -> Tiyn:
    """What a case that has ended kept of the money: all above it is due back."""
    if standing.state == "PAID_50":
        return standing.discount_tiyn or 0
    return standing.sum_tiyn if standing.state == "PAID_FULL" else 0


_STOP: Deadlines = tuple((code, None) for code in get_args(Code))


_SIMPLE: dict[str, tuple[Trigger, Deadlines]] = {
    "SEND": ("send-over", _STOP),
    "LIM_OFFENCE": ("limitation-over", _STOP),
    "DISCOUNT": ("discount-over", ()),
    "PAY": ("payment-over", ()),
}
"""Deadlines that only turn the state; DEEMED and APPEAL also date the next term."""


def _reached(standing: Standing, event: DeadlineReached, add_days: AddDays) -> Outcome:
    if event.code == "DEEMED":
        return _deemed(standing, event, add_days)
    if event.code == "APPEAL":
        return _in_force(standing, event, add_days)
    if event.code in _SIMPLE:
        trigger, stopped = _SIMPLE[event.code]
        return _due_back(_move(standing, trigger, stopped))
    return Outcome(standing)


def _due_back(outcome: Outcome) -> Outcome:
    """Of an act that was terminated nothing is owed, so what was paid for it goes back. Source: brief §15.3 rule 9."""
    standing = outcome.standing
    if standing.state != "TERMINATED":
        return outcome
    return Outcome(replace(standing, refund_tiyn=standing.paid_tiyn), outcome.steps, outcome.deadlines)


def _deemed(standing: Standing, event: DeadlineReached, add_days: AddDays) -> Outcome:
    until = end_of_day_us(add_days(civil_day(event.due_us - 1), standing.terms.appeal_days))
    deemed = _move(standing, "deemed", (("APPEAL", until), ("LIM_OFFENCE", None)), appeal_until_us=until)
    return _then(deemed, "appeal-opens")


def _in_force(standing: Standing, event: DeadlineReached, add_days: AddDays) -> Outcome:
    """In force from the day after the term; a settled account closes the case at once."""
    until = end_of_day_us(add_days(civil_day(event.due_us), standing.terms.payment_days))
    if standing.sum_tiyn == 0:
        return _then(_move(standing, "appeal-over"), "settled")
    if standing.paid_tiyn >= standing.sum_tiyn:
        return _then(_move(standing, "appeal-over", refund_tiyn=standing.paid_tiyn - standing.sum_tiyn), "paid")
    return _move(standing, "appeal-over", (("PAY", until),), pay_until_us=until)


def _then(first: Outcome, trigger: Trigger) -> Outcome:
    """A second transition of the same event, if there was a first."""
    if not first.steps:
        return first
    second = _move(first.standing, trigger)
    return Outcome(second.standing, (*first.steps, *second.steps), first.deadlines)


def _voided(case_id: Id, standing: Standing, event: ActVoided) -> Outcome:
    if event.act_number != standing.act_number:
        raise Conflict(case_id, "another act of this case was voided than the one that stands")
    if event.reason != "SUPERSEDED_UNSENT":
        # §15.3 rule 9: money paid for what no longer stands is due back.
        return _move(standing, "voided", _STOP, refund_tiyn=standing.paid_tiyn)
    if standing.sent_us is not None:
        raise Conflict(case_id, "an act that was sent cannot be superseded as unsent")
    return _move(standing, "superseded")
