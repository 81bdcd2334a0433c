"""Replay: run a stretch of a topic through a stage again, into a shadow, and say which outputs differ by digest.

Nothing of it touches the road: records are read without a group, and the shadow is a mapping in memory. Replaying the
stage that stands against what the road recorded proves that decisions are repeatable; replaying the stage that stands
against a candidate (another law, another policy) says which decisions it would change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from adjudication import codec
from adjudication.errors import Invalid, Unavailable
from adjudication.messages import AnyMessage
from adjudication.units import Micros, Sha256
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord, Scanner
from ingest.topics import Topic

CHUNK = 500
"""Records in memory at once: a few megabytes of messages."""

Cause = Callable[[AnyMessage], str]
"""Names what a message is about, the same under any law: two outputs of one cause are compared (a case id, say)."""

Shadow = Mapping[tuple[str, str], Sha256]
"""(topic, cause) → SHA-256 of the first output's canonical bytes; first write wins, as everywhere on the road."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was appended in [from_us, to_us), by the stream's own clock."""

    from_us: Micros
    to_us: Micros


@dataclass(frozen=True, slots=True)
class Difference:
    """How two shadows compare: how many outputs are the same, and which are not, each as (topic, cause), sorted."""

    same: int
    changed: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]
    gained: tuple[tuple[str, str], ...]


def replay(stage: Stage, reader: Scanner, stretch: Stretch, cause: Cause) -> Shadow:
    """What `stage` makes of the stretch, topic after topic, each key in its order.

    It runs as on the road, with a runner of its own over a stream in memory. Keyed windows start empty: a stage with
    memory needs a stretch that begins as far back as it remembers, and an instance that the road is not running.

    Raises:
        ValueError: the stage is an observation, whose answers were given once and are not to be asked for again.
        Unavailable: the stream, or what the stage needs, cannot be read now.
        Invalid: `replay-halted`, the stage refuses so much of the stretch that its runner stops.
        Exception: whatever a bug of the stage raises.
    """
    if stage.kind == "observation":
        raise ValueError(f"stage {stage.name} is an observation: only functions can be replayed")
    shadow: dict[tuple[str, str], Sha256] = {}

    def overhear(received: Sequence[Received]) -> Sequence[Outgoing]:
        for out in stage.handle(received):
            shadow.setdefault((out.topic.name, cause(out.message)), codec.digest(out.message))
        return ()

    topics = tuple(replace(topic, retention_s=0) for topic in stage.reads)
    clock = VirtualClock(stretch.from_us)
    stream = MemoryStream(topics, clock)
    runner = Runner(
        replace(stage, reads=topics, handle=overhear),
        stream.session(stage.name, topics),
        clock,
    )
    for topic in stage.reads:
        records = reader.scan(topic.name, stretch.from_us, stretch.to_us)
        while chunk := list(islice(records, CHUNK)):
            clock.set(chunk[-1].appended_us)
            stream.send([NewRecord(topic.name, record.key, record.value, record.headers) for record in chunk])
            _drain(runner, stream)
    return shadow


def _drain(runner: Runner, stream: MemoryStream) -> None:
    while (step := runner.step(0)) == "worked":
        pass
    if step == "halted":
        raise Invalid("replay-halted", "the stage refuses too much of this stretch")
    if any(lag.records for lag in stream.lag()):
        raise Unavailable("something the replayed stage needs")
    stream.sweep()


def recorded(topics: tuple[Topic, ...], reader: Scanner, stretch: Stretch, cause: Cause) -> Shadow:
    """What the road appended to `topics` in the stretch, which ends later than that of the inputs: work takes time."""
    shadow: dict[tuple[str, str], Sha256] = {}
    for topic in topics:
        for record in reader.scan(topic.name, stretch.from_us, stretch.to_us):
            message = codec.decode_message(record.value)
            shadow.setdefault((topic.name, cause(message)), codec.digest(message))
    return shadow


def difference(before: Shadow, after: Shadow) -> Difference:
    """What changes from one shadow to the other."""
    both = before.keys() & after.keys()
    changed = tuple(sorted(name for name in both if before[name] != after[name]))
    return Difference(
        same=len(both) - len(changed),
        changed=changed,
        lost=tuple(sorted(before.keys() - after.keys())),
        gained=tuple(sorted(after.keys() - before.keys())),
    )
