"""The stream's ports: what the road asks of whatever carries its messages.

Three faces of one thing. A `Producer` appends durably (door, outbox). A `Reader` reads one record back by position
(sealing) or, as any `Scanner`, a stretch of a topic by time (replay). A `Session` is how one stage, as a member of its
consumer group, reads and commits. Adapters: `ingest/memory.py`, `integrations/sqlite_stream.py`, `integrations/kafka/`;
tests/contracts/test_stream_contract.py is the contract as code.

A topic is split into partitions by a stable hash of the key; records of one partition are read in the order they were
appended. Offsets rise with gaps. A record is gone `retention_s` of its topic after it was appended; a broker, which
deletes by segments, may take it up to a quarter earlier.

An embedded group has one member. On a broker its members, each with a name of its own, share the partitions: those of
one number, of every topic read, belong to one member, and the window entries of their keys with them.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from msgspec import Struct

from adjudication.errors import Invalid
from ingest.stage import Position
from ingest.topics import Topic

MAX_RECORD_BYTES = 4 * 1024 * 1024 + 64 * 1024
"""A full frame (ingest.frame.MAX_FRAME_BYTES), and room for the few headers beside it."""


class Partition(NamedTuple):
    """One partition of one topic: what is paused, sought and committed."""

    topic: str
    number: int


class NewRecord(Struct, frozen=True):
    """A record to append. Raises Invalid `record-too-large` above MAX_RECORD_BYTES."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str] = {}

    def __post_init__(self) -> None:
        if len(self.value) > MAX_RECORD_BYTES:
            raise Invalid("record-too-large", f"{len(self.value)} bytes; at most {MAX_RECORD_BYTES}")


class StoredRecord(Struct, frozen=True):
    """A record as it stands in the stream. `appended_us` is the stream's own clock: for lag and retention only."""

    position: Position
    key: str
    value: bytes
    headers: Mapping[str, str]
    appended_us: int

    @property
    def partition(self) -> Partition:
        """Where it stands, without the offset."""
        return Partition(self.position.topic, self.position.partition)


class Name(NamedTuple):
    """What a window's entry is called: the stream key it lies beside, and the id of the message that put it there."""

    key: str
    id: str


class Entry(Struct, frozen=True):
    """One entry of a window (ingest/windows.py): forgotten once the stream's clock passes `expires_us`."""

    window: str
    name: Name
    expires_us: int
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a group is behind on one topic: unread records, and the age in seconds of the oldest of them (or 0).

    Where offsets have gaps `records` is a bound from above; it is 0 only where nothing is unread.
    """

    group: str
    topic: str
    records: int
    age_s: float


class Producer(Protocol):
    """Appends records from outside any stage. Safe to call from many threads at once; they share one flush."""

    def send(self, records: Sequence[NewRecord]) -> None:
        """Append all of `records`; return only when they survive the loss of power.

        Raises:
            Unavailable: the stream cannot take them all now; they are to be sent again. An embedded stream has then
                appended none; of a broker nobody can know, so what comes twice must collapse by its id.
        """


class Scanner(Protocol):
    """Goes over what was appended in a stretch of time. Safe to call from many threads at once."""

    def scan(self, topic: str, from_us: int, to_us: int) -> Iterator[StoredRecord]:
        """Every record of `topic` appended in [from_us, to_us) that still stands; in order within a partition.

        Raises:
            Unavailable: the stream cannot be read now.
        """


class Reader(Scanner, Protocol):
    """Reads without a group: nothing is committed, nobody else notices. Safe to call from many threads at once."""

    def read_at(self, position: Position) -> StoredRecord:
        """The record at `position`.

        Raises:
            Invalid: `record-expired`, where none stands there any more (or ever did).
            Unavailable: the stream cannot be read now.
        """


class Session(Protocol):
    """One stage's membership of its group. Used by one thread; opening another as the same member fences this one.

    The unit of work is `begin → append, remember → flush → offsets → commit`, in this order; a step out of order is
    a bug (RuntimeError). What is in a unit becomes true at once at commit, or never: the records visible to others, the
    entries to `known` and `entries`, the offsets to the group's next session. After `abort`, or when the process
    dies before commit returns, it is as if the unit had not been, unless the commit had already been made.

    Every method raises `Unavailable` where the stream cannot answer now, and RuntimeError once fenced or closed. A
    fenced session learns of it at the latest when it commits. Partitions come and go inside `poll` alone.
    """

    def poll(self, max_records: int, timeout_s: float) -> Sequence[StoredRecord]:
        """The next records of partitions not paused, oldest first within each; () after `timeout_s` without any.

        At most `max_records`, and no more once their values pass POLL_BYTES. A session starts at the group's committed
        offsets, a new group at the oldest record that stands. Polling moves the read position, never the committed one.
        """

    def begin(self) -> None:
        """Open a unit."""

    def append(self, records: Sequence[NewRecord]) -> None:
        """Add records to the unit."""

    def remember(self, entries: Sequence[Entry]) -> None:
        """Add window entries to the unit. The first entry of a name stands; a second of the same name is dropped."""

    def flush(self) -> None:
        """Return when all appended and remembered has reached the stream, still invisible."""

    def offsets(self, next_offsets: Mapping[Partition, int]) -> None:
        """Add to the unit where the group goes on, per partition: one past the last record it is done with."""

    def commit(self) -> None:
        """Make the unit true, durably.

        Raises:
            Unavailable: it was not made true; the unit is gone, and the records are to be read and handled again.
            RuntimeError: fenced; or nobody knows whether it was made, and the next session goes on at what is true.
        """

    def abort(self) -> None:
        """Drop the open unit, if any."""

    def pause(self, partition: Partition) -> None:
        """Skip this partition when polling; the others go on."""

    def resume(self, partition: Partition) -> None:
        """Poll this partition again."""

    def seek(self, position: Position) -> None:
        """Read on from `position`, which is the next record polled if it still stands."""

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """Those of `names` that have an entry in the group's `window`; their keys are of records polled here.

        Raises:
            Unavailable: it cannot be told now; likewise `entries`.
        """

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        """All entries beside `key`, that of a record polled here, in the group's `window`; by id."""

    def close(self) -> None:
        """Leave the group; an open unit is dropped. A second call does nothing."""


class Stream(Producer, Reader, Protocol):
    """A whole stream, as the embedded centre opens it."""

    def session(self, group: str, topics: Sequence[Topic]) -> Session:
        """A session of `group` on `topics`; the group's dead-letter topic comes into being with it."""

    def lag(self) -> Sequence[Lag]:
        """How far every group is behind on every topic it has ever opened a session on."""

    def sweep(self) -> int:
        """Delete a bounded number of expired records and entries; return how many (0: nothing more to do now)."""

    def close(self) -> None:
        """Stop; what was acknowledged stays. A second call does nothing."""


POLL_BYTES = 32 * 1024 * 1024
"""A poll's values together: eight frames of the largest size, about ninety usual ones; bounds a stage's memory."""


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key: CRC-32 modulo, as librdkafka's `consistent` partitioner has it."""
    return zlib.crc32(key.encode()) % partitions
