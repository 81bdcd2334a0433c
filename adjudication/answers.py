"""Answers: what the registers say of a vehicle, a person, a device, as dated facts.

Each question has three possible answers: the record, `NoRecord` (the register answered: there is none) and `Unanswered`
(it did not answer). The difference carries the law: silence is never turned into an offence. Every answer says when it
was asked and as of which instant it speaks (brief §15.3 rule 8: the passage's instant).
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from adjudication.facts import Fact, Place, SignedLimit, Verification
from adjudication.units import Micros, Name, Text

PersonNumber = Annotated[str, Meta(pattern=r"^\d{12}\Z", description="IIN of a natural, BIN of a legal person")]
System = Literal["vehicles", "persons", "insurance", "inspection", "penalties", "devices"]
SizeClass = Literal["small", "medium", "large", "unknown"]
VehicleStatus = Literal["registered", "wanted", "stolen", "scrapped", "deregistered"]
PersonStanding = Literal["ordinary", "sole_trader", "conscript", "state_body", "branch", "foreign", "non_profit"]


class Answer(Fact, frozen=True, kw_only=True):
    """Common to every answer: who was asked, when, and for which instant."""

    system: System
    asked_us: Micros
    as_of_us: Micros


class NoRecord(Answer, tag="none", frozen=True, kw_only=True):
    """The register answered that it has no record."""


class Unanswered(Answer, tag="unanswered", frozen=True, kw_only=True):
    """The register did not answer; `reason` is a stable code (integrations/registries/register.py)."""

    reason: Name


class Vehicle(Answer, tag="vehicle", frozen=True, kw_only=True):
    """A registered vehicle. `holder` has it in temporary possession and use (lease, trust) and is then liable (31)."""

    plate: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,12}\Z")]
    vin: Annotated[str, Meta(max_length=17)]
    make: Text
    model: Text
    colour: Name
    category: Annotated[str, Meta(pattern=r"^(M1|M2|M3|N1|N2|N3|L[1-7]|O[1-4])\Z")]
    manufacture_year: Annotated[int, Meta(ge=1900, le=2100)]
    status: VehicleStatus
    registered_with: Literal["civil", "military_police", "diplomatic"]
    owner: PersonNumber
    holder: PersonNumber | None = None
    emergency_service: bool = False
    commercial_use: bool = False
    passenger_carrier: bool = False


class Person(Answer, tag="person", frozen=True, kw_only=True):
    """A natural or legal person. `egov_phone` is the number the person gave on eGov (743(4-1)(4)), else None.

    `investor`: whether a legal person stands in the register of investors (802(3-1)); None: the register said nothing.
    """

    number: PersonNumber
    kind: Literal["individual", "legal_person"]
    name_kk: Text
    name_ru: Text
    born_on: date | None
    died_on: date | None
    address: Text
    size_class: SizeClass | None
    standing: PersonStanding = "ordinary"
    language: Literal["kk", "ru"] = "kk"
    egov_phone: Annotated[str, Meta(pattern=r"^\+7\d{10}\Z")] | None = None
    investor: bool | None = None


class Policy(Fact, frozen=True, kw_only=True):
    """A compulsory motor insurance contract. If the register gave dates only, `whole_days` is true."""

    number: Name
    valid_from_us: Micros
    valid_to_us: Micros
    whole_days: bool = False


class Insurance(Answer, tag="insurance", frozen=True, kw_only=True):
    """Contracts that touch the instant asked about, none of them necessarily valid at it."""

    policies: tuple[Policy, ...]


class Inspection(Answer, tag="inspection", frozen=True, kw_only=True):
    """The last technical inspection known."""

    card: Name
    passed_on: date
    valid_to: date


class PriorPenalty(Fact, frozen=True, kw_only=True):
    """An earlier penalty of the same person. `executed_on` None: not executed yet."""

    case_id: Name
    part: Annotated[str, Meta(max_length=16)]
    in_force_on: date
    executed_on: date | None = None


class Penalties(Answer, tag="penalties", frozen=True, kw_only=True):
    """All earlier penalties of the person in force and not voided, oldest first."""

    prior: tuple[PriorPenalty, ...]


class Device(Answer, tag="device", frozen=True, kw_only=True):
    """The device as registered at the passage's instant. `verification` is the one covering it, None if none does.

    `limits` are those that the register has signed at its place at that instant, the latest first; None where it keeps
    none for this device, () where it keeps some and none stood then.
    """

    device_id: Name
    serial: Name
    model: Text
    kind: Literal["measuring", "non_measuring"]
    conformity_certificate: Text
    conformity_valid_to: date
    place: Place
    operator: Text
    verification: Verification | None = None
    limits: tuple[SignedLimit, ...] | None = None


VehicleAnswer = Vehicle | NoRecord | Unanswered
PersonAnswer = Person | NoRecord | Unanswered
InsuranceAnswer = Insurance | NoRecord | Unanswered
InspectionAnswer = Inspection | NoRecord | Unanswered
PenaltiesAnswer = Penalties | NoRecord | Unanswered
DeviceAnswer = Device | NoRecord | Unanswered


class Answers(Fact, frozen=True, kw_only=True):
    """One round of questions. None: not asked, because an earlier answer made the question moot.

    `entry_device` is that of a section's entry, where the passage ends a run through one.
    """

    asked_us: Micros
    device: DeviceAnswer
    vehicle: VehicleAnswer | None = None
    liable: PersonAnswer | None = None
    insurance: InsuranceAnswer | None = None
    inspection: InspectionAnswer | None = None
    penalties: PenaltiesAnswer | None = None
    entry_device: DeviceAnswer | None = None
