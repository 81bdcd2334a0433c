"""The review queue: what waits for an officer, ordered by its deadline, leased to one officer at a time.

Every look is audited, by whoever is asked to show a case (`Audit.note`).
"""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from adjudication.units import Id, Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import AUDIT, REVIEWS

Why = Literal["decision", "conflict", "limitation", "course"]
"""decision: the law or the picture leaves a doubt. conflict: two outcomes claim one case. limitation: a sent act passed
the two-month date without being considered; only its termination remains (brief §15.2)."""

LEASE_S = 300
"""An officer decides in well under five minutes; a closed browser gives the case back after that."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the queue. `leased_by` and `lease_until_us` are None where the lease has run out."""

    case_id: Id
    decision_id: Id
    why: Why
    reason: str
    part: str
    due_us: Micros
    entered_us: Micros
    leased_by: str | None = None
    lease_until_us: Micros | None = None


class Reviews:
    """One open entry a case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, case: Waiting) -> None:
        """Puts a case before officers; an entry it already has is opened anew."""
        entry = {
            "decision_id": case.decision_id,
            "why": case.why,
            "reason": case.reason,
            "part": case.part,
            "due_us": case.due_us,
            "entered_us": case.entered_us,
            "leased_by": None,
            "lease_until_us": None,
            "closed_us": None,
            "verdict": None,
        }
        with self._database.writing() as tx:
            if not insert_once(tx, REVIEWS, case_id=case.case_id, **entry):
                tx.execute(sa.update(REVIEWS).where(REVIEWS.c.case_id == case.case_id).values(**entry))

    def open(self, now_us: Micros, limit: int = 50, offset: int = 0) -> tuple[Waiting, ...]:
        """A page of the queue, the most urgent first."""
        query = sa.select(REVIEWS).where(REVIEWS.c.closed_us.is_(None)).order_by(REVIEWS.c.due_us, REVIEWS.c.case_id)
        with self._database.reading() as tx:
            return tuple(_waiting(row, now_us) for row in tx.execute(query.limit(limit).offset(offset)))

    def find(self, case_id: Id, now_us: Micros) -> Waiting | None:
        """The open entry of a case."""
        query = sa.select(REVIEWS).where(REVIEWS.c.case_id == case_id, REVIEWS.c.closed_us.is_(None))
        with self._database.reading() as tx:
            row = tx.execute(query).first()
        return None if row is None else _waiting(row, now_us)

    def lease(self, case_id: Id, login: str, now_us: Micros) -> bool:
        """Gives the case to one officer for LEASE_S, or says False: another has it, or it no longer waits."""
        free = sa.or_(REVIEWS.c.leased_by.is_(None), REVIEWS.c.lease_until_us <= now_us, REVIEWS.c.leased_by == login)
        mine = sa.update(REVIEWS).where(REVIEWS.c.case_id == case_id, REVIEWS.c.closed_us.is_(None), free)
        until = now_us + LEASE_S * 1_000_000
        with self._database.writing() as tx:
            return bool(tx.execute(mine.values(leased_by=login, lease_until_us=until)).rowcount)

    def lease_next(self, login: str, now_us: Micros) -> Waiting | None:
        """Gives an officer the most urgent case that nobody else has, or says None.

        Officers who ask at once get different cases: each passes over what another is just being given.
        """
        free = sa.or_(REVIEWS.c.leased_by.is_(None), REVIEWS.c.lease_until_us <= now_us, REVIEWS.c.leased_by == login)
        query = sa.select(REVIEWS).where(REVIEWS.c.closed_us.is_(None), free)
        first = query.order_by(REVIEWS.c.due_us, REVIEWS.c.case_id).limit(1).with_for_update(skip_locked=True)
        with self._database.writing() as tx:
            row = tx.execute(first).first()
            if row is None or not self.lease(row.case_id, login, now_us):
                return None
            return self.find(row.case_id, now_us)

    def close(self, case_id: Id, verdict: str, now_us: Micros) -> bool:
        """Takes the case off the queue; says whether it was on it."""
        waiting = sa.update(REVIEWS).where(REVIEWS.c.case_id == case_id, REVIEWS.c.closed_us.is_(None))
        with self._database.writing() as tx:
            return bool(tx.execute(waiting.values(closed_us=now_us, verdict=verdict)).rowcount)

    def count(self) -> int:
        """How many cases wait."""
        with self._database.reading() as tx:
            count = sa.select(sa.func.count()).select_from(REVIEWS).where(REVIEWS.c.closed_us.is_(None))
            return int(tx.execute(count).scalar_one())


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did or saw what, when. `detail` never holds a plate, a name or a number of a person."""

    login: str
    action: str
    case_id: Id | None
    detail: str
    at_us: Micros


class Audit:
    """Grows only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, login: str, action: str, case_id: Id | None, at_us: Micros, detail: str = "") -> None:
        """Writes one line."""
        with self._database.writing() as tx:
            tx.execute(sa.insert(AUDIT).values(login=login, action=action, case_id=case_id, detail=detail, at_us=at_us))

    def of_case(self, case_id: Id) -> tuple[AuditEntry, ...]:
        """All lines about a case, oldest first."""
        return self._read(sa.select(AUDIT).where(AUDIT.c.case_id == case_id).order_by(AUDIT.c.seq))

    def latest(self, limit: int) -> tuple[AuditEntry, ...]:
        """The newest lines, newest first."""
        return self._read(sa.select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit))

    def _read(self, query: sa.Select[tuple[object, ...]]) -> tuple[AuditEntry, ...]:
        with self._database.reading() as tx:
            return tuple(
                AuditEntry(row.login, row.action, row.case_id, row.detail, row.at_us) for row in tx.execute(query)
            )


def _waiting(row: sa.Row[tuple[object, ...]], now_us: Micros) -> Waiting:
    leased = row.lease_until_us is not None and row.lease_until_us > now_us
    return Waiting(
        case_id=row.case_id,
        decision_id=row.decision_id,
        why=row.why,
        reason=row.reason,
        part=row.part,
        due_us=row.due_us,
        entered_us=row.entered_us,
        leased_by=row.leased_by if leased else None,
        lease_until_us=row.lease_until_us if leased else None,
    )
