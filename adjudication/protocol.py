"""The act: the document that reaches a person, as data.

*Act* is the word in code for whatever is issued; each document bears its lawful title. Its canonical bytes
(`codec.encode(act)`) are what the body signs and what the log commits to. Source: art. 822-1(1) lists what a
prescription must hold; the numbers in comments are its items.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from adjudication.answers import PersonNumber
from adjudication.facts import EvidenceRef, Fact, LoadMeasurement, Measurement, Place, Verification
from adjudication.units import Count, Id, Micros, Name, Sha256, Text, Tiyn


class Body(Fact, frozen=True, kw_only=True):
    """The issuing body (item 1)."""

    body_id: Name
    name_kk: Text
    name_ru: Text
    location_kk: Text
    location_ru: Text


class Addressee(Fact, frozen=True, kw_only=True):
    """Who is held liable (item 2)."""

    number: PersonNumber
    kind: Literal["individual", "legal_person"]
    name_kk: Text
    name_ru: Text
    born_on: date | None
    address: Text
    language: Literal["kk", "ru"]


class ActVehicle(Fact, frozen=True, kw_only=True):
    """The vehicle (item 3)."""

    plate: Name
    make: Text
    model: Text


class ActDevice(Fact, frozen=True, kw_only=True):
    """The technical means (item 6). `verification` is required where the device measures."""

    name: Text
    serial: Name
    verification: Verification | None


class ActSection(Fact, frozen=True, kw_only=True):
    """Where an average speed began, and over what length: the act's own place, instant and device are of its end."""

    length_mm: Count
    length_error_mm: Count
    entered_us: Micros
    entry: Place
    device: ActDevice


class Terms(Fact, frozen=True, kw_only=True):
    """How long, in days of art. 739(3), each counted from proper delivery or from the term before it (items 8, 9)."""

    discount_days: Count
    considered_days: Count
    appeal_days: Count
    payment_days: Count


class Act(Fact, tag="act", tag_field="kind", frozen=True, kw_only=True):
    """A prescription (or protocol) on one offence. `sum_tiyn` is `mci_count` × the MCI of `initiated_on`'s day."""

    v: Literal[1] = 1
    act_id: Id
    number: Annotated[str, Meta(pattern=r"^[0-9]{2}-[0-9]{4}-[0-9]{9}\Z", description="body-year-serial, gap-free")]
    form: Literal["prescription", "warning", "protocol"]
    case_id: Id
    decision_id: Id
    body: Body
    addressee: Addressee
    vehicle: ActVehicle
    offence_us: Micros  # item 4
    place: Place
    part: Text
    statement_kk: Text
    statement_ru: Text
    statement_en: Text
    measurement: Measurement | None  # item 5
    excess_kmh: Count | None
    device: ActDevice
    mci_count: Count  # item 7
    mci_tiyn: Tiyn
    initiated_on: date
    sum_tiyn: Tiyn
    discount_tiyn: Tiyn | None
    terms: Terms
    sendable_until_us: Micros
    evidence: tuple[EvidenceRef, ...]
    law_sha256: Sha256
    policy_sha256: Sha256
    decision_sha256: Sha256 | None = None  # codec.digest of the CaseDecided: what makes decision.json provable
    decided_by: Literal["automatic", "officer"]
    officer: Text | None
    section: ActSection | None = None  # items 4 to 6, of an average speed
    load: LoadMeasurement | None = None  # item 5, of weight or size, with by how much it was too much
    excess_load: Count | None = None
    of_possessor: bool = False  # item 2: not the owner or holder (31(2)), but who was found to possess it (31(3))
