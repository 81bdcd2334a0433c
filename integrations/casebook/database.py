"""The casebook's database: transactions that join, and begin again where another process came in between.

SQLite (embedded): one file in WAL mode, one process, writers one after another, each commit on disk before it returns.
PostgreSQL (cluster): the same tables and statements from several processes; locks on rows do what the single writer
does there, and `turn` gives work that must be done by one process at a time to one of them.
"""

import fcntl
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adjudication.errors import Unavailable
from integrations.casebook import engines, schema
from integrations.casebook.failures import Contended, translated

AGAIN = 5
"""Times a transaction is begun again: after each, one of those who met is through; more than three seldom meet."""

T = TypeVar("T")
Row = TypeVarTuple("Row")


class Database:
    """Opened once per process. A thread inside `writing()` that enters it again joins the same transaction."""

    def __init__(self, url: str, password_file: Path | None = None, migrates: bool = True) -> None:
        """Opens, and brings the schema up to date, or only checks it.

        Raises:
            Unavailable: another process has this SQLite file open, or the server does not answer.
            Invalid: `casebook-url`, `casebook-password`; `casebook-schema`, another release's, or an older one's where
                this process does not migrate; `casebook-not-durable`.
        """
        address = engines.address(url, password_file)
        self._is_sqlite = address.get_backend_name() == "sqlite"
        self._lock_handle = _own(Path(address.database or "")) if self._is_sqlite else None
        self._writers = threading.RLock()
        self._mine = threading.local()
        opened = engines.sqlite_engines(address) if self._is_sqlite else engines.postgresql_engines(address)
        self._writer, self._reader = opened.writer, opened.reader
        try:
            with self.writing() as tx:
                if migrates:
                    schema.migrate(tx)
                schema.check(tx)
        except BaseException:
            self.close()
            raise

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside `writing()`, where what is decided on must be locked."""
        return getattr(self._mine, "tx", None) is not None

    def locked(self, query: sa.Select[*Row]) -> sa.Select[*Row]:
        """The query, inside `writing()` with its rows locked until the end: what is read there is decided on."""
        return _locked(query) if self.is_writing else query

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: all of it or nothing. An exception from inside must leave it, or half would be kept.

        Raises:
            Unavailable: the file is locked or full, or the server is gone; nothing was done (see failures.py for a
                connection lost while committing). Its kind `Contended`: another process came in between.
        """
        current: sa.Connection | None = getattr(self._mine, "tx", None)
        if current is not None:
            yield current
            return
        with self._writers if self._is_sqlite else _nothing(), translated(), self._writer.begin() as tx:
            self._mine.tx = tx
            try:
                yield tx
            finally:
                self._mine.tx = None

    def together(self, work: Callable[[], T]) -> T:
        """What `work` returns, done in one transaction, begun again where another process's came in between.

        Inside a transaction it joins, and the outermost begins again.

        Raises:
            Unavailable: nothing was done; it was begun again AGAIN times.
        """
        if self.is_writing:
            return work()
        for attempt in range(AGAIN + 1):
            try:
                with self.writing():
                    return work()
            except Contended as error:
                if attempt == AGAIN:
                    raise (error.bug or error) from error.__cause__
                time.sleep(random.uniform(0, error.retry_after_s) * (attempt + 1))  # noqa: S311 - so that two part
        raise AssertionError("unreachable")

    def turn(self, name: str) -> bool:
        """Inside `writing()`: whether this process alone does the work of this name until the transaction ends."""
        if self._is_sqlite:
            return True
        with self.writing() as tx:
            return bool(tx.execute(_TURN, {"name": name}).scalar_one())

    @contextmanager
    def one_at_a_time(self, name: str) -> Iterator[bool]:
        """Whether this process alone does the work of this name until the block ends; False: another is at it.

        PostgreSQL: the block is one transaction, so a process that dies or stands still too long loses its turn and
        what it wrote. SQLite has one process; a transaction would only keep its other writers waiting.
        """
        if self._is_sqlite:
            yield True
            return
        with self.writing():
            yield self.turn(name)

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
        with translated(), self._reader.connect() as view:
            self._mine.view = view
            try:
                yield view
            finally:
                self._mine.view = None

    def flush_deleted(self) -> None:
        """Overwrites what erased keys left behind, as far as the database can. Must stand outside any transaction.

        SQLite: nothing is left on disk. PostgreSQL: the row's old version is vacuumed; its bytes may stay in the free
        part of a page, in the write-ahead log and in replicas until they are written over.
        """
        with self._writers if self._is_sqlite else _nothing(), translated(), self._writer.connect() as connection:
            if not self._is_sqlite:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM data_keys")
                return
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


_TURN = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


def insert_once(tx: sa.Connection, table: sa.Table, /, **values: object) -> bool:
    """Inserts a row unless one with its key is there; says whether it did. The first write is the truth."""
    return tx.execute(_insert_once(tx.dialect.name, table), values).rowcount == 1


def insert_each_once(tx: sa.Connection, table: sa.Table, rows: "list[dict[str, object]]") -> None:
    """The same for many rows of the same columns, in their order, in one go."""
    if rows:
        tx.execute(_insert_once(tx.dialect.name, table), rows)


def upsert_each(tx: sa.Connection, table: sa.Table, rows: "list[dict[str, object]]") -> None:
    """Inserts each row, or where one with its primary key is there, puts the new values into it."""
    if rows:
        tx.execute(_upsert(tx.dialect.name, table), rows)


@lru_cache(maxsize=64)
def _locked(query: sa.Select[*Row]) -> sa.Select[*Row]:
    """Made once a query: the nouns have theirs at the top of their modules."""
    return query.with_for_update()


@cache
def _upsert(dialect: str, table: sa.Table) -> sa.Insert:
    insert = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table).inline()
    key = [column.name for column in table.primary_key]
    changed = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=changed)


@cache
def _insert_once(dialect: str, table: sa.Table) -> sa.Insert:
    """Built once a table: SQLAlchemy keeps what it compiled beside the statement.

    Only the key says that a row is there; any other unique column that is taken is a race or a bug, and is told.
    """
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    key = table.info.get("first_by") or [column.name for column in table.primary_key]
    # Inline: no row's number is asked for. Preserved: of an insert the count of rows is forgotten otherwise.
    once = insert(table).inline().on_conflict_do_nothing(index_elements=key)
    return once.execution_options(preserve_rowcount=True)


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
