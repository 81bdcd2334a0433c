"""Controls: is the person named, reachable in the law's sense and answerable, and the vehicle the one that was seen?"""

import re
from datetime import date

from adjudication.answers import Person
from adjudication.format_logic.draft import IN_ORDER, Draft, Mismatches, differing, differing_unsaid, untrue
from adjudication.identifiers import birth_date, is_valid_bin, is_valid_iin
from adjudication.plates import FORMATS
from adjudication.regions import REGIONS

FULL_AGE_YEARS = 18
"""Art. 28, 66: below it no machine fines anybody."""
PATTERN = {"d": "[0-9]", "l": "[A-Z]", "r": "[0-9]"}
SHAPES = tuple(
    (shape.find("rr"), re.compile("".join(PATTERN.get(kind, kind) for kind in shape)))
    for plate_format in FORMATS
    if plate_format.country == "KZ"
    for shape in plate_format.shapes
)
"""The grammar of Kazakhstan's plates whatever region they name, and where they name it; -1: nowhere."""


def identifier(draft: Draft) -> Mismatches:
    """The number has its check digits, and is one of a person of this kind."""
    addressee = draft.act.addressee
    fits = is_valid_iin if addressee.kind == "individual" else is_valid_bin
    return untrue(check_digits_and_kind=fits(addressee.number))


def birth_date_agrees(draft: Draft) -> Mismatches:
    """The day of birth in the number is the one that the register gives."""
    addressee = draft.act.addressee
    told = birth_date(addressee.number) if addressee.kind == "individual" else None
    if told is None or addressee.born_on is None:
        return IN_ORDER
    return differing_unsaid(born_on=(addressee.born_on, told))


def addressee_of_register(draft: Draft) -> Mismatches:
    """The addressee is whom the vehicle's register names, its holder before its owner, or who was found to possess it
    when neither is liable; as persons' registers know them."""
    act, person, vehicle = draft.act, draft.person, draft.vehicle
    if person is None or vehicle is None:
        return untrue(registers_spoke=False)
    said, named = act.addressee, draft.decision.checked.possessor
    registered = vehicle.owner if vehicle.holder is None else vehicle.holder
    mismatches = differing_unsaid(
        liable=(said.number, draft.decision.liable),
        of_possessor=(act.of_possessor, named is not None),
        of_the_vehicle=(said.number, registered if named is None else named.person),
        number=(said.number, person.number),
        kind=(said.kind, person.kind),
        name_kk=(said.name_kk, person.name_kk),
        name_ru=(said.name_ru, person.name_ru),
        born_on=(said.born_on, person.born_on),
        address=(said.address, person.address),
        language=(said.language, person.language),
    )
    return (*mismatches, *untrue(not_the_released=named is None or said.number != registered))


def person_competent(draft: Draft) -> Mismatches:
    """The person is alive, of full age on the day of the offence, and of a kind that may be fined without a person
    looking."""
    person = draft.person
    if person is None:
        return IN_ORDER
    return untrue(
        alive=person.died_on is None,
        of_full_age=_of_full_age(person, draft.day),
        ordinary=person.standing not in ("state_body", "branch", "foreign"),
    )


def vehicle_ordinary(draft: Draft) -> Mismatches:
    """The vehicle is a registered civil one, on no duty that an officer has not looked at."""
    vehicle = draft.vehicle
    if vehicle is None:
        return IN_ORDER
    looked_at = "EMERGENCY_SERVICE" in draft.settled
    return (
        *differing(registered_with=(vehicle.registered_with, "civil"), status=(vehicle.status, "registered")),
        *untrue(no_emergency_service=looked_at or not vehicle.emergency_service),
    )


def vehicle_of_passage(draft: Draft) -> Mismatches:
    """The vehicle in the act bears the plate that was read, and is the register's of that plate."""
    said, read, vehicle = draft.act.vehicle, draft.passage.plate, draft.vehicle
    return differing_unsaid(
        plate_read=(said.plate, read and read.text),
        plate_registered=(said.plate, vehicle and vehicle.plate),
        make=(said.make, vehicle and vehicle.make),
        model=(said.model, vehicle and vehicle.model),
    )


def plate_of_grammar(draft: Draft) -> Mismatches:
    """The plate is of a shape of Kazakhstan's, and the region it names exists."""
    plate = draft.act.vehicle.plate
    named = [at for at, pattern in SHAPES if pattern.fullmatch(plate)]
    exists = any(at < 0 or plate[at : at + 2] in REGIONS for at in named)
    return untrue(grammar=bool(named), region=exists or not named)


def both_languages(draft: Draft) -> Mismatches:
    """What names body, person and place stands in Kazakh and in Russian, and the person is written to in one of the
    two."""
    act = draft.act
    return (
        *untrue(
            body_kk=bool(act.body.name_kk),
            body_ru=bool(act.body.name_ru),
            person_kk=bool(act.addressee.name_kk),
            person_ru=bool(act.addressee.name_ru),
            place_kk=bool(act.place.title_kk),
            place_ru=bool(act.place.title_ru),
        ),
        *untrue(language=act.addressee.language in ("kk", "ru")),
    )


def requisites(draft: Draft) -> Mismatches:
    """Nothing is blank that the document must name."""
    act = draft.act
    return untrue(
        body_location=bool(act.body.location_kk and act.body.location_ru),
        make=bool(act.vehicle.make),
        model=bool(act.vehicle.model),
        device_name=bool(act.device.name),
        device_serial=bool(act.device.serial),
    )


def address(draft: Draft) -> Mismatches:
    """An address is known; without one the act can go only where none is needed."""
    return untrue(address=bool(draft.act.addressee.address))


def investor(draft: Draft) -> Mismatches:
    """An investor's vehicle. What was detected automatically needs nobody's consent: ground 4) of 802(1) is not among
    those that 802(3-1) names. An initiation by an officer would: that is noted, and stops nothing."""
    return untrue(no_investor=draft.person is None or not is_investor(draft.person))


def is_investor(person: Person) -> bool:
    """Whether the register says that a firm is one. Source: 802(3-1)."""
    return person.kind == "legal_person" and person.investor is True


def _of_full_age(person: Person, day: date) -> bool:
    if person.kind != "individual":
        return True
    born = person.born_on or birth_date(person.number)
    if born is None:
        return False
    return (day.year - FULL_AGE_YEARS, day.month, day.day) >= (born.year, born.month, born.day)
