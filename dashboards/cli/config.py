"""`tarazy config`: every setting, its value, where it came from."""

import os

import typer

app = typer.Typer(help="Show every setting, its value and where it came from.", invoke_without_command=True)


@app.callback()
def config() -> None:
    """Print the settings as the centre would read them now."""
    from rich.console import Console
    from rich.table import Table

    from integrations.config import explain, load

    table = Table("variable", "value", "from", "what it is")
    for line in explain(load(os.environ), os.environ):
        table.add_row(line.variable, line.value, line.source, line.about)
    Console().print(table)
