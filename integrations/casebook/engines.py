"""Connections: how a SQLite file and a PostgreSQL server are opened, and what each statement may cost there."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from adjudication.errors import Invalid

BUSY_MS = 10_000
"""How long a statement waits for a lock: another writer's transaction takes milliseconds, a backup's some seconds."""
STATEMENT_MS = 30_000
"""Nothing the road asks takes a second; what takes thirty has lost its index or its disk."""
IDLE_MS = 60_000
"""A process that stands still inside a transaction holds rows that others wait for; the longest honest pause is one
publication to the stream, which gives up before that."""
CONNECT_S = 5
"""A server on the same network answers in milliseconds."""
SILENT_MS = 15_000
"""A peer that acknowledges nothing is gone: its host, or the network between."""
POOL, OVERFLOW = 8, 8
"""A process has some ten threads (stages, loops, pages' requests). PostgreSQL's default of 100 connections must serve
all roles: most use one or two."""
POOL_WAIT_S = 10
"""As long as a lock."""


@dataclass(frozen=True, slots=True)
class Engines:
    """`writer` begins transactions that change, `reader` such as see one instant and change nothing."""

    writer: sa.Engine
    reader: sa.Engine


def address(url: str, password_file: Path | None = None) -> sa.URL:
    """The url with its password, which is read from a file and never stands in a setting, a log or a list of processes.

    TLS is asked for in the url: `?sslmode=verify-full&sslrootcert=PATH`.

    Raises:
        Invalid: `casebook-url`, another kind of database, no url at all, or a password in it; `casebook-password`.
    """
    try:
        parsed = sa.engine.make_url(url)
    except sa.exc.ArgumentError as error:
        raise Invalid(
            "casebook-url", "not a database url (sqlite:///PATH, postgresql+psycopg://USER@HOST/NAME)"
        ) from error
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise Invalid("casebook-url", f"{parsed.drivername} is neither sqlite nor postgresql+psycopg")
    if parsed.password is not None or "password" in parsed.query:
        raise Invalid("casebook-url", "a password belongs into a file, not into the url")
    return parsed if password_file is None else parsed.set(password=_password(password_file))


def sqlite_engines(url: sa.URL) -> Engines:
    """One file, in WAL mode: readers do not wait for the writer."""
    return Engines(_sqlite(url, "BEGIN IMMEDIATE"), _sqlite(url, "BEGIN"))


def postgresql_engines(url: sa.URL) -> Engines:
    """Writers READ COMMITTED, for they lock the rows they decide on; readers see one instant."""
    options = " ".join(
        f"-c {name}={value}"
        for name, value in {
            "statement_timeout": STATEMENT_MS,
            "lock_timeout": BUSY_MS,
            "idle_in_transaction_session_timeout": IDLE_MS,
            "timezone": "UTC",
        }.items()
    )
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,  # a connection that died in the pool is replaced before anybody meets it
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": CONNECT_S,
            "tcp_user_timeout": SILENT_MS,
            "application_name": "tarazy",
            "options": options,
        },
    )
    return Engines(engine, engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True))


def _sqlite(url: sa.URL, begin: str) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000})

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


def _password(path: Path) -> str:
    try:
        password = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("casebook-password", f"{path.name} cannot be read") from error
    if not password:
        raise Invalid("casebook-password", f"{path.name} is empty")
    return password
