"""Replaying the past into a shadow says exactly which outputs differ, and touches nothing."""

from collections.abc import Sequence

import pytest

from adjudication import codec, ids
from adjudication.errors import Invalid, Unavailable
from adjudication.messages import AnyMessage, PassageClosed
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.replay import CHUNK, Difference, Stretch, difference, recorded, replay
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import HOUR_S, Topic
from ingest.windows import KeyedWindow

NOW_US = 1_775_000_000_000_000
IN = Topic("in.v1", "device", 72 * HOUR_S, "for these tests")
OUT = Topic("out.v1", "device", 72 * HOUR_S, "for these tests")
ALWAYS = Stretch(0, 2**62)
COUNT = 2 * CHUNK + 7


def closed(n: int, outcome: str = "IN") -> PassageClosed:
    ident = ids.stable_id("test", n)
    return PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 5}", hour_us=n, outcome=outcome)


def on(message: object) -> PassageClosed:
    assert isinstance(message, PassageClosed)
    return message


def cause(message: AnyMessage) -> str:
    return on(message).passage_id


def judging(limit: int, refuses: int = -1) -> Stage:
    """`limit` is the law: from it on a passage is late. And it counts what came before, beside each key."""
    window = KeyedWindow("before", HOUR_S)

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        out = []
        for one in received:
            message = on(one.message)
            if message.hour_us % 1_000 == refuses:
                raise Invalid("some", "refused")
            seen = len(window.query(one.key))
            window.put(one.key, message.passage_id, b"")
            verdict = f"{'LATE' if message.hour_us >= limit else 'FRESH'}_{seen % 7}"
            out.append(Outgoing(OUT, one.key, closed(message.hour_us, verdict)))
        return out

    return Stage("judge", "function", (IN,), handle, windows=(window,))


@pytest.fixture
def stream() -> MemoryStream:
    clock = VirtualClock(NOW_US)
    stream = MemoryStream((IN, OUT), clock)
    for n in range(COUNT):
        stream.send([NewRecord(IN.name, f"cam-{n % 5}", codec.encode(closed(n)))])
        clock.advance_s(1)
    runner = Runner(judging(600), stream.session("judge", [IN]), clock)
    while runner.step(0) == "worked":
        pass
    return stream


def test_the_stage_that_stands_repeats_what_the_road_recorded(stream: MemoryStream) -> None:
    before = recorded((OUT,), stream, ALWAYS, cause)
    lag = stream.lag()
    assert difference(before, replay(judging(600), stream, ALWAYS, cause)) == Difference(COUNT, (), (), ())
    assert stream.lag() == lag


def test_a_candidate_says_which_decisions_it_would_change(stream: MemoryStream) -> None:
    found = difference(replay(judging(600), stream, ALWAYS, cause), replay(judging(603), stream, ALWAYS, cause))
    assert found.changed == tuple(sorted((OUT.name, closed(n).passage_id) for n in (600, 601, 602)))
    assert (found.same, found.lost, found.gained) == (COUNT - 3, (), ())


def test_what_a_candidate_refuses_is_lost_and_the_other_way_round_gained(stream: MemoryStream) -> None:
    stands, candidate = (replay(judging(600, refuses), stream, ALWAYS, cause) for refuses in (-1, 999))
    refused = (OUT.name, closed(999).passage_id)
    assert refused in difference(stands, candidate).lost
    assert difference(stands, candidate).lost == difference(candidate, stands).gained == (refused,)


def test_only_the_stretch_is_replayed(stream: MemoryStream) -> None:
    stretch = Stretch(NOW_US + 10_000_000, NOW_US + 20_000_000)
    assert replay(judging(600), stream, stretch, cause).keys() == {
        (OUT.name, closed(n).passage_id) for n in range(10, 20)
    }


def test_an_observation_is_not_asked_again(stream: MemoryStream) -> None:
    stage = Stage("look", "observation", (IN,), lambda received: (), seen_id=lambda one: "")
    with pytest.raises(ValueError, match="only functions"):
        replay(stage, stream, ALWAYS, cause)


def test_a_replay_that_cannot_be_complete_says_so(stream: MemoryStream) -> None:
    def down(received: Sequence[Received]) -> list[Outgoing]:
        raise Unavailable("law")

    def refuse(received: Sequence[Received]) -> list[Outgoing]:
        raise Invalid("some", "all")

    with pytest.raises(Unavailable):
        replay(Stage("judge", "function", (IN,), down), stream, ALWAYS, cause)
    with pytest.raises(Invalid, match="replay-halted"):
        replay(Stage("judge", "function", (IN,), refuse), stream, ALWAYS, cause)
