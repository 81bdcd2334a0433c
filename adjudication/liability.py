"""Who is liable, and who must not be fined by a machine. Source: art. 31(2), (3), note, 28, 66(1), 741(1)(6), (7)."""

from datetime import date

from adjudication.answers import NoRecord, Person, PersonStanding, Vehicle
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.identifiers import birth_date
from adjudication.messages import ReasonCode, Route
from adjudication.plates import FORMATS

FULL_AGE_YEARS, LIABLE_FROM_YEARS = 18, 16
"""From the birthday on; who was born on 29 February is older on 1 March. Source: art. 28, 66; brief §15.1(7)."""
STANDINGS: dict[PersonStanding, tuple[Route, ReasonCode]] = {
    "conscript": ("refer", "CONSCRIPT"),
    **dict.fromkeys(("state_body", "branch", "foreign"), ("review", "SPECIAL_SUBJECT")),
}
"""Whom the machine does not fine for what they are. Source: 32(3); brief §15.2."""
WHO = {plate_format.id: plate_format.who for plate_format in FORMATS}


def vehicle(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the vehicle is an ordinary civil one that is on the road lawfully."""
    plate, known = scene.checked.passage.plate, scene.vehicle
    if plate is None:
        return ()
    if not scene.local:
        return (ruled("refer", "FOREIGN_PLATE", "vehicle", country=plate.country),)
    if isinstance(known, Vehicle):
        return _registered(known)
    who = WHO.get(plate.format_id)
    if who == "military":
        return (ruled("refer", "MILITARY_POLICE", "vehicle"),)
    if who == "diplomat":
        return (ruled("refer", "DIPLOMATIC", "vehicle"),)
    return (ruled("review", "NO_VEHICLE_RECORD", "vehicle"),) if isinstance(known, NoRecord) else ()


def person(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: who is liable is alive, of age, and of a kind that can be fined without a person looking."""
    known = scene.liable
    if isinstance(known, NoRecord):
        return (ruled("review", "PERSON_UNKNOWN", "person"),)
    if not isinstance(known, Person) or not isinstance(scene.vehicle, Vehicle):
        return ()
    if known.died_on is not None:
        return (ruled("reject", "DEAD_OR_LIQUIDATED", "person", died_on=known.died_on),)
    if known.standing in STANDINGS:
        return (ruled(*STANDINGS[known.standing], "person", standing=known.standing),)
    if known.kind == "legal_person":
        return (_liable(scene, scene.vehicle, known, "a firm"),)
    return (_too_young(scene, known) or _liable(scene, scene.vehicle, known, "of age and alive"),)


def possessor(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: a case against whoever possessed the vehicle is an officer's, always. Source: 31(3), brief §15.3 rule 12.

    Whoever was released of the same act cannot be held liable for it as its possessor: 741(1)(6).
    """
    named, known = scene.checked.possessor, scene.vehicle
    if named is None:
        return ()
    if isinstance(known, Vehicle) and named.person == (known.holder or known.owner):
        return (ruled("reject", "ALREADY_DECIDED", "possessor"),)
    return (ruled("review", "POSSESSOR_NAMED", "possessor", proof=named.proof),)


def _liable(scene: Scene, known: Vehicle, who: Person, what: str) -> Ruling:
    """Who is liable, as whom, and that nothing stands against it."""
    if scene.checked.possessor is not None:
        outcome = f"who possessed the vehicle is {what}"
        return in_order("possession", "31(3)", outcome, role="possessor", kind=who.kind)
    role = "holder" if known.holder else "owner"
    return in_order("person", "31(2)", f"the vehicle's {role} is {what}", role=role, kind=who.kind)


def _registered(known: Vehicle) -> tuple[Ruling, ...]:
    if known.registered_with == "military_police":
        return (ruled("refer", "MILITARY_POLICE", "vehicle"),)
    if known.registered_with == "diplomatic":
        return (ruled("refer", "DIPLOMATIC", "vehicle"),)
    if known.status in ("wanted", "stolen"):
        return (ruled("review", "VEHICLE_STOLEN_OR_WANTED", "vehicle", status=known.status),)
    if known.status != "registered":
        return (ruled("review", "VEHICLE_NOT_IN_USE", "vehicle", status=known.status),)
    if known.emergency_service:
        return (ruled("review", "EMERGENCY_SERVICE", "vehicle"),)
    return (in_order("vehicle", "31(2)", "an ordinary registered vehicle", category=known.category),)


def _too_young(scene: Scene, known: Person) -> Ruling | None:
    """What is ruled of an individual who is not of age, or whose age is not known; None of one who is."""
    born_on = known.born_on or birth_date(known.number)
    if born_on is None:
        return ruled("review", "AGE_UNKNOWN", "person")
    if not _is_aged(born_on, LIABLE_FROM_YEARS, scene.day):
        return ruled("reject", "UNDER_AGE", "person")
    return None if _is_aged(born_on, FULL_AGE_YEARS, scene.day) else ruled("review", "MINOR", "person")


def _is_aged(born_on: date, years: int, day: date) -> bool:
    return (born_on.year + years, born_on.month, born_on.day) <= (day.year, day.month, day.day)
