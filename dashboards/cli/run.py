"""`tarazy run ROLE`: one role of a cluster in this process, until it is told to stop."""

from typing import Annotated

import typer

app = typer.Typer(help="Run one role of a cluster in this process.", invoke_without_command=True)


@app.callback()
def run(
    role: Annotated[str, typer.Argument(help="`tarazy run list` shows them; several with + between", metavar="ROLE")],
) -> None:
    """Work until Ctrl-C or SIGTERM; what is in hand is finished first. `tarazy config` shows the settings."""
    import os

    from adjudication.errors import TarazyError
    from integrations.roles import ROLES, role_of

    chosen = role_of(role)
    if chosen is None:
        typer.echo("\n".join(f"{each.name:12}{each.about}" for each in ROLES), err=role != "list")
        raise typer.Exit(0 if role == "list" else 2)

    from dashboards.role import running_role
    from dashboards.stopping import told_to_stop
    from integrations.config import load

    stop = told_to_stop()
    try:
        with running_role(load(os.environ), chosen) as addresses:
            typer.echo(f"{chosen.name}: {' '.join(addresses)}")
            stop.wait()
            typer.echo("finishing what is in hand …")
    except TarazyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
