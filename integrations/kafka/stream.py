"""The stream on Apache Kafka: an `ingest.stream.Stream` that many processes share.

Members of a group share its partitions. What a session fences is its own former self: the session that this stream
(or an earlier process with the same member name) opened for the group.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient

from adjudication.errors import Invalid, Unavailable
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock, system_clock
from ingest.stage import Position
from ingest.stream import Lag, NewRecord, Partition, Session, StoredRecord, partition_of
from ingest.topics import DEAD_RETENTION_S, ROAD, Topic
from integrations.kafka import topics as layout
from integrations.kafka.connection import Connection, translated
from integrations.kafka.lookup import ANSWER_S, Lookup, stored
from integrations.kafka.sending import Send, Sender
from integrations.kafka.session import KafkaSession
from integrations.kafka.topics import Layout
from integrations.kafka.windows import MARK, Windows


class KafkaStream:
    """A stream on the brokers of `connection`; nothing is asked of them before it is used."""

    def __init__(
        self,
        connection: Connection,
        topics: Sequence[Topic] = ROAD,
        clock: Clock = system_clock,
        shape: Layout | None = None,
        windows_in: Path | None = None,
    ) -> None:
        """`shape` is of the topics a session brings into being: dead letters and windows. `windows_in` is a folder for
        what sessions remember; None: the system's for temporary files."""
        self._connection = connection
        self._clock = clock
        self._shape = shape or Layout()
        self._windows_in = windows_in
        self._topics = {topic.name: topic for topic in topics}
        self._admin: AdminClient = connection.admin()
        self._lookup = Lookup(connection, self._admin)
        self._senders = {packed: Sender(connection, compressed=not packed) for packed in (False, True)}
        self._counts: dict[str, int] = {}
        self._sessions: dict[str, KafkaSession] = {}
        self._opening = threading.Lock()
        self._closed = False

    # Producer and Reader

    def send(self, records: Sequence[NewRecord]) -> None:
        """See Producer."""
        self._require_open()
        lots: dict[bool, list[Send]] = {}
        for record, send in zip(records, self._find(records), strict=True):
            lots.setdefault(self._is_packed(record.topic), []).append(send)
        under_way = [(self._senders[packed], self._senders[packed].begin(lot)) for packed, lot in lots.items()]
        for sender, pending in under_way:
            sender.finish(pending)

    def _is_packed(self, topic: str) -> bool:
        return topic in self._topics and self._topics[topic].packed

    def _find(self, records: Sequence[NewRecord]) -> list[Send]:
        """Where each record goes. Raises RuntimeError `no such topic` before anything has gone anywhere."""
        names = {topic: self._connection.name(topic) for topic in {record.topic for record in records}}
        if any(name not in self._counts for name in names.values()):
            self._count()
            if missing := [topic for topic, name in names.items() if name not in self._counts]:
                raise RuntimeError(f"no such topic: {', '.join(sorted(missing))}")
        places = {topic: (name, self._counts[name]) for topic, name in names.items()}
        stamp_ms = self._clock() // 1_000
        found = []
        for record in records:
            name, count = places[record.topic]
            partition = partition_of(record.key, count)
            found.append(Send(name, partition, record.key.encode(), record.value, record.headers, stamp_ms))
        return found

    def _count(self) -> Mapping[str, int]:
        self._counts = layout.partition_counts(self._admin)
        return self._counts

    def _partitions(self, topic: str) -> list[Partition]:
        name = self._connection.name(topic)
        count = self._counts.get(name) or self._count().get(name, 0)
        return [Partition(topic, number) for number in range(count)]

    def read_at(self, position: Position) -> StoredRecord:
        """See Reader. What the broker has not deleted yet is expired all the same."""
        self._require_open()
        if not 0 <= position.partition < len(self._partitions(position.topic)):
            raise Invalid("record-expired", f"nothing stands at {position} any more")
        record = self._lookup.at(position)
        declared = self._topics.get(position.topic)
        retention_s = declared.retention_s if declared else DEAD_RETENTION_S
        if record.appended_us + retention_s * MICROS_PER_SECOND <= self._clock():
            raise Invalid("record-expired", f"nothing stands at {position} any more")
        return record

    def scan(self, topic: str, from_us: int, to_us: int) -> Iterator[StoredRecord]:
        """See Reader. To the end of each partition: the clocks of two senders need not agree."""
        self._require_open()
        partitions = self._partitions(topic)
        if not partitions:
            return
        starts = self._lookup.start_of(partitions, from_us)
        ends = self._lookup.ends(partitions)
        for partition, start in starts.items():
            if start is not None:
                found = (stored(one, partition) for one in self._lookup.read(partition, start, ends[partition]))
                yield from (record for record in found if from_us <= record.appended_us < to_us)

    # Stream

    def session(self, group: str, topics: Sequence[Topic]) -> Session:
        """See Stream.

        Raises:
            Unavailable: the brokers do not answer, a topic is missing, or a former member of this name is not gone.
            RuntimeError: the topics do not have the same number of partitions.
        """
        self._require_open()
        with self._opening:
            if former := self._sessions.pop(group, None):
                former.fence()
            names = [topic.name for topic in topics]
            windows = self.windows(group, self._shared_count(group, names))
            session = KafkaSession(self._connection, group, names, windows=windows, find=self._find, clock=self._clock)
            self._sessions[group] = session
            return session

    def windows(self, group: str, partitions: int) -> Windows:
        """What a member of `group` remembers, of no partition yet."""
        return Windows(self._lookup, self._mark, group, partitions, clock=self._clock, folder=self._windows_in)

    def _mark(self, partitions: Sequence[Partition]) -> Sequence[int]:
        """Only a leader that is one takes a record, so where it stands is past all that was ever committed."""
        stamp_ms = self._clock() // 1_000
        marks = [Send(self._connection.name(p.topic), p.number, MARK, None, None, stamp_ms) for p in partitions]
        return self._senders[False].placed(marks)

    def _shared_count(self, group: str, names: Sequence[str]) -> int:
        """The partitions that inputs and window have; dead letters and window come into being."""
        there = self._count()
        own = layout.wanted(self._connection, self._shape, (), (group,))
        layout.create_missing(self._admin, own, there)
        if missing := [name for name in names if self._connection.name(name) not in there]:
            raise Unavailable(f"kafka (no topic {', '.join(missing)}: `tarazy topics apply`)")
        counts = self._count()
        found = {counts[self._connection.name(name)] for name in (*names, layout.window_topic(group))}
        if len(found) > 1:
            raise RuntimeError(f"the topics of group {group} have {sorted(found)} partitions; they must have the same")
        return found.pop()

    def lag(self) -> Sequence[Lag]:
        """See Stream. `records` counts offsets, which have gaps: a bound from above, and 0 only where nothing waits."""
        self._require_open()
        committed = self._committed()
        partitions = sorted({partition for offsets in committed.values() for partition in offsets})
        ends = self._lookup.ends(partitions)
        found = []
        for group, offsets in sorted(committed.items()):
            behind = {p: offset for p, offset in offsets.items() if offset < ends[p]}
            oldest = self._lookup.first(behind) if behind else {}
            for topic in sorted({partition.topic for partition in offsets}):
                waiting = {p: record for p, record in oldest.items() if p.topic == topic}
                records = sum(ends[p] - record.position.offset for p, record in waiting.items())
                since_us = min((record.appended_us for record in waiting.values()), default=self._clock())
                age_s = max(0.0, (self._clock() - since_us) / MICROS_PER_SECOND)
                found.append(Lag(group, topic, records, age_s))
        return found

    def _committed(self) -> dict[str, dict[Partition, int]]:
        """Each group's committed offsets on topics that there are."""
        prefix, counts = self._connection.prefix, self._count()
        found: dict[str, dict[Partition, int]] = {}
        with translated("asking for the groups"):
            groups = self._admin.list_consumer_groups(request_timeout=ANSWER_S).result().valid
            names = [one.group_id for one in groups if one.group_id.startswith(prefix)]
            for name in names:
                asked = [ConsumerGroupTopicPartitions(name)]
                answers = self._admin.list_consumer_group_offsets(asked, request_timeout=ANSWER_S)
                for place in answers[name].result().topic_partitions or ():
                    if place.topic in counts and place.topic.startswith(prefix) and place.offset >= 0:
                        partition = Partition(place.topic.removeprefix(prefix), place.partition)
                        found.setdefault(name.removeprefix(prefix), {})[partition] = place.offset
        return found

    def sweep(self) -> int:
        """See Stream. The brokers delete by themselves, and sessions what their windows no longer need."""
        return 0

    def close(self) -> None:
        """See Stream."""
        with self._opening:
            if self._closed:
                return
            self._closed = True
            for session in self._sessions.values():
                session.close()
            for sender in self._senders.values():
                sender.close()
            self._lookup.close()

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable("kafka (closed)")
