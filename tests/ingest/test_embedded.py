"""All stages in one process: a crash in one is the others' business only through its silence."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adjudication import codec, ids
from adjudication.errors import Invalid, Unavailable
from adjudication.messages import PassageClosed
from ingest import backoff, embedded
from ingest.embedded import EmbeddedRunner
from ingest.events import Crashed, Halted, Held, RunnerEvent, Working
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord, Session, StoredRecord
from ingest.topics import HOUR_S, Topic, dead
from integrations.sqlite_stream import SqliteStream

IN = Topic("in.v1", "device", HOUR_S, "for these tests")
MID = Topic("mid.v1", "device", HOUR_S, "for these tests")
OUT = Topic("out.v1", "device", HOUR_S, "for these tests")


def record(n: int) -> NewRecord:
    ident = ids.stable_id("test", n)
    message = PassageClosed(passage_id=ident, event_id=ident, device_id="cam", hour_us=n, outcome="IN")
    return NewRecord(IN.name, f"cam-{n % 5}", codec.encode(message))


def copying(name: str, source: Topic, target: Topic, check: Callable[[int], None] = lambda n: None) -> Stage:
    def handle(received: Sequence[Received]) -> list[Outgoing]:
        out = []
        for one in received:
            assert isinstance(one.message, PassageClosed)
            check(one.message.hour_us)
            out.append(Outgoing(target, one.key, one.message))
        return out

    return Stage(name, "function", (source,), handle)


def standing(stream: SqliteStream, topic: Topic) -> list[StoredRecord]:
    return list(stream.scan(topic.name, 0, 2**62))


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_stages_run_side_by_side_and_stop_between_batches(tmp_path: Path) -> None:
    stream = SqliteStream(tmp_path, [IN, MID, OUT])
    stages = [copying("first", IN, MID), copying("second", MID, OUT)]
    failures: list[str] = []
    running = EmbeddedRunner(stages, stream, lambda name, error: failures.append(name))
    with running:
        stream.send([record(n) for n in range(500)])
        wait_for(lambda: len(standing(stream, OUT)) == 500)
        stopped = running.stop()
    assert stopped
    assert failures == []
    stream.close()


def test_a_crashing_stage_is_started_again_while_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)

    def bug(n: int) -> None:
        if n == 3:
            raise KeyError("a bug")

    stream = SqliteStream(tmp_path, [IN, MID, OUT])
    failures: list[tuple[str, type[Exception]]] = []
    events: list[RunnerEvent] = []
    stages = [copying("ill", IN, MID, bug), copying("well", IN, OUT)]
    with EmbeddedRunner(stages, stream, lambda n, e: failures.append((n, type(e))), observe=events.append):
        stream.send([record(n) for n in range(20)])
        wait_for(lambda: len(standing(stream, MID)) == 19 and len(standing(stream, OUT)) == 20)
    assert failures == [("ill", KeyError)] * 2
    assert [event.error for event in events if isinstance(event, Crashed)] == ["KeyError"] * 2
    assert len(standing(stream, dead("ill"))) == 1
    stream.close()


def test_a_halted_stage_stays_halted(tmp_path: Path) -> None:
    def refuse(n: int) -> None:
        raise Invalid("some", "all")

    stream = SqliteStream(tmp_path, [IN, OUT])
    events: list[RunnerEvent] = []
    stream.send([record(n) for n in range(300)])
    with EmbeddedRunner([copying("ill", IN, OUT, refuse)], stream, lambda n, e: None, observe=events.append):
        wait_for(lambda: Halted("ill") in events)
        before = len(standing(stream, dead("ill")))
        time.sleep(0.05)
        assert len(standing(stream, dead("ill"))) == before
    assert events.count(Halted("ill")) == 1
    stream.close()


def test_the_stream_is_swept_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SWEEP_EVERY_S", 0.01)
    swept = threading.Event()
    stream = SqliteStream(tmp_path, [IN])
    sweep = stream.sweep

    def sweeping() -> int:
        swept.set()
        return sweep()

    monkeypatch.setattr(stream, "sweep", sweeping)
    with EmbeddedRunner([], stream, lambda name, error: None):
        assert swept.wait(10)
    stream.close()


def test_records_that_come_while_a_stage_pauses_share_its_next_batch(tmp_path: Path) -> None:
    stream = SqliteStream(tmp_path, [IN, MID, OUT])
    batches: list[int] = []

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        batches.append(len(received))
        return []

    dear = Stage("dear", "function", (IN,), handle, pause_s=0.5)
    stream.send([record(0)])
    with EmbeddedRunner([dear], stream, lambda name, error: None):
        wait_for(lambda: batches == [1])
        for n in range(1, 9):
            stream.send([record(n)])
        wait_for(lambda: sum(batches) == 9)
    assert batches == [1, 8]
    stream.close()


class SlowToOpen(SqliteStream):
    """Refuses the first two sessions, as brokers that are being begun again do."""

    refusals = 2

    def session(self, group: str, topics: Sequence[Topic]) -> Session:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("brokers", 0.01)
        return super().session(group, topics)


def test_a_stream_that_opens_no_session_holds_the_stage_and_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    stream = SlowToOpen(tmp_path, [IN, OUT])
    crashed: list[str] = []
    events: list[RunnerEvent] = []
    with EmbeddedRunner([copying("first", IN, OUT)], stream, lambda n, _: crashed.append(n), observe=events.append):
        stream.send([record(1)])
        wait_for(lambda: len(standing(stream, OUT)) == 1)
    assert crashed == []
    assert [event.what for event in events if isinstance(event, Held)] == ["brokers", "brokers"]
    stream.close()


def test_a_stage_whose_session_opened_late_works_though_nothing_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    stream = SlowToOpen(tmp_path, [IN, OUT])
    events: list[RunnerEvent] = []
    with EmbeddedRunner([copying("first", IN, OUT)], stream, lambda *_: None, observe=events.append):
        wait_for(lambda: len(events) == 3)
    assert [type(event) for event in events] == [Held, Held, Working]
    stream.close()
