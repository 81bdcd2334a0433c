"""How well the eyes read labelled photographs: an operator's own, or the ones of a benchmark.

The truth is CSV with the columns region, file, x1, y1, x2, y2, text; a picture lies at REGION/FILE of the folder.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec

from adjudication.errors import Invalid
from adjudication.facts import Box
from vision.ports import Eyes, Look, Seen
from vision.targets import overlap

COLUMNS = ("region", "file", "x1", "y1", "x2", "y2", "text")
FOUND_IOU = 0.3
"""A found box is the labelled one from this overlap on: labels are drawn by hand, and plates are small."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled plate; `box` is None where its place is not known."""

    region: str
    path: Path
    box: Box | None
    text: str


class RegionScore(msgspec.Struct, frozen=True):
    """Of one region: pictures, shares found and read exactly (0–1), median milliseconds a picture."""

    images: int
    found: float
    exact: float
    ms_median: int


class Score(msgspec.Struct, frozen=True):
    """What `tarazy read --truth` prints."""

    regions: dict[str, RegionScore]


def labels(truth: Path, folder: Path) -> list[Labelled]:
    """The labelled plates of a CSV file.

    Raises:
        Invalid: `truth-malformed`, a column is missing or a number is none.
    """
    try:
        with truth.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            if lacking := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise Invalid("truth-malformed", f"the columns {', '.join(lacking)} are missing")
            return [
                Labelled(row["region"], folder / row["region"] / row["file"], _box(row), row["text"]) for row in rows
            ]
    except (ValueError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid("truth-malformed", f"not the CSV of labelled plates: {type(error).__name__}") from error


def absent(labelled: Sequence[Labelled]) -> list[Path]:
    """The pictures that are not there."""
    return [one.path for one in labelled if not one.path.is_file()]


def measure(eyes: Eyes, labelled: Sequence[Labelled], done: Callable[[], None]) -> Score:
    """Reads every picture, one at a time so that times are those of a single picture; `done` is called after each."""
    results: dict[str, list[tuple[bool, bool, float]]] = {}
    for one in labelled:
        body = one.path.read_bytes()
        start = perf_counter()
        (seen,) = eyes.read_many([Look(body)])
        spent = perf_counter() - start
        results.setdefault(one.region, []).append((_found(seen, one), _exact(seen, one), spent))
        done()
    return Score({region: _score(rows) for region, rows in sorted(results.items())})


def _score(rows: Sequence[tuple[bool, bool, float]]) -> RegionScore:
    found, exact, spent = zip(*rows, strict=True)
    count = len(rows)
    return RegionScore(count, round(sum(found) / count, 4), round(sum(exact) / count, 4), round(1000 * median(spent)))


def _found(seen: Seen, one: Labelled) -> bool:
    boxes = list(_plate_boxes(seen))
    return any(one.box is None or overlap(box, one.box) >= FOUND_IOU for box in boxes)


def _exact(seen: Seen, one: Labelled) -> bool:
    """Whether the labelled plate was read to the letter: any of the picture's, for its other plates have no label."""
    return any(target.plate is not None and target.plate.text == one.text for target in seen.targets)


def _plate_boxes(seen: Seen) -> Iterator[Box]:
    return (target.plate_box for target in seen.targets if target.plate_box is not None)


def _box(row: dict[str, str]) -> Box | None:
    if not row["x1"]:
        return None
    x0, y0, x1, y1 = (round(float(row[name])) for name in ("x1", "y1", "x2", "y2"))
    return Box(x=max(x0, 0), y=max(y0, 0), width=max(x1 - x0, 0), height=max(y1 - y0, 0))
