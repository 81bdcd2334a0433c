"""Whatever a stage raises: each record ends once, as an output or as a dead letter, and keys keep their order."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication import codec, ids
from adjudication.errors import Conflict, Invalid, Unavailable
from adjudication.messages import PassageClosed
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import HOUR_S, Topic, dead

NOW_US = 1_775_000_000_000_000
IN = Topic("in.v1", "device", 72 * HOUR_S, "for these tests")
OUT = Topic("out.v1", "device", 72 * HOUR_S, "for these tests")


def record(n: int, key: int) -> NewRecord:
    ident = ids.stable_id("test", n)
    message = PassageClosed(passage_id=ident, event_id=ident, device_id="cam", hour_us=n, outcome="IN")
    return NewRecord(IN.name, f"k{key}", codec.encode(message))


def number(value: bytes) -> int:
    return codec.decode(value, PassageClosed).hour_us


@given(
    sends=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=8), min_size=1, max_size=12),
    trouble=st.integers(0, 70),
    batch=st.integers(1, 9),
    observes=st.booleans(),
    chance=st.randoms(use_true_random=False),
)
@settings(max_examples=120, deadline=None)
def test_each_record_ends_once_and_in_its_keys_order(
    sends: list[list[int]], trouble: int, batch: int, observes: bool, chance: random.Random
) -> None:
    clock = VirtualClock(NOW_US)
    stream = MemoryStream((IN, OUT), clock, 3)
    calm = False

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        if not calm and chance.randrange(100) < trouble:
            raise chance.choice([Invalid("some", "odd"), Unavailable("it", 1.0), KeyError(), Conflict("0" * 32, "two")])
        return [Outgoing(OUT, one.key, one.message) for one in received if isinstance(one.message, PassageClosed)]

    def start() -> Runner:
        kind, seen_id = ("observation", lambda one: one.message.passage_id) if observes else ("function", None)
        stage = Stage("copy", kind, (IN,), handle, batch, seen_id)  # type: ignore[arg-type]
        return Runner(stage, stream.session("copy", [IN]), clock, seed=chance.randrange(99))

    running = start()

    def advance(steps: int) -> None:
        nonlocal running
        for _ in range(steps):
            try:
                if running.step(0) == "halted":
                    running = start()
            except KeyError:
                running = start()
            clock.advance_s(chance.choice([0, 0, 1, 40]))

    sent = 0
    for keys in sends:
        stream.send([record(sent + at, key) for at, key in enumerate(keys)])
        sent += len(keys)
        advance(chance.randrange(4))
    calm = True
    advance(sent + 60)

    out = [(r.key, number(r.value)) for r in stream.scan(OUT.name, 0, NOW_US * 2)]
    laid_aside = [number(r.value) for r in stream.scan(dead("copy").name, 0, NOW_US * 2)]
    assert sorted([n for _, n in out] + laid_aside) == list(range(sent))
    for key in {key for key, _ in out}:
        assert [n for k, n in out if k == key] == sorted(n for k, n in out if k == key)
