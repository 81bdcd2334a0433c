"""Acts: formed once, numbered without a gap, voided at most once, never changed."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from adjudication import codec
from adjudication.format_logic.draft import Earlier
from adjudication.messages import ActIssued
from adjudication.protocol import Act
from adjudication.units import Id, Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import ACTS, CASES, EVIDENCE, SERIALS

TOKEN_BYTES = 16
"""128 bits: nobody guesses the address that a QR code holds."""

_COUNT = (
    sa.update(SERIALS)
    .where(SERIALS.c.series == sa.bindparam("of"))
    .values(last=SERIALS.c.last + sa.bindparam("more"))
    .returning(SERIALS.c.last)
)
_INSERT = sa.insert(ACTS).inline()
_GENERATIONS = (
    sa.select(ACTS.c.case_id, sa.func.count().label("acts"))
    .where(ACTS.c.case_id.in_(sa.bindparam("cases", expanding=True)))
    .group_by(ACTS.c.case_id)
)


_OF_EVENTS = (
    sa.select(EVIDENCE.c.event_id, ACTS.c.case_id, CASES.c.part, ACTS.c.plate)
    .join(ACTS, ACTS.c.case_id == EVIDENCE.c.case_id)
    .join(CASES, CASES.c.case_id == ACTS.c.case_id)
    .where(EVIDENCE.c.event_id.in_(sa.bindparam("events", expanding=True)), ACTS.c.voided_us.is_(None))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class StoredAct:
    """An act as it was issued, whether sending it was begun, and whether it still stands."""

    issued: ActIssued
    formed_us: Micros
    sending_us: Micros | None
    voided_us: Micros | None
    void_reason: str | None

    @property
    def act(self) -> Act:
        """The document."""
        return self.issued.act


class Acts:
    """At most one standing act a case; the number of a voided one is never given again."""

    def __init__(self, database: Database, token_secret: bytes) -> None:
        self._database = database
        self._token_secret = token_secret

    def next_number(self, body_code: str, year: int) -> str:
        """The next number of this body and year, as `next_numbers`."""
        return self.next_numbers(body_code, year, 1)[0]

    def next_numbers(self, body_code: str, year: int, count: int) -> tuple[str, ...]:
        """The next `count` numbers of this body and year: 1, 2, … without a gap.

        Call it inside the transaction that inserts the acts: either all are kept or no number was given, and nobody
        else is given one until then. So every number that exists belongs to an act, standing or voided.
        """
        series = f"{body_code}-{year:04}"
        with self._database.writing() as tx:
            last = tx.execute(_COUNT, {"of": series, "more": count}).scalar()
            if last is None:  # the series' first act: whoever comes second waits here for the first
                insert_once(tx, SERIALS, series=series, last=0)
                last = tx.execute(_COUNT, {"of": series, "more": count}).scalar_one()
        return tuple(f"{series}-{serial:09}" for serial in range(last - count + 1, last + 1))

    def insert_all(self, issued: Sequence[ActIssued], at_us: Micros) -> None:
        """Keeps new acts."""
        if issued:
            with self._database.writing() as tx:
                tx.execute(_INSERT, [self._row(one, at_us) for one in issued])

    def _row(self, issued: ActIssued, at_us: Micros) -> dict[str, object]:
        return {
            "act_id": issued.act.act_id,
            "case_id": issued.act.case_id,
            "number": issued.act.number,
            "act": codec.encode(issued.act),
            "act_sha256": issued.act_sha256,
            "signature": base64.b64decode(issued.signature),
            "nonce": issued.nonce,
            "leaf_index": issued.leaf_index,
            "token_sha256": token_digest(self.token(issued.act.act_id)),
            "plate": issued.act.vehicle.plate,
            "formed_us": at_us,
        }

    def generations(self, case_ids: Sequence[Id]) -> dict[Id, int]:
        """How many acts each of these cases has had; those that had none are not named."""
        with self._database.reading() as tx:
            return {row.case_id: row.acts for row in tx.execute(_GENERATIONS, {"cases": case_ids})}

    def of_events(self, event_ids: Sequence[Id]) -> tuple[Earlier, ...]:
        """The acts that stand of cases with evidence of these events."""
        with self._database.reading() as tx:
            return tuple(
                Earlier(row.case_id, row.event_id, row.part, row.plate)
                for row in tx.execute(_OF_EVENTS, {"events": event_ids})
            )

    def of_case(self, case_id: Id) -> StoredAct | None:
        """The case's newest act, standing or voided."""
        return self._one(ACTS.c.case_id == case_id)

    def by_number(self, number: str) -> StoredAct | None:
        """The act with this number."""
        return self._one(ACTS.c.number == number)

    def by_token(self, token: str) -> StoredAct | None:
        """The act whose QR code holds this token."""
        return self._one(ACTS.c.token_sha256 == token_digest(token))

    def token(self, act_id: Id) -> str:
        """The secret of the act's QR code: 32 hex digits. Derived, so the paper can be printed again; stored hashed."""
        return hmac.new(self._token_secret, act_id.encode(), hashlib.sha256).hexdigest()[: 2 * TOKEN_BYTES]

    def void(self, number: str, reason: str, at_us: Micros) -> bool:
        """The act no longer stands; its number and its leaf stay. Says whether it stood before."""
        standing = sa.and_(ACTS.c.number == number, ACTS.c.voided_us.is_(None))
        with self._database.writing() as tx:
            return bool(
                tx.execute(sa.update(ACTS).where(standing).values(voided_us=at_us, void_reason=reason)).rowcount
            )

    def mark_sending(self, number: str, at_us: Micros) -> None:
        """A first attempt to send begins; the first instant stands. What follows may happen and not be known."""
        unsent = sa.and_(ACTS.c.number == number, ACTS.c.sending_us.is_(None))
        with self._database.writing() as tx:
            tx.execute(sa.update(ACTS).where(unsent).values(sending_us=at_us))

    def unmark_sending(self, number: str) -> None:
        """The attempt is known to have sent nothing."""
        with self._database.writing() as tx:
            tx.execute(sa.update(ACTS).where(ACTS.c.number == number).values(sending_us=None))

    def numbers(self) -> tuple[str, ...]:
        """Every number given, in order."""
        with self._database.reading() as tx:
            return tuple(tx.execute(sa.select(ACTS.c.number).order_by(ACTS.c.number)).scalars())

    def latest(self, limit: int) -> tuple[StoredAct, ...]:
        """The newest acts, newest first."""
        with self._database.reading() as tx:
            return tuple(
                _stored(row) for row in tx.execute(sa.select(ACTS).order_by(ACTS.c.leaf_index.desc()).limit(limit))
            )

    def _one(self, condition: sa.ColumnElement[bool]) -> StoredAct | None:
        with self._database.reading() as tx:
            row = tx.execute(sa.select(ACTS).where(condition).order_by(ACTS.c.leaf_index.desc()).limit(1)).first()
        return None if row is None else _stored(row)


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _stored(row: sa.Row[tuple[object, ...]]) -> StoredAct:
    issued = ActIssued(
        act=codec.decode(row.act, Act),
        act_sha256=row.act_sha256,
        signature=base64.b64encode(row.signature).decode(),
        leaf_index=row.leaf_index,
        nonce=row.nonce,
    )
    return StoredAct(issued, row.formed_us, row.sending_us, row.voided_us, row.void_reason)
