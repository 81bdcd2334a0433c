"""`tarazy user`: add, list and disable the accounts of those who work with a running centre."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.options import TokenFile, Url

if TYPE_CHECKING:
    from adjudication.facts import Fact

app = typer.Typer(help="Add, list and disable accounts at a running centre.", no_args_is_help=True)


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="what the person types to log in")],
    name: Annotated[str, typer.Option(help="full name, as in documents")],
    role: Annotated[str, typer.Option(help="officer, supervisor, operator, auditor or admin")],
    body: Annotated[str, typer.Option(help="the person's body; those of others are not let in")] = "demo",
    url: Url = None,
    admin_token_file: TokenFile = None,
) -> None:
    """Add an account; its password is asked for, or read from standard input where nobody types."""
    import sys

    from dashboards.accounts import PATH, NewAccount

    password = typer.prompt("password", hide_input=True, confirmation_prompt=sys.stdin.isatty())
    account = NewAccount(login=login, full_name=name, body_id=body, role=role, password=password)
    _ask("POST", PATH, url, admin_token_file, account)
    typer.echo(f"{login} may log in as {role}")


@app.command("list")
def list_accounts(url: Url = None, admin_token_file: TokenFile = None) -> None:
    """Print every account."""
    from rich.console import Console
    from rich.table import Table

    from adjudication import codec
    from dashboards.accounts import PATH, Accounts

    table = Table("login", "name", "role", "body")
    for account in codec.decode(_ask("GET", PATH, url, admin_token_file), Accounts).users:
        table.add_row(account.login, account.full_name, account.role, account.body_id)
    Console().print(table)


@app.command()
def disable(login: str, url: Url = None, admin_token_file: TokenFile = None) -> None:
    """Log somebody out and let them log in no more."""
    from dashboards.accounts import PATH

    _ask("POST", f"{PATH}/{login}/disable", url, admin_token_file)
    typer.echo(f"{login} may not log in any more")


def _ask(method: str, path: str, url: str | None, token_file: Path | None, body: "Fact | None" = None) -> bytes:
    from adjudication.errors import Invalid
    from dashboards import devices

    try:
        return devices.ask(method, devices.pages_url(url) + path, devices.token(token_file), body)
    except Invalid as error:
        devices.fail(error)
