"""The command line: `tarazy COMMAND`. Each command is a module of this folder with an `app`.

Only the module of the command asked for is imported, so that the first answer comes in well under 0.3 s;
`tarazy --help` imports them all. Command modules import what is heavy inside their functions.
"""

import sys
from importlib import import_module

import typer

COMMANDS = (
    "demo",
    "up",
    "run",
    "cluster",
    "user",
    "device",
    "camera",
    "push",
    "read",
    "vision",
    "models",
    "topics",
    "law",
    "verify",
    "casebook",
    "register",
    "lag",
    "dead",
    "replay",
    "bench",
    "config",
)


def main() -> None:
    """The console script `tarazy`."""
    asked = [name for name in COMMANDS if sys.argv[1:2] == [name]] or COMMANDS
    root = typer.Typer(name="tarazy", help=_ABOUT, no_args_is_help=True, add_completion=False)
    root.callback()(lambda: None)
    for name in asked:
        root.add_typer(import_module(f"dashboards.cli.{name}").app, name=name)
    root()


_ABOUT = "Tarazy: an automated traffic-offence processing centre, from the camera's frame to an act anyone can verify."
