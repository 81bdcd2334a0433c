"""The controls of formation at the borders: what the law makes of facts there passes, and its neighbours do not."""

from collections.abc import Callable
from dataclasses import replace as with_facts
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from adjudication.answers import Inspection, Insurance, NoRecord, Person
from adjudication.calendar import end_of_day_us, start_of_day_us
from adjudication.facts import LoadMeasurement, Measurement
from adjudication.format_logic.document import _months_later
from adjudication.format_logic.draft import Draft
from adjudication.ids import run_id
from adjudication.messages import PassageChecked
from adjudication.policy import Policy
from adjudication.sections import run_of
from tests import drafts, samples
from tests.adjudication.test_formation import (
    DAY_US,
    FIRM,
    LAW,
    POLICY,
    PRIOR,
    REPEATED,
    SEEN,
    UNINSPECTED,
    UNINSURED,
    codes,
    confirmed,
    decided,
    happened,
    heard,
    ruled,
    said,
    seen,
    told,
)

TONNE = 1_000
HERE = {"weight_control": "here"}


def policy_of(**changes: Any) -> Policy:
    return Policy(name="changed", edition=tuple(replace(one, **changes) for one in POLICY.edition))


def drawn(checked: PassageChecked, policy: Policy) -> Draft:
    """The act of a passage, an officer having confirmed what had to be looked at."""
    case = decided(checked, policy=policy)
    if case.route == "review":
        case = decided(checked, confirmed(checked, policy), policy=policy)
    return drafts.draft(case, LAW, policy)


def weighed(excess_kg: int, liable: Person, policy: Policy) -> Draft:
    load = LoadMeasurement(kind="gross_mass", value=40_000 + excess_kg, error=0, permitted=40_000)
    whose = {"liable": liable, "vehicle": replace(samples.VEHICLE, owner=liable.number)}
    return drawn(heard(seen(samples.checked(), measurement=None, loads=(load,)), **whose), policy)


SIZES = {
    "individual": samples.PERSON,
    "small": replace(FIRM, size_class="small"),
    "medium": replace(FIRM, size_class="medium"),
    "large": FIRM,
    "non_profit": replace(FIRM, size_class="large", standing="non_profit"),
}
STEPS = {  # 571(6), in MCI: from one to five tonnes, to ten, and more
    "individual": (40, 80, 180),
    "small": (80, 130, 480),
    "medium": (120, 180, 780),
    "large": (200, 280, 1000),
    "non_profit": (80, 130, 480),
}
TONNES = {
    "milder": {1_000: 0, 1_001: 0, 5_000: 0, 5_001: 1, 10_000: 1, 10_001: 2},
    "lower_inclusive": {1_000: 0, 4_999: 0, 5_000: 1, 9_999: 1, 10_000: 2},
}


@pytest.mark.parametrize("boundary", TONNES)
@pytest.mark.parametrize("who", SIZES)
def test_a_weight_at_the_border_of_a_step_is_held_to_the_step_that_policy_says(boundary: str, who: str) -> None:
    policy = policy_of(bracket_boundary=boundary, **HERE)
    for excess, step in TONNES[boundary].items():
        draft = weighed(excess, SIZES[who], policy)
        assert draft.act.mci_count == STEPS[who][step]
        assert codes(draft) == set()
        for other in {*STEPS[who]} - {draft.act.mci_count}:
            changed = drafts.draft(replace(draft.decision, mci_count=other), LAW, policy)
            assert codes(changed) == {"SUM_NOT_OF_LAW"}


def unpunished(draft: Draft, person: Person | None) -> Draft:
    """The same act, whose sum counts one MCI, of somebody for whom the part names no sum."""
    decision = replace(draft.decision, mci_count=1, checked=heard(draft.decision.checked, liable=person))
    return with_facts(drafts.draft(replace(draft.decision, mci_count=1), LAW, draft_policy()), decision=decision)


def draft_policy() -> Policy:
    return policy_of(**HERE)


@pytest.mark.parametrize("person", [None, replace(FIRM, size_class=None), replace(FIRM, size_class="unknown")])
def test_of_whom_nothing_is_asked_or_nothing_known_no_sum_is_right(person: Person | None) -> None:
    heavy = weighed(6_000, FIRM, draft_policy())
    assert "SUM_NOT_OF_LAW" in codes(unpunished(heavy, person))
    light = with_facts(heavy, act=replace(heavy.act, excess_load=None))
    assert "SUM_NOT_OF_LAW" in codes(light)


@pytest.mark.parametrize("kind", ["individual", "small"])
def test_a_part_that_names_no_sum_for_a_class_asks_nothing_of_it(kind: str) -> None:
    """Without the sum of one class, one MCI is as wrong for it as any."""
    policy = draft_policy()
    draft = weighed(6_000, SIZES[kind], policy)
    part = draft.rule
    assert part is not None
    assert isinstance(part.mci, tuple)
    named = tuple(
        replace(step, mci={whose: mci for whose, mci in step.mci.items() if whose != kind})
        for step in part.mci
        if isinstance(step.mci, dict)
    )
    changed = drafts.draft(replace(draft.decision, mci_count=1), LAW, policy)
    vars(changed)["rule"] = replace(part, mci=named)  # as if the law's data had said so
    assert "SUM_NOT_OF_LAW" in codes(changed)


# --- speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [0, 200])
@pytest.mark.parametrize("tolerance", ["subtract_error", "none"])
@pytest.mark.parametrize("limit", [6_000, 6_050])
def test_an_excess_is_whole_kilometres_rounded_for_the_driver_at_both_ends(
    error: int, tolerance: str, limit: int
) -> None:
    policy = policy_of(tolerance=tolerance)
    for value in (8_300, 8_299, 8_301):
        measured = Measurement(kind="speed", value_kmh100=value, error_kmh100=error, limit_kmh100=limit)
        draft = drawn(seen(samples.checked(), measurement=measured), policy)
        assert draft.act.excess_kmh is not None
        assert codes(draft) == set()
        for other in (draft.act.excess_kmh - 1, draft.act.excess_kmh + 1):
            assert "EXCESS_NOT_OF_MEASUREMENT" in codes(said(draft, excess_kmh=other))


def over(entry_off_us: int, exit_off_us: int, length_mm: int, length_error_mm: int, error_kmh100: int) -> Draft:
    """A drive of two minutes over a section, both clocks off."""
    checked = drafts.driven()
    run = checked.passage.section
    assert run is not None
    section = replace(
        run.section, length_mm=length_mm, length_error_mm=length_error_mm, error_kmh100=error_kmh100, limit_kmh100=6_000
    )
    entry = replace(run.entry, event=replace(run.entry.event, clock_offset_us=entry_off_us))
    leaving = replace(checked.passage, section=None, event=replace(checked.passage.event, clock_offset_us=exit_off_us))
    driven = run_of(section, entry, leaving)
    assert driven is not None
    passage = replace(leaving, passage_id=run_id(entry.passage_id, leaving.passage_id), section=driven)
    return drawn(replace(checked, passage=passage), POLICY)


def stated(draft: Draft, **changes: int) -> set[str]:
    """What is found where the average says something else, in the passage and in the act."""
    run = draft.passage.section
    assert run is not None
    measured = replace(run.measurement, **changes)
    passage = replace(draft.passage, section=replace(run, measurement=measured))
    checked = replace(draft.decision.checked, passage=passage)
    return codes(
        with_facts(
            draft,
            decision=replace(draft.decision, checked=checked),
            act=replace(draft.act, measurement=measured),
        )
    )


@pytest.mark.parametrize("off", [(0, 0), (400_000, -300_000), (-400_000, 0), (0, 300_000)])
@pytest.mark.parametrize(("length_mm", "error_mm"), [(3_000_000, 0), (3_000_007, 0), (3_000_000, 3_000)])
def test_an_average_is_of_length_and_time_and_its_error_of_all_they_may_be_wrong_by(
    off: tuple[int, int], length_mm: int, error_mm: int
) -> None:
    draft = over(*off, length_mm, error_mm, 0)
    run = draft.passage.section
    assert run is not None
    value, error = run.measurement.value_kmh100, run.measurement.error_kmh100
    assert "EXCESS_NOT_OF_MEASUREMENT" not in codes(draft)
    assert "EXCESS_NOT_OF_MEASUREMENT" not in stated(draft, error_kmh100=error)
    assert "EXCESS_NOT_OF_MEASUREMENT" in stated(draft, error_kmh100=error - 1)
    for wrong in (value - 1, value + 1):
        assert "EXCESS_NOT_OF_MEASUREMENT" in stated(draft, value_kmh100=wrong, error_kmh100=error + 1)


def test_an_averages_error_is_at_least_what_its_verification_states() -> None:
    draft = over(0, 0, 3_000_000, 0, 100)
    run = draft.passage.section
    assert run is not None
    assert run.measurement.error_kmh100 == 100
    assert "EXCESS_NOT_OF_MEASUREMENT" in stated(draft, error_kmh100=99)


def test_no_average_is_of_a_drive_without_a_duration() -> None:
    draft = over(0, 0, 3_000_000, 0, 0)
    run = draft.passage.section
    assert run is not None
    entry = replace(run.entry, event=replace(run.entry.event, captured_us=draft.event.captured_us))
    passage = replace(draft.passage, section=replace(run, entry=entry))
    still = with_facts(
        draft, decision=replace(draft.decision, checked=replace(draft.decision.checked, passage=passage))
    )
    assert "EXCESS_NOT_OF_MEASUREMENT" in codes(still)


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("corner", "within"),
    [
        ({"lat_e7": 405_000_000}, True),
        ({"lat_e7": 404_999_999}, False),
        ({"lat_e7": 555_000_000}, True),
        ({"lat_e7": 555_000_001}, False),
        ({"lon_e7": 464_000_000}, True),
        ({"lon_e7": 463_999_999}, False),
        ({"lon_e7": 874_000_000}, True),
        ({"lon_e7": 874_000_001}, False),
    ],
)
def test_the_countrys_borders_are_within_it(corner: dict[str, int], within: bool) -> None:
    place = replace(samples.PLACE, **corner)
    there = heard(seen(samples.checked(), place=place), device=replace(samples.DEVICE, place=place))
    assert ("PLACE_NOT_REGISTERED" not in codes(drawn(there, POLICY))) == within


# --- registers -------------------------------------------------------------------------------------------------------


def asked(draft: Draft, said_so: Callable[[int], Any], *after_us: int, **policy: Any) -> set[str]:
    """What is found where a register of papers was asked so long after the passage and said so."""
    (first, *_) = draft.decision.checked.rounds
    system = "insurance" if draft.act.part == "230(2)" else "inspection"
    rounds = tuple(
        replace(first, asked_us=at_us, **{system: said_so(at_us)})
        for at_us in (samples.CAPTURED_US + later for later in after_us)
    )
    changed = ruled(draft, checked=replace(draft.decision.checked, rounds=rounds))
    return codes(with_facts(changed, policy=replace(changed.policy, **policy)))


def none_there(at_us: int) -> NoRecord:
    return NoRecord(system="insurance", asked_us=at_us, as_of_us=samples.CAPTURED_US)


@pytest.mark.parametrize("draft", [UNINSURED, UNINSPECTED], ids=["insurance", "inspection"])
def test_there_is_none_is_said_twice_and_policys_delay_apart(draft: Draft) -> None:
    wrong = {"PART_NOT_OF_FINDING"}
    assert asked(draft, none_there, 0, DAY_US) == set()
    assert asked(draft, none_there, 0, 3_600_000_000, DAY_US) == set()
    assert asked(draft, none_there, 0, DAY_US - 1) == wrong
    assert asked(draft, none_there, 0) == wrong
    assert asked(draft, none_there, 0, requery_delay_s=0) == wrong
    assert asked(draft, none_there, 3_600_000_000, 3_600_000_000 + DAY_US - 1) == wrong


def insured(from_us: int, to_us: int, *, whole_days: bool = False) -> Callable[[int], Insurance]:
    contract = replace(samples.INSURANCE.policies[0], valid_from_us=from_us, valid_to_us=to_us, whole_days=whole_days)

    def answer(at_us: int) -> Insurance:
        return replace(samples.INSURANCE, asked_us=at_us, policies=(contract,))

    return answer


THEN = samples.CAPTURED_US
MORNING, EVENING = start_of_day_us(date(2026, 4, 6)), end_of_day_us(date(2026, 4, 6)) - 1


@pytest.mark.parametrize(
    ("contract", "covers"),
    [
        (insured(THEN, THEN + DAY_US), True),
        (insured(THEN - DAY_US, THEN), True),
        (insured(THEN + 1, THEN + DAY_US), False),
        (insured(THEN - DAY_US, THEN - 1), False),
        (insured(THEN + 1, THEN + DAY_US, whole_days=True), True),
        (insured(THEN - DAY_US, THEN - 1, whole_days=True), True),
        (insured(EVENING + 1, THEN + 2 * DAY_US, whole_days=True), False),
        (insured(THEN - 2 * DAY_US, MORNING - 1, whole_days=True), False),
    ],
)
def test_a_contract_covers_its_first_and_last_instant_and_day(
    contract: Callable[[int], Insurance], covers: bool
) -> None:
    assert asked(UNINSURED, contract, 0, DAY_US) == ({"PART_NOT_OF_FINDING"} if covers else set())


@pytest.mark.parametrize(
    ("passed_on", "valid_to", "lapsed"),
    [
        (date(2025, 4, 5), date(2026, 4, 5), True),
        (date(2025, 4, 6), date(2026, 4, 6), False),
        (date(2026, 4, 6), date(2026, 4, 5), True),
        (date(2026, 4, 7), date(2026, 4, 5), False),
    ],
)
def test_an_inspection_counts_from_its_day_to_the_end_of_its_last(
    passed_on: date, valid_to: date, lapsed: bool
) -> None:
    def card(at_us: int) -> Inspection:
        return Inspection(
            system="inspection", asked_us=at_us, as_of_us=THEN, card="T-1", passed_on=passed_on, valid_to=valid_to
        )

    assert asked(UNINSPECTED, card, 0, DAY_US) == (set() if lapsed else {"PART_NOT_OF_FINDING"})


@pytest.mark.parametrize(
    ("part", "in_force_on", "counts"),
    [
        ("592(2)", date(2026, 4, 5), True),
        ("592(2)", date(2026, 4, 6), False),
        ("599(1)", date(2026, 4, 5), False),
    ],
)
def test_only_an_earlier_penalty_of_that_part_makes_a_repetition(part: str, in_force_on: date, counts: bool) -> None:
    prior = replace(PRIOR, part=part, in_force_on=in_force_on)
    found = codes(told(REPEATED, penalties=replace(samples.PENALTIES, prior=(prior,))))
    assert ("PART_NOT_OF_FINDING" not in found) == counts


def test_a_speed_that_nobody_measured_is_no_finding() -> None:
    assert "PART_NOT_OF_FINDING" in codes(ruled(SEEN, part="592(2)", mci_count=10))
    assert "PART_NOT_OF_FINDING" in codes(happened(SEEN, violation=None))


def test_a_month_later_is_the_same_day() -> None:
    assert _months_later(date(2026, 4, 6), 2) == date(2026, 6, 6)
    assert _months_later(date(2026, 4, 1), 2) == date(2026, 6, 1)
    assert _months_later(date(2026, 11, 30), 2) == date(2027, 1, 30)
