"""The register's schema: numbered files of `schema/clickhouse/`, applied in order, once, and not edited afterwards.

A table of the database (`migrations`) says which were applied, and by which digest. An edit that leaves a finished
register as it was (of how rows are brought over) names the digest that the file had, in a line `-- was: SHA-256`.
Every statement may be run twice, for ClickHouse has no transaction around two of them: a run that was cut short is
simply run again. What could lose something (rewrites.py) needs a line `-- rewrite: why` above it, and `rewrites=True`
from whoever applies it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clickhouse_connect.driver.client import Client

from adjudication.errors import Invalid
from adjudication.units import Sha256
from integrations.register.replicas import replicated
from integrations.register.rewrites import danger

MARK = "-- rewrite:"
FORMER = "-- was:"
APPLIED = (
    "CREATE TABLE IF NOT EXISTS migrations ("
    " number UInt32, name String, sha256 FixedString(64), applied_at DateTime DEFAULT now()"
    ") ENGINE = MergeTree ORDER BY number"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `rewrite` is why it may lose something, "" where its file does not say that it may."""

    text: str
    rewrite: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `0002_questions.sql` has number 2 and name `questions`. `former` are digests it had before."""

    number: int
    name: str
    sha256: Sha256
    statements: tuple[Statement, ...]
    former: tuple[Sha256, ...] = ()

    def __str__(self) -> str:
        return f"{self.number:04d}_{self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """One statement that would run or ran, as it is sent, with what it could lose ("" nothing)."""

    migration: Migration
    statement: str
    danger: str


def parse(name: str, script: bytes) -> Migration:
    """A migration from its file. Raises Invalid `register-migration-malformed`: its name says no number."""
    number, _, rest = name.removesuffix(".sql").partition("_")
    if not (number.isdecimal() and len(number) == 4 and rest):
        raise Invalid("register-migration-malformed", f"{name!r} is not NNNN_name.sql")
    text = script.decode()
    statements = tuple(statement for statement in map(_statement, text.split(";\n")) if statement.text)
    former = tuple(line.removeprefix(FORMER).strip() for line in text.splitlines() if line.startswith(FORMER))
    return Migration(int(number), rest, hashlib.sha256(script).hexdigest(), statements, former)


@cache
def shipped() -> tuple[Migration, ...]:
    """The migrations of this release, in order."""
    folder = files("integrations") / "schema" / "clickhouse"
    found = (parse(entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(sorted(found, key=lambda migration: migration.number))


def pending(client: Client, release: Sequence[Migration]) -> tuple[Migration, ...]:
    """The migrations of `release` that the database has not had.

    Raises:
        Invalid: `register-schema`, the database has had others: an edited file, or a newer release's.
    """
    had = _applied(client)
    for migration in release:
        if had.get(migration.number, migration.sha256) not in (migration.sha256, *migration.former):
            raise Invalid("register-schema", f"{migration} was edited after it was applied; put changes in a new file")
    if unknown := had.keys() - {migration.number for migration in release}:
        newest = max(unknown)
        raise Invalid("register-schema", f"the register has migration {newest:04d}, which this release does not know")
    return tuple(migration for migration in release if migration.number not in had)


def check(client: Client, release: Sequence[Migration]) -> None:
    """Nothing, where the database is as `release` wants it.

    Raises:
        Invalid: `register-schema`, it is not; the detail says what is missing and which command brings it.
    """
    if missing := pending(client, release):
        names = ", ".join(map(str, missing))
        raise Invalid("register-schema", f"not applied to this register: {names}; run `tarazy register migrate`")


def plan(client: Client, release: Sequence[Migration], cluster: str = "") -> Iterator[Step]:
    """What `migrate` would run, in order; nothing is changed. Judged by the columns as they are now. Raises Invalid."""
    return steps(pending(client, release), _columns(client), cluster)


def steps(
    todo: Sequence[Migration], columns: Mapping[tuple[str, str], str] | None = None, cluster: str = ""
) -> Iterator[Step]:
    """The statements of `todo` as they are sent; `columns` has a type for each (table, column) there is."""
    for migration in todo:
        for statement in migration.statements:
            yield _step(migration, statement, columns or {}, cluster)


def migrate(client: Client, release: Sequence[Migration], cluster: str = "", *, rewrites: bool) -> list[Migration]:
    """Bring the database to `release`; return what was applied. With `cluster`, on all its replicas.

    Raises:
        Invalid: `register-schema` (as `pending`), or `register-rewrite`: a statement could lose something, and its file
            does not say so, or `rewrites` is False and the register holds rows. Nothing of its migration has run.
    """
    todo = pending(client, release)
    rewrites = rewrites or _empty(client)
    client.command(replicated(APPLIED, cluster) if cluster else APPLIED)
    for migration in todo:
        todo_now = list(steps([migration], _columns(client), cluster))
        for step, statement in zip(todo_now, migration.statements, strict=True):
            _permit(step, statement, rewrites=rewrites)
        for step in todo_now:
            client.command(step.statement)
        client.insert(
            "migrations",
            [(migration.number, migration.name, migration.sha256)],
            column_names=("number", "name", "sha256"),
        )
    return list(todo)


def _permit(step: Step, statement: Statement, *, rewrites: bool) -> None:
    if step.danger and not statement.rewrite:
        raise Invalid("register-rewrite", f"{step.migration}: {step.danger}, and no `{MARK}` line says so")
    if step.danger and not rewrites:
        why = f"{step.migration}: {step.danger} ({statement.rewrite})"
        raise Invalid("register-rewrite", f"{why}; `tarazy register migrate --allow-rewrite` does it")


def _statement(chunk: str) -> Statement:
    lines = chunk.strip().splitlines()
    marks = [line.removeprefix(MARK).strip() for line in lines if line.startswith(MARK)]
    return Statement("\n".join(line for line in lines if not line.startswith("--")).strip(), " ".join(marks))


def _step(migration: Migration, statement: Statement, columns: Mapping[tuple[str, str], str], cluster: str) -> Step:
    sent = replicated(statement.text, cluster) if cluster else statement.text
    return Step(migration, sent, danger(statement.text, columns))


def _applied(client: Client) -> dict[int, str]:
    if not _rows(client, "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'migrations'"):
        return {}
    rows = _rows(client, "SELECT number, toString(sha256) FROM migrations ORDER BY applied_at DESC")
    return {int(number): str(sha256) for number, sha256 in rows}


def _empty(client: Client) -> bool:
    held = _rows(client, "SELECT sum(total_rows) FROM system.tables WHERE database = currentDatabase()")
    return not held[0][0]


def _columns(client: Client) -> dict[tuple[str, str], str]:
    rows = _rows(client, "SELECT table, name, type FROM system.columns WHERE database = currentDatabase()")
    return {(str(table), str(name)): str(kind) for table, name, kind in rows}


def _rows(client: Client, query: str) -> Sequence[Sequence[Any]]:
    rows: Sequence[Sequence[Any]] = client.query(query).result_rows
    return rows
