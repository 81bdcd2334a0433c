"""Which of the plates somebody saw in a picture is which of those labelled there."""

from collections.abc import Sequence
from dataclasses import dataclass

from adjudication.facts import Box
from adjudication.plates import normalise
from vision.evaluate.confusion import distance
from vision.evaluate.truth import Labelled
from vision.ports import Seen
from vision.targets import overlap

FOUND_IOU = 0.3
"""A found box is the labelled one from this overlap on: labels are drawn by hand, and plates are small."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One plate somebody saw. `text` is normalised, "" where nothing was read; `confidence` is 0–1.

    `others` are further texts it might be (another candidate, a second read).
    """

    text: str
    confidence: float
    box: Box | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled plate, and what somebody saw of it. `found` is of its place, the rest of its text."""

    label: Labelled
    sight: Sight | None
    found: bool

    @property
    def read(self) -> str:
        """What was read, "" if nothing."""
        return self.sight.text if self.sight is not None else ""

    @property
    def exact(self) -> bool:
        """Whether it was read to the letter."""
        return bool(self.label.text) and self.read == self.label.text

    @property
    def among(self) -> bool:
        """Whether the right text was among all that were offered for it."""
        return self.exact or (self.sight is not None and self.label.text in self.sight.others)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture judged: its plates, what was read beside them, the time it took, and that of all cores together.

    `first` is whether the surest of all reads is the text of a labelled plate.
    """

    plates: tuple[Judged, ...]
    beside: tuple[Sight, ...]
    first: bool
    ms: float
    cpu_ms: float = 0.0


def sights(seen: Seen) -> tuple[Sight, ...]:
    """The plates of one answer of the eyes, surest first."""
    plates = (
        Sight("", 0.0, target.plate_box)
        if target.plate is None
        else Sight(
            normalise(target.plate.text),
            target.plate.confidence_bp / 10_000,
            target.plate_box,
            (normalise(target.plate.second),) if target.plate.second else (),
        )
        for target in seen.targets
        if target.plate is not None or target.plate_box is not None
    )
    return tuple(sorted(plates, key=lambda one: -one.confidence))


def judge(labels: Sequence[Labelled], seen: Sequence[Sight], ms: float, cpu_ms: float = 0.0) -> Picture:
    """Gives each labelled plate of one picture at most one of `seen` (surest first), and each of those to one plate.

    First comes what was read to the letter, then what lies where the label does, then, for plates whose place is not
    known, whatever is left and nearest in its letters. A plate is found if any box lies on it.
    """
    plates = [label for label in labels if label.is_plate]
    given = _given(plates, seen)
    taken = set(given.values())
    surest = next((one for one in seen if one.text), None)
    return Picture(
        plates=tuple(_judged(n, label, seen, given) for n, label in enumerate(plates)),
        beside=tuple(one for n, one in enumerate(seen) if n not in taken and one.text),
        first=surest is not None and surest.text in {label.text for label in plates},
        ms=ms,
        cpu_ms=cpu_ms,
    )


def _judged(number: int, label: Labelled, seen: Sequence[Sight], given: dict[int, int]) -> Judged:
    sight = seen[given[number]] if number in given else None
    found = sight is not None if label.box is None else any(_share(label, one) >= FOUND_IOU for one in seen)
    return Judged(label, sight, found)


def _given(plates: Sequence[Labelled], seen: Sequence[Sight]) -> dict[int, int]:
    """The number of the sight of each plate that has one, the best pairs first."""
    ranked = sorted(
        (rank, n, m)
        for n, label in enumerate(plates)
        for m, sight in enumerate(seen)
        if (rank := _rank(label, sight)) is not None
    )
    given: dict[int, int] = {}
    for _, n, m in ranked:
        if n not in given and m not in given.values():
            given[n] = m
    return given


def _rank(label: Labelled, sight: Sight) -> tuple[int, float, float] | None:
    """How well a sight goes with a label, least first; None if it does not."""
    share = _share(label, sight)
    if label.text and sight.text == label.text:
        return 0, -share, -sight.confidence
    if share >= FOUND_IOU:
        return 1, -share, -sight.confidence
    if label.box is None:
        return (2, distance(label.text, sight.text), -sight.confidence) if sight.text else (3, 0.0, 0.0)
    return None


def _share(label: Labelled, sight: Sight) -> float:
    return 0.0 if label.box is None or sight.box is None else overlap(label.box, sight.box)
