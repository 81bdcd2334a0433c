"""Labelled photographs: an operator's own, or the ones of a benchmark.

The truth is CSV with the columns region, file, x1, y1, x2, y2, text and as many further ones as the operator likes:
the figures are broken down by each of those (`condition`, `format`, `camera`). A picture lies at REGION/FILE of the
folder, or at FILE. It has one row for each of its plates; the four box columns may be empty where the place is not
known. A row with a box and no text is a plate that cannot be read; one with neither is a picture without any plate.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import msgspec

from adjudication.errors import Invalid
from adjudication.facts import Box
from adjudication.plates import normalise

CORNERS = ("x1", "y1", "x2", "y2")
ABSENT = "the picture is absent"
COLUMNS = ("region", "file", *CORNERS, "text")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled plate. `box` is None where its place is not known, `text` normalised and "" where it cannot be read.

    `conditions` has a value for each further column, in their order; `line` is the row's in the truth.
    """

    line: int
    region: str
    path: Path
    box: Box | None
    text: str
    conditions: tuple[str, ...] = ()

    @property
    def is_plate(self) -> bool:
        """Whether there is a plate; else the row says that the picture has none."""
        return bool(self.text) or self.box is not None


class BadRow(msgspec.Struct, frozen=True):
    """A row that is left out: its line in the truth, and why."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What is labelled, the rows left out, and the names of the further columns."""

    labelled: tuple[Labelled, ...]
    bad: tuple[BadRow, ...]
    conditions: tuple[str, ...]


def read_truth(truth: Path, folder: Path) -> Truth:
    """The labelled plates of a CSV file; rows that say nothing sound, and those whose picture is absent, are in `bad`.

    Commas or semicolons, with or without a byte order mark: spreadsheets write all four.

    Raises:
        Invalid: `truth-malformed`, a column is missing.
    """
    # A byte that is no UTF-8 stays with its own row.
    with truth.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
        head = file.readline()
        columns = [name.strip() for name in next(csv.reader([head], delimiter=_delimiter(head)), [])]
        if lacking := [name for name in COLUMNS if name not in columns]:
            raise Invalid("truth-malformed", f"line 1: the columns {', '.join(lacking)} are missing")
        read = [_row(line, cells, columns, folder) for line, cells in _numbered(file, _delimiter(head)) if cells != []]
    labelled = [row for row in read if isinstance(row, Labelled)]
    bad = [row for row in read if isinstance(row, BadRow)]
    kept, repeats = _without_repeats(labelled)
    further = tuple(name for name in columns if name not in COLUMNS)
    return Truth(tuple(kept), tuple(sorted(bad + repeats, key=lambda row: row.line)), further)


def by_picture(labelled: Sequence[Labelled]) -> list[list[Labelled]]:
    """The labels of each picture, pictures in the order in which they are first named."""
    pictures: dict[Path, list[Labelled]] = {}
    for one in labelled:
        pictures.setdefault(one.path, []).append(one)
    return list(pictures.values())


def _delimiter(head: str) -> str:
    return ";" if head.count(";") > head.count(",") else ","


def _numbered(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row below the heading with the line it begins on; of a row that is no CSV, what is wrong with it."""
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        line = rows.line_num + 2
        try:
            yield line, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, str(error)


def _row(line: int, cells: list[str] | str, columns: Sequence[str], folder: Path) -> Labelled | BadRow:
    if fault := _fault(cells, len(columns)):
        return BadRow(line, fault)
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    path, box, text = _path(row, folder), _box(row), normalise(row["text"])
    if isinstance(path, str):
        return BadRow(line, path)
    if isinstance(box, str):
        return BadRow(line, box)
    if row["text"] and not text:
        return BadRow(line, "the text has neither letter nor digit")
    return Labelled(line, row["region"], path, box, text, tuple(row[n] for n in columns if n not in COLUMNS))


def _fault(cells: list[str] | str, columns: int) -> str:
    """What keeps a row from being read at all, "" if nothing."""
    if isinstance(cells, str):
        return f"not CSV: {cells}"
    if len(cells) != columns:
        return f"{len(cells)} cells where the heading has {columns} columns"
    return "" if "".join(cells).isprintable() else "a character that is not printable; the file must be UTF-8"


def _path(row: dict[str, str], folder: Path) -> Path | str:
    """Where the picture lies, or what is wrong."""
    if not row["file"]:
        return "no file is named"
    places = [folder / row["region"] / row["file"], folder / row["file"]]
    inside = [place for place in places if place.resolve().is_relative_to(folder.resolve())]
    if len(inside) < len(places):
        return "the picture lies outside of the folder"
    return next((place for place in places if place.is_file()), ABSENT)


def _box(row: dict[str, str]) -> Box | str | None:
    """The labelled box, None where there is none, or what is wrong."""
    cells = [row[name] for name in CORNERS]
    if not any(cells):
        return None
    try:
        x0, y0, x1, y1 = (float(cell.replace(",", ".")) for cell in cells)
    except ValueError:
        return f"{', '.join(CORNERS)} are four numbers or all empty"
    if not all(map(isfinite, (x0, y0, x1, y1))):
        return f"{', '.join(CORNERS)} are four numbers or all empty"
    left, top = max(round(x0), 0), max(round(y0), 0)
    box = Box(x=left, y=top, width=round(x1) - left, height=round(y1) - top)
    return box if box.width > 0 and box.height > 0 else "the box is empty: x1 < x2 and y1 < y2 are needed"


def _without_repeats(labelled: Sequence[Labelled]) -> tuple[list[Labelled], list[BadRow]]:
    """The same plate twice would count twice."""
    first: dict[object, Labelled] = {}
    repeats = []
    for row in labelled:
        before = first.setdefault((row.path, row.box, row.text), row)
        if before is not row:
            repeats.append(BadRow(row.line, f"repeats line {before.line}"))
    return list(first.values()), repeats
