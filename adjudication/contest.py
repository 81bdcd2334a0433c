"""An act that is contested: complaints, prosecutors' protests, and an owner who says that somebody else had the car.

Source: 826-2 to 826-4, 811(2), (4), 31(3); brief §3.1, §3.2, §15.1(3)-(5), (9), §15.3 rules 6, 11.
"""

from msgspec.structs import replace

from adjudication.calendar import civil_day, end_of_day_us
from adjudication.errors import Conflict
from adjudication.lawbook import Lawbook
from adjudication.messages import (
    ContestDecided,
    ContestFiled,
    ContestKind,
    DecisionProlonged,
    StatementDecided,
    StatementFiled,
)
from adjudication.standing import Deadlines, Outcome, Standing, ended, entered_force, move, paused, resumed, term_end_us
from adjudication.states import NOT_IN_FORCE, step
from adjudication.terms import decision_last_day
from adjudication.units import Micros


def filed(standing: Standing, event: ContestFiled, law: Lawbook) -> Outcome:
    """A complaint or protest: held until its time begins, considered within it, for people after it.

    Raises:
        Conflict: nothing was sent yet, nothing was decided that a court could judge, or the case has ended otherwise
            than by half the sum.
    """
    if standing.contest is not None:
        return Outcome(standing)  # one is considered already; the other is in the file with it
    if event.by == "protest-shortened":
        return _protested(standing, event, law)
    if standing.state in NOT_IN_FORCE and event.by != "court":
        return move(standing, "contest-held", contest=event.by)
    if event.by == "court" and standing.court_until_us is None:
        raise Conflict(event.case_id, "to the court before the superior body has decided")
    until_us = standing.court_until_us if event.by == "court" else standing.appeal_until_us
    if until_us is not None and event.at_us < until_us and standing.state in ("APPEAL_WINDOW", "IN_FORCE", "PUT_OFF"):
        return considered(standing, event.by, event.at_us, law)
    if step(standing.state, "voided") is None or standing.state in ("SIGNED", "POST_PENDING"):
        raise Conflict(event.case_id, "a complaint about an act that was not sent, or does not stand")
    return Outcome(standing, for_people=True)  # late, or after half the sum was paid: people judge (§15.3.6)


def considered(standing: Standing, by: ContestKind, at_us: Micros, law: Lawbook) -> Outcome:
    """The complaint goes to who decides it: execution is suspended until then. Source: 826-2(4)."""
    decide_us = end_of_day_us(decision_last_day(law, civil_day(at_us)))
    stopped: Deadlines = (("APPEAL", None), ("PAY", None), ("PUT_OFF", None), ("YEAR", None))
    deadlines: Deadlines = (*stopped, ("DECISION", decide_us))
    held = paused(standing, at_us)
    return move(held, "contested", deadlines, contest=by, pay_until_us=None, decision_until_us=decide_us)


def prolonged(standing: Standing, event: DecisionProlonged, law: Lawbook) -> Outcome:
    """The superior body takes its further ten days, once. Source: 826-3.

    Raises:
        Conflict: it considers nothing, has prolonged it already, or the time to decide has passed.
    """
    until_us = standing.decision_until_us
    if standing.contest in (None, "court") or until_us is None or standing.prolonged or event.at_us >= until_us:
        raise Conflict(event.case_id, "the time to decide is prolonged that does not run, or a second time")
    longer_us = term_end_us(law, "DECISION_MORE", until_us - 1)
    deadlines: Deadlines = (("DECISION", longer_us),)
    return move(standing, "decision-prolonged", deadlines, decision_until_us=longer_us, prolonged=True)


def _protested(standing: Standing, event: ContestFiled, law: Lawbook) -> Outcome:
    """A prosecutor holds that half the sum should not have ended it. Source: 811(4): within a year."""
    if standing.state != "PAID_50" or standing.settled_us is None:
        raise Conflict(event.case_id, "a protest against a shortened procedure that did not end this case")
    if event.at_us >= term_end_us(law, "PROTEST_DISC", standing.settled_us):
        return Outcome(standing, for_people=True)
    return considered(standing, event.by, event.at_us, law)


def decided(standing: Standing, event: ContestDecided, law: Lawbook) -> Outcome:
    """The superior body, or the court, has decided. An act is upheld or cancelled, never changed (§15.1(4)).

    Raises:
        Conflict: nothing is being considered.
    """
    if standing.state != "APPEALED" or standing.contest is None:
        raise Conflict(event.case_id, "a decision on a complaint that is not considered")
    if event.outcome == "cancelled":
        return ended(standing, "cancelled", 0)
    if standing.contest == "protest-shortened":
        return ended(standing, "upheld-shortened", standing.discount_tiyn or 0)
    stop: Deadlines = (("DECISION", None),)
    court_us = None if standing.contest == "court" else term_end_us(law, "COURT", event.at_us)
    over = _no_contest(resumed(standing, event.at_us))
    return entered_force(move(over, "upheld", stop, court_until_us=court_us), civil_day(event.at_us), law)


def _no_contest(standing: Standing) -> Standing:
    return replace(standing, contest=None, decision_until_us=None, prolonged=False)


def stated(standing: Standing, event: StatementFiled, _law: Lawbook) -> Outcome:
    """The owner says that another possessed the vehicle, or had taken it: an officer checks it. Source: 31(3).

    Raises:
        Conflict: nothing was sent yet, the case has ended, or it is against a possessor: 31(3) releases owners, whoever
            else says it was not they complains (826-2).
    """
    if standing.of_possessor:
        raise Conflict(event.case_id, "an owner's statement in a case against who possessed the vehicle")
    if standing.stated_us is not None:
        return Outcome(standing)
    said = move(standing, "statement", stated_us=event.at_us)
    if not said.steps:
        raise Conflict(event.case_id, "an owner's statement about an act that was not sent, or does not stand")
    return Outcome(said.standing, said.steps, for_people=True)


def checked(standing: Standing, event: StatementDecided, _law: Lawbook) -> Outcome:
    """The check of a statement: released, or the statement is not borne out. Where a possessor was found, the case goes
    on against them (adjudication.possession).

    Raises:
        Conflict: there was no statement.
    """
    if standing.stated_us is None:
        raise Conflict(event.case_id, "the check of a statement that nobody made")
    if event.established:
        return ended(standing, "released", 0, stated_us=None)
    return move(standing, "statement-denied", stated_us=None)


def held_until_now(standing: Standing, at_us: Micros, law: Lawbook) -> Outcome:
    """A complaint that was held is considered as soon as its time has begun; without one nothing happens."""
    return Outcome(standing) if standing.contest is None else considered(standing, standing.contest, at_us, law)


def decision_over(standing: Standing, due_us: Micros, _law: Lawbook) -> Outcome:
    """The decision is late: the complaint stands, and somebody asks for it. Source: 826-3."""
    if due_us < (standing.decision_until_us or 0):
        return Outcome(standing)  # it was prolonged meanwhile
    late = move(standing, "decision-over")
    return Outcome(late.standing, late.steps, for_people=bool(late.steps))
