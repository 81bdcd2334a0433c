"""Signs that a picture is not what the sensor saw at that instant: an editor's marks, another time, another event's.

Signs, no proof: an editor that leaves none is not found, and a picture cut by more than a third of a per cent is not
known again. What is found is for a person.
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from adjudication.facts import Box, Likeness, QualityFlag
from adjudication.units import MICROS_PER_SECOND, Micros
from vision.decode import FORMATS, claimed_size

SIDE = 16
"""Cells of a likeness on each side. Twice as many tell no better: the plate's place separates, not the background."""
EDITORS = re.compile(
    r"photoshop|lightroom|gimp|paint\.?net|affinity|pixelmator|snapseed|picasa|photopea|imagemagick|graphicsmagick"
    r"|irfanview|xnview|faststone|acdsee|corel|darktable|rawtherapee|capture one|luminar|polarr|vsco|meitu|facetune"
    r"|remini|canva|gd-jpeg|adobe",
    re.IGNORECASE,
)
"""Names that editors and image libraries leave in a file; firmware of cameras bears its maker's name or none."""
SOFTWARE_TAGS = (0x000B, 0x0131, 0x013C, 0x9286)
"""EXIF: ProcessingSoftware, Software, HostComputer, UserComment."""
EXIF_IFD, TAKEN, TAKEN_OFFSET = 0x8769, 0x9003, 0x9011
"""EXIF: the sub-directory, DateTimeOriginal, OffsetTimeOriginal. Source: CIPA DC-008."""
CIVIL_HOURS = (0, 5, 6)
"""A camera without an offset writes UTC or civil time, which was +06 in most of the country before 2024-03-01."""
TIME_WITHIN_S = 120
"""EXIF has whole seconds, and a camera's picture clock is set less often than the one it signs with."""


def likeness(body: bytes, plate: Box) -> Likeness | None:
    """By what the picture is known again after it was saved anew: brightness rising or falling between neighbouring
    cells, rightwards and downwards, and where the plate stands. None for what cannot be decoded.

    Source: N. Krawetz, "Kind of Like That" (2013), the difference hash.
    """
    size = claimed_size(body)
    if isinstance(size, str):
        return None
    try:
        grey = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_4)
    except cv2.error:
        return None
    if grey is None:
        return None
    cells = cv2.resize(grey, (SIDE + 1, SIDE + 1), interpolation=cv2.INTER_AREA).astype(np.int16)
    rising = np.concatenate(((cells[:-1, 1:] > cells[:-1, :-1]).ravel(), (cells[1:, :-1] > cells[:-1, :-1]).ravel()))
    width, height = size
    return Likeness(
        bits=np.packbits(rising).tobytes().hex(),
        x_bp=_share(plate.x + plate.width / 2, width),
        y_bp=_share(plate.y + plate.height / 2, height),
    )


def signs(body: bytes, captured_us: Micros) -> Iterator[QualityFlag]:
    """What the file's own metadata say: `edited`, `picture_time`. Nothing is decoded."""
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as header:
            exif, told = header.getexif(), dict(header.info)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    if _is_edited(exif, told):
        yield "edited"
    taken = exif.get_ifd(EXIF_IFD)
    if _is_of_another_time(str(taken.get(TAKEN, "")), str(taken.get(TAKEN_OFFSET, "")), captured_us):
        yield "picture_time"


def _is_edited(exif: Image.Exif, told: dict[str | tuple[int, int], object]) -> bool:
    """Photoshop's resource block, or an editor's name where software writes its own."""
    if "photoshop" in told:
        return True
    words = [exif.get(tag, exif.get_ifd(EXIF_IFD).get(tag)) for tag in SOFTWARE_TAGS]
    words += [told.get("comment"), told.get("xmp")]
    return any(EDITORS.search(_text(word)) for word in words if word)


def _text(word: object) -> str:
    return word.decode("latin-1") if isinstance(word, bytes) else str(word)


def _is_of_another_time(taken: str, offset: str, captured_us: Micros) -> bool:
    """Whether EXIF's instant fits the header's under none of the offsets it may have."""
    try:
        local = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
        stated = datetime.strptime(offset, "%z").utcoffset() if offset else None
    except ValueError:
        return False
    offsets = [stated] if stated is not None else [timedelta(hours=hours) for hours in CIVIL_HOURS]
    captured_s = captured_us / MICROS_PER_SECOND
    return all(abs((local - one).timestamp() - captured_s) > TIME_WITHIN_S for one in offsets)


def _share(at: float, side: int) -> int:
    return min(max(round(10_000 * at / max(side, 1)), 0), 10_000)
