"""`tarazy replay decisions`: the past of a running centre decided again, in a shadow, and what differs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dashboards.options import TokenFile, Url

if TYPE_CHECKING:
    from integrations.operating import Consequences, Past, Report, Reproduced, Share, Source

app = typer.Typer(help="Run a stretch of a running centre's past again, in a shadow, and say what differs.")

REPLAY_S = 600.0
"""As long as the largest stretch takes on a busy machine (integrations/replays.py bounds it)."""
MOST_ROWS = 20
"""As many fit on a screen; --json has more."""


@app.callback()
def replay() -> None:
    """Nothing of a replay touches the road: what is stored is read, and nothing is written."""


@app.command()
def decisions(
    from_: Annotated[str, typer.Option("--from", help="ISO 8601, UTC where no offset is given; default: --last")] = "",
    to: Annotated[str, typer.Option(help="likewise; default: now")] = "",
    last: Annotated[float, typer.Option(min=0.01, help="hours before the end, where --from is not given")] = 1,
    source: Annotated[
        Literal["stream", "register"] | None,
        typer.Option(help="where the past is read; default: stream, or register where that forgot it"),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="a candidate policy, as TOML")
    ] = None,
    law: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="a folder of candidate law")] = None,
    url: Url = None,
    admin_token_file: TokenFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="the report as JSON")] = False,
) -> None:
    """Decide again, by the law that stands or by a candidate, and say what differs by region, part of the law and sum.

    The stream has every passage of the last three days. The register has every case of all years, by the instant of
    the offence; of a passage in which nothing was found it has nothing, so what a candidate would newly find in such
    passages only the stream can tell.

    Without a candidate, what stands is held against what was recorded. A stretch that is too long for one replay is
    taken in portions. Exit 0 where all is the same, 1 where something differs, 2 where it cannot be told, or where the
    law that stands does not reproduce its own decisions byte for byte.
    """
    from adjudication import codec
    from adjudication.errors import Invalid
    from dashboards import devices
    from integrations.operating import Report

    try:
        address, token = f"{devices.pages_url(url)}/v1/admin/replay", devices.token(admin_token_file)

        def portion(asked: "Past") -> Report:
            return codec.decode(devices.ask("POST", address, token, asked, REPLAY_S), Report)

        told = _in_portions(portion, _asked(from_, to, last, source, policy, law))
    except Invalid as error:
        devices.fail(error)
    if as_json:
        typer.echo(codec.encode(told))
    else:
        _print(told)
    if told.report.reproduced.otherwise:
        devices.fail(Invalid("not-reproducible", _broken(told.report.reproduced)))
    raise typer.Exit(1 if told.differs else 0)


def _in_portions(portion: Callable[["Past"], "Report"], whole: "Past") -> "Consequences":
    """What the whole stretch comes to: asked at once where the centre takes it, else portion after portion.

    In the stream a case may lie in two portions, its passage in one and its verdict in the next; in the register it
    lies in one, so that of years no case need be remembered.
    """
    from msgspec.structs import replace

    from adjudication.errors import Invalid
    from integrations.effects import added, both, effects
    from integrations.operating import Consequences

    report: Report | None = None
    accounts = effects(())
    start_us, length_us, most = whole.from_us, whole.to_us - whole.from_us, 0
    while report is None or start_us < whole.to_us:
        end_us = min(start_us + length_us, whole.to_us)
        try:
            found = portion(replace(whole, from_us=start_us, to_us=end_us))
        except Invalid as error:
            if error.code != "stretch-too-long" or length_us == 1:
                raise
            length_us = (end_us - start_us) // 2
            continue
        report = found if report is None else added(report, found)
        if whole.source == "register":
            accounts, report = both(accounts, effects(report.cases)), replace(report, cases=())
        start_us, most = end_us, max(most, found.records)
        if 2 * found.records <= most:  # a thinner time: the next portion may be longer
            length_us *= 2
        if end_us - whole.from_us < whole.to_us - whole.from_us:
            _progress((end_us - whole.from_us) / (whole.to_us - whole.from_us), report)
    accounts = both(accounts, effects(report.cases))
    return Consequences(report=replace(report, cases=()), effects=accounts)


def _progress(part: float, report: "Report") -> None:
    differ = report.changed + report.lost + report.gained
    typer.echo(f"{part:4.0%} of the stretch: {report.records} records, {differ} outputs differ", err=True)


def _broken(found: "Reproduced") -> str:
    return (
        f"{found.otherwise} decisions of the record are not what the same law and policy make of them now, "
        f"{found.told[0]} first: this release does not decide as the one that made them; compare their versions"
    )


def _asked(from_: str, to: str, last: float, source: "Source | None", policy: Path | None, law: Path | None) -> "Past":
    from ingest.clock import system_clock
    from ingest.topics import CONFIRMED
    from integrations.operating import Past

    now_us = system_clock()
    end_us = _us(to) if to else now_us
    from_us = _us(from_) if from_ else end_us - round(last * 3_600_000_000)
    kept = from_us >= now_us - CONFIRMED.retention_s * 1_000_000
    return Past(
        stage="decide",
        from_us=from_us,
        to_us=end_us,
        source=source or ("stream" if kept else "register"),
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


def _print(told: "Consequences") -> None:
    from rich.console import Console
    from rich.table import Table

    console, report = Console(), told.report
    if report.told:
        table = Table("topic", "what", "before", "after")
        for one in report.told[:MOST_ROWS]:
            table.add_row(one.topic, one.about[:32], one.before or "–", one.after or "–")
        console.print(table)
    if report.against == "candidate":
        _print_shares("region", tuple(_named(one) for one in told.effects.regions), told.effects.total)
        _print_shares("part", told.effects.parts, told.effects.total)
    console.print(
        f"{report.records} records of the {report.source} replayed against {report.against}: {report.same} the same, "
        f"{report.changed} changed, {report.lost} lost, {report.gained} gained"
    )
    if told.effects.total.unpriced:
        console.print(f"{told.effects.total.unpriced} acts of days whose MCI is not known are in no sum")
    own = report.reproduced
    console.print(
        f"{own.same} recorded decisions reproduced byte for byte, {own.otherwise} not, "
        f"{own.other_editions} made under other editions"
    )


def _named(share: "Share") -> "Share":
    from msgspec.structs import replace

    from adjudication.regions import BY_KATO

    region = BY_KATO.get(share.name)
    return replace(share, name=region.en if region else share.name)


def _print_shares(by: str, shares: tuple["Share", ...], total: "Share") -> None:
    from rich.console import Console
    from rich.table import Table

    columns = ("acts", "lost", "gained", "moved away", "moved here", "changed", "acts after", "otherwise")
    table = Table(by, *columns, "tenge before", "tenge after")
    for one in (*shares, total):
        counts = (one.acts_before, one.lost, one.gained, one.moved_away, one.moved_here, one.changed, one.acts_after)
        sums = (f"{one.sum_before_tiyn / 100:,.2f}", f"{one.sum_after_tiyn / 100:,.2f}")
        table.add_row(one.name or "all", *map(str, (*counts, one.otherwise)), *sums)
    Console().print(table)
