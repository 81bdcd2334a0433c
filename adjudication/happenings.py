"""What people tell of a case whose act is sent: by name, as a form or a scenario has it, and as an event.

The names are one list for the officers' page and for a lawyer's scenarios. What the law makes of each is in `contest`
and `execution`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from adjudication.answers import PersonNumber
from adjudication.calendar import civil_day
from adjudication.errors import Conflict, Invalid, Unavailable
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import apply
from adjudication.messages import (
    CaseEvents,
    ContestDecided,
    ContestFiled,
    HandedBack,
    HandedOver,
    PaymentPutOff,
    RefundPaid,
    StatementDecided,
    StatementFiled,
)
from adjudication.standing import Standing
from adjudication.units import Id, Micros, Tiyn

What = Literal[
    "complaint",
    "protest",
    "court",
    "protest-shortened",
    "upheld",
    "cancelled",
    "other-possessor",
    "theft",
    "statement-true",
    "statement-false",
    "deferral",
    "instalments",
    "handed-over",
    "handed-back",
    "refund",
]
WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells: when it was, under which number, and what belongs to it. `reference` is of a paper."""

    case_id: Id
    at_us: Micros
    reference: str = ""
    until_on: date | None = None
    tiyn: Tiyn = 0
    possessor: PersonNumber | None = None


def event_of(what: What, told: Told) -> CaseEvents:
    """The event that is told. Raises Invalid `happening-incomplete`: a day, a person or a sum is missing."""
    return _EVENTS[what](told)


def what_of(event: CaseEvents) -> What | None:
    """What an event tells, by its name; None where no person told it."""
    match event:
        case ContestFiled():
            return event.by
        case ContestDecided():
            return event.outcome
        case StatementFiled():
            return "theft" if event.ground == "UNLAWFUL_DISPOSSESSION" else "other-possessor"
        case StatementDecided():
            return "statement-true" if event.established else "statement-false"
        case PaymentPutOff():
            return event.how
        case _:
            return _ALONE.get(type(event))


def possible(standing: Standing, case_id: Id, now_us: Micros, law: Lawbook) -> tuple[What, ...]:
    """What would have an effect if it were told now."""
    tomorrow = civil_day(now_us + 86_400_000_000)
    told = Told(case_id, now_us, until_on=tomorrow, tiyn=1, possessor="0" * 12)
    return tuple(what for what in WHATS if has_effect(standing, event_of(what, told), law))


def has_effect(standing: Standing, event: CaseEvents, law: Lawbook) -> bool:
    """Whether an event would change where the case stands, or have people look at it."""
    try:
        outcome = apply(standing, event, law)
    except (Conflict, Unavailable):
        return False
    return outcome.standing != standing or outcome.for_people


def _put_off(told: Told, how: Literal["deferral", "instalments"]) -> PaymentPutOff:
    if told.until_on is None:
        raise Invalid("happening-incomplete", "payment is put off until a day; say which")
    return PaymentPutOff(
        case_id=told.case_id, at_us=told.at_us, how=how, until_on=told.until_on, reference=told.reference
    )


def _refunded(told: Told) -> RefundPaid:
    if told.tiyn <= 0:
        raise Invalid("happening-incomplete", "say how much was paid back")
    return RefundPaid(case_id=told.case_id, at_us=told.at_us, tiyn=told.tiyn, reference=told.reference)


def _possessed(told: Told) -> StatementFiled:
    if told.possessor is None:
        raise Invalid("happening-incomplete", "an owner who names another possessor names their IIN or BIN")
    return StatementFiled(
        case_id=told.case_id,
        at_us=told.at_us,
        ground="OTHER_POSSESSOR",
        reference=told.reference,
        possessor=told.possessor,
    )


def _stolen(told: Told) -> StatementFiled:
    ground: Literal["UNLAWFUL_DISPOSSESSION"] = "UNLAWFUL_DISPOSSESSION"
    return StatementFiled(case_id=told.case_id, at_us=told.at_us, ground=ground, reference=told.reference)


def _filed(by: Literal["complaint", "protest", "court", "protest-shortened"]) -> Callable[[Told], CaseEvents]:
    return lambda told: ContestFiled(case_id=told.case_id, at_us=told.at_us, by=by, reference=told.reference)


def _decided(outcome: Literal["upheld", "cancelled"]) -> Callable[[Told], CaseEvents]:
    return lambda told: ContestDecided(
        case_id=told.case_id, at_us=told.at_us, outcome=outcome, reference=told.reference
    )


def _checked(established: bool) -> Callable[[Told], CaseEvents]:
    return lambda told: StatementDecided(
        case_id=told.case_id, at_us=told.at_us, established=established, reference=told.reference
    )


_ALONE: dict[type, What] = {HandedOver: "handed-over", HandedBack: "handed-back", RefundPaid: "refund"}
_EVENTS: dict[What, Callable[[Told], CaseEvents]] = {
    "complaint": _filed("complaint"),
    "protest": _filed("protest"),
    "court": _filed("court"),
    "protest-shortened": _filed("protest-shortened"),
    "upheld": _decided("upheld"),
    "cancelled": _decided("cancelled"),
    "other-possessor": _possessed,
    "theft": _stolen,
    "statement-true": _checked(established=True),
    "statement-false": _checked(established=False),
    "deferral": lambda told: _put_off(told, "deferral"),
    "instalments": lambda told: _put_off(told, "instalments"),
    "handed-over": lambda told: HandedOver(case_id=told.case_id, at_us=told.at_us, reference=told.reference),
    "handed-back": lambda told: HandedBack(case_id=told.case_id, at_us=told.at_us, reference=told.reference),
    "refund": _refunded,
}
