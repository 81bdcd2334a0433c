"""`tarazy replay`: the past of a running centre decided again, in a shadow, and what differs."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.options import TokenFile, Url

if TYPE_CHECKING:
    from integrations.operating import Past, Report

app = typer.Typer(
    help="Decide a stretch of a running centre's past again, in a shadow, and say what differs.",
    invoke_without_command=True,
)

REPLAY_S = 600.0
"""As long as the largest stretch takes on a busy machine (integrations/replays.py bounds it)."""
MOST_ROWS = 20
"""As many fit on a screen; --json has more."""


@app.callback()
def replay(
    from_: Annotated[str, typer.Option("--from", help="ISO 8601, UTC where no offset is given; default: --last")] = "",
    to: Annotated[str, typer.Option(help="likewise; default: now")] = "",
    last: Annotated[float, typer.Option(min=0.01, max=72, help="hours before the end, where --from is not given")] = 1,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="a candidate policy, as TOML")
    ] = None,
    law: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="a folder of candidate law")] = None,
    url: Url = None,
    admin_token_file: TokenFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="the report as JSON")] = False,
) -> None:
    """Without a candidate, what stands is held against what was recorded. Exit 0 where all is the same, 1 where
    something differs, 2 where it cannot be told. A stretch begins without the memory of what came before it.
    """
    from adjudication import codec
    from adjudication.errors import Invalid
    from dashboards import devices
    from integrations.operating import Report

    try:
        asked = _asked(from_, to, last, policy, law)
        address = f"{devices.pages_url(url)}/v1/admin/replay"
        answer = devices.ask("POST", address, devices.token(admin_token_file), asked, REPLAY_S)
        report = codec.decode(answer, Report)
    except Invalid as error:
        devices.fail(error)
    if as_json:
        typer.echo(answer)
    else:
        _print(report)
    raise typer.Exit(1 if report.differs else 0)


def _asked(from_: str, to: str, last: float, policy: Path | None, law: Path | None) -> "Past":
    from ingest.clock import system_clock
    from integrations.operating import Past

    end_us = _us(to) if to else system_clock()
    return Past(
        stage="decide",
        from_us=_us(from_) if from_ else end_us - round(last * 3_600_000_000),
        to_us=end_us,
        policy=policy.read_text(encoding="utf-8") if policy else "",
        law=tuple((path.name, path.read_text(encoding="utf-8")) for path in sorted(law.glob("*.toml"))) if law else (),
    )


def _us(text: str) -> int:
    from datetime import UTC

    from adjudication.errors import Invalid

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("instant-wrong", f"{text!r} is no instant: 2026-11-01T10:00+05:00") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _print(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if report.told:
        table = Table("topic", "what", "before", "after")
        for one in report.told[:MOST_ROWS]:
            table.add_row(one.topic, one.about[:32], one.before or "–", one.after or "–")
        console.print(table)
    console.print(
        f"{report.records} records replayed against {report.against}: {report.same} the same, "
        f"{report.changed} changed, {report.lost} lost, {report.gained} gained"
    )
