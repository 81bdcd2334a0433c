"""Finding vehicles, and plates on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from adjudication.facts import VehicleClass
from vision.boxes import Boxes, Scores, clipped, suppress
from vision.decode import Picture
from vision.onnx import Floats, Network

VEHICLES: dict[int, VehicleClass] = {2: "bicycle", 3: "car", 4: "motorcycle", 6: "bus", 8: "truck"}
"""COCO's numbers of what may carry a plate, or ride."""
SSD_SIDE = 300
VEHICLE_SCORE = 0.35
"""Where a box is taken for a vehicle. Chosen low, because a missed car costs its class and a false one little."""
VEHICLE_IOU = 0.5
PLATE_SCORE = 0.25
PLATE_IOU = 0.45
STRIDES = (8, 16, 32)
PADDING = 114
"""Grey that fills a letterbox; the detector was trained with it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something found: `box` [4] in pixels of the picture, `score` 0–1, `label` what it is."""

    box: Boxes
    score: float
    label: str


class VehicleDetector:
    """SSD MobileNetV2 over the whole picture, squeezed to 300×300."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, picture: Picture) -> list[Found]:
        """Vehicles, best first."""
        small = cv2.resize(picture, (SSD_SIDE, SSD_SIDE), interpolation=cv2.INTER_AREA)
        image = small[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32)
        boxes, scores = (output[0] for output in self._network.run(image))
        classes = np.array(list(VEHICLES))
        best = scores[:, classes].argmax(axis=1)
        score = scores[np.arange(len(scores)), classes[best]]
        kept = np.flatnonzero(score >= VEHICLE_SCORE)
        height, width = picture.shape[:2]
        pixels = boxes[kept][:, (1, 0, 3, 2)] * np.array((width, height, width, height), np.float32)
        return [
            Found(clipped(pixels[i], width, height), float(score[kept[i]]), VEHICLES[int(classes[best[kept[i]]])])
            for i in suppress(pixels, score[kept], VEHICLE_IOU)
        ]


class PlateDetector:
    """YOLOv8n with one class, over a picture or a part of it, letterboxed to `side` pixels (a multiple of 32)."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, picture: Picture, side: int) -> list[Found]:
        """Plates, best first."""
        height, width = picture.shape[:2]
        scale = side / max(height, width)
        boxes, scores = _cells(self._network.run(_letterbox(picture, scale))[0][0], side_of(picture, side))
        kept = np.flatnonzero(scores >= PLATE_SCORE)
        pixels, score = boxes[kept] / np.float32(scale), scores[kept]
        return [
            Found(clipped(pixels[i], width, height), float(score[i]), "plate")
            for i in suppress(pixels, score, PLATE_IOU)
        ]


def side_of(picture: Picture, side: int) -> tuple[int, int]:
    """Height and width of the letterbox: the longer side is `side`, the shorter padded to a multiple of 32 only."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    return _padded(round(height * scale)), _padded(round(width * scale))


def _padded(length: int) -> int:
    return max(-(-length // STRIDES[-1]) * STRIDES[-1], STRIDES[-1])


def _letterbox(picture: Picture, scale: float) -> Floats:
    """The picture scaled and padded below and to the right, [1,3,H,W] RGB 0–1."""
    height, width = picture.shape[:2]
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    below, right = _padded(size[1]) - size[1], _padded(size[0]) - size[0]
    boxed = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(PADDING,) * 3)
    return boxed[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)


def _cells(cells: Floats, size: tuple[int, int]) -> tuple[Boxes, Scores]:
    """Boxes [A,4] in letterbox pixels and scores [A] from the network's [5,A]."""
    middles, strides = _grid(size)
    distances = cells[:4].T * strides
    boxes = np.concatenate((middles - distances[:, :2], middles + distances[:, 2:]), axis=1)
    return np.asarray(boxes, np.float32), cells[4]


def _grid(size: Sequence[int]) -> tuple[Boxes, Scores]:
    """Each cell's middle, [A,2] x and y in pixels, and its stride, [A,1]."""
    middles, strides = [], []
    for stride in STRIDES:
        rows, columns = size[0] // stride, size[1] // stride
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        middles.append((np.stack((x, y), axis=-1).reshape(-1, 2) + np.float32(0.5)) * stride)
        strides.append(np.full((rows * columns, 1), stride, np.float32))
    return np.concatenate(middles), np.concatenate(strides)
