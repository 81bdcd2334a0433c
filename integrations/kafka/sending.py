"""Appending outside any unit, for the door and the outbox: many threads, two producers, one flush for all.

Frames go by a producer that compresses nothing, everything else by one that does. A record counts as sent when all
replicas in sync have it.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from confluent_kafka import KafkaError, Message, Producer

from adjudication.errors import Unavailable
from integrations.kafka.connection import DELIVERY_MS, Connection, raised, translated

POLL_S = 0.1
"""How long the thread that takes deliveries sleeps at most: bounds how long a stop takes."""
_WAIT_S = 2 * DELIVERY_MS / 1000
"""A delivery ends by its own timeout; twice that, and the client is broken."""


class Send(NamedTuple):
    """One record as a broker gets it; `stamp_ms` is the stream's clock."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Mapping[str, str] | None
    stamp_ms: int


class _Pending:
    """Records of one call that are under way. Counted on the thread that takes deliveries alone."""

    __slots__ = ("done", "error", "left")

    def __init__(self, count: int) -> None:
        self.left = count
        self.error: KafkaError | None = None
        self.done = threading.Event()

    def delivered(self, error: KafkaError | None, _: Message) -> None:
        """One of them has arrived, or never will."""
        self.left -= 1
        self.error = self.error or error
        if not self.left:
            self.done.set()


class _Placed(_Pending):
    """As _Pending, and where each record stands; of one partition the last."""

    __slots__ = ("offsets",)

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.offsets: dict[tuple[str | None, int | None], int] = {}

    def delivered(self, error: KafkaError | None, message: Message) -> None:
        """One of them has arrived, or never will."""
        if error is None:
            self.offsets[message.topic(), message.partition()] = message.offset() or 0
        super().delivered(error, message)


def produce(producer: Producer, records: Sequence[Send], timeout_s: float, pending: _Pending | None = None) -> None:
    """Hand `records` to the producer, waiting for room in its queue. Raises Unavailable, KafkaException."""
    give_up = time.monotonic() + timeout_s
    told = pending.delivered if pending is not None else None
    for topic, partition, key, value, headers, stamp_ms in records:
        named: list[tuple[str, str | bytes | None]] | None = list(headers.items()) if headers else None
        while True:
            try:
                producer.produce(topic, value, key, partition, told, None, stamp_ms, named)
                break
            except BufferError:
                if time.monotonic() > give_up:
                    raise Unavailable("kafka (the producer's queue is full)") from None
                producer.poll(POLL_S)


class Sender:
    """One producer with the thread that takes its deliveries; made anew where it breaks for good."""

    def __init__(self, connection: Connection, *, compressed: bool) -> None:
        self._connection = connection
        self._compressed = compressed
        self._renewing = threading.Lock()
        self._stop = threading.Event()
        self._producer: Producer = connection.producer(compressed=compressed)
        self._thread = threading.Thread(target=self._take_deliveries, name="kafka deliveries", daemon=True)
        self._thread.start()

    def placed(self, records: Sequence[Send]) -> list[int]:
        """Send `records`, one a partition, and say at which offset each stands. Raises Unavailable, RuntimeError."""
        pending = _Placed(len(records))
        if records:
            self.finish(self.begin(records, pending))
        return [pending.offsets[record.topic, record.partition] for record in records]

    def begin(self, records: Sequence[Send], pending: _Pending | None = None) -> _Pending:
        """Send `records` on their way. Raises Unavailable, RuntimeError."""
        pending = pending or _Pending(len(records))
        with translated("sending"):
            produce(self._producer, records, _WAIT_S, pending)
        return pending

    def finish(self, pending: _Pending) -> None:
        """Return when all of them have arrived. Raises Unavailable, RuntimeError."""
        if not pending.done.wait(_WAIT_S):
            raise Unavailable("kafka (sending: no answer)")
        if pending.error is not None:
            if pending.error.fatal():
                self._renew()
                raise Unavailable(f"kafka (sending: {pending.error.name()})")
            raise raised(pending.error, "sending")

    def close(self) -> None:
        """Stop; what was acknowledged stays."""
        self._stop.set()
        self._thread.join()
        self._producer.purge()
        self._producer.close()

    def _renew(self) -> None:
        with self._renewing:
            self._producer = self._connection.producer(compressed=self._compressed)

    def _take_deliveries(self) -> None:
        while not self._stop.is_set():
            self._producer.poll(POLL_S)
