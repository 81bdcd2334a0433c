"""Runs a scenario: the same `decide` as on the road, then the act's terms and the case's course as far as facts go."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from adjudication.calendar import civil_day, instant_us
from adjudication.controls import after_limitation
from adjudication.decide import decide
from adjudication.errors import Invalid, Unavailable
from adjudication.lawbook import Detection, Lawbook
from adjudication.messages import CaseDecided, PassageChecked, PassageClosed
from adjudication.policy import Edition, Policy
from adjudication.reasons import REASONS
from adjudication.rules.reported import reported_as
from adjudication.scenarios.build import REPORTS, against, asked_again, checked_passage, owners_facts, verdict
from adjudication.scenarios.course import RUNNING, course, last_day_to_send
from adjudication.scenarios.format import Expected, Scenario, ScenarioFacts
from adjudication.scenarios.names import SETTLED
from adjudication.terms import (
    delivery_outlives_limitation,
    delivery_terms,
    limitation_last_day,
    offence_terms,
    sums,
)
from adjudication.tolerance import excess_kmh
from adjudication.units import TIYN_PER_TENGE

FOUND_AS: dict[str, Detection] = {
    "overweight": "overweight",
    "oversize": "oversize",
    "no_insurance_by_data_match": "no_insurance",
    "no_inspection_by_data_match": "no_inspection",
}
"""What instruments and registers tell, by the name that scenarios give it."""
UNAVAILABLE = "Unavailable"


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that was not met, with both values as text."""

    case: str
    key: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.case}: {self.key}: expected {self.expected}, got {self.actual}"


@dataclass(frozen=True, slots=True)
class Result:
    """What the law made of the facts: a decision, or None with a closing; `route` and `reason` after sending.

    `missing`: what the law's data does not say, so that no act can be formed yet; "" where nothing is missing.
    """

    route: str
    reason: str
    case: CaseDecided | None
    missing: str = ""

    @property
    def reasons(self) -> frozenset[str]:
        """The reason, its ground of art. 741, and the brief's word for data that is missing (§15.2)."""
        also = {UNAVAILABLE} if self.missing else set()
        return frozenset({self.reason, *REASONS[self.reason].grounds} | also)


def run(scenario: Scenario, law: Lawbook, policy: Policy) -> tuple[Failure, ...]:
    """The expectations that are not met.

    Raises:
        Invalid: `scenario-malformed`, the policy's changes are not of the policy, or something expected needs a fact
            that is not given.
        Unavailable: law data does not reach the scenario's days.
    """
    changed = with_changes(policy, scenario.policy)
    return tuple(
        failure
        for one in scenario.apart()
        for failure in unmet(one, came_to(one.facts, law, changed, one.expected.about), law, changed)
    )


def unmet(scenario: Scenario, result: Result, law: Lawbook, changed: Policy) -> tuple[Failure, ...]:
    """The expectations that a result does not meet, `also` apart; `changed` is the policy it was come to by. Raises as
    `run`."""
    values = {**_decided(scenario, result, law, changed), **_dates(scenario, result, law)}
    wanted = {**_asserted(scenario.expected), **_asserted(scenario.expected.deadlines)}
    wanted.pop("deadlines", None)
    why = f" ({result.missing})" if result.missing else ""
    return tuple(
        Failure(scenario.id, key, str(expected), f"{values[key]}{why}")
        for key, expected in wanted.items()
        if values[key] != expected and not (key == "reason" and expected in result.reasons)
    )


def _asserted(table: msgspec.Struct) -> dict[str, object]:
    return {name: value for name in table.__struct_fields__ if (value := getattr(table, name)) is not None}


def with_changes(policy: Policy, changes: dict[str, object]) -> Policy:
    """The policy with every edition changed. Raises Invalid `scenario-malformed`."""
    for name, words in SETTLED.items():
        if changes.get(name, words[0]) not in words:
            raise Invalid("scenario-malformed", f"policy: {name}: what is built is {words[0]} ({words[-1]})")
    changes = {name: value for name, value in changes.items() if name not in SETTLED}
    try:
        editions = tuple(msgspec.convert({**msgspec.structs.asdict(one), **changes}, Edition) for one in policy.edition)
    except msgspec.ValidationError as error:
        raise Invalid("scenario-malformed", f"policy: {error}") from error
    return Policy(name=policy.name, edition=editions, demonstration=policy.demonstration)


def came_to(facts: ScenarioFacts, law: Lawbook, policy: Policy, part: str = "") -> Result:
    """What the law makes of the facts, asked as often as the road would ask: of several offences that of `part`, or
    that repeats it; where there is none, that of the facts' kind. Raises Unavailable as `run`."""
    choose = _Choice(facts, law, policy, part)
    checked = checked_passage(facts) if facts.possessor is None else _against(choose)
    found = decide(checked, (), law, policy)
    case = choose(found)
    while case is not None and _is_asked_again(case, facts):
        assert case.ask_again_us is not None
        checked = asked_again(checked, facts, case.ask_again_us)
        case = choose(decide(checked, (), law, policy))
    if case is None:
        closed = next((one.outcome for one in found if isinstance(one, PassageClosed)), "NO_OFFENCE")
        return Result("reject", closed, None)
    case = _judged(case, checked, choose)
    late = _too_late(case, facts, law, policy)
    return late or Result(case.route, case.reason, case)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which of a passage's cases a scenario speaks of."""

    facts: ScenarioFacts
    law: Lawbook
    policy: Policy
    part: str

    def __call__(self, found: tuple[CaseDecided | PassageClosed, ...]) -> CaseDecided | None:
        """The case of the part, else of the kind; None where there is neither."""
        cases = [one for one in found if isinstance(one, CaseDecided)]
        of_part = (case for case in cases if self.part and self.part in (case.part, case.base))
        kind = self._parts_of_kind()
        return next(of_part, None) or next((case for case in cases if case.part in kind), None)

    def _parts_of_kind(self) -> set[str]:
        day, facts = civil_day(instant_us(self.facts.offence_at)), self.facts
        reported = REPORTS.get(facts.kind)
        kind = FOUND_AS.get(facts.kind, "speed") if reported is None else reported_as(reported, self.policy.on(day))
        bases = {part.part for part in self.law.detecting(kind, day)}
        return bases | {part.part for part in self.law.parts_on(day) if bases.intersection(part.repeat_of)}


def _against(choose: _Choice) -> PassageChecked:
    """What the road has of a possessor, once the owner of the same passage is released."""
    facts = choose.facts
    owners = choose(decide(checked_passage(owners_facts(facts)), (), choose.law, choose.policy))
    if owners is None:
        raise Invalid("scenario-malformed", "a possessor answers for what the owner was released from: here is nothing")
    return against(facts, owners)


def _is_asked_again(case: CaseDecided, facts: ScenarioFacts) -> bool:
    """Whether the road asks again: for a second word always, a silent register until the case is looked at."""
    if case.ask_again_us is None:
        return False
    seen_us = instant_us(facts.seen_at) if facts.seen_at else 0
    return case.reason == "SECOND_ASK_DUE" or case.ask_again_us <= seen_us


def _judged(case: CaseDecided, checked: PassageChecked, choose: _Choice) -> CaseDecided:
    """The case after an officer's verdict, if there was one."""
    facts = choose.facts
    at = facts.officer_confirmed_at or facts.officer_rejected_at
    if at is None:
        return case
    confirms = facts.officer_confirmed_at is not None
    review = verdict(case, instant_us(at), confirms=confirms, reason=facts.officer_reason)
    again = choose(decide(checked, (review,), choose.law, choose.policy))
    assert again is not None  # decide raises where a verdict fits no case
    return again


def _too_late(case: CaseDecided, facts: ScenarioFacts, law: Lawbook, policy: Policy) -> Result | None:
    """What the facts after the decision make of it: an act cannot be sent when the law's terms have passed, nor formed
    where its money is not known: the case waits (brief §15.2)."""
    last = facts.sent_at or facts.signed_at
    if case.route != "auto" or last is None:
        return None
    offence_us, sent_us = instant_us(facts.offence_at), instant_us(last)
    barred = after_limitation(law, limitation_last_day(law, offence_us), civil_day(sent_us))
    if barred == "reject":
        return Result(barred, "LIMITATION", case)
    if civil_day(sent_us) > last_day_to_send(case, law):
        return Result(policy.on(civil_day(offence_us)).send_term_lapsed, "SEND_TERM_LAPSED", case)
    if missing := _missing_mci(last, law):
        return Result("wait", case.reason, case, missing)
    delivered = facts.delivered_at
    if delivered is not None and delivery_outlives_limitation(law, offence_us, instant_us(delivered)):
        return Result("review", "TERM_OUTLIVES_LIMITATION", case)
    return None


def _missing_mci(at: datetime, law: Lawbook) -> str:
    """What is missing where the day has no MCI, else ""."""
    try:
        law.mci_on(civil_day(instant_us(at)))
    except Unavailable as error:
        return str(error)
    return ""


def _decided(scenario: Scenario, result: Result, law: Lawbook, policy: Policy) -> dict[str, object]:
    facts, case = scenario.facts, result.case
    measurement = case.checked.passage.measurement if case else checked_passage(facts).passage.measurement
    tolerance = policy.on(civil_day(instant_us(facts.offence_at))).tolerance
    values: dict[str, object] = {
        "route": result.route,
        "reason": result.reason,
        "article_part": case.part if case else None,
        "part": _called(case, scenario.expected.part),
        "document": case.form if case else None,
        "mci_count": case.mci_count if case else None,
        "discount_offered": case.discount_offered if case else None,
        "effective_excess_kmh": excess_kmh(measurement, tolerance) if measurement else None,
        "effective_excess_load": case.excess_load if case else None,
        **_after(scenario, result, law),
        "mci_value_tenge": None,
        "sum_tenge": None,
        "half_sum_tenge": None,
    }
    if case is not None and _wants_money(scenario.expected):
        money = sums(law, case.mci_count, initiated_on(facts))
        values["mci_value_tenge"] = money.mci_tiyn // TIYN_PER_TENGE
        values["sum_tenge"] = money.sum_tiyn // TIYN_PER_TENGE
        values["half_sum_tenge"] = Decimal(money.half_tiyn) / TIYN_PER_TENGE
    return values


def _called(case: CaseDecided | None, part: str | None) -> str | None:
    """The case's part, or `part` where that is what it repeats."""
    if case is None:
        return None
    return part if part in (case.part, case.base) else case.part


def _after(scenario: Scenario, result: Result, law: Lawbook) -> dict[str, object]:
    """The state after the facts, and the last days of what then runs, where anything of it is expected."""
    names = (*RUNNING, "court_last_day")
    if scenario.expected.state is None and not _asserted(scenario.expected.deadlines).keys() & set(names):
        return {}
    facts, route = (scenario.facts, result.route) if not result.missing else _unsent(scenario.facts, law)
    there = course(facts, route, result.case, law)
    return {"state": there.called(scenario.expected.state), **{name: there.last_day(name) for name in names}}


def _unsent(facts: ScenarioFacts, law: Lawbook) -> tuple[ScenarioFacts, str]:
    """What is left of the facts where no act could be sent, and the route: one signed while its MCI was known stood."""
    stood = facts.signed_at is not None and not _missing_mci(facts.signed_at, law)
    seen_at = facts.seen_at or facts.sent_at
    return replace(facts, sent_at=None, delivered_at=None, seen_at=seen_at), "auto" if stood else "wait"


def _wants_money(expected: Expected) -> bool:
    return any(one is not None for one in (expected.mci_value_tenge, expected.sum_tenge, expected.half_sum_tenge))


def initiated_on(facts: ScenarioFacts) -> date:
    """The day whose MCI counts: of sending; until it is sent, of the last thing that is known."""
    return civil_day(instant_us(facts.sent_at or facts.signed_at or facts.officer_confirmed_at or facts.offence_at))


def _dates(scenario: Scenario, result: Result, law: Lawbook) -> dict[str, object]:
    facts, asked = scenario.facts, _asserted(scenario.expected.deadlines)
    offence_us = instant_us(facts.offence_at)
    values: dict[str, object] = {"initiated_on": None if result.missing else facts.sent_at and initiated_on(facts)}
    if "send_last_day" in asked or "limitation_last_day_strict" in asked:
        terms = offence_terms(law, offence_us)
        values["send_last_day"] = last_day_to_send(result.case, law) if result.case else terms.send_last_day_on
        values["limitation_last_day_strict"] = terms.limitation_last_day_on
    rest = asked.keys() - {"send_last_day", "limitation_last_day_strict", "initiated_on", "court_last_day", *RUNNING}
    if not rest:
        return values
    if facts.delivered_at is None:
        raise Invalid("scenario-malformed", f"{scenario.id}: {', '.join(sorted(rest))} need delivered_at")
    after = delivery_terms(law, instant_us(facts.delivered_at))
    return {
        **values,
        "discount_last_day": after.discount_last_day_on,
        "considered_after_last_day": after.considered_after_last_day_on,
        "appeal_last_day": after.appeal_last_day_on,
        "in_force_on_if_not_appealed": after.in_force_on,
        "voluntary_payment_last_day": after.payment_last_day_on,
    }
