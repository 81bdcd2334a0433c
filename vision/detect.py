"""Finding vehicles and people, plates, and faces."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import VehicleClass
from vision.boxes import Boxes, Scores, clipped, suppress
from vision.decode import Picture
from vision.letterbox import letterbox, side_of, squeezed
from vision.onnx import Floats, Network

VEHICLES: dict[int, VehicleClass] = {2: "bicycle", 3: "car", 4: "motorcycle", 6: "bus", 8: "truck"}
"""COCO's numbers of what may carry a plate, or ride."""
PERSON = 1
"""COCO's number of a person."""
SSD_SIDE = 300
VEHICLE_SCORE = 0.35
"""Where a box is taken for a vehicle. Chosen low, because a missed car costs its class and a false one little."""
VEHICLE_IOU = 0.5
PLATE_SCORE = 0.25
PLATE_IOU = 0.45
STRIDES = (8, 16, 32)
FACE_SIDE = 960
"""Pixels of the longer side shown to the face detector: a face of 20 pixels in a frame of 1,920 is still ten cells."""
FACE_IOU = 0.3
FACE_STRIDE, FACE_MULTIPLE = 4, 32
"""CenterFace: one cell of its output is four pixels, and sides are multiples of 32. Source: Xu et al., 2019."""
FACE_OUTPUTS = ("537", "538", "539", "540")
"""Names of heat, size, offset and landmarks in the network's file; all or none are asked for."""


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
        pixels, scores = self._run(picture)
        return _vehicles(picture, pixels, scores, VEHICLE_SCORE)

    def with_people(self, picture: Picture, least: float) -> tuple[list[Found], list[Found]]:
        """Vehicles and people of at least this score (0–1), each best first, from one look."""
        pixels, scores = self._run(picture)
        people = _best(picture, pixels, scores[:, PERSON], least, ["person"] * len(pixels), VEHICLE_IOU)
        return _vehicles(picture, pixels, scores, least), people

    def _run(self, picture: Picture) -> tuple[Boxes, Scores]:
        """Boxes [A,4] in the picture's pixels, and scores [A,91] by COCO's numbers."""
        boxes, scores = (output[0] for output in self._network.run(squeezed(picture, SSD_SIDE)))
        height, width = picture.shape[:2]
        return boxes[:, (1, 0, 3, 2)] * np.array((width, height, width, height), np.float32), scores


def _vehicles(picture: Picture, pixels: Boxes, scores: Scores, least: float) -> list[Found]:
    """Each box by the class of vehicle it is likeliest to be."""
    classes = np.array(list(VEHICLES))
    best = scores[:, classes].argmax(axis=1)
    labels = [VEHICLES[int(number)] for number in classes[best]]
    return _best(picture, pixels, scores[np.arange(len(scores)), classes[best]], least, labels, VEHICLE_IOU)


def _best(  # noqa: PLR0917 - what a detector's answer consists of
    picture: Picture, pixels: Boxes, scores: Scores, least: float, labels: Sequence[str], max_iou: float
) -> list[Found]:
    """What scores enough, best first, each thing once, cut to the picture."""
    height, width = picture.shape[:2]
    kept = np.flatnonzero(scores >= least)
    return [
        Found(clipped(pixels[kept[i]], width, height), float(scores[kept[i]]), labels[kept[i]])
        for i in suppress(pixels[kept], scores[kept], max_iou)
    ]


class PlateDetector:
    """YOLOv8n with one class, over a picture or a part of it, letterboxed to `side` pixels (a multiple of 32)."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, picture: Picture, side: int, least: float = PLATE_SCORE) -> list[Found]:
        """Plates of at least this score (0–1), best first."""
        height, width = picture.shape[:2]
        scale = side / max(height, width)
        boxes, scores = _cells(self._network.run(letterbox(picture, side))[0][0], side_of(picture, side))
        return _best(picture, boxes / np.float32(scale), scores, least, ["plate"] * len(boxes), PLATE_IOU)


class FaceDetector:
    """CenterFace over the whole picture. OpenCV runs it: its file names one size of picture, which OpenCV alters.

    Safe to use from several threads, one at a time.
    """

    def __init__(self, path: Path) -> None:
        self._network = cv2.dnn.readNetFromONNX(str(path))
        self._one_at_a_time = threading.Lock()

    def __call__(self, picture: Picture, least: float) -> list[Found]:
        """Faces of at least this score (0–1), best first."""
        height, width = picture.shape[:2]
        scale = FACE_SIDE / max(height, width)
        size = _multiple(width * scale), _multiple(height * scale)
        blob = cv2.dnn.blobFromImage(picture, size=size, swapRB=False)
        with self._one_at_a_time:
            self._network.setInput(blob)
            heat, extent, offset, _ = (np.asarray(one)[0] for one in self._network.forward(FACE_OUTPUTS))
        shown = np.array((width / size[0], height / size[1]) * 2, np.float32)
        rows, columns = np.nonzero(heat[0] >= least)
        boxes = _face_boxes(rows, columns, extent, offset) * shown
        return _best(picture, boxes, heat[0][rows, columns], least, ["face"] * len(boxes), FACE_IOU)


def _multiple(length: float) -> int:
    return max(-(-round(length) // FACE_MULTIPLE), 1) * FACE_MULTIPLE


def _face_boxes(rows: NDArray[np.intp], columns: NDArray[np.intp], extent: Floats, offset: Floats) -> Boxes:
    """Boxes [N,4] in pixels of the network's picture; `extent` and `offset` are [2,H,W], down before across."""
    half = np.exp(extent[:, rows, columns]) * FACE_STRIDE / 2
    middle = (np.stack((rows, columns)) + offset[:, rows, columns] + 0.5) * FACE_STRIDE
    low, high = middle - half, middle + half
    return np.asarray(np.stack((low[1], low[0], high[1], high[0]), axis=1), np.float32)


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
