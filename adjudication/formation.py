"""Format-logic controls (ФЛК): the act is held against law and facts once more, as it would be signed.

`CONTROLS` is the whole list, in the order people read it. Each control is a pure function of the draft that says what
is not as it must be; none calls what decided or formed the act, so a mistake there does not hide itself. Source:
brief §3.5, §3.6, §3.8, §4.2, §7, §15; the article of each stands with its words in `reasons`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from adjudication.format_logic.authority import officer_where_needed
from adjudication.format_logic.detection import (
    clock_in_bound,
    device_certified,
    device_of_event,
    evidence_complete,
    evidence_of_event,
    excess_of_measurement,
    limit_known,
    place_of_event,
    place_registered,
    time_of_event,
    verification_valid,
)
from adjudication.format_logic.document import (
    earlier_stands,
    first_of_its_kind,
    form_is_automatic,
    in_time,
    no_protocol,
    of_the_decision,
    part_of_finding,
    same_law,
    sendable_as_law_says,
    statement_of_law,
    sum_of_law,
    terms_of_law,
)
from adjudication.format_logic.draft import Draft, Mismatches
from adjudication.format_logic.subject import (
    address,
    addressee_of_register,
    birth_date_agrees,
    both_languages,
    identifier,
    investor,
    person_competent,
    plate_of_grammar,
    requisites,
    vehicle_of_passage,
    vehicle_ordinary,
)
from adjudication.reasons import REASONS, Reason

Severity = Literal["block", "person", "note"]
"""block: no act, whatever anybody confirms. person: no act until an officer who was told has confirmed. note: the act
is formed, and what was found is kept and counted."""


@dataclass(frozen=True, slots=True)
class Control:
    """One named control."""

    code: str
    severity: Severity
    check: Callable[[Draft], Mismatches]

    @property
    def reason(self) -> Reason:
        """Its article and its words."""
        return REASONS[self.code]


@dataclass(frozen=True, slots=True)
class Caught:
    """What a control found: at least one mismatch."""

    code: str
    severity: Severity
    mismatches: Mismatches


CONTROLS: tuple[Control, ...] = (
    Control("PROTOCOL_BY_MACHINE", "block", no_protocol),
    Control("FORM_NOT_AUTOMATIC", "block", form_is_automatic),
    Control("OFFICER_NOT_NAMED", "block", officer_where_needed),
    Control("ACT_NOT_OF_DECISION", "block", of_the_decision),
    Control("PART_NOT_OF_FINDING", "block", part_of_finding),
    Control("STATEMENT_NOT_OF_LAW", "block", statement_of_law),
    Control("SUM_NOT_OF_LAW", "block", sum_of_law),
    Control("TERMS_NOT_OF_LAW", "block", terms_of_law),
    Control("SENDABLE_NOT_OF_LAW", "block", sendable_as_law_says),
    Control("FORMED_TOO_LATE", "block", in_time),
    Control("DUPLICATE_ACT", "block", first_of_its_kind),
    Control("IDENTIFIER_WRONG", "block", identifier),
    Control("ADDRESSEE_NOT_OF_REGISTER", "block", addressee_of_register),
    Control("PERSON_NOT_COMPETENT", "block", person_competent),
    Control("VEHICLE_NOT_OF_PASSAGE", "block", vehicle_of_passage),
    Control("VEHICLE_NOT_ORDINARY", "block", vehicle_ordinary),
    Control("PLATE_NOT_OF_GRAMMAR", "block", plate_of_grammar),
    Control("DEVICE_NOT_OF_EVENT", "block", device_of_event),
    Control("DEVICE_NOT_CERTIFIED", "block", device_certified),
    Control("VERIFICATION_NOT_VALID", "block", verification_valid),
    Control("EXCESS_NOT_OF_MEASUREMENT", "block", excess_of_measurement),
    Control("LIMIT_UNKNOWN", "block", limit_known),
    Control("CLOCK_OUT_OF_BOUND", "block", clock_in_bound),
    Control("TIME_NOT_OF_EVENT", "block", time_of_event),
    Control("PLACE_NOT_OF_EVENT", "block", place_of_event),
    Control("EVIDENCE_INCOMPLETE", "block", evidence_complete),
    Control("EVIDENCE_NOT_OF_EVENT", "block", evidence_of_event),
    Control("LANGUAGE_MISSING", "block", both_languages),
    Control("REQUISITE_MISSING", "block", requisites),
    Control("BIRTH_DATE_DISAGREES", "person", birth_date_agrees),
    Control("PLACE_NOT_REGISTERED", "person", place_registered),
    Control("EARLIER_VOIDED", "person", earlier_stands),
    Control("ADDRESS_MISSING", "note", address),
    Control("OTHER_LAW_DATA", "note", same_law),
    Control("INVESTOR_CONSENT", "note", investor),
)


def check(draft: Draft) -> tuple[Caught, ...]:
    """What the controls find, in their order; () where the act is in order.

    Raises:
        Unavailable: the calendar does not reach so far.
    """
    found: list[Caught] = []
    for control in CONTROLS:
        mismatches = control.check(draft)
        if mismatches:
            found.append(Caught(control.code, control.severity, mismatches))
    return tuple(found)


def holding(caught: Iterable[Caught], told: frozenset[str]) -> tuple[Caught, ...]:
    """Those that keep the act from being formed. `told`: what the officer who confirmed it was told before."""
    return tuple(
        one for one in caught if one.severity == "block" or (one.severity == "person" and one.code not in told)
    )
