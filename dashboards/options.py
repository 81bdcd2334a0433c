"""Options that several commands share: how a command reaches the running centre it speaks to, and as whom."""

from pathlib import Path
from typing import Annotated

import typer

Url = Annotated[str | None, typer.Option(help="the centre's pages; default: host and web port of the settings")]
TokenFile = Annotated[
    Path | None, typer.Option("--admin-token-file", help="file of the administrator's token; default: data folder")
]
