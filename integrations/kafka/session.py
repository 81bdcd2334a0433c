"""One stage's session on Kafka: a member of the group that reads, and a transactional producer that commits.

    begin      open a transaction                       no broker is asked
    append     records go out, readers of committed ones do not see them
    remember   window entries go out, to the group's changelog
    flush      all of it is on all replicas in sync
    offsets    added to the transaction, with the member's place in the group: a zombie is refused here
    commit     the transaction ends, and everything is visible

A commit whose answer is lost is asked for again, since asking twice does no harm. Where it stays unanswered nobody
knows whether it was made: the session is then over (RuntimeError), and the next one goes on at what was.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from confluent_kafka import KafkaException, Producer, TopicPartition

from adjudication.errors import Unavailable
from ingest.clock import Clock
from ingest.session import Unit
from ingest.stage import Position
from ingest.stream import Entry, Name, NewRecord, Partition, StoredRecord
from integrations.kafka.connection import Connection, came_back, raised, translated
from integrations.kafka.reading import Reading
from integrations.kafka.sending import Send, produce
from integrations.kafka.windows import Change, Windows

JOIN_S = 10.0
"""How long opening waits to be told what it owns; a member that owns nothing yet is told by polling."""
OPEN_S = 30.0
"""How long the coordinator may take to end what a former member of this name left open."""
UNIT_S = 15.0
"""What one step of a unit may take: longer than a delivery (connection.UNIT_DELIVERY_MS)."""
STUCK_S = 20.0
"""A step that has not ended by then never will."""
COMMIT_S = 60.0
"""How long a commit is asked for again: a broker that was killed is back, or replaced, by then."""
ABORT_S = 5.0
"""An abort that is not answered is finished before the next unit."""
_SERVE_S = 0.1


class KafkaSession:
    """An `ingest.stream.Session`. `find` gives the place of a record to append, and raises where it has none."""

    def __init__(
        self,
        connection: Connection,
        group: str,
        topics: Sequence[str],
        *,
        windows: Windows,
        find: Callable[[Sequence[NewRecord]], Sequence[Send]],
        clock: Clock,
    ) -> None:
        self._group = group
        self._find = find
        self._clock = clock
        self._lock = threading.RLock()
        self._window_topic = connection.name(windows.topic)
        self._windows = windows
        self._unit: Unit | None = None
        self._changes: list[Change] = []
        self._unfinished = False
        self._over = ""
        self._left = False
        self._stuck = False
        self._producer: Producer = connection.unit_producer(group)
        with translated("opening a session"):
            self._producer.init_transactions(OPEN_S)
        self._reading = Reading(connection, group, topics, self._lost)
        try:
            self._join()
        except BaseException:
            self.close()
            raise

    def _join(self) -> None:
        give_up = time.monotonic() + JOIN_S
        while not self._reading.joined or self._reading.arrived:
            try:
                self._reading.poll(1, _SERVE_S)
                self._welcome()
            except Unavailable:  # a topic is new, a leader is being elected
                if self._reading.is_broken or time.monotonic() > give_up:
                    raise
            if time.monotonic() > give_up:
                return

    def _welcome(self) -> None:
        """Read the windows of partitions that have come, then begin to fetch them. Raises Unavailable: they wait."""
        self._windows.mend()
        while arrived := tuple(self._reading.arrived):
            self._reading.enrol(arrived)
            self._windows.load(sorted({partition.number for partition in arrived}))
            self._reading.serve(arrived)

    def _lost(self, partition: Partition) -> None:
        """A partition has gone: by ranges all topics' of its number go together, and its window with them."""
        self._windows.drop(partition.number)
        if self._unit is not None:
            self._unit.step = "open"
            self._unfinished = True

    # Reading

    def poll(self, max_records: int, timeout_s: float) -> Sequence[StoredRecord]:
        """See Session."""
        with self._lock:
            self._require_member()
            give_up = time.monotonic() + timeout_s
            while True:
                self._welcome()
                records = self._read(max_records, max(0.0, give_up - time.monotonic()))
                if records or time.monotonic() >= give_up:
                    return records or ()

    def _read(self, max_records: int, timeout_s: float) -> list[StoredRecord]:
        try:
            return self._reading.poll(max_records, timeout_s)
        except Unavailable as error:
            if self._reading.is_broken:  # waiting mends nothing: the runner opens another session
                self._over = str(error)
                self._require_member()
            raise

    def pause(self, partition: Partition) -> None:
        """See Session."""
        with self._lock:
            self._reading.pause(partition)

    def resume(self, partition: Partition) -> None:
        """See Session."""
        with self._lock:
            self._reading.resume(partition)

    def seek(self, position: Position) -> None:
        """See Session."""
        with self._lock:
            self._reading.seek(position)

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        """See Session."""
        with self._lock:
            self._require_member()
            return self._windows.known(window, names)

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        """See Session."""
        with self._lock:
            self._require_member()
            return self._windows.entries(window, key)

    # The unit

    def begin(self) -> None:
        """See Session."""
        with self._lock:
            self._require_member()
            if self._unit is not None:
                raise RuntimeError("begin out of order: a unit is open")
            self._finish_abort()
            with translated("beginning a unit"):
                self._producer.begin_transaction()
            self._unit, self._changes = Unit(self._group), []

    def append(self, records: Sequence[NewRecord]) -> None:
        """See Session."""
        with self._lock:
            self._require("open", "append")
            self._send(self._find(records))

    def remember(self, entries: Sequence[Entry]) -> None:
        """See Session."""
        with self._lock:
            self._require("open", "remember").entries.extend(entries)

    def flush(self) -> None:
        """See Session."""
        with self._lock:
            unit = self._require("open", "flush")
            self._changes = self._windows.changes(unit.entries)
            stamp = self._clock() // 1_000
            self._send([Send(self._window_topic, *change, None, stamp) for change in self._changes])
            if self._producer.flush(UNIT_S):
                raise Unavailable("kafka (flushing a unit: no answer)")
            unit.step = "flushed"

    def offsets(self, next_offsets: Mapping[Partition, int]) -> None:
        """See Session."""
        with self._lock:
            self._require("flushed", "offsets")
            if next_offsets:
                places, metadata = self._reading.places(next_offsets), self._reading.metadata
                self._ask(lambda: self._add(places, metadata), "adding offsets to a unit")

    def _add(self, places: list[TopicPartition], metadata: object) -> None:
        if not came_back(lambda: self._producer.send_offsets_to_transaction(places, metadata, UNIT_S), STUCK_S):
            self._stuck, self._over = True, "the client library did not come back"
            raise RuntimeError(f"this session of group {self._group} is over: {self._over}")

    def commit(self) -> None:
        """See Session."""
        with self._lock:
            self._require("flushed", "commit")
            give_up = time.monotonic() + COMMIT_S
            while True:
                try:
                    self._producer.commit_transaction(UNIT_S)
                except KafkaException as error:
                    if error.args[0].retriable() and time.monotonic() < give_up:
                        continue
                    self._unit = None
                    if error.args[0].txn_requires_abort():
                        self._unfinished = True
                        raise Unavailable(f"kafka (a unit was not made: {error.args[0].name()})") from error
                    self._over = f"nobody knows whether its last commit was made ({error.args[0].str()})"
                    raise self._ended(error) from error
                self._unit = None
                self._windows.committed(self._changes)
                return

    def abort(self) -> None:
        """See Session. What cannot be aborted now is aborted before the next unit begins."""
        with self._lock:
            if self._unit is not None:
                self._unit, self._unfinished = None, True
            if self._unfinished and not self._over:
                with contextlib.suppress(Unavailable, RuntimeError):
                    self._finish_abort()

    def _finish_abort(self) -> None:
        if self._unfinished:
            self._ask(lambda: self._producer.abort_transaction(ABORT_S), "aborting a unit")
            self._unfinished = False

    def _send(self, records: Sequence[Send]) -> None:
        self._ask(lambda: produce(self._producer, records, UNIT_S), "appending to a unit")

    def _ask(self, step: Callable[[], object], doing: str) -> None:
        try:
            step()
        except KafkaException as error:
            if error.args[0].fatal():
                raise self._ended(error) from error
            raise raised(error.args[0], doing) from error

    def _ended(self, error: KafkaException) -> RuntimeError:
        if error.args[0].fatal():
            self._over = f"fenced by a newer one ({error.args[0].str()})"
        return RuntimeError(f"this session of group {self._group} is over: {self._over}")

    def _require_member(self) -> None:
        if self._over:
            raise RuntimeError(f"this session of group {self._group} is over: {self._over}")

    def _require(self, step: Literal["open", "flushed"], asked: str) -> Unit:
        self._require_member()
        if self._unit is None:
            raise RuntimeError(f"{asked} out of order: no unit is open")
        if self._unfinished:
            raise Unavailable("kafka (a partition of the unit has gone to another member)")
        self._unit.require(step, asked)
        return self._unit

    # The end

    def fence(self) -> None:
        """Another session of this process has taken this member's place."""
        with self._lock:
            self._leave("fenced by a newer one")

    def close(self) -> None:
        """See Session."""
        with self._lock:
            self._leave("closed")

    def _leave(self, why: str) -> None:
        """Give up the place in the group, and the open unit; what cannot be aborted now dies by its timeout."""
        if self._left:
            return
        self.abort()
        self._left, self._over = True, self._over or why
        self._reading.close()
        self._windows.close()
        if not self._stuck:
            with contextlib.suppress(KafkaException):  # a fenced producer has nothing left to say
                self._producer.purge()
                self._producer.close()
