"""`tarazy vision`: how well plates are read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure how well plates are read; export a detector.", no_args_is_help=True)

PEER = Path(__file__).parents[2] / "benchmarks" / "peer.py"
"""The peer of a checkout; an installed wheel has none."""


@app.callback()
def vision() -> None:
    """Measure how well plates are read; export a detector."""


@app.command()
def export(
    checkpoint: Annotated[str, typer.Argument(metavar="PATH@sha256:HEX", help="A .pt checkpoint, by its digest.")],
    target: Annotated[Path, typer.Argument(help="Where the export goes: FILE.onnx, or FILE.engine on a GPU.")],
) -> None:
    """Export a detector that ultralytics trained, and print the reference for TARAZY_PLATE_DETECTOR."""
    from adjudication.errors import Invalid, TarazyError
    from vision.given import given
    from vision.yolo import EXPORTS
    from vision.yolo import export as exported

    try:
        if target.suffix not in EXPORTS:
            raise Invalid("export-target", f"{target.name}: the suffix says what to export: {', '.join(EXPORTS)}")
        typer.echo(f"{target}@sha256:{exported(given(checkpoint), target, to=EXPORTS[target.suffix])}")
    except TarazyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Photographs at REGION/FILE, or at FILE.")],
    truth: Annotated[
        Path,
        typer.Option(
            help="CSV of labelled plates: region,file,x1,y1,x2,y2,text; the figures are broken down by further columns."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write report.json, reliability.png, confusion.csv and misreads.csv."),
    ] = None,
    precision: Annotated[
        list[float] | None,
        typer.Option(min=0, max=1, help="Precision to find the coverage at; may be repeated. [default: 0.99, 0.999]"),
    ] = None,
    bins: Annotated[int | None, typer.Option(min=1, help="Bins of equal mass for ECE. [default: 15]")] = None,
    peer: Annotated[bool, typer.Option("--peer", help="Read with the benchmark's peer as well, and compare.")] = False,
    peer_command: Annotated[
        list[str] | None,
        typer.Option(metavar="COMMAND", help="Compare with this program (protocol: vision/evaluate/peer.py)."),
    ] = None,
    first_only: Annotated[bool, typer.Option("--first-only", help="Without the second reader.")] = False,
    directory: Annotated[Path | None, typer.Option("--models", help="Where the vision models lie.")] = None,
) -> None:
    """Measure the eyes on a folder of labelled photographs.

    Bad rows of the truth are listed and left out. Status 1 if nothing could be measured.
    """
    import shlex

    import msgspec
    from rich.console import Console

    from adjudication.errors import Invalid, TarazyError
    from dashboards.evaluation import evaluated, eyes_of, print_bad_rows, print_report
    from vision.evaluate.calibration import BINS
    from vision.evaluate.files import write_files
    from vision.evaluate.report import PRECISIONS, summed
    from vision.evaluate.truth import read_truth

    notes = Console(stderr=True)
    try:
        if not folder.is_dir() or not truth.is_file():
            raise Invalid("arguments", "FOLDER and the FILE.csv of --truth must exist")
        labelled = read_truth(truth, folder)
        print_bad_rows(labelled, notes)
        peers = [shlex.split(one) for one in peer_command or ()] + ([_own_peer()] if peer else [])
        run = evaluated(labelled, eyes_of(directory, notes, twice=not first_only), peers, notes)
    except TarazyError as error:
        notes.print(f"[red]error:[/] {error}", soft_wrap=True)
        raise typer.Exit(1) from error
    figures = summed(run, labelled, precisions=precision or PRECISIONS, bins=bins or BINS)
    if report is not None:
        write_files(report, figures, run, labelled)
        notes.print(f"the report is in {report}")
    if json:
        typer.echo(msgspec.json.encode(figures).decode())
    else:
        print_report(figures, Console())


def _own_peer() -> list[str]:
    from adjudication.errors import Invalid

    if not PEER.is_file():
        raise Invalid(
            "peer-absent", "the benchmark's peer comes with a checkout only; name a program by --peer-command"
        )
    return [sys.executable, str(PEER)]
