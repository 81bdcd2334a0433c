"""`tarazy register`: bring the register's schema to this release, or say how far it is from it."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from integrations.config import Settings
    from integrations.register.store import Connection

app = typer.Typer(help="Migrate the register's schema, or check it.", no_args_is_help=True)

WRONG = 1
UNAVAILABLE = 3


@app.command()
def migrate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the statements, change nothing")] = False,
    allow_rewrite: Annotated[
        bool, typer.Option("--allow-rewrite", help="run statements that are marked as rewriting or dropping something")
    ] = False,
) -> None:
    """Apply the migrations that the register has not had: ClickHouse by TARAZY_REGISTER_URL, else the data folder."""
    from adjudication.errors import Invalid, Unavailable
    from integrations.register import migrations

    known = _settings()
    try:
        if dry_run:
            _print_plan(known)
            return
        done = migrations.migrate(
            _client(known, create=True), migrations.shipped(), known.register_cluster, rewrites=allow_rewrite
        )
    except (Invalid, Unavailable) as error:
        raise _gone(error) from error
    typer.echo("\n".join(f"applied {migration}" for migration in done) or "nothing to apply")


@app.command()
def check() -> None:
    """Exit 1, saying what is missing, where the register has not the schema of this release."""
    from adjudication.errors import Invalid, Unavailable
    from integrations.register import migrations

    try:
        migrations.check(_client(_settings()), migrations.shipped())
    except (Invalid, Unavailable) as error:
        raise _gone(error) from error
    typer.echo(f"the register has the schema of this release, {migrations.shipped()[-1]}")


def _print_plan(known: "Settings") -> None:
    from adjudication.errors import Invalid
    from integrations.register import migrations
    from integrations.register.opened import register_address
    from integrations.register.store import database_statement

    address = register_address(known)
    try:
        steps = migrations.plan(_client(known), migrations.shipped(), known.register_cluster)
    except Invalid as error:
        if address is None or error.code != "register-database-missing":
            raise
        typer.echo(f"{database_statement(address)};")
        steps = migrations.steps(migrations.shipped(), cluster=known.register_cluster)
    shown = ""
    for step in steps:
        if str(step.migration) != shown:
            shown = str(step.migration)
            typer.echo(f"-- {shown} {step.migration.sha256}")
        typer.echo(f"{f'-- REWRITES: {step.danger}{chr(10)}' if step.danger else ''}{step.statement};")
    if not shown:
        typer.echo("nothing to apply")


def _settings() -> "Settings":
    from dashboards import devices

    return devices.settings()


def _client(known: "Settings", *, create: bool = False) -> "Connection":
    from integrations.register import store
    from integrations.register.opened import register_address

    address = register_address(known)
    return store.connected(address, create=create) if address else store.opened(known.data / "register")


def _gone(error: Exception) -> typer.Exit:
    from adjudication.errors import Unavailable

    typer.echo(str(error), err=True)
    return typer.Exit(UNAVAILABLE if isinstance(error, Unavailable) else WRONG)
