"""Average speed between two points: computed in the driver's favour, proved at both ends, judged by a person."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import NoRecord
from adjudication.decide import decide
from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef, Measurement, Officer
from adjudication.forming import form_act
from adjudication.messages import CaseDecided, PassageChecked, PassageObserved, ReviewRecorded
from adjudication.sections import average, latest_entry, run_of
from integrations.lawfiles import load_law, load_policy
from tests import samples
from tests.proofs import BODY

LAW, POLICY = load_law(), load_policy("default")
MINUTE_US = 60_000_000
ENTRY_PLACE = replace(samples.PLACE, place_id="ala-016", lat_e7=432_500_000)
ENTRY_DEVICE = replace(samples.DEVICE, device_id="cam-0", serial="SN-0000", place=ENTRY_PLACE)


def end(device_id: str, at_us: int, plate: str = "489AAC02", **event: Any) -> PassageObserved:
    """A passage of an end of the section, of which the device itself measured nothing."""
    place = ENTRY_PLACE if device_id == "cam-0" else samples.PLACE
    passage = samples.passage(1, plate)
    header = replace(
        passage.event, **{"device_id": device_id, "captured_us": at_us, "place": place, "measurement": None} | event
    )
    event_id = ids.event_id(device_id, 1)
    return replace(passage, event=header, event_id=event_id, passage_id=ids.passage_id(event_id, at_us))


def entering(minutes: float = 2.0, **event: Any) -> PassageObserved:
    """So long before the exit."""
    return end("cam-0", samples.CAPTURED_US - round(minutes * MINUTE_US), **event)


LEAVING = end("cam-1", samples.CAPTURED_US)


def ran(entry: PassageObserved | None = None, leaving: PassageObserved = LEAVING) -> PassageObserved:
    """The passage of a run: 3 km in two minutes, 90 km/h on the average, where 60 is allowed."""
    entry = entry or entering()
    run = run_of(samples.SECTION, entry, leaving)
    assert run is not None
    return replace(leaving, passage_id=ids.run_id(entry.passage_id, leaving.passage_id), section=run)


def checked(passage: PassageObserved, **answers: Any) -> PassageChecked:
    ordinary = samples.checked()
    rounds = (replace(ordinary.rounds[0], **{"entry_device": ENTRY_DEVICE} | answers),)
    return replace(ordinary, passage=passage, rounds=rounds)


def decided(passage: PassageObserved, *reviews: ReviewRecorded, **answers: Any) -> CaseDecided:
    (case,) = decide(checked(passage, **answers), reviews, LAW, POLICY)
    assert isinstance(case, CaseDecided)
    return case


def confirmed(case: CaseDecided) -> ReviewRecorded:
    return ReviewRecorded(
        review_id=ids.stable_id("review", case.decision_id),
        case_id=case.case_id,
        decision_id=case.decision_id,
        officer=Officer(login="o-1", full_name="A B", body_id="01"),
        at_us=samples.CAPTURED_US + MINUTE_US,
        verdict="confirm",
        reason="",
        note="",
        plate=None,
        checked=case.checked,
    )


def reasons(case: CaseDecided) -> set[str]:
    return {value for step in case.trace for name, value in step.values if name == "reason"}


def test_three_kilometres_in_two_minutes_are_ninety_less_what_length_and_clocks_may_be_wrong_by() -> None:
    events = entering(clock_offset_us=200_000).event, replace(LEAVING.event, clock_offset_us=-300_000)
    exact = replace(samples.SECTION, error_kmh100=0)
    measured = average(exact, *events)
    assert measured is not None
    assert measured.value_kmh100 == 9_000
    assert measured.value_kmh100 - measured.error_kmh100 == 8_953, "2,997 m in 120.5 s"
    stated = average(samples.SECTION, *events)
    assert stated == replace(measured, error_kmh100=100), "the verification states more"


@given(
    st.integers(1, 3_600_000_000), st.integers(100_000, 50_000_000), st.integers(0, 5_000_000), st.integers(0, 100_000)
)
def test_what_is_left_after_the_error_is_never_faster_than_the_slowest_the_drive_can_have_been(
    apart_us: int, length_mm: int, clock_us: int, wrong_mm: int
) -> None:
    section = replace(samples.SECTION, length_mm=length_mm, length_error_mm=min(wrong_mm, length_mm))
    entry = end("cam-0", samples.CAPTURED_US - apart_us, clock_offset_us=-clock_us)
    measured = average(section, entry.event, LEAVING.event)
    if measured is None:
        assert length_mm * 360_000 / apart_us > 50_000
        return
    shortest_km, longest_h = (section.length_mm - section.length_error_mm) / 1e6, (apart_us + clock_us) / 3.6e9
    assert (measured.value_kmh100 - measured.error_kmh100) / 100 <= shortest_km / longest_h
    assert measured.error_kmh100 >= section.error_kmh100


@pytest.mark.parametrize(
    ("entry", "leaving"),
    [
        (entering(3.0), LEAVING),
        (entering(2.0, clock_offset_us=None), LEAVING),
        (entering(), replace(LEAVING, event=replace(LEAVING.event, clock_offset_us=None))),
        (entering(-1.0), LEAVING),
        (entering(0.0), LEAVING),
        (entering(0.1), LEAVING),
        (replace(entering(), plate=samples.passage(1, "777AAA02").plate), LEAVING),
        (replace(entering(), plate=None), LEAVING),
        (end("cam-7", samples.CAPTURED_US - MINUTE_US), LEAVING),
        (entering(), end("cam-1", -1)),
    ],
    ids=[
        "lawful",
        "no clock",
        "no clock",
        "backwards",
        "at once",
        "1,800 km/h",
        "another",
        "unread",
        "elsewhere",
        "before",
    ],
)
def test_what_is_no_drive_above_the_limit_leaves_no_trace(entry: PassageObserved, leaving: PassageObserved) -> None:
    assert run_of(samples.SECTION, entry, leaving) is None


def test_a_section_counts_from_its_day_until_it_was_changed() -> None:
    entered_us = samples.CAPTURED_US - 2 * MINUTE_US
    for changed in ({"since_us": entered_us + 1}, {"to_us": samples.CAPTURED_US}):
        assert run_of(replace(samples.SECTION, **changed), entering(), LEAVING) is None
    assert run_of(replace(samples.SECTION, since_us=entered_us, to_us=samples.CAPTURED_US + 1), entering(), LEAVING)


def test_of_several_entries_the_last_before_the_exit_is_taken() -> None:
    passages = (entering(9.0), entering(2.0), entering(5.0), entering(-1.0), end("cam-7", samples.CAPTURED_US - 1))
    assert latest_entry(passages, samples.SECTION, LEAVING) == passages[1]


def test_an_average_speed_goes_to_an_officer_who_compares_both_ends_and_whose_word_makes_the_act() -> None:
    case = decided(ran())
    assert (case.route, case.reason, case.part, case.excess_kmh) == ("review", "SECTION_COMPARED", "592(2)", 29)
    settled = decided(ran(), confirmed(case))
    assert (settled.route, settled.reason) == ("auto", "CONFIRMED")
    formed = partial(
        form_act, law=LAW, body=BODY, number="01-2026-000000001", generation=0, formed_us=samples.CAPTURED_US + 2
    )
    record = EvidenceRef(
        role="record",
        sha256=samples.SHA,
        address_sha256=samples.SHA,
        key_id="0" * 32,
        bytes=1,
        captured_us=samples.CAPTURED_US,
    )
    with pytest.raises(Invalid, match="act-incomplete"):
        formed(settled, (record,))
    unasked = replace(settled.checked, rounds=(replace(settled.checked.rounds[0], entry_device=None),))
    with pytest.raises(Invalid, match="device at the section's entry"):
        formed(replace(settled, checked=unasked), (record, record))
    act = formed(settled, (record, record))
    assert act.section is not None
    assert act.measurement == ran().measurement
    assert (act.section.entry, act.section.device.serial) == (ENTRY_PLACE, "SN-0000")
    assert act.section.device.verification == samples.VERIFICATION
    assert act.section.entered_us == samples.CAPTURED_US - 2 * MINUTE_US


LAPSED = replace(samples.VERIFICATION, valid_to=date(2026, 4, 5))
DOUBTS: list[tuple[str, str, dict[str, Any]]] = [
    ("reject", "DEVICE_UNKNOWN", {"entry_device": NoRecord(system="devices", asked_us=0, as_of_us=0)}),
    ("reject", "DEVICE_ELSEWHERE", {"entry_device": replace(ENTRY_DEVICE, place=samples.PLACE)}),
    ("reject", "LAPSED_VERIFICATION", {"entry_device": replace(ENTRY_DEVICE, verification=None)}),
    ("reject", "LAPSED_VERIFICATION", {"entry_device": replace(ENTRY_DEVICE, verification=LAPSED)}),
    ("reject", "NOT_A_MEASURING_DEVICE", {"entry_device": replace(ENTRY_DEVICE, kind="non_measuring")}),
    ("reject", "LAPSED_VERIFICATION", {"device": replace(samples.DEVICE, verification=None)}),
]


@pytest.mark.parametrize(("route", "reason", "answers"), DOUBTS)
def test_the_device_at_the_entry_is_held_to_what_the_one_at_the_exit_is(
    route: str, reason: str, answers: dict[str, Any]
) -> None:
    case = decided(ran(), **answers)
    assert (case.route, case.reason) == (route, reason)


def test_an_entry_that_nobody_asked_about_is_of_no_device() -> None:
    case = decided(ran(), entry_device=None)
    assert (case.route, case.reason) == ("reject", "DEVICE_UNKNOWN")


def test_a_clock_wrong_at_either_end_is_a_doubt_that_nobody_confirms_away() -> None:
    case = decided(ran(entering(2.0, clock_offset_us=POLICY.edition[0].clock_offset_us + 1)))
    assert "CLOCK_UNSURE" in reasons(case)
    assert decided(case.checked.passage, confirmed(case)).route == "review"


def test_the_day_of_the_entry_is_the_one_its_verification_must_cover() -> None:
    midnight_us = samples.CAPTURED_US - 8 * 60 * MINUTE_US
    entry, leaving = end("cam-0", midnight_us - MINUTE_US), end("cam-1", midnight_us + MINUTE_US)
    until_midnight = replace(ENTRY_DEVICE, verification=LAPSED)
    case = decided(ran(entry, leaving), entry_device=until_midnight)
    assert case.reason == "SECTION_COMPARED"


def test_a_corrected_plate_is_not_that_of_the_entry_and_ends_the_run() -> None:
    passage = ran()
    assert passage.plate is not None
    other = replace(passage, plate=replace(passage.plate, text="777AAA02", second="777AAA02"))
    case = decided(other, vehicle=replace(samples.VEHICLE, plate="777AAA02"))
    assert (case.route, case.reason) == ("reject", "SECTION_PLATES_DIFFER")


@pytest.mark.parametrize("at", ["entry", "exit"])
def test_a_drive_measured_at_a_point_as_well_is_said_to_be_so(at: str) -> None:
    fast = Measurement(kind="speed", value_kmh100=8_300, error_kmh100=200, limit_kmh100=6_000)
    measured = replace(LEAVING, event=replace(LEAVING.event, measurement=fast))
    passage = ran(entering(measurement=fast)) if at == "entry" else ran(leaving=measured)
    assert "SECTION_ALSO_MEASURED" in reasons(decided(passage))
    assert "SECTION_ALSO_MEASURED" not in reasons(decided(ran()))


def test_a_run_is_looked_at_for_its_speed_alone_and_is_a_case_of_its_own() -> None:
    fast = Measurement(kind="speed", value_kmh100=9_300, error_kmh100=200, limit_kmh100=6_000)
    leaving = replace(LEAVING, event=replace(LEAVING.event, measurement=fast, violation="red_light"))
    (point, *others) = decide(checked(leaving), (), LAW, POLICY)
    assert isinstance(point, CaseDecided)
    assert others, "the exit's own passage is looked at for all of it"
    run = decided(ran(leaving=leaving))
    assert run.case_id != point.case_id
    assert run.part == point.part == "592(2)"


def test_a_run_that_no_part_punishes_is_closed_as_such() -> None:
    (closed,) = decide(checked(ran(entering(2.6))), (), LAW, POLICY)
    assert closed.outcome == "NO_CORPUS"  # type: ignore[union-attr]


def test_before_the_law_knew_average_speeds_there_is_no_offence() -> None:
    before_us = samples.CAPTURED_US - 600 * 86_400_000_000
    entry, leaving = end("cam-0", before_us - 2 * MINUTE_US), end("cam-1", before_us)
    (closed,) = decide(checked(ran(entry, leaving)), (), LAW, POLICY)
    assert closed.outcome == "NO_CORPUS"  # type: ignore[union-attr]
