"""The course of a scenario's case after the decision: its act goes through the same lifecycle as on the road."""

from dataclasses import dataclass
from datetime import date

from adjudication.calendar import civil_day, end_of_day_us, instant_us, start_of_day_us
from adjudication.errors import Conflict
from adjudication.forming import form_act
from adjudication.happenings import Told, What, event_of
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import apply
from adjudication.messages import (
    ActDeadlineCode,
    ActVoided,
    CaseDecided,
    CaseEvents,
    DeadlineReached,
    NoticeDelivered,
    NoticeDispatched,
    PaymentReceived,
)
from adjudication.protocol import Act, Body
from adjudication.scenarios.format import ScenarioFacts
from adjudication.scenarios.names import STATES
from adjudication.standing import Standing, opened
from adjudication.states import State
from adjudication.terms import limitation_last_day, send_last_day
from adjudication.units import TIYN_PER_TENGE, Micros

BEFORE_THE_ACT: dict[str, State] = {
    "auto": "DECIDED",
    "review": "REVIEW",
    "wait": "WAITING",
    "refer": "REFERRED",
    "reject": "REJECTED",
}
BODY = Body(body_id="01", name_kk="Үлгі", name_ru="Пример", location_kk="", location_ru="")
NUMBER = "01-2026-000000001"
RUNNING: dict[str, ActDeadlineCode] = {
    "decision_last_day": "DECISION",
    "limitation_last_day": "LIM_OFFENCE",
    "motion_last_day": "PETITION",
    "put_off_last_day": "PUT_OFF",
    "hand_over_last_day": "HAND_OVER",
    "year_last_day": "YEAR",
}
"""Days of terms that run after the facts, by what a scenario calls them."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where the facts lead: the state, the act's standing if there is one, and what is then still due."""

    state: State
    standing: Standing | None = None
    due: "dict[ActDeadlineCode, Micros | None] | None" = None
    told: frozenset[What] = frozenset()

    def called(self, name: str | None) -> str:
        """The state, by the brief's `name` for it where that is one (names.STATES), else by its own."""
        refund = self.standing is not None and self.standing.refund_tiyn > self.standing.refunded_tiyn
        known = None if name is None else STATES.get(name)
        return name if name and known and known.fits(self.state, self.told, refund=refund) else self.state

    def last_day(self, name: str) -> date | None:
        """The last day of a running term, by its name in a scenario; None where it does not run."""
        until_us = (self.due or {}).get(RUNNING[name]) if name in RUNNING else None
        if name == "court_last_day" and self.standing is not None:
            until_us = self.standing.court_until_us
        return None if until_us is None else civil_day(until_us - 1)


def course(facts: ScenarioFacts, route: str, case: CaseDecided | None, law: Lawbook) -> Course:
    """The case after the last fact; deadlines that ended before it, or by `seen_at`, have done what they do."""
    signed_at = facts.signed_at or facts.sent_at
    if case is None or route != "auto" or signed_at is None:
        return Course(BEFORE_THE_ACT[route])
    act = form_act(case, (), law, BODY, number=NUMBER, generation=0, formed_us=_formed_us(facts, case, law))
    standing = opened(act, law)
    due: dict[ActDeadlineCode, Micros | None] = {
        "SEND": end_of_day_us(last_day_to_send(case, law)),
        "LIM_OFFENCE": end_of_day_us(limitation_last_day(law, act.offence_us)),
    }
    for event in _events(facts, act, law):
        standing, due = _fold(*_until(act, standing, due, event.at_us, law), event, law)
    if facts.seen_at is not None:
        standing, due = _until(act, standing, due, instant_us(facts.seen_at), law)
    return Course(standing.state, standing, due, frozenset(one.what for one in facts.then))


def last_day_to_send(case: CaseDecided, law: Lawbook) -> date:
    """Of the sending term: the decision's own, which is not always counted from the offence (brief §15.3 rule 12)."""
    return case.send_last_day_on or send_last_day(law, case.checked.passage.event.captured_us)


def _formed_us(facts: ScenarioFacts, case: CaseDecided, law: Lawbook) -> Micros:
    """When the act that was sent was formed: at its signing, or anew if the MCI had changed by its sending."""
    sent_us = instant_us(facts.sent_at) if facts.sent_at else None
    signed_us = instant_us(facts.signed_at) if facts.signed_at else sent_us
    assert signed_us is not None
    first = form_act(case, (), law, BODY, number=NUMBER, generation=0, formed_us=signed_us)
    return sent_us if sent_us is not None and sent_us >= first.sendable_until_us else signed_us


def _events(facts: ScenarioFacts, act: Act, law: Lawbook) -> list[CaseEvents]:
    """What the facts tell, and the end of the MCI where they look at an unsent act after it (brief §15.3 rule 1)."""
    events = _told(facts, act)
    looked = [event.at_us for event in events] + ([] if facts.seen_at is None else [instant_us(facts.seen_at)])
    mci_ends_us = end_of_day_us(law.mci_on(act.initiated_on).last_day)
    if facts.sent_at is None and act.sendable_until_us == mci_ends_us <= max(looked, default=0):
        unsent = ActVoided(case_id=act.case_id, at_us=mci_ends_us, act_number=act.number, reason="SUPERSEDED_UNSENT")
        events.append(unsent)
    return sorted(events, key=lambda event: event.at_us)


def _told(facts: ScenarioFacts, act: Act) -> list[CaseEvents]:
    events: list[CaseEvents] = []
    if facts.sent_at is not None:
        at_us = instant_us(facts.sent_at)
        events.append(
            NoticeDispatched(case_id=act.case_id, at_us=at_us, act_number=act.number, channel="cabinet", proof="")
        )
    if facts.delivered_at is not None:
        at_us = instant_us(facts.delivered_at)
        events.append(NoticeDelivered(case_id=act.case_id, at_us=at_us, channel="cabinet", proof=""))
    for number, paid in enumerate(facts.paid):
        tiyn = int(paid.tenge * TIYN_PER_TENGE)
        events.append(PaymentReceived(case_id=act.case_id, at_us=instant_us(paid.at), receipt=f"r-{number}", tiyn=tiyn))
    if facts.owner_died_on is not None:
        # Death before execution ends the case (741(1)(7); brief §15.3 rule 10).
        at_us = start_of_day_us(facts.owner_died_on)
        events.append(ActVoided(case_id=act.case_id, at_us=at_us, act_number=act.number, reason="DEAD_OR_LIQUIDATED"))
    for one in facts.then:
        told = Told(act.case_id, instant_us(one.at), "", one.until_on, int(one.tenge * TIYN_PER_TENGE), "0" * 12, "0")
        events.append(event_of(one.what, told))
    return events


def _until(
    act: Act, standing: Standing, due: dict[ActDeadlineCode, Micros | None], by_us: Micros, law: Lawbook
) -> tuple[Standing, dict[ActDeadlineCode, Micros | None]]:
    """Everything that fell due by an instant."""
    while ready := _first_due(due, by_us):
        code, at_us = ready
        reached = DeadlineReached(case_id=act.case_id, at_us=at_us, code=code, due_us=at_us)
        standing, due = _fold(standing, {**due, code: None}, reached, law)
    return standing, due


def _fold(
    standing: Standing, due: dict[ActDeadlineCode, Micros | None], event: CaseEvents, law: Lawbook
) -> tuple[Standing, dict[ActDeadlineCode, Micros | None]]:
    """One event; what contradicts the standing changes nothing, as on the road."""
    try:
        outcome = apply(standing, event, law)
    except Conflict:
        return standing, due
    return outcome.standing, {**due, **dict(outcome.deadlines)}


def _first_due(due: dict[ActDeadlineCode, Micros | None], by_us: Micros) -> tuple[ActDeadlineCode, Micros] | None:
    ready = [(at_us, code) for code, at_us in due.items() if at_us is not None and at_us <= by_us]
    if not ready:
        return None
    at_us, code = min(ready)
    return code, at_us
