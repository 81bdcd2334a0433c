"""The first reader: our own small network over a plate seen straight on, of one line or two, and what it says read.

The network gives for each of two rows 48 columns of character probabilities, and how likely each format and country
is. A plate of one line has an empty lower row. The format's probabilities are the prior of the search for a text, so
0 and O, 1 and I, 8 and B are decided by position and by what kind of plate this is. Made by `vision/train`; figures
and limits stand on the card beside the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import log
from pathlib import Path

import numpy as np

from adjudication import plates
from vision import ctc
from vision.ctc import BLANK, Emissions, Prior
from vision.decode import Picture
from vision.fusion import CANDIDATES, Candidate, View
from vision.onnx import Floats, Network

FILE = Path(__file__).parent / "weights" / "plate-reader.onnx"
"""Committed: half a million weights."""
FORMATS, COUNTRIES = "formats", "countries"
"""The model's metadata that name its classes, with commas between."""
NONE, FOREIGN = "none", "LATIN"
LEAST_PRIOR = 1e-4
"""The least a format is given: the network's look at the whole never outvotes nine clear nats of characters."""
SHAPELESS_COST = 1.5
"""Nats that a foreign text of no known shape must be clearer than one of a known shape: known ones are the commoner."""
BEYOND_DOUBT, NO_DOUBT = 14.0, 0.01
"""Nats against an empty lower row from which on the plate is of two lines, and below which it is of one."""
BATCH = 16
"""Plates run together: more are not faster on a CPU, and a GPU is filled by several pictures' plates."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the network says of one plate: `upper` and `lower` [T, 37] probabilities of characters and blank, T ≤ 48;
    how likely each format and each country is, `none` among both."""

    upper: Emissions
    lower: Emissions
    formats: dict[str, float]
    countries: dict[str, float]


class PlateReader:
    """Plates seen straight on, to what is on them."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._formats = network.metadata(FORMATS).split(",")
        self._countries = network.metadata(COUNTRIES).split(",")

    def __call__(self, pictures: Sequence[Picture]) -> list[Glimpse]:
        """A glimpse of each plate, uint8 BGR [64, 192, 3]."""
        seen: list[Glimpse] = []
        for start in range(0, len(pictures), BATCH):
            rows, formats, countries = self._network.run(np.stack(pictures[start : start + BATCH]))
            seen += [self._glimpse(*each) for each in zip(rows, formats, countries, strict=True)]
        return seen

    def _glimpse(self, rows: Floats, formats: Floats, countries: Floats) -> Glimpse:
        upper, lower = np.asarray(rows, np.float64)
        return Glimpse(
            ctc.condensed(upper),
            ctc.condensed(lower),
            dict(zip(self._formats, map(float, formats), strict=True)),
            dict(zip(self._countries, map(float, countries), strict=True)),
        )


def view(glimpse: Glimpse) -> View | None:
    """The texts a glimpse may show, best first; None where every column is blank."""
    prior = _prior(glimpse)
    found = [*_one_line(glimpse, prior), *_two_lines(glimpse, prior)]
    best: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda one: -one.score):
        best.setdefault(candidate.text, candidate)
    rows = (glimpse.upper, glimpse.lower)
    return View(glimpse.upper, rows, tuple(best.values())[: 2 * CANDIDATES]) if best else None


def _prior(glimpse: Glimpse) -> Prior:
    costs = {name: -log(max(share, LEAST_PRIOR)) for name, share in glimpse.formats.items()}
    # Two formats of one shape (a trailer's of two letters, a motorcycle's) are one to the search: the likelier counts.
    return Prior(costs, costs[FOREIGN], costs[FOREIGN] + SHAPELESS_COST, lends=False)


def _one_line(glimpse: Glimpse, prior: Prior) -> list[Candidate]:
    empty = _empty(glimpse.lower)
    if empty < -BEYOND_DOUBT:
        return []
    reads = ctc.read(glimpse.upper, CANDIDATES, prior)
    return [Candidate(read.text, read.shape, read.score + empty, (read.text,)) for read in reads]


def _two_lines(glimpse: Glimpse, prior: Prior) -> list[Candidate]:
    if _empty(glimpse.lower) > -NO_DOUBT:
        return []
    found = []
    rows = (ctc.read_row(row, CANDIDATES, lends=False) for row in (glimpse.upper, glimpse.lower))
    for above, below in product(*rows):
        text = plates.region_last(above.text + below.text)
        cost, shape = ctc.form_cost(text, prior)
        found.append(Candidate(text, shape, above.score + below.score - cost, (above.text, below.text)))
    return found


def _empty(row: Emissions) -> float:
    """Log probability that nothing stands on a row."""
    return float(np.log(np.maximum(row[:, BLANK], 1e-9)).sum())
