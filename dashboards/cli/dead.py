"""`tarazy dead`: what the stages of a running centre have laid aside; looked at, and put back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.options import TokenFile, Url

if TYPE_CHECKING:
    from adjudication.facts import Fact
    from integrations.operating import Letters, Shown

app = typer.Typer(help="Dead letters of a running centre: list, show, put back.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="the answer as JSON")]
Stage = Annotated[str, typer.Option(help="of this stage alone")]
Code = Annotated[str, typer.Option(help="of this code alone")]

DEAD = "/v1/admin/dead"


@app.command("list")
def list_letters(
    stage: Stage = "",
    code: Code = "",
    page: Annotated[int, typer.Option(min=1, help="the newest stand on the first")] = 1,
    size: Annotated[int, typer.Option(min=1, max=1000, help="letters of a page")] = 50,
    url: Url = None,
    admin_token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Codes, places and times; no plate, no name, no picture."""
    from urllib.parse import urlencode

    from adjudication import codec
    from integrations.operating import Letters

    asked = urlencode({"stage": stage, "code": code, "page": page, "size": size})
    answer = _ask("GET", f"{DEAD}?{asked}", url, admin_token_file)
    typer.echo(answer) if as_json else _print_letters(codec.decode(answer, Letters))


@app.command()
def show(
    place: Annotated[str, typer.Argument(help="the letter, as `list` names it: STAGE.dead/PARTITION/OFFSET")],
    content: Annotated[bool, typer.Option("--content", help="what was refused as well; it may name a person")] = False,
    reason: Annotated[str, typer.Option(help="why the content is to be seen; stands in the audit")] = "",
    url: Url = None,
    admin_token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """One letter; its content only with --content and a --reason."""
    from adjudication import codec
    from integrations.operating import Content, Opened, Shown

    if content:
        answer = _ask("POST", f"{DEAD}/content", url, admin_token_file, Opened(place=place, reason=reason))
        typer.echo(answer if as_json else codec.decode(answer, Content).text)
        return
    answer = _ask("GET", f"{DEAD}/{place}", url, admin_token_file)
    typer.echo(answer if as_json else _told(codec.decode(answer, Shown)))


@app.command()
def requeue(
    place: Annotated[str, typer.Argument(help="the letter; or give --stage")] = "",
    stage: Stage = "",
    code: Code = "",
    url: Url = None,
    admin_token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Put the record of a letter back on its topic, or all of a stage. Exit 1 where some could not be, or are left."""
    from adjudication import codec
    from integrations.operating import Again, PutBack

    if bool(place) == bool(stage):
        typer.echo("error: name either a letter or a --stage", err=True)
        raise typer.Exit(2)
    answer = _ask("POST", f"{DEAD}/requeue", url, admin_token_file, Again(place=place, stage=stage, code=code))
    done = codec.decode(answer, PutBack)
    if as_json:
        typer.echo(answer)
    else:
        refused = "".join(f", {number} not: {why}" for why, number in sorted(done.refused.items()))
        left = f", {done.left} left: ask again" if done.left else ""
        typer.echo(f"{done.queued} put back, {done.known} were before{refused}{left}")
    raise typer.Exit(1 if done.refused or done.left else 0)


def _print_letters(found: "Letters") -> None:
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.table import Table

    counts = Table("stage", "code", "letters")
    for one in found.counts:
        counts.add_row(one.stage, one.code, str(one.letters))
    table = Table("letter", "code", "refused, UTC", "from", "digest", "put back")
    for line in found.letters:
        letter = line.letter
        when = datetime.fromtimestamp(letter.refused_us / 1_000_000, UTC).strftime("%m-%d %H:%M:%S")
        again = f"{letter.requeues}×" + (", and now" if line.put_back else "")
        code = f"[bold]{letter.code}[/] !" if letter.alarm else letter.code
        table.add_row(letter.place, code, when, letter.source, letter.sha256[:12], again)
    console = Console()
    console.print(counts)
    console.print(table)
    console.print(f"page {found.page}, {found.total} in all; ! a person must look")


def _told(shown: "Shown") -> str:
    from datetime import UTC, datetime

    letter = shown.letter
    lines = {
        "letter": letter.place,
        "stage": letter.stage,
        "refused as": letter.code + (" (a person must look)" if letter.alarm else ""),
        "because": letter.detail,
        "when": datetime.fromtimestamp(letter.refused_us / 1_000_000, UTC).isoformat(),
        "from": letter.source,
        "digest": letter.sha256,
        "content": "in the letter" if letter.copied else "only where it stood",
        "put back": f"{letter.requeues} times before" + (", and once more now" if shown.put_back else ""),
        "can be put back": "no: " + shown.again if shown.again else "yes",
        "to see it": shown.opening,
    }
    return "\n".join(f"{name:16} {text}" for name, text in lines.items())


def _ask(method: str, path: str, url: str | None, token_file: Path | None, body: "Fact | None" = None) -> bytes:
    from adjudication.errors import Invalid
    from dashboards import devices

    try:
        return devices.ask(method, devices.pages_url(url) + path, devices.token(token_file), body)
    except Invalid as error:
        devices.fail(error)
