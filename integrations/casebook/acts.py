"""Acts: formed once, numbered without a gap, voided at most once, never changed."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

import sqlalchemy as sa

from adjudication import codec
from adjudication.messages import ActIssued
from adjudication.protocol import Act
from adjudication.units import Id, Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import ACTS, SERIALS

TOKEN_BYTES = 16
"""128 bits: nobody guesses the address that a QR code holds."""


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
        """The next number of this body and year: 1, 2, … without a gap.

        Call it inside the transaction that inserts the act: either both are kept or the number was never given. So
        every number that exists belongs to an act, and ends as a standing or a voided one.
        """
        series = f"{body_code}-{year:04}"
        with self._database.writing() as tx:
            insert_once(tx, SERIALS, series=series, last=0)
            counted = sa.update(SERIALS).where(SERIALS.c.series == series).values(last=SERIALS.c.last + 1)
            serial = tx.execute(counted.returning(SERIALS.c.last)).scalar_one()
        return f"{series}-{serial:09}"

    def insert(self, issued: ActIssued, at_us: Micros) -> None:
        """Keeps a new act."""
        values = {
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
        with self._database.writing() as tx:
            tx.execute(sa.insert(ACTS).values(**values))

    def generation(self, case_id: Id) -> int:
        """How many acts this case has had."""
        with self._database.reading() as tx:
            count = sa.select(sa.func.count()).select_from(ACTS).where(ACTS.c.case_id == case_id)
            return int(tx.execute(count).scalar_one())

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
