"""`tarazy casebook`: bring the casebook's schema up to date, or say what is missing."""

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from integrations.config import Settings

app = typer.Typer(help="Check the casebook's schema, or bring it up to date.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Say which schema stands and which is needed; exit status 2 where they differ."""
    from adjudication.errors import TarazyError
    from integrations.casebook import opening

    try:
        found = opening.version(_settings())
    except TarazyError as error:
        _fail(error)
    typer.echo(f"schema {found.stands or 'none'}, this release needs {found.needed}")
    if found.is_newer:
        typer.echo("the casebook is of a newer release", err=True)
        raise typer.Exit(2)
    if found.missing:
        typer.echo(f"missing: {', '.join(found.missing)}; `tarazy casebook migrate` takes these steps", err=True)
        raise typer.Exit(2)


@app.command()
def migrate(
    dry_run: bool = typer.Option(False, "--dry-run", help="print the SQL and change nothing"),
) -> None:
    """Take the missing steps, all or none. Stop what writes there first where a step's own text says so."""
    from adjudication.errors import TarazyError
    from integrations.casebook import opening

    try:
        if dry_run:
            typer.echo(opening.migration_sql(_settings()) or "-- nothing is missing")
            return
        before = opening.migrate(_settings())
    except TarazyError as error:
        _fail(error)
    taken = ", ".join(before.missing)
    typer.echo(f"schema {before.needed}: took {taken}" if taken else f"schema {before.needed}: nothing was missing")


def _settings() -> "Settings":
    import os

    from integrations.config import load

    return load(os.environ)


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"error: {error}", err=True)
    raise typer.Exit(2) from error
