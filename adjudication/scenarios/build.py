"""Short facts to a whole checked passage: everything not said is ordinary, and made up in one place."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import (
    Answers,
    Device,
    DeviceAnswer,
    Inspection,
    Insurance,
    NoRecord,
    Penalties,
    Person,
    PersonStanding,
    Policy,
    PriorPenalty,
    SizeClass,
    System,
    Unanswered,
    Vehicle,
)
from adjudication.calendar import civil_day, end_of_day_us, instant_us, start_of_day_us
from adjudication.facts import (
    Box,
    Elsewhere,
    LoadMeasurement,
    Measurement,
    Media,
    Officer,
    Place,
    PlateReading,
    RepeatedPicture,
    SignedLimit,
    SpeedEstimate,
    VehicleClass,
    VehicleSighting,
    Verification,
    ViolationCode,
)
from adjudication.messages import (
    CaseDecided,
    EventCaptured,
    PassageChecked,
    PassageObserved,
    ReviewRecorded,
    StatementDecided,
)
from adjudication.plates import classify, country
from adjudication.possession import named_by
from adjudication.scenarios.format import ScenarioFacts
from adjudication.scenarios.names import SYSTEMS
from adjudication.units import MICROS_PER_SECOND, Micros

ASKED_AFTER_US = 60 * MICROS_PER_SECOND
"""The registers are asked a minute after the passage, or after the possessor was established."""
OWNER = {"individual": "900101300017", "legal_person": "070640013540"}
HOLDER = {"individual": "900101400013", "legal_person": "100140001231"}
POSSESSOR = {"individual": "900101330009", "legal_person": "120240000000"}
PLACE = Place(
    place_id="p-1", title_kk="Үлгі", title_ru="Пример", district_code="197512", lat_e7=432_319_000, lon_e7=767_798_100
)
SEEN_AS: dict[str, VehicleClass] = {
    **dict.fromkeys(("M1", "N1"), "car"),
    **dict.fromkeys(("M2", "M3"), "bus"),
    **dict.fromkeys(("N2", "N3"), "truck"),
    **dict.fromkeys(("L1", "L2", "L3", "L4", "L5", "L6", "L7"), "motorcycle"),
}
"""How a vehicle of a category ordinarily looks. A trailer has no class of its own."""
OFFICER = Officer(login="scenario", full_name="Scenario", body_id="01")
MEASURED: dict[str, Literal["speed", "section_speed"]] = {"speed": "speed", "section_speed": "section_speed"}
REPORTS: dict[str, ViolationCode] = {code: code for code in get_args(ViolationCode)}
"""A scenario calls what a device reports as the device does."""
REGISTERED_WITH: dict[str, Literal["civil", "military_police", "diplomatic"]] = {
    "civil": "civil",
    "military police": "military_police",
    "military_police": "military_police",
    "diplomatic": "diplomatic",
}


def checked_passage(facts: ScenarioFacts) -> PassageChecked:
    """The passage of the facts with the registers' first answers; with a possessor, what they say of that person."""
    event = _event(facts)
    event_id = ids.event_id(event.device_id, event.sequence)
    passage = PassageObserved(
        passage_id=ids.passage_id(event_id, 0),
        event_id=event_id,
        ordinal=0,
        event=event,
        plate=_plate(facts),
        vehicle=_sighting(facts),
        candidates=facts.candidates,
        quality=facts.quality,
        reader="scenario",
        second_speed=_second_speed(facts),
        also_read_by="second-scenario",
    )
    asked_us = event.captured_us if facts.possessor is None else instant_us(facts.possessor.at)
    return PassageChecked(
        checked_id=ids.checked_id(passage.passage_id, 1),
        passage=passage,
        rounds=(answers(facts, asked_us + ASKED_AFTER_US),),
        elsewhere=_elsewhere(facts, event.captured_us),
        repeated=_repeated(facts, event.captured_us),
    )


def owners_facts(facts: ScenarioFacts) -> ScenarioFacts:
    """The same passage as it was before its owner was released: what is said of registers is of the possessor."""
    return replace(facts, possessor=None, previous=(), unanswered=(), no_record=())


def against(facts: ScenarioFacts, owners: CaseDecided) -> PassageChecked:
    """The passage with the registers' first answers about who was found to possess the vehicle, as `owners` goes on."""
    assert facts.possessor is not None
    established = StatementDecided(
        case_id=owners.case_id,
        at_us=instant_us(facts.possessor.at),
        reference="S-1",
        established=True,
        possessor=_liable(facts).number,
        proof="P-1",
    )
    named = named_by(owners, "DELIVERED", established)
    assert named is not None
    return asked(replace(checked_passage(facts), possessor=named.possessor))


def asked_again(checked: PassageChecked, facts: ScenarioFacts, at_us: Micros) -> PassageChecked:
    """The passage with one more round of answers."""
    return asked(replace(checked, rounds=(*checked.rounds, answers(facts, at_us))))


def asked(checked: PassageChecked) -> PassageChecked:
    """The passage under the name of its rounds of answers, and of whom they are about."""
    against = () if checked.possessor is None else (checked.possessor.case_id,)
    return replace(checked, checked_id=ids.checked_id(checked.passage.passage_id, len(checked.rounds), *against))


def verdict(case: CaseDecided, at_us: Micros, *, confirms: bool, reason: str = "") -> ReviewRecorded:
    """An officer's verdict on a decision."""
    return ReviewRecorded(
        review_id=ids.stable_id("review", case.decision_id),
        case_id=case.case_id,
        decision_id=case.decision_id,
        officer=OFFICER,
        at_us=at_us,
        verdict="confirm" if confirms else "reject",
        reason=reason,
        note="",
        plate=None,
        checked=case.checked,
    )


def answers(facts: ScenarioFacts, asked_us: Micros) -> Answers:
    """What every register says when asked at `asked_us`, as of the passage; without a plate only the devices' is."""
    device = _no_answer(facts, "devices", asked_us) or _device(facts, asked_us)
    if not facts.plate:
        return Answers(asked_us=asked_us, device=device)
    return Answers(
        asked_us=asked_us,
        device=device,
        vehicle=_no_answer(facts, "vehicles", asked_us) or _vehicle(facts, asked_us),
        liable=_no_answer(facts, "persons", asked_us) or _person(facts, asked_us),
        insurance=_no_answer(facts, "insurance", asked_us) or _insurance(facts, asked_us),
        inspection=_no_answer(facts, "inspection", asked_us) or _inspection(facts, asked_us),
        penalties=_no_answer(facts, "penalties", asked_us) or _penalties(facts, asked_us),
    )


def decided_on(facts: ScenarioFacts) -> date | None:
    """The last day before the act was signed that the registers could still speak of; None if nothing says."""
    given = (facts.signed_at, facts.sent_at, facts.officer_confirmed_at, facts.officer_rejected_at)
    moments = [at for at in given if at is not None]
    return civil_day(min(instant_us(at) for at in moments)) if moments else None


def _repeated(facts: ScenarioFacts, captured_us: Micros) -> RepeatedPicture | None:
    if facts.repeated_picture is None:
        return None
    other = ids.event_id("d-2", 1)
    return RepeatedPicture(kind=facts.repeated_picture, event_id=other, device_id="d-2", captured_us=captured_us)


def _second_speed(facts: ScenarioFacts) -> SpeedEstimate | None:
    seen = facts.second_speed
    if seen is None:
        return None
    return SpeedEstimate(
        method="plate_size",
        value_kmh100=_kmh100(seen.kmh),
        standard_kmh100=_kmh100(seen.standard_kmh),
        apart_us=MICROS_PER_SECOND // 4,
        budget=(),
    )


def _elsewhere(facts: ScenarioFacts, captured_us: Micros) -> Elsewhere | None:
    seen = facts.seen_elsewhere
    if seen is None:
        return None
    apart_us = int(seen.minutes * 60 * MICROS_PER_SECOND)
    return Elsewhere(
        event_id=ids.event_id("d-2", 1),
        device_id="d-2",
        place_id="p-2",
        captured_us=captured_us - apart_us,
        distance_m=int(seen.km * 1000),
        apart_us=apart_us,
    )


def _event(facts: ScenarioFacts) -> EventCaptured:
    captured_us = instant_us(facts.offence_at)
    return EventCaptured(
        event="e-1",
        device_id="d-1",
        sequence=1,
        captured_us=captured_us,
        clock_offset_us=int(facts.clock_offset_s * MICROS_PER_SECOND),
        place=_place(facts),
        lane=1,
        direction="",
        media=(Media(role="violation", sha256="0" * 64, bytes=1, captured_us=captured_us),),
        measurement=_measurement(facts),
        loads=tuple(
            LoadMeasurement(kind=one.kind, value=one.value, error=one.error, permitted=one.permitted)
            for one in facts.loads
        ),
        violation=REPORTS.get(facts.kind),
        standing_traffic=facts.standing_traffic,
        forced_stop=facts.forced_stop,
    )


def _place(facts: ScenarioFacts) -> Place:
    return PLACE if facts.district_code is None else replace(PLACE, district_code=facts.district_code)


def _measurement(facts: ScenarioFacts) -> Measurement | None:
    """In hundredths, as devices state a speed: of finer decimals that speed and that error whose excess is, with and
    without the error, exactly what the formula of brief §15.2 gives."""
    measured = facts.measured_kmh
    if measured is None or facts.limit_kmh is None:
        return None
    value, certain = _kmh100(measured), _kmh100(measured - facts.measurement_error_kmh)
    return Measurement(
        kind=MEASURED.get(facts.kind, "speed"),
        value_kmh100=value,
        error_kmh100=value - certain,
        limit_kmh100=_limit_kmh100(facts.limit_kmh),
    )


def _kmh100(kmh: Decimal) -> int:
    return math.floor(kmh * 100)


def _limit_kmh100(kmh: Decimal) -> int:
    return math.ceil(kmh * 100)


def _plate(facts: ScenarioFacts) -> PlateReading | None:
    if not facts.plate:
        return None
    formats = classify(facts.plate)
    second = facts.plate if facts.second_read is None else facts.second_read
    return PlateReading(
        text=facts.plate,
        format_id=formats[0].id,
        country=country(formats),
        confidence_bp=int(facts.plate_percent * 100),
        characters_bp=(10_000,) * len(facts.plate),
        box=Box(x=0, y=0, width=1, height=1),
        picture=0,
        source="vision",
        second=second,
        second_confidence_bp=10_000 if second else 0,
        country_seen=facts.country_seen,
        country_confidence_bp=10_000 if facts.country_seen else 0,
    )


def _sighting(facts: ScenarioFacts) -> VehicleSighting | None:
    seen = SEEN_AS.get(facts.vehicle_category) if facts.vehicle_seen is None else facts.vehicle_seen
    if not seen:
        return None
    box = Box(x=0, y=0, width=1, height=1)
    return VehicleSighting(vehicle_class=seen, confidence_bp=10_000, box=box, picture=0)


def _no_answer(facts: ScenarioFacts, system: System, asked_us: Micros) -> Unanswered | NoRecord | None:
    """Silence, or the word that there is none; None where the register has a record."""
    if system in {SYSTEMS[name] for name in facts.no_record}:
        return _none(facts, system, asked_us)
    if system not in {SYSTEMS[name] for name in facts.unanswered}:
        return None
    return Unanswered(system=system, asked_us=asked_us, as_of_us=instant_us(facts.offence_at), reason="timeout")


def _none(facts: ScenarioFacts, system: System, asked_us: Micros) -> NoRecord:
    return NoRecord(system=system, asked_us=asked_us, as_of_us=instant_us(facts.offence_at))


def _device(facts: ScenarioFacts, asked_us: Micros) -> DeviceAnswer:
    """Measuring where a speed was measured or a verification is spoken of; verified unless the facts say otherwise."""
    day = civil_day(instant_us(facts.offence_at))
    measures = facts.measured_kmh is not None or bool(facts.loads) or facts.verification_valid_to is not None
    valid_to = facts.verification_valid_to or day + timedelta(days=365)
    kind = facts.device_kind or ("measuring" if measures else "non_measuring")
    verification = Verification(
        number="V-1",
        laboratory="Scenario",
        issued_on=min(day, valid_to) - timedelta(days=365),
        valid_to=valid_to,
        accredited_to=facts.laboratory_accredited_to,
    )
    return Device(
        system="devices",
        asked_us=asked_us,
        as_of_us=instant_us(facts.offence_at),
        device_id="d-1",
        serial="S-1",
        model="Scenario",
        kind=kind,
        conformity_certificate="C-1",
        conformity_valid_to=facts.conformity_valid_to or day + timedelta(days=365),
        place=replace(PLACE, place_id="p-9") if facts.device_registered_elsewhere else _place(facts),
        operator="Scenario",
        verification=verification if kind == "measuring" else None,
        limits=_limits(facts),
    )


def _limits(facts: ScenarioFacts) -> tuple[SignedLimit, ...] | None:
    if facts.limits_registered is None:
        return None
    signed = (
        SignedLimit(
            sign=f"sign-{number}",
            limit_kmh100=_limit_kmh100(one.kmh),
            since_us=instant_us(one.since) if one.since else 0,
            to_us=instant_us(one.to) if one.to else None,
        )
        for number, one in enumerate(facts.limits_registered, 1)
    )
    return tuple(one for one in signed if one.holds(instant_us(facts.offence_at)))


def _vehicle(facts: ScenarioFacts, asked_us: Micros) -> Vehicle:
    day = civil_day(instant_us(facts.offence_at))
    # Old enough to need an inspection where that is the question, else new.
    ordinary_year = day.year - (10 if facts.kind == "no_inspection_by_data_match" else 0)
    return Vehicle(
        system="vehicles",
        asked_us=asked_us,
        as_of_us=instant_us(facts.offence_at),
        plate=facts.registered_plate or facts.plate,
        vin="XTA21099012345678",
        make="Scenario",
        model="One",
        colour="white",
        category=facts.vehicle_category,
        manufacture_year=facts.manufacture_year or ordinary_year,
        status=facts.vehicle_status,
        registered_with=REGISTERED_WITH[facts.vehicle_registered_with],
        owner=OWNER[facts.owner],
        holder=HOLDER[facts.holder] if facts.holder else None,
        emergency_service=facts.emergency_service,
        commercial_use=facts.commercial_use,
        passenger_carrier=facts.passenger_carrier,
    )


class _Liable(NamedTuple):
    """Who is liable, as the facts have it."""

    number: str
    kind: Literal["individual", "legal_person"]
    size_class: SizeClass | None
    born_on: date | None
    died_on: date | None
    standing: PersonStanding


def _liable(facts: ScenarioFacts) -> _Liable:
    """The possessor, else the holder, else the owner."""
    found, kind = facts.possessor, facts.holder or facts.owner
    registered = HOLDER[facts.holder] if facts.holder else OWNER[facts.owner]
    if found is None:
        about = (facts.size_class, facts.owner_born_on, facts.owner_died_on, facts.owner_standing)
        return _Liable(registered, kind, *about)
    number = registered if found.owner else POSSESSOR[found.kind]
    return _Liable(number, found.kind, found.size_class, found.born_on, found.died_on, found.standing)


def _person(facts: ScenarioFacts, asked_us: Micros) -> Person:
    """A death after the last word of the registers was not known to them."""
    known_on, who = decided_on(facts), _liable(facts)
    known_dead = who.died_on is not None and (known_on is None or who.died_on <= known_on)
    return Person(
        system="persons",
        asked_us=asked_us,
        as_of_us=instant_us(facts.offence_at),
        number=who.number,
        kind=who.kind,
        name_kk="Үлгі",
        name_ru="Пример",
        born_on=(who.born_on or date(1990, 1, 1)) if who.kind == "individual" else None,
        died_on=who.died_on if known_dead else None,
        address="",
        size_class=who.size_class,
        standing=who.standing,
    )


def _insurance(facts: ScenarioFacts, asked_us: Micros) -> Insurance | NoRecord:
    given = facts.policy_valid_from is not None or facts.policy_valid_to is not None
    if not given and facts.kind == "no_insurance_by_data_match":
        return _none(facts, "insurance", asked_us)
    captured_us = instant_us(facts.offence_at)
    year_us = 365 * 86_400 * MICROS_PER_SECOND
    until_us = _until(facts.policy_valid_to, captured_us + year_us)
    policy = Policy(
        number="I-1",
        valid_from_us=_from(facts.policy_valid_from, min(captured_us, until_us) - year_us),
        valid_to_us=until_us,
        whole_days=any(_is_day(bound) for bound in (facts.policy_valid_from, facts.policy_valid_to)),
    )
    return Insurance(system="insurance", asked_us=asked_us, as_of_us=captured_us, policies=(policy,))


def _is_day(bound: object) -> bool:
    return isinstance(bound, date) and not isinstance(bound, datetime)


def _from(bound: object, ordinary_us: Micros) -> Micros:
    if isinstance(bound, datetime):
        return instant_us(bound)
    return start_of_day_us(bound) if isinstance(bound, date) else ordinary_us


def _until(bound: object, ordinary_us: Micros) -> Micros:
    if isinstance(bound, datetime):
        return instant_us(bound)
    return end_of_day_us(bound) - 1 if isinstance(bound, date) else ordinary_us


def _inspection(facts: ScenarioFacts, asked_us: Micros) -> Inspection | NoRecord:
    day = civil_day(instant_us(facts.offence_at))
    valid_to = facts.inspection_valid_to
    if valid_to is None:
        if facts.kind == "no_inspection_by_data_match":
            return _none(facts, "inspection", asked_us)
        valid_to = day + timedelta(days=180)
    return Inspection(
        system="inspection",
        asked_us=asked_us,
        as_of_us=instant_us(facts.offence_at),
        card="T-1",
        passed_on=min(day, valid_to) - timedelta(days=180),
        valid_to=valid_to,
    )


def _penalties(facts: ScenarioFacts, asked_us: Micros) -> Penalties:
    prior = tuple(
        PriorPenalty(case_id=f"c-{n}", part=one.part, in_force_on=one.in_force_on, executed_on=one.executed_on)
        for n, one in enumerate(facts.previous)
    )
    return Penalties(system="penalties", asked_us=asked_us, as_of_us=instant_us(facts.offence_at), prior=prior)
