"""From a picture's bytes to pixels, or to the reason why not.

One decode is the rule. Most of its time is the entropy code, which every way of decoding pays in full: measured on
1080p JPEGs of 340 kB, colour takes 5.9 ms, half size 4.5, grey 4.2, an eighth 3.0. So nothing is decoded twice, and a
reduced scale pays only where a picture is larger than what it is looked at for, and grey where only a plate is read
(`decode_region`).
"""

import io
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from adjudication.facts import Box, QualityFlag

Picture = NDArray[np.uint8]
"""BGR, [height, width, 3], upright."""
Scale = Literal[1, 2, 4, 8]
"""By how much a picture is reduced while it is decoded: what JPEG's transform of 8 × 8 pixels gives for nothing."""

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 36_000_000
"""8K UHD is 33 million; larger claims are bombs or mistakes. Decoded, this bounds a picture to 108 MB."""
MAX_SCANNED = 12 * MAX_PIXELS
"""Pixels times scans of a JPEG. Progressive ones have ten scans; one of thousands, each empty, takes minutes to decode.
Source: libjpeg-turbo, "Two Issues with the JPEG Standard" (2015)."""
MIN_SIDE = 32
"""Below this there is no plate to read."""
DARK, BRIGHT = 25, 235
"""Mean brightness (0–255) outside which plates are lost in noise or glare."""
JPEG_END, TAIL = b"\xff\xd9", 65_536
"""A JPEG without its end was cut, and a decoder would fill it with grey; cameras append up to 64 KiB of metadata."""
ENOUGH_PX = 256
"""Width at which a plate in a region is shown to a reader at least: twice what ours looks at. A plate that is twice as
wide or more is decoded at a reduced scale: on pictures of 8 megapixels and up that is a third of the time."""
FLAGS: dict[tuple[Scale, bool], int] = {
    (1, True): cv2.IMREAD_COLOR,
    (2, True): cv2.IMREAD_REDUCED_COLOR_2,
    (4, True): cv2.IMREAD_REDUCED_COLOR_4,
    (8, True): cv2.IMREAD_REDUCED_COLOR_8,
    (1, False): cv2.IMREAD_GRAYSCALE,
    (2, False): cv2.IMREAD_REDUCED_GRAYSCALE_2,
    (4, False): cv2.IMREAD_REDUCED_GRAYSCALE_4,
    (8, False): cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
"""What OpenCV calls a decode at a scale, in colour or not."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture: it begins at pixel (`x`, `y`) of the whole, and each of its pixels is `scale` wide there."""

    picture: Picture
    x: int
    y: int
    scale: Scale

    def whole(self, box: Box) -> Box:
        """A box of the part, in pixels of the whole picture."""
        return Box(
            x=self.x + box.x * self.scale,
            y=self.y + box.y * self.scale,
            width=box.width * self.scale,
            height=box.height * self.scale,
        )

    def inside(self, box: Box) -> Box:
        """A box of the whole picture, in pixels of the part and cut to it; of no size where it lies outside."""
        height, width = self.picture.shape[:2]
        x0, x1 = (min(max(round((x - self.x) / self.scale), 0), width) for x in (box.x, box.x + box.width))
        y0, y1 = (min(max(round((y - self.y) / self.scale), 0), height) for y in (box.y, box.y + box.height))
        return Box(x=x0, y=y0, width=x1 - x0, height=y1 - y0)


def decode(body: bytes, scale: Scale = 1) -> Picture | QualityFlag:
    """The picture, EXIF orientation applied, any colour space turned into BGR; or the flag that says what is wrong.

    The size a header claims is judged before anything is decoded. Reduced by `scale`, sides are rounded up.
    """
    return _decoded(body, scale, FLAGS[scale, True])


def decode_region(body: bytes, region: Box, plate: Box, *, coloured: bool = True) -> Part | QualityFlag:
    """The part of the picture that `region` covers, fine enough to read `plate` in it; or what is wrong with it.

    Where it need not be `coloured`, its three channels are all the grey, which the JPEG holds by itself.

    Both are in pixels of the upright picture; what of `region` lies outside is left out. The flag is "empty" if that is
    all of it. The rest of the picture is let go.
    """
    scale = scale_for(plate)
    picture = _decoded(body, scale, FLAGS[scale, coloured])
    if isinstance(picture, str):
        return picture
    height, width = picture.shape[:2]
    x0, y0 = region.x // scale, region.y // scale
    x1, y1 = min(-(-(region.x + region.width) // scale), width), min(-(-(region.y + region.height) // scale), height)
    if x1 <= x0 or y1 <= y0:
        return "empty"
    part = picture[y0:y1, x0:x1]
    whole = part.copy() if coloured else np.asarray(cv2.cvtColor(part, cv2.COLOR_GRAY2BGR), np.uint8)
    return Part(whole, x0 * scale, y0 * scale, scale)


def scale_for(plate: Box) -> Scale:
    """The furthest reduction at which a plate is still `ENOUGH_PX` wide."""
    scales: tuple[Scale, ...] = (8, 4, 2)
    return next((scale for scale in scales if plate.width >= scale * ENOUGH_PX), 1)


def claimed_size(body: bytes) -> tuple[int, int] | QualityFlag:
    """Width and height by the header, before any orientation; or why the picture is not to be decoded."""
    if not body:
        return "empty"
    size = _header_size(body)
    if size is None:
        return "corrupt"
    pixels = size[0] * size[1]
    if pixels > MAX_PIXELS or pixels * _scans(body) > MAX_SCANNED:
        return "too_large"
    return size if min(size) >= MIN_SIDE else "empty"


def _header_size(body: bytes) -> tuple[int, int] | None:
    """Width and height by the header; None where it is no whole picture of a known format."""
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as header:
            is_cut = header.format == "JPEG" and JPEG_END not in body[-TAIL:]
            return None if is_cut else header.size
    except Image.DecompressionBombError:
        return MAX_PIXELS, MAX_PIXELS
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError):
        return None


def _scans(body: bytes) -> int:
    """How often a JPEG's start-of-scan marker (FF DA) stands in the bytes; NumPy counts it four times faster."""
    data = np.frombuffer(body, np.uint8)
    return int(np.count_nonzero((data[:-1] == 0xFF) & (data[1:] == 0xDA)))


def _decoded(body: bytes, scale: Scale, way: int) -> Picture | QualityFlag:
    claimed = claimed_size(body)
    if isinstance(claimed, str):
        return claimed
    try:
        picture = cv2.imdecode(np.frombuffer(body, np.uint8), way)
    except (cv2.error, MemoryError):
        return "corrupt"
    if picture is None or sorted(picture.shape[:2]) != sorted(-(-side // scale) for side in claimed):
        return "corrupt"
    return np.asarray(picture, np.uint8)


def light(picture: Picture) -> tuple[QualityFlag, ...]:
    """What is wrong with a picture's exposure; judged on 64 × 64 of its pixels (means would take 7 ms)."""
    brightness = float(cv2.resize(picture, (64, 64), interpolation=cv2.INTER_NEAREST).mean())
    if brightness < DARK:
        return ("too_dark",)
    return ("overexposed",) if brightness > BRIGHT else ()
