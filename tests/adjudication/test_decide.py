"""decide: which road each doubt takes, what an officer may settle, what a further round of answers changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import Answers, Inspection, NoRecord, Penalties, PriorPenalty, Unanswered
from adjudication.controls import after_limitation
from adjudication.decide import GUARDS, STRICTEST, decide
from adjudication.errors import Invalid, Unavailable
from adjudication.facts import (
    Elsewhere,
    Measurement,
    Officer,
    RepeatedPicture,
    SignedLimit,
    SpeedEstimate,
    Verification,
)
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided, PassageChecked, PassageClosed, ReviewRecorded
from adjudication.reasons import REASONS
from adjudication.rules import RULES
from integrations.lawfiles import law_files, load_law, load_policy
from tests import samples

LAW, POLICY = load_law(), load_policy("default")
HOUR_US = 3_600_000_000
T0 = samples.CAPTURED_US
OFFICER = Officer(login="o-1", full_name="A B", body_id="01")


def indulgent(checked: PassageChecked) -> CaseDecided:
    """What a policy makes of it that lets an act stand though nobody compared the vehicle."""
    edition = replace(POLICY.edition[0], class_unsettled="auto")
    (case,) = decide(checked, (), LAW, replace(POLICY, edition=(edition,)))
    assert isinstance(case, CaseDecided)
    return case


def silent(system: Any) -> Unanswered:
    return Unanswered(system=system, asked_us=T0, as_of_us=T0, reason="timeout")


def none(system: Any, asked_us: int = T0) -> NoRecord:
    return NoRecord(system=system, asked_us=asked_us, as_of_us=T0)


@dataclass(frozen=True)
class Given:
    """A passage with one thing changed: of its event, of itself, of its plate, of the first answers."""

    event: dict[str, Any]
    passage: dict[str, Any]
    plate: dict[str, Any]
    answers: dict[str, Any]

    def checked(self) -> PassageChecked:
        ordinary = samples.checked()
        passage = replace(ordinary.passage, event=replace(ordinary.passage.event, **self.event))
        if self.plate:
            passage = replace(passage, plate=replace(passage.plate, **self.plate))
        passage = replace(passage, **self.passage)
        return replace(ordinary, passage=passage, rounds=(replace(ordinary.rounds[0], **self.answers),))


def given(
    event: dict[str, Any] | None = None,
    passage: dict[str, Any] | None = None,
    plate: dict[str, Any] | None = None,
    **answers: Any,
) -> PassageChecked:
    return Given(event or {}, passage or {}, plate or {}, answers).checked()


def one(checked: PassageChecked, *reviews: ReviewRecorded) -> CaseDecided:
    (case,) = decide(checked, reviews, LAW, POLICY)
    assert isinstance(case, CaseDecided)
    return case


def closed(checked: PassageChecked) -> str:
    (made,) = decide(checked, (), LAW, POLICY)
    assert isinstance(made, PassageClosed)
    return made.outcome


def review(case: CaseDecided, verdict: Any = "confirm", **changes: Any) -> ReviewRecorded:
    ordinary = ReviewRecorded(
        review_id=ids.stable_id("review", case.decision_id, verdict),
        case_id=case.case_id,
        decision_id=case.decision_id,
        officer=OFFICER,
        at_us=T0 + HOUR_US,
        verdict=verdict,
        reason="",
        note="",
        plate=None,
        checked=case.checked,
    )
    return replace(ordinary, **changes)


def again(checked: PassageChecked, at_us: int, **answers: Any) -> PassageChecked:
    """One more round of answers, each asked at `at_us`."""
    last = checked.rounds[-1]
    fresh = {
        name: replace(value, asked_us=at_us)
        for name in Answers.__struct_fields__
        if isinstance(value := getattr(last, name), msgspec.Struct)
    }
    rounds = (*checked.rounds, replace(last, **{**fresh, "asked_us": at_us, **answers}))
    return replace(checked, checked_id=ids.checked_id(checked.passage.passage_id, len(rounds)), rounds=rounds)


def at_speed(value_kmh100: int) -> dict[str, Any]:
    return {"measurement": Measurement(kind="speed", value_kmh100=value_kmh100, error_kmh100=200, limit_kmh100=6_000)}


UNMEASURED = {"measurement": None}
OUTSIDE = replace(samples.PLACE, district_code="191912")
"""In neither city where parking is paid for."""
UNINSURED = given(event=UNMEASURED, insurance=none("insurance"))
OLD_CAR = replace(samples.VEHICLE, manufacture_year=2010)
SEEN = {"measurement": None, "violation": "red_light"}
NOBODY = replace(samples.VEHICLE, plate="111AAA02")
SLOWER = SpeedEstimate(method="plate_size", value_kmh100=6_300, standard_kmh100=300, apart_us=300_000, budget=())
REPEATED = RepeatedPicture(kind="same", event_id="e" * 32, device_id="cam-2", captured_us=T0)
TOO_FAR = Elsewhere(
    event_id="e" * 32, device_id="cam-2", place_id="p-2", captured_us=T0, distance_m=10_000, apart_us=60_000_000
)

SIGN = SignedLimit(sign="3.24-1", limit_kmh100=6_000, since_us=0)

DOUBTS = [
    ("review", "PLATE_UNREAD", given(passage={"plate": None}, vehicle=None, liable=None)),
    ("review", "PLATE_UNSURE", given(plate={"confidence_bp": 8_999})),
    ("review", "SECOND_READ_MISSING", given(plate={"second": "", "second_confidence_bp": 0})),
    ("review", "SECOND_READ_MISSING", given(passage={"also_read_by": ""})),
    ("review", "SECOND_READ_MISSING", given(passage={"also_read_by": "sample"})),
    ("review", "SECOND_READ_MISSING", given(plate={"source": "device"})),
    ("review", "READS_DISAGREE", given(plate={"second": "489AAG02"})),
    ("review", "COUNTRY_UNSETTLED", given(plate={"country": "?"}, passage={"vehicle": None})),
    ("review", "COUNTRY_UNSETTLED", given(plate={"country": "?"}, vehicle=replace(samples.VEHICLE, category="O1"))),
    ("review", "COUNTRY_UNSETTLED", given(plate={"country_seen": "RO", "country_confidence_bp": 9_000})),
    ("review", "PLATE_AMBIGUOUS", given(plate={"format_id": "KZ2012-TR"})),
    ("review", "PICTURE_DOUBTFUL", given(passage={"quality": ("too_dark", "device_disagrees")})),
    ("review", "PICTURE_DOUBTFUL", given(passage={"quality": ("plate_lent",)})),
    ("review", "SEVERAL_CANDIDATES", given(passage={"candidates": 2})),
    ("review", "SEVERAL_CANDIDATES", given(event=SEEN, passage={"candidates": 0})),
    ("review", "CLASS_MISMATCH", given(vehicle=replace(samples.VEHICLE, category="N3"))),
    ("review", "CLASS_UNSETTLED", given(passage={"vehicle": None})),
    ("review", "CLASS_UNSETTLED", given(vehicle=replace(samples.VEHICLE, category="O2"))),
    ("review", "PICTURE_REPEATED", replace(samples.checked(), repeated=REPEATED)),
    ("review", "PICTURE_ALIKE", replace(samples.checked(), repeated=replace(REPEATED, kind="alike"))),
    ("review", "PICTURE_EDITED", given(passage={"quality": ("edited",)})),
    ("review", "PICTURES_CONTRADICT", given(passage={"quality": ("picture_time",)})),
    ("review", "TARGET_STANDS", given(passage={"quality": ("standing",)})),
    ("review", "SPEED_CONTRADICTED", given(passage={"second_speed": SLOWER})),
    ("reject", "SIGN_NOT_IN_REGISTER", given(device=replace(samples.DEVICE, limits=()))),
    ("reject", "LIMIT_DIFFERS", given(device=replace(samples.DEVICE, limits=(replace(SIGN, limit_kmh100=8_000),)))),
    ("review", "JAM", given(event={**SEEN, "standing_traffic": True})),
    ("review", "FORCED_STOP", given(event={**SEEN, "violation": "stop_line", "forced_stop": True})),
    ("review", "IMPOSSIBLE_TRAVEL", replace(samples.checked(), elsewhere=TOO_FAR)),
    ("review", "RECORD_MISMATCH", given(vehicle=NOBODY)),
    ("review", "RECORD_MISMATCH", given(liable=replace(samples.PERSON, number="070640013540"))),
    ("review", "NO_VEHICLE_RECORD", given(vehicle=none("vehicles"), liable=None)),
    ("review", "VEHICLE_STOLEN_OR_WANTED", given(vehicle=replace(samples.VEHICLE, status="stolen"))),
    ("review", "VEHICLE_STOLEN_OR_WANTED", given(vehicle=replace(samples.VEHICLE, status="wanted"))),
    ("review", "VEHICLE_NOT_IN_USE", given(vehicle=replace(samples.VEHICLE, status="scrapped"))),
    ("review", "EMERGENCY_SERVICE", given(vehicle=replace(samples.VEHICLE, emergency_service=True))),
    ("review", "PERSON_UNKNOWN", given(liable=none("persons"))),
    ("review", "AGE_UNKNOWN", given(liable=replace(samples.PERSON, born_on=None, number="990101000004"),
                                    vehicle=replace(samples.VEHICLE, owner="990101000004"))),
    ("review", "MINOR", given(liable=replace(samples.PERSON, born_on=date(2008, 4, 7)))),
    ("review", "SPECIAL_SUBJECT", given(liable=replace(samples.PERSON, kind="legal_person", standing="state_body"))),
    ("review", "SPECIAL_SUBJECT", given(liable=replace(samples.PERSON, kind="legal_person", standing="branch"))),
    ("review", "SPECIAL_SUBJECT", given(liable=replace(samples.PERSON, kind="legal_person", standing="foreign"))),
    ("review", "CLOCK_UNSURE", given(event={"clock_offset_us": None})),
    ("review", "CLOCK_UNSURE", given(event={"clock_offset_us": -1_000_001})),
    ("review", "CONFORMITY_EXPIRED", given(device=replace(samples.DEVICE, conformity_valid_to=date(2026, 4, 5)))),
    ("reject", "DEVICE_UNKNOWN", given(device=none("devices"))),
    ("review", "DEVICE_UNKNOWN", given(event=SEEN, device=none("devices"))),
    ("review", "DEVICE_UNSETTLED", given(event=SEEN, device=replace(samples.DEVICE, verification=None))),
    ("reject", "DEVICE_ELSEWHERE", given(device=replace(samples.DEVICE, place=replace(samples.PLACE, place_id="x")))),
    ("reject", "DEVICE_ELSEWHERE", given(device=replace(samples.DEVICE, device_id="cam-2"))),
    ("reject", "LAPSED_VERIFICATION", given(device=replace(samples.DEVICE, verification=None))),
    ("reject", "NOT_A_MEASURING_DEVICE", given(device=replace(samples.DEVICE, kind="non_measuring"))),
    ("reject", "DEAD_OR_LIQUIDATED", given(liable=replace(samples.PERSON, died_on=date(2020, 1, 1)))),
    ("refer", "FOREIGN_PLATE", given(plate={"text": "A123BC77", "country": "RU", "format_id": "RU"}, vehicle=None,
                                     liable=None)),
    ("refer", "MILITARY_POLICE", given(plate={"text": "1234AB", "format_id": "KZ-MIL"}, vehicle=none("vehicles"),
                                       liable=None)),
    ("refer", "DIPLOMATIC", given(plate={"text": "D123456", "format_id": "KZ-DIP"}, vehicle=silent("vehicles"),
                                  liable=None)),
    ("refer", "MILITARY_POLICE", given(vehicle=replace(samples.VEHICLE, registered_with="military_police"))),
    ("refer", "DIPLOMATIC", given(vehicle=replace(samples.VEHICLE, registered_with="diplomatic"))),
    ("wait", "REGISTER_UNANSWERED", given(vehicle=silent("vehicles"), liable=None)),
    ("wait", "REGISTER_UNANSWERED", given(liable=silent("persons"))),
    ("wait", "REGISTER_UNANSWERED", given(liable=None)),
    ("wait", "REGISTER_UNANSWERED", given(device=silent("devices"))),
    ("wait", "REGISTER_UNANSWERED", given(penalties=silent("penalties"))),
]  # fmt: skip


@pytest.mark.parametrize(("route", "reason", "checked"), DOUBTS, ids=[f"{r}-{n}" for n, (_, r, _) in enumerate(DOUBTS)])
def test_each_doubt_takes_its_road(route: str, reason: str, checked: PassageChecked) -> None:
    case = one(checked)
    assert (case.route, case.reason) == (route, reason)
    assert (case.ask_again_us is not None) == (route == "wait")


@pytest.mark.parametrize(("route", "reason", "checked"), DOUBTS, ids=[f"{r}-{n}" for n, (_, r, _) in enumerate(DOUBTS)])
def test_an_officer_settles_what_is_confirmable_and_nothing_else(
    route: str, reason: str, checked: PassageChecked
) -> None:
    confirmed = one(checked, review(one(checked)))
    settles = route == "review" and REASONS[reason].confirmable
    expected = ("auto", "CONFIRMED") if settles else (route, reason)
    assert (confirmed.route, confirmed.reason) == expected


FOREIGN = {"text": "A123BC77", "second": "A123BC77", "country": "RU", "format_id": "RU"}
GROUNDS: list[tuple[str, str, dict[str, object], dict[str, object]]] = [
    ("refer", "FOREIGN_PLATE", FOREIGN, {"vehicle": None, "liable": None}),
    ("refer", "MILITARY_POLICE", {}, {"vehicle": replace(samples.VEHICLE, registered_with="military_police")}),
    ("reject", "DEAD_OR_LIQUIDATED", {}, {"liable": replace(samples.PERSON, died_on=date(2020, 1, 1))}),
]


@pytest.mark.parametrize(("route", "reason", "plate", "answers"), GROUNDS, ids=[row[1] for row in GROUNDS])
def test_a_plate_as_good_as_unread_refers_and_ends_nothing_until_a_person_confirms_it(
    route: str, reason: str, plate: dict[str, object], answers: dict[str, object]
) -> None:
    weak = given(plate={**plate, "confidence_bp": 4_999}, **answers)
    assert (one(weak).route, one(weak).reason) == ("review", "PLATE_UNSURE")
    assert (one(weak, review(one(weak))).route, one(weak, review(one(weak))).reason) == (route, reason)
    fair = given(plate={**plate, "confidence_bp": 5_000}, **answers)
    assert (one(fair).route, one(fair).reason) == (route, reason)


def test_an_ordinary_offence_is_automatic() -> None:
    case = one(samples.checked())
    assert (case.route, case.reason, case.part, case.mci_count) == ("auto", "CLEAR", "592(2)", 10)
    assert (case.form, case.discount_offered, case.excess_kmh) == ("prescription", True, 21)
    assert case.case_id == ids.measured_case_id(case.checked.passage.event_id, "489AAC02", "592(2)")


def test_a_text_of_several_countries_is_settled_by_the_sign_on_the_plate_or_the_vehicle_that_bears_it() -> None:
    unseen: dict[str, Any] = {"vehicle": None}
    for sure, reason in ((8_999, "COUNTRY_UNSETTLED"), (9_000, "CLASS_UNSETTLED")):
        plate = {"country": "?", "country_seen": "KZ", "country_confidence_bp": sure}
        assert one(given(plate=plate, passage=unseen)).reason == reason
    assert one(given(plate={"country": "?"})).route == "auto"
    unsure = {"country_seen": "RO", "country_confidence_bp": 8_999}
    assert one(given(plate=unsure)).route == "auto"


def test_an_officers_own_reading_needs_no_second() -> None:
    plate = {"source": "officer", "second": "", "second_confidence_bp": 0, "confidence_bp": 0}
    assert one(given(plate=plate)).route == "auto"


@pytest.mark.parametrize(
    "uncompared",
    [
        given(passage={"vehicle": None}),
        given(passage={"vehicle": replace(samples.passage().vehicle, confidence_bp=5_999)}),
        given(passage={"vehicle": replace(samples.passage().vehicle, vehicle_class="bus", confidence_bp=5_999)}),
        given(vehicle=replace(samples.VEHICLE, category="O1")),
        given(event=UNMEASURED, insurance=none("insurance"), passage={"vehicle": None}),
    ],
)
def test_a_vehicle_that_was_not_compared_is_no_clone_and_no_match_either(uncompared: PassageChecked) -> None:
    case = one(uncompared)
    assert {step.rule for step in case.trace}.isdisjoint({"same-vehicle"})
    assert ("reason", "CLASS_UNSETTLED") in {value for step in case.trace for value in step.values}
    assert case.route != "auto"


def test_policy_says_whether_an_act_may_stand_without_the_comparison_and_the_trace_never_calls_it_a_match() -> None:
    for country, route in (("KZ", "auto"), ("?", "review")):
        case = indulgent(given(plate={"country": country}, passage={"vehicle": None}))
        assert case.route == route
        assert {step.rule for step in case.trace} & {"same-vehicle", "vehicle-compared"} == {"vehicle-compared"}


def test_the_holder_answers_before_the_owner() -> None:
    vehicle = replace(samples.VEHICLE, owner="070640013540", holder=samples.PERSON.number)
    assert one(given(vehicle=vehicle)).liable == samples.PERSON.number


def test_a_birth_date_the_register_does_not_give_is_read_from_the_number() -> None:
    assert one(given(liable=replace(samples.PERSON, born_on=None))).route == "auto"


def test_a_sole_trader_pays_as_an_individual_and_a_non_profit_body_as_a_small_firm() -> None:
    trader = replace(samples.PERSON, standing="sole_trader")
    charity = replace(samples.PERSON, kind="legal_person", standing="non_profit")
    made = [twice(given(event=UNMEASURED, liable=who, insurance=none("insurance"))) for who in (trader, charity)]
    assert [case.mci_count for case in made] == [10, 160]


def twice(checked: PassageChecked) -> CaseDecided:
    """The register says "none" a second time, a day later."""
    first = one(checked)
    assert (first.route, first.reason) == ("wait", "SECOND_ASK_DUE")
    assert first.ask_again_us == T0 + 24 * HOUR_US
    return one(again(checked, first.ask_again_us))


def test_a_register_finding_needs_a_second_answer_a_day_later() -> None:
    case = twice(UNINSURED)
    assert (case.route, case.part) == ("auto", "230(2)")


def test_a_second_answer_that_comes_early_does_not_count() -> None:
    early = one(again(UNINSURED, T0 + 24 * HOUR_US - 1))
    assert (early.route, early.ask_again_us) == ("wait", T0 + 24 * HOUR_US)


def test_a_second_answer_from_the_same_day_s_cache_does_not_count() -> None:
    cached = again(UNINSURED, T0 + 24 * HOUR_US, insurance=none("insurance"))
    assert one(cached).route == "wait"


def test_a_contract_found_at_the_second_asking_ends_the_case() -> None:
    found = one(again(UNINSURED, T0 + 24 * HOUR_US, insurance=samples.INSURANCE))
    assert (found.route, found.reason, REASONS[found.reason].grounds) == (
        "reject",
        "NO_OFFENCE",
        ("NO_EVENT", "NO_CORPUS"),
    )


def test_silence_at_the_second_asking_waits_on() -> None:
    case = one(again(UNINSURED, T0 + 24 * HOUR_US, insurance=silent("insurance")))
    assert (case.route, case.reason) == ("wait", "REGISTER_UNANSWERED")
    assert case.ask_again_us == T0 + 24 * HOUR_US + 900 * 1_000_000


def test_no_inspection_is_found_beside_no_insurance_and_each_is_a_case() -> None:
    checked = given(vehicle=OLD_CAR, insurance=none("insurance"), inspection=none("inspection"))
    made = decide(checked, (), LAW, POLICY)
    assert [case.part for case in made] == ["592(2)", "230(2)", "590(9)"]
    later = decide(again(checked, T0 + 24 * HOUR_US), (), LAW, POLICY)
    assert [(case.part, case.route) for case in later] == [("230(2)", "auto"), ("590(9)", "auto")]


def test_silence_about_inspection_waits_and_an_answer_drops_it() -> None:
    checked = given(event=UNMEASURED, vehicle=OLD_CAR, inspection=silent("inspection"))
    assert one(checked).route == "wait"
    answered = again(checked, T0 + HOUR_US, inspection=none("inspection", T0 + HOUR_US))
    assert (one(answered).route, one(answered).reason) == ("wait", "SECOND_ASK_DUE")


@pytest.mark.parametrize(
    "device",
    [
        replace(samples.DEVICE, conformity_valid_to=date(2026, 4, 6)),
        replace(samples.DEVICE, verification=replace(samples.VERIFICATION, issued_on=date(2026, 4, 6))),
        replace(samples.DEVICE, verification=replace(samples.VERIFICATION, valid_to=date(2026, 4, 6))),
    ],
)
def test_a_devices_papers_hold_on_their_first_and_last_day(device: Any) -> None:
    assert one(given(device=device)).route == "auto"


def test_a_clock_at_the_bound_is_right_and_beyond_it_is_not() -> None:
    bound_us = POLICY.on(date(2026, 4, 6)).clock_offset_us
    for offset_us in (bound_us, -bound_us):
        assert one(given(event={"clock_offset_us": offset_us})).route == "auto"
    assert one(given(event={"clock_offset_us": bound_us + 1})).reason == "CLOCK_UNSURE"


def test_a_case_that_waited_ends_when_the_registers_take_its_vehicle_away() -> None:
    waited = one(given(event=UNMEASURED, insurance=none("insurance")))
    assert waited.route == "wait"
    gone = one(again(waited.checked, T0 + 24 * HOUR_US, vehicle=none("vehicles", T0 + 24 * HOUR_US)))
    assert (gone.case_id, gone.route, gone.reason) == (waited.case_id, "reject", "NOT_IN_REGISTER")
    assert gone.decision_id != waited.decision_id


def test_a_card_from_after_the_passage_says_nothing_of_the_one_before_it() -> None:
    later = Inspection(
        system="inspection", asked_us=T0, as_of_us=T0, card="T-1", passed_on=date(2026, 4, 7), valid_to=date(2027, 4, 7)
    )
    assert one(given(event=UNMEASURED, vehicle=OLD_CAR, inspection=later)).reason == "REGISTER_UNANSWERED"


def test_a_vehicle_of_an_unlisted_category_need_not_be_inspected() -> None:
    trailer = replace(OLD_CAR, category="O2")
    assert closed(given(event=UNMEASURED, vehicle=trailer, inspection=none("inspection"))) == "NO_OFFENCE"


def test_passenger_carriers_without_insurance_are_referred() -> None:
    bus = replace(samples.VEHICLE, passenger_carrier=True)
    case = one(given(event=UNMEASURED, vehicle=bus, insurance=none("insurance")))
    assert (case.route, case.reason, case.form) == ("refer", "PASSENGER_CARRIER", "protocol")


def test_ten_cameras_on_one_day_make_one_register_case() -> None:
    ordinary = {"insurance": none("insurance")}
    made = {
        one(replace(UNINSURED, passage=replace(UNINSURED.passage, passage_id=f"{n:032x}"))).case_id for n in range(10)
    }
    next_day = given(event={"measurement": None, "captured_us": T0 + 24 * HOUR_US}, **ordinary)
    assert len(made) == 1
    assert one(next_day).case_id not in made


def test_silence_is_asked_again_at_growing_intervals_until_the_budget_is_spent() -> None:
    checked, delays = given(vehicle=silent("vehicles"), liable=None), []
    case = one(checked)
    while case.route == "wait":
        assert case.ask_again_us is not None
        delays.append((case.ask_again_us - case.checked.rounds[-1].asked_us) // 1_000_000)
        checked = again(checked, case.ask_again_us)
        case = one(checked)
    assert delays[:6] == [900, 1_800, 3_600, 7_200, 14_400, 14_400]
    assert sum(delays) >= 432_000
    assert (case.route, case.reason) == ("review", "REGISTERS_STILL_SILENT")


def test_silence_about_insurance_alone_ends_without_a_case_against_anybody() -> None:
    checked = given(event=UNMEASURED, insurance=silent("insurance"))
    case = one(checked)
    while case.route == "wait":
        checked = again(checked, case.ask_again_us or 0)
        case = one(checked)
    assert (case.route, case.reason) == ("reject", "REGISTER_SILENT")


def test_a_confirmation_has_a_silent_register_asked_again_and_its_answer_counts() -> None:
    spent = given(vehicle=silent("vehicles"), liable=None)
    while (case := one(spent)).route == "wait":
        spent = again(spent, case.ask_again_us or 0)
    confirmed = one(spent, review(case, at_us=T0 + 140 * HOUR_US))
    assert (confirmed.route, confirmed.reason) == ("wait", "REGISTER_UNANSWERED")
    back = again(spent, T0 + 141 * HOUR_US, vehicle=samples.VEHICLE, liable=samples.PERSON)
    assert one(back).route == "auto"


@pytest.mark.parametrize("rounds", [63, 64])
def test_a_passage_that_holds_no_further_round_goes_to_an_officer_and_does_not_wait(rounds: int) -> None:
    asked = given(vehicle=silent("vehicles"), liable=None)
    case = one(asked)
    for number in range(2, rounds + 1):
        asked = again(asked, T0 + number * 1_000_000)
    confirmed = one(asked, review(case, at_us=T0 + HOUR_US))
    assert confirmed.route == ("wait" if rounds < 64 else "review")


def test_too_near_the_end_of_the_sending_term_nothing_waits() -> None:
    late = T0 + 14 * 24 * HOUR_US  # the sending term ends on the fifteenth day
    assert one(given(asked_us=late, vehicle=silent("vehicles"), liable=None)).reason == "REGISTERS_STILL_SILENT"
    late_none = given(event=UNMEASURED, asked_us=late, insurance=none("insurance", late))
    assert (one(late_none).route, one(late_none).reason) == ("review", "REGISTERS_STILL_SILENT")


def test_a_further_round_repeats_no_decision_that_stands() -> None:
    checked = given(insurance=none("insurance"))
    assert [case.route for case in decide(checked, (), LAW, POLICY)] == ["auto", "wait"]
    assert [case.part for case in decide(again(checked, T0 + 24 * HOUR_US), (), LAW, POLICY)] == ["230(2)"]
    assert decide(again(samples.checked(), T0 + HOUR_US), (), LAW, POLICY) == ()


def test_a_case_that_a_further_round_finds_first_is_decided() -> None:
    checked = given(vehicle=silent("vehicles"), liable=None, insurance=None)
    later = again(checked, T0 + HOUR_US, vehicle=samples.VEHICLE, liable=samples.PERSON, insurance=none("insurance"))
    assert [(case.part, case.route) for case in decide(later, (), LAW, POLICY)] == [
        ("592(2)", "auto"),
        ("230(2)", "wait"),
    ]


def test_a_register_that_spoke_once_is_not_unsaid_by_later_silence() -> None:
    later = again(
        given(penalties=silent("penalties")), T0 + HOUR_US, vehicle=silent("vehicles"), penalties=samples.PENALTIES
    )
    assert one(later).route == "auto"


def test_no_answer_of_no_register_is_ever_a_fine() -> None:
    systems = {"vehicle": "vehicles", "liable": "persons", "penalties": "penalties", "device": "devices"}
    for name, system in systems.items():
        assert one(given(**{name: silent(system)})).route == "wait"


def test_the_strictest_word_wins() -> None:
    assert STRICTEST == ("reject", "refer", "wait", "review", "auto")
    checked = given(
        event={"clock_offset_us": None},
        vehicle=replace(samples.VEHICLE, registered_with="diplomatic"),
        liable=silent("persons"),
        device=replace(samples.DEVICE, verification=None),
    )
    assert one(checked).reason == "LAPSED_VERIFICATION"
    verified = replace(checked.rounds[0], device=samples.DEVICE)
    assert one(replace(checked, rounds=(verified,))).reason == "DIPLOMATIC"


@pytest.mark.parametrize(
    ("outcome", "checked"),
    [
        ("NO_OFFENCE", given(event=UNMEASURED)),
        ("NO_OFFENCE", given(event=at_speed(6_000))),
        ("NO_CORPUS", given(event=at_speed(7_100))),
        ("UNREAD", given(event=UNMEASURED, passage={"plate": None}, vehicle=None, insurance=None)),
        ("NOT_COVERED", given(event={"measurement": None, "violation": "parking_unpaid", "place": OUTSIDE})),
        ("FOREIGN_PASSAGE", given(event=UNMEASURED, plate={"text": "JGZ3298", "country": "?"}, vehicle=None)),
        ("NOT_IN_REGISTER", given(event=UNMEASURED, vehicle=none("vehicles"), insurance=None)),
        ("REGISTER_SILENT", given(event=UNMEASURED, vehicle=silent("vehicles"), insurance=None)),
    ],
)  # fmt: skip
def test_a_passage_without_a_finding_is_closed_with_its_hour_and_a_code(outcome: str, checked: PassageChecked) -> None:
    (made,) = decide(checked, (), LAW, POLICY)
    assert isinstance(made, PassageClosed)
    assert made.outcome == outcome
    assert made.outcome in REASONS
    assert made.hour_us == T0 // HOUR_US * HOUR_US


def test_an_officers_rejection_ends_the_case_with_the_reason_given() -> None:
    case = one(given(plate={"confidence_bp": 0}))
    named = one(case.checked, review(case, "reject", reason="NO_EVENT"))
    other = one(case.checked, review(case, "reject", reason="blurred"))
    assert (named.route, named.reason) == ("reject", "NO_EVENT")
    assert (other.route, other.reason) == ("reject", "OFFICER_REJECTED")
    assert ("given", "blurred") in other.trace[0].values


def test_a_corrected_plate_ends_the_case_under_the_old_one() -> None:
    case = one(given(plate={"confidence_bp": 0}))
    corrected = one(case.checked, review(case, "correct_plate", plate="489AAG02"))
    assert (corrected.route, corrected.reason) == ("reject", "PLATE_CORRECTED")


def test_the_latest_verdict_stands() -> None:
    case = one(given(plate={"confidence_bp": 0}))
    assert one(case.checked, review(case), review(case, "reject")).route == "reject"
    assert one(case.checked, review(case, "reject"), review(case)).reason == "CONFIRMED"


def test_a_verdict_is_about_its_case_only() -> None:
    checked = given(plate={"confidence_bp": 0}, insurance=none("insurance"))
    speeding, _uninsured = decide(checked, (), LAW, POLICY)
    made = one(checked, review(speeding))
    assert (made.case_id, made.reason, len(made.reviews)) == (speeding.case_id, "CONFIRMED", 1)
    with pytest.raises(Invalid, match="review-unmatched"):
        one(checked, review(speeding, case_id="f" * 32))


def test_a_decision_names_what_it_was_made_from() -> None:
    case = one(samples.checked())
    other_policy = load_policy("demo")
    (demo,) = decide(samples.checked(), (), LAW, other_policy)
    confirmed = one(case.checked, review(case))
    assert (case.law_sha256, case.policy_sha256) == (LAW.sha256, POLICY.sha256)
    assert len({case.decision_id, demo.decision_id, confirmed.decision_id}) == 3
    assert case.case_id == demo.case_id == confirmed.case_id


def test_a_part_that_is_never_automatic_goes_to_an_officer() -> None:
    files = law_files()
    text = files["599.toml"].replace(b"automatic_since = 2024-01-01\n", b"")
    law = Lawbook.parse({**files, "599.toml": text})
    (case,) = decide(given(event=SEEN), (), law, POLICY)
    assert (case.route, case.reason) == ("review", "NEVER_AUTOMATIC")


def test_a_day_before_all_policy_and_law_is_refused() -> None:
    long_ago = given(event={"captured_us": 1_600_000_000_000_000}, asked_us=1_600_000_000_000_000)
    with pytest.raises(Unavailable):
        decide(long_ago, (), LAW, POLICY)


def test_a_case_whose_terms_cannot_be_computed_goes_to_an_officer() -> None:
    at_us = T0 + 400 * 24 * HOUR_US  # 11 May 2027: the term would count days not announced yet
    lasting = Verification(number="V", laboratory="L", issued_on=date(2025, 1, 1), valid_to=date(2030, 1, 1))
    device = replace(samples.DEVICE, verification=lasting)
    media = tuple(replace(picture, captured_us=at_us) for picture in samples.event().media)
    event = {"captured_us": at_us, "media": media}
    case = one(given(event=event, asked_us=at_us, device=device, insurance=None))
    assert (case.route, case.reason, case.send_last_day_on) == ("review", "CALENDAR_UNKNOWN", None)
    assert case.limitation_last_day_on == date(2027, 7, 11)
    silent_too = replace(case.checked.rounds[0], vehicle=silent("vehicles"), liable=None)
    assert one(replace(case.checked, rounds=(silent_too,))).route == "review"


def test_a_third_offence_within_a_year_goes_to_an_officer() -> None:
    prior = PriorPenalty(case_id="c", part="592(4)", in_force_on=date(2026, 1, 1))
    again_ = Penalties(system="penalties", asked_us=T0, as_of_us=T0, prior=(prior,))
    assert one(given(penalties=again_)).reason == "REPEAT_UNSETTLED"


def test_a_penalty_not_executed_still_counts_under_the_longer_year() -> None:
    edition = replace(POLICY.edition[0], repeat_year="after_execution")
    prior = PriorPenalty(case_id="c", part="592(2)", in_force_on=date(2023, 1, 1))
    answered = Penalties(system="penalties", asked_us=T0, as_of_us=T0, prior=(prior,))
    (case,) = decide(given(penalties=answered), (), LAW, replace(POLICY, edition=(edition,)))
    assert case.part == "592(4)"
    assert one(given(penalties=answered)).part == "592(2)"


def test_rules_and_guards_are_listed_in_one_place_each() -> None:
    listed = [rule.__module__.rpartition(".")[2] for rule in RULES]
    assert listed == ["speed", "weight", "weight", "reported", "documents", "documents"]
    assert len(GUARDS) == len(set(GUARDS)) == 24


def test_where_the_sum_depends_on_a_person_nobody_knows_it_is_not_told() -> None:
    case = one(given(event=UNMEASURED, insurance=none("insurance"), liable=silent("persons")))
    assert (case.route, case.mci_count) == ("wait", 0)


def test_after_two_months_limitation_comes_before_the_sending_term() -> None:
    assert one(given(asked_us=T0 + 64 * 24 * HOUR_US)).reason == "LIMITATION"


@pytest.mark.parametrize(
    ("on", "route"),
    [
        (date(2026, 5, 30), None),  # a Saturday, two months after 30 March
        (date(2026, 6, 1), "review"),  # the Monday that 739(5) would move it to
        (date(2026, 6, 2), "reject"),
    ],
)
def test_a_rolled_limitation_is_for_a_person(on: date, route: str | None) -> None:
    assert after_limitation(LAW, date(2026, 5, 30), on) == route


def test_a_limitation_the_calendar_cannot_roll_is_for_a_person() -> None:
    assert after_limitation(LAW, date(2027, 5, 16), date(2027, 5, 18)) == "review"
