"""The figures of a run as files, for those who look further than a table."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from vision.evaluate.diagram import reliability_png
from vision.evaluate.matching import Judged
from vision.evaluate.report import Report
from vision.evaluate.run import Run
from vision.evaluate.scores import format_id
from vision.evaluate.truth import Truth

FILES = ("report.json", "reliability.png", "confusion.csv", "misreads.csv")


def write_files(folder: Path, report: Report, run: Run, truth: Truth) -> None:
    """Writes `FILES` into `folder`, which is made if there is none; files of these names are replaced.

    They hold plates and names of pictures: whoever asks for them answers for where they lie.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report_json, diagram, confusion, misreads = (folder / name for name in FILES)
    report_json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    diagram.write_bytes(reliability_png(report.calibration, report.reader))
    counts = ((one.truth, one.read, one.count) for one in report.confusion)
    _write(confusion, ("truth", "read", "count"), counts)
    _write(misreads, _heading(run, truth), _misreads(run))


def _heading(run: Run, truth: Truth) -> Sequence[str]:
    peers = [peer.about.name for peer in run.peers]
    own = ("line", "region", "file", "format", "truth", "read", "confidence", "found", "others")
    return (*own, *(f"condition {name}" for name in truth.conditions), *(f"read by {name}" for name in peers))


def _misreads(run: Run) -> Iterable[Sequence[object]]:
    """A row for each labelled plate that was not read to the letter, with what the peers read of it."""
    for number, picture in enumerate(run.pictures):
        for place, one in enumerate(picture.plates):
            if one.label.text and not one.exact:
                yield (*_misread(one), *(peer.pictures[number].plates[place].read for peer in run.peers))


def _misread(one: Judged) -> Sequence[object]:
    label, sight = one.label, one.sight
    return (
        label.line,
        label.region,
        label.path.name,
        format_id(label.text),
        label.text,
        one.read,
        f"{sight.confidence:.4f}" if sight is not None and sight.text else "",
        "yes" if one.found else "no",
        " ".join(sight.others) if sight is not None else "",
        *label.conditions,
    )


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(heading)
        table.writerows(rows)
