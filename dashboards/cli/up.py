"""`tarazy up`: the whole centre in this process, until it is told to stop."""

import typer

app = typer.Typer(help="Start the whole centre in this process: door, road, pages.", invoke_without_command=True)


@app.callback()
def up() -> None:
    """Serve until Ctrl-C or SIGTERM; what is in hand is finished first. `tarazy config` shows the settings."""
    import os

    from adjudication.errors import TarazyError
    from dashboards.centre import FacedCentre, eyes_of, second_of
    from dashboards.stopping import told_to_stop
    from integrations.config import load

    stop = told_to_stop()
    try:
        settings = load(os.environ)
        with FacedCentre(settings, eyes_of(settings), second_of(settings), demonstration=False) as faced:
            typer.echo(f"door   {faced.door.url}\npages  {faced.web.url}\nadministrator's token in {settings.data}")
            stop.wait()
            typer.echo("finishing what is in hand …")
    except TarazyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
