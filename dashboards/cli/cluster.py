"""`tarazy cluster`: what is made once for all processes of a cluster."""

import typer

app = typer.Typer(help="Make what all processes of a cluster share.", no_args_is_help=True)


@app.callback()
def cluster() -> None:
    """Keys here; topics, tables and the register by `tarazy topics`, `tarazy casebook` and `tarazy register`."""


@app.command("keys")
def keys() -> None:
    """Make the key files that are missing in TARAZY_DATA; those that are there stay. Give every process the same."""
    import os

    from adjudication.errors import TarazyError
    from integrations.config import load
    from integrations.pipeline import make_keys

    try:
        settings = load(os.environ)
        make_keys(settings.data)
    except TarazyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"keys of a demonstration body, tokens of the administrator and of the metrics: {settings.data}")
