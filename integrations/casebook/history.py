"""The words of a line of a case's history: written here and read here, so that nobody else knows their form.

A line says what came: an event's kind and what beside it names nobody, what somebody told with the number of its paper,
which controls of formation held an act back, or which case goes on against a possessor.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from adjudication.happenings import WHATS, What, what_of
from adjudication.messages import (
    ActVoided,
    CaseEvents,
    DeadlineReached,
    EarlierVoided,
    Filed,
    LawEased,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PaymentReceived,
)
from adjudication.units import Id
from integrations.casebook.cases import Entry

NOT_FOLDED_IN = "design 1.6"
"""The basis of a line that changed nothing: what it tells contradicts what stands."""
_TOLD, _HELD, _GOES_ON = "told: ", "held: ", "goes on: "


class Told(NamedTuple):
    """What somebody told of a case, and the number of its paper."""

    what: What
    reference: str


_SAID: dict[type, Callable[[Any], str]] = {
    NoticeDispatched: lambda event: event.channel,
    NoticeDelivered: lambda event: event.channel,
    NoticeFailed: lambda event: f"{event.channel}, {event.reason}",
    PaymentReceived: lambda event: f"{event.tiyn} tiyn",
    DeadlineReached: lambda event: event.code,
    ActVoided: lambda event: event.reason,
    EarlierVoided: lambda event: event.earlier_id,
    LawEased: lambda event: f"{event.mci_before} MCI, now {event.part or 'no offence'} {event.mci_count} MCI",
}
"""What a line says beside an event's kind: nothing that names anybody."""


def words_of(event: CaseEvents) -> str:
    """An event as a line: `told: complaint (in-1)` or `deadline-reached: SEND`."""
    if isinstance(event, Filed):
        return f"{_TOLD}{what_of(event)} ({event.reference})"
    return f"{type(event).__struct_config__.tag}: {_SAID[type(event)](event)}"


def words_of_held(codes: Iterable[str]) -> str:
    """Which controls held an act back, as a line: `held: ADDRESS_MISSING, LIMIT_UNKNOWN`."""
    return _HELD + ", ".join(codes)


def words_of_going_on(case_id: Id) -> str:
    """Which case goes on against the possessor, where the owner was released (31(3)), as a line."""
    return f"{_GOES_ON}{case_id}"


def told_in(entry: Entry) -> Told | None:
    """What a line says that somebody told, whether it was folded in or not; None for any other line."""
    if not entry.what.startswith(_TOLD):
        return None
    name, _, rest = entry.what.removeprefix(_TOLD).partition(" (")
    what = next((one for one in WHATS if one == name), None)
    return None if what is None else Told(what, rest.removesuffix(")"))


def held_in(entry: Entry) -> tuple[str, ...]:
    """The controls that a line says held an act back; none for any other line."""
    return tuple(entry.what.removeprefix(_HELD).split(", ")) if entry.what.startswith(_HELD) else ()


def goes_on_in(entry: Entry) -> Id | None:
    """The case against the possessor that a line names; None for any other line."""
    return entry.what.removeprefix(_GOES_ON) if entry.what.startswith(_GOES_ON) else None
