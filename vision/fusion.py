"""Reads of one plate made into one that says how sure it is: of two views by one reader, then of two readers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, prod, sqrt

import msgspec

from adjudication import plates
from adjudication.facts import PlateReading
from vision import ctc, spacing
from vision.agreement import Agreement
from vision.ctc import Emissions, Read
from vision.decode import Picture
from vision.ports import SecondRead
from vision.rectify import Strips
from vision.spacing import Places

CERTAIN = 0.9999
"""No reader is ever certain."""
DISPUTED = 0.5
"""The most a reading may claim whose second read differs: either may be right."""
CANDIDATES = 6
"""Kept of each line and each row. Chosen, not swept: what comes later has a vanishing share of the certainty."""
ABSENT = 2.0
"""Nats below a view's last candidate at which a text stands that the view does not have."""
SIGN = "KZ"
"""Stands under the flag, left of the upper row."""
BP = 10_000

Lines = Callable[[Sequence[Picture]], Sequence[Emissions]]
"""Strips with one line of text each, to what a recogniser says of their columns."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that a view may show: of one row, or of two whose characters are put in the plate's order."""

    text: str
    shape: str
    score: float
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What one view of a plate says: the strips' emissions and the candidates of them all, best first."""

    line: Emissions
    rows: tuple[Emissions, Emissions] | None
    candidates: tuple[Candidate, ...]

    def score(self, text: str) -> float:
        """The score of a text, in nats."""
        last = self.candidates[-1].score - ABSENT
        return next((one.score for one in self.candidates if one.text == text), last)

    def certainties(self, candidate: Candidate) -> tuple[float, ...]:
        """How sure each character of a candidate is in this view."""
        admit = ctc.admitted(candidate.text, candidate.shape)
        if len(candidate.rows) == 1 or self.rows is None:
            return ctc.certainties(self.line, candidate.text, admit)
        order = plates.plate_order("".join(candidate.rows))
        allowed = dict(zip(order, admit, strict=True))
        upper, lower = candidate.rows
        in_rows = (
            *ctc.certainties(self.rows[0], upper, [allowed[place] for place in range(len(upper))]),
            *ctc.certainties(self.rows[1], lower, [allowed[len(upper) + place] for place in range(len(lower))]),
        )
        return tuple(in_rows[place] for place in order)


@dataclass(frozen=True, slots=True)
class Fused:
    """The reading of a plate: a certainty 0–1 for the whole and for each character; `rows` on how many lines it stands.

    `second` is what the other view says by itself, "" if nothing, and how sure it is of that.
    """

    text: str
    certainty: float
    characters: tuple[float, ...]
    rows: int
    second: str
    second_certainty: float


def agree(first: PlateReading, second: SecondRead, calibration: Agreement | None = None) -> PlateReading:
    """The first reader's reading after the second reader spoke, as sure as both together are.

    One text: by `calibration`, which was fitted to how often two such reads were right, or where there is none as sure
    as the first. Two texts: at most `DISPUTED`. Nothing read: as sure as the first alone, which law does not accept.
    What the first claimed alone is kept beside it.
    """
    return msgspec.structs.replace(
        first,
        confidence_bp=_joint_bp(first, second, calibration),
        first_confidence_bp=first.confidence_bp,
        second=second.text,
        second_confidence_bp=second.confidence_bp,
    )


def _joint_bp(first: PlateReading, second: SecondRead, calibration: Agreement | None) -> int:
    if second.text and second.text != first.text:
        return min(first.confidence_bp, round(DISPUTED * BP))
    if not second.text or calibration is None:
        return first.confidence_bp
    return calibration.confidence_bp(first.confidence_bp)


def read_plates(lines: Lines, pairs: Sequence[tuple[Strips, Strips]], places: Places) -> list[Fused | None]:
    """Two views of each plate; all strips of all plates run together.

    `places`: where characters of each format stand (vision/spacing.py).
    """
    views = iter(_views(lines, [strips for pair in pairs for strips in pair], places))
    return [fuse(next(views), next(views)) for _ in pairs]


def _views(lines: Lines, wanted: Sequence[Strips], places: Places) -> list[View | None]:
    """What each view says."""
    emissions = iter(lines([strip for strips in wanted for strip in (strips.line, *(strips.rows or ()))]))
    return [
        read_view(next(emissions), (next(emissions), next(emissions)) if strips.rows is not None else None, places)
        for strips in wanted
    ]


def read_view(line: Emissions, rows: tuple[Emissions, Emissions] | None, places: Places) -> View | None:
    """What one view says, read as one line and, where it may have two rows, as those; None if nothing."""
    single = [
        Candidate(read.text, read.shape, read.score - _misplaced(line, read.text, places), (read.text,))
        for read in ctc.read(line, CANDIDATES)
    ]
    tried = [*single, *(_two_rows(*rows) if rows is not None else ())]
    best: dict[str, Candidate] = {}
    for candidate in sorted(tried, key=lambda one: -one.score):
        best.setdefault(candidate.text, candidate)
    return View(line, rows, tuple(best.values())[: 2 * CANDIDATES]) if best else None


def _misplaced(line: Emissions, text: str, places: Places) -> float:
    """What speaks against a text of Kazakhstan's on one line in where its characters stand, in nats; of several formats
    that may bear it, the best counts, and none where no places are known."""
    known = (places.get(spacing.key(each.id, 1, len(text))) for each in plates.classify(text))
    expected = [each for each in known if each is not None]
    if not expected:
        return 0.0
    spans = ctc.located(line, text)
    return min(spacing.against_nats(each, spans, len(line)) for each in expected)


def fuse(one: View | None, other: View | None) -> Fused | None:
    """One reading: of the two views' own texts the one that both together find likelier.

    The view that gives it most is the first read, the other the second; where that says something else, the reading
    claims no more than `DISPUTED`.
    """
    views = [view for view in (one, other) if view is not None]
    if not views:
        return None
    texts = {candidate.text: candidate for view in views for candidate in view.candidates}
    joint = {text: sum(view.score(text) for view in views) / len(views) for text in texts}
    # Only what some view finds likeliest: two views that each skip another character would agree on the rest.
    text = max((view.candidates[0].text for view in views), key=lambda each: (joint[each], each))
    share = 1 / sum(exp(score - joint[text]) for score in joint.values())
    holding = [view for view in views if any(candidate.text == text for candidate in view.candidates)]
    first = max(holding, key=lambda view: view.score(text))
    chosen = next(candidate for candidate in first.candidates if candidate.text == text)
    characters = first.certainties(chosen)
    second, sure = next((_own(view) for view in views if view is not first), ("", 0.0))
    certainty = min(prod(characters), share)
    certainty = _together(certainty, sure) if second == text else min(certainty, DISPUTED)
    return Fused(text, certainty, characters, len(chosen.rows), second, sure)


def _together(first: float, second: float) -> float:
    """How sure two views are that say the same. They look at one plate: the second counts for half of a free one."""
    return min(1 - (1 - first) * sqrt(1 - second), CERTAIN)


def _own(view: View) -> tuple[str, float]:
    """A view's own best text and how sure it is of it."""
    best = view.candidates[0]
    share = 1 / sum(exp(candidate.score - best.score) for candidate in view.candidates)
    return best.text, min(prod(view.certainties(best)), share, CERTAIN)


def _two_rows(upper: Emissions, lower: Emissions) -> list[Candidate]:
    """Each way to put rows together, with and without the country's sign before the upper one."""
    found = []
    for above, below in product(_upper_rows(upper), ctc.read_row(lower, CANDIDATES)):
        text = plates.region_last(above.text + below.text)
        cost, shape = ctc.form_cost(text)
        found.append(Candidate(text, shape, above.score + below.score - cost, (above.text, below.text)))
    return found


def _upper_rows(upper: Emissions) -> list[Read]:
    reads = ctc.read_row(upper, CANDIDATES)
    unsigned = [
        Read(read.text.removeprefix(SIGN), read.score - ctc.SIGN_COST, "")
        for read in reads
        if read.text.startswith(SIGN) and len(read.text) > len(SIGN)
    ]
    return [*reads, *unsigned]
