"""What came of an event, as far as the device that sent it may know: the port behind `GET /v1/events/{event_id}`.

The device learns its own reading confirmed or not and which road its event took. It never learns who owns a vehicle.
"""

from typing import Literal, Protocol

from adjudication.facts import Fact
from adjudication.messages import ReasonCode, Route
from adjudication.units import Bp, Count, Id, Name, Text


class CaseState(Fact, frozen=True, kw_only=True):
    """One possible offence of a passage. `act_number` once an act is formed."""

    case_id: Id
    part: Text
    route: Route
    reason: ReasonCode
    act_number: Text | None = None


class PassageState(Fact, frozen=True, kw_only=True):
    """One vehicle of the event. `plate` None: unread, or not kept because nothing was found against anyone.

    `outcome` is None while the passage is on the road; then `closed` (no finding: `reason` says why), or the furthest
    that one of its cases has come: a case's route, or `issued`.
    """

    passage_id: Id
    ordinal: Count
    plate: str | None
    country: str | None
    confidence_bp: Bp | None
    outcome: Literal["closed", "reject", "refer", "wait", "review", "auto", "issued"] | None
    reason: ReasonCode | None
    cases: tuple[CaseState, ...] = ()


class EventState(Fact, frozen=True, kw_only=True):
    """An event and its passages. `done` once every passage has an outcome; an undecided event has none or some yet."""

    event_id: Id
    device_id: Name
    done: bool
    passages: tuple[PassageState, ...]


class EventStatus(Protocol):
    """Where the fate of events is looked up."""

    def find(self, event_id: Id) -> EventState | None:
        """The event as far as it has come; None if it is unknown or forgotten. Raises Unavailable."""
