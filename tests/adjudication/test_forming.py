"""A decision becomes an act: what it must hold, and which of them may be open only once."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import Answers, NoRecord, Penalties, PriorPenalty
from adjudication.calendar import end_of_day_us, start_of_day_us
from adjudication.decide import decide, finds
from adjudication.errors import Invalid
from adjudication.facts import Officer
from adjudication.forming import finding_key, form_act, person_of
from adjudication.messages import CaseDecided
from adjudication.protocol import Body
from adjudication.repeat import repeated_cases
from adjudication.terms import (
    delivery_outlives_limitation,
    delivery_terms,
    limitation_last_day,
    sendable_until_us,
    sums,
)
from integrations.lawfiles import load_law, load_policy
from tests import samples

LAW, POLICY = load_law(), load_policy("default")
BODY = Body(body_id="01", name_kk="Үлгі", name_ru="Пример", location_kk="", location_ru="")
OFFICER = Officer(login="o-1", full_name="A B", body_id="01")
formed = partial(
    form_act, law=LAW, body=BODY, number="01-2026-000000001", generation=0, formed_us=samples.CAPTURED_US + 2
)


def test_an_act_names_the_person_held_liable_and_nobody_else() -> None:
    case = samples.decision()
    assert formed(case, ()).addressee.number == case.liable == person_of(case).number
    with pytest.raises(Invalid, match="not the one held liable"):
        formed(replace(case, liable="990101000004"), ())


@pytest.mark.parametrize("name", ["vehicle", "liable", "device"])
def test_an_act_lacks_nothing_that_registers_must_say(name: str) -> None:
    case = samples.decision()
    rounds = (replace(case.checked.rounds[0], **{name: None}),)
    with pytest.raises(Invalid, match="act-incomplete"):
        formed(replace(case, checked=replace(case.checked, rounds=rounds)), ())


def test_what_a_later_round_did_not_ask_stands_in_an_earlier_one() -> None:
    case = samples.decision()
    later = Answers(asked_us=samples.CAPTURED_US + 9, device=case.checked.rounds[0].device)
    rounds = (*case.checked.rounds, later)
    act = formed(replace(case, checked=replace(case.checked, rounds=rounds)), ())
    assert replace(act, decision_sha256=None) == replace(formed(case, ()), decision_sha256=None)


def test_there_is_no_act_of_a_part_that_was_not_there() -> None:
    with pytest.raises(Invalid, match=r"there was no 592\(9\)"):
        formed(replace(samples.decision(), part="592(9)"), ())


@pytest.mark.parametrize(
    ("offence_on", "formed_on", "until"),
    [
        (date(2026, 4, 6), date(2026, 4, 7), date(2026, 4, 20)),  # the sending term
        (date(2025, 12, 29), date(2025, 12, 30), date(2025, 12, 31)),  # the MCI's year
        (date(2025, 12, 29), date(2026, 1, 5), date(2026, 1, 15)),
    ],
)
def test_an_act_may_be_sent_until_the_first_of_its_terms_is_over(
    offence_on: date, formed_on: date, until: date
) -> None:
    assert sendable_until_us(LAW, start_of_day_us(offence_on) + 5, start_of_day_us(formed_on)) == end_of_day_us(until)


@pytest.mark.parametrize(("delivered_on", "outlives"), [(date(2026, 5, 15), False), (date(2026, 5, 18), True)])
def test_a_case_may_be_considered_on_the_very_last_day_of_limitation(delivered_on: date, outlives: bool) -> None:
    offence_us = start_of_day_us(date(2026, 4, 8)) + 5
    assert limitation_last_day(LAW, offence_us) == date(2026, 6, 8)
    considered = delivery_terms(LAW, start_of_day_us(delivered_on)).considered_after_last_day_on
    assert considered == (date(2026, 6, 9) if outlives else date(2026, 6, 8))
    assert delivery_outlives_limitation(LAW, offence_us, start_of_day_us(delivered_on)) is outlives


def test_half_of_an_odd_sum_is_whole_tiyn() -> None:
    money = sums(LAW, 5, date(2026, 4, 6))
    assert (money.sum_tiyn, money.half_tiyn) == (2_162_500, 1_081_250)
    assert isinstance(money.half_tiyn, int)


def test_who_corrected_the_plate_stands_behind_the_act() -> None:
    case = samples.decision()
    passage = replace(case.checked.passage, corrected_by=OFFICER)
    act = formed(replace(case, checked=replace(case.checked, passage=passage)), ())
    assert (act.decided_by, act.officer) == ("officer", "A B")


def repeated(earlier: str, **answers: Any) -> CaseDecided:
    """590(10), found by a device or in a register, of a person punished under part `earlier` two weeks before."""
    ordinary = samples.checked()
    violation = answers.pop("violation", None)
    event = replace(ordinary.passage.event, measurement=None, violation=violation)
    before = PriorPenalty(case_id="c", part=earlier, in_force_on=date(2026, 3, 23), executed_on=date(2026, 3, 23))
    penalties = Penalties(system="penalties", asked_us=1, as_of_us=1, prior=(before,))
    rounds = (replace(ordinary.rounds[0], penalties=penalties, **answers),)
    checked = replace(ordinary, passage=replace(ordinary.passage, event=event), rounds=rounds)
    assert finds(checked, LAW, POLICY)
    (case,) = decide(checked, (), LAW, POLICY)
    assert isinstance(case, CaseDecided)
    assert (case.part, case.base) == ("590(10)", earlier)
    return case


def test_only_what_registers_find_is_open_once_also_under_a_part_that_repeats_both() -> None:
    """590(10) repeats an unreadable plate, which a device saw, and a missing inspection, which a register told."""
    seen = repeated("590(1)", violation="plate_unreadable")
    old = replace(samples.VEHICLE, manufacture_year=2010)
    told = repeated(
        "590(9)", vehicle=old, inspection=NoRecord(system="inspection", asked_us=1, as_of_us=samples.CAPTURED_US)
    )
    assert finding_key(seen, LAW) is None
    assert finding_key(told, LAW) == ids.stable_id("register-finding", told.liable or "", old.vin, "590(9)")
    assert finding_key(replace(told, liable=None), LAW) is None
    assert finding_key(samples.decision(), LAW) is None


def test_a_passage_read_twice_has_another_name() -> None:
    assert ids.confirmed_id("a" * 32, "one") != ids.confirmed_id("a" * 32, "two")


def test_an_act_on_a_repetition_rests_on_the_cases_of_the_part_it_repeats_and_on_no_others() -> None:
    prior = tuple(
        PriorPenalty(case_id=f"c-{part}", part=part, in_force_on=date(2026, 3, 1)) for part in ("592(2)", "601(1)")
    )
    penalties = Penalties(system="penalties", asked_us=samples.CAPTURED_US, as_of_us=samples.CAPTURED_US, prior=prior)
    checked = samples.checked()
    (again,) = decide(replace(checked, rounds=(replace(checked.rounds[0], penalties=penalties),)), (), LAW, POLICY)
    assert isinstance(again, CaseDecided)
    assert again.part == "592(4)"
    assert repeated_cases(again) == ("c-592(2)",)
    assert repeated_cases(samples.decision()) == ()
    unasked = replace(again, checked=replace(checked, rounds=(replace(checked.rounds[0], penalties=None),)))
    assert repeated_cases(unasked) == ()
