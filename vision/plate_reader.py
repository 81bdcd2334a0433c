"""The first reader: our own small network over a plate seen straight on, of one line or two, and what it says read.

The network gives for each of two rows 48 columns of character probabilities, and how likely each format and country
is. A plate of one line has an empty lower row. The format's probabilities are the prior of the search for a text, so
0 and O, 1 and I, 8 and B are decided by position and by what kind of plate this is. Made by `vision/train`; figures
and limits stand on the card beside the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import exp, log, prod

import numpy as np

from adjudication import plates
from vision import ctc, spacing
from vision.ctc import ALPHABET, BLANK, Emissions, Prior, Span
from vision.decode import Picture
from vision.fusion import CANDIDATES, Candidate
from vision.onnx import Floats, Network
from vision.spacing import Places

FORMATS, COUNTRIES = "formats", "countries"
"""The model's metadata that name its classes, with commas between."""
NONE, FOREIGN = "none", "LATIN"
LEAST_PRIOR = 1e-4
"""The least a format is given: the network's look at the whole never outvotes nine clear nats of characters."""
SHAPELESS_COST = 2.5
"""Nats that a foreign text of no known shape must be clearer than one of a known shape: known ones are the commoner."""
BEYOND_DOUBT, NO_DOUBT = 14.0, 0.01
"""Nats against an empty lower row from which on the plate is of two lines, and below which it is of one."""
VEIL = (4, 48)
"""Places of a plate, down and across, of which the network says how much is hidden."""
BESIDE = {1: 4, 2: 8}
"""Columns of a character with its gap, by how many rows the plate has: on two they are fewer and wider."""
BATCH = 16
"""Plates run together: more are not faster on a CPU, and a GPU is filled by several pictures' plates."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the network says of one plate: `upper` and `lower` [48, 37] probabilities of characters and blank in the
    columns of each row; how likely each format and each country is, `none` among both; `veil` [4, 48], 0–1, how much is
    hidden in each place."""

    upper: Emissions
    lower: Emissions
    formats: dict[str, float]
    countries: dict[str, float]
    veil: Floats


@dataclass(frozen=True, slots=True)
class Said:
    """A text that a plate may bear, on so many `rows`, and the doubt that is left of it, 0–1.

    Of each character, in the plate's order: how sure it is, 0–1, and its columns. `hidden`, 0–1: how much the most
    hidden place among them is hidden, as the very look that read it sees.
    """

    text: str
    rows: int
    characters: tuple[float, ...]
    spans: tuple[Span, ...]
    doubt: float
    hidden: float


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
            answers = self._network.run(np.stack(pictures[start : start + BATCH]))
            seen += [self._glimpse(*each) for each in zip(*answers, strict=True)]
        return seen

    def _glimpse(self, rows: Floats, formats: Floats, countries: Floats, veil: Floats) -> Glimpse:
        upper, lower = np.asarray(rows, np.float64)
        return Glimpse(
            upper,
            lower,
            dict(zip(self._formats, map(float, formats), strict=True)),
            dict(zip(self._countries, map(float, countries), strict=True)),
            veil,
        )


def said(glimpse: Glimpse, places: Places) -> Said | None:
    """The likeliest text of a plate; None where every column is blank.

    Four doubts are multiplied out: that a character is another, that the whole is another text, that its characters do
    not stand where its format has them (`spacing.py`), and that it is of another format: only where the network gives
    its own less than one half, for the prior has counted that already.
    """
    prior = _prior(glimpse)
    found: dict[str, Candidate] = {}
    for candidate in (*_one_line(glimpse, prior), *_two_lines(glimpse, prior)):
        known = found.get(candidate.text)
        if known is None or candidate.score > known.score:
            found[candidate.text] = candidate
    if not found:
        return None
    best = max(found.values(), key=lambda one: one.score)
    share = 1 / sum(exp(one.score - best.score) for one in found.values())
    spans = _spans(glimpse, best)
    characters = _characters(glimpse, best, spans)
    fits = _fits(glimpse, best, spans, places)
    fit = sum(likely for likely, _ in fits)
    standing = sum(likely * stands for likely, stands in fits) / max(fit, LEAST_PRIOR)
    certainty = prod(characters) * share * min(1.0, 2 * fit) * standing
    rows = len(best.rows)
    return Said(best.text, rows, characters, spans, 1 - certainty, _hidden(glimpse, rows, spans))


def _hidden(glimpse: Glimpse, rows: int, spans: Sequence[Span]) -> float:
    """A character's width on either side counts too: a whole one may be hidden there."""
    first = min(span[0] for span in spans) - BESIDE[rows]
    last = max(span[1] for span in spans) + BESIDE[rows]
    return float(glimpse.veil[:, max(first, 0) : last + 1].max())


def _fits(glimpse: Glimpse, best: Candidate, spans: Sequence[Span], places: Places) -> list[tuple[float, float]]:
    """For each kind of plate that may bear the text: how likely it is, and how well the characters stand on it.

    Of formats that the network does not tell apart, the best standing counts.
    """
    stands: dict[str, float] = {}
    for each in plates.classify(best.text):
        name = _known(each.id, glimpse)
        stands[name] = max(stands.get(name, 0.0), _standing(each.id, best, spans, places))
    return [(glimpse.formats.get(name, 0.0), stand) for name, stand in stands.items()]


def _standing(format_id: str, best: Candidate, spans: Sequence[Span], places: Places) -> float:
    """How well the characters stand where the format has them, 0–1; 1 where that is not known."""
    expected = places.get(spacing.key(format_id, len(best.rows), len(best.text)))
    if expected is None:
        return 1.0
    return spacing.likelihood(spacing.astray(expected, spans), len(best.rows))


def _known(format_id: str, glimpse: Glimpse) -> str:
    return format_id if format_id in glimpse.formats else FOREIGN


def _rows(glimpse: Glimpse, candidate: Candidate) -> list[tuple[Emissions, str]]:
    return list(zip((glimpse.upper, glimpse.lower), candidate.rows, strict=False))


def _spans(glimpse: Glimpse, candidate: Candidate) -> tuple[Span, ...]:
    """The columns of each character on its row, in the plate's order."""
    in_rows = [span for row, text in _rows(glimpse, candidate) for span in ctc.aligned(row, text)]
    return tuple(in_rows[place] for place in _order(candidate))


def _order(candidate: Candidate) -> tuple[int, ...]:
    if len(candidate.rows) == 1:
        return tuple(range(len(candidate.text)))
    return plates.plate_order("".join(candidate.rows))


def _characters(glimpse: Glimpse, candidate: Candidate, spans: Sequence[Span]) -> tuple[float, ...]:
    """How sure each character is: its best column's share, counting in what may not stand at its position.

    Where no format of that shape is known to the network, anything may: foreign shapes are many, and nearly alike.
    """
    upper = len(candidate.rows[0])
    rows = (glimpse.upper if place < upper else glimpse.lower for place in _order(candidate))
    known = any(_known(each.id, glimpse) != FOREIGN for each in plates.classify(candidate.text))
    admitted = ctc.admitted(candidate.text, candidate.shape if known else "")
    return tuple(
        _certainty(row[first : last + 1], character, among)
        for row, character, among, (first, last) in zip(rows, candidate.text, admitted, spans, strict=True)
    )


def _certainty(columns: Emissions, character: str, among: str) -> float:
    own = ALPHABET.index(character)
    best = columns[columns[:, own].argmax()]
    others = best[_indices(among)].sum() - best[own]
    return max(float(1 - best[BLANK] - others), 0.0)


@lru_cache
def _indices(among: str) -> list[int]:
    return [ALPHABET.index(character) for character in among]


def _prior(glimpse: Glimpse) -> Prior:
    costs = {name: -log(max(share, LEAST_PRIOR)) for name, share in glimpse.formats.items()}
    # Two formats of one shape (a trailer's of two letters, a motorcycle's) are one to the search: the likelier counts.
    return Prior(costs, costs[FOREIGN], costs[FOREIGN] + SHAPELESS_COST, lends=False)


def _one_line(glimpse: Glimpse, prior: Prior) -> list[Candidate]:
    empty = _empty(glimpse.lower)
    if empty < -BEYOND_DOUBT:
        return []
    reads = ctc.read(ctc.condensed(glimpse.upper), CANDIDATES, prior)
    return [Candidate(read.text, read.shape, read.score + empty, (read.text,)) for read in reads]


def _two_lines(glimpse: Glimpse, prior: Prior) -> list[Candidate]:
    if _empty(glimpse.lower) > -NO_DOUBT:
        return []
    found = []
    shown = (ctc.condensed(row) for row in (glimpse.upper, glimpse.lower))
    rows = (ctc.read_row(row, CANDIDATES, lends=False) for row in shown)
    for above, below in product(*rows):
        text = plates.region_last(above.text + below.text)
        cost, shape = ctc.form_cost(text, prior)
        found.append(Candidate(text, shape, above.score + below.score - cost, (above.text, below.text)))
    return found


def _empty(row: Emissions) -> float:
    """Log probability that nothing stands on a row."""
    return float(np.log(np.maximum(row[:, BLANK], 1e-9)).sum())
