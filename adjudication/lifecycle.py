"""Folds what happens to an act into its standing: the step of law it is, the account, the terms that run next.

A late or second word of something already settled (a deadline that no longer runs, a second channel) has no effect and
is no conflict. What may follow what is in `states`, the account in `standing`, complaints in `contest`, what stops
limitation and what is moved for in `pending`, what follows entry into force in `execution`. Source: brief §3.2, §3.7,
§15.3.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from adjudication.calendar import civil_day, end_of_day_us
from adjudication.contest import checked, decided, decision_over, filed, held_until_now, prolonged, stated
from adjudication.errors import Conflict
from adjudication.execution import (
    hand_over_late,
    handed_back,
    handed_over,
    payment_over,
    put_off,
    put_off_over,
    refunded,
    year_over,
)
from adjudication.lawbook import Lawbook
from adjudication.messages import (
    ActVoided,
    CaseEvents,
    ContestDecided,
    ContestFiled,
    DeadlineReached,
    DecisionProlonged,
    EarlierVoided,
    HandedBack,
    HandedOver,
    LawEased,
    LimitationResumed,
    LimitationStopped,
    MotionDecided,
    MotionFiled,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PaymentPutOff,
    PaymentReceived,
    RefundPaid,
    StatementDecided,
    StatementFiled,
)
from adjudication.pending import (
    limitation_over,
    limitation_resumed,
    limitation_stopped,
    motion_decided,
    motion_over,
    moved,
)
from adjudication.standing import STOP, Deadlines, Outcome, Standing, ended, entered_force, move, then
from adjudication.states import DUE, EXECUTED, TERMINAL
from adjudication.units import Micros, Tiyn

SENDING_UNSETTLED = "sending-unsettled"
"""NoticeFailed: a crash hides whether the act was sent in time; neither another sending nor another act is right.

The case stands with POST_PENDING, where money still counts and its word may still come, and people look at it."""


def apply(standing: Standing, event: CaseEvents, law: Lawbook) -> Outcome:
    """Folds one event of the case into its standing.

    Raises:
        Conflict: the event contradicts what stands (sent after it was terminated, delivered without being sent,
            another act's number); nothing changes and a person looks.
        Unavailable: a term that begins here touches days that the calendar cannot tell.
    """
    folded: Outcome = _FOLDS[type(event)](standing, event, law)
    return folded


def _dispatched(standing: Standing, event: NoticeDispatched, _law: Lawbook) -> Outcome:
    if event.act_number != standing.act_number or standing.state in {"SUPERSEDED_UNSENT", "TERMINATED"}:
        raise Conflict(event.case_id, "a notice was sent for an act that does not stand")
    # The first lawful sending initiates, another channel later does not (§15.3.4): then there is no transition.
    sent = move(standing, "dispatched", (("SEND", None),), sent_us=event.at_us)
    half = standing.discount_tiyn
    if not sent.steps or half is None or standing.paid_in_term_tiyn < half:
        return sent
    # The money came before the word of the sending: the payer's instant counts (§15.3.6).
    return then(sent, _half_paid(sent.standing, half, event.at_us))


def _delivered(standing: Standing, event: NoticeDelivered, law: Lawbook) -> Outcome:
    if standing.sent_us is None:
        raise Conflict(event.case_id, "an act was delivered that was never sent")
    earlier = standing.delivered_us is None or event.at_us < standing.delivered_us
    if not earlier or standing.state not in {"SENT", "UNDELIVERED", "DELIVERED"}:
        return Outcome(standing)  # clocks start at the earliest proper delivery (§15.3.5)
    day, terms, add_days = civil_day(event.at_us), standing.terms, law.calendar.add_days
    discount = None if standing.discount_tiyn is None else end_of_day_us(add_days(day, terms.discount_days))
    deemed = end_of_day_us(add_days(day, terms.considered_days))
    return move(
        standing,
        "delivered",
        (("DISCOUNT", discount), ("DEEMED", deemed)),
        delivered_us=event.at_us,
        discount_until_us=discount,
        deemed_us=deemed,
    )


def _failed(standing: Standing, _event: NoticeFailed, _law: Lawbook) -> Outcome:
    return move(standing, "undeliverable")


def _paid(standing: Standing, event: PaymentReceived, _law: Lawbook) -> Outcome:
    in_term = standing.discount_until_us is None or event.at_us < standing.discount_until_us
    paid = replace(
        standing,
        paid_tiyn=standing.paid_tiyn + event.tiyn,
        paid_in_term_tiyn=standing.paid_in_term_tiyn + (event.tiyn if in_term else 0),
    )
    if standing.state in TERMINAL:
        return Outcome(replace(paid, refund_tiyn=standing.refund_tiyn + event.tiyn))
    half = standing.discount_tiyn
    if half is not None and in_term and paid.paid_in_term_tiyn >= half:
        if standing.contest is not None:
            return Outcome(paid, for_people=True)  # a complaint, and half the sum: what holds, people judge (§15.3.6)
        return _half_paid(paid, half, event.at_us)
    if paid.paid_tiyn < standing.sum_tiyn or standing.state not in DUE:
        return Outcome(paid)  # partial or late money is credited to the full sum (811(3); §15.3.6)
    return ended(paid, "paid", standing.sum_tiyn)


def _half_paid(paid: Standing, half: Tiyn, at_us: Micros) -> Outcome:
    """Half the sum in its term: the case is decided and in force. Source: 811(2). A statement is then for people."""
    over = ended(paid, "paid-half-in-term", half, settled_us=at_us)
    return Outcome(
        over.standing, over.steps, over.deadlines, for_people=bool(over.steps) and paid.stated_us is not None
    )


def _reached(standing: Standing, event: DeadlineReached, law: Lawbook) -> Outcome:
    term = _TERMS.get(event.code)
    return Outcome(standing) if term is None else term(standing, event.due_us, law)


def _send_over(standing: Standing, _due_us: Micros, _law: Lawbook) -> Outcome:
    return _due_back(move(standing, "send-over", STOP))


def _limitation_over(standing: Standing, due_us: Micros, law: Lawbook) -> Outcome:
    return _due_back(limitation_over(standing, due_us, law))


def _discount_over(standing: Standing, _due_us: Micros, _law: Lawbook) -> Outcome:
    return move(standing, "discount-over")


def _deemed(standing: Standing, due_us: Micros, law: Lawbook) -> Outcome:
    """Deemed considered; the time for a complaint begins, and one that was held is considered at once."""
    until = end_of_day_us(law.calendar.add_days(civil_day(due_us - 1), standing.terms.appeal_days))
    deadlines: Deadlines = (("APPEAL", until), ("LIM_OFFENCE", None))
    deemed = move(standing, "deemed", deadlines, appeal_until_us=until, limitation_stopped_us=None)
    opens = then(deemed, move(deemed.standing, "appeal-opens"))
    return then(opens, held_until_now(opens.standing, due_us, law))


def _appeal_over(standing: Standing, due_us: Micros, law: Lawbook) -> Outcome:
    return entered_force(move(standing, "appeal-over"), civil_day(due_us), law)


def _due_back(outcome: Outcome) -> Outcome:
    """Of an act that came to nothing nothing is owed, so what was paid for it goes back. Source: brief §15.3 rule 9."""
    standing = outcome.standing
    if standing.state not in {"TERMINATED", "REJECTED"}:
        return outcome
    return Outcome(replace(standing, refund_tiyn=standing.paid_tiyn), outcome.steps, outcome.deadlines)


def _voided(standing: Standing, event: ActVoided, _law: Lawbook) -> Outcome:
    if event.act_number != standing.act_number:
        raise Conflict(event.case_id, "another act of this case was voided than the one that stands")
    if event.reason == "DEAD_OR_LIQUIDATED" and standing.state in EXECUTED:
        raise Conflict(event.case_id, "the penalty was executed: death ends what is not (brief 15.3(10))")
    if event.reason != "SUPERSEDED_UNSENT":
        return ended(standing, "voided", 0)  # §15.3 rule 9: money paid for what no longer stands is due back
    if standing.sent_us is not None:
        raise Conflict(event.case_id, "an act that was sent cannot be superseded as unsent")
    return move(standing, "superseded")


def _earlier_voided(standing: Standing, event: EarlierVoided, _law: Lawbook) -> Outcome:
    """What the act repeats was no penalty: people look, whatever was paid; nothing ends by itself (§15.3 rule 7)."""
    if standing.state in {"TERMINATED", "REJECTED", "SUPERSEDED_UNSENT"} or standing.unrepeated_us is not None:
        return Outcome(standing)
    return Outcome(replace(standing, unrepeated_us=event.at_us), for_people=True)


def _law_eased(standing: Standing, _event: LawEased, _law: Lawbook) -> Outcome:
    """The law is milder now: an act that is not executed comes before people, and none is changed (§15.1(4), (6))."""
    seen = move(standing, "law-eased")
    return Outcome(seen.standing, seen.steps, for_people=bool(seen.steps))


_FOLDS: dict[type, Callable[[Standing, Any, Lawbook], Outcome]] = {
    NoticeDispatched: _dispatched,
    NoticeDelivered: _delivered,
    NoticeFailed: _failed,
    PaymentReceived: _paid,
    DeadlineReached: _reached,
    ActVoided: _voided,
    EarlierVoided: _earlier_voided,
    LawEased: _law_eased,
    ContestFiled: filed,
    ContestDecided: decided,
    DecisionProlonged: prolonged,
    LimitationStopped: limitation_stopped,
    LimitationResumed: limitation_resumed,
    MotionFiled: moved,
    MotionDecided: motion_decided,
    StatementFiled: stated,
    StatementDecided: checked,
    PaymentPutOff: put_off,
    HandedOver: handed_over,
    HandedBack: handed_back,
    RefundPaid: refunded,
}
_TERMS: dict[str, Callable[[Standing, Micros, Lawbook], Outcome]] = {
    "SEND": _send_over,
    "LIM_OFFENCE": _limitation_over,
    "DISCOUNT": _discount_over,
    "DEEMED": _deemed,
    "APPEAL": _appeal_over,
    "DECISION": decision_over,
    "PETITION": motion_over,
    "PAY": payment_over,
    "PUT_OFF": put_off_over,
    "HAND_OVER": hand_over_late,
    "YEAR": year_over,
}
"""RECHECK and CANDIDATE_EXPIRES mean nothing to an act."""
