"""The first reader: a detector's box → corners → the plate seen straight on → characters → a calibrated confidence.

A plate is looked at once; where that does not settle it, once more a little looser, and the two looks are fused
(`fusion.py`). What the look is worth says a calibration fitted on plates that nothing was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta, Struct

from adjudication.errors import Invalid
from adjudication.units import Bp, Name
from vision import curve
from vision.boxes import Boxes
from vision.corners import CornerFinder
from vision.curve import Steps
from vision.decode import Picture
from vision.frontal import Corners, frontal
from vision.fusion import Fused, fuse
from vision.plate_quality import Quality, quality
from vision.plate_reader import NONE, Glimpse, PlateReader, view

FILE = "confidence.json"
"""In `vision/weights`: belongs to the weights it was fitted with."""
SETTLED_NATS = 7.0
"""Evidence from which on one look is enough: three plates in four on the road need no second."""
LOOSER = 0.03
"""How much further out the second look's corners are, of the plate's size: a character cut at the edge comes back."""
MOST_NATS = 16.0
"""Nothing is surer than single precision can say."""


class Confidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fitted calibration of the first reader, `reader` by its digest."""

    reader: Name
    fitted_on: str
    steps: Annotated[Steps, Meta(min_length=1)]

    @classmethod
    def parse(cls, data: bytes) -> "Confidence":
        """The calibration from its file.

        Raises:
            Invalid: `calibration-malformed`; the detail says what is wrong.
        """
        try:
            calibration = msgspec.json.decode(data, type=cls)
        except msgspec.DecodeError as error:
            raise Invalid("calibration-malformed", str(error)) from error
        curve.checked(calibration.steps)
        return calibration


@dataclass(frozen=True, slots=True)
class FirstRead:
    """What is on one plate. `fused` is None where nothing could be read; `nats` is the evidence for its text.

    `country` is the one whose sign or layout shows, "?" for none, with how sure that is, 0–1.
    """

    corners: Corners
    fused: Fused | None
    nats: float
    country: str
    country_certainty: float
    quality: Quality


class FirstReader:
    """Boxes of plates in, what is on them out."""

    def __init__(self, corners: CornerFinder, reader: PlateReader) -> None:
        self._corners = corners
        self._reader = reader

    def __call__(self, asked: Sequence[tuple[Picture, Sequence[Boxes]]]) -> list[FirstRead]:
        """One read for each box [4] of each picture, in order; the plates of all pictures run together."""
        found = [(picture, corners) for picture, boxes in asked for corners in self._corners(picture, boxes)]
        flat = [frontal(picture, corners) for picture, corners in found]
        glimpses = self._reader(flat)
        views = [view(glimpse) for glimpse in glimpses]
        reads = [fuse(one, None) for one in views]
        again = [number for number, read in enumerate(reads) if read is not None and _nats(read) < SETTLED_NATS]
        looser = [frontal(found[number][0], _looser(found[number][1])) for number in again]
        for number, glimpse in zip(again, self._reader(looser), strict=True):
            reads[number] = fuse(views[number], view(glimpse))
        return [
            _read(corners, fused, glimpse, quality(plate, corners, rows=fused.rows if fused is not None else 1))
            for (_, corners), plate, fused, glimpse in zip(found, flat, reads, glimpses, strict=True)
        ]


def _looser(corners: Corners) -> Corners:
    middle = corners.mean(axis=0)
    return np.asarray(middle + (corners - middle) * (1 + 2 * LOOSER), np.float32)


def _nats(fused: Fused) -> float:
    return min(-log(max(1 - fused.certainty, 1e-7)), MOST_NATS)


def _read(corners: Corners, fused: Fused | None, glimpse: Glimpse, seen: Quality) -> FirstRead:
    country, certainty = max(glimpse.countries.items(), key=lambda pair: pair[1])
    nats = _nats(fused) if fused is not None else 0.0
    return FirstRead(corners, fused, nats, "?" if country == NONE else country, certainty, seen)


@lru_cache(maxsize=1)
def shipped() -> Confidence:
    """The calibration that belongs to the weights in this package.

    Raises:
        Invalid: as `Confidence.parse`.
    """
    return Confidence.parse((files("vision") / "weights" / FILE).read_bytes())


def confidence_bp(nats: float, calibration: Confidence) -> Bp:
    """What the first read alone is worth."""
    return curve.worth(calibration.steps, nats)
