"""A short road that can be crashed at any step, and the checker that says whether its end is lawful.

inputs.v1 → [look]° answers differently each time it is asked → looks.v1 → [judge] a function of the look
          → judged.v1, and [pair], which remembers: how many looks came before this one beside its key → pairs.v1
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from adjudication import codec, ids
from adjudication.messages import PassageClosed
from ingest.clock import Clock
from ingest.runner import Runner
from ingest.stage import Outgoing, Position, Received, Stage
from ingest.stream import Entry, Name, NewRecord, Partition, Session, StoredRecord, Stream
from ingest.topics import HOUR_S, Topic
from ingest.windows import KeyedWindow

P = ParamSpec("P")
R = TypeVar("R")

INPUTS = Topic("inputs.v1", "device", HOUR_S, "what comes in, some of it twice")
LOOKS = Topic("looks.v1", "device", HOUR_S, "what was seen; another answer each time")
JUDGED = Topic("judged.v1", "device", HOUR_S, "what follows from the look")
PAIRS = Topic("pairs.v1", "device", HOUR_S, "how many looks came before")
TOPICS = (INPUTS, LOOKS, JUDGED, PAIRS)

STEPS = ("poll", "handle", "begin", "append", "remember", "flush", "offsets", "commit")
MAX_RESTARTS = 40
"""A run that needs more makes no progress: more than any plan of crashes here, with three stages."""


class Killed(BaseException):
    """The process ends here. No Exception: nothing may catch it, as nothing catches SIGKILL."""


@dataclass
class Crash:
    """Kills `stage` before or after the `nth` time it takes `step`."""

    stage: str
    step: str
    after: bool
    nth: int

    def __call__(self, stage: str, step: str, *, after: bool) -> None:
        """Told of every step; raises Killed at the planned one."""
        if (stage, step, after) != (self.stage, self.step, self.after):
            return
        self.nth -= 1
        if self.nth == 0:
            raise Killed


@dataclass
class Road:
    """Two devices' worth of inputs, the stages, and every crash still to come."""

    stream: Stream
    clock: Clock
    crashes: list[Crash] = field(default_factory=list)
    restarts: int = 0
    first_answer: int = 0

    def __post_init__(self) -> None:
        self._answers = itertools.count(self.first_answer)
        self.stages = (
            Stage("look", "observation", (INPUTS,), self._look, batch=3, seen_id=_id),
            Stage("judge", "function", (LOOKS,), self._judge, batch=4),
            self._pair(),
        )

    def send(self, count: int) -> None:
        """`count` inputs of five devices; each third comes again at once, each fourth comes again at the end."""
        records = [_input(n) for n in range(count)]
        again = [one for n, one in enumerate(records) for _ in range(1 + (n % 3 == 0))]
        self.stream.send([*again, *records[::4]])

    def run(self, runner: Callable[[Stage, Session, Clock], Runner]) -> bool:
        """Drive every stage until nothing is left, starting anew after each death; False if that never ends."""
        running = {stage.name: self._start(stage, runner) for stage in self.stages}
        while True:
            idle = True
            for stage in self.stages:
                try:
                    idle &= running[stage.name].step(0) == "idle"
                except (Killed, Exception):
                    idle = False
                    self.restarts += 1
                    if self.restarts > MAX_RESTARTS:
                        return False
                    running[stage.name] = self._start(stage, runner)
            if idle:
                return True

    def _start(self, stage: Stage, runner: Callable[[Stage, Session, Clock], Runner]) -> Runner:
        session = self.stream.session(stage.name, stage.reads)
        return runner(stage, Dying(session, stage.name, self._tell), self.clock)

    def _tell(self, stage: str, step: str, *, after: bool) -> None:
        for crash in self.crashes:
            crash(stage, step, after=after)

    def _look(self, received: Sequence[Received]) -> list[Outgoing]:
        self._tell("look", "handle", after=False)
        out = [_closed(LOOKS, one, f"ANSWER_{next(self._answers)}") for one in received]
        self._tell("look", "handle", after=True)
        return out

    def _judge(self, received: Sequence[Received]) -> list[Outgoing]:
        self._tell("judge", "handle", after=False)
        out = [_closed(JUDGED, one, f"OF_{_message(one).outcome}") for one in received]
        self._tell("judge", "handle", after=True)
        return out

    def _pair(self) -> Stage:
        window = KeyedWindow("looks", HOUR_S)

        def handle(received: Sequence[Received]) -> list[Outgoing]:
            self._tell("pair", "handle", after=False)
            out = []
            for one in received:
                before = window.query(one.key).keys() - {_id(one)}
                window.put(one.key, _id(one), b"")
                out.append(_closed(PAIRS, one, f"AFTER_{len(before)}"))
            self._tell("pair", "handle", after=True)
            return out

        return Stage("pair", "function", (LOOKS,), handle, batch=2, windows=(window,))

    # The checker

    def faults(self, count: int) -> list[str]:
        """What is wrong with the end of this run; nothing if it is as if it had not been disturbed."""
        wanted = {one.passage_id: one.device_id for one in map(_event, range(count))}
        looks, judged, pairs = (self._rows(topic) for topic in (LOOKS, JUDGED, PAIRS))
        faults = [f"{what} lost: {len(wanted.keys() - rows.keys())}" for what, rows in _named(looks, judged, pairs)]
        faults += [
            f"{what} invented: {len(rows.keys() - wanted.keys())}" for what, rows in _named(looks, judged, pairs)
        ]
        faults += [f"looks answered twice: {sum(len(said) > 1 for said in looks.values())}"]
        faults += [f"looks repeated: {len(list(self.stream.scan(LOOKS.name, 0, 2**62))) - len(looks)}"]
        faults += [
            f"judged differently: {sum(judged.get(i) != {f'OF_{a}' for a in said} for i, said in looks.items())}"
        ]
        by_device: dict[str, list[str]] = {}
        for ident, said in pairs.items():
            by_device.setdefault(wanted.get(ident, ""), []).extend(said)
        miscounted = sum(sorted(said) != sorted(f"AFTER_{n}" for n in range(len(said))) for said in by_device.values())
        faults += [f"keys miscounted: {miscounted}"]
        faults += [f"{lag.group} has left {lag.records} unread" for lag in self.stream.lag() if lag.records]
        faults += [
            f"dead letters: {len(list(self.stream.scan(f'{stage.name}.dead', 0, 2**62)))}" for stage in self.stages
        ]
        return [fault for fault in faults if not fault.endswith(": 0")]

    def _rows(self, topic: Topic) -> dict[str, set[str]]:
        """First write wins nowhere here: all that was ever said about each id."""
        rows: dict[str, set[str]] = {}
        for record in self.stream.scan(topic.name, 0, 2**62):
            message = codec.decode(record.value, PassageClosed)
            rows.setdefault(message.passage_id, set()).add(message.outcome)
        return rows


class Dying:
    """A session that tells of each step before and after it, to something that may kill the process there."""

    def __init__(self, session: Session, stage: str, tell: Callable[..., None]) -> None:
        self._session = session
        self._stage = stage
        self._tell = tell

    def _take(self, step: str, take: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        self._tell(self._stage, step, after=False)
        result = take(*args, **kwargs)
        self._tell(self._stage, step, after=True)
        return result

    def poll(self, max_records: int, timeout_s: float) -> Sequence[StoredRecord]:
        return self._take("poll", self._session.poll, max_records, timeout_s)

    def begin(self) -> None:
        self._take("begin", self._session.begin)

    def append(self, records: Sequence[NewRecord]) -> None:
        self._take("append", self._session.append, records)

    def remember(self, entries: Sequence[Entry]) -> None:
        self._take("remember", self._session.remember, entries)

    def flush(self) -> None:
        self._take("flush", self._session.flush)

    def offsets(self, next_offsets: Mapping[Partition, int]) -> None:
        self._take("offsets", self._session.offsets, next_offsets)

    def commit(self) -> None:
        self._take("commit", self._session.commit)

    def abort(self) -> None:
        self._session.abort()

    def pause(self, partition: Partition) -> None:
        self._session.pause(partition)

    def resume(self, partition: Partition) -> None:
        self._session.resume(partition)

    def seek(self, position: Position) -> None:
        self._session.seek(position)

    def known(self, window: str, names: Sequence[Name]) -> frozenset[Name]:
        return self._session.known(window, names)

    def entries(self, window: str, key: str) -> Sequence[Entry]:
        return self._session.entries(window, key)

    def close(self) -> None:
        self._session.close()


def _event(n: int) -> PassageClosed:
    ident = ids.stable_id("journey", n)
    return PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 5}", hour_us=0, outcome="IN")


def _input(n: int) -> NewRecord:
    message = _event(n)
    return NewRecord(INPUTS.name, message.device_id, codec.encode(message))


def _message(received: Received) -> PassageClosed:
    assert isinstance(received.message, PassageClosed)
    return received.message


def _id(received: Received) -> str:
    return _message(received).passage_id


def _closed(topic: Topic, cause: Received, outcome: str) -> Outgoing:
    message = _message(cause)
    out = PassageClosed(
        passage_id=message.passage_id,
        event_id=message.event_id,
        device_id=message.device_id,
        hour_us=message.hour_us,
        outcome=outcome,
    )
    return Outgoing(topic, cause.key, out, cause.carried())


def _named(*rows: dict[str, set[str]]) -> list[tuple[str, dict[str, set[str]]]]:
    return list(zip(("looks", "judged", "pairs"), rows, strict=True))
