"""The stream's contract as code: every adapter of `ingest.stream` passes this one file."""

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adjudication.errors import Invalid
from ingest.clock import VirtualClock, system_clock
from ingest.memory import MemoryStream
from ingest.stage import Position
from ingest.stream import POLL_BYTES, Entry, Name, NewRecord, Partition, Session, StoredRecord, Stream, partition_of
from ingest.topics import Topic, dead
from integrations.kafka import topics as kafka_topics
from integrations.kafka.connection import Connection
from integrations.kafka.session import KafkaSession
from integrations.kafka.stream import KafkaStream
from integrations.sqlite_stream import SqliteStream

NOW_US = system_clock() // 1_000_000 * 1_000_000
"""Of today: a broker refuses records of another time, and keeps milliseconds."""
PLAIN = Topic("plain.v1", "device", 3600, "for these tests")
SHORT = Topic("short.v1", "device", 60, "for these tests")
TOPICS = (PLAIN, SHORT)
PARTITIONS = 4
LARGE = 40_000

Open = Callable[[], Stream]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_US)


KAFKA = pytest.param("kafka", marks=[pytest.mark.cluster, pytest.mark.timeout(900)])
"""The first of them fetches and starts the broker."""


@pytest.fixture(params=["memory", "sqlite", KAFKA])
def stream(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Stream]:
    if request.param == "kafka":
        opened: Stream = _on_kafka(request.getfixturevalue("kafka"), clock)
    else:
        opened = _open(request.param, tmp_path / "stream", clock)
    yield opened
    opened.close()


def _open(kind: str, folder: Path, clock: VirtualClock) -> Stream:
    if kind == "memory":
        return MemoryStream(TOPICS, clock, PARTITIONS)
    return SqliteStream(folder, TOPICS, clock, PARTITIONS)


def _on_kafka(bootstrap: str, clock: VirtualClock) -> KafkaStream:
    """A stream of its own on the brokers that all tests share."""
    connection = Connection(bootstrap, prefix=f"{secrets.token_hex(4)}.")
    shape = kafka_topics.Layout(PARTITIONS, replication=1)
    kafka_topics.apply(connection.admin(), kafka_topics.wanted(connection, shape, TOPICS, ()))
    return KafkaStream(connection, TOPICS, clock, shape)


def patience_s(session: Session) -> float:
    """How long a poll waits for what stands already: a broker is asked for it, the embedded streams have it at hand."""
    return 2.0 if isinstance(session, KafkaSession) else 0.0


def record(key: str, value: str | bytes, topic: Topic = PLAIN) -> NewRecord:
    return NewRecord(topic.name, key, value.encode() if isinstance(value, str) else value, {"n": "1"})


def read(session: Session, max_records: int = 1_000) -> list[StoredRecord]:
    """All that is there now."""
    found: list[StoredRecord] = []
    while got := session.poll(max_records, patience_s(session)):
        found += got
    return found


def values(records: list[StoredRecord]) -> list[str]:
    return [one.value.decode() for one in records]


def commit(
    session: Session,
    appended: list[NewRecord] | None = None,
    entries: list[Entry] | None = None,
    after: StoredRecord | None = None,
) -> None:
    session.begin()
    session.append(appended or [])
    session.remember(entries or [])
    session.flush()
    session.offsets({after.partition: after.position.offset + 1} if after else {})
    session.commit()


def test_what_was_sent_is_read_by_every_group(stream: Stream) -> None:
    stream.send([record("a", "1"), record("b", "2")])
    for group in ("one", "two"):
        got = read(stream.session(group, [PLAIN]))
        assert sorted(values(got)) == ["1", "2"]
        assert {(r.key, r.headers["n"], r.appended_us) for r in got} == {("a", "1", NOW_US), ("b", "1", NOW_US)}


def test_one_key_stands_in_one_partition_in_the_order_it_was_appended(stream: Stream) -> None:
    for n in range(20):
        stream.send([record(f"k{n % 3}", str(n))])
    got = read(stream.session("g", [PLAIN]), max_records=3)
    for key in ("k0", "k1", "k2"):
        mine = [r for r in got if r.key == key]
        assert {r.position.partition for r in mine} == {partition_of(key, PARTITIONS)}
        assert [int(v) for v in values(mine)] == sorted(int(v) for v in values(mine))
        assert [r.position.offset for r in mine] == sorted({r.position.offset for r in mine})


def test_the_partition_of_a_key_never_changes() -> None:
    assert [partition_of(key, 8) for key in ("cam-1", "cam-2", "", "v1-00ff")] == [0, 2, 0, 7]


def test_a_session_goes_on_at_the_committed_offset_not_where_it_polled(stream: Stream) -> None:
    stream.send([record("a", str(n)) for n in range(5)])
    first = stream.session("g", [PLAIN])
    got = read(first)
    commit(first, after=got[2])
    first.close()
    assert values(read(stream.session("g", [PLAIN]))) == ["3", "4"]


def test_an_open_unit_is_invisible_and_an_aborted_one_never_was(stream: Stream) -> None:
    stream.send([record("a", "in")])
    session, other = stream.session("g", [PLAIN]), stream.session("other", [PLAIN])
    got = read(session)
    read(other)
    session.begin()
    session.append([record("a", "out")])
    session.remember([Entry("w", Name("a", "1"), NOW_US + 1)])
    session.flush()
    session.offsets({got[0].partition: got[0].position.offset + 1})
    assert read(other) == []
    assert session.known("w", [Name("a", "1")]) == frozenset()
    session.abort()
    assert read(other) == []
    assert values(read(stream.session("g", [PLAIN]))) == ["in"]


def test_a_committed_unit_is_visible_as_a_whole(stream: Stream) -> None:
    stream.send([record("a", "in")])
    session, other = stream.session("g", [PLAIN]), stream.session("other", [PLAIN])
    got = read(session)
    read(other)
    commit(session, [record("x", "out")], [Entry("w", Name("a", "1"), NOW_US + 1, b"v")], got[0])
    assert values(read(other)) == ["out"]
    assert session.known("w", [Name("a", "1"), Name("a", "2")]) == {Name("a", "1")}
    assert values(read(stream.session("g", [PLAIN]))) == ["out"]


@pytest.mark.parametrize(
    "steps",
    [
        ["append"],
        ["commit"],
        ["begin", "begin"],
        ["begin", "append", "commit"],
        ["begin", "append", "offsets"],
        ["begin", "flush", "append"],
        ["begin", "flush", "remember"],
        ["begin", "flush", "flush"],
        ["begin", "flush", "offsets", "commit", "commit"],
    ],
)
def test_a_step_out_of_order_is_refused(stream: Stream, steps: list[str]) -> None:
    session = stream.session("g", [PLAIN])
    arguments = {"append": [[record("a", "1")]], "remember": [[]], "offsets": [{}]}
    for step in steps[:-1]:
        getattr(session, step)(*arguments.get(step, []))
    with pytest.raises(RuntimeError, match="out of order"):
        getattr(session, steps[-1])(*arguments.get(steps[-1], []))


def test_a_newer_session_of_a_group_fences_the_older(stream: Stream) -> None:
    stream.send([record("a", "1")])
    old = stream.session("g", [PLAIN])
    got = read(old)
    old.begin()
    old.append([record("b", "late")])
    old.flush()
    old.offsets({got[0].partition: got[0].position.offset + 1})
    new = stream.session("g", [PLAIN])
    with pytest.raises(RuntimeError, match="fenced"):
        old.commit()
    with pytest.raises(RuntimeError, match="fenced"):
        old.poll(1, 0)
    old.close()
    assert values(read(new)) == ["1"]


def test_a_paused_partition_is_skipped_and_the_others_go_on(stream: Stream) -> None:
    session = stream.session("g", [PLAIN])
    paused = Partition(PLAIN.name, partition_of("a", PARTITIONS))
    other = next(f"k{n}" for n in range(9) if partition_of(f"k{n}", PARTITIONS) != paused.number)
    session.pause(paused)
    stream.send([record("a", "held"), record(other, "through")])
    assert values(read(session)) == ["through"]
    session.resume(paused)
    assert values(read(session)) == ["held"]


def test_seek_reads_again_from_there(stream: Stream) -> None:
    stream.send([record("a", str(n)) for n in range(4)])
    session = stream.session("g", [PLAIN])
    got = read(session)
    session.seek(got[1].position)
    assert values(read(session)) == ["1", "2", "3"]


def test_a_poll_gives_no_more_than_asked_and_starves_no_partition(stream: Stream) -> None:
    stream.send([record(f"k{n % 8}", str(n)) for n in range(80)])
    session = stream.session("g", [PLAIN])
    polls = [session.poll(5, patience_s(session))]
    time.sleep(patience_s(session) / 4)  # a broker sends one partition before another: now all are under way
    polls += [session.poll(5, patience_s(session)) for _ in range(8)]
    assert all(0 < len(got) <= 5 for got in polls)
    used = {partition_of(f"k{n}", PARTITIONS) for n in range(8)}
    assert {r.position.partition for got in polls for r in got} == used


def test_a_poll_stops_once_it_holds_its_bytes(stream: Stream) -> None:
    big = bytes(3_000_000)
    stream.send([record(f"k{n}", big) for n in range(16)])
    session = stream.session("g", [PLAIN])
    polls = []
    while got := session.poll(1_000, patience_s(session)):
        polls.append(got)
    assert all(sum(len(r.value) for r in got) < POLL_BYTES + len(big) for got in polls)
    assert len(polls) > 1
    assert sum(len(got) for got in polls) == 16


def test_a_waiting_poll_is_woken_by_a_record(stream: Stream) -> None:
    session = stream.session("g", [PLAIN])
    threading.Timer(0.05, lambda: stream.send([record("a", "1")])).start()
    started = time.monotonic()
    assert [r.value for r in session.poll(1, 10)] == [b"1"]
    assert time.monotonic() - started < 5
    assert session.poll(1, 0.01) == ()


def test_one_record_is_read_back_by_position_until_its_retention_ends(stream: Stream, clock: VirtualClock) -> None:
    for size in (3, LARGE):
        stream.send([record("a", bytes(size), SHORT)])
    found = read(stream.session("g", [SHORT]))
    assert [stream.read_at(r.position) for r in found] == found
    clock.advance_s(SHORT.retention_s)
    for r in found:
        with pytest.raises(Invalid, match="record-expired"):
            stream.read_at(r.position)


@pytest.mark.parametrize("place", [Position("plain.v1", 0, 99), Position("plain.v1", 99, 0), Position("nowhere", 0, 0)])
def test_a_position_where_nothing_stands_is_expired(stream: Stream, place: Position) -> None:
    with pytest.raises(Invalid, match="record-expired"):
        stream.read_at(place)


def test_a_sweep_deletes_what_expired_and_nothing_else(stream: Stream, clock: VirtualClock) -> None:
    many = 700  # more than one step's worth
    stream.send([record(f"k{n}", "s", SHORT) for n in range(many)])
    stream.send([record("a", bytes(LARGE), SHORT), record("a", "plain")])
    session = stream.session("g", TOPICS)
    commit(session, entries=[Entry("w", Name("a", "old"), NOW_US + 1), Entry("w", Name("a", "new"), NOW_US + 10**9)])
    clock.advance_s(SHORT.retention_s)
    stream.send([record("a", bytes(LARGE), SHORT)])
    swept = 0
    while step := stream.sweep():
        swept += step
    if isinstance(session, KafkaSession):
        return  # a broker deletes by itself: tests/integrations/test_kafka.py
    assert swept == many + 2
    assert sorted(len(r.value) for r in read(session)) == [5, LARGE]
    assert session.known("w", [Name("a", "old"), Name("a", "new")]) == {Name("a", "new")}
    assert stream.sweep() == 0


def test_offsets_are_not_used_again_after_a_sweep(stream: Stream, clock: VirtualClock) -> None:
    stream.send([record("a", "1", SHORT)])
    first = read(session := stream.session("g", [SHORT]))[0]
    commit(session, after=first)
    clock.advance_s(SHORT.retention_s)
    stream.sweep()
    stream.send([record("a", "2", SHORT)])
    (second,) = read(stream.session("g", [SHORT]))
    assert second.position.offset > first.position.offset


def test_window_entries_are_first_put_first_kept_and_forgotten_in_time(stream: Stream, clock: VirtualClock) -> None:
    session = stream.session("g", [PLAIN])
    until = NOW_US + 1_000_000
    commit(session, entries=[Entry("w", Name("k", "2"), until, b"first"), Entry("w", Name("k", "1"), until)])
    commit(session, entries=[Entry("w", Name("k", "2"), until, b"second"), Entry("v", Name("k", "3"), until)])
    assert [(e.name.id, e.value) for e in session.entries("w", "k")] == [("1", b""), ("2", b"first")]
    assert stream.session("h", [PLAIN]).entries("w", "k") == []
    clock.advance_s(1)
    session = stream.session("g", [PLAIN])
    assert session.known("w", [Name("k", "1")]) == frozenset()
    commit(session, entries=[Entry("w", Name("k", "2"), until + 9_000_000, b"again")])
    assert [e.value for e in session.entries("w", "k")] == [b"again"]


def test_lag_counts_unread_records_and_the_age_of_the_oldest(stream: Stream, clock: VirtualClock) -> None:
    session = stream.session("g", [PLAIN])
    stream.send([record("a", "1"), record("b", "1")])
    clock.advance_s(7)
    stream.send([record("c", "1")])
    (lag,) = stream.lag()
    assert (lag.group, lag.topic, lag.records, lag.age_s) == ("g", PLAIN.name, 3, 7.0)
    for one in read(session):
        commit(session, after=one)
    (lag,) = stream.lag()
    assert (lag.records, lag.age_s) == (0, 0.0)


def test_a_group_has_a_dead_letter_topic(stream: Stream) -> None:
    session = stream.session("g", [PLAIN])
    commit(session, [record("a", "dead", dead("g"))])
    assert [r.value for r in stream.scan(dead("g").name, 0, NOW_US + 1)] == [b"dead"]


def test_an_unknown_topic_is_refused_and_nothing_of_the_unit_is_appended(stream: Stream) -> None:
    with pytest.raises(RuntimeError, match="no such topic"):
        stream.send([record("a", "1"), NewRecord("nowhere.v1", "a", b"")])
    assert read(stream.session("g", [PLAIN])) == []


def test_a_scan_gives_what_was_appended_in_the_stretch(stream: Stream, clock: VirtualClock) -> None:
    for n in range(5):
        stream.send([record(f"k{n}", str(n))])
        clock.advance_s(1)
    got = list(stream.scan(PLAIN.name, NOW_US + 1_000_000, NOW_US + 4_000_000))
    assert sorted(values(got)) == ["1", "2", "3"]


def test_a_topic_nobody_has_heard_of_holds_nothing(stream: Stream) -> None:
    assert list(stream.scan("nowhere.v1", 0, NOW_US * 2)) == []


def test_a_record_too_large_is_refused() -> None:
    with pytest.raises(Invalid, match="record-too-large"):
        NewRecord(PLAIN.name, "a", bytes(5 * 1024 * 1024))


def test_many_producers_at_once_lose_and_mix_nothing(stream: Stream) -> None:
    def produce(who: int) -> None:
        for n in range(30):
            stream.send([record(f"p{who}", f"{who}-{n}"), record(f"p{who}", bytes([who]) * LARGE)])

    threads = [threading.Thread(target=produce, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = read(stream.session("g", [PLAIN]))
    for who in range(6):
        mine = [r.value for r in got if r.key == f"p{who}"]
        assert mine[::2] == [f"{who}-{n}".encode() for n in range(30)]
        assert mine[1::2] == [bytes([who]) * LARGE] * 30


Step = tuple[str, int]
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "poll", "commit", "abort", "reopen", "pause", "resume", "large"]), st.integers(0, 9)
    ),
    max_size=40,
)


@given(steps=_STEPS, chance=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_in_any_interleaving_each_key_is_committed_once_and_in_order(
    kind: str, steps: list[Step], chance: random.Random, tmp_path: Path
) -> None:
    folder = tmp_path / f"{chance.getrandbits(64):x}"
    clock = VirtualClock(NOW_US)
    stream = _open(kind, folder, clock)
    sent: list[str] = []
    taken: list[str] = []
    session = stream.session("g", [PLAIN])

    def take(limit: int, *, keep: bool) -> None:
        before = session.poll(limit, 0)
        session.begin()
        session.flush()
        session.offsets({r.partition: r.position.offset + 1 for r in before})
        if keep:
            session.commit()
            taken.extend(r.headers["n"] for r in before)
            return
        session.abort()
        first: dict[Partition, Position] = {}
        for r in before:
            first.setdefault(r.partition, r.position)
        for position in first.values():
            session.seek(position)

    for what, number in steps:
        partition = Partition(PLAIN.name, number % PARTITIONS)
        if what in ("send", "large"):
            body = bytes(LARGE if what == "large" else 1)
            stream.send([NewRecord(PLAIN.name, f"k{number}", body, {"n": f"k{number}/{len(sent)}"})])
            sent.append(f"k{number}/{len(sent)}")
        elif what == "poll":
            session.close()
            session = stream.session("g", [PLAIN])
        elif what in ("commit", "abort"):
            take(number + 1, keep=what == "commit")
        elif what == "pause":
            session.pause(partition)
        elif what == "resume":
            session.resume(partition)
        elif kind == "sqlite":
            session.close()
            stream.close()
            stream = _open(kind, folder, clock)
            session = stream.session("g", [PLAIN])
    for number in range(PARTITIONS):
        session.resume(Partition(PLAIN.name, number))
    while len(taken) < len(sent):
        take(100, keep=True)
    stream.close()
    for key in {name.split("/")[0] for name in sent}:
        assert [n for n in taken if n.split("/")[0] == key] == [n for n in sent if n.split("/")[0] == key]
    assert sorted(taken) == sorted(sent)
