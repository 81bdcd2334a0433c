"""What stops limitation, and what somebody moved for: a case goes on, and somebody must act in time.

Source: 62(5), 740; brief §3.2.
"""

from adjudication.errors import Conflict
from adjudication.lawbook import Lawbook
from adjudication.messages import LimitationResumed, LimitationStopped, MotionDecided, MotionFiled
from adjudication.standing import STOP, Deadlines, Outcome, Standing, move, term_end_us
from adjudication.states import Trigger
from adjudication.units import Micros


def limitation_stopped(standing: Standing, event: LimitationStopped, _law: Lawbook) -> Outcome:
    """Limitation does not run any more; if that is told only after it seemed to have passed, the case is open again.

    Its old end stays as a day on which people look whether it still stands still. Where it is stopped already, for
    whatever ground, nothing changes.

    Raises:
        Conflict: it had passed before, does not run of this act, or is not known.
    """
    until_us = standing.limitation_until_us
    if standing.limitation_stopped_us is not None:
        return Outcome(standing)
    if until_us is None or event.at_us >= until_us:
        raise Conflict(event.case_id, "limitation is stopped that has passed, or is not known")
    stopped = move(standing, "limitation-stopped", limitation_stopped_us=event.at_us)
    if not stopped.steps:
        stopped = _reopened(standing, event.at_us)
    if not stopped.steps:
        raise Conflict(event.case_id, "limitation is stopped of an act that was not sent, or was considered")
    return stopped


def _reopened(standing: Standing, stopped_us: Micros) -> Outcome:
    """Back to where it stood, for people to know; what ran from delivery runs again as it ran."""
    trigger: Trigger = "reopened-sent" if standing.delivered_us is None else "reopened-delivered"
    running: Deadlines = (("DISCOUNT", standing.discount_until_us), ("DEEMED", standing.deemed_us))
    back = move(standing, trigger, running, limitation_stopped_us=stopped_us)
    return Outcome(back.standing, back.steps, back.deadlines, for_people=bool(back.steps))


def limitation_over(standing: Standing, due_us: Micros, _law: Lawbook) -> Outcome:
    """Two months have passed: nobody is held liable any more (62(1)). Standing still, it has not; people look."""
    if due_us < (standing.limitation_until_us or 0):
        return Outcome(standing)  # it was stopped meanwhile, and runs on
    if standing.limitation_stopped_us is None:
        return move(standing, "limitation-over", STOP)
    still = move(standing, "limitation-stands")
    return Outcome(still.standing, still.steps, for_people=bool(still.steps))


def limitation_resumed(standing: Standing, event: LimitationResumed, _law: Lawbook) -> Outcome:
    """Limitation runs on, and ends so much later as it had stood still. Source: 62(5).

    Raises:
        Conflict: it was not stopped, or the act has been considered since.
    """
    until_us, stopped_us = standing.limitation_until_us, standing.limitation_stopped_us
    if until_us is None or stopped_us is None:
        raise Conflict(event.case_id, "limitation runs again that was not stopped")
    later_us = until_us + max(0, event.at_us - stopped_us)
    deadlines: Deadlines = (("LIM_OFFENCE", later_us),)
    changes = {"limitation_until_us": later_us, "limitation_stopped_us": None}
    resumed = move(standing, "limitation-resumed", deadlines, **changes)
    if not resumed.steps:
        raise Conflict(event.case_id, "limitation runs again of an act that was considered, or does not stand")
    return resumed


def moved(standing: Standing, event: MotionFiled, law: Lawbook) -> Outcome:
    """Something is moved for: people decide it at once, or within three days. Source: 740(2).

    Raises:
        Conflict: nothing was sent yet, or the case has ended.
    """
    if standing.motion_us is not None:
        return Outcome(standing)  # the earlier one's days run; the other is in the file with it
    until_us = term_end_us(law, "PETITION", event.at_us)
    filed = move(standing, "motion", (("PETITION", until_us),), motion_us=event.at_us)
    if not filed.steps:
        raise Conflict(event.case_id, "a motion about an act that was not sent, or does not stand")
    return Outcome(filed.standing, filed.steps, filed.deadlines, for_people=True)


def motion_over(standing: Standing, _due_us: Micros, _law: Lawbook) -> Outcome:
    """The three days have passed: it must still be decided, and somebody should."""
    if standing.motion_us is None:
        return Outcome(standing)
    late = move(standing, "motion-over")
    return Outcome(late.standing, late.steps, for_people=bool(late.steps))


def motion_decided(standing: Standing, event: MotionDecided, _law: Lawbook) -> Outcome:
    """What was moved for is granted or refused.

    Raises:
        Conflict: nothing was moved for that is not decided.
    """
    if standing.motion_us is None:
        raise Conflict(event.case_id, "a decision on a motion that nobody made")
    return move(standing, "motion-decided", (("PETITION", None),), motion_us=None)
