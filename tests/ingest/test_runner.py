"""What the runner does with what a stage returns and raises."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from adjudication import codec, ids
from adjudication.errors import Conflict, Invalid, Unavailable
from adjudication.messages import PassageClosed
from ingest import deadletter
from ingest.clock import VirtualClock
from ingest.events import Committed, Halted, Held, Refused, RunnerEvent, Working
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import TRACE, Outgoing, Received, Stage
from ingest.stream import Name, NewRecord, Partition, Session, StoredRecord, Stream, partition_of
from ingest.topics import FRAMES, Topic, dead
from ingest.windows import KeyedWindow
from integrations.sqlite_stream import SqliteStream

NOW_US = 1_775_000_000_000_000
IN = Topic("in.v1", "device", 72 * 3600, "for these tests")
OUT = Topic("out.v1", "device", 72 * 3600, "for these tests")
TOPICS = (FRAMES, IN, OUT)
BAD, FIRST, SECOND = "BAD", "FIRST", "SECOND"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_US)


@pytest.fixture
def stream(clock: VirtualClock) -> MemoryStream:
    return MemoryStream(TOPICS, clock, 4)


def closed(n: int, outcome: str = FIRST) -> PassageClosed:
    ident = ids.stable_id("test", n)
    return PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 5}", hour_us=0, outcome=outcome)


def new(n: int, outcome: str = FIRST, key: str = "") -> NewRecord:
    message = closed(n, outcome)
    return NewRecord(IN.name, key or message.device_id, codec.encode(message), {TRACE: f"t{n}"})


def on(message: object) -> PassageClosed:
    assert isinstance(message, PassageClosed)
    return message


def copy(received: Received) -> Outgoing:
    return Outgoing(OUT, received.key, on(received.message), received.carried())


def copy_all(received: Sequence[Received]) -> list[Outgoing]:
    return [copy(one) for one in received]


def failing_on_bad(error: Callable[[], Exception]) -> Callable[[Sequence[Received]], list[Outgoing]]:
    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if any(on(one.message).outcome == BAD for one in received):
            raise error()
        return copy_all(received)

    return handle


def function(handle: Callable[[Sequence[Received]], Sequence[Outgoing]], **more: object) -> Stage:
    return Stage("copy", "function", (IN,), handle, **more)  # type: ignore[arg-type]


def runner(stream: Stream, stage: Stage, clock: VirtualClock, events: list[RunnerEvent] | None = None) -> Runner:
    heard: list[RunnerEvent] = [] if events is None else events
    return Runner(stage, stream.session(stage.name, stage.reads), clock, heard.append)


def drain(running: Runner) -> None:
    while running.step(0) == "worked":
        pass


def standing(stream: Stream, topic: Topic) -> list[StoredRecord]:
    return list(stream.scan(topic.name, 0, NOW_US * 2))


def outcomes(stream: Stream, topic: Topic = OUT) -> list[str]:
    return sorted(on(codec.decode_message(one.value)).passage_id for one in standing(stream, topic))


def wanted(*numbers: int) -> list[str]:
    return sorted(closed(n).passage_id for n in numbers)


def headers(stream: Stream) -> list[Mapping[str, str]]:
    return [one.headers for one in standing(stream, dead("copy"))]


def test_a_stage_gets_messages_and_its_outputs_carry_the_headers(stream: MemoryStream, clock: VirtualClock) -> None:
    stream.send([new(n) for n in range(30)])
    events: list[RunnerEvent] = []
    drain(runner(stream, function(copy_all, batch=7), clock, events))
    assert outcomes(stream) == wanted(*range(30))
    assert {one.headers[TRACE] for one in standing(stream, OUT)} == {f"t{n}" for n in range(30)}
    assert sum(event.records for event in events if isinstance(event, Committed)) == 30
    assert max(event.records for event in events if isinstance(event, Committed)) == 7


@pytest.mark.parametrize(
    ("error", "code", "alarm"),
    [
        (lambda: Invalid("plate-grammar", "no such format"), "plate-grammar", False),
        (lambda: Conflict("c" * 32, "two ends"), deadletter.CONFLICT, True),
    ],
)
def test_an_invalid_record_is_found_in_its_batch_and_laid_aside(
    stream: MemoryStream, clock: VirtualClock, error: Callable[[], Exception], code: str, alarm: bool
) -> None:
    stream.send([new(n, BAD if n == 5 else FIRST, key="k") for n in range(10)])
    bad = next(one for one in standing(stream, IN) if on(codec.decode_message(one.value)).outcome == BAD)
    events: list[RunnerEvent] = []
    drain(runner(stream, function(failing_on_bad(error)), clock, events))
    assert outcomes(stream) == wanted(0, 1, 2, 3, 4, 6, 7, 8, 9)
    (letter,) = standing(stream, dead("copy"))
    assert (letter.key, letter.value, letter.headers[TRACE]) == (bad.key, bad.value, "t5")
    assert letter.headers[deadletter.REASON] == code
    assert letter.headers[deadletter.SOURCE] == str(bad.position)
    assert (deadletter.ALARM in letter.headers) == alarm
    assert Refused("copy", code, alarm) in events


@pytest.mark.parametrize("value", [b"", b"{", b'{"kind":"passage-closed","v":9}', b"\xff\xfe"])
def test_bytes_that_are_no_message_are_laid_aside(stream: MemoryStream, clock: VirtualClock, value: bytes) -> None:
    stream.send([new(1), NewRecord(IN.name, "cam-1", value), new(2)])
    drain(runner(stream, function(copy_all), clock))
    assert outcomes(stream) == wanted(1, 2)
    assert headers(stream)[0][deadletter.REASON] in ("message-malformed", "unknown-version")


def test_a_frame_laid_aside_does_not_outlive_its_topic(stream: MemoryStream, clock: VirtualClock) -> None:
    stream.send([NewRecord(FRAMES.name, "cam-1", b"not a frame, but it might show somebody")])
    drain(runner(stream, Stage("copy", "function", (FRAMES,), copy_all), clock))
    (letter,) = standing(stream, dead("copy"))
    assert letter.value == b""
    assert letter.headers[deadletter.REASON] == "frame-malformed"
    assert len(letter.headers[deadletter.SHA256]) == 64


def test_an_output_too_large_is_its_inputs_fault(stream: MemoryStream, clock: VirtualClock) -> None:
    def swell(received: Sequence[Received]) -> list[Outgoing]:
        return [Outgoing(OUT, one.key, closed(1, "A" * 5_000_000)) for one in received]

    stream.send([new(1)])
    drain(runner(stream, function(swell), clock))
    assert headers(stream)[0][deadletter.REASON] == "record-too-large"


def test_unavailable_pauses_its_partitions_while_others_go_on(stream: MemoryStream, clock: VirtualClock) -> None:
    down = True
    ill = "cam-0"
    well = next(f"k{n}" for n in range(9) if partition_of(f"k{n}", 4) != partition_of(ill, 4))

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if down and any(one.key == ill for one in received):
            raise Unavailable("casebook", 5.0)
        return copy_all(received)

    stream.send([new(n, key=ill) for n in range(3)])
    events: list[RunnerEvent] = []
    running = runner(stream, function(handle, batch=2), clock, events)
    running.step(0)
    stream.send([new(n, key=well) for n in range(3, 6)])
    drain(running)
    assert outcomes(stream) == wanted(3, 4, 5)
    (held,) = [event for event in events if isinstance(event, Held)]
    assert (held.what, held.partitions) == ("casebook", 1)
    assert 5.0 <= held.wait_s <= 7.5
    down = False
    clock.advance_s(4.9)
    drain(running)
    assert outcomes(stream) == wanted(3, 4, 5)
    clock.advance_s(2.7)
    drain(running)
    assert outcomes(stream) == wanted(*range(6))
    assert [one.headers[TRACE] for one in standing(stream, OUT) if one.key == ill] == ["t0", "t1", "t2"]


def test_waits_grow_while_it_stays_unavailable_and_start_anew_afterwards(
    stream: MemoryStream, clock: VirtualClock
) -> None:
    down = True

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if down:
            raise Unavailable("casebook", 0.0)
        return copy_all(received)

    events: list[RunnerEvent] = []
    running = runner(stream, function(handle), clock, events)

    def waits(times: int) -> list[float]:
        events.clear()
        for _ in range(times):
            running.step(0)
            clock.advance_s(60)
        return [event.wait_s for event in events if isinstance(event, Held)]

    stream.send([new(1)])
    growing = waits(9)
    assert growing[0] < 0.5 < growing[3] < growing[6] <= 45
    down = False
    drain(running)
    stream.send([new(2)])
    down = True
    assert waits(1)[0] < 0.5


def test_a_store_that_fails_in_the_middle_of_single_handling_keeps_what_was_done(
    stream: MemoryStream, clock: VirtualClock
) -> None:
    down = True

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if len(received) > 1:
            raise Invalid("some", "one of them")
        if down and on(received[0].message).outcome == SECOND:
            raise Unavailable("casebook")
        if on(received[0].message).outcome == BAD:
            raise Invalid("some", "this one")
        return copy_all(received)

    stream.send([new(0, key="k"), new(1, BAD, key="k"), new(2, SECOND, key="k"), new(3, key="k")])
    running = runner(stream, function(handle), clock)
    drain(running)
    assert outcomes(stream) == wanted(0)
    assert outcomes(stream, dead("copy")) == wanted(1)
    down = False
    clock.advance_s(10)
    drain(running)
    assert outcomes(stream) == wanted(0, 2, 3)
    assert outcomes(stream, dead("copy")) == wanted(1)


def test_a_bug_stops_the_worker_after_committing_what_came_before(stream: MemoryStream, clock: VirtualClock) -> None:
    stream.send([new(n, BAD if n == 2 else FIRST, key="k") for n in range(4)])
    with pytest.raises(KeyError):
        drain(runner(stream, function(failing_on_bad(KeyError)), clock))
    assert outcomes(stream) == wanted(0, 1)


def test_a_third_crash_at_one_record_quarantines_it_even_across_restarts(tmp_path: Path, clock: VirtualClock) -> None:
    stage = function(failing_on_bad(KeyError))
    for crash in range(3):
        stream = SqliteStream(tmp_path, TOPICS, clock, 4)
        if crash == 0:
            stream.send([new(n, BAD if n == 2 else FIRST, key="k") for n in range(4)])
        running = runner(stream, stage, clock)
        if crash < 2:
            with pytest.raises(KeyError):
                drain(running)
            assert headers(stream) == []
        else:
            drain(running)
            (letter,) = headers(stream)
            assert (letter[deadletter.REASON], letter[deadletter.ALARM]) == (deadletter.CRASHED, "1")
            assert outcomes(stream) == wanted(0, 1, 3)
        stream.close()


def test_a_crash_that_no_single_record_causes_still_stops_the_worker(stream: MemoryStream, clock: VirtualClock) -> None:
    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if len(received) > 1:
            raise ZeroDivisionError
        return copy_all(received)

    stream.send([new(n, key="k") for n in range(4)])
    with pytest.raises(ZeroDivisionError):
        drain(runner(stream, function(handle), clock))
    assert outcomes(stream) == wanted(0, 1, 2, 3)


def test_a_seen_id_that_crashes_counts_as_the_records_crash(stream: MemoryStream, clock: VirtualClock) -> None:
    stage = Stage("copy", "observation", (IN,), copy_all, seen_id=lambda received: str(1 // 0))
    stream.send([new(1)])
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            drain(runner(stream, stage, clock))
    drain(runner(stream, stage, clock))
    assert headers(stream)[0][deadletter.REASON] == deadletter.CRASHED


def test_a_run_of_refusals_halts_the_stage_before_all_is_laid_aside(stream: MemoryStream, clock: VirtualClock) -> None:
    stream.send([new(n, BAD) for n in range(200)])
    events: list[RunnerEvent] = []
    running = runner(stream, function(failing_on_bad(lambda: Invalid("some", "all")), batch=10), clock, events)
    assert running.run(threading.Event()) == "halted"
    assert events[-1] == Halted("copy")
    assert len(standing(stream, dead("copy"))) == deadletter.MAX_RUN - 10
    (lag,) = stream.lag()
    assert lag.records == 200 - (deadletter.MAX_RUN - 10)


def test_too_large_a_part_refused_halts_the_stage(stream: MemoryStream, clock: VirtualClock) -> None:
    stage = function(failing_on_bad(lambda: Invalid("some", "many")), batch=50)
    running = runner(stream, stage, clock)
    stream.send([new(n, BAD if n % 6 == 0 else FIRST, key="k") for n in range(1_000)])
    drain(running)
    assert len(standing(stream, dead("copy"))) == 167
    stream.send([new(n, BAD if n % 4 == 0 else FIRST, key="k") for n in range(1_000)])
    assert running.run(threading.Event()) == "halted"


def test_refusals_are_not_counted_twice_when_the_commit_is_retried() -> None:
    limit = deadletter.RefusalLimit()
    for _ in range(100):
        assert not limit.after([True] * 40).exceeded
    assert limit.after([True] * 40).after([True] * 10).exceeded


def test_an_observation_answers_an_input_once(stream: MemoryStream, clock: VirtualClock) -> None:
    asked: list[str] = []

    def ask(received: Sequence[Received]) -> list[Outgoing]:
        asked.extend(on(one.message).passage_id for one in received)
        return copy_all(received)

    stage = Stage("copy", "observation", (IN,), ask, seen_id=lambda one: on(one.message).passage_id)
    events: list[RunnerEvent] = []
    stream.send([new(1), new(1), new(2)])
    drain(runner(stream, stage, clock, events))
    stream.send([new(2), new(3)])
    drain(runner(stream, stage, clock, events))
    assert sorted(asked) == outcomes(stream) == wanted(1, 2, 3)
    assert sum(event.repeated for event in events if isinstance(event, Committed)) == 2


def counting(window: KeyedWindow) -> Stage:
    """Says of each message how many came before it beside its key."""

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        out = []
        for one in received:
            message = on(one.message)
            before = [other for other in window.query(one.key) if other != message.passage_id]
            window.put(one.key, message.passage_id, message.outcome.encode())
            out.append(Outgoing(OUT, one.key, closed(len(before)), one.carried()))
            if message.outcome == BAD:
                raise Invalid("some", "after it put something")
        return out

    return function(handle, batch=3, windows=(window,))


def test_a_keyed_window_remembers_across_batches_and_sessions_and_only_what_was_committed(
    stream: MemoryStream, clock: VirtualClock
) -> None:
    stage = counting(KeyedWindow("sightings", 3600))
    stream.send([new(n, BAD if n == 4 else FIRST, key="k") for n in range(8)])
    running = runner(stream, stage, clock)
    running.step(0)
    running = runner(stream, stage, clock)
    drain(running)
    assert outcomes(stream) == wanted(*range(7))
    clock.advance_s(3600)
    stream.send([new(9, key="k")])
    drain(running)
    assert outcomes(stream) == sorted(wanted(*range(7)) + wanted(0))


def test_a_keyed_window_is_the_same_after_its_input_is_replayed(stream: MemoryStream, clock: VirtualClock) -> None:
    stage = counting(KeyedWindow("sightings", 3600))
    stream.send([new(n, key="k") for n in range(8)])
    drain(runner(stream, stage, clock))
    session = stream.session("copy", [IN])
    before = session.entries("sightings", "k")
    session.begin()
    session.flush()
    session.offsets({Partition(IN.name, partition_of("k", 4)): 0})
    session.commit()
    drain(runner(stream, stage, clock))
    assert stream.session("copy", [IN]).entries("sightings", "k") == before


def test_a_stop_ends_between_two_units(stream: MemoryStream, clock: VirtualClock) -> None:
    stop = threading.Event()

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        stop.set()
        return copy_all(received)

    stream.send([new(n, key="k") for n in range(9)])
    assert runner(stream, function(handle, batch=4), clock).run(stop) == "stopped"
    assert outcomes(stream) == wanted(0, 1, 2, 3)


def test_a_stream_that_cannot_be_read_is_waited_for(stream: MemoryStream, clock: VirtualClock) -> None:
    stop = threading.Event()
    heard: list[RunnerEvent] = []
    session = stream.session("copy", [IN])
    polls = iter([None, Unavailable("stream", 0.01), None, None])

    def poll(max_records: int, timeout_s: float) -> Sequence[StoredRecord]:
        if (error := next(polls, "the end")) == "the end":
            stop.set()
        elif isinstance(error, Unavailable):
            raise error
        return ()

    session.poll = poll  # type: ignore[method-assign]  # a stream that fails once
    Runner(function(copy_all), session, clock, heard.append).run(stop)
    assert [type(event) for event in heard] == [Working, Held, Working]  # though nothing ever comes
    assert [event.what for event in heard if isinstance(event, Held)] == ["stream"]


def test_a_stage_works_again_once_no_partition_of_it_pauses(stream: MemoryStream, clock: VirtualClock) -> None:
    down, heard = True, list[RunnerEvent]()
    ill = "cam-0"
    well = next(f"k{n}" for n in range(9) if partition_of(f"k{n}", 4) != partition_of(ill, 4))

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if down and any(one.key == ill for one in received):
            raise Unavailable("casebook", 5.0)
        return copy_all(received)

    def told() -> list[type[RunnerEvent]]:
        return [type(event) for event in heard if isinstance(event, Held | Working)]

    running = runner(stream, function(handle), clock, heard)
    stream.send([new(1, key=ill)])
    running.step(0)
    stream.send([new(2, key=well)])
    running.step(0)
    assert (outcomes(stream), told()) == (wanted(2), [Held])
    clock.advance_s(60)
    running.step(0)
    assert told() == [Held, Held]
    down = False
    clock.advance_s(60)
    running.step(0)
    running.step(0)
    assert (outcomes(stream), told()) == (wanted(1, 2), [Held, Held, Working])


def test_a_commit_that_fails_is_made_again_from_the_same_records(stream: MemoryStream, clock: VirtualClock) -> None:
    session = stream.session("copy", [IN])
    commit, failures = session.commit, [Unavailable("stream"), Unavailable("stream")]

    def failing() -> None:
        if failures:
            raise failures.pop()
        commit()

    session.commit = failing  # type: ignore[method-assign]  # a disk that is full twice
    stream.send([new(n) for n in range(3)])
    running = Runner(function(copy_all), session, clock)
    for _ in range(3):
        assert outcomes(stream) == []
        drain(running)
        clock.advance_s(60)
    assert outcomes(stream) == wanted(0, 1, 2)


class Forgetful:
    """A session that cannot say, for as long as `away`, what it remembers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.away = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        if self.away:
            raise Unavailable("disk of the windows")
        return self._session.known(window, names)


def test_records_wait_while_nobody_can_say_whether_they_were_seen(stream: MemoryStream, clock: VirtualClock) -> None:
    stage = Stage("copy", "observation", (IN,), copy_all, seen_id=lambda received: on(received.message).passage_id)
    stream.send([new(n) for n in range(5)])
    session: Any = Forgetful(stream.session(stage.name, stage.reads))
    seen: list[RunnerEvent] = []
    runner = Runner(stage, session, clock, seen.append)
    assert runner.step() == "worked"
    assert {type(event) for event in seen} == {Held}
    session.away = False
    clock.advance_s(60)
    while runner.step(0.0) == "worked":
        pass
    assert sum(event.records for event in seen if isinstance(event, Committed)) == 5
