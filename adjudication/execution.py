"""An act that is in force: put off, handed over to the bailiffs and back, paid back, or lapsed after its year.

Source: 888, 890, 893, 894, 896; brief §3.2, §3.7.
"""

from msgspec.structs import replace

from adjudication.calendar import civil_day, end_of_day_us
from adjudication.errors import Conflict
from adjudication.lawbook import Lawbook, TermCode
from adjudication.messages import HandedBack, HandedOver, PaymentPutOff, RefundPaid
from adjudication.standing import Outcome, Standing, ended, move, paused, resumed, term_end_us
from adjudication.terms import last_day
from adjudication.units import Micros

LONGEST: dict[str, TermCode] = {"deferral": "DEFERRAL", "instalments": "INSTALMENTS"}


def put_off(standing: Standing, event: PaymentPutOff, law: Lawbook) -> Outcome:
    """Payment is deferred, or by instalments, on the person's application. Source: 888: a month, three months at most.

    Raises:
        Conflict: longer than the law allows, or the act is not in force and unpaid.
    """
    day = civil_day(event.at_us)
    longest = last_day(law, LONGEST[event.how], day)
    if not day < event.until_on <= longest:
        raise Conflict(event.case_id, f"payment may be put off from {day} to {longest} at most")
    until_us = end_of_day_us(event.until_on)
    moved = move(paused(standing, event.at_us), "put-off", (("PAY", None), ("YEAR", None), ("PUT_OFF", until_us)))
    if not moved.steps:
        raise Conflict(event.case_id, "payment is put off of an act that is not in force, or is overdue")
    return moved


def put_off_over(standing: Standing, due_us: Micros, law: Lawbook) -> Outcome:
    """What was put off is due, and not paid."""
    if standing.state != "PUT_OFF":
        return Outcome(standing)
    over = move(resumed(standing, due_us), "put-off-over")
    return _overdue(Outcome(over.standing, over.steps, (("YEAR", over.standing.year_until_us),)), due_us, law)


def payment_over(standing: Standing, due_us: Micros, law: Lawbook) -> Outcome:
    """The term of voluntary payment has passed: the act goes to the bailiffs within ten days. Source: 896(1)."""
    return _overdue(move(standing, "payment-over"), due_us, law)


def hand_over_late(standing: Standing, _due_us: Micros, _law: Lawbook) -> Outcome:
    """The ten days have passed, and nobody has handed it over: it still can be, and somebody should."""
    late = move(standing, "hand-over-late")
    return Outcome(late.standing, late.steps, late.deadlines, for_people=bool(late.steps))


def handed_over(standing: Standing, event: HandedOver, _law: Lawbook) -> Outcome:
    """To the bodies of justice or the chamber of private bailiffs. Source: 896(1).

    Raises:
        Conflict: the term of payment has not passed, or an owner's statement is not checked yet (31(3)).
    """
    if standing.stated_us is not None:
        raise Conflict(event.case_id, "an owner's statement is not checked yet; nothing is enforced before that")
    moved = move(standing, "handed-over", (("HAND_OVER", None),))
    if not moved.steps:
        raise Conflict(event.case_id, "handed over before payment was overdue, or after the end")
    return moved


def handed_back(standing: Standing, event: HandedBack, law: Lawbook) -> Outcome:
    """Returned, to be mended and sent anew. Source: 896(2)-(3).

    Raises:
        Conflict: it was not handed over.
    """
    moved = move(standing, "handed-back", (("HAND_OVER", term_end_us(law, "HAND_OVER", event.at_us)),))
    if not moved.steps:
        raise Conflict(event.case_id, "handed back without being handed over")
    return moved


def year_over(standing: Standing, _due_us: Micros, _law: Lawbook) -> Outcome:
    """Not executed within a year: it is not executed any more. What was paid stays paid. Source: 890."""
    return ended(standing, "year-over", standing.paid_tiyn)


def refunded(standing: Standing, event: RefundPaid, _law: Lawbook) -> Outcome:
    """Money went back to whoever paid it. Source: brief §15.3 rule 9.

    Raises:
        Conflict: more than is due back.
    """
    refunded_tiyn = standing.refunded_tiyn + event.tiyn
    if refunded_tiyn > standing.refund_tiyn:
        raise Conflict(event.case_id, "more would go back than is due back")
    return Outcome(replace(standing, refunded_tiyn=refunded_tiyn))


def _overdue(moved: Outcome, due_us: Micros, law: Lawbook) -> Outcome:
    """The ten days run from the last day of the term that has passed."""
    if not moved.steps:
        return moved
    until_us = term_end_us(law, "HAND_OVER", due_us - 1)
    return Outcome(moved.standing, moved.steps, (*moved.deadlines, ("HAND_OVER", until_us)))
