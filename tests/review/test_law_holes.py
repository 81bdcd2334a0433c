"""Review: ways to a wrong fine, or to a case that never ends, through the law core."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import Inspection, NoRecord, Unanswered
from adjudication.decide import decide
from adjudication.facts import Measurement
from adjudication.forming import finding_key, form_act
from adjudication.messages import CaseDecided, PassageChecked, ReviewRecorded
from adjudication.protocol import Act
from adjudication.scenarios.build import OFFICER, verdict
from integrations.lawfiles import load_law, load_policy
from tests import office, samples

LAW, POLICY = load_law(), load_policy("default")
HOUR_US = 3_600_000_000
T0 = samples.CAPTURED_US


def silent(system: Any, at_us: int = T0) -> Unanswered:
    return Unanswered(system=system, asked_us=at_us, as_of_us=T0, reason="timeout")


def none(system: Any, at_us: int = T0) -> NoRecord:
    return NoRecord(system=system, asked_us=at_us, as_of_us=T0)


def given(event: dict[str, Any] | None = None, plate: dict[str, Any] | None = None, **answers: Any) -> PassageChecked:
    ordinary = samples.checked()
    passage = replace(ordinary.passage, event=replace(ordinary.passage.event, **(event or {})))
    assert passage.plate is not None
    passage = replace(passage, plate=replace(passage.plate, **(plate or {})))
    return replace(ordinary, passage=passage, rounds=(replace(ordinary.rounds[0], **answers),))


def again(checked: PassageChecked, at_us: int | None, **answers: Any) -> PassageChecked:
    assert at_us is not None
    rounds = (*checked.rounds, replace(checked.rounds[-1], asked_us=at_us, **answers))
    return replace(checked, checked_id=ids.checked_id(checked.passage.passage_id, len(rounds)), rounds=rounds)


def review(case: CaseDecided, at_us: int = T0 + HOUR_US) -> ReviewRecorded:
    return verdict(case, at_us, confirms=True)


def one(checked: PassageChecked, *reviews: ReviewRecorded) -> CaseDecided:
    (case,) = decide(checked, reviews, LAW, POLICY)
    assert isinstance(case, CaseDecided)
    return case


def formed(case: CaseDecided) -> Act:
    evidence = office.evidence_of(case)
    return form_act(case, evidence, LAW, office.BODY, number="01-2026-000000001", generation=0, formed_us=T0)


@pytest.mark.parametrize(
    "later",
    [
        {"vehicle": none("vehicles")},
        {"vehicle": replace(samples.VEHICLE, manufacture_year=2024)},
    ],
)
def test_a_waiting_case_whose_finding_vanishes_ends(later: dict[str, Any]) -> None:
    checked = given(
        event={"measurement": None},
        vehicle=replace(samples.VEHICLE, manufacture_year=2010),
        inspection=none("inspection"),
    )
    waiting = one(checked)
    assert waiting.route == "wait"
    at_us = waiting.ask_again_us or 0
    ended = one(again(checked, at_us, **later, inspection=none("inspection", at_us)))
    assert (ended.case_id, ended.route) == (waiting.case_id, "reject")


def test_a_confirmed_case_that_waits_for_a_register_is_decided_when_it_answers() -> None:
    spent = given(plate={"confidence_bp": 5000}, liable=silent("persons"))
    while (case := one(spent)).route == "wait":
        spent = again(spent, case.ask_again_us, liable=silent("persons", case.ask_again_us or 0))
    assert case.reason == "PLATE_UNSURE"
    confirmed = one(spent, review(case, at_us=T0 + 140 * HOUR_US))
    assert confirmed.route == "wait"
    assert decide(again(spent, confirmed.ask_again_us, liable=samples.PERSON), (), LAW, POLICY) != ()


def test_every_automatic_decision_can_be_formed_also_after_a_confirmation() -> None:
    checked = given(event={"measurement": None, "violation": "red_light"}, device=none("devices"))
    confirmed = one(checked, review(one(checked)))
    assert (confirmed.route, confirmed.reason) == ("review", "DEVICE_UNKNOWN")
    unverified = given(
        event={"measurement": None, "violation": "red_light"}, device=replace(samples.DEVICE, verification=None)
    )
    confirmed = one(unverified, review(one(unverified)))
    assert confirmed.route == "auto"
    assert formed(confirmed).officer == OFFICER.full_name


def test_a_vehicle_without_a_vin_cannot_be_found_uninsured() -> None:
    nameless = replace(samples.VEHICLE, vin="")
    checked = given(event={"measurement": None}, vehicle=nameless, insurance=none("insurance"))
    later = again(checked, T0 + 24 * HOUR_US, insurance=none("insurance", T0 + 24 * HOUR_US))
    assert all(getattr(made, "route", "") != "auto" for made in decide(later, (), LAW, POLICY))


def test_average_speed_before_it_was_admissible_is_no_automatic_offence() -> None:
    at_us = office.at(2024, 12, 3)
    verified = replace(samples.VERIFICATION, issued_on=date(2024, 1, 1))
    checked = given(
        event={
            "captured_us": at_us,
            "measurement": Measurement(kind="section_speed", value_kmh100=8300, error_kmh100=200, limit_kmh100=6000),
        },
        asked_us=at_us,
        device=replace(samples.DEVICE, verification=verified),
    )
    made = decide(checked, (), LAW, POLICY)
    assert all(getattr(one_, "route", "") != "auto" for one_ in made)


def test_a_card_issued_after_the_passage_does_not_prove_that_there_was_none_before() -> None:
    old = replace(samples.VEHICLE, manufacture_year=2010)
    card = Inspection(
        system="inspection",
        asked_us=T0 + 48 * HOUR_US,
        as_of_us=T0,
        card="C",
        passed_on=date(2026, 4, 7),
        valid_to=date(2027, 4, 7),
    )
    checked = given(event={"measurement": None}, asked_us=T0 + 48 * HOUR_US, vehicle=old, inspection=card)
    later = again(checked, T0 + 72 * HOUR_US, inspection=replace(card, asked_us=T0 + 72 * HOUR_US))
    assert all(getattr(made, "route", "") != "auto" for made in decide(later, (), LAW, POLICY))


def test_base_part_and_repetition_of_a_register_finding_are_one_open_case() -> None:
    old = replace(samples.VEHICLE, manufacture_year=2010)
    base = one(given(event={"measurement": None}, vehicle=old, inspection=none("inspection")))
    repeated = replace(base, part="590(10)", base="590(9)")
    assert finding_key(base, LAW) == finding_key(repeated, LAW)


def test_an_act_names_the_officer_who_read_its_plate() -> None:
    corrected = given(plate={"source": "officer"})
    passage = replace(corrected.passage, corrected_by=OFFICER)
    case = one(replace(corrected, passage=passage))
    assert (formed(case).decided_by, formed(case).officer) == ("officer", OFFICER.full_name)
    assert formed(one(samples.checked())).decided_by == "automatic"
