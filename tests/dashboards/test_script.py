"""The demonstration's script: deterministic, whole, consistent with the registers, and lawful in what it expects."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.calendar import start_of_day_us
from adjudication.decide import decide
from adjudication.facts import Media, PlateReading, QualityFlag, VehicleSighting
from adjudication.messages import CaseDecided, EventCaptured, PassageChecked, PassageClosed, PassageObserved
from adjudication.plates import classify, country
from dashboards.demo.expected import Expected, auto, review
from dashboards.demo.kinds import KINDS
from dashboards.demo.script import Script, ScriptedPassage, write_script
from ingest.clock import VirtualClock
from ingest.devices import DeviceKey, DevicesInMemory, EnrolledDevice, StateSince
from ingest.stage import Position, Received, Stage
from integrations.crosscheck import crosscheck
from integrations.lawfiles import load_law, load_policy
from integrations.simulators.population import Population
from integrations.simulators.registries import PopulationRegistries
from tests import samples
from vision.scene import truth_of

POPULATION = Population(seed=11, size=2000)
NOON_US = start_of_day_us(POPULATION.today) + 12 * 3_600_000_000
PICTURE = Media(role="violation", sha256="0" * 64, bytes=1, captured_us=NOON_US)
SEEDS = st.integers(0, 2**32)


@cache
def script(seed: int) -> Script:
    return write_script(seed, POPULATION)


def enrolled(script: Script) -> DevicesInMemory:
    return DevicesInMemory(
        EnrolledDevice(
            device_id=device.device_id,
            serial=device.serial,
            model=device.model,
            kind="measuring" if device.measures else "non_measuring",
            operator="Operator",
            place=device.place,
            conformity_certificate=device.conformity_certificate,
            conformity_valid_to=device.conformity_valid_to,
            keys=(DeviceKey(public_key="0" * 64, valid_from_us=0),),
            states=(StateSince(state="active", since_us=0),),
            verifications=device.verifications,
        )
        for device in script.devices
    )


def header_of(script: Script, passage: ScriptedPassage, captured_us: int) -> EventCaptured:
    """The event as the camera writes it (dashboards/demo/world.py)."""
    return EventCaptured(
        event=f"demo-{passage.number}",
        device_id=passage.device.device_id,
        sequence=passage.number,
        captured_us=captured_us,
        clock_offset_us=passage.clock_offset_us,
        place=passage.device.place,
        lane=passage.lane,
        direction=passage.direction,
        media=(replace(PICTURE, captured_us=captured_us),),
        measurement=passage.measurement,
        violation=passage.violation,
        standing_traffic=passage.kind.standing_traffic,
        verification=passage.device.verifications[-1] if passage.device.verifications else None,
        reading=script.reading(passage, script.scene(passage, captured_us)),
    )


def perfectly_seen(script: Script, passage: ScriptedPassage, captured_us: int) -> list[PassageObserved]:
    """What eyes that never err would make of the passage: one observation for each vehicle the event can mean."""
    scene = script.scene(passage, captured_us)
    header = header_of(script, passage, captured_us)
    named = header.measurement is not None or header.violation is not None
    vehicles = truth_of(scene).vehicles
    flags: tuple[QualityFlag, ...] = ("device_disagrees",) if passage.kind.hint == "wrong" else ()
    observed = []
    for ordinal, truth in enumerate(vehicles[:1] if named else vehicles):
        text = truth.plate_text or ""
        formats = classify(text)
        plate = PlateReading(
            text=text,
            format_id=formats[0].id,
            country=country(formats),
            confidence_bp=9_999,
            characters_bp=(9_999,) * len(text),
            box=None,
            picture=0,
            source="vision",
            second=text,
            second_confidence_bp=9_000,
        )
        sighting = VehicleSighting(vehicle_class=truth.vehicle_class, confidence_bp=9_000, box=truth.box, picture=0)
        read = plate if truth.readable else None
        observed.append(
            observation(header, ordinal, plate=read, vehicle=sighting, candidates=len(vehicles), flags=flags)
        )
    return observed or [observation(header, 0, plate=None, vehicle=None, candidates=0, flags=flags)]


def observation(header, ordinal, *, plate, vehicle, candidates, flags) -> PassageObserved:
    event_id = ids.event_id(header.device_id, header.sequence)
    return PassageObserved(
        passage_id=ids.passage_id(event_id, ordinal),
        event_id=event_id,
        ordinal=ordinal,
        event=header,
        plate=plate,
        vehicle=vehicle,
        candidates=candidates,
        quality=flags,
        reader="perfect",
        also_read_by="perfect too",
    )


def settled(stage: Stage, clock: VirtualClock, observed: PassageObserved) -> list[CaseDecided | PassageClosed]:
    """The last decision of each case after the second asking."""
    (first,) = stage.handle([Received(observed, Position("t", 0, 0), "k")])
    clock.advance_s(10)
    (second,) = stage.handle([Received(first.message, Position("t", 0, 1), "k")])
    law, policy = load_law(), load_policy("demo")
    last: dict[str, CaseDecided | PassageClosed] = {}
    for checked in (first.message, second.message):
        assert isinstance(checked, PassageChecked)
        for outcome in decide(checked, (), law, policy):
            last[outcome.case_id if isinstance(outcome, CaseDecided) else "closed"] = outcome
    return list(last.values())


@pytest.mark.parametrize("seed", [1, 2, 20_261_122])
def test_a_perfect_reader_and_the_law_come_to_exactly_what_the_script_expects(seed: int) -> None:
    clock = VirtualClock(NOON_US)
    asking = crosscheck(
        PopulationRegistries(POPULATION, clock), enrolled(script(seed)), clock, str, samples.finding("demo")
    )
    stage = samples.remembering(asking)
    for passage in script(seed).passages:
        captured_us = clock() - passage.age_s * 1_000_000
        outcomes = [
            outcome
            for observed in perfectly_seen(script(seed), passage, captured_us)
            for outcome in settled(stage, clock, observed)
        ]
        cases = [outcome for outcome in outcomes if isinstance(outcome, CaseDecided)]
        told = [(case.part, case.route, case.reason) for case in cases]
        assert passage.expected.compare(cases) == "expected", (passage.kind.name, told)
        assert len(cases) == len(passage.expected.cases), (passage.kind.name, told)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_same_seed_writes_the_same_script_and_every_script_has_every_kind(seed: int) -> None:
    written = write_script(seed, POPULATION)
    assert written == write_script(seed, POPULATION)
    assert len(written.passages) == 200
    assert {passage.kind.name for passage in written.passages} == {kind.name for kind in KINDS}
    assert len({passage.number for passage in written.passages}) == 200


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_no_vehicle_passes_twice_and_all_but_foreign_ones_are_registered(seed: int) -> None:
    drawn = [v.plate.text for p in write_script(seed, POPULATION).passages for v in p.stage.vehicles if v.plate]
    assert max(Counter(drawn).values()) == 1
    for passage in write_script(seed, POPULATION).passages:
        if passage.kind.profiles:
            assert POPULATION.by_plate[passage.plate].profile in passage.kind.profiles
        elif passage.plate:
            assert not any(fitting.country == "KZ" for fitting in classify(passage.plate))


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_a_measured_value_less_its_error_exceeds_the_limit_as_its_kind_says(seed: int) -> None:
    for passage in write_script(seed, POPULATION).passages:
        measured = passage.measurement
        assert (measured is not None) == (passage.kind.facts == "speed")
        if measured is not None:
            excess = (measured.value_kmh100 - measured.error_kmh100) // 100 - measured.limit_kmh100 // 100
            low, high = passage.kind.excess
            assert low <= excess <= high
            assert passage.device.measures


def test_twenty_cameras_have_their_own_serials_and_places_and_one_verification_has_lapsed() -> None:
    devices = script(1).devices
    assert len(devices) == len({d.serial for d in devices}) == len({d.place.place_id for d in devices}) == 20
    lapsed = [d for d in devices if d.verifications and d.verifications[-1].valid_to < POPULATION.today]
    assert [d.kind for d in lapsed] == ["lapsed"]
    assert all(d.verifications for d in devices if d.measures)


def test_of_two_hundred_passages_most_are_clear_offences_and_some_are_none() -> None:
    clear = [p for p in script(1).passages if p.expected.clear]
    none = [p for p in script(1).passages if not p.expected.cases]
    assert 120 <= len(clear) <= 150
    assert 20 <= len(none) <= 40


def test_every_header_is_one_the_door_could_take() -> None:
    for passage in script(3).passages:
        header = header_of(script(3), passage, NOON_US)
        reading = header.reading
        assert codec.decode_message(codec.encode(header)) == header
        assert (reading is None) == (not passage.reads)
        if reading is not None and passage.kind.hint != "wrong":
            assert reading.plate == passage.plate


def test_the_scene_is_lit_by_the_civil_hour_and_bears_place_time_and_speed() -> None:
    passage = next(p for p in script(1).passages if p.measurement)
    assert script(1).scene(passage, NOON_US).daylight == "day"
    assert script(1).scene(passage, NOON_US + 12 * 3_600_000_000).daylight == "night"
    caption = " ".join(script(1).scene(passage, NOON_US).caption)
    assert passage.device.place.title_kk in caption
    assert "12:00:00 +05" in caption
    assert "км/сағ" in caption
    assert passage.plate not in caption


def test_too_small_a_population_is_an_error() -> None:
    with pytest.raises(LookupError):
        write_script(1, Population(seed=11, size=100))


SCRIPTED = Expected((auto("592(2)"), review("230(2)", "SIZE_UNKNOWN")))


@pytest.mark.parametrize(
    ("decided", "verdict"),
    [
        ([("592(2)", "auto", "CLEAR"), ("230(2)", "review", "SIZE_UNKNOWN")], "expected"),
        ([("592(2)", "review", "PLATE_UNSURE"), ("230(2)", "review", "SIZE_UNKNOWN")], "reviewed"),
        ([("592(2)", "auto", "CLEAR")], "missed"),
        ([], "missed"),
        ([("592(3)", "auto", "CLEAR"), ("230(2)", "review", "SIZE_UNKNOWN")], "wrong"),
        ([("592(2)", "auto", "CLEAR"), ("230(2)", "auto", "CLEAR")], "wrong"),
        ([("592(2)", "reject", "LAPSED_VERIFICATION"), ("230(2)", "review", "SIZE_UNKNOWN")], "wrong"),
        ([("592(2)", "auto", "CLEAR"), ("230(2)", "wait", "SECOND_ASK_DUE")], "unfinished"),
    ],
)
def test_a_comparison_tells_the_worst_that_happened(decided, verdict) -> None:
    assert SCRIPTED.compare_words(decided) == verdict


def test_a_passage_without_an_offence_may_be_closed_or_reviewed_and_never_fined() -> None:
    assert Expected().compare_words([]) == "expected"
    assert Expected().compare_words([("592(1)", "review", "PLATE_UNSURE")]) == "reviewed"
    assert Expected().compare_words([("592(1)", "auto", "CLEAR")]) == "wrong"
    assert not Expected().clear
