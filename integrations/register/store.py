"""The database behind the register: ClickHouse by clickhouse-connect, in this process (chDB) or over HTTP.

In this process: one owner of the folder, any number of threads; never fork (chDB hangs). Acknowledged inserts survive
SIGKILL. Measured: importing and opening take about 1 s, the engine 230 MB.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError

from adjudication.errors import Unavailable
from integrations.register.rows import Rows

Row = Sequence[Any]  # a result row: its types are the query's


class Register:
    """Insert and ask. One connection, used by one thread at a time; every method may be called from any thread.

    Raises:
        Unavailable: the database cannot answer now.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._turn = threading.Lock()
        for statement in _schema():
            self._client.command(statement)

    def insert(self, rows: Rows, token: str) -> None:
        """Write `rows`, acknowledged. The same `token` again writes nothing, while the server remembers it."""
        with self._turn, _reachable():
            self._client.insert(
                rows.table, rows.values, column_names=rows.columns, settings={"insert_deduplication_token": token}
            )

    def ask(self, query: str, parameters: Mapping[str, object] | None = None) -> Sequence[Row]:
        """The rows that `query` returns; values go in as `{name:Type}` parameters only."""
        with self._turn, _reachable():
            return self._client.query(query, parameters=dict(parameters or {})).result_rows

    def command(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with self._turn, _reachable():
            self._client.command(statement)

    def close(self) -> None:
        """Let go of the folder or the connection."""
        with self._turn:
            self._client.close()


def embedded(folder: Path) -> Register:
    """The register in this process, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return Register(clickhouse_connect.get_client(interface="chdb", path=str(folder)))


def _schema() -> list[str]:
    folder = files("integrations") / "schema" / "clickhouse"
    scripts = sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir())
    return [statement for _, script in scripts for statement in script.split(";\n") if statement.strip()]


@contextmanager
def _reachable() -> Iterator[None]:
    """Turns the driver's "cannot reach" into ours; a wrong statement stays the bug it is."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable("register") from error
