"""`tarazy read`: what the eyes see in photographs, and how well they read labelled ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table

    from vision.evaluate.truth import Truth
    from vision.ports import Eyes, Seen

app = typer.Typer(
    help="Read number plates on photographs.",
    # A group stops reading options at its first argument unless it is told to go on.
    context_settings={"allow_interspersed_args": True},
)

MEASURED = ("images", "found", "exact", "ms_median")
"""What `--truth --json` says of a region; `tarazy vision evaluate` says more."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


@app.callback(invoke_without_command=True)
def read(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO…|FOLDER", help="Photographs, or folders of them.")],
    truth: Annotated[
        Path | None, typer.Option(help="CSV of labelled plates (region,file,x1,y1,x2,y2,text): measure on FOLDER.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    draw: Annotated[Path | None, typer.Option(metavar="DIR", help="Write copies with what was seen drawn in.")] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="With --truth: leave out pictures that are absent.")
    ] = False,
    first_only: Annotated[bool, typer.Option("--first-only", help="Without the second reader.")] = False,
    directory: Annotated[Path | None, typer.Option("--models", help="Where the vision models lie.")] = None,
) -> None:
    """Read number plates on photographs."""
    from rich.console import Console

    from adjudication.errors import TarazyError
    from dashboards.evaluation import eyes_of

    notes = Console(stderr=True)
    try:
        if truth is not None:
            _measure(photos, truth, eyes_of(directory, notes, twice=not first_only), notes, json=json, partial=partial)
        else:
            _read(_files(photos), eyes_of(directory, notes, twice=not first_only), draw, json=json)
    except TarazyError as error:
        notes.print(f"[red]error:[/] {error}", soft_wrap=True)
        raise typer.Exit(1) from error


def _read(files: list[Path], eyes: "Eyes", draw: Path | None, *, json: bool) -> None:
    import msgspec
    from rich.console import Console

    from vision.decode import decode
    from vision.draw import drawn, write_new
    from vision.ports import Look

    console, notes = Console(), Console(stderr=True)
    answers = {}
    for path in _progress(files, "reading", notes):
        body = path.read_bytes()
        (seen,) = eyes.read_many([Look(body)])
        picture = decode(body)
        if draw is not None and not isinstance(picture, str):
            write_new(draw, path.stem, drawn(picture, seen))
        if json:
            answers[str(path)] = seen
        else:
            console.print(_table(path, seen))
    if json:
        typer.echo(msgspec.json.encode({"reader": eyes.reader, "pictures": answers}).decode())
    if draw is not None:
        notes.print(f"drawn copies are in {draw}")


def _measure(photos: list[Path], truth: Path, eyes: "Eyes", notes: "Console", *, json: bool, partial: bool) -> None:
    import msgspec
    from rich.console import Console
    from rich.table import Table

    from dashboards.evaluation import evaluated
    from vision.evaluate.scores import by_region

    run = evaluated(_labelled(photos, truth, partial=partial), eyes, (), notes)
    regions = by_region(run.pictures)
    if json:
        rows = {region: {name: getattr(row, name) for name in MEASURED} for region, row in regions.items()}
        typer.echo(msgspec.json.encode({"regions": rows}).decode())
        return
    table = Table("region", "images", "found", "read exactly", "median ms", caption=f"reader {run.reader}")
    for region, row in regions.items():
        table.add_row(region, str(row.images), f"{row.found:.1%}", f"{row.exact:.1%}", str(row.ms_median))
    Console().print(table)


def _labelled(photos: list[Path], truth: Path, *, partial: bool) -> "Truth":
    """The labelled pictures; absent ones may be left out, rows that say nothing sound may not."""
    from adjudication.errors import Invalid
    from vision.evaluate.truth import ABSENT, read_truth

    if len(photos) != 1 or not photos[0].is_dir() or not truth.is_file():
        raise Invalid("arguments", "--truth FILE.csv measures on exactly one FOLDER; both must exist")
    read = read_truth(truth, photos[0])
    if unsound := [row for row in read.bad if row.problem != ABSENT]:
        raise Invalid("truth-malformed", f"line {unsound[0].line}: {unsound[0].problem}")
    if read.bad and not partial:
        rows = len(read.bad) + len(read.labelled)
        raise Invalid(
            "pictures-absent", f"{len(read.bad)} of {rows} labelled pictures are absent; --partial leaves them out"
        )
    return read


def _table(path: Path, seen: "Seen") -> "Table":
    """What was seen in one photograph."""
    from rich.table import Table

    table = Table("plate", "format", "sure", "second read", "vehicle", "box", "remarks", title=path.name)
    for target in seen.targets:
        plate, vehicle, box = target.plate, target.vehicle, target.plate_box
        table.add_row(
            plate.text if plate is not None else "–",
            f"{plate.country} {plate.format_id}" if plate is not None else "",
            f"{plate.confidence_bp / 100:.1f} %" if plate is not None else "",
            plate.second if plate is not None else "",
            vehicle.vehicle_class if vehicle is not None else "–",
            f"{box.x},{box.y} {box.width}×{box.height}" if box is not None else "",
            ", ".join(target.flags),
        )
    if not seen.targets:
        table.add_row("–", *[""] * 5, ", ".join(seen.flags) or "nothing found")
    elif seen.flags:
        table.caption = ", ".join(seen.flags)
    return table


def _files(photos: list[Path]) -> list[Path]:
    """The photographs asked for, folders searched to their depths."""
    from adjudication.errors import Invalid

    if lacking := [path for path in photos if not path.exists()]:
        raise Invalid("pictures-absent", f"{len(lacking)} of the given paths do not exist")
    inside = [sorted(path.rglob("*")) if path.is_dir() else [path] for path in photos]
    return [path for paths in inside for path in paths if path in photos or path.suffix.lower() in SUFFIXES]


def _progress(files: list[Path], words: str, notes: "Console") -> "Iterable[Path]":
    from rich.progress import track

    return track(files, words, console=notes, transient=True, disable=len(files) < 2 or not notes.is_terminal)
