"""Ways to spoil a picture that nothing is trained on: they tell how a reader takes what it has never met."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.train.designs import Rng

Floats = NDArray[np.float32]


def strange(picture: Floats, rng: Rng, often: Mapping[str, float]) -> tuple[Floats, list[str]]:
    """The picture [h, w, 3] after whichever of them chance picks, and their names; most mixes have none."""
    names = [name for name in _WAYS if name in often and rng.random() < often[name]]
    for name in names:
        picture = _WAYS[name](picture, rng)
    return picture, names


def _double(picture: Floats, rng: Rng) -> Floats:
    """Two exposures a little apart, as interlaced video and stacked frames show."""
    shift = rng.uniform(-2.5, 2.5, 2)
    matrix = np.array(((1, 0, shift[0]), (0, 1, shift[1] / 3)), np.float32)
    other = cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    share = float(rng.uniform(0.15, 0.4))
    return np.asarray(picture * (1 - share) + other * share, np.float32)


def _lines(picture: Floats, rng: Rng) -> Floats:
    """Thin dark bars before the plate: a fence, a tow rope, wires."""
    out = picture.copy()
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        ends = rng.uniform(0, 1, 2)
        across = rng.random() < 0.5
        one = (0, round(ends[0] * height)) if across else (round(ends[0] * width), 0)
        two = (width, round(ends[1] * height)) if across else (round(ends[1] * width), height)
        cv2.line(out, one, two, (float(rng.uniform(0, 120)),) * 3, 1, cv2.LINE_AA)
    return out


def _halftone(picture: Floats, rng: Rng) -> Floats:
    """A regular pattern of a few pixels over everything, as of a rolling shutter under flickering lamps."""
    height, width = picture.shape[:2]
    phase, pitch = float(rng.uniform(0, 6.28)), float(rng.uniform(2.2, 7))
    rows = np.sin(np.arange(height, dtype=np.float32) * 6.2832 / pitch + phase)[:, None, None]
    columns = np.sin(np.arange(width, dtype=np.float32) * 6.2832 / pitch)[None, :, None]
    wave = rows if rng.random() < 0.5 else columns
    return np.asarray(picture * (1 + float(rng.uniform(0.05, 0.18)) * wave), np.float32)


def _warp(picture: Floats, rng: Rng) -> Floats:
    """A bent plate: its middle stands out or in."""
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    depth = float(rng.uniform(-0.05, 0.05)) * height
    bend = depth * np.sin(x / width * np.pi * float(rng.uniform(0.8, 2.2)))
    return np.asarray(
        cv2.remap(picture, x, y + bend.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


_WAYS = {"double": _double, "lines": _lines, "halftone": _halftone, "warp": _warp}
