"""Labelled photographs measured, and the figures as tables for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from adjudication.errors import Invalid
from vision.evaluate.intervals import Difference, Spread
from vision.evaluate.paired import POOLED, PeerReport
from vision.evaluate.peer import peer_program
from vision.evaluate.report import Report
from vision.evaluate.run import Run, run
from vision.evaluate.scores import GroupScore
from vision.evaluate.truth import Truth, by_picture
from vision.eyes import open_eyes
from vision.models import default_directory
from vision.ports import Eyes
from vision.twice import open_twice

MOST_BAD_ROWS = 20
"""As many fit on a screen; the JSON has them all."""
MOST_CONFUSIONS = 12
GROUPS_MEAN = (
    "exact: read to the letter, with Wilson's 95 % interval · surest: the surest read of the picture is right · "
    "any: right among all texts offered · chars: characters wrong or missing · ms: median of a picture · "
    "cpu: ms of all cores together"
)
ACCEPTED_MEANS = (
    "from: the least confidence accepted · at least: Wilson's 95 % bound · "
    "held out: share accepted of one random half by the other's threshold, and right of those"
)


def eyes_of(directory: Path | None, notes: Console, *, twice: bool = True) -> Eyes:
    """The eyes with the models of `directory`, or of the usual place; `twice` with the second reader."""
    where = directory or default_directory()
    with notes.status("loading the models"):
        return open_twice(where) if twice else open_eyes(where)


def evaluated(truth: Truth, eyes: Eyes, peers: Sequence[Sequence[str]], notes: Console) -> Run:
    """Reads every labelled picture, with a bar on a terminal. Each of `peers` is the command of another reader.

    Raises:
        Invalid: `pictures-absent`, nothing is left to read; `peer-absent` or `peer-failed`.
    """
    if not truth.labelled:
        first = f": line {truth.bad[0].line}: {truth.bad[0].problem}" if truth.bad else ""
        raise Invalid("pictures-absent", f"no labelled picture is there ({len(truth.bad)} rows left out{first})")
    with ExitStack() as programs, _bar(notes) as bar:
        asked = [programs.enter_context(peer_program(command)) for command in peers]
        task = bar.add_task("measuring", total=len(by_picture(truth.labelled)))
        return run(eyes, truth.labelled, asked, lambda: bar.advance(task))


def print_report(report: Report, console: Console) -> None:
    """The figures, most wanted first."""
    _show(console, f"reader {report.reader}", _groups(report), GROUPS_MEAN)
    _show(console, "what could be accepted without a person", _accepted(report), ACCEPTED_MEANS)
    _show(console, "characters most often misread", _confused(report), "")
    _show(console, "remarks", "\n".join(_remarks(report)), "")
    for peer in report.peers:
        _show(console, f"beside {peer.name}, same pictures, same run", _peer(report, peer), _settings(peer))


def print_bad_rows(truth: Truth, notes: Console) -> None:
    """Which rows of the truth are left out, and why."""
    for row in truth.bad[:MOST_BAD_ROWS]:
        notes.print(f"[yellow]left out:[/] line {row.line}: {row.problem}", soft_wrap=True, highlight=False)
    if len(truth.bad) > MOST_BAD_ROWS:
        notes.print(f"[yellow]left out:[/] {len(truth.bad) - MOST_BAD_ROWS} more rows; --json lists them all")


def _groups(report: Report) -> Table:
    heading = ("", "images", "plates", "found", "exact", "95 %", "surest", "any", "chars", "ms", "cpu")
    table = _table(*heading)
    table.add_row("all", *_cells(report.pooled), style="bold")
    groups = {"region": report.regions, "format": report.formats, **report.conditions}
    for kind, values in groups.items():
        if values:
            table.add_section()
            table.add_row(f"[dim]by {escape(kind)}[/]")
        for name, group in values.items():
            table.add_row(escape(name) or "unsaid", *_cells(group))
    return table


def _cells(group: GroupScore) -> Sequence[str]:
    shares = (group.first, group.among, group.character_error)
    return (
        str(group.images),
        str(group.plates),
        f"{group.found:.1%}",
        f"{group.exact:.1%}",
        f"{100 * group.exact_interval.low:.0f}–{100 * group.exact_interval.high:.0f}",
        *(f"{share:.1%}" for share in shares),
        str(group.ms_median),
        str(group.cpu_ms_median),
    )


def _accepted(report: Report) -> Table:
    heading = ("precision", "accepted", "share", "from", "wrong", "right", "at least", "held out", "right")
    table = _table(*heading)
    held = {one.demanded: one for one in report.held_out}
    for one in report.coverage:
        other = held.get(one.demanded)
        table.add_row(
            f"{one.demanded:.2%}",
            str(one.accepted),
            f"{one.share:.1%}",
            _or_dash(one.threshold, "{:.4f}"),
            str(one.wrong),
            _or_dash(one.precision, "{:.2%}"),
            _or_dash(one.precision_low, "{:.2%}"),
            _or_dash(other.share if other else None, "{:.1%}"),
            _or_dash(other.precision if other else None, "{:.2%}"),
        )
    return table


def _confused(report: Report) -> Table:
    table = _table("on the plate", "read as", "times")
    wrong = [one for one in report.confusion if one.truth != one.read]
    for one in wrong[:MOST_CONFUSIONS]:
        table.add_row(one.truth or "nothing", one.read or "nothing", str(one.count))
    return table


def _remarks(report: Report) -> Iterator[str]:
    known = report.calibration
    bins = f"{known.bins} bins of equal mass, {known.reads} reads"
    yield f"calibration: ECE {known.ece:.4f} ({bins}), Brier {known.brier:.4f}"
    if report.spread is not None:
        yield f"random halves of the pictures: surest read {_halves(report.spread)}"
    yield f"reads of plates nobody labelled, or of none: {report.reads_beside}"
    if report.negatives.images:
        yield f"pictures without a plate: {report.negatives.images}, something read in {report.negatives.read}"
    if crowded := [name for name, values in report.conditions.items() if not values]:
        yield f"too many values for a breakdown: {', '.join(crowded)}"


def _peer(report: Report, peer: PeerReport) -> Table:
    heading = ("", "surest", "peer", "points", "95 %", "any", "peer", "ms", "peer", "cpu", "peer")
    table = _table(*heading)
    for name, ours, theirs in _both(report, peer):
        table.add_row(
            escape(name),
            *(f"{ours.first:.1%}", f"{theirs.first:.1%}", *_points(peer.differences.get(name))),
            *(f"{ours.among:.1%}", f"{theirs.among:.1%}"),
            *(str(ours.ms_median), str(theirs.ms_median), str(ours.cpu_ms_median), str(theirs.cpu_ms_median)),
        )
    return table


def _settings(peer: PeerReport) -> str:
    lines = [f"settings: {peer.settings}"]
    if peer.spread is not None:
        lines.append(f"random halves of the pictures: surest differs by {_halves(peer.spread)}")
    if peer.failed:
        lines.append(f"no answer for {len(peer.failed)} pictures, counted as unread")
    return "\n".join(lines)


def _both(report: Report, peer: PeerReport) -> Iterable[tuple[str, GroupScore, GroupScore]]:
    yield POOLED, report.pooled, peer.pooled
    for name, ours in report.regions.items():
        yield name, ours, peer.regions[name]


def _points(difference: Difference | None) -> tuple[str, str]:
    if difference is None:
        return "–", "–"
    return f"{difference.points:+.1f}", f"{difference.low:+.1f} to {difference.high:+.1f}"


def _halves(spread: Spread) -> str:
    return f"{spread.low:.1%} to {spread.high:.1%}, one half from the other by {spread.gap_median:.1%} in the median"


def _or_dash(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE, padding=0, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _show(console: Console, title: str, body: Table | str, meaning: str) -> None:
    # Names in a truth or of a peer may look like markup.
    console.print(Text(title, style="bold"), soft_wrap=True)
    console.print(body if isinstance(body, Table) else Text(body))
    console.print(Text(meaning + "\n" if meaning else "", style="dim"))


def _bar(notes: Console) -> Progress:
    return Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=notes, transient=True)
