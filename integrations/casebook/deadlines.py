"""Deadlines: what is due when. One row for each case and code; setting it again moves it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from adjudication.messages import DeadlineCode
from adjudication.units import Id, Micros
from integrations.casebook.database import Database, upsert_each
from integrations.casebook.tables import DEADLINES


@dataclass(frozen=True, slots=True)
class Deadline:
    """A term of one case and the instant at which it ends."""

    case_id: Id
    code: DeadlineCode
    due_us: Micros


_CANCEL = sa.delete(DEADLINES).where(
    DEADLINES.c.case_id.in_(sa.bindparam("cases", expanding=True)),
    DEADLINES.c.code.in_(sa.bindparam("codes", expanding=True)),
)


class Deadlines:
    """Time's only source on the road (design §1.13): `integrations.deadlines` claims what is due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, case_id: Id, code: DeadlineCode, due_us: Micros) -> None:
        """Sets or moves a deadline."""
        self.set_all([Deadline(case_id, code, due_us)])

    def set_all(self, deadlines: Sequence[Deadline]) -> None:
        """Sets or moves several."""
        rows = [{"case_id": one.case_id, "code": one.code, "due_us": one.due_us} for one in deadlines]
        with self._database.writing() as tx:
            upsert_each(tx, DEADLINES, rows)

    def cancel(self, case_id: Id, *codes: DeadlineCode) -> None:
        """Removes deadlines of the case; one that is not set is no error."""
        self.cancel_all((case_id,), *codes)

    def cancel_all(self, case_ids: Sequence[Id], *codes: DeadlineCode) -> None:
        """The same for several cases."""
        with self._database.writing() as tx:
            tx.execute(_CANCEL, {"cases": case_ids, "codes": codes})

    def of(self, case_id: Id) -> dict[DeadlineCode, Micros]:
        """The case's running deadlines."""
        with self._database.reading() as tx:
            rows = tx.execute(sa.select(DEADLINES).where(DEADLINES.c.case_id == case_id).order_by(DEADLINES.c.due_us))
            return {row.code: row.due_us for row in rows}

    def claim(self, now_us: Micros, limit: int) -> tuple[Deadline, ...]:
        """Takes what is due, earliest first; it is gone when the surrounding transaction is kept.

        Of one case and one instant the codes come in alphabetic order: DEEMED before LIM_OFFENCE, for a case considered
        on the last day of limitation is considered within it. So one process at a time claims; another gets nothing.
        """
        order = (DEADLINES.c.due_us, DEADLINES.c.case_id, DEADLINES.c.code)
        due = sa.select(DEADLINES).where(DEADLINES.c.due_us <= now_us).order_by(*order)
        with self._database.writing() as tx:
            if not self._database.turn("deadlines"):
                return ()
            rows = tx.execute(due.limit(limit).with_for_update(skip_locked=True)).all()
            claimed = tuple(Deadline(row.case_id, row.code, row.due_us) for row in rows)
            for deadline in claimed:
                self.cancel(deadline.case_id, deadline.code)
        return claimed

    def next_us(self) -> Micros | None:
        """When the next deadline is due; None if there is none."""
        with self._database.reading() as tx:
            return tx.execute(sa.select(sa.func.min(DEADLINES.c.due_us))).scalar()

    def ending(self, from_us: Micros, until_us: Micros) -> dict[DeadlineCode, int]:
        """How many end between the two, by code."""
        between = sa.and_(DEADLINES.c.due_us > from_us, DEADLINES.c.due_us <= until_us)
        query = sa.select(DEADLINES.c.code, sa.func.count()).where(between).group_by(DEADLINES.c.code)
        with self._database.reading() as tx:
            return {code: int(count) for code, count in tx.execute(query)}

    def overdue(self, now_us: Micros) -> int:
        """How many are due and not yet claimed: more than a moment's worth means that [deadlines] stands still."""
        with self._database.reading() as tx:
            count = sa.select(sa.func.count()).select_from(DEADLINES).where(DEADLINES.c.due_us <= now_us)
            return int(tx.execute(count).scalar_one())
