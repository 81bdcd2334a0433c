"""What people tell of a case after its act becomes an event, if the law knows it there; what it means says [lifecycle].

A complaint, a decision on it, an owner's statement, payment put off, bailiffs (adjudication.happenings); and an owner
who asks on the page that a person look at what a machine decided.
"""

from adjudication import codec, ids
from adjudication.errors import Invalid
from adjudication.happenings import What, has_effect, possible
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseEvents, ContestFiled
from adjudication.possession import refuse_possessor
from adjudication.standing import Standing
from adjudication.units import Id
from ingest.clock import Clock
from ingest.stage import Outgoing
from ingest.topics import CASE_EVENTS
from integrations.casebook import Casebook
from integrations.issue import waiting

OWNER = "owner"
"""Who told it, in the audit: whoever holds the act's token; no login is called so."""


def may_happen(standing: Standing | None, case_id: Id, law: Lawbook, clock: Clock) -> tuple[What, ...]:
    """What could be told of a case now; nothing before its act."""
    return () if standing is None else possible(standing, case_id, clock(), law)


def record_happening(casebook: Casebook, law: Lawbook, event: CaseEvents, login: str, clock: Clock) -> None:
    """Enters what somebody tells, with a line of audit; the same told twice is one event.

    Raises:
        Invalid: `course-impossible`, the law knows nothing of the kind in this state; `course-future`, it is yet to
            come; the codes of `refuse_possessor`.
        Unavailable: nothing was done.
    """

    def enter() -> None:
        if event.at_us > clock():
            raise Invalid("course-future", "what has not happened yet cannot be told")
        case = casebook.cases.find(event.case_id)
        if case is None or case.standing is None or not has_effect(case.standing, event, law):
            raise Invalid("course-impossible", "the course of this case does not provide for it now")
        if case.decision is not None:
            refuse_possessor(case.decision, event, law)
        kind = str(type(event).__struct_config__.tag)
        cause = ids.stable_id("told", codec.digest(event))
        casebook.outbox.put(cause, Outgoing(CASE_EVENTS, event.case_id, event), clock())
        casebook.audit.note(login, "course", event.case_id, clock(), kind)

    casebook.together(enter)


def asked_before(casebook: Casebook, case_id: Id) -> bool:
    """Whether the owner has asked on the page that a person look at this case; only one act of a case is ever sent."""
    return any((one.login, one.action) == (OWNER, "course") for one in casebook.audit.of_case(case_id))


def ask_review(casebook: Casebook, law: Lawbook, case_id: Id, act_number: str, clock: Clock) -> None:
    """An owner asks that a person look at the decision again: a complaint to the body, received now, with the case put
    before officers at once, who may end it. Source: 826-2; brief §8 (Digital Code: review by a person).

    Asked again, whenever that is, nothing happens: who has the case is not disturbed, and nothing grows.

    Raises:
        Invalid: `course-impossible`, the act is not sent or stands no more, or one is considered already.
        Unavailable: nothing was done.
    """

    def enter() -> None:
        case = casebook.cases.find(case_id)  # first, for it locks: who asks at the same time waits here
        if asked_before(casebook, case_id):
            return
        event = ContestFiled(case_id=case_id, at_us=clock(), reference=f"page {act_number}", by="complaint")
        record_happening(casebook, law, event, OWNER, clock)
        if case is not None and case.decision is not None:
            casebook.reviews.enter(waiting(case.decision, "course", clock()))

    casebook.together(enter)
