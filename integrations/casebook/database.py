"""The casebook's database: transactions that join, one writer, many readers.

SQLite (embedded): one file in WAL mode, one process, writers one after another, each commit on disk before it returns.
PostgreSQL (cluster): the same tables and statements; row locks do what the single writer does here.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError

from adjudication.errors import Unavailable
from integrations.casebook.tables import GROWS_ONLY, METADATA

BUSY_MS = 10_000
"""How long a statement waits for the file; the only other writer is a command-line copy or backup."""
NOT_NOW = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
)
"""SQLite's primary result codes that say "not now"; every other one is a bug and is left to surface."""


class Database:
    """Opened once per process. A thread inside `writing()` that enters it again joins the same transaction."""

    def __init__(self, url: str) -> None:
        """Opens, and creates what is missing.

        Raises:
            Unavailable: another process has this SQLite file open.
        """
        address = sa.engine.make_url(url)
        self._is_sqlite = address.get_backend_name() == "sqlite"
        self._lock_handle = _own(Path(address.database or "")) if self._is_sqlite else None
        self._writers = threading.RLock()
        self._mine = threading.local()
        self._writer = _engine(address, self._is_sqlite, "BEGIN IMMEDIATE")
        self._reader = _engine(address, self._is_sqlite, "BEGIN")
        with self.writing() as tx:
            METADATA.create_all(tx)
            if self._is_sqlite:
                _guard(tx)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: all of it or nothing. An exception from inside must leave it, or half would be kept.

        Raises:
            Unavailable: the file is locked or full, or the server is gone; nothing was done.
        """
        current: sa.Connection | None = getattr(self._mine, "tx", None)
        if current is not None:
            yield current
            return
        with self._writers if self._is_sqlite else _nothing(), _translated(), self._writer.begin() as tx:
            self._mine.tx = tx
            try:
                yield tx
            finally:
                self._mine.tx = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view, which nested readings share; inside `writing()` it sees what was written there.

        Raises:
            Unavailable: as in `writing`.
        """
        current: sa.Connection | None = getattr(self._mine, "tx", None) or getattr(self._mine, "view", None)
        if current is not None:
            yield current
            return
        with _translated(), self._reader.connect() as view:
            self._mine.view = view
            try:
                yield view
            finally:
                self._mine.view = None

    def flush_deleted(self) -> None:
        """Overwrites what deleted rows left in the log of recent writes, so that an erased key is nowhere on disk.

        Must stand outside any transaction.
        """
        if self._is_sqlite:
            with self._writers, _translated(), self._writer.connect() as connection:
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.close()

    def close(self) -> None:
        """Closes all connections and lets another process open the file."""
        self._reader.dispose()
        self._writer.dispose()
        if self._lock_handle is not None:
            os.close(self._lock_handle)
            self._lock_handle = None


def insert_once(tx: sa.Connection, table: sa.Table, /, **values: object) -> bool:
    """Inserts a row unless one with its key is there; says whether it did. The first write is the truth."""
    insert = sqlite_insert if tx.dialect.name == "sqlite" else postgresql_insert
    return bool(tx.execute(insert(table).values(**values).on_conflict_do_nothing()).rowcount)


def _engine(address: sa.URL, is_sqlite: bool, begin: str) -> sa.Engine:
    if not is_sqlite:
        return sa.create_engine(address)
    engine = sa.create_engine(address, connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # sqlite3's own transaction control would delay BEGIN and hide it; ours is explicit.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # a commit survives the power, not only the process
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # an erased key leaves no bytes in free pages

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _guard(tx: sa.Connection) -> None:
    """Makes SQLite refuse to change what only grows."""
    for table in GROWS_ONLY:
        for verb in ("UPDATE", "DELETE"):
            tx.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
                f"BEGIN SELECT RAISE(ABORT, '{table.name} only grows'); END"
            )


def _own(path: Path) -> int:
    """Takes the file for this process; the handle keeps it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Unavailable(f"casebook {path.name} (another process has it open; stop that one or ask it)") from None
    return handle


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or _primary_code(error.orig) in NOT_NOW:
            raise Unavailable("casebook") from error
        raise


def _primary_code(error: Any) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
