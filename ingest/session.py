"""A stream session over a log: cursors, pausing and the order of a unit, the same for memory and SQLite.

An adapter writes a `Log` (read a stretch, apply a unit at once); this file makes a `Session` of it.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ingest.stage import Position
from ingest.stream import POLL_BYTES, Entry, Name, NewRecord, Partition, StoredRecord


@dataclass(slots=True)
class Unit:
    """What one commit makes true at once. `member` says which session of `group` asks; None: a producer outside."""

    group: str = ""
    member: object = None
    records: list[NewRecord] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    offsets: dict[Partition, int] = field(default_factory=dict)
    step: Literal["open", "flushed"] = "open"

    def require(self, step: Literal["open", "flushed"], asked: str) -> None:
        """Raises RuntimeError if `asked` is out of order: order is what makes a crash harmless."""
        if self.step != step:
            raise RuntimeError(f"{asked} out of order: the unit is {self.step}, not {step}")


class Log(Protocol):
    """What memory and SQLite each do their own way. Safe to call from many threads."""

    def join(self, group: str, watch: threading.Event, topics: Sequence[str]) -> object:
        """A new member of the group, which fences the last one; `watch` is set whenever one of `topics` grows."""

    def leave(self, group: str, member: object) -> None:
        """Forget the member, if it is still the group's."""

    def is_member(self, group: str, member: object) -> bool:
        """False once fenced."""

    def committed(self, group: str) -> Mapping[Partition, int]:
        """Where the group goes on, for every partition of the topics it joined on."""

    def end(self, partition: Partition) -> int:
        """One past the last visible record."""

    def fetch(self, partition: Partition, offset: int, max_records: int, max_bytes: int) -> list[StoredRecord]:
        """Records from `offset` on; at least one if any stands, and no more once their values pass `max_bytes`."""

    def apply(self, unit: Unit) -> None:
        """Make the unit true, durably, at once. Raises Unavailable (nothing was done), RuntimeError if fenced."""

    def known(self, group: str, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """As Session.known."""

    def entries(self, group: str, window: str, key: str) -> Sequence[Entry]:
        """As Session.entries."""


class LogSession:
    """The `ingest.stream.Session` of one group over `log`."""

    def __init__(self, log: Log, group: str, topics: Sequence[str]) -> None:
        self._log = log
        self._group = group
        self._grown = threading.Event()
        self._member = log.join(group, self._grown, topics)
        self._next = dict(log.committed(group))
        self._turn = deque(partition for partition in self._next if partition.topic in topics)
        self._paused: set[Partition] = set()
        self._unit: Unit | None = None
        self._closed = False

    def poll(self, max_records: int, timeout_s: float) -> Sequence[StoredRecord]:
        """See Session."""
        give_up = time.monotonic() + timeout_s
        while True:
            self._require_member()
            self._grown.clear()
            if records := self._fetch(max_records):
                return records
            if not self._grown.wait(max(0.0, give_up - time.monotonic())):
                return ()

    def _fetch(self, max_records: int) -> list[StoredRecord]:
        """From one partition after the other, beginning where the last poll left off, so that none starves."""
        records: list[StoredRecord] = []
        room = POLL_BYTES
        for _ in range(len(self._turn)):
            if len(records) >= max_records or room <= 0:
                break
            partition = self._turn[0]
            self._turn.rotate(-1)
            if partition in self._paused:
                continue
            got = self._advance(partition, max_records - len(records), room)
            records += got
            room -= sum(len(record.value) for record in got)
        return records

    def _advance(self, partition: Partition, max_records: int, max_bytes: int) -> list[StoredRecord]:
        end = self._log.end(partition)
        if self._next[partition] >= end:
            return []
        got = self._log.fetch(partition, self._next[partition], max_records, max_bytes)
        self._next[partition] = got[-1].position.offset + 1 if got else end
        return got

    def begin(self) -> None:
        """See Session."""
        self._require_member()
        if self._unit is not None:
            raise RuntimeError("begin out of order: a unit is open")
        self._unit = Unit(self._group, self._member)

    def append(self, records: Sequence[NewRecord]) -> None:
        """See Session."""
        self._open_unit("append").records.extend(records)

    def remember(self, entries: Sequence[Entry]) -> None:
        """See Session."""
        self._open_unit("remember").entries.extend(entries)

    def flush(self) -> None:
        """See Session. A log takes the whole unit in one write at commit; this closes its contents."""
        self._open_unit("flush").step = "flushed"

    def offsets(self, next_offsets: Mapping[Partition, int]) -> None:
        """See Session."""
        self._flushed_unit("offsets").offsets.update(next_offsets)

    def commit(self) -> None:
        """See Session."""
        unit = self._flushed_unit("commit")
        self._unit = None
        self._log.apply(unit)

    def abort(self) -> None:
        """See Session."""
        self._unit = None

    def pause(self, partition: Partition) -> None:
        """See Session."""
        self._paused.add(partition)

    def resume(self, partition: Partition) -> None:
        """See Session."""
        self._paused.discard(partition)

    def seek(self, position: Position) -> None:
        """See Session."""
        self._next[Partition(position.topic, position.partition)] = position.offset

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Session."""
        self._require_member()
        return self._log.known(self._group, window, names)

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        """See Session."""
        self._require_member()
        return self._log.entries(self._group, window, key)

    def close(self) -> None:
        """See Session."""
        self._unit = None
        self._closed = True
        self._log.leave(self._group, self._member)

    def _require_member(self) -> None:
        if self._closed or not self._log.is_member(self._group, self._member):
            raise RuntimeError(f"this session of group {self._group} is closed, or fenced by a newer one")

    def _open_unit(self, asked: str) -> Unit:
        if self._unit is None:
            raise RuntimeError(f"{asked} out of order: no unit is open")
        self._unit.require("open", asked)
        return self._unit

    def _flushed_unit(self, asked: str) -> Unit:
        if self._unit is None:
            raise RuntimeError(f"{asked} out of order: no unit is open")
        self._unit.require("flushed", asked)
        return self._unit


class Members:
    """Who is in which group, and who waits for which topic. Not locked: the log calls it under its own lock."""

    def __init__(self) -> None:
        self._current: dict[str, object] = {}
        self._watching: dict[str, tuple[frozenset[str], threading.Event]] = {}

    def join(self, group: str, watch: threading.Event, topics: Sequence[str]) -> object:
        """A new member; whoever was the group's member before is fenced."""
        member = object()
        self._current[group] = member
        self._watching[group] = (frozenset(topics), watch)
        return member

    def leave(self, group: str, member: object) -> None:
        """Forget the member unless it has been fenced."""
        if self._current.get(group) is member:
            del self._current[group], self._watching[group]

    def is_member(self, group: str, member: object) -> bool:
        """Whether the group's member is still this one."""
        return self._current.get(group) is member

    def is_fenced(self, unit: Unit) -> bool:
        """Whether the session that asks for this unit has been fenced; a producer never is."""
        return unit.member is not None and not self.is_member(unit.group, unit.member)

    def wake(self, topics: Iterable[str]) -> None:
        """Set the event of everybody who waits for one of these topics."""
        for watched, event in tuple(self._watching.values()):
            if not watched.isdisjoint(topics):
                event.set()
