"""Controls: does the document say what the law says, in sums, words, terms and form?

Everything is computed anew from the law's tables, by none of the functions that made the act.
"""

import hashlib
from datetime import date, timedelta
from functools import lru_cache

from adjudication import codec
from adjudication.answers import Inspection, InspectionAnswer, Insurance, InsuranceAnswer, NoRecord, Penalties, Person
from adjudication.calendar import civil_day, start_of_day_us
from adjudication.format_logic.draft import IN_ORDER, Draft, Mismatches, differing, untrue
from adjudication.ids import stable_id
from adjudication.lawbook import Fine, Lawbook, PartRule, Term, TermCode
from adjudication.units import MICROS_PER_SECOND, TIYN_PER_TENGE, Micros

MONTHS = 12
PRINTED: tuple[TermCode, ...] = ("DISCOUNT", "DEEMED", "APPEAL", "PAY")
REPORTED_AS = {"stop_line": "signs", "road_signs": "signs"}
"""What a device calls otherwise than the law's data does; a bus lane is what policy says."""


def sum_of_law(draft: Draft) -> Mismatches:
    """The fine is the part's count for the person's class times the MCI of the day of formation, and the discount
    exactly half of it, offered where the part offers it."""
    act, rule, day = draft.act, draft.rule, civil_day(draft.formed_us)
    if rule is None:
        return IN_ORDER
    tenge = sum(mci.tenge for mci in draft.law.mci if mci.first_day <= day <= mci.last_day)
    count = _count(_fine(draft, rule), draft.person)
    whole = tenge * TIYN_PER_TENGE * count
    offered = rule.discount and rule.form == "prescription"
    return differing(
        initiated_on=(act.initiated_on, day),
        mci_tiyn=(act.mci_tiyn, tenge * TIYN_PER_TENGE),
        mci_count=(act.mci_count, count),
        sum_tiyn=(act.sum_tiyn, whole),
        twice_the_discount_tiyn=(act.discount_tiyn and 2 * act.discount_tiyn, whole if offered else None),
    )


def statement_of_law(draft: Draft) -> Mismatches:
    """The three statements are the part's own."""
    act, rule = draft.act, draft.rule
    if rule is None:
        return IN_ORDER
    text = rule.statement
    return differing(
        statement_kk=(act.statement_kk, text.kk),
        statement_ru=(act.statement_ru, text.ru),
        statement_en=(act.statement_en, text.en),
    )


def part_of_finding(draft: Draft) -> Mismatches:
    """The part was in force, and punishes what the device or the registers told, or its repetition by one who was
    punished for it before."""
    act, rule, base = draft.act, draft.rule, draft.base
    said = differing(part=(act.part, draft.decision.part))
    if rule is None or base is None:
        return (*said, *untrue(part_in_force=False))
    repeats = rule is not base
    return (
        *said,
        *untrue(
            part_detects=base.detects is not None and base.detects in _told(draft),
            repeats_the_base=not repeats or base.part in rule.repeat_of,
            punished_before=not repeats or _punished_before(draft, base.part),
        ),
    )


def form_is_automatic(draft: Draft) -> Mismatches:
    """A machine issues only what the law lets it: a warning or a fine and nothing besides, of a part that is automatic
    on the day, by a decision that says so."""
    act, rule = draft.act, draft.rule
    if rule is None:
        return IN_ORDER
    since = rule.automatic_since
    return (
        *differing(form=(act.form, rule.form), route=(draft.decision.route, "auto")),
        *untrue(
            only_warning_or_fine=rule.besides is None,
            automatic_on_the_day=since is not None and since <= draft.day,
        ),
    )


def no_protocol(draft: Draft) -> Mismatches:
    """A protocol is drawn up and signed by a person, never by the body's machine-held key."""
    return untrue(no_protocol=draft.act.form != "protocol")


def terms_of_law(draft: Draft) -> Mismatches:
    """The terms printed are those of the law on the day of formation."""
    terms = draft.act.terms
    discount, considered, appeal, payment = _terms(draft.law, civil_day(draft.formed_us))
    return differing(
        discount_days=(terms.discount_days, discount),
        considered_days=(terms.considered_days, considered),
        appeal_days=(terms.appeal_days, appeal),
        payment_days=(terms.payment_days, payment),
    )


def sendable_as_law_says(draft: Draft) -> Mismatches:
    """The act may be sent until the first of: the sending term, limitation, the MCI it was computed with."""
    return differing(sendable_until_us=(draft.act.sendable_until_us, _sendable_until_us(draft)))


def in_time(draft: Draft) -> Mismatches:
    """There is time left at the instant of formation, by the document and by the law."""
    end_us = min(draft.act.sendable_until_us, _sendable_until_us(draft))
    return untrue(in_time=draft.formed_us < end_us)


def of_the_decision(draft: Draft) -> Mismatches:
    """The act names its case, decision, law, policy and body, and commits to the decision's very bytes."""
    act, decision = draft.act, draft.decision
    digest = hashlib.sha256(codec.encode(decision)).hexdigest()
    named = differing(
        act_id=(act.act_id, stable_id("act", decision.case_id, draft.generation)),
        case_id=(act.case_id, decision.case_id),
        decision_id=(act.decision_id, decision.decision_id),
        decision_sha256=(act.decision_sha256, digest),
        law_sha256=(act.law_sha256, decision.law_sha256),
        policy_sha256=(act.policy_sha256, decision.policy_sha256),
    )
    return (*named, *untrue(body=act.body == draft.body))


def same_law(draft: Draft) -> Mismatches:
    """Decided under the same law data as formed under; where not, the other controls still hold the act to today's."""
    return differing(law_sha256=(draft.decision.law_sha256, draft.law.sha256))


def first_of_its_kind(draft: Draft) -> Mismatches:
    """No act of the same case stands, nor another of the same event for the same part: for the same vehicle, or for
    any where a device saw it, since what a device saw is about one. A drive over a section that was measured at one end
    too is one act or two as the officer judged who was told of it (58(1)). Nor does the owner's act stand where the
    possessor is held liable (31(3))."""
    act, base, possessor = draft.act, draft.base, draft.decision.checked.possessor
    judged = "SECTION_ALSO_MEASURED" in draft.settled
    seen = base is not None and base.detects not in ("no_insurance", "no_inspection")
    events = {event_id for event_id, _ in draft.passage.shown_by}
    same_event = [one for one in draft.earlier if one.event_id in events and one.part == act.part]
    return untrue(
        no_act_of_the_case=all(one.case_id != act.case_id for one in draft.earlier),
        owner_released=possessor is None or all(one.case_id != possessor.owners_case for one in draft.earlier),
        no_act_of_the_event=judged or not any(seen or one.plate == act.vehicle.plate for one in same_event),
    )


def earlier_stands(draft: Draft) -> Mismatches:
    """Every penalty whose repetition is punished still stands; whether enough of them is left, a person judges."""
    return untrue(earlier_stands=not draft.unrepeated)


def _fine(draft: Draft, rule: PartRule) -> Fine:
    """The part's fine; of one in steps that of the first or last step which the excess touches, as policy reads it."""
    if not isinstance(rule.mci, tuple):
        return rule.mci
    excess = draft.act.excess_load or 0
    touched = [one.mci for one in rule.mci if one.from_kg <= excess and (one.to_kg is None or excess <= one.to_kg)]
    milder = draft.policy.bracket_boundary == "milder"
    return touched[0 if milder else -1] if touched else 0


def _count(mci: Fine, person: Person | None) -> int:
    """What the part asks of such a person; 0, which no act may say, where it asks nothing or that is not known."""
    if isinstance(mci, int):
        return mci
    asked = _class(person)
    return sum(count for each, count in mci.items() if each == asked)


def _class(person: Person | None) -> str | None:
    """Art. 44(2): a natural person, or a legal one by its size; what earns no profit pays as what is small."""
    if person is None:
        return None
    if person.kind == "individual":
        return "individual"
    return "small" if person.standing == "non_profit" else person.size_class


@lru_cache(maxsize=64)
def _terms(law: Lawbook, day: date) -> tuple[int, ...]:
    """The days of the terms that a document prints."""
    return tuple(_term(law, code, day).days for code in PRINTED)


def _term(law: Lawbook, code: TermCode, day: date) -> Term:
    return next(term for term in law.terms if term.code == code and term.applies(day))


def _sendable_until_us(draft: Draft) -> Micros:
    """The sending term runs from the fixation; of a possessor, where policy leaves it to the officer who confirmed,
    from the day that person was established on (brief §15.3 rule 12)."""
    possessor, sending_on = draft.decision.checked.possessor, draft.day
    if possessor is not None and draft.policy.possessor_send_term == "review":
        sending_on = max(draft.day, civil_day(possessor.established_us))
    return _sendable_before_us(draft.law, draft.day, sending_on, civil_day(draft.formed_us))


@lru_cache(maxsize=256)
def _sendable_before_us(law: Lawbook, day: date, sending_on: date, formed_on: date) -> Micros:
    """Counted day by day: 739(3) for the sending term; limitation in months, not moved to a working day."""
    last = sending_on
    for _ in range(_term(law, "SEND", sending_on).days):
        last += timedelta(days=1)
        while not law.calendar.is_working(last):
            last += timedelta(days=1)
    limit = _months_later(day, _term(law, "LIM_OFFENCE", day).months)
    index = [mci.last_day for mci in law.mci if mci.first_day <= formed_on <= mci.last_day]
    return start_of_day_us(min(last, limit, *index) + timedelta(days=1))


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last that month has."""
    month = day.year * MONTHS + day.month - 1 + months
    first, following = (date(of // MONTHS, of % MONTHS + 1, 1) for of in (month, month + 1))
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _told(draft: Draft) -> set[str]:
    """What was told of the passage, as the law's data calls it."""
    event = draft.event
    told = {"speed"} if draft.passage.measurement is not None else set()
    told |= {"overweight" if one.kind == "gross_mass" else "oversize" for one in event.loads}
    if event.violation is not None:
        reported = draft.policy.bus_lane_as if event.violation == "bus_lane" else event.violation
        told.add(REPORTED_AS.get(reported, reported))
    if _said_twice(draft, [_uninsured(draft, one.insurance) for one in draft.decision.checked.rounds]):
        told.add("no_insurance")
    if _said_twice(draft, [_uninspected(draft, one.inspection) for one in draft.decision.checked.rounds]):
        told.add("no_inspection")
    return told


def _said_twice(draft: Draft, missing: list[Micros | None]) -> bool:
    """Whether a register said at two instants, policy's delay apart, that there is none; when, or None, by round."""
    at = [asked_us for asked_us in missing if asked_us is not None]
    return len(at) > 1 and at[-1] - at[0] >= draft.policy.requery_delay_s * MICROS_PER_SECOND


def _uninsured(draft: Draft, answer: InsuranceAnswer | None) -> Micros | None:
    if isinstance(answer, NoRecord):
        return answer.asked_us
    if not isinstance(answer, Insurance):
        return None
    at_us = draft.event.captured_us
    covered = [
        one
        for one in answer.policies
        if one.valid_from_us <= at_us <= one.valid_to_us
        or (one.whole_days and civil_day(one.valid_from_us) <= draft.day <= civil_day(one.valid_to_us))
    ]
    return None if covered else answer.asked_us


def _uninspected(draft: Draft, answer: InspectionAnswer | None) -> Micros | None:
    if isinstance(answer, NoRecord):
        return answer.asked_us
    lapsed = isinstance(answer, Inspection) and answer.passed_on <= draft.day and answer.valid_to < draft.day
    return answer.asked_us if lapsed and answer is not None else None


def _punished_before(draft: Draft, part: str) -> bool:
    told = [one.penalties for one in draft.decision.checked.rounds if isinstance(one.penalties, Penalties)]
    return any(prior.part == part and prior.in_force_on < draft.day for one in told for prior in one.prior)
