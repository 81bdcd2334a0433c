"""Where a test's casebook lies: a SQLite file of its own, or a PostgreSQL database of its own; fresh for each test."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deploy.servers.postgres import Server
from integrations.casebook import Casebook
from integrations.keys import MasterKey

MASTER = MasterKey(bytes(range(32)))


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` is a fresh one, for what else lies beside the casebook. `server` is None for SQLite."""

    folder: Path
    url: str
    server: Server | None = None
    password_file: Path | None = None

    def elsewhere(self) -> "Place":
        """The same for another process, which can open it and not command the server."""
        return replace(self, server=None)

    def open(self, master: MasterKey = MASTER, *, migrates: bool = True) -> Casebook:
        """Opens the casebook, as a start of a process does."""
        return Casebook(self.url, master, password_file=self.password_file, migrates=migrates)

    def look(self) -> Any:
        """Another connection, each statement for itself: what others see. The caller closes it."""
        if self.server is not None:
            return self.server.connect(self.url)
        return sqlite3.connect(self.folder / "casebook.db", isolation_level=None)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What another connection is answered."""
        connection = self.look()
        try:
            return list(connection.execute(statement).fetchall())
        finally:
            connection.close()

    def stored(self) -> bytes:
        """Every byte that the casebook keeps: of the file, or of all rows of the server's tables."""
        if self.server is None:
            return (self.folder / "casebook.db").read_bytes()
        with self.server.connect(self.url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            found = b""
            for (table,) in tables:
                with connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as rows:
                    found += b"".join(bytes(chunk) for chunk in rows)
            return found


Places = Callable[[], Place]


def in_file(folder: Path) -> Place:
    """A SQLite file in this folder."""
    return Place(folder, f"sqlite:///{folder / 'casebook.db'}")
