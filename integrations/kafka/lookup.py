"""Reading without a group: one record by its position, a stretch by time, a partition to its end."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

from confluent_kafka import Consumer, IsolationLevel, KafkaError, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from adjudication.errors import Invalid, Unavailable
from ingest.stage import Position
from ingest.stream import Partition, StoredRecord
from integrations.kafka.connection import Connection, Purpose, raised, translated
from integrations.kafka.topics import LATEST, partition_counts

ANSWER_S = 10.0
"""How long brokers may take to answer a question; an election takes less."""
SETTLE_S = 30.0
"""How long a stretch may be held back by an open unit: twice what one may live (connection.TRANSACTION_MS)."""
BEHIND_S = 3.0
"""How long a leader may not have what was committed: a new one hears of its end with the next fetch of a follower, a
replaced one that it leads no more with its next heartbeat (two seconds)."""
AGAIN_S = 0.1
CHUNK = 500
"""Records taken at once."""
LOOK_S = 0.01
"""How long a lot is waited for: as long as the last of a stretch is waited for in vain."""
_MICROS_PER_MILLI = 1_000
_NO_HEADERS: Mapping[str, str] = {}
_NOTHING_THERE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE, KafkaError._PARTITION_EOF)


def stored(message: Message, partition: Partition) -> StoredRecord:
    """A record as it came from a broker, which keeps milliseconds."""
    key, value = message.key(), message.value()
    headers = cast("list[tuple[str, bytes | None]]", message.headers())  # as it gives them, whatever else it takes
    return StoredRecord(
        Position(partition.topic, partition.number, message.offset() or 0),
        key.decode() if isinstance(key, bytes) else "",
        value if isinstance(value, bytes) else b"",
        {name: text.decode() for name, text in headers if text is not None} if headers else _NO_HEADERS,
        message.timestamp()[1] * _MICROS_PER_MILLI,
    )


def _answer(consumer: Consumer, place: TopicPartition) -> Message:
    """What a leader says of one place: a record, the end of its partition, or that it has no such place."""
    consumer.assign([place])
    give_up = time.monotonic() + ANSWER_S
    while (message := consumer.poll(0.5)) is None:
        if time.monotonic() > give_up:
            raise Unavailable("kafka (reading back: no answer)")
    error = message.error()
    if error is not None and error.code() not in _NOTHING_THERE:
        raise raised(error, "reading back")
    return message


def _is_beyond(consumer: Consumer, message: Message, place: TopicPartition) -> bool:
    """Whether the leader that gave this answer has something after it: a record, a marker, or its first record."""
    error = message.error()
    if error is None or error.code() == KafkaError._PARTITION_EOF:
        return (message.offset() or 0) > place.offset
    oldest, _ = consumer.get_watermark_offsets(place, timeout=ANSWER_S)
    return oldest > place.offset


class Lookup:
    """Consumers that belong to nobody's group, used again by whoever asks next. Safe to call from many threads."""

    def __init__(self, connection: Connection, admin: AdminClient) -> None:
        self._connection = connection
        self._admin = admin
        self._idle: dict[Purpose, deque[Consumer]] = {"one": deque(), "first": deque(), "stretch": deque()}
        self._closed = False

    def close(self) -> None:
        """Let the idle consumers go."""
        self._closed = True
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    @contextmanager
    def _consumer(self, purpose: Purpose) -> Iterator[Consumer]:
        if self._closed:
            raise Unavailable("kafka (closed)")
        idle = self._idle[purpose]
        try:
            consumer = idle.pop()
        except IndexError:
            consumer = self._connection.reading_consumer(purpose)
        try:
            yield consumer
        except BaseException:
            consumer.close()
            raise
        with translated("reading"):
            consumer.unassign()
        idle.append(consumer)

    def at(self, position: Position) -> StoredRecord:
        """The committed record there. Raises Invalid `record-expired`, Unavailable.

        That nothing stands there is believed of a leader that has what comes after it; others are asked again for
        BEHIND_S.
        """
        place = TopicPartition(self._connection.name(position.topic), position.partition, position.offset)
        behind_until = time.monotonic() + BEHIND_S
        with self._consumer("one") as consumer, translated("reading back"):
            while True:
                message = _answer(consumer, place)
                if message.error() is None and message.offset() == position.offset:
                    return stored(message, Partition(position.topic, position.partition))
                if _is_beyond(consumer, message, place) or time.monotonic() > behind_until:
                    break
                time.sleep(AGAIN_S)
        raise Invalid("record-expired", f"nothing stands at {position} any more")

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """One past the last committed record of each.

        After an election the client asks by what it knew of the leaders until it is made to ask anew.
        """
        try:
            return self._ends(partitions)
        except Unavailable:
            partition_counts(self._admin)
            return self._ends(partitions)

    def _ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        asked = {TopicPartition(self._connection.name(p.topic), p.number): LATEST for p in partitions}
        if not asked:
            return {}
        with translated("asking for the ends of partitions"):
            answers = self._admin.list_offsets(
                asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=ANSWER_S
            )
            offsets = {(place.topic, place.partition): answer.result().offset for place, answer in answers.items()}
        if any(offset < 0 for offset in offsets.values()):  # how the library gives a leader that did not answer in time
            raise Unavailable("kafka (asking for the ends of partitions: a leader did not answer)")
        return {p: offsets[self._connection.name(p.topic), p.number] for p in partitions}

    def read(self, partition: Partition, start: int | None, end: int) -> Iterator[Message]:
        """Every committed record of [start, end) that still stands, in order; `start` None is the oldest.

        Waits for units that are still open below `end`. Raises Unavailable.
        """
        from_offset = -2 if start is None else start  # OFFSET_BEGINNING
        with self._consumer("stretch") as consumer, translated("reading"):
            consumer.assign([TopicPartition(self._connection.name(partition.topic), partition.number, from_offset)])
            give_up = time.monotonic() + SETTLE_S
            while True:
                for message in consumer.consume(CHUNK, LOOK_S):
                    error = message.error()
                    if error is not None and error.code() != KafkaError._PARTITION_EOF:
                        raise raised(error, "reading")
                    if (message.offset() or 0) >= end:
                        return
                    if error is None:
                        yield message
                        give_up = time.monotonic() + SETTLE_S
                if time.monotonic() > give_up:
                    raise Unavailable("kafka (reading: a unit is open, or no broker answers)")

    def first(self, starts: Mapping[Partition, int]) -> dict[Partition, StoredRecord]:
        """The first committed record of each partition at or after an offset; a partition without one is left out."""
        found: dict[Partition, StoredRecord] = {}
        by_name = {(self._connection.name(p.topic), p.number): p for p in starts}
        left = set(by_name)
        give_up = time.monotonic() + ANSWER_S
        with self._consumer("first") as consumer, translated("reading"):
            consumer.assign([TopicPartition(*name, starts[partition]) for name, partition in by_name.items()])
            while left:
                if time.monotonic() > give_up:
                    raise Unavailable("kafka (reading: no answer)")
                for message in consumer.consume(CHUNK, LOOK_S):
                    name = (message.topic() or "", message.partition() or 0)
                    error = message.error()
                    if error is not None and error.code() not in _NOTHING_THERE:
                        raise raised(error, "reading")
                    if error is None and name in left:
                        found[by_name[name]] = stored(message, by_name[name])
                    left.discard(name)
        return found

    def start_of(self, partitions: Sequence[Partition], from_us: int) -> dict[Partition, int | None]:
        """The offset of the first record from an instant on, per partition; None where there is none."""
        asked = [
            TopicPartition(self._connection.name(p.topic), p.number, from_us // _MICROS_PER_MILLI) for p in partitions
        ]
        with self._consumer("stretch") as consumer, translated("asking for an instant"):
            answers = consumer.offsets_for_times(asked, timeout=ANSWER_S)
        found: dict[Partition, int | None] = {}
        for partition, answer in zip(partitions, answers, strict=True):
            if answer.error is not None:
                raise raised(answer.error, "asking for an instant")
            found[partition] = answer.offset if answer.offset >= 0 else None
        return found
