"""How this process reaches the brokers: addresses, security, the clients' tuning, and what their errors mean.

Every name that a broker sees bears the prefix, so that several centres (or test runs) may share one cluster. Positions
and records carry the names of ingest/topics.py, without it.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from adjudication.errors import Invalid, Unavailable
from ingest.stream import MAX_RECORD_BYTES, POLL_BYTES
from integrations.config import Settings

Purpose = Literal["one", "first", "stretch"]
Config = dict[str, Any]
"""Names and values as the client library takes them: text, numbers and callbacks."""

MESSAGE_BYTES = MAX_RECORD_BYTES + 64 * 1024
"""A full record, its key and headers, and what the protocol puts around a batch."""
DELIVERY_MS = 5_000
"""How long a record outside a transaction may be on its way: the door then uses its spool, so waiting longer only keeps
a camera."""
TRANSACTION_MS = 15_000
"""What an open unit of a dead member may hold back: readers of committed records wait behind it. A unit is one short
burst, so fifteen seconds are ample."""
UNIT_DELIVERY_MS = 10_000
"""Shorter than a transaction, so that a unit fails by its own clock and not by being fenced."""
MAX_POLL_MS = 300_000
"""How long a stage may handle one batch before its partitions go to another member; vision's dearest takes seconds."""
QUEUE_KIB = 64 * 1024
"""What a producer holds that no broker has yet: fifteen of the largest frames."""
BACKOFF_MS = 50
"""Before a fetch is tried again, whether the queue was full or a broker refused; the library's second would cap frames
at 32 MB/s."""

_WRONG = frozenset(
    (
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.INVALID_TIMESTAMP,
        KafkaError.INVALID_CONFIG,
        KafkaError.INVALID_PARTITIONS,
        KafkaError.INVALID_REPLICATION_FACTOR,
        KafkaError.POLICY_VIOLATION,
        KafkaError.UNSUPPORTED_VERSION,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        KafkaError._INVALID_ARG,
    )
)
"""What asking again never mends: the settings, the rights or the clock of this machine are wrong."""
_FENCED = frozenset(
    (
        KafkaError._FENCED,
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.FENCED_INSTANCE_ID,
    )
)
_STILL_THERE = KafkaError(KafkaError.UNRELEASED_INSTANCE_ID).str()


@dataclass(frozen=True, slots=True)
class Connection:
    """One process's way to the brokers. `member` names it among a group's members.

    A member with a lasting name (`is_static`) keeps its partitions over a restart; without one it gets a random name.
    """

    bootstrap: str
    prefix: str = ""
    member: str = field(default_factory=lambda: secrets.token_hex(8))
    is_static: bool = False
    security: Mapping[str, str] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """What the brokers call this topic or group."""
        return self.prefix + name

    def admin(self) -> AdminClient:
        """A client that asks about topics and groups, and changes them."""
        return AdminClient(self._reaching())

    def producer(self, *, compressed: bool) -> Producer:
        """A producer for records outside any unit: idempotent, acknowledged by all replicas in sync."""
        return Producer({**self._producing(DELIVERY_MS), "compression.type": "lz4" if compressed else "none"})

    def unit_producer(self, group: str) -> Producer:
        """A producer for the units of this member of `group`; whoever opens another fences this one."""
        own = {"transactional.id": f"{self.name(group)}.{self.member}", "transaction.timeout.ms": TRANSACTION_MS}
        return Producer({**self._producing(UNIT_DELIVERY_MS), **own, "compression.type": "lz4"})

    def member_consumer(self, group: str) -> Consumer:
        """A consumer that is a member of `group`.

        The brokers assign (KIP-848), by ranges: partition n of every topic goes to one member, and only what moves
        is taken away.
        """
        config: Config = {
            **self._consuming(self.name(group)),
            "group.protocol": "consumer",
            "group.remote.assignor": "range",
            "auto.offset.reset": "earliest",
            "max.poll.interval.ms": MAX_POLL_MS,
            "queued.max.messages.kbytes": POLL_BYTES // 1024,
            "fetch.message.max.bytes": MAX_RECORD_BYTES,
            "fetch.max.bytes": POLL_BYTES,
        }
        if self.is_static:
            config["group.instance.id"] = self.member
        return Consumer(config)

    def reading_consumer(self, purpose: Purpose) -> Consumer:
        """A consumer without a group: it is told where to read, and says when it has come to the end.

        For `one` record or the `first` a fetch takes one batch and no more; where `one` has expired that is an error,
        for the others the oldest that stands comes in its place.
        """
        return Consumer(
            {
                **self._consuming(self.name("reads")),
                "auto.offset.reset": "error" if purpose == "one" else "earliest",
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                "fetch.message.max.bytes": MAX_RECORD_BYTES if purpose == "stretch" else 1,
                "queued.max.messages.kbytes": POLL_BYTES // 1024,
            }
        )

    def _reaching(self) -> Config:
        quiet: Config = {"log_level": 0, "error_cb": _ignore}  # what matters comes back from a call
        return {"bootstrap.servers": self.bootstrap, "socket.keepalive.enable": True, **quiet, **self.security}

    def _producing(self, delivery_ms: int) -> Config:
        return {
            **self._reaching(),
            "enable.idempotence": True,
            "acks": "all",
            "message.timeout.ms": delivery_ms,
            "request.timeout.ms": delivery_ms,
            "message.max.bytes": MESSAGE_BYTES,
            "queue.buffering.max.kbytes": QUEUE_KIB,
            "queue.buffering.max.messages": 200_000,
            "linger.ms": 1,
            "retry.backoff.ms": BACKOFF_MS,
        }

    def _consuming(self, group: str) -> Config:
        return {
            **self._reaching(),
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "fetch.queue.backoff.ms": BACKOFF_MS,
            "fetch.error.backoff.ms": BACKOFF_MS,
        }


def _ignore(*_: object) -> None:
    pass


def connection(settings: Settings) -> Connection:
    """The connection that the settings describe.

    Raises:
        Invalid: `kafka-settings`, there are no brokers, a file cannot be read, or a password would travel in the clear.
    """
    if not settings.kafka:
        raise Invalid("kafka-settings", "TARAZY_KAFKA names no brokers")
    found = Connection(settings.kafka, settings.kafka_prefix, security=_security(settings))
    return replace(found, member=settings.kafka_member, is_static=True) if settings.kafka_member else found


def _security(settings: Settings) -> dict[str, str]:
    tls: dict[str, str] = {}
    if settings.kafka_ca:
        files = {
            "ssl.ca.location": settings.kafka_ca,
            "ssl.certificate.location": settings.kafka_certificate,
            "ssl.key.location": settings.kafka_key,
        }
        tls = {name: path for name, path in files.items() if path}
        for path in tls.values():
            _readable(path)
    elif settings.kafka_certificate or settings.kafka_key or settings.kafka_user:
        raise Invalid("kafka-settings", "a certificate or a password needs TARAZY_KAFKA_CA, the brokers' authority")
    if not settings.kafka_user:
        return {"security.protocol": "ssl", **tls} if tls else {}
    return {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": settings.kafka_user,
        "sasl.password": _readable(settings.kafka_password_file).strip(),
        **tls,
    }


def _readable(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("kafka-settings", f"{path or 'no file named'}: {error}") from error


def broke(error: KafkaError) -> bool:
    """Whether the client that tells this is of no use any more."""
    return bool(error.fatal()) or error.code() == KafkaError._FATAL


def raised(error: KafkaError, doing: str) -> Exception:
    """What an error of the client library is here: RuntimeError where asking again never helps, else Unavailable."""
    if error.code() in _FENCED:
        return RuntimeError(f"{doing}: fenced, another session has taken this member's place ({error.str()})")
    if broke(error):
        if _STILL_THERE in error.str():
            return Unavailable(f"kafka ({doing}: the member of this name is still there)")
        return RuntimeError(f"{doing}: fenced, or the client broke for good ({error.str()})")
    if error.code() in _WRONG:
        return RuntimeError(f"{doing}: {error.str()}")
    return Unavailable(f"kafka ({doing}: {error.name()})")


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raises what `raised` makes of an error of the client library."""
    try:
        yield
    except KafkaException as error:
        raise raised(error.args[0], doing) from error
    except BufferError as error:
        raise Unavailable(f"kafka ({doing}: the producer's queue is full)") from error


def came_back(step: Callable[[], object], within_s: float) -> bool:
    """Run `step` on a thread of its own, which is left behind if it does not end in time: then False.

    Source: librdkafka issues 5456 and 5511, both open: adding offsets to a transaction ignores its timeout, and waits
    for good once the group's coordinator has been away. Measured: one broker killed and started again.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            step()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="kafka step", daemon=True)
    thread.start()
    thread.join(within_s)
    for failure in failures:
        raise failure
    return not thread.is_alive()
