"""Memory stays flat however many pictures are read (`python -m benchmarks.bench_eyes --memory N` for the long run)."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from benchmarks.bench_eyes import assorted, memory, shown
from vision.eyes import open_eyes
from vision.models import default_directory, missing
from vision.ports import Look, Seen

PICTURES = 120
ROUNDS = 8
"""The allocator's pools grow in steps, to the largest batch of plates of each thread, and then stand; on a machine that
does other work this takes more than one round. What is kept of every picture grows in all of them."""
FLAT = 10_000
"""Bytes a picture, of a round in which nothing is kept: a thirtieth of its file, a six-hundredth of the picture. Less
than this hides in the holes of what the allocator holds, and shows in the long run alone."""
FILE = 350_000
"""Bytes of a picture's file, the least that could be kept by a mistake."""


class Hoarding:
    """Eyes that keep some bytes of each picture."""

    def __init__(self, bytes_each: int) -> None:
        self.eyes, self.bytes_each, self.kept = open_eyes(default_directory()), bytes_each, list[bytearray]()

    @property
    def reader(self) -> str:
        return self.eyes.reader

    def read_many(self, looks: Sequence[Look]) -> Sequence[Seen]:
        self.kept += [bytearray(b"x" * self.bytes_each) for _ in looks]
        return self.eyes.read_many(looks)


def growth(bytes_each: int) -> list[float]:
    """Of each round, in bytes a picture."""
    eyes, pictures = Hoarding(bytes_each), assorted([*shown(2)])
    rounds = (memory(PICTURES, eyes, pictures) for _ in range(ROUNDS))
    return [float(str(figures["growth, bytes a picture (least squares)"])) for figures in rounds]


@pytest.mark.models
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("bytes_each", "flat"), [(0, True), (FILE, False)], ids=["as it is", "a planted leak"])
def test_pictures_of_every_kind_leave_nothing_behind(bytes_each: int, flat: bool) -> None:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    # A process of its own: in one that has read before, the holes that others left would hide what is kept.
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        rounds = fresh.submit(growth, bytes_each).result()
    assert any(one < FLAT for one in rounds) == flat, rounds
