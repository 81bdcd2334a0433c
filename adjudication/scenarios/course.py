"""The course of a scenario's case after the decision: its act goes through the same lifecycle as on the road."""

from adjudication.calendar import end_of_day_us, instant_us, start_of_day_us
from adjudication.forming import form_act
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import Code, Standing, apply, opened
from adjudication.messages import (
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
from adjudication.terms import limitation_last_day, send_last_day
from adjudication.units import TIYN_PER_TENGE, Micros

BEFORE_THE_ACT = {"auto": "DECIDED", "review": "REVIEW", "wait": "WAITING", "refer": "REFERRED", "reject": "REJECTED"}
BODY = Body(body_id="01", name_kk="Үлгі", name_ru="Пример", location_kk="", location_ru="")
NUMBER = "01-2026-000000001"


def state_after(facts: ScenarioFacts, route: str, case: CaseDecided | None, law: Lawbook) -> str:
    """The case's state after the last fact; deadlines that ended before it have done what they do."""
    signed_at = facts.signed_at or facts.sent_at
    if case is None or route != "auto" or signed_at is None:
        return BEFORE_THE_ACT[route]
    act = form_act(case, (), law, BODY, number=NUMBER, generation=0, formed_us=_formed_us(facts, case, law))
    standing = opened(act)
    due: dict[Code, Micros | None] = {
        "SEND": end_of_day_us(send_last_day(law, act.offence_us)),
        "LIM_OFFENCE": end_of_day_us(limitation_last_day(law, act.offence_us)),
    }
    for event in _events(facts, act):
        standing, due = _fold(act, standing, due, event, law)
    return standing.state


def _formed_us(facts: ScenarioFacts, case: CaseDecided, law: Lawbook) -> Micros:
    """When the act that was sent was formed: at its signing, or anew if the MCI had changed by its sending."""
    sent_us = instant_us(facts.sent_at) if facts.sent_at else None
    signed_us = instant_us(facts.signed_at) if facts.signed_at else sent_us
    assert signed_us is not None
    first = form_act(case, (), law, BODY, number=NUMBER, generation=0, formed_us=signed_us)
    return sent_us if sent_us is not None and sent_us >= first.sendable_until_us else signed_us


def _events(facts: ScenarioFacts, act: Act) -> list[CaseEvents]:
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
    return sorted(events, key=lambda event: event.at_us)


def _fold(
    act: Act, standing: Standing, due: dict[Code, Micros | None], event: CaseEvents, law: Lawbook
) -> tuple[Standing, dict[Code, Micros | None]]:
    """Everything that fell due by the event, then the event."""
    while ready := _first_due(due, event.at_us):
        code, at_us = ready
        reached = DeadlineReached(case_id=act.case_id, at_us=at_us, code=code, due_us=at_us)
        outcome = apply(act.case_id, standing, reached, law.calendar.add_days)
        standing, due = outcome.standing, {**due, code: None, **dict(outcome.deadlines)}
    outcome = apply(act.case_id, standing, event, law.calendar.add_days)
    return outcome.standing, {**due, **dict(outcome.deadlines)}


def _first_due(due: dict[Code, Micros | None], by_us: Micros) -> tuple[Code, Micros] | None:
    ready = [(at_us, code) for code, at_us in due.items() if at_us is not None and at_us <= by_us]
    if not ready:
        return None
    at_us, code = min(ready)
    return code, at_us
