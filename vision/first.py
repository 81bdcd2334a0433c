"""The first reader: a detector's box → corners → the plate seen straight on → characters → a calibrated confidence.

A plate is looked at once; where that leaves much doubt, twice more, for the text that is left with the least. What a
look is worth says a calibration fitted on plates that nothing was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from pathlib import Path
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from adjudication.units import Bp, Name
from vision import curve, known, spacing
from vision.boxes import Boxes
from vision.corners import WEIGHTS, CornerFinder, open_corners
from vision.curve import Knots
from vision.decode import Picture
from vision.frontal import Corners, box_corners, frontal
from vision.onnx import CPU, Device, Network
from vision.plate_quality import Quality, quality
from vision.plate_reader import NONE, Glimpse, PlateReader, Said, said
from vision.spacing import Places

READER, FILE = "plate-reader.onnx", "confidence.json"
"""In `WEIGHTS`: a network of half a million weights, and its calibration."""
SETTLED = 0.1
"""Doubt below which one look is enough: nine plates in ten on the road. Further looks choose the text of the others,
and never claim more than this. Chosen on the 60,000 plates of the calibration: of the surest 84 % of reads 5 were wrong
by the first look alone, and 9 where three looks that agree could claim more than one."""
HIDING = 2.0
"""Nats that a read loses where a place among its characters is hidden wholly. Chosen on the same: of the surest 86 % of
reads then 6 were wrong instead of 9. What it is worth elsewhere says the card."""
DISSENT = 0.5
"""Of a disagreeing look's certainty, what is left as doubt at least."""
LOOSER = 0.03
"""How much further out the second look's corners are, of the plate's size: a character cut at the edge comes back."""
AROUND = 0.2
"""Of the plate's size, kept on each side for further looks: they show a little beyond their corners, and average."""
LEAST_PX, DISPUTED_BP = 14.0, 5_000
"""Height of a line below which nothing was calibrated (plates 90 pixels wide and more, some aslant), and the most
claimed there."""
UNREAD_BP = 4_900
"""The most claimed where doubt and hiding have left no evidence at all: less than one half, though of such reads of
Kazakhstan's drawn plates more are right. They may be of anything, and are as good as unread (policy
`unread_confidence_bp`): else a spoilt plate read as some foreign text would be referred."""
MOST_NATS = 16.0
"""Nothing is surer than single precision can say."""


class Confidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fitted calibration of the first reader, `reader` by its digest."""

    reader: Name
    fitted_on: str
    knots: Annotated[Knots, Meta(min_length=1)]

    @classmethod
    def parse(cls, data: bytes) -> "Confidence":
        """The calibration from its file.

        Raises:
            Invalid: `calibration-malformed`; the detail says what is wrong.
        """
        return curve.parsed(data, cls)


@dataclass(frozen=True, slots=True)
class Shown:
    """A plate as it is shown to the reader: its corners in the picture, seen straight on, and what is around it.

    The picture itself is not needed any more. `wider` are corners in `around`: a little looser, and the detector's box
    as it stands, for where the corners found are wrong.
    """

    corners: Corners
    plate: Picture
    around: Picture
    wider: tuple[Corners, Corners]

    @property
    def further(self) -> tuple[Picture, Picture]:
        """Two further looks, straightened only where they are asked for."""
        looser, bare = self.wider
        return frontal(self.around, looser), frontal(self.around, bare)


@dataclass(frozen=True, slots=True)
class FirstRead:
    """What is on one plate. `said` is None where nothing could be read; `nats` is the evidence for its text.

    `country` is the one whose sign or layout shows, "?" for none, with how sure that is, 0–1; `plate` how sure it is
    that this is a plate at all.
    """

    said: Said | None
    nats: float
    country: str
    country_certainty: float
    plate: float
    quality: Quality


class FirstReader:
    """Boxes of plates in, what is on them out, in two steps: a picture is let go before the next is taken."""

    def __init__(self, corners: CornerFinder, reader: PlateReader, places: Places) -> None:
        """`places`: where characters of each format are seen by this very reader (vision/spacing.py)."""
        self._corners = corners
        self._reader = reader
        self._places = places

    def show(self, picture: Picture, boxes: Sequence[Boxes]) -> list[Shown]:
        """The plate in each box [4] of a picture."""
        return [_shown(picture, *each) for each in zip(self._corners(picture, boxes), boxes, strict=True)]

    def read(self, shown: Sequence[Shown]) -> list[FirstRead]:
        """What is on each; the plates of all pictures run together."""
        glimpses = self._reader([one.plate for one in shown])
        heard = [said(glimpse, self._places) for glimpse in glimpses]
        best = [(one, one.doubt) if one is not None else None for one in heard]
        again = [number for number, one in enumerate(heard) if one is not None and one.doubt > SETTLED]
        further = iter(self._reader([look for number in again for look in shown[number].further]))
        for number in again:
            looks = (said(next(further), self._places) for _ in shown[number].wider)
            best[number] = _agreed([look for look in (heard[number], *looks) if look is not None])
        return [_read(*each) for each in zip(shown, best, glimpses, strict=True)]


def _shown(picture: Picture, corners: Corners, box: Boxes) -> Shown:
    wider = _looser(corners), box_corners(*map(float, box))
    points = np.concatenate(wider)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = AROUND * (high - low)
    height, width = picture.shape[:2]
    x0, y0 = np.floor(low - margin).clip(0, (width - 2, height - 2)).astype(int)
    x1, y1 = np.ceil(high + margin).clip((x0 + 2, y0 + 2), (width, height)).astype(int)
    corner = np.array((x0, y0), np.float32)
    looser, bare = (each - corner for each in wider)
    return Shown(corners, frontal(picture, corners), picture[y0:y1, x0:x1].copy(), (looser, bare))


def _agreed(looks: Sequence[Said]) -> tuple[Said, float]:
    """Of several looks the text that is left with the least doubt, and that doubt, `SETTLED` or more.

    All looks are at one plate, so a second that agrees counts for half of a free one. One that disagrees, and is
    itself sure, leaves its certainty as a doubt.
    """
    joint = (_joint(text, looks) for text in dict.fromkeys(look.text for look in looks))
    said_best, doubt = min(joint, key=lambda pair: pair[1])
    return said_best, max(doubt, SETTLED)


def _joint(text: str, heard: Sequence[Said]) -> tuple[Said, float]:
    own = sorted((look for look in heard if look.text == text), key=lambda look: look.doubt)
    others = max((1 - look.doubt for look in heard if look.text != text), default=0.0)
    doubt = own[0].doubt * (sqrt(own[1].doubt) if len(own) > 1 else 1.0)
    return own[0], min(max(doubt, others * DISSENT), 1.0)


def _looser(corners: Corners) -> Corners:
    middle = corners.mean(axis=0)
    return np.asarray(middle + (corners - middle) * (1 + 2 * LOOSER), np.float32)


def _read(shown: Shown, best: tuple[Said, float] | None, glimpse: Glimpse) -> FirstRead:
    country, certainty = max(glimpse.countries.items(), key=lambda pair: pair[1])
    text, doubt = best if best is not None else (None, 1.0)
    hides = text.hidden if text is not None else 0.0
    return FirstRead(
        text,
        max(min(-log(max(doubt, 1e-9)), MOST_NATS) - HIDING * hides, 0.0),
        "?" if country == NONE else country,
        certainty,
        1 - glimpse.formats[NONE],
        quality(shown.plate, shown.corners, rows=text.rows if text is not None else 1, hidden=hides),
    )


def open_first(*, threads: int = 1, device: Device = CPU) -> FirstReader:
    """The reader of this package, on `device`.

    Raises:
        Invalid: `provider-unavailable`, the device is not there; `reader-differs`, it is not what was calibrated; as
            `spacing.shipped` and `known.load`.
    """
    reader = Network(WEIGHTS / READER, threads=threads, device=device)
    known.check(reader, known.load(WEIGHTS / known.FILE))
    return FirstReader(open_corners(threads=threads, device=device), PlateReader(reader), spacing.shipped())


def first_reader(weights: Path, where: Places) -> FirstReader:
    """The reader of the networks in a folder, as they are trained and judged: on the processor, unchecked."""
    return FirstReader(open_corners(weights), PlateReader(Network(weights / READER)), where)


@lru_cache(maxsize=1)
def shipped() -> Confidence:
    """The calibration that belongs to the weights in this package.

    Raises:
        Invalid: as `Confidence.parse`.
    """
    return Confidence.parse((WEIGHTS / FILE).read_bytes())


def confidence_bp(read: FirstRead, calibration: Confidence) -> Bp:
    """What the first read alone is worth. A plate smaller than any that was calibrated on is disputed at best."""
    worth = claimed_bp(read.nats, calibration)
    return worth if read.quality.line_px >= LEAST_PX else min(worth, DISPUTED_BP)


def claimed_bp(nats: float, calibration: Confidence) -> Bp:
    """What so much evidence is worth; without any, a read is as good as none."""
    worth = curve.worth(calibration.knots, nats)
    return worth if nats > 0 else min(worth, UNREAD_BP)
