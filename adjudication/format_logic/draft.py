"""What a control looks at: the act as it would be signed, and all that it must agree with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from adjudication.answers import Device, Person, Vehicle
from adjudication.calendar import civil_day
from adjudication.facts import EvidenceRef, Fact
from adjudication.lawbook import MEASURED, Detection, Lawbook, PartRule
from adjudication.messages import CaseDecided, EventCaptured, PassageObserved
from adjudication.policy import Edition
from adjudication.protocol import Act, ActDevice, Body
from adjudication.units import Count, Id, Micros

_Found = TypeVar("_Found", bound=Fact)


class Mismatch(Fact, frozen=True, kw_only=True):
    """One thing that is not as it must be. `stated` and `expected` are empty where they would name somebody, or are
    long: what a control found is kept longer than the case's pictures, and must not say whose it is."""

    point: str
    stated: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An act that stands already and came of one of the same events."""

    case_id: Id
    event_id: Id
    part: str
    plate: str


@dataclass(frozen=True)
class Draft:
    """An act before it is numbered, the decision it was formed from, and what else is known at `formed_us`.

    `evidence` is what was sealed, `policy` that of the offence's day, `body` the one that signs; `earlier` the acts of
    the same events that stand, those of the same batch included; `unrepeated` the cases whose repetition it punishes
    that ended without a penalty since the registers told of them.
    """

    act: Act
    decision: CaseDecided
    evidence: tuple[EvidenceRef, ...]
    law: Lawbook
    policy: Edition
    body: Body
    generation: Count
    formed_us: Micros
    earlier: tuple[Earlier, ...] = ()
    unrepeated: tuple[Id, ...] = ()

    @property
    def passage(self) -> PassageObserved:
        """The passage the act is about."""
        return self.decision.checked.passage

    @property
    def event(self) -> EventCaptured:
        """What the device wrote of it."""
        return self.passage.event

    @cached_property
    def day(self) -> date:
        """The civil day of the offence."""
        return civil_day(self.event.captured_us)

    @cached_property
    def rule(self) -> PartRule | None:
        """The act's part as the law had it on that day."""
        return self.part(self.act.part)

    @cached_property
    def base(self) -> PartRule | None:
        """The part that was found, where the act's punishes its repetition; else the act's own."""
        return self.rule if self.decision.base is None else self.part(self.decision.base)

    @cached_property
    def vehicle(self) -> Vehicle | None:
        """The register's latest whole word on the vehicle."""
        return _latest([answers.vehicle for answers in self.decision.checked.rounds], Vehicle)

    @cached_property
    def person(self) -> Person | None:
        """The register's latest whole word on the person."""
        return _latest([answers.liable for answers in self.decision.checked.rounds], Person)

    @cached_property
    def means(self) -> tuple[tuple[EventCaptured, Device | None, ActDevice | None], ...]:
        """Each event with its registered device and what the act says of it: one, or a section's two, exit first."""
        rounds = self.decision.checked.rounds
        own = (self.event, _latest([answers.device for answers in rounds], Device), self.act.device)
        run, stated = self.passage.section, self.act.section
        if run is None:
            return (own,)
        entry = _latest([answers.entry_device for answers in rounds], Device)
        return own, (run.entry.event, entry, None if stated is None else stated.device)

    @cached_property
    def settled(self) -> frozenset[str]:
        """The doubts of the decision that an officer settled, by code."""
        return frozenset(value for step in self.decision.trace for name, value in step.values if name == "settled")

    @property
    def measured(self) -> bool:
        """Whether the act rests on an instrument's figure."""
        return self.base is not None and self.base.detects in MEASURED

    def finds(self, *detections: Detection) -> bool:
        """Whether what was found is one of these."""
        return self.base is not None and self.base.detects in detections

    def part(self, name: str) -> PartRule | None:
        """A part as it stood on the day of the offence."""
        return next((part for part in self.law.parts_on(self.day) if part.part == name), None)


Mismatches = tuple[Mismatch, ...]
IN_ORDER: Mismatches = ()


def differing(**compared: tuple[object, object]) -> Mismatches:
    """Those of the points whose stated value is not the expected one, both as text."""
    found = IN_ORDER
    for point, (stated, expected) in compared.items():
        if stated != expected:
            found += (Mismatch(point=point, stated=str(stated), expected=str(expected)),)
    return found


def differing_unsaid(**compared: tuple[object, object]) -> Mismatches:
    """The same for what names a person or a vehicle: only the point is told."""
    found = IN_ORDER
    for point, (stated, expected) in compared.items():
        if stated != expected:
            found += (Mismatch(point=point),)
    return found


def untrue(**held: bool) -> Mismatches:
    """The points that do not hold."""
    if all(held.values()):
        return IN_ORDER
    return tuple(Mismatch(point=point) for point, holds in held.items() if not holds)


def _latest(answers: Sequence[object], kind: type[_Found]) -> _Found | None:
    return next((answer for answer in reversed(answers) if isinstance(answer, kind)), None)
