"""The outbox: messages written in the transaction that made them true, published afterwards, in order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from adjudication import codec
from adjudication.units import Id, Micros
from ingest.stage import Outgoing
from ingest.stream import NewRecord
from integrations.casebook.database import Database, insert_each_once, insert_once
from integrations.casebook.tables import OUTBOX

PUT_BACK = "put-back"
"""Header of a row that names a dead letter instead of holding a message."""
ASKED_AT_ONCE = 500
"""Parameters of one statement: SQLite's oldest limit is 999."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message not yet published. `seq` orders; it has gaps."""

    seq: int
    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str]


class Outbox:
    """Written by whoever changes the casebook; emptied by `integrations.outbox.Relay`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, cause_id: Id, outgoing: Outgoing, at_us: Micros) -> bool:
        """Queues a message unless its cause already queued one; says whether it did."""
        return self._queue(cause_id, _record(outgoing), at_us)

    def put_back(self, cause_id: Id, place: str, at_us: Micros) -> bool:
        """Queues the record that the dead letter at `place` was made of, as `put` does.

        The row names the place alone: a refused frame may be in no other store than the stream (design §1.8).
        """
        return self._queue(cause_id, NewRecord("", "", b"", {PUT_BACK: place}), at_us)

    def known(self, cause_ids: Collection[Id]) -> frozenset[Id]:
        """Those of `cause_ids` that ever queued something."""
        asked, found = list(cause_ids), set[Id]()
        with self._database.reading() as tx:
            for start in range(0, len(asked), ASKED_AT_ONCE):
                some = OUTBOX.c.cause_id.in_(asked[start : start + ASKED_AT_ONCE])
                found |= set(tx.execute(sa.select(OUTBOX.c.cause_id).where(some)).scalars())
        return frozenset(found)

    def _queue(self, cause_id: Id, record: NewRecord, at_us: Micros) -> bool:
        with self._database.writing() as tx:
            return insert_once(tx, OUTBOX, **_row(cause_id, record, at_us))

    def put_all(self, messages: Sequence[tuple[Id, Outgoing]], at_us: Micros) -> None:
        """Queues several, each by its cause as `put`, in their order."""
        with self._database.writing() as tx:
            insert_each_once(tx, OUTBOX, [_row(cause_id, _record(one), at_us) for cause_id, one in messages])

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether this relay alone publishes until the block ends: read, publish and mark inside. False: another does.

        A case's messages stand in its order, for whoever writes one holds the case's row until it is kept.
        """
        with self._database.one_at_a_time("outbox") as mine:
            yield mine

    def unsent(self, limit: int) -> tuple[OutboxRow, ...]:
        """The oldest messages not yet published."""
        query = sa.select(OUTBOX).where(OUTBOX.c.sent_us.is_(None)).order_by(OUTBOX.c.seq).limit(limit)
        with self._database.reading() as tx:
            return tuple(
                OutboxRow(row.seq, row.topic, row.key, row.value, msgspec.json.decode(row.headers, type=dict[str, str]))
                for row in tx.execute(query)
            )

    def mark_sent(self, seqs: Sequence[int], at_us: Micros) -> None:
        """Publishing `seqs` is over; a crash before this publishes them again, under the same ids."""
        with self._database.writing() as tx:
            tx.execute(sa.update(OUTBOX).where(OUTBOX.c.seq.in_(seqs)).values(sent_us=at_us))

    def prune(self, before_us: Micros) -> int:
        """Empties published rows older than `before_us`: messages name plates and people. The cause ids stay."""
        old = sa.and_(OUTBOX.c.sent_us < before_us, OUTBOX.c.value != b"")
        with self._database.writing() as tx:
            return tx.execute(sa.update(OUTBOX).where(old).values(value=b"", headers="{}")).rowcount

    def waiting(self) -> int:
        """How many messages are not yet published."""
        with self._database.reading() as tx:
            return int(
                tx.execute(
                    sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.sent_us.is_(None))
                ).scalar_one()
            )


def _record(outgoing: Outgoing) -> NewRecord:
    return NewRecord(outgoing.topic.name, outgoing.key, codec.encode(outgoing.message), outgoing.headers)


def _row(cause_id: Id, record: NewRecord, at_us: Micros) -> dict[str, object]:
    return {
        "cause_id": cause_id,
        "topic": record.topic,
        "key": record.key,
        "value": record.value,
        "headers": msgspec.json.encode(dict(record.headers)).decode(),
        "written_us": at_us,
    }
