"""The database behind the register: ClickHouse by clickhouse-connect, in this process (chDB) or over HTTP; one schema.

In this process: one owner of the folder, any number of threads; never fork (chDB hangs). Acknowledged inserts survive
SIGKILL. Measured: importing and opening take about 1 s, the engine 230 MB.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from adjudication.errors import Invalid
from integrations.outside import LOOPBACK
from integrations.register import migrations
from integrations.register.outages import reachable
from integrations.register.replicas import replicated
from integrations.register.rows import Rows

Row = Sequence[Any]  # a result row: its types are the query's
Connection = Client  # of the driver, for migrations alone

DATABASE = "tarazy"
CONNECT_S = 5
"""A server on the same network answers at once or is gone."""
ANSWER_S = 60
"""The longest question, a form's totals over 10 M acts, is given 5 s; a merge in its way some more."""
READ_RETRIES = 2
"""Of questions alone, where a proxy says 429, 503 or 504. A command is never repeated; an insert is safe to be."""
ON_INSERT = {"optimize_on_insert": "0"}
"""Two rows of one cause in one batch meet as those of two batches do: when asked, and when merged. Measured: to look
for them at each insert takes 1 µs of an act's 11, and as much of its keys."""


class Register:
    """Insert and ask. Every method may be called from any thread.

    In this process an inserting thread and an asking one work at the same time, each of them one at a time.

    Raises:
        Unavailable: the database cannot answer now.
    """

    def __init__(self, writer: Client, asker: Client, *, alone: bool, insert_settings: Mapping[str, str]) -> None:
        self._writer = writer
        self._asker = asker
        self._writing: AbstractContextManager[object] = threading.Lock() if alone else nullcontext()
        self._asking: AbstractContextManager[object] = threading.Lock() if alone else nullcontext()
        self._insert_settings = insert_settings

    def insert(self, rows: Rows, token: str) -> None:
        """Write `rows`, acknowledged. The same `token` again writes nothing, while the server remembers it."""
        settings = {"insert_deduplication_token": token, **ON_INSERT, **self._insert_settings}
        with self._writing, reachable():
            self._writer.raw_insert(
                rows.table, rows.data.column_names, _stream(rows.data), settings=settings, fmt="ArrowStream"
            )

    def ask(self, query: str, parameters: Mapping[str, object] | None = None) -> Sequence[Row]:
        """The rows that `query` returns; values go in as `{name:Type}` parameters only."""
        with self._asking, reachable():
            rows: Sequence[Row] = self._asker.query(query, parameters=dict(parameters or {})).result_rows
            return rows

    def command(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with self._writing, reachable():
            self._writer.command(statement)

    def close(self) -> None:
        """Let go of the folder or the connection."""
        with self._writing, self._asking:
            self._writer.close()
            self._asker.close()


@dataclass(frozen=True, slots=True)
class Address:
    """A ClickHouse to reach over HTTP. `cluster` names its replicas' cluster, "" where it is one node.

    The password and the authority's certificate are files, as all secrets: they never stand in an address or a log.
    """

    url: str
    user: str = "default"
    password_file: Path | None = None
    ca_file: Path | None = None
    database: str = DATABASE
    cluster: str = ""


def embedded(folder: Path) -> Register:
    """The register in this process, in `folder`; it brings its own schema up to date.

    Raises:
        Invalid: `register-schema`, a newer release has been here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    writer = clickhouse_connect.get_client(interface="chdb", path=str(folder))
    try:
        # Nobody else has the folder open, so what is marked as a rewrite is done at once.
        migrations.migrate(writer, migrations.shipped(), rewrites=True)
        asker = clickhouse_connect.get_client(interface="chdb", path=str(folder))
    except BaseException:
        writer.close()
        raise
    return Register(writer, asker, alone=True, insert_settings={})


def cluster(address: Address) -> Register:
    """The register of a ClickHouse server, which must have the schema of this release (`tarazy register migrate`).

    Raises:
        Invalid: `register-schema`, it has another; `register-address`, the address may not be used.
        Unavailable: it does not answer.
    """
    client = connected(address)
    try:
        with reachable():
            migrations.check(client, migrations.shipped())
    except BaseException:
        client.close()
        raise
    # An insert is acknowledged when a majority of the replicas has it: one machine's end loses nothing.
    settings = {"insert_quorum": "auto"} if address.cluster else {}
    return Register(client, client, alone=False, insert_settings=settings)


def connected(address: Address, *, create: bool = False) -> Connection:
    """A client of `address`, for migrations; `create` makes the database where there is none.

    Raises:
        Invalid: `register-address`, it is not https and not on loopback, or a file it names cannot be read;
            `register-database-missing`.
        Unavailable: it does not answer.
    """
    parts = urlsplit(address.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Invalid("register-address", "a register's address must be https://, or http:// on loopback")
    with reachable():
        client: Client = clickhouse_connect.get_client(
            interface=parts.scheme,
            host=parts.hostname,
            port=parts.port or (8443 if parts.scheme == "https" else 8123),
            username=address.user,
            password=_secret(address.password_file),
            ca_cert=str(address.ca_file) if address.ca_file else None,
            connect_timeout=CONNECT_S,
            send_receive_timeout=ANSWER_S,
            query_retries=READ_RETRIES,
            autogenerate_session_id=False,  # so that threads may ask at once
        )
        if create:
            client.command(database_statement(address))
        there = client.query("SELECT 1 FROM system.databases WHERE name = {n:String}", {"n": address.database})
    if not there.result_rows:
        client.close()
        raise Invalid("register-database-missing", f"no database {address.database}; run `tarazy register migrate`")
    client.database = address.database
    return client


def database_statement(address: Address) -> str:
    """What makes the database of `address`."""
    statement = f"CREATE DATABASE IF NOT EXISTS {address.database}"
    return replicated(statement, address.cluster) if address.cluster else statement


def opened(folder: Path) -> Connection:
    """A client of the folder of a centre that does not run, for migrations. Raises Invalid `register-in-use`."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        client: Client = clickhouse_connect.get_client(interface="chdb", path=str(folder))
    except Error as error:
        raise Invalid("register-in-use", "the register's folder is open in another process") from error
    return client


def _secret(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Invalid("register-address", f"the password's file cannot be read: {error.strerror}") from error


def _stream(data: pa.Table) -> Any:
    """`data` as Arrow's stream of bytes, a memoryview: neither way of inserting copies it once more."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, data.schema) as writer:
        writer.write_table(data)
    return memoryview(sink.getvalue())
