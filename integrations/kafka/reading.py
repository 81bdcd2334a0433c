"""A member of a group: which partitions it owns, what it has fetched of them, and in which turn they are served.

The client library hands out what came first; a stage asks for a few records of every partition, skips some and goes
back in others. So records wait here by partition. Whatever has gone to another member is dropped at once: partitions
come and go only inside `poll` and `close`, never between a poll and its commit.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from adjudication.errors import Unavailable
from ingest.stage import Position
from ingest.stream import POLL_BYTES, Partition, StoredRecord
from integrations.kafka.connection import Connection, broke, raised, translated
from integrations.kafka.lookup import ANSWER_S, stored

HELD_RECORDS = 4_000
"""Small records that wait here at most: a second of a busy stage."""
_PASSING = (KafkaError._MAX_POLL_EXCEEDED, KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT)
"""The consumer mends these by itself: it joins again, or connects again."""


class Reading:
    """What one consumer owns and holds. Used under its session's lock."""

    def __init__(
        self, connection: Connection, group: str, topics: Sequence[str], lost: Callable[[Partition], None]
    ) -> None:
        """Join `group`; `lost` is told of each partition that goes."""
        self._topics = {connection.name(topic): topic for topic in topics}
        self._name = connection.name
        self._lost = lost
        self._buffers: dict[Partition, deque[StoredRecord]] = {}
        self._served: dict[tuple[str | None, int | None], Partition] = {}
        self._turn: deque[Partition] = deque()
        self._held_bytes = 0
        self._held = 0
        self._broken: KafkaError | None = None
        self._next: dict[Partition, int] = {}
        """One past the last record kept of each. A gap before a record is a marker or what was aborted, never a record
        that was lost: the library hands over a partition's committed records in their order, and each that it handed
        over is kept, or stands at or after the place to which it is sent back (`_sought`)."""
        self._sought: set[Partition] = set()
        self._paused: set[Partition] = set()
        self.arrived: list[Partition] = []
        """Partitions that have come and wait for `serve`: nothing is fetched of them before."""
        self.joined = False
        """Whether the group has told this member what it owns, be it nothing."""
        self._consumer: Consumer = connection.member_consumer(group)
        self._consumer.subscribe(list(self._topics), on_assign=self._assigned, on_revoke=self._gone, on_lost=self._gone)

    @property
    def metadata(self) -> object:
        """What fences a unit of a member that has lost its place."""
        return self._consumer.consumer_group_metadata()

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    @property
    def is_broken(self) -> bool:
        """Whether this consumer will never read again: another must be opened."""
        return self._broken is not None

    # Coming and going

    def _assigned(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        self.joined = True
        if places:
            consumer.incremental_assign(places)
            consumer.pause(places)
            self.arrived += [self._partition(place) for place in places]

    def _gone(self, _: Consumer, places: list[TopicPartition]) -> None:
        for place in places:
            partition = self._partition(place)
            self._forget(partition)
            self._next.pop(partition, None)
            self._sought.discard(partition)
            if partition in self._buffers:
                del self._buffers[partition], self._served[place.topic, place.partition]
                self._turn.remove(partition)
            if partition in self.arrived:
                self.arrived.remove(partition)
            self._lost(partition)

    def enrol(self, partitions: Sequence[Partition]) -> None:
        """Give the group a committed offset on each where it has none: the oldest record. From then on lag is known."""
        with translated("asking for the group's offsets"):
            places = self._consumer.committed([self._place(p) for p in partitions], timeout=ANSWER_S)
            for place in places:
                if place.error is not None:  # it would look as if nothing had ever been committed
                    raise raised(place.error, "asking for the group's offsets")
            new = [place for place in places if place.offset < 0]
            for place in new:
                low, _ = self._consumer.get_watermark_offsets(place, timeout=ANSWER_S, cached=False)
                place.offset = low
            if new:
                self._consumer.commit(offsets=new, asynchronous=False)

    def serve(self, partitions: Sequence[Partition]) -> None:
        """Begin to fetch these, which have arrived."""
        for partition in partitions:
            self._buffers[partition] = deque()
            self._served[self._name(partition.topic), partition.number] = partition
            self._turn.append(partition)
            self.arrived.remove(partition)
            if partition not in self._paused:
                self._consumer.resume([self._place(partition)])

    # Reading

    def poll(self, max_records: int, timeout_s: float) -> list[StoredRecord]:
        """See Session; () also where partitions have arrived meanwhile. Raises RuntimeError once fenced."""
        if self._broken is not None:  # the library tells it once, and is silent ever after
            raise raised(self._broken, "reading")
        give_up = time.monotonic() + timeout_s
        self._seek_again()
        self._take(0.0)
        while not (records := self._serve(max_records)):
            left_s = give_up - time.monotonic()
            if left_s <= 0 or self.arrived:
                break
            self._take(left_s)
        return records

    def _take(self, timeout_s: float) -> None:
        """Bring over what has come; wait for the first of it, if nothing is here.

        Where the call itself raises, a callback has, and the library has thrown away what it was about to hand over:
        this consumer is then broken, for nothing would ever bring that again.
        """
        try:
            if timeout_s and (message := self._consumer.poll(timeout_s)) is not None:
                self._hold([message])
            if (room := HELD_RECORDS - self._held) > 0 and self._held_bytes < POLL_BYTES:
                self._hold(self._consumer.consume(room, 0))
        except KafkaException as error:
            self._broken = error.args[0]
            raise raised(error.args[0], "reading") from error

    def _hold(self, messages: Sequence[Message]) -> None:
        """Keep every record among them, and only then raise an error that stood among them: the library's own place is
        past all of them. Of several errors one that asking again never mends, or else the first."""
        failures: list[Exception] = []
        for message in messages:
            error = message.error()
            if error is None:
                self._keep(message)
                continue
            if broke(error):
                self._broken = error
            if error.code() not in _PASSING:
                failures.append(raised(error, "reading"))
        if failures:
            raise min(failures, key=lambda failure: isinstance(failure, Unavailable))

    def _keep(self, message: Message) -> None:
        partition = self._served.get((message.topic(), message.partition()))
        if partition is None or partition in self._sought:
            return
        record = stored(message, partition)
        if record.position.offset < self._next.get(partition, 0):
            return
        self._next[partition] = record.position.offset + 1
        self._held += 1
        self._held_bytes += len(record.value)
        self._buffers[partition].append(record)

    def _serve(self, max_records: int) -> list[StoredRecord]:
        """From one partition after the other, beginning where the last poll left off, so that none starves."""
        records: list[StoredRecord] = []
        room = POLL_BYTES
        for _ in range(len(self._turn)):
            if len(records) >= max_records or room <= 0:
                break
            partition = self._turn[0]
            self._turn.rotate(-1)
            buffer = self._buffers[partition]
            if not buffer or partition in self._paused:
                continue
            while buffer and len(records) < max_records and room > 0:
                record = buffer.popleft()
                records.append(record)
                room -= len(record.value)
        self._held -= len(records)
        self._held_bytes -= POLL_BYTES - room
        return records

    # Skipping and going back

    def pause(self, partition: Partition) -> None:
        """See Session."""
        self._paused.add(partition)
        if partition in self._buffers:
            self._consumer.pause([self._place(partition)])

    def resume(self, partition: Partition) -> None:
        """See Session. The library may have lost its place meanwhile, so it is told again."""
        self._paused.discard(partition)
        if partition in self._buffers:
            self._consumer.resume([self._place(partition)])
            if partition in self._next:
                self._sought.add(partition)
                self._seek_again()

    def seek(self, position: Position) -> None:
        """See Session. Of a partition that has gone nothing is to be read again here."""
        partition = Partition(position.topic, position.partition)
        if partition in self._buffers:
            self._forget(partition)
            self._next[partition] = position.offset
            self._sought.add(partition)
            self._seek_again()

    def _seek_again(self) -> None:
        """Tell the library where to go on; what cannot be told now is told at the next poll."""
        for partition in tuple(self._sought):
            try:
                self._consumer.seek(self._place(partition, self._next[partition]))
            except KafkaException:
                continue
            self._sought.discard(partition)

    def _forget(self, partition: Partition) -> None:
        if buffer := self._buffers.get(partition):
            self._held -= len(buffer)
            self._held_bytes -= sum(len(record.value) for record in buffer)
            buffer.clear()

    def _place(self, partition: Partition, offset: int = OFFSET_BEGINNING) -> TopicPartition:
        return TopicPartition(self._name(partition.topic), partition.number, offset)

    def _partition(self, place: TopicPartition) -> Partition:
        return Partition(self._topics[place.topic], place.partition)

    def places(self, next_offsets: Mapping[Partition, int]) -> list[TopicPartition]:
        """Offsets as the library takes them."""
        return [self._place(partition, offset) for partition, offset in next_offsets.items()]
