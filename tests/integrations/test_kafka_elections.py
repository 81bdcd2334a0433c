"""What a member learns while a leader that was replaced meanwhile still answers: all that was committed, or nothing."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from adjudication.errors import Unavailable
from deploy.servers import kafka
from ingest.clock import system_clock
from ingest.stream import Entry, Name, partition_of
from ingest.windows import SEEN
from integrations.kafka.stream import KafkaStream
from integrations.kafka.topics import window_topic
from tests.integrations.copying import GROUP, IN, PARTITIONS, connection, opened

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]
PATIENCE_S = 180.0
NAMES = [Name("cam-1", f"{number}") for number in range(2)]


def persist(step: Callable[[], object]) -> object:
    """`step`, as often as the brokers say that they cannot now."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return step()
        except (Unavailable, RuntimeError):
            if time.monotonic() > give_up:
                raise


def remembered(stream: KafkaStream, name: Name) -> None:
    """In a unit of a new session: elections may end one for good."""
    session = stream.session(GROUP, (IN,))
    session.poll(1, 1.0)
    session.begin()
    session.remember([Entry(SEEN, name, system_clock() + 10**12)])
    session.flush()
    session.offsets({})
    session.commit()
    session.close()


def test_a_window_is_read_to_its_end_though_a_leader_that_is_none_any_more_answers() -> None:
    number = partition_of("cam-1", PARTITIONS)
    with kafka.running(3, own=False) as cluster:
        place = connection(cluster.bootstrap)
        first = opened(place, replication=3)
        remembered(first, NAMES[0])
        other = opened(replace(place, member="another"), replication=3)
        late = other.windows(GROUP, PARTITIONS)
        late.load([number])
        assert late.known(SEEN, NAMES) == {NAMES[0]}
        late.drop(number)
        topic = place.admin().list_topics(timeout=10).topics[place.name(window_topic(GROUP))]
        leader = cluster.brokers[topic.partitions[number].leader - 1]
        leader.send(signal.SIGSTOP)
        loading = threading.Thread(target=lambda: persist(lambda: late.load([number])))
        try:
            persist(lambda: remembered(first, NAMES[1]))
            loading.start()
            time.sleep(1.0)  # its question waits at the broker that stands still
        finally:
            leader.send(signal.SIGCONT)
        loading.join(PATIENCE_S)
        assert late.known(SEEN, NAMES) == frozenset(NAMES)
        first.close()
        other.close()
