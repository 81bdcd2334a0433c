"""`tarazy config`: every setting, its value, where it came from."""

import os

import typer

app = typer.Typer(help="Show every setting, its value and where it came from.", invoke_without_command=True)


@app.callback()
def config() -> None:
    """Print the settings as the centre would read them now."""
    from rich.console import Console
    from rich.table import Table

    from adjudication.errors import Invalid
    from integrations.config import explain, load

    try:
        lines = explain(load(os.environ), os.environ)
    except Invalid as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    table = Table("variable", "value", "from", "what it is")
    for line in lines:
        table.add_row(line.variable, line.value, line.source, line.about)
    Console().print(table)
