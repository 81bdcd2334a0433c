"""Rectangles as arrays: [N,4] float32, x0, y0, x1, y1 in pixels of one picture."""

import numpy as np
from numpy.typing import NDArray

from adjudication.facts import Box

Boxes = NDArray[np.float32]
Scores = NDArray[np.float32]


def suppress(boxes: Boxes, scores: Scores, max_iou: float) -> list[int]:
    """Indices of the boxes kept, best first: of any two that overlap by more than `max_iou` only the better stays."""
    order = [int(index) for index in np.argsort(-scores, kind="stable")]
    kept: list[int] = []
    while order:
        best = order.pop(0)
        kept.append(best)
        shares = iou(boxes[best], boxes[order]) if order else np.empty(0)
        order = [index for index, share in zip(order, shares, strict=True) if share <= max_iou]
    return kept


def iou(one: Boxes, many: Boxes) -> Scores:
    """Intersection over union of one box, [4], with each of many, [N,4]."""
    low, high = np.maximum(one[:2], many[:, :2]), np.minimum(one[2:], many[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(many[:, 2:] - many[:, :2], axis=1) + np.prod(one[2:] - one[:2]) - shared
    return np.asarray(shared / np.maximum(areas, 1e-6), np.float32)


def clipped(box: Boxes, width: int, height: int) -> Boxes:
    """A box, [4], cut to a picture's size."""
    return np.asarray(np.clip(box, 0, (width, height, width, height)), np.float32)


def grown(box: Boxes, across: float, down: float) -> Boxes:
    """A box, [4], wider by `across` of its width and higher by `down` of its height on each side."""
    x, y = (box[2] - box[0]) * across, (box[3] - box[1]) * down
    return box + np.array((-x, -y, x, y), np.float32)


def as_box(box: Boxes) -> Box:
    """The smallest whole-pixel rectangle around a box inside a picture."""
    x0, y0 = (int(np.floor(value)) for value in box[:2])
    x1, y1 = (int(np.ceil(value)) for value in box[2:])
    return Box(x=max(x0, 0), y=max(y0, 0), width=max(x1 - max(x0, 0), 1), height=max(y1 - max(y0, 0), 1))


def as_array(box: Box) -> Boxes:
    """The inverse of `as_box`."""
    return np.array((box.x, box.y, box.x + box.width, box.y + box.height), np.float32)
