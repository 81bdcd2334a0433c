"""The topics as the brokers must have them, from the one table in ingest/topics.py: created, and held against it.

A record of a topic must be gone when its retention ends, because it may hold a plate. A broker deletes by segments: it
looks every five minutes and deletes a minute later. So it is told an eighth and those minutes less, and starts a new
segment after an eighth: the oldest record of a segment is gone in time, the youngest an eighth earlier.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from adjudication.errors import Unavailable
from ingest.topics import FRAMES, HOUR_S, ROAD, STAGES, Topic, dead
from integrations.kafka.connection import MESSAGE_BYTES, Connection, translated

ADMIN_S = 30.0
"""A topic of many partitions takes a controller seconds."""
LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]
PROPAGATION_S = 0.05
"""Between two looks at whether the leaders of a new topic serve it."""
BROKER_LATE_S = 6 * 60
"""Kafka's `log.retention.check.interval.ms` and `file.delete.delay.ms`, both as they come."""
SEGMENTS = 8
"""Segments in one retention."""
_MIB = 1024 * 1024
_HOUR_MS = HOUR_S * 1000


@dataclass(frozen=True, slots=True)
class Layout:
    """What the table does not say: how wide, how often copied, and how many bytes of frames a partition may hold.

    `frames_mib` of 0 leaves frames to their retention in time.
    """

    partitions: int = 24
    replication: int = 3
    frames_mib: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One topic as it must be, by the name the brokers call it."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


def window_topic(group: str) -> str:
    """Where a group's window entries lie: beside its inputs, partition by partition."""
    return f"{group}.window"


def wanted(connection: Connection, layout: Layout, topics: Iterable[Topic], groups: Iterable[str]) -> list[Wanted]:
    """These topics, and the dead letters and windows of these groups."""
    groups = tuple(groups)
    streams = (*topics, *(dead(group) for group in groups))
    named = {topic.name: _stream_config(topic, layout) for topic in streams}
    named |= {window_topic(group): _window_config() for group in groups}
    return [
        Wanted(connection.name(name), layout.partitions, layout.replication, _common(layout) | config)
        for name, config in named.items()
    ]


def whole(connection: Connection, layout: Layout) -> list[Wanted]:
    """Every topic of the centre."""
    return wanted(connection, layout, ROAD, STAGES)


def _common(layout: Layout) -> dict[str, str]:
    return {
        "compression.type": "producer",  # as it was sent: lz4, and frames as the camera packed them
        "max.message.bytes": str(MESSAGE_BYTES),
        "message.timestamp.type": "CreateTime",
        "min.insync.replicas": str(max(1, layout.replication - 1)),
    }


def _stream_config(topic: Topic, layout: Layout) -> dict[str, str]:
    segment_s = max(1, topic.retention_s // SEGMENTS)
    kept_s = max(topic.retention_s // 2, topic.retention_s - segment_s - BROKER_LATE_S)
    held = layout.frames_mib * _MIB if topic == FRAMES and layout.frames_mib else -1
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(kept_s * 1000),
        "retention.bytes": str(held),
        "segment.ms": str(segment_s * 1000),
    }


def _window_config() -> dict[str, str]:
    """Entries stand until a stage deletes them; a deleted one is gone within six hours."""
    return {
        "cleanup.policy": "compact",
        "segment.ms": str(_HOUR_MS),
        "delete.retention.ms": str(_HOUR_MS),
        "max.compaction.lag.ms": str(4 * _HOUR_MS),
    }


def partition_counts(admin: AdminClient) -> dict[str, int]:
    """Every topic the brokers have, with its number of partitions. Raises Unavailable."""
    with translated("asking for the topics"):
        found = admin.list_topics(timeout=ADMIN_S).topics
    return {name: len(topic.partitions) for name, topic in found.items()}


def check(admin: AdminClient, topics: Sequence[Wanted]) -> dict[str, list[str]]:
    """What is not as wanted, by topic: a line each; a topic that is right has none. Raises Unavailable."""
    with translated("asking for the topics"):
        there = admin.list_topics(timeout=ADMIN_S).topics
    configs = _configs(admin, [one.name for one in topics if one.name in there])
    found: dict[str, list[str]] = {}
    for one in topics:
        if one.name not in there:
            found[one.name] = ["is missing"]
            continue
        partitions = there[one.name].partitions
        copies = min((len(partition.replicas) for partition in partitions.values()), default=0)
        counts = (("partitions", len(partitions), one.partitions), ("replication", copies, one.replication))
        lines = [f"{what}: {is_now}, wanted {want}" for what, is_now, want in counts if is_now != want]
        lines += [
            f"{name}: {configs[one.name].get(name)}, wanted {value}"
            for name, value in one.config.items()
            if configs[one.name].get(name) != value
        ]
        found[one.name] = lines
    return found


def apply(admin: AdminClient, topics: Sequence[Wanted]) -> list[str]:
    """Create what is missing, add partitions, set what differs; say what was done and what only a person can do.

    No partition is taken away, none is moved, no topic is made anew. More partitions split the order of a key: the
    line says so, and the stages must have read everything before.

    Raises:
        Unavailable: the brokers cannot do it now; what was done stays.
        RuntimeError: they refuse it: a right is missing, or there are fewer brokers than copies.
    """
    with translated("asking for the topics"):
        there = admin.list_topics(timeout=ADMIN_S).topics
    done = _create(admin, [one for one in topics if one.name not in there])
    standing = [one for one in topics if one.name in there]
    wider = [one for one in standing if len(there[one.name].partitions) < one.partitions]
    for one in standing:
        is_now = len(there[one.name].partitions)
        if is_now < one.partitions:
            _await(admin.create_partitions([NewPartitions(one.name, one.partitions)]))
            done.append(f"{one.name}: {one.partitions} partitions instead of {is_now}; keys have moved")
        elif is_now > one.partitions:
            done.append(
                f"{one.name}: left with {is_now} partitions, wanted {one.partitions}: they cannot be taken away"
            )
        copies = min(len(partition.replicas) for partition in there[one.name].partitions.values())
        if copies != one.replication:
            done.append(f"{one.name}: left with {copies} copies, wanted {one.replication}: reassign its replicas")
    if wider:
        _await_leaders(admin, wider)
    return done + _configure(admin, standing)


def create_missing(admin: AdminClient, topics: Sequence[Wanted], there: Mapping[str, int]) -> None:
    """Create those of `topics` that are not `there`. Raises as `apply`."""
    _create(admin, [one for one in topics if one.name not in there])


def _create(admin: AdminClient, topics: Sequence[Wanted]) -> list[str]:
    if not topics:
        return []
    new = [NewTopic(one.name, one.partitions, one.replication, config=dict(one.config)) for one in topics]
    _await(admin.create_topics(new, operation_timeout=ADMIN_S))
    _await_leaders(admin, topics)
    return [f"{one.name}: created, {one.partitions} partitions, {one.replication} copies" for one in topics]


def _await_leaders(admin: AdminClient, topics: Sequence[Wanted]) -> None:
    """Return once all partitions are served: the controller knows of new ones before their leaders do."""
    give_up = time.monotonic() + ADMIN_S
    while not _serve(admin, topics):
        if time.monotonic() > give_up:
            raise Unavailable("kafka (new partitions are not served yet)")
        time.sleep(PROPAGATION_S)


def _serve(admin: AdminClient, topics: Sequence[Wanted]) -> bool:
    counts = partition_counts(admin)
    if any(counts.get(one.name, 0) < one.partitions for one in topics):
        return False
    places = [TopicPartition(one.name, number) for one in topics for number in range(one.partitions)]
    answers = admin.list_offsets(dict.fromkeys(places, LATEST), request_timeout=ADMIN_S)
    return all(answer.exception(ADMIN_S) is None and answer.result().offset >= 0 for answer in answers.values())


def _configure(admin: AdminClient, topics: Sequence[Wanted]) -> list[str]:
    configs = _configs(admin, [one.name for one in topics])
    done, resources = [], []
    for one in topics:
        differing = {name: value for name, value in one.config.items() if configs[one.name].get(name) != value}
        if differing:
            entries = [
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                for name, value in differing.items()
            ]
            resources.append(ConfigResource(ResourceType.TOPIC, one.name, incremental_configs=entries))
            done += [f"{one.name}: {name} is {value} now" for name, value in differing.items()]
    if resources:
        _await(admin.incremental_alter_configs(resources))
    return done


def _configs(admin: AdminClient, names: Sequence[str]) -> dict[str, dict[str, str | None]]:
    if not names:
        return {}
    asked = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in names])
    found: dict[str, dict[str, str | None]] = {}
    with translated("asking for the topics' settings"):
        for resource, answer in asked.items():
            found[resource.name] = {name: entry.value for name, entry in answer.result(ADMIN_S).items()}
    return found


def _await(answers: Mapping[Any, "Future[Any]"]) -> None:
    with translated("changing the topics"):
        for answer in answers.values():
            try:
                answer.result(ADMIN_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another process was first
                    raise
