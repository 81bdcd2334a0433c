"""What rules and guards speak in: the scene they look at, the findings and rulings they return.

A *rule* looks at a scene and finds a possible offence, or none. A *guard* looks at a finding in its scene and rules: in
order, or which route it must take and why. `decide` puts them together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from adjudication import ids
from adjudication.answers import (
    Answer,
    DeviceAnswer,
    PenaltiesAnswer,
    PersonAnswer,
    PersonNumber,
    Unanswered,
    Vehicle,
    VehicleAnswer,
)
from adjudication.calendar import civil_day
from adjudication.facts import LoadMeasurement
from adjudication.lawbook import Detection, Lawbook, PartRule
from adjudication.messages import EventCaptured, PassageChecked, ReviewRecorded, Route, TraceStep
from adjudication.plates import classify
from adjudication.policy import Edition
from adjudication.reasons import REASONS
from adjudication.units import Id, Micros

_T = TypeVar("_T")


class once(cached_property[_T]):  # noqa: N801 - named as the decorator it is
    """A cached_property without the lock that Python takes before 3.12: a scene belongs to one thread."""

    def __get__(self, scene: object, owner: type | None = None) -> _T:  # type: ignore[override]  # never of the class
        """Works the value out, and leaves it where it is found the next time."""
        value = scene.__dict__[self.func.__name__] = self.func(scene)
        return value


Basis = Literal["measured", "seen", "register"]
"""How an offence was found: by a measuring instrument, by a detector that does not measure, or by data matching."""
_A = TypeVar("_A")


class Ruling(NamedTuple):
    """One guard's word: `auto` is "in order". `ask_again_us` belongs to `wait`."""

    route: Route
    reason: str
    step: TraceStep
    ask_again_us: Micros | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A possible offence: its base part, how it was found, what the rule itself rules, and what would change it.
    `load` and `excess_load` are of weight or size: what was measured and by how much it was too much, in its unit."""

    base: PartRule
    detection: Detection
    basis: Basis
    rulings: tuple[Ruling, ...]
    otherwise: TraceStep
    excess_kmh: int | None = None
    load: LoadMeasurement | None = None
    excess_load: int | None = None


@dataclass(frozen=True)
class Scene:
    """A checked passage with the law and policy of its day. `reviews` are the verdicts that enter, oldest first."""

    checked: PassageChecked
    law: Lawbook
    policy: Edition
    reviews: tuple[ReviewRecorded, ...] = ()

    @property
    def captured_us(self) -> Micros:
        """The instant everything is judged at (brief §15.3 rule 8)."""
        return self.checked.passage.event.captured_us

    @once
    def day(self) -> date:
        """The civil day of the passage."""
        return civil_day(self.captured_us)

    @once
    def decided_us(self) -> Micros:
        """The latest instant this decision knows of: of an answer or of a verdict. The law core has no clock."""
        return max((self.captured_us, self.checked.rounds[-1].asked_us, *(review.at_us for review in self.reviews)))

    @once
    def device(self) -> DeviceAnswer | None:
        """What the device register says: its latest word, silence only if it never spoke."""
        given: list[DeviceAnswer | None] = [answers.device for answers in self.checked.rounds]
        return _latest(given)

    @once
    def points(self) -> tuple[tuple[DeviceAnswer | None, EventCaptured], ...]:
        """Each device that speaks here and the event it speaks of: one, or a section's two, its exit first."""
        passage = self.checked.passage
        if passage.section is None:
            return ((self.device, passage.event),)
        given: list[DeviceAnswer | None] = [answers.entry_device for answers in self.checked.rounds]
        return (self.device, passage.event), (_latest(given), passage.section.entry.event)

    @once
    def vehicle(self) -> VehicleAnswer | None:
        """What the vehicle register says, likewise; None if nobody asked."""
        given: list[VehicleAnswer | None] = [answers.vehicle for answers in self.checked.rounds]
        return _latest(given)

    @once
    def liable(self) -> PersonAnswer | None:
        """What the person registers say of the holder or owner, likewise; None if nobody asked."""
        given: list[PersonAnswer | None] = [answers.liable for answers in self.checked.rounds]
        return _latest(given)

    @once
    def penalties(self) -> PenaltiesAnswer | None:
        """The person's earlier penalties, likewise; None if nobody asked."""
        given: list[PenaltiesAnswer | None] = [answers.penalties for answers in self.checked.rounds]
        return _latest(given)

    @once
    def local(self) -> bool:
        """Whether the plate can be one of Kazakhstan."""
        plate = self.checked.passage.plate
        return plate is not None and (plate.country == "KZ" or any(f.country == "KZ" for f in classify(plate.text)))

    @property
    def answerable(self) -> PersonNumber | None:
        """Who answers for the vehicle: who was found to possess it, else its holder before its owner. Source: 31(2)
        and its note, 31(3)."""
        if self.checked.possessor is not None:
            return self.checked.possessor.person
        return (self.vehicle.holder or self.vehicle.owner) if isinstance(self.vehicle, Vehicle) else None

    @once
    def sending_from_us(self) -> Micros:
        """When the sending term begins: with the fixation; of a case against a possessor, where policy leaves it to an
        officer, when the possessor was established. Source: 822-1(3), brief §15.3 rule 12."""
        possessor = self.checked.possessor
        if possessor is None or self.policy.possessor_send_term == "from_fixation":
            return self.captured_us
        return max(self.captured_us, possessor.established_us)

    def is_about(self, finding: Finding) -> bool:
        """Whether a finding is of the case in hand: a possessor answers for what the owner was released from alone."""
        possessor = self.checked.possessor
        return possessor is None or possessor.part == finding.base.part

    def case_id(self, finding: Finding) -> Id:
        """The case a finding is: by event for what a device saw, by day and person for what registers say; against a
        possessor by the owner's case and that person."""
        if self.checked.possessor is not None:
            return self.checked.possessor.case_id
        passage, part = self.checked.passage, finding.base.part
        if finding.basis != "register":
            seen = (
                passage.event_id
                if passage.section is None
                else ids.run_id(passage.section.entry.event_id, passage.event_id)
            )
            return ids.measured_case_id(seen, passage.plate.text if passage.plate else passage.passage_id, part)
        first = next(a.vehicle for a in self.checked.rounds if isinstance(a.vehicle, Vehicle))
        return ids.register_case_id(first.holder or first.owner, first.vin or first.plate, part, self.day.isoformat())


Rule = Callable[[Scene], Finding | None]
Guard = Callable[[Scene, Finding], tuple[Ruling, ...]]


def in_order(rule: str, source: str, outcome: str, **values: object) -> Ruling:
    """A ruling that something was looked at and is as it should be."""
    return Ruling("auto", "CLEAR", TraceStep(rule=rule, source=source, outcome=outcome, values=_texts(values)))


def ruled(route: Route, reason: str, rule: str, ask_again_us: Micros | None = None, **values: object) -> Ruling:
    """A ruling that takes the case off the automatic road; the words are those of the reason."""
    known = REASONS[reason]
    step = TraceStep(
        rule=rule, source=known.source, outcome=known.text.en, values=(*_texts(values), ("reason", reason))
    )
    return Ruling(route, reason, step, ask_again_us)


def is_silent(answer: Answer | None) -> bool:
    """Whether a register that should have been asked said nothing."""
    return answer is None or isinstance(answer, Unanswered)


def _latest(given: Sequence[_A]) -> _A | None:
    asked = [answer for answer in given if answer is not None]
    spoken = [answer for answer in asked if not isinstance(answer, Unanswered)]
    last = spoken or asked
    return last[-1] if last else None


def _texts(values: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, str(value)) for name, value in values.items()])
