"""Text of a plate's line: PP-OCRv6 over a strip, its 18,710 classes folded to what plates are written with."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.plates import LOOKALIKES
from vision.ctc import ALPHABET, BLANK, Emissions
from vision.decode import Picture
from vision.onnx import Floats, Network

HEIGHT = 48
"""The recogniser's line height."""
MIN_WIDTH, MAX_WIDTH = 96, 480
"""Narrower strips give too few columns (8 pixels each) for eight characters; a plate's line is at most ten times as
wide as high."""
BATCH = 16
"""Strips run together: their 18,710 classes take 3 MB each, and more at once are not faster on a CPU."""
DICTIONARY = "character"
"""The model's metadata that lists its classes, one a line, without the blank at 0 and the space at the end."""
UPRIGHT = {
    "l": "I",
    "|": "I",
    "i": "I",
    "ı": "I",
    "丨": "I",
    "口": "0",
    "日": "8",
    "○": "0",
    "〇": "0",
    "乙": "Z",
    "工": "I",
}
"""Classes that are drawn like a plate's character without being its lower case."""


SELDOM = {"Q": 100.0, "D": 4.0}
"""Letters so many times rarer beside an O in what a recogniser of any text was trained on than on plates. It weighs
what it sees by that (`955 QP 03` is `955 OP 03` to it), so it is divided out (scaled likelihoods, Bourlard and Morgan
1994). English prose has one Q for some seventy Os. Chosen on drawn plates seen straight on: of 270 Qs 49 are liker an O
as the recogniser has it and 14 then, of 397 Os none a Q and 4 then; of 550 Ds 12 and 6, of the Os none a D and 2."""


class LineReader:
    """Strips in, emissions over the plate alphabet out."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._folded = Folding(network.metadata(DICTIONARY).split("\n"))

    def __call__(self, strips: Sequence[Picture]) -> list[Emissions]:
        """For each strip, BGR of any size, its emissions [T, 37], T by its width."""
        scaled = [_scaled(strip) for strip in strips]
        answers: dict[int, Emissions] = {}
        for numbers in batches([strip.shape[3] for strip in scaled]):
            (output,) = self._network.run(np.concatenate([scaled[number] for number in numbers]))
            answers |= zip(numbers, (self._folded(one) for one in output), strict=True)
        return [answers[number] for number in range(len(strips))]


class Folding:
    """From a recogniser's classes to what plates are written with."""

    def __init__(self, characters: Sequence[str]) -> None:
        """`characters` are the classes without the blank before and the space after them."""
        self._columns, self._targets = _folding(["", *characters, " "])
        self._seldom = np.array([SELDOM.get(character, 1.0) for character in (*ALPHABET, "")])

    def __call__(self, probabilities: Floats) -> Emissions:
        """[T, 37] of [T, classes]; whatever is no plate's character counts as blank, and `SELDOM` is divided out."""
        emissions = np.zeros((len(probabilities), BLANK + 1))
        emissions += probabilities[:, self._columns] @ self._targets
        emissions[:, BLANK] = np.clip(1.0 - emissions[:, :BLANK].sum(axis=1), 0.0, 1.0)
        emissions *= self._seldom
        return np.asarray(emissions / emissions.sum(axis=1, keepdims=True), np.float64)


def batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of strips of one width, at most `BATCH` together."""
    for width in sorted(set(widths)):
        numbers = [number for number, each in enumerate(widths) if each == width]
        yield from (numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH))


def _scaled(strip: Picture) -> Floats:
    """[1, 3, 48, W], BGR -1…1; W is rounded to a multiple of 32, so that strips of like shape run together."""
    height, width = strip.shape[:2]
    wanted = round(HEIGHT * width / height / 32) * 32
    size = min(max(wanted, MIN_WIDTH), MAX_WIDTH), HEIGHT
    shrinks = height > HEIGHT
    small = cv2.resize(strip, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return (small.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5)) - np.float32(1)


def _folding(classes: Sequence[str]) -> tuple[NDArray[np.int64], Floats]:
    """Which classes are plate characters, [K], and a 1 for the character each is, [K, 37]."""
    kept = [(index, meant) for index, name in enumerate(classes) if (meant := _meant(name))]
    targets = np.zeros((len(kept), BLANK + 1), np.float32)
    targets[range(len(kept)), [ALPHABET.index(meant) for _, meant in kept]] = 1
    return np.array([index for index, _ in kept]), targets


def _meant(name: str) -> str:
    if name in UPRIGHT:
        return UPRIGHT[name]
    upper = name.upper().translate(LOOKALIKES)
    return upper if len(upper) == 1 and upper in ALPHABET else ""
