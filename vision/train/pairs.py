"""Both readers on the same drawn plates: what the second one is worth, and the calibration of two who agree.

The second reader is slow, so it is asked about the first plates of a set, and about every plate of it that the first
reader read wrongly: those are what a second read is for, and too few for a sample.
"""

import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cv2
import msgspec

from adjudication.facts import Box
from adjudication.units import Bp
from vision import agreement
from vision.boxes import as_box
from vision.first import Confidence, claimed_bp
from vision.second import open_second
from vision.train.judge import Verdict, box_of, shot_of, trial

PORTION = 50
"""Plates read a second time by one process at a time: two seconds' work."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One plate: its text, what each reader read, and how sure each was by itself."""

    number: int
    text: str
    first: str
    first_bp: Bp
    second: str
    second_bp: Bp

    @property
    def agree(self) -> bool:
        """Whether both read the same."""
        return bool(self.first) and self.first == self.second


def pairs(
    seed: int, verdicts: Sequence[Verdict], worth: Confidence, faces: Path, models: Path, *, workers: int
) -> Iterator[Pair]:
    """Each of the first reader's verdicts with the second reader's, in order."""
    asked = [(verdict, claimed_bp(verdict.nats, worth)) for verdict in verdicts]
    portions = [(seed, asked[first : first + PORTION], faces, models) for first in range(0, len(asked), PORTION)]
    with ProcessPoolExecutor(workers) as pool:
        for found in pool.map(_portion, portions):
            yield from found


def _portion(what: tuple[int, Sequence[tuple[Verdict, Bp]], Path, Path]) -> list[Pair]:
    seed, asked, faces, models = what
    cv2.setNumThreads(1)
    second = open_second(models)
    reads = second.read([_shown(seed, verdict.number, faces) for verdict, _ in asked])
    return [
        Pair(verdict.number, verdict.text, verdict.read, bp, read.text, read.confidence_bp)
        for (verdict, bp), read in zip(asked, reads, strict=True)
    ]


def _shown(seed: int, number: int, faces: Path) -> tuple[bytes, Box]:
    """The very picture that the first reader saw, without loss, and its box."""
    shot = shot_of(trial(seed), number, faces)
    done, data = cv2.imencode(".png", shot.picture)
    assert done, "an array of pixels can be encoded"
    return data.tobytes(), as_box(box_of(shot, seed, number).clip(0))


def asked(verdicts: Sequence[Verdict], sample: int) -> list[Verdict]:
    """Whom the second reader is asked about: the first so many plates, and all others that the first read wrongly."""
    return [*verdicts[:sample], *(each for each in verdicts[sample:] if each.read and not each.right)]


def fitted(found: Sequence[Pair], share: float, worth: Confidence, second: str, seed: int) -> agreement.Agreement:
    """The calibration of two reads that agree.

    Every wrong read of the set was asked about, and that `share` of the right ones: each of these stands for its
    likes, so it counts as many times (Horvitz and Thompson 1952). Wrong reads are too few to be sampled.
    """
    agreed = [pair for pair in found if pair.agree]
    whom = f"{len(found)} drawn plates of seed {seed}, {share:.1%} of right ones"
    reads = ((pair.first_bp, pair.first == pair.text) for pair in agreed)
    return agreement.fit(
        (read for read in reads for _ in range(round(1 / share) if read[1] else 1)),
        first=worth.reader,
        second=second,
        fitted_on=f"{len(agreed)} agreeing reads of {whom}",
    )


def save(found: Sequence[Pair], path: Path) -> None:
    """Write one row a plate."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([each.name for each in fields(Pair)])
        writer.writerows(astuple(pair) for pair in found)


def load(path: Path) -> list[Pair]:
    """The pairs that were saved."""
    with path.open(newline="", encoding="utf-8") as file:
        return [msgspec.convert(row, Pair, strict=False) for row in csv.DictReader(file)]
