"""From a picture's bytes to pixels, or to the reason why not."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from adjudication.facts import QualityFlag

Picture = NDArray[np.uint8]
"""BGR, [height, width, 3], upright."""

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 36_000_000
"""8K UHD is 33 million; larger claims are bombs or mistakes. Decoded, this bounds a picture to 108 MB."""
MIN_SIDE = 32
"""Below this there is no plate to read."""
DARK, BRIGHT = 25, 235
"""Mean brightness (0–255) outside which plates are lost in noise or glare."""
JPEG_END, TAIL = b"\xff\xd9", 65_536
"""A JPEG without its end was cut, and a decoder would fill it with grey; cameras append up to 64 KiB of metadata."""


def decode(body: bytes) -> Picture | QualityFlag:
    """The picture, EXIF orientation applied, any colour space turned into BGR; or the flag that says what is wrong.

    The size a header claims is judged before anything is decoded.
    """
    if not body:
        return "empty"
    claimed = _claimed_size(body)
    if claimed is None:
        return "corrupt"
    if claimed[0] * claimed[1] > MAX_PIXELS:
        return "too_large"
    return _decoded(body) if min(claimed) >= MIN_SIDE else "empty"


def _claimed_size(body: bytes) -> tuple[int, int] | None:
    """Width and height by the header; None where it is no whole picture of a known format."""
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as header:
            is_cut = header.format == "JPEG" and JPEG_END not in body[-TAIL:]
            return None if is_cut else header.size
    except Image.DecompressionBombError:
        return MAX_PIXELS, MAX_PIXELS
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def _decoded(body: bytes) -> Picture | QualityFlag:
    try:
        picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return "corrupt"
    return np.asarray(picture, np.uint8) if picture is not None else "corrupt"


def light(picture: Picture) -> tuple[QualityFlag, ...]:
    """What is wrong with a picture's exposure; judged on a small copy."""
    brightness = float(cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA).mean())
    if brightness < DARK:
        return ("too_dark",)
    return ("overexposed",) if brightness > BRIGHT else ()
