"""`tarazy lag`: how far every stage of a running centre is behind."""

from typing import Annotated

import typer

from dashboards.options import TokenFile, Url

app = typer.Typer(help="Show how far every stage of a running centre is behind.", invoke_without_command=True)


@app.callback()
def lag(
    url: Url = None,
    admin_token_file: TokenFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="the figures as JSON")] = False,
) -> None:
    """Unread records of each stage on each topic, and the age of the oldest. Exit 0, or 2 where nothing answers."""
    from rich.console import Console
    from rich.table import Table

    from adjudication import codec
    from adjudication.errors import Invalid
    from dashboards import devices
    from integrations.operating import Lags

    try:
        answer = devices.ask("GET", f"{devices.pages_url(url)}/v1/admin/lag", devices.token(admin_token_file))
        behind = codec.decode(answer, Lags).behind
    except Invalid as error:
        devices.fail(error)
    if as_json:
        typer.echo(answer)
        return
    table = Table("stage", "topic", "unread", "oldest, s")
    for one in behind:
        table.add_row(one.stage, one.topic, str(one.records), f"{one.age_ms / 1000:.1f}")
    Console().print(table)
