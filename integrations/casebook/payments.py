"""Payments: one row a receipt, as the payment service gave it."""

from dataclasses import dataclass

import sqlalchemy as sa

from adjudication.units import Id, Micros, Tiyn
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import PAYMENTS


@dataclass(frozen=True, slots=True)
class Payment:
    """`paid_us` is the payer's instant, which counts (brief §15.3 rule 6)."""

    receipt: str
    case_id: Id
    tiyn: Tiyn
    paid_us: Micros


class Payments:
    """A receipt is entered once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, payment: Payment, recorded_us: Micros) -> bool:
        """Says whether the receipt was new."""
        with self._database.writing() as tx:
            return insert_once(
                tx,
                PAYMENTS,
                receipt=payment.receipt,
                case_id=payment.case_id,
                tiyn=payment.tiyn,
                paid_us=payment.paid_us,
                recorded_us=recorded_us,
            )

    def find(self, receipt: str) -> Payment | None:
        """The payment of this receipt."""
        return next(iter(self._read(PAYMENTS.c.receipt == receipt)), None)

    def of_case(self, case_id: Id) -> tuple[Payment, ...]:
        """The case's payments, oldest first."""
        return self._read(PAYMENTS.c.case_id == case_id)

    def _read(self, condition: sa.ColumnElement[bool]) -> tuple[Payment, ...]:
        with self._database.reading() as tx:
            rows = tx.execute(sa.select(PAYMENTS).where(condition).order_by(PAYMENTS.c.paid_us, PAYMENTS.c.receipt))
            return tuple(Payment(row.receipt, row.case_id, row.tiyn, row.paid_us) for row in rows)
