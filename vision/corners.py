"""Where a plate's four corners are in the box that a detector drew about it."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vision.boxes import Boxes
from vision.decode import Picture
from vision.frontal import Corners, box_corners
from vision.onnx import CPU, Device, Network

WEIGHTS = Path(__file__).parent / "weights"
"""Committed with their card."""
FILE = "plate-corners.onnx"
INPUT = (128, 64)
"""Width and height of the crop as the network sees it."""
GROWN = 0.15
"""The box is taken this much larger on each side: corners of a slanting plate lie at its edge, and some lie outside."""


def crop_about(picture: Picture, box: Boxes) -> tuple[Picture, Corners]:
    """The crop [64, 128, 3] about `box` [4], and the corners of that crop in the picture."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    frame = box_corners(
        float(box[0]) - GROWN * width,
        float(box[1]) - GROWN * height,
        float(box[2]) + GROWN * width,
        float(box[3]) + GROWN * height,
    )
    x0, y0, x1, y1 = (int(edge) for edge in np.round((*frame[0], *frame[2])))
    h, w = picture.shape[:2]
    left, top = min(max(x0, 0), w - 2), min(max(y0, 0), h - 2)
    part = picture[top : min(max(y1, top + 2), h), left : min(max(x1, left + 2), w)]
    rest = max(top - y0, 0), max(y1 - h, 0), max(left - x0, 0), max(x1 - w, 0)
    if any(rest):
        part = np.asarray(cv2.copyMakeBorder(part, *rest, cv2.BORDER_REPLICATE), np.uint8)
    shrinks = part.shape[1] > INPUT[0]
    crop = cv2.resize(part, INPUT, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(crop, np.uint8), box_corners(x0, y0, x0 + part.shape[1], y0 + part.shape[0])


class CornerFinder:
    """Boxes in, corners out."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, picture: Picture, boxes: Sequence[Boxes]) -> list[Corners]:
        """The corners of the plate in each box [4], in pixels of `picture`."""
        if not boxes:
            return []
        crops, frames = zip(*(crop_about(picture, box) for box in boxes), strict=True)
        (found,) = self._network.run(np.stack(crops))
        return [
            np.asarray(frame[0] + points.reshape(4, 2) * (frame[2] - frame[0]), np.float32)
            for frame, points in zip(frames, found, strict=True)
        ]


def open_corners(weights: Path = WEIGHTS, *, threads: int = 1, device: Device = CPU) -> CornerFinder:
    """The finder of a folder of weights, on `device`.

    Raises:
        Invalid: `provider-unavailable`, the device is not there.
    """
    return CornerFinder(Network(weights / FILE, threads=threads, device=device))
