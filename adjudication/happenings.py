"""What people tell of a case whose act is sent: by name, as a form or a scenario has it, and as an event.

The names are one list for the officers' page and for a lawyer's scenarios. What the law makes of each is in `contest`
and `execution`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from adjudication.answers import PersonNumber
from adjudication.calendar import DAY_US, civil_day
from adjudication.errors import Conflict, Invalid, Unavailable
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import apply
from adjudication.messages import (
    CaseEvents,
    ContestDecided,
    ContestFiled,
    DecisionProlonged,
    HandedBack,
    HandedOver,
    LimitationResumed,
    LimitationStopped,
    MotionDecided,
    MotionFiled,
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
    "decision-prolonged",
    "upheld",
    "cancelled",
    "motion",
    "motion-decided",
    "limitation-expertise",
    "limitation-prosecutor",
    "limitation-sent-on",
    "limitation-force-majeure",
    "limitation-resumed",
    "other-possessor",
    "theft",
    "possessor-established",
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
    """What somebody tells: when it was, under which number, and what belongs to it. `reference` and `proof` are numbers
    of papers: the one it came or went with, and the one that proves who possessed the vehicle."""

    case_id: Id
    at_us: Micros
    reference: str = ""
    until_on: date | None = None
    tiyn: Tiyn = 0
    possessor: PersonNumber | None = None
    proof: str = ""


def event_of(what: What, told: Told) -> CaseEvents:
    """The event that is told. Raises Invalid `happening-incomplete`: a day, a person, a proof or a sum is missing."""
    kind, fields = _EVENTS[what]
    names, wanted = _NEEDS.get(what, ((), ""))
    more = {name: getattr(told, name) for name in names}
    if not all(more.values()) or more.get("tiyn", 1) < 0:
        raise Invalid("happening-incomplete", wanted)
    event: CaseEvents = kind(case_id=told.case_id, at_us=told.at_us, reference=told.reference, **fields, **more)
    return event


def what_of(event: CaseEvents) -> What | None:
    """What an event tells, by its name; None where no person told it."""
    for what, (kind, fields) in _EVENTS.items():
        if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
            return what
    return None


def possible(standing: Standing, case_id: Id, now_us: Micros, law: Lawbook) -> tuple[What, ...]:
    """What would have an effect if it were told now; once limitation has passed, also as of before that (62(5))."""
    tomorrow, moments = civil_day(now_us + DAY_US), [now_us]
    if standing.state == "LIMITATION_REVIEW" and standing.limitation_until_us is not None:
        moments.append(standing.limitation_until_us - 1)
    told = [Told(case_id, at_us, until_on=tomorrow, tiyn=1, possessor="0" * 12, proof="0") for at_us in moments]
    return tuple(what for what in WHATS if any(has_effect(standing, event_of(what, one), law) for one in told))


def has_effect(standing: Standing, event: CaseEvents, law: Lawbook) -> bool:
    """Whether an event would change where the case stands, or have people look at it."""
    try:
        outcome = apply(standing, event, law)
    except (Conflict, Unavailable):
        return False
    return outcome.standing != standing or outcome.for_people


_EVENTS: dict[What, tuple[Any, dict[str, object]]] = {
    "complaint": (ContestFiled, {"by": "complaint"}),
    "protest": (ContestFiled, {"by": "protest"}),
    "court": (ContestFiled, {"by": "court"}),
    "protest-shortened": (ContestFiled, {"by": "protest-shortened"}),
    "decision-prolonged": (DecisionProlonged, {}),
    "upheld": (ContestDecided, {"outcome": "upheld"}),
    "cancelled": (ContestDecided, {"outcome": "cancelled"}),
    "motion": (MotionFiled, {}),
    "motion-decided": (MotionDecided, {}),
    "limitation-expertise": (LimitationStopped, {"ground": "expertise"}),
    "limitation-prosecutor": (LimitationStopped, {"ground": "prosecutor"}),
    "limitation-sent-on": (LimitationStopped, {"ground": "sent-on"}),
    "limitation-force-majeure": (LimitationStopped, {"ground": "force-majeure"}),
    "limitation-resumed": (LimitationResumed, {}),
    "other-possessor": (StatementFiled, {"ground": "OTHER_POSSESSOR"}),
    "theft": (StatementFiled, {"ground": "UNLAWFUL_DISPOSSESSION"}),
    "statement-true": (StatementDecided, {"established": True, "possessor": None}),
    "possessor-established": (StatementDecided, {"established": True}),
    "statement-false": (StatementDecided, {"established": False}),
    "deferral": (PaymentPutOff, {"how": "deferral"}),
    "instalments": (PaymentPutOff, {"how": "instalments"}),
    "handed-over": (HandedOver, {}),
    "handed-back": (HandedBack, {}),
    "refund": (RefundPaid, {}),
}
"""By name: the kind of event, and what of it the name says."""
LIMITATION_STOPS = tuple(what for what, (kind, _) in _EVENTS.items() if kind is LimitationStopped)
STATEMENTS = tuple(what for what, (kind, _) in _EVENTS.items() if kind is StatementFiled)
BORNE_OUT = tuple(
    what for what, (kind, fields) in _EVENTS.items() if kind is StatementDecided and fields["established"]
)
"""What stops limitation (62(5)), what an owner says (31(3)), and what the check of it finds to be so."""
_NEEDS: dict[What, tuple[tuple[str, ...], str]] = {
    "other-possessor": (("possessor",), "an owner who names another possessor names their IIN or BIN"),
    "possessor-established": (("possessor", "proof"), "whom the check found, by IIN or BIN, and which paper proves it"),
    "deferral": (("until_on",), "payment is put off until a day; say which"),
    "instalments": (("until_on",), "payment is put off until a day; say which"),
    "refund": (("tiyn",), "say how much was paid back"),
}
"""What must be told beside when and under which number, and what to say where it is not."""
