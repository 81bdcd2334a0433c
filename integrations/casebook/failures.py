"""What a database's error means to the road: not now, somebody else was first, or a bug.

    Contended     another transaction came in between: beginning again may succeed at once
    Unavailable   the server, the disk or the file cannot serve now: nothing was done
    anything else a bug, left to surface as it is

A connection lost in the middle of a commit leaves open whether it was kept. Whoever asks again finds out: every write
of the road is known by the id of its cause, and a repeat finds what is there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from adjudication.errors import Unavailable

AT_ONCE_S = 0.05
"""A transaction of the road takes some milliseconds; whoever came in between is gone by then."""

SQLITE_NOT_NOW = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
)
"""SQLite's primary result codes that say "not now"."""

CONTENDED = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
}
UNIQUE = "23505"
"""unique_violation: in a race, the second of two who found nothing; beginning again it finds the first, else a bug."""

NOT_NOW = (
    "08",  # connection exceptions
    "53",  # insufficient resources: disk full, out of memory, too many connections
    "57P",  # an administrator's shutdown, a crash, a start in progress, a session that stood idle
    "57014",  # statement_timeout
    "55P03",  # lock_timeout
    "25P03",  # idle_in_transaction_session_timeout: this process stood still
    "25006",  # read-only: a replica, while another server becomes the primary
    "58",  # the system's own errors: input and output
)
"""PostgreSQL's SQLSTATEs, by their beginning, that say "not now". Source: PostgreSQL manual, appendix A."""


class Contended(Unavailable):
    """Another process's transaction came in between; nothing was done."""

    def __init__(self, bug: DBAPIError | None = None) -> None:
        super().__init__("casebook (busy)", AT_ONCE_S)
        self.bug = bug
        """A unique key that was taken: if it stays so, this was no race."""


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the database inside become Contended or Unavailable where that is what they mean."""
    try:
        yield
    except TimeoutError as error:  # the pool's: every connection is at work
        raise Unavailable("casebook (connections)") from error
    except DBAPIError as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(error: DBAPIError) -> Unavailable | None:
    if error.connection_invalidated:
        return Unavailable("casebook")
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return Unavailable("casebook") if code in SQLITE_NOT_NOW else None
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # psycopg's errors without a state are its own: no connection could be made (in time), or it is gone.
        return Unavailable("casebook") if isinstance(error, OperationalError | InterfaceError) else None
    if state in CONTENDED or state == UNIQUE:
        return Contended(error if state == UNIQUE else None)
    return Unavailable("casebook") if state.startswith(NOT_NOW) else None
