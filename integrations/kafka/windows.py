"""A group's windows: a compacted topic beside its inputs, and its entries of the partitions this member owns.

Entries travel in the same unit as outputs and offsets, so they are true exactly if those are. Whoever comes to own a
partition reads its entries before the first record, into a file of its own (window_file.py).

A file whose disk is full, or fails, is thrown away: a unit that has been committed stays so, and what it wrote is read
again, with all the rest, before the next record. Until there is room for it no record is handled.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from adjudication.errors import Unavailable
from ingest.clock import Clock
from ingest.stream import Entry, Name, Partition, partition_of
from integrations.kafka.lookup import Lookup
from integrations.kafka.topics import window_topic
from integrations.kafka.window_file import EntryPath, WindowFile, packed

SWEPT_AT_ONCE = 64
"""Expired entries deleted with a unit beyond as many as it adds: the window shrinks while a stage is at work."""

MARK = msgspec.json.encode(("", "", ""))
"""The key of a mark, which is no entry's: a deletion of nothing, so that the window does not grow by it."""
Mark = Callable[[Sequence[Partition]], Sequence[int]]
"""Writes a mark to each partition and says where it stands."""

_path = msgspec.json.Decoder(tuple[str, str, str])


class Change(NamedTuple):
    """One record of the changelog: an entry put, or (value None) deleted."""

    partition: int
    key: bytes
    value: bytes | None


class Windows:
    """One member's share of a group's windows. Not locked: its session is used by one thread."""

    def __init__(
        self, lookup: Lookup, mark: Mark, group: str, partitions: int, *, clock: Clock, folder: Path | None
    ) -> None:
        """`folder` is for the files of the partitions; None: the system's for temporary files."""
        self._lookup = lookup
        self._mark = mark
        self._group = group
        self._partitions = partitions
        self._clock = clock
        self._folder = folder
        self._owned: dict[int, WindowFile] = {}
        self._torn: set[int] = set()

    @property
    def topic(self) -> str:
        """The changelog's name."""
        return window_topic(self._group)

    def load(self, numbers: Iterable[int]) -> None:
        """Read the entries of partitions that have come to this member. Raises Unavailable.

        To a mark that is written for it, waiting for open units: what the former owner committed stands before that,
        visible or not yet. Asking for the end is not enough: a broker that stood still and was replaced answers first
        of all what was asked of it meanwhile, by what it knew then (tests/integrations/test_kafka_elections.py).
        """
        fresh = [Partition(self.topic, number) for number in numbers if number not in self._owned]
        for partition, end in zip(fresh, self._mark(fresh), strict=True):
            file = WindowFile(self._folder)
            try:
                if end:
                    file.apply(self._written(partition, end))
            except BaseException:
                file.close()
                raise
            self._owned[partition.number] = file
            self._torn.discard(partition.number)

    def _written(self, partition: Partition, end: int) -> Iterator[tuple[EntryPath, bytes | None]]:
        for message in self._lookup.read(partition, None, end):
            key, value = message.key(), message.value()
            yield _path.decode(key or b""), value if isinstance(value, bytes) else None

    def mend(self) -> None:
        """Read again whatever was thrown away. To be called before each poll. Raises Unavailable."""
        if self._torn:
            self.load(sorted(self._torn))

    def drop(self, number: int) -> None:
        """Forget a partition that has gone to another member."""
        self._torn.discard(number)
        file = self._owned.pop(number, None)
        if file is not None:
            file.close()

    def close(self) -> None:
        """Forget everything."""
        for number in tuple(self._owned):
            self.drop(number)

    def changes(self, entries: Sequence[Entry]) -> list[Change]:
        """What a unit with these entries writes: those that are new, and the deletion of some that have expired.

        Raises:
            Unavailable: nothing was done.
        """
        new: dict[EntryPath, Entry] = {}
        for entry in entries:
            new.setdefault((entry.window, *entry.name), entry)
        for window in {entry.window for entry in entries}:
            for name in self.known(window, [entry.name for entry in new.values() if entry.window == window]):
                del new[(window, *name)]
        put = [
            Change(partition_of(path[1], self._partitions), msgspec.json.encode(path), packed(entry))
            for path, entry in new.items()
        ]
        now_us, room = self._clock(), len(entries) + SWEPT_AT_ONCE
        gone = [
            Change(number, msgspec.json.encode(path), None)
            for number in tuple(self._owned)
            for path in self._expired(number, now_us, room)
            if path not in new
        ]
        return gone[:room] + put

    def _expired(self, number: int, now_us: int, room: int) -> Sequence[EntryPath]:
        with self._file(number) as file:
            return file.expired(now_us, room)

    def committed(self, changes: Sequence[Change]) -> None:
        """The unit with these changes has become true, whether or not there is room for them here."""
        for number in {change.partition for change in changes}:
            of_file = [(_path.decode(change.key), change.value) for change in changes if change.partition == number]
            with suppress(Unavailable), self._file(number) as file:
                file.apply(of_file)

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Session."""
        lots: dict[int, set[Name]] = {}
        for name in names:
            lots.setdefault(partition_of(name.key, self._partitions), set()).add(name)
        found: set[Name] = set()
        for number, lot in lots.items():
            with self._file(number) as file:
                found |= file.known(window, lot, self._clock())
        return frozenset(found)

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        """See Session."""
        with self._file(partition_of(key, self._partitions)) as file:
            return file.entries(window, key, self._clock())

    @contextmanager
    def _file(self, number: int) -> Iterator[WindowFile]:
        """That of a partition, which is thrown away where it raises Unavailable."""
        if number in self._torn:
            raise Unavailable("disk of the windows")
        if number not in self._owned:
            raise RuntimeError(
                f"partition {number} of group {self._group} is not this member's: key of another record?"
            )
        try:
            yield self._owned[number]
        except Unavailable:
            self.drop(number)
            self._torn.add(number)
            raise
