"""`tarazy topics`: the topics of a cluster, made and held against the one table (ingest/topics.py)."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer

app = typer.Typer(help="Create and check the topics of a Kafka cluster.", no_args_is_help=True)

DIFFERENT = 1
NOT_ASKED = 2
"""The settings are wrong, or the brokers do not answer: nothing is known."""


@app.command("apply")
def apply_command() -> None:
    """Create what is missing and set what differs; nothing is deleted, shrunk or made anew. Says what was done."""
    from integrations.kafka.topics import apply

    done: Sequence[str] = _asked(apply)
    for line in done or ["every topic is as it should be"]:
        typer.echo(line)


@app.command("check")
def check_command() -> None:
    """Say of each topic what differs. Exit 1 if anything does, 2 if nobody could be asked."""
    from integrations.kafka.topics import check

    found: Mapping[str, Sequence[str]] = _asked(check)
    for name, lines in found.items():
        typer.echo(f"{name}: {'; '.join(lines) or 'as it should be'}")
    if any(found.values()):
        raise typer.Exit(DIFFERENT)


def _asked(ask: Callable[..., Any]) -> Any:
    """What `ask` says of the centre's topics on the brokers that the settings name."""
    from adjudication.errors import Invalid, Unavailable
    from integrations.config import load
    from integrations.kafka.connection import connection
    from integrations.kafka.opened import layout
    from integrations.kafka.topics import whole

    try:
        settings = load(os.environ)
        brokers = connection(settings)
        return ask(brokers.admin(), whole(brokers, layout(settings)))
    except (Invalid, Unavailable, RuntimeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_ASKED) from error
