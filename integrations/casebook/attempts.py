"""Failed attempts: how often a subject may be wrong before it must wait."""

import hashlib

import sqlalchemy as sa

from adjudication.units import MICROS_PER_SECOND, Micros
from integrations.casebook.database import Database
from integrations.casebook.tables import FAILURES

WINDOW_S = 15 * 60
"""Long enough that guessing 10⁹ numbers or a weak password is hopeless, short enough for a person to come back."""
ALLOWED = 5
"""Failures within the window; a person mistypes two or three times."""


class Attempts:
    """Counts failures by subject (a login, an act's number, an address); subjects are kept hashed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def wait_s(self, subject: str, now_us: Micros, allowed: int = ALLOWED) -> int:
        """Seconds until the subject may try again; 0: now."""
        since = now_us - WINDOW_S * MICROS_PER_SECOND
        mine = sa.and_(FAILURES.c.subject_sha256 == _name(subject), FAILURES.c.at_us > since)
        recent = sa.select(FAILURES.c.at_us).where(mine).order_by(FAILURES.c.at_us.desc()).limit(allowed)
        with self._database.reading() as tx:
            times = tx.execute(recent).scalars().all()
        if len(times) < allowed:
            return 0
        return max(1, (int(times[-1]) - since) // MICROS_PER_SECOND)

    def failed(self, subject: str, now_us: Micros) -> None:
        """Counts one failure, and forgets those that no longer matter."""
        since = now_us - WINDOW_S * MICROS_PER_SECOND
        with self._database.writing() as tx:
            tx.execute(sa.delete(FAILURES).where(FAILURES.c.at_us <= since))
            tx.execute(sa.insert(FAILURES).values(subject_sha256=_name(subject), at_us=now_us))

    def forgive(self, subject: str) -> None:
        """The subject was right: its failures no longer count."""
        with self._database.writing() as tx:
            tx.execute(sa.delete(FAILURES).where(FAILURES.c.subject_sha256 == _name(subject)))


def _name(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()
