"""Ordinary facts for tests: a car, its owner, a camera, one passage; each test changes what its rule is about."""

import hashlib
from collections.abc import Callable
from datetime import date

import msgspec

from adjudication import ids
from adjudication.answers import Answers, Device, Insurance, Penalties, Person, Policy, Vehicle
from adjudication.decide import finds
from adjudication.facts import (
    Box,
    Measurement,
    Media,
    Place,
    PlateReading,
    SceneCalibration,
    Section,
    VehicleSighting,
    Verification,
)
from adjudication.messages import (
    CaseDecided,
    EventCaptured,
    PassageChecked,
    PassageObserved,
    Possessor,
    PossessorNamed,
    TraceStep,
)
from ingest.clock import Clock, system_clock
from ingest.frame import Frame, signed_part
from ingest.stage import Stage
from integrations.lawfiles import load_law, load_policy

CAPTURED_US = 1_775_444_400_000_000  # 2026-04-06T08:00:00+05:00
SHA = "0" * 64
PICTURE = b"\xff\xd8 a picture \xff\xd9"

VERIFICATION = Verification(
    number="RK-06-02-210314", laboratory="Lab 1", issued_on=date(2025, 7, 20), valid_to=date(2027, 7, 20)
)
PLACE = Place(
    place_id="ala-017",
    title_kk="Абай даңғылы",
    title_ru="проспект Абая",
    district_code="197512",
    lat_e7=432_319_000,
    lon_e7=767_798_100,
)
CALIBRATION = SceneCalibration(
    since_us=0,
    width=1280,
    height=960,
    focal_px100=560_000,
    focal_error_bp=50,
    turn_mrad=0,
    turn_error_mrad=50,
    stamp_error_us=1_000,
)
SECTION = Section(
    section_id="s-1",
    entry_device_id="cam-0",
    length_mm=3_000_000,
    length_error_mm=3_000,
    error_kmh100=100,
    limit_kmh100=6_000,
    since_us=0,
)
DEVICE = Device(
    system="devices",
    asked_us=CAPTURED_US,
    as_of_us=CAPTURED_US,
    device_id="cam-1",
    serial="SN-0001",
    model="Demo speed meter",
    kind="measuring",
    conformity_certificate="KZ.7500 1",
    conformity_valid_to=date(2030, 1, 1),
    place=PLACE,
    operator="Demo operator",
    verification=VERIFICATION,
)
VEHICLE = Vehicle(
    system="vehicles",
    asked_us=CAPTURED_US,
    as_of_us=CAPTURED_US,
    plate="489AAC02",
    vin="XTA21099012345678",
    make="Demo",
    model="One",
    colour="white",
    category="M1",
    manufacture_year=2024,
    status="registered",
    registered_with="civil",
    owner="900101300017",
)
PERSON = Person(
    system="persons",
    asked_us=CAPTURED_US,
    as_of_us=CAPTURED_US,
    number="900101300017",
    kind="individual",
    name_kk="Үлгіқызы Әсем",
    name_ru="Примерова Асем",
    born_on=date(1990, 1, 1),
    died_on=None,
    address="Алматы, Үлгі көшесі 1",
    size_class=None,
    egov_phone="+77000000001",
)
POSSESSOR = msgspec.structs.replace(
    PERSON, number="900101330009", name_kk="Үлгіұлы Ерлан", name_ru="Примеров Ерлан", egov_phone="+77000000002"
)
INSURANCE = Insurance(
    system="insurance",
    asked_us=CAPTURED_US,
    as_of_us=CAPTURED_US,
    policies=(Policy(number="P-1", valid_from_us=CAPTURED_US - 10**12, valid_to_us=CAPTURED_US + 10**13),),
)
PENALTIES = Penalties(system="penalties", asked_us=CAPTURED_US, as_of_us=CAPTURED_US, prior=())


def event(sequence: int = 1, pictures: tuple[bytes, ...] = (PICTURE,), **changes: object) -> EventCaptured:
    """A speed event: 83 km/h where 60 is allowed, error 2."""
    ordinary = EventCaptured(
        event=f"e-{sequence}",
        device_id="cam-1",
        sequence=sequence,
        captured_us=CAPTURED_US,
        clock_offset_us=0,
        place=PLACE,
        lane=1,
        direction="to centre",
        media=tuple(
            Media(role="violation", sha256=hashlib.sha256(body).hexdigest(), bytes=len(body), captured_us=CAPTURED_US)
            for body in pictures
        ),
        measurement=Measurement(kind="speed", value_kmh100=8300, error_kmh100=200, limit_kmh100=6000),
        verification=VERIFICATION,
    )
    return msgspec.structs.replace(ordinary, **changes)


def frame(sequence: int = 1, pictures: tuple[bytes, ...] = (PICTURE,), **changes: object) -> Frame:
    """The event as a frame; its signature is of no key."""
    header = event(sequence, pictures, **changes)
    return Frame(header, signed_part(header), b"\0" * 64, pictures)


def passage(sequence: int = 1, plate: str | None = "489AAC02", **changes: object) -> PassageObserved:
    """One car, read with certainty by two readers."""
    header = event(sequence)
    event_id = ids.event_id(header.device_id, header.sequence)
    reading = plate and PlateReading(
        text=plate,
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=9_999,
        characters_bp=(9_999,) * len(plate),
        box=Box(x=10, y=10, width=100, height=20),
        picture=0,
        source="vision",
        second=plate,
        second_confidence_bp=9800,
    )
    ordinary = PassageObserved(
        passage_id=ids.passage_id(event_id, 0),
        event_id=event_id,
        ordinal=0,
        event=header,
        plate=reading or None,
        vehicle=VehicleSighting(
            vehicle_class="car", confidence_bp=9000, box=Box(x=0, y=0, width=300, height=200), picture=0
        ),
        candidates=1,
        quality=(),
        reader="sample",
        also_read_by="second-sample",
    )
    return msgspec.structs.replace(ordinary, **changes)


def checked(sequence: int = 1, plate: str | None = "489AAC02", **answers: object) -> PassageChecked:
    """The passage with every register's ordinary answer."""
    seen = passage(sequence, plate)
    ordinary = Answers(
        asked_us=CAPTURED_US,
        device=DEVICE,
        vehicle=VEHICLE,
        liable=PERSON,
        insurance=INSURANCE,
        inspection=None,
        penalties=PENALTIES,
    )
    rounds = (msgspec.structs.replace(ordinary, **answers),)
    return PassageChecked(checked_id=ids.checked_id(seen.passage_id, 1), passage=seen, rounds=rounds)


def decision(sequence: int = 1, **changes: object) -> CaseDecided:
    """592(2), automatic."""
    source = checked(sequence)
    case_id = ids.measured_case_id(source.passage.event_id, "489AAC02", "592(2)")
    ordinary = CaseDecided(
        decision_id=ids.decision_id(case_id, source.checked_id, (), SHA, SHA),
        case_id=case_id,
        checked=source,
        route="auto",
        reason="CLEAR",
        part="592(2)",
        form="prescription",
        mci_count=10,
        discount_offered=True,
        liable="900101300017",
        excess_kmh=21,
        send_last_day_on=date(2026, 4, 20),
        limitation_last_day_on=date(2026, 6, 6),
        ask_again_us=None,
        law_sha256=SHA,
        policy_sha256=SHA,
        trace=(TraceStep(rule="tolerance", source="policy", outcome="excess 21"),),
    )
    return msgspec.structs.replace(ordinary, **changes)


def finding(policy: str = "default") -> Callable[[PassageChecked], bool]:
    """Whether today's law makes a case of a passage."""
    law, rules = load_law(), load_policy(policy)
    return lambda checked: finds(checked, law, rules)


def possessed(
    owners: CaseDecided | None = None, established_us: int = CAPTURED_US + 3_600_000_000, **answers: object
) -> PassageChecked:
    """The passage of an owner's case, by default of `decision()`, with the registers' answers about its possessor."""
    released = decision() if owners is None else owners
    named = PossessorNamed(
        passage=released.checked.passage,
        possessor=Possessor(
            person=POSSESSOR.number,
            owners_case=released.case_id,
            part=released.base or released.part,
            established_us=established_us,
            proof="P-17",
        ),
    )
    about = {"liable": POSSESSOR, "asked_us": established_us, **answers}
    return PassageChecked(
        checked_id=ids.checked_id(named.passage.passage_id, 1, named.possessor.case_id),
        passage=named.passage,
        rounds=(msgspec.structs.replace(released.checked.rounds[0], **about),),
        possessor=named.possessor,
    )


def remembering(stage: Stage, clock: Clock = system_clock) -> Stage:
    """The stage with its windows bound to nothing that lasts: what it puts it finds again until it is dropped."""
    for window in stage.windows:
        window.bind(lambda _window, _key: (), clock)
    return stage
