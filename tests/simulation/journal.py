"""What became true, as the ports saw it: the checker's own memory, beside everything stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.stream import Entry, NewRecord, Partition


@dataclass
class Unit:
    """What one unit of one group held, and whether it was made true."""

    group: str
    records: list[NewRecord] = field(default_factory=list)
    offsets: dict[Partition, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    committed: bool = False


@dataclass
class Sending:
    """One notice that a channel took: whether the act stood just then."""

    act_number: str
    channel: str
    stood: bool


@dataclass
class Journal:
    """What became true, as the ports saw it."""

    units: list[Unit] = field(default_factory=list)
    sent: list[tuple[str, Sequence[NewRecord]]] = field(default_factory=list)
    """By whom, and what: appended for good from outside any unit."""
    sendings: list[Sending] = field(default_factory=list)
    who: str = ""
    """Whose step it is now."""
