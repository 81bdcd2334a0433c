"""Keeping: how an event becomes durable. The stream first; while it refuses, the spool; when both are full, nothing.

While anything waits in the spool, new records queue up behind it, so that a device's events keep their order. `drain`
brings them to the stream in order when it is back; the door calls it over and over (ingest/gateway.py).
"""

from threading import Lock
from typing import Literal

import msgspec

from adjudication.errors import Unavailable
from ingest.spool import Spool
from ingest.stream import NewRecord, Producer

DRAIN_RECORDS = 16
"""Records brought to the stream at once: 5 MB of usual frames, little enough to hold, enough to share one flush."""
IDLE_S = 0.25
"""How soon a drain that found nothing looks again: a spooled event is about this late once the stream is back."""

Kept = Literal["stream", "spool", "full"]


class _Spooled(msgspec.Struct):
    """A record as it lies in the spool."""

    topic: str
    key: str
    headers: dict[str, str]
    value: bytes


class Keeper:
    """Makes records durable. Safe to use from many threads."""

    def __init__(self, producer: Producer, spool: Spool) -> None:
        self._producer = producer
        self._spool = spool
        self._draining = Lock()

    @property
    def waiting(self) -> int:
        """Records in the spool."""
        return len(self._spool)

    @property
    def full(self) -> bool:
        """Whether an event would be refused for want of room while the stream is away."""
        return self._spool.full

    def keep(self, record: NewRecord) -> Kept:
        """Where the record is durable now; `full` if it could be kept nowhere."""
        if not self.waiting:
            try:
                self._producer.send((record,))
            except Unavailable:
                pass
            else:
                return "stream"
        return "spool" if self._spool.append(_packed(record)) else "full"

    def drain(self) -> float:
        """Brings the oldest spooled records to the stream; gives the seconds after which to call again.

        An entry that cannot be read is laid aside in the spool's folder, where a person finds it.
        """
        with self._draining:
            records: dict[int, NewRecord] = {}
            for number, data in self._spool.oldest(DRAIN_RECORDS):
                try:
                    records[number] = _unpacked(data)
                except msgspec.MsgspecError:
                    self._spool.lay_aside(number)
            if not records:
                return IDLE_S
            try:
                self._producer.send(tuple(records.values()))
            except Unavailable as error:
                return error.retry_after_s
            for number in records:
                self._spool.remove(number)
            return 0.0


def _packed(record: NewRecord) -> bytes:
    return msgspec.msgpack.encode(_Spooled(record.topic, record.key, dict(record.headers), record.value))


def _unpacked(data: bytes) -> NewRecord:
    spooled = msgspec.msgpack.decode(data, type=_Spooled)
    return NewRecord(spooled.topic, spooled.key, spooled.value, spooled.headers)
