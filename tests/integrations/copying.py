"""A stage that copies its input, as an observation does: what it has made must in the end be its input, each once.

python -m tests.integrations.copying BOOTSTRAP PREFIX MEMBER      runs it until the process is ended
"""

import secrets
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from adjudication import codec, ids
from adjudication.errors import Unavailable
from adjudication.messages import PassageClosed
from ingest.clock import system_clock
from ingest.embedded import EmbeddedRunner
from ingest.events import Held
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import Topic
from integrations.kafka import topics as kafka_topics
from integrations.kafka.connection import Connection
from integrations.kafka.stream import KafkaStream

IN = Topic("in.v1", "device", 3600, "for these tests")
OUT = Topic("out.v1", "device", 3600, "for these tests")
GROUP = "copy"
PARTITIONS = 4
PATIENCE_S = 240.0


def connection(bootstrap: str, prefix: str = "", member: str = "") -> Connection:
    prefix = prefix or f"{secrets.token_hex(4)}."
    return Connection(bootstrap, prefix, member or secrets.token_hex(4))


def opened(place: Connection, replication: int = 1) -> KafkaStream:
    shape = kafka_topics.Layout(PARTITIONS, replication)
    kafka_topics.apply(place.admin(), kafka_topics.wanted(place, shape, (IN, OUT), (GROUP,)))
    return KafkaStream(place, (IN, OUT), shape=shape)


def message(n: int) -> NewRecord:
    ident = ids.stable_id("copied", n)
    closed = PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 40}", hour_us=0, outcome="NONE")
    return NewRecord(IN.name, closed.device_id, codec.encode(closed))


def stage(handle_s: float = 0.02, name: str = GROUP) -> Stage:
    def handle(received: Sequence[Received]) -> list[Outgoing]:
        time.sleep(handle_s)
        return [Outgoing(OUT, one.key, one.message) for one in received if isinstance(one.message, PassageClosed)]

    return Stage(name, "observation", (IN,), handle, batch=16, seen_id=_passage_id)


def _passage_id(received: Received) -> str:
    assert isinstance(received.message, PassageClosed)
    return received.message.passage_id


@dataclass
class Member:
    """One member at work, on a thread."""

    stream: KafkaStream
    failures: list[Exception] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def __enter__(self) -> "Member":
        self._runner = EmbeddedRunner(
            [stage()], self.stream, lambda _, error: self.failures.append(error), observe=self.note
        )
        self._runner.start()
        return self

    def note(self, event: object) -> None:
        if isinstance(event, Held):
            self.held.append(event.what)

    def __exit__(self, *_: object) -> None:
        assert self._runner.stop()
        self.stream.close()


def copied(stream: KafkaStream) -> list[str]:
    """What has been made so far, in the order of each partition."""
    found = []
    for record in stream.scan(OUT.name, 0, system_clock() + 10**12):
        closed = codec.decode_message(record.value)
        assert isinstance(closed, PassageClosed)
        found.append(closed.passage_id)
    return found


def await_copies(stream: KafkaStream, count: int, patience_s: float = PATIENCE_S) -> list[str]:
    """The copies once there are `count` of them; whatever there was last when patience ends."""
    found: list[str] = []
    give_up = time.monotonic() + patience_s
    while len(found) < count and time.monotonic() < give_up:
        with suppress(Unavailable):
            found = copied(stream)
        time.sleep(0.3)
    return found


def deliver(stream: KafkaStream, numbers: range) -> None:
    """Send until all are acknowledged, as the door and the outbox do; what comes twice is dropped by the stage."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            stream.send([message(n) for n in numbers])
        except Unavailable:
            if time.monotonic() > give_up:
                raise
        else:
            return


def inputs(count: int) -> list[str]:
    return [ids.stable_id("copied", n) for n in range(count)]


def main() -> None:
    """Be a member until the process is ended."""
    stream = opened(connection(*sys.argv[1:4]))
    sys.stdout.write("at work\n")
    sys.stdout.flush()
    with Member(stream):
        threading.Event().wait()


if __name__ == "__main__":
    main()
