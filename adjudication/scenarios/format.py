"""What a scenario file may say. Unknown keys are an error; absent facts are the ordinary case.

Source: domain/scenario-format.md.
"""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from adjudication.answers import PersonStanding, SizeClass, VehicleStatus
from adjudication.calendar import instant_us
from adjudication.errors import Invalid
from adjudication.facts import QualityFlag, VehicleClass, ViolationCode
from adjudication.happenings import What
from adjudication.lawbook import TermCode
from adjudication.messages import Form, Route
from adjudication.scenarios.names import SYSTEMS
from adjudication.terms import Stop

Kind = Literal[
    "speed",
    "section_speed",
    "overweight",
    "oversize",
    "no_insurance_by_data_match",
    "no_inspection_by_data_match",
    ViolationCode,
]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a scenario file's tables."""


class Previous(_Table, frozen=True, kw_only=True):
    """An earlier penalty of the same person; `executed_on` absent: not executed yet."""

    part: str
    in_force_on: date
    executed_on: date | None = None


class Payment(_Table, frozen=True, kw_only=True):
    """Money of the payer's instant `at`."""

    at: datetime
    tenge: Decimal


class PossessorFacts(_Table, frozen=True, kw_only=True):
    """Whom the check of the owner's statement established at `at`, and what registers know of them. `owner`: it is the
    very person whom the register names."""

    at: datetime
    kind: Literal["individual", "legal_person"] = "individual"
    size_class: SizeClass | None = None
    born_on: date | None = None
    died_on: date | None = None
    standing: PersonStanding = "ordinary"
    owner: bool = False


class Then(_Table, frozen=True, kw_only=True):
    """Something that people tell of the case at `at`; `until_on` of a deferral, `tenge` of a refund."""

    at: datetime
    what: What
    until_on: date | None = None
    tenge: Decimal = Decimal(0)


class SecondSpeed(_Table, frozen=True, kw_only=True):
    """What two pictures say of the speed, and its standard uncertainty."""

    kmh: Decimal
    standard_kmh: Decimal


class SeenElsewhere(_Table, frozen=True, kw_only=True):
    """Another sighting of the plate: so far away in a straight line, so long before or after, clock errors granted."""

    km: Decimal
    minutes: Decimal


class Load(_Table, frozen=True, kw_only=True):
    """A measured weight in kilograms, or a height, width or length in millimetres."""

    kind: Literal["gross_mass", "height", "width", "length"]
    value: int
    permitted: int
    error: int = 0


class RegisteredLimit(_Table, frozen=True, kw_only=True):
    """A limit signed at the device's place; absent bounds: it stood before, or stands still."""

    kmh: Decimal
    since: datetime | None = None
    to: datetime | None = None


class ScenarioFacts(_Table, frozen=True, kw_only=True):
    """Short facts. Moments without an offset are civil time at +05:00.

    `plate` is what the first reader surely read, and what the registered vehicle bears; `second_read` absent: the
    second reader read the same, "": nothing. `country_seen` and `vehicle_seen` are surely seen;
    `vehicle_seen` absent: a vehicle of the registered category, "": none. `district_code` absent: Almaty.
    `holder` has the vehicle in temporary possession and use; size, birth, death and standing are then the holder's.
    `plate` "": none was read; `registered_plate` absent: the record bears the plate that was read. `no_record`: the
    registers that answered that they know nothing. `then` is what people told after the act was sent, `seen_at` when
    the case is looked at (absent: at the last fact).
    `limits_registered` absent: the register keeps none for the device.
    `standing_traffic`, `forced_stop` absent: the device said nothing of it.

    `measured_kmh` with `limit_kmh` is a measured speed beside whatever the kind is: several offences in one passage.
    `loads` likewise.

    With `possessor` the owner was released (31(3)), and all is about the case against the possessor: `previous`,
    `unanswered`, `no_record`, what officers said, the act with what became of it, and what is expected.
    """

    offence_at: datetime
    kind: Kind
    measured_kmh: Decimal | None = None
    measurement_error_kmh: Decimal = Decimal(0)
    limit_kmh: Decimal | None = None
    loads: tuple[Load, ...] = ()
    device_kind: Literal["measuring", "non_measuring"] | None = None
    verification_valid_to: date | None = None
    conformity_valid_to: date | None = None
    laboratory_accredited_to: date | None = None
    limits_registered: tuple[RegisteredLimit, ...] | None = None
    device_registered_elsewhere: bool = False
    clock_offset_s: Decimal = Decimal(0)
    owner: Literal["individual", "legal_person"] = "individual"
    size_class: SizeClass | None = None
    owner_born_on: date | None = None
    owner_died_on: date | None = None
    owner_standing: PersonStanding = "ordinary"
    holder: Literal["individual", "legal_person"] | None = None
    vehicle_status: VehicleStatus = "registered"
    vehicle_registered_with: Literal["civil", "military police", "military_police", "diplomatic"] = "civil"
    vehicle_category: str = "M1"
    manufacture_year: int | None = None
    commercial_use: bool = False
    passenger_carrier: bool = False
    emergency_service: bool = False
    policy_valid_from: object = None
    policy_valid_to: object = None
    inspection_valid_to: date | None = None
    unanswered: tuple[str, ...] = ()
    no_record: tuple[str, ...] = ()
    officer_confirmed_at: datetime | None = None
    officer_rejected_at: datetime | None = None
    officer_reason: str = ""
    signed_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    paid: tuple[Payment, ...] = ()
    previous: tuple[Previous, ...] = ()
    plate: str = "489AAC02"
    plate_percent: Decimal = Decimal(100)
    registered_plate: str | None = None
    candidates: int = 1
    second_read: str | None = None
    country_seen: str = ""
    vehicle_seen: VehicleClass | Literal[""] | None = None
    seen_elsewhere: SeenElsewhere | None = None
    second_speed: SecondSpeed | None = None
    repeated_picture: Literal["same", "alike"] | None = None
    quality: tuple[QualityFlag, ...] = ()
    standing_traffic: bool | None = None
    forced_stop: bool | None = None
    district_code: str | None = None
    then: tuple[Then, ...] = ()
    possessor: PossessorFacts | None = None
    seen_at: datetime | None = None


class Deadlines(_Table, frozen=True, kw_only=True):
    """Days inclusive until 24:00; None: not asserted. The last seven are of terms that still run after the facts."""

    send_last_day: date | None = None
    limitation_last_day_strict: date | None = None
    initiated_on: date | None = None
    discount_last_day: date | None = None
    considered_after_last_day: date | None = None
    appeal_last_day: date | None = None
    in_force_on_if_not_appealed: date | None = None
    voluntary_payment_last_day: date | None = None
    limitation_last_day: date | None = None
    decision_last_day: date | None = None
    motion_last_day: date | None = None
    court_last_day: date | None = None
    put_off_last_day: date | None = None
    hand_over_last_day: date | None = None
    year_last_day: date | None = None


class Expected(_Table, frozen=True, kw_only=True):
    """What must come out; None: not asserted. `part`: of several offences the one that is spoken of, by its part or by
    the one it repeats; absent, that of `article_part`, else that of the facts' kind."""

    part: str | None = None
    route: Route | None = None
    reason: str | None = None
    article_part: str | None = None
    document: Form | None = None
    mci_count: int | None = None
    mci_value_tenge: Decimal | None = None
    sum_tenge: Decimal | None = None
    half_sum_tenge: Decimal | None = None
    discount_offered: bool | None = None
    effective_excess_kmh: int | None = None
    effective_excess_load: int | None = None
    state: str | None = None
    deadlines: Deadlines = Deadlines()

    @property
    def about(self) -> str:
        """The part that is spoken of; "" where none is named."""
        return self.part or self.article_part or ""


class Scenario(_Table, frozen=True, kw_only=True):
    """One passage: facts, what the policy has otherwise than by default, what is expected; in `also` what is expected
    of other offences in it, each with its part (58(1))."""

    id: Annotated[str, Meta(min_length=1)]
    facts: ScenarioFacts
    expected: Expected
    also: tuple[Expected, ...] = ()
    title: str = ""
    basis: str = ""
    confidence: Literal["A", "B", "C", "M", ""] = ""
    policy: dict[str, object] = {}

    def apart(self) -> tuple["Scenario", ...]:
        """One scenario for each offence that something is expected of.

        Raises:
            Invalid: `scenario-malformed`, two instants cannot stand in that order; other cases of the file can be run.
        """
        for earlier, later in _out_of_order(self.facts):
            raise Invalid("scenario-malformed", f"{self.id}: {later} is before {earlier}")
        return tuple(replace(self, expected=one, also=()) for one in (self.expected, *self.also))


class WorkedTerm(_Table, frozen=True, kw_only=True):
    """One term counted by hand: of the law, by its `code`, or of so many `days` of art. 739(3).

    It starts on `start`, that day not counted; `part` where the term depends on it, `stops` the days on which it did
    not run. `last_day` absent: it must be refused, because the law's data does not reach so far.
    """

    id: Annotated[str, Meta(min_length=1)]
    start: date
    code: TermCode | None = None
    days: Annotated[int, Meta(ge=0)] = 0
    part: str = ""
    stops: tuple[Stop, ...] = ()
    last_day: date | None = None
    title: str = ""
    basis: str = ""


class _File(_Table, frozen=True, kw_only=True):
    case: tuple[Scenario, ...] = ()
    term: tuple[WorkedTerm, ...] = ()


def parse(data: bytes) -> tuple[Scenario, ...]:
    """The scenarios of a file.

    Raises:
        Invalid: `scenario-malformed`; the detail names the key.
    """
    cases = _file(data).case
    for case in cases:
        _check(case)
    return cases


def worked_terms(data: bytes) -> tuple[WorkedTerm, ...]:
    """The worked terms of a file. Raises Invalid as `parse`."""
    return _file(data).term


def _file(data: bytes) -> _File:
    try:
        file = msgspec.convert(tomllib.loads(data.decode(), parse_float=Decimal), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid("scenario-malformed", str(error)) from error
    names = [case.id for case in file.case] + [term.id for term in file.term]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid("scenario-malformed", f"ids stand twice: {', '.join(twice)}")
    for term in file.term:
        if (term.code is None) == (term.days == 0):
            raise Invalid("scenario-malformed", f"{term.id}: a term has a code, or days of its own")
    return file


def _check(case: Scenario) -> None:
    """What the types cannot say. Raises Invalid `scenario-malformed`."""
    facts = case.facts
    if facts.kind in ("speed", "section_speed") and (facts.measured_kmh is None or facts.limit_kmh is None):
        raise Invalid("scenario-malformed", f"{case.id}: a speed needs measured_kmh and limit_kmh")
    if (facts.measured_kmh is None) != (facts.limit_kmh is None):
        raise Invalid("scenario-malformed", f"{case.id}: measured_kmh and limit_kmh belong together")
    if not all(one.about for one in case.also):
        raise Invalid("scenario-malformed", f"{case.id}: what is expected also names its part")
    if facts.kind in ("overweight", "oversize") and not facts.loads:
        raise Invalid("scenario-malformed", f"{case.id}: weight and size need loads")
    for bound in (facts.policy_valid_from, facts.policy_valid_to):
        if bound is not None and not isinstance(bound, date):
            raise Invalid("scenario-malformed", f"{case.id}: an insurance bound is a day or a moment")
    unknown = sorted({*facts.unanswered, *facts.no_record} - set(SYSTEMS))
    if unknown:
        there_are = f"no such register: {', '.join(unknown)}; there are: {', '.join(SYSTEMS)}"
        raise Invalid("scenario-malformed", f"{case.id}: {there_are}")
    if facts.delivered_at is not None and facts.sent_at is None:
        raise Invalid("scenario-malformed", f"{case.id}: delivered_at without sent_at")


def _out_of_order(facts: ScenarioFacts) -> Iterator[tuple[str, str]]:
    """What stands before what it can only follow: the earlier and the later by name."""
    offence = ("offence_at", facts.offence_at)
    found = offence if facts.possessor is None else ("possessor.at", facts.possessor.at)
    judged = ("officer_confirmed_at", facts.officer_confirmed_at), ("officer_rejected_at", facts.officer_rejected_at)
    acted = ("signed_at", facts.signed_at), ("sent_at", facts.sent_at), ("delivered_at", facts.delivered_at)
    told = *(("paid", one.at) for one in facts.paid), *(("then", one.at) for one in facts.then)
    follows = [
        *((offence, one) for one in (found, *told, ("seen_at", facts.seen_at))),
        *((found, one) for one in (*judged, *acted)),
        *((verdict, one) for verdict in judged for one in acted),
        *combinations(acted, 2),
    ]
    for (earlier, first), (later, second) in follows:
        if first is not None and second is not None and instant_us(second) < instant_us(first):
            yield earlier, later
