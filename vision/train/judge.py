"""Judging the first reader on plates that it was never trained on, and fitting its calibration to others still.

Every plate goes the product's own way: a detector's box, a little off as they are, then `vision/first.py`.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cv2
import msgspec
import numpy as np

from vision import known, spacing
from vision.first import READER, first_reader
from vision.frontal import frontal
from vision.known import Known
from vision.onnx import Network
from vision.spacing import Places
from vision.train import mix
from vision.train.batches import BOX_SLACK
from vision.train.faces import HELD_OUT, TRAINED, Face
from vision.train.mix import Hardship
from vision.train.spoil import Shot, shoot

CALIBRATION, JUDGEMENT, STRANGE, PLACING = 1_000_001, 1_000_002, 1_000_003, 1_000_004
"""Seeds of sets of plates: to fit the calibration to, to judge on, and to judge on in faces and under conditions
never trained on, and to see where characters stand. Training's is another."""
PORTION = 250
"""Plates made and read at a time by one process."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One plate: what it was, what was read, and under which conditions."""

    number: int
    format_id: str
    rows: int
    text: str
    read: str
    nats: float
    legible: bool
    cap_px: float
    blur_px: float
    contrast: float
    noise: float
    covered: float
    yaw_deg: float
    kinds: str

    @property
    def right(self) -> bool:
        """Whether it was read to the letter."""
        return self.read == self.text


@dataclass(frozen=True, slots=True)
class Trial:
    """What is judged: a seed, the mix and the hardship of its plates, and the faces they are drawn in."""

    seed: int
    kinds: dict[str, float]
    hardship: Hardship
    among: tuple[Face, ...]


def trial(seed: int) -> Trial:
    """The trial of one of the three seeds: Kazakhstan's plates on the road, the last in faces held out and spoilt in
    other ways."""
    strange = seed == STRANGE
    return Trial(seed, dict(mix.KAZAKHSTAN), mix.STRANGE if strange else mix.ROAD, HELD_OUT if strange else TRAINED)


def judge(seed: int, count: int, weights: Path, faces: Path, *, workers: int) -> Iterator[Verdict]:
    """A verdict on each of `count` plates, in order."""
    portions = [(seed, first, min(PORTION, count - first), weights, faces) for first in range(0, count, PORTION)]
    with ProcessPoolExecutor(workers) as pool:
        for verdicts in pool.map(_portion, portions):
            yield from verdicts


def _portion(what: tuple[int, int, int, Path, Path]) -> list[Verdict]:
    seed, first, count, weights, faces = what
    cv2.setNumThreads(1)
    asked = trial(seed)
    shots = [(number, shot_of(asked, number, faces)) for number in range(first, first + count)]
    reader = first_reader(weights, spacing.load(weights))
    shown = [reader.show(shot.picture, [box_of(shot, seed, number)])[0] for number, shot in shots]
    reads = reader.read(shown)
    return [
        _verdict(number, shot, read.said.text if read.said is not None else "", read.nats)
        for (number, shot), read in zip(shots, reads, strict=True)
    ]


def shot_of(asked: Trial, number: int, faces: Path) -> Shot:
    """The `number`-th plate of a trial."""
    shot = shoot(np.random.default_rng((asked.seed, number)), asked.kinds, asked.hardship, (faces, asked.among))
    assert shot is not None, "the mix of Kazakhstan has no empty pictures"
    return shot


def box_of(shot: Shot, seed: int, number: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The plate's upright box, its edges off as a detector's are."""
    rng = np.random.default_rng((seed, number, 1))
    low, high = shot.corners.min(axis=0), shot.corners.max(axis=0)
    off = np.clip(rng.normal(0, BOX_SLACK, 4), -2 * BOX_SLACK, 2 * BOX_SLACK).astype(np.float32)
    return np.concatenate((low + off[:2] * (high - low), high + off[2:] * (high - low)))


def _verdict(number: int, shot: Shot, read: str, nats: float) -> Verdict:
    design, seen = shot.design, shot.conditions
    assert design is not None
    assert seen is not None
    return Verdict(
        number=number,
        format_id=design.format_id,
        rows=design.layout.rows,
        text=design.text,
        read=read,
        nats=nats,
        legible=seen.legible,
        cap_px=seen.cap_px,
        blur_px=seen.blur_px,
        contrast=seen.contrast,
        noise=seen.noise,
        covered=seen.covered,
        yaw_deg=seen.yaw_deg,
        kinds=" ".join(seen.kinds),
    )


def save(verdicts: Iterable[Verdict], path: Path) -> list[Verdict]:
    """Write one row a plate, and return them all."""
    kept = list(verdicts)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([each.name for each in fields(Verdict)])
        writer.writerows(astuple(verdict) for verdict in kept)
    return kept


def place(count: int, weights: Path, faces: Path) -> Places:
    """Where the reader sees the characters of each format, from the plates that it reads right."""
    reader = first_reader(weights, {})
    asked = trial(PLACING)
    found = []
    for number in range(count):
        shot = shot_of(asked, number, faces)
        (read,) = reader.read(reader.show(shot.picture, [box_of(shot, PLACING, number)]))
        design, said = shot.design, read.said
        if design is not None and said is not None and (said.text, said.rows) == (design.text, design.layout.rows):
            found.append((spacing.key(design.format_id, said.rows, len(said.text)), said.spans))
    return spacing.measured(found)


def known_answers(count: int, weights: Path, faces: Path) -> Known:
    """What the exported reader says of a few plates, by which other machines check theirs."""
    asked = trial(PLACING)
    shots = [shot_of(asked, number, faces) for number in range(count)]
    plates = np.stack([frontal(shot.picture, np.asarray(shot.corners, np.float32)) for shot in shots])
    return known.answers(Network(weights / READER), plates)


def load(path: Path) -> list[Verdict]:
    """The verdicts that were saved."""
    with path.open(newline="", encoding="utf-8") as file:
        return [msgspec.convert(row, Verdict, strict=False) for row in csv.DictReader(file)]


def exact(verdicts: Sequence[Verdict]) -> float:
    """The share read to the letter."""
    return sum(verdict.right for verdict in verdicts) / max(len(verdicts), 1)
