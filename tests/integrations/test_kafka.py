"""What a broker adds to the stream's contract: members that share a group, come, freeze and die; brokers that do."""

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import ANY

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from typer.testing import CliRunner

from adjudication.errors import Invalid, Unavailable
from dashboards.cli import topics
from deploy.servers import kafka as kafka_server
from ingest.clock import system_clock
from ingest.stage import Position
from ingest.stream import MAX_RECORD_BYTES, Entry, Name, NewRecord, Partition, Session, StoredRecord, partition_of
from ingest.topics import FRAMES, ROAD, STAGES
from integrations.kafka import windows
from integrations.kafka.connection import Connection
from integrations.kafka.window_file import WindowFile
from tests.integrations.copying import (
    GROUP,
    IN,
    OUT,
    PARTITIONS,
    Member,
    await_copies,
    connection,
    copied,
    deliver,
    inputs,
    message,
    opened,
)

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
UNTIL_US = system_clock() + 10**10


def read(session: Session, count: int, patience_s: float = 20.0) -> list[StoredRecord]:
    found: list[StoredRecord] = []
    give_up = time.monotonic() + patience_s
    while len(found) < count and time.monotonic() < give_up:
        found += session.poll(100, 0.5)
    return found


def settle(*sessions: Session, seconds: float = 4.0) -> None:
    """Let members agree about who owns what."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        for session in sessions:
            assert session.poll(1, 0.1) == ()


def remember(session: Session, names: list[Name]) -> None:
    session.begin()
    session.remember([Entry("w", name, UNTIL_US, b"first") for name in names])
    session.flush()
    session.offsets({})
    session.commit()


def remember_until_full(session: Session) -> list[Name]:
    """All that has been committed: only reading ends, no commit."""
    names: list[Name] = []
    for n in range(40):
        try:
            session.poll(1, 0.1)
        except Unavailable:
            return names
        lot = [Name("a", f"{n:02}-{one:060}") for one in range(10)]
        remember(session, lot)
        names += lot
    raise AssertionError("the disk is not small enough for this test")


@contextmanager
def member_process(place: Connection) -> Iterator["subprocess.Popen[bytes]"]:
    command = (sys.executable, "-m", "tests.integrations.copying", place.bootstrap, place.prefix, secrets.token_hex(4))
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"at work\n"
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_zombie_of_the_same_member_name_commits_nothing(kafka: str) -> None:
    place = connection(kafka)
    first, second = opened(place), opened(place)
    first.send([message(0)])
    zombie = first.session(GROUP, [IN])
    (record,) = read(zombie, 1)
    zombie.begin()
    zombie.append([NewRecord(OUT.name, "a", b"late")])
    zombie.flush()
    zombie.offsets({record.partition: record.position.offset + 1})
    heir = second.session(GROUP, [IN])
    with pytest.raises(RuntimeError, match="fenced"):
        zombie.commit()
    zombie.close()
    assert [one.position for one in read(heir, 1)] == [record.position]
    assert list(second.scan(OUT.name, 0, UNTIL_US)) == []
    first.close()
    second.close()


def test_what_was_aborted_stands_nowhere(kafka: str) -> None:
    stream = opened(connection(kafka))
    session = stream.session(GROUP, [IN])
    session.begin()
    session.append([NewRecord(OUT.name, "a", b"aborted")])
    session.flush()
    session.abort()
    number = partition_of("a", PARTITIONS)
    with pytest.raises(Invalid, match="record-expired"):
        stream.read_at(Position(OUT.name, number, 0))
    assert list(stream.scan(OUT.name, 0, UNTIL_US)) == []
    stream.close()


def test_a_record_that_the_broker_deleted_is_expired(kafka: str) -> None:
    place = connection(kafka)
    stream = opened(place)
    stream.send([NewRecord(OUT.name, "a", b"1"), NewRecord(OUT.name, "a", b"2")])
    one, two = stream.scan(OUT.name, 0, UNTIL_US)
    up_to = TopicPartition(place.name(OUT.name), one.position.partition, two.position.offset)
    admin = place.admin()
    for answer in admin.delete_records([up_to]).values():
        answer.result(30)
    with pytest.raises(Invalid, match="record-expired"):
        stream.read_at(one.position)
    assert stream.read_at(two.position) == two
    stream.close()


def test_the_largest_record_goes_through_and_comes_back(kafka: str) -> None:
    stream = opened(connection(kafka))
    record = NewRecord(OUT.name, "a", bytes(MAX_RECORD_BYTES), {"trace": "1"})
    stream.send([record])
    session = stream.session(GROUP, [OUT])
    session.begin()
    session.append([record])
    session.flush()
    session.offsets({})
    session.commit()
    assert [len(one.value) for one in stream.scan(OUT.name, 0, UNTIL_US)] == [MAX_RECORD_BYTES] * 2
    stream.close()


def test_a_window_goes_with_its_partition_to_another_member(kafka: str) -> None:
    place = connection(kafka)
    one, two = opened(place), opened(connection(kafka, place.prefix))
    names = [Name(f"k{n}", "1") for n in range(20)]
    first = one.session(GROUP, [IN])
    remember(first, names)
    second = two.session(GROUP, [IN])
    settle(first, second)
    shares = []
    for session in (first, second):
        mine = []
        for name in names:
            try:
                assert session.known("w", [name])
                mine.append(name)
            except RuntimeError:  # the other member's
                pass
        shares.append(mine)
    assert sorted(shares[0] + shares[1]) == sorted(names)
    assert all(shares)
    remember(second, [Name(shares[1][0].key, "2")])
    second.close()
    settle(first)
    assert first.known("w", names) == set(names)
    assert [entry.name.id for entry in first.entries("w", shares[1][0].key)] == ["1", "2"]
    for stream in (one, two):
        stream.close()


def test_a_full_disk_stops_a_session_and_what_it_committed_is_remembered(
    kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Small(WindowFile):
        """Of 12 pages: some 150 entries."""

        def __init__(self, folder: Path | None) -> None:
            super().__init__(folder)
            self._database.execute("PRAGMA max_page_count = 12")

    monkeypatch.setattr(windows, "WindowFile", Small)
    stream = opened(connection(kafka))
    session = stream.session(GROUP, [IN])
    settle(session)
    names = remember_until_full(session)
    with pytest.raises(Unavailable, match="disk of the windows"):
        session.poll(1, 0.1)
    monkeypatch.setattr(windows, "WindowFile", WindowFile)
    assert session.poll(1, 1.0) == ()
    assert session.known("w", names) == frozenset(names)
    stream.close()


def test_members_that_come_and_go_under_load_lose_and_double_nothing(kafka: str) -> None:
    place, count = connection(kafka), 3_000
    watch = opened(place)
    with Member(opened(connection(kafka, place.prefix))) as first:
        deliver(watch, range(count // 2))
        await_copies(watch, 200)
        with Member(opened(connection(kafka, place.prefix))) as second:
            deliver(watch, range(count // 2, count))
            await_copies(watch, count // 2)
        await_copies(watch, count)
    assert sorted(copied(watch)) == sorted(inputs(count))
    assert not first.failures + second.failures
    assert all(lag.records == 0 for lag in watch.lag() if lag.group == GROUP)
    watch.close()


@pytest.mark.whole
def test_members_killed_and_frozen_lose_and_double_nothing(kafka: str) -> None:
    place, count = connection(kafka), 3_000
    watch = opened(place)
    deliver(watch, range(count))
    with member_process(place) as killed, member_process(place) as frozen:
        await_copies(watch, 200)
        frozen.send_signal(signal.SIGSTOP)
        with member_process(place):
            await_copies(watch, 600)
            killed.kill()
            time.sleep(7)  # the group gives up on both after six seconds
            frozen.send_signal(signal.SIGCONT)
            assert sorted(await_copies(watch, count)) == sorted(inputs(count))
            time.sleep(2)
            assert sorted(copied(watch)) == sorted(inputs(count))
    watch.close()


@pytest.mark.whole
def test_a_broker_that_is_killed_holds_the_road_up_and_loses_nothing(tmp_path: Path) -> None:
    count = 1_500
    with kafka_server.running(1, tmp_path, own=False) as cluster:
        (broker,) = cluster.brokers
        place = connection(cluster.bootstrap)
        watch = opened(place)
        deliver(watch, range(count - 1))
        with Member(opened(connection(cluster.bootstrap, place.prefix))) as member:
            await_copies(watch, 100)
            broker.kill()
            with pytest.raises(Unavailable):
                watch.send([message(count - 1)])
            broker.start()
            deliver(watch, range(count - 1, count))
            copies = await_copies(watch, count)
        assert sorted(copies) == sorted(inputs(count))
        assert all(isinstance(error, Unavailable) or "is over" in str(error) for error in member.failures)
        watch.close()


def test_topics_are_made_as_the_table_says_and_what_differs_is_told(kafka: str) -> None:
    prefix = f"{secrets.token_hex(4)}."
    given = {"TARAZY_KAFKA": kafka, "TARAZY_KAFKA_PREFIX": prefix, "TARAZY_KAFKA_REPLICATION": "1"}

    def tarazy_topics(command: str, partitions: int) -> tuple[int, str]:
        done = CliRunner().invoke(topics.app, [command], env={**given, "TARAZY_KAFKA_PARTITIONS": str(partitions)})
        return done.exit_code, done.output

    assert tarazy_topics("check", 1) == (1, ANY)
    assert tarazy_topics("apply", 1) == (0, ANY)
    code, said = tarazy_topics("check", 1)
    assert (code, said.count("as it should be")) == (0, len(ROAD) + 2 * len(STAGES))
    assert tarazy_topics("apply", 1) == (0, "every topic is as it should be\n")

    frames = ConfigResource(ResourceType.TOPIC, f"{prefix}{FRAMES.name}")
    frames.add_incremental_config(ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET))
    admin = AdminClient({"bootstrap.servers": kafka})
    for answer in admin.incremental_alter_configs([frames]).values():
        answer.result(30)
    code, said = tarazy_topics("check", 1)
    assert code == 1
    assert f"{prefix}{FRAMES.name}: retention.ms: 1, wanted" in said
    assert f"{prefix}{FRAMES.name}: retention.ms is" in tarazy_topics("apply", 1)[1]

    assert "2 partitions instead of 1" in tarazy_topics("apply", 2)[1]
    assert "they cannot be taken away" in tarazy_topics("apply", 1)[1]
    assert tarazy_topics("check", 2)[0] == 0


def test_partitions_of_one_number_belong_to_one_member_whatever_the_topic(kafka: str) -> None:
    place = connection(kafka)
    one, two = opened(place), opened(connection(kafka, place.prefix))
    first, second = one.session(GROUP, [IN, OUT]), two.session(GROUP, [IN, OUT])
    settle(first, second)
    one.send([NewRecord(topic.name, f"k{n}", b"") for n in range(40) for topic in (IN, OUT)])
    owned: list[set[Partition]] = [{r.partition for r in read(session, 80, 3)} for session in (first, second)]
    assert all(owned)
    assert owned[0] | owned[1] == {Partition(topic.name, n) for topic in (IN, OUT) for n in range(PARTITIONS)}
    for partitions in owned:
        assert {p.number for p in partitions if p.topic == IN.name} == {
            p.number for p in partitions if p.topic == OUT.name
        }
    for stream in (one, two):
        stream.close()


def test_a_member_with_a_lasting_name_keeps_its_partitions_over_a_restart(kafka: str) -> None:
    prefix = f"{secrets.token_hex(4)}."
    places = [Connection(kafka, prefix, name, is_static=True) for name in ("one", "two")]
    first, other = opened(places[0]), opened(places[1])
    sessions = [stream.session(GROUP, [IN]) for stream in (first, other)]
    settle(*sessions)
    first.close()
    settle(sessions[1], seconds=2)
    again = opened(places[0])
    restarted = again.session(GROUP, [IN])
    other.send([message(n) for n in range(40)])
    mine, theirs = read(restarted, 40, 3), read(sessions[1], 40, 3)
    assert mine
    assert theirs
    assert len(mine) + len(theirs) == 40
    again.close()
    other.close()


def test_a_name_that_is_still_there_refuses_a_session_until_it_has_gone(kafka: str) -> None:
    place = Connection(kafka, f"{secrets.token_hex(4)}.", "one", is_static=True)
    first, second = opened(place), opened(place)
    former = first.session(GROUP, [IN])
    with pytest.raises(Unavailable, match="still there"):
        second.session(GROUP, [IN])
    former.close()
    first.send([message(n) for n in range(10)])
    assert len(read(second.session(GROUP, [IN]), 10)) == 10
    first.close()
    second.close()
