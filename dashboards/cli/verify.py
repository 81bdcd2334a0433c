"""`tarazy verify`: whether an evidence pack proves its act, without network."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Check an evidence pack against a trust bundle.",
    invoke_without_command=True,
    # A group stops reading options at its first argument unless it is told to go on.
    context_settings={"allow_interspersed_args": True},
)


class Language(StrEnum):
    """In which language the result is told."""

    kk = "kk"
    ru = "ru"
    en = "en"


@app.callback()
def verify(
    pack: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the pack's file")],
    trust: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="the trust bundle; never from the pack")],
    as_json: Annotated[bool, typer.Option("--json", help="the report as JSON")] = False,
    language: Annotated[Language, typer.Option(help="language of the result")] = Language.en,
) -> None:
    """Exit 0 where every link holds, 1 where one is broken, 2 where pack or bundle cannot be read."""
    import msgspec

    from adjudication.errors import Invalid
    from dashboards.verify.chain import verify as walk
    from integrations.trust import load

    try:
        bundle = load(trust.read_bytes())
    except Invalid as error:
        typer.echo(f"{trust.name}: not a trust bundle: {error.detail}", err=True)
        raise typer.Exit(2) from error
    report = walk(pack.read_bytes(), bundle)
    typer.echo(msgspec.json.format(msgspec.json.encode(report)) if as_json else tell(report, language))
    raise typer.Exit(0 if report.valid else 1)


def tell(report: object, language: Language) -> str:
    """The report as lines of text."""
    from dashboards.verify.report import Report
    from dashboards.verify.texts import INVALID, MASKED, MEANINGS, STATES, TITLES, VALID

    assert isinstance(report, Report)
    marks = {"holds": "✓", "broken": "✗", "unchecked": "·"}
    lines = []
    for number, one in enumerate(report.links):
        state = STATES[one.state].of(language.value)
        lines.append(f" {marks[one.state]} {number} {TITLES[one.link].of(language.value)}: {state}")
        if one.state == "broken":
            lines.append(f"     {MEANINGS[one.link].of(language.value)}")
            lines.append(f"     {one.link}: {one.code}: {one.detail}")
    verdict = (VALID if report.valid else INVALID).of(language.value)
    about = [MASKED.of(language.value)] if report.masked else []
    return "\n".join([*lines, "", f"{verdict} {report.act_number or ''}".rstrip(), *about])
