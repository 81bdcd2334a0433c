"""What the law makes of a checked passage: a deterministic function of facts, verdicts, law and policy.

1. Each rule looks for one possible offence (`rules.rules_for`). None: the passage is closed, and nothing of it is kept.
2. Each guard rules on each finding: in order, or which road it must take. All are heard, so that the trace is whole.
3. Repetition, amount and automation are settled from the law's data.
4. An officer's verdict settles what a person may settle, and nothing else.
5. What rests on whose vehicle it is ends or refers nothing while the plate is as good as unread.
6. The strictest word wins: reject, then refer, wait, review; automatic only if nothing is in doubt.

Same input, same bytes: nothing here knows a clock, a disk, a network or chance.
"""

from dataclasses import replace
from datetime import date

import msgspec

from adjudication import ids
from adjudication.answers import NoRecord, Vehicle
from adjudication.calendar import DAY_US, civil_day
from adjudication.clones import one_place, same_person, same_vehicle, vehicle_compared
from adjudication.controls import clock, device, limitation, sending_term, signed_limit, verification
from adjudication.copies import consistent_pictures, own_pictures
from adjudication.doubts import moving_target, second_speed
from adjudication.errors import Invalid, Unavailable
from adjudication.excuses import free_stop, moving_traffic
from adjudication.explain import otherwise
from adjudication.findings import Finding, Guard, Ruling, Scene, in_order, ruled
from adjudication.lawbook import Lawbook
from adjudication.liability import person, possessor, vehicle
from adjudication.messages import CaseDecided, Form, PassageChecked, PassageClosed, ReviewRecorded, Route
from adjudication.penalties import amount, automatic, warning_owed
from adjudication.policy import Policy
from adjudication.quality import origin, reading, target
from adjudication.reasons import REASONS, REJECTIONS
from adjudication.registers import answered
from adjudication.repeat import applied_part
from adjudication.rules import rules_for
from adjudication.sections import compared
from adjudication.terms import limitation_last_day, send_last_day
from adjudication.tolerance import excess_kmh, excess_load
from adjudication.units import Id

GUARDS: tuple[Guard, ...] = (
    device,
    verification,
    signed_limit,
    clock,
    own_pictures,
    consistent_pictures,
    compared,
    target,
    moving_target,
    second_speed,
    moving_traffic,
    free_stop,
    reading,
    vehicle,
    same_vehicle,
    origin,
    vehicle_compared,
    one_place,
    person,
    same_person,
    answered,
    limitation,
    sending_term,
    possessor,
)
STRICTEST: tuple[Route, ...] = ("reject", "refer", "wait", "review", "auto")
REST_ON_THE_PLATE = frozenset({"vehicle", "person"})
"""Rules that speak of the vehicle the plate names and of its owner."""
HOUR_US = DAY_US // 24
ASKED_ANEW = "REGISTERS_STILL_SILENT"
"""A doubt that an answer may still overtake: an officer's confirmation has the silent register asked again."""


def decide(
    checked: PassageChecked, reviews: tuple[ReviewRecorded, ...], law: Lawbook, policy: Policy
) -> tuple[CaseDecided | PassageClosed, ...]:
    """The decisions of a passage, in the order of the rules, or its closing.

    Without `reviews`: every case of the passage; after a further round of answers only those still open before it (they
    waited; one that is not found any more ends) or new with it, which may be none. With `reviews`, oldest first: only
    the cases these are about. Against a possessor there is one case, or none where the registers show the finding no
    more.

    Raises:
        Unavailable: law or policy data does not reach the passage's day.
        Invalid: `review-unmatched`, a verdict on a case this passage does not make.
    """
    plain = Scene(checked, law, policy.on(civil_day(checked.passage.event.captured_us)))
    if reviews:
        return tuple(_reviewed(plain, case_id, reviews, policy) for case_id in _about(reviews))
    decided = _decided(plain, policy)
    if len(checked.rounds) == 1:
        return decided or (() if checked.possessor is not None else (_closed(plain),))
    before = _decided_before(plain, policy)
    settled = {case.case_id for case in before if not _is_open(case)}
    found = {case.case_id for case in decided}
    gone = (_gone(plain, case, policy) for case in before if _is_open(case) and case.case_id not in found)
    return (*(case for case in decided if case.case_id not in settled), *gone)


def finds(checked: PassageChecked, law: Lawbook, policy: Policy) -> bool:
    """Whether `decide` would make a case of the passage, however sure its plate is: such a one is read a second time.

    Raises:
        Unavailable: law or policy data does not reach the passage's day.
    """
    scene = Scene(checked, law, policy.on(civil_day(checked.passage.event.captured_us)))
    return any(rule(scene) is not None for rule in rules_for(checked.passage))


def _decided(scene: Scene, policy: Policy) -> tuple[CaseDecided, ...]:
    return tuple(
        _case(scene, finding, policy)
        for rule in rules_for(scene.checked.passage)
        if (finding := rule(scene)) is not None and scene.is_about(finding)
    )


def _about(reviews: tuple[ReviewRecorded, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(review.case_id for review in reviews))


def _reviewed(plain: Scene, case_id: str, reviews: tuple[ReviewRecorded, ...], policy: Policy) -> CaseDecided:
    scene = replace(plain, reviews=tuple(review for review in reviews if review.case_id == case_id))
    for case in _decided(scene, policy):
        if case.case_id == case_id:
            return case
    raise Invalid("review-unmatched", "a verdict is about a case that this passage does not make")


def _decided_before(scene: Scene, policy: Policy) -> tuple[CaseDecided, ...]:
    """The cases as they were before the last round of answers."""
    earlier = msgspec.structs.replace(scene.checked, rounds=scene.checked.rounds[:-1])
    return _decided(replace(scene, checked=earlier), policy)


def _is_open(case: CaseDecided) -> bool:
    """Whether a further round of answers may still change the case: a register it needs had not spoken."""
    return case.route == "wait" or (
        case.route == "review" and any(("reason", ASKED_ANEW) in s.values for s in case.trace)
    )


def _gone(scene: Scene, before: CaseDecided, policy: Policy) -> CaseDecided:
    """The end of a case that waited and that the registers' last word takes away."""
    reason = "NOT_IN_REGISTER" if isinstance(scene.vehicle, NoRecord) else "NO_OFFENCE"
    ending = ruled("reject", reason, "registers", part=before.part)
    return msgspec.structs.replace(
        before,
        decision_id=_decision_id(scene, before.case_id, policy),
        checked=scene.checked,
        route="reject",
        reason=reason,
        ask_again_us=None,
        trace=(ending.step, *before.trace),
    )


def _decision_id(scene: Scene, case_id: str, policy: Policy) -> Id:
    reviews = tuple(review.review_id for review in scene.reviews)
    return ids.decision_id(case_id, scene.checked.checked_id, reviews, scene.law.sha256, policy.sha256)


def _case(scene: Scene, finding: Finding, policy: Policy) -> CaseDecided:
    case_id = scene.case_id(finding)
    part, repetition = applied_part(scene, finding)
    mci, size = amount(scene, part, finding.excess_load)
    guarded = (ruling for guard in GUARDS for ruling in guard(scene, finding))
    applied = (*repetition, *size, *warning_owed(scene, part), *automatic(scene, part))
    heard = _settled_by_officer(scene, (*finding.rulings, *guarded, *applied))
    rulings = _only_of_a_plate_that_was_read(scene, heard)
    first, *rest = sorted(rulings, key=_strictness)
    form: Form = "protocol" if first.route == "refer" else part.form
    send, limit = _last_days(scene)
    return CaseDecided(
        decision_id=_decision_id(scene, case_id, policy),
        case_id=case_id,
        checked=scene.checked,
        route=first.route,
        reason=_reason(scene, first),
        part=part.part,
        form=form,
        mci_count=mci,
        discount_offered=part.discount and form == "prescription",
        liable=scene.answerable,
        excess_kmh=finding.excess_kmh,
        send_last_day_on=send,
        limitation_last_day_on=limit,
        ask_again_us=first.ask_again_us,
        law_sha256=scene.law.sha256,
        policy_sha256=policy.sha256,
        trace=(*(ruling.step for ruling in rulings), otherwise(first, rest, finding)),
        reviews=scene.reviews,
        base=None if part is finding.base else finding.base.part,
        load=finding.load,
        excess_load=finding.excess_load,
    )


def _strictness(ruling: Ruling) -> int:
    return STRICTEST.index(ruling.route)


def _reason(scene: Scene, first: Ruling) -> str:
    return "CONFIRMED" if first.route == "auto" and scene.reviews else first.reason


def _settled_by_officer(scene: Scene, rulings: tuple[Ruling, ...]) -> tuple[Ruling, ...]:
    """The rulings after the latest verdict: a confirmation settles confirmable doubts, a rejection everything."""
    if not scene.reviews:
        return rulings
    latest = scene.reviews[-1]
    if latest.verdict == "correct_plate":
        return (ruled("reject", "PLATE_CORRECTED", "officer"), *rulings)
    if latest.verdict == "reject":
        reason = latest.reason if latest.reason in REJECTIONS else "OFFICER_REJECTED"
        return (ruled("reject", reason, "officer", given=latest.reason), *rulings)
    return tuple(_confirmed(ruling) for ruling in rulings)


def _confirmed(ruling: Ruling) -> Ruling:
    if ruling.route != "review" or not REASONS[ruling.reason].confirmable:
        return ruling
    return in_order(ruling.step.rule, "821(2)", "confirmed by an officer", settled=ruling.reason)


def _only_of_a_plate_that_was_read(scene: Scene, rulings: tuple[Ruling, ...]) -> tuple[Ruling, ...]:
    """The rulings; those that reject or refer for the vehicle's or the owner's sake become a person's to judge where
    the read is too weak to count as one and nobody has confirmed it: smeared characters spell anybody's plate."""
    plate = scene.checked.passage.plate
    doubted = any(ruling.step.rule == "reading" and ruling.route == "review" for ruling in rulings)
    if plate is None or not doubted or plate.confidence_bp >= scene.policy.unread_confidence_bp:
        return rulings
    return tuple(_set_aside(ruling) for ruling in rulings)


def _set_aside(ruling: Ruling) -> Ruling:
    if ruling.step.rule not in REST_ON_THE_PLATE or ruling.route not in ("reject", "refer"):
        return ruling
    return ruled("review", "PLATE_UNSURE", ruling.step.rule, otherwise=ruling.reason)


def _last_days(scene: Scene) -> tuple[date | None, date | None]:
    limit = limitation_last_day(scene.law, scene.captured_us)
    try:
        return send_last_day(scene.law, scene.sending_from_us), limit
    except Unavailable:
        return None, limit


def _closed(scene: Scene) -> PassageClosed:
    passage = scene.checked.passage
    return PassageClosed(
        passage_id=passage.passage_id,
        event_id=passage.event_id,
        device_id=passage.event.device_id,
        hour_us=scene.captured_us // HOUR_US * HOUR_US,
        outcome=_outcome(scene),
    )


def _outcome(scene: Scene) -> str:
    """Why nothing is made of a passage; the first that holds."""
    passage = scene.checked.passage
    measured = passage.measurement
    tolerance = scene.policy.tolerance
    too_fast = measured is not None and excess_kmh(measured, tolerance) > 0
    too_much = any(excess_load(one, tolerance) > 0 for one in passage.event.loads)
    if passage.section is not None or too_fast or (too_much and scene.law.detecting("overweight", scene.day)):
        return "NO_CORPUS"
    if too_much or passage.event.violation is not None:
        return "NOT_COVERED"
    if passage.plate is None:
        return "UNREAD"
    if not scene.local:
        return "FOREIGN_PASSAGE"
    if isinstance(scene.vehicle, NoRecord):
        return "NOT_IN_REGISTER"
    return "NO_OFFENCE" if isinstance(scene.vehicle, Vehicle) else "REGISTER_SILENT"
