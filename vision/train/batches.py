"""Training pictures in batches: the same seed and number give the same batch, whoever makes it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.corners import crop_about
from vision.ctc import ALPHABET
from vision.frontal import HEIGHT, WIDTH, Corners, frontal
from vision.plate_reader import VEIL
from vision.train.designs import COUNTRIES, FORMATS, Design, Rng
from vision.train.faces import TRAINED
from vision.train.negatives import crop
from vision.train.plan import Plan, Stage
from vision.train.spoil import Shot, shoot

LONGEST = 12
SLACK, WIDE_SLACK, WIDE_SHARE = 0.018, 0.06, 0.2
"""How far the reader's corners are moved at random, of the plate's size: what the corner network leaves, and sometimes
far more."""
UPRIGHT_SHARE = 0.1
"""How often the reader is shown the plate's upright box instead, as where corners were not found."""
BOX_SLACK = 0.05
"""How far each edge of a detector's box is off, of its size."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`plates` [N, 64, 192, 3] with `texts` [N, 2, 12] (−1 where no character), `formats` and `countries` [N] and, 0–1,
    how much of each place is hidden, `veils` [N, 4, 48]; `boxes` [M, 64, 128, 3] with `corners` [M, 8]."""

    plates: NDArray[np.uint8]
    texts: NDArray[np.int64]
    formats: NDArray[np.int64]
    countries: NDArray[np.int64]
    veils: NDArray[np.float32]
    boxes: NDArray[np.uint8]
    corners: NDArray[np.float32]


def batch(stage: Stage, number: int, size: int, faces: Path) -> Batch:
    """The `number`-th batch of a stage; each plate is seen with two sets of corners, half a batch apart."""
    rng = np.random.default_rng((stage.seed, number))
    shots = [_shot(rng, stage, faces) for _ in range(size // 2)]
    twice = [*shots, *shots]
    crops, veils = zip(*(_plate(shot, rng) for shot in twice), strict=True)
    seen = [shot for shot in shots if shot is not None]
    boxed = [boxed_plate(shot, rng) for shot in seen]
    return Batch(
        np.stack(crops),
        np.stack([texts(shot.design if shot else None) for shot in twice]),
        np.array([FORMATS.index(shot.design.format_id if shot and shot.design else "none") for shot in twice]),
        np.array([COUNTRIES.index(shot.design.country if shot and shot.design else "none") for shot in twice]),
        np.stack(veils),
        np.stack([picture for picture, _ in boxed]),
        np.stack([corners for _, corners in boxed]),
    )


def batches(plan: Plan, first: int, step: int, faces: Path) -> Iterator[Batch]:
    """Every `step`-th batch from `first` on, to the plan's end."""
    cv2.setNumThreads(1)
    for number in range(first, plan.steps, step):
        stage, within = plan.at(number)
        yield batch(stage, within, plan.size, faces)


def _shot(rng: Rng, stage: Stage, faces: Path) -> Shot | None:
    shares = [lesson.share for lesson in stage.lessons]
    lesson = stage.lessons[int(rng.choice(len(shares), p=shares)) if len(shares) > 1 else 0]
    shot = shoot(rng, dict(lesson.kinds), lesson.hardship, (faces, TRAINED))
    if shot is None or not stage.grey or rng.random() >= stage.grey:
        return shot
    grey = cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY)
    return replace(shot, picture=np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8))


def texts(design: Design | None) -> NDArray[np.int64]:
    """[2, 12] places in the alphabet of what stands on each row, −1 after it."""
    answer = np.full((2, LONGEST), -1, np.int64)
    for row, text in enumerate(design.rows if design is not None else ()):
        answer[row, : len(text)] = [ALPHABET.index(character) for character in text]
    return answer


def _plate(shot: Shot | None, rng: Rng) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """What the reader sees, and how much of each place is hidden."""
    if shot is None:
        plate = cv2.resize(crop(rng), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
        return plate, np.zeros(VEIL, np.float32)
    both = frontal(np.dstack((shot.picture, shot.veil)), loosened(shot.corners, rng))
    veil = cv2.resize(both[:, :, 3], VEIL[::-1], interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(both[:, :, :3]), (np.asarray(veil, np.float32) / 255).astype(np.float32)


def loosened(corners: Corners, rng: Rng) -> Corners:
    """Corners as they may be found: a little off, sometimes far, sometimes only the upright box."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    size = high - low
    if rng.random() < UPRIGHT_SHARE:
        grow = rng.uniform(-0.02, 0.08, 4).astype(np.float32)
        x0, y0 = low - grow[:2] * size
        x1, y1 = high + grow[2:] * size
        return np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), np.float32)
    slack = WIDE_SLACK if rng.random() < WIDE_SHARE else SLACK
    across = np.linalg.norm(corners[1] - corners[0])
    down = np.linalg.norm(corners[3] - corners[0])
    # A plate is four times as wide as high: a corner is found to within pixels, whichever way.
    unit = np.array((min(across, 3 * down), down), np.float32)
    return np.asarray(corners + rng.normal(0, slack, (4, 2)).astype(np.float32) * unit, np.float32)


def boxed_plate(shot: Shot, rng: Rng) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """What the corner network sees, and the answer [8]."""
    low, high = shot.corners.min(axis=0), shot.corners.max(axis=0)
    size = high - low
    off = rng.normal(0, BOX_SLACK, 4).astype(np.float32)
    box = np.concatenate((low + off[:2] * size, high + off[2:] * size))
    picture, frame = crop_about(shot.picture, box)
    return picture, ((shot.corners - frame[0]) / (frame[2] - frame[0])).reshape(8).astype(np.float32)
