"""The second reader: PP-OCRv6 over two views of a plate, blind to whatever was read there before."""

from collections.abc import Sequence
from pathlib import Path

from adjudication import plates
from adjudication.facts import Box, QualityFlag
from vision import models, spacing
from vision.boxes import as_array
from vision.corners import CornerFinder, open_corners
from vision.decode import Picture, decode
from vision.fusion import BP, Fused, Lines, read_plates
from vision.onnx import CPU, Device, Network
from vision.plate_ocr import LineReader
from vision.ports import SecondRead
from vision.rectify import Strips, views
from vision.spacing import Places

REVISION = 4
"""Raised by any change of code or constants that may alter a second read."""


class OcrSecond:
    """A recogniser of lines as the second reader (port: vision.ports.SecondReader)."""

    def __init__(self, lines: Lines, reader: str, corners: CornerFinder, places: Places) -> None:
        """`places`: where characters of each format stand on a plate (vision/spacing.py)."""
        self._lines = lines
        self._reader = reader
        self._corners = corners
        self._places = places

    @property
    def reader(self) -> str:
        """Names network and revision."""
        return self._reader

    def read(self, asked: Sequence[tuple[bytes, Box]]) -> list[SecondRead]:
        """One answer a plate, in order; the strips of all plates run together.

        Each distinct picture is unpacked once, however many plates are asked of it, and one at a time.
        """
        faults: dict[int, QualityFlag] = {}
        looks: dict[int, tuple[Strips, Strips]] = {}
        for body, numbers in _by_picture(asked).items():
            picture = decode(body)
            if isinstance(picture, str):
                faults |= dict.fromkeys(numbers, picture)
                continue
            boxes = [as_array(_inside(asked[number][1], picture)) for number in numbers]
            for number, box, corners in zip(numbers, boxes, self._corners(picture, boxes), strict=True):
                looks[number] = views(picture, box, corners)
        # In the order asked: which strips run together must not depend on which pictures are the same.
        fused = iter(read_plates(self._lines, [looks[number] for number in sorted(looks)], self._places))
        return [
            SecondRead(flags=(faults[number],)) if number in faults else _read(next(fused))
            for number in range(len(asked))
        ]


def open_second(directory: Path, *, threads: int = 1, device: Device = CPU) -> OcrSecond:
    """The second reader with the model of `directory`, on `device`; on another than the processor its name says so.

    Raises:
        ModelsMissing: a model is absent or not whole.
        Invalid: `provider-unavailable`, the device is not there; as `spacing.shipped`.
    """
    path = models.paths(directory)["text"]
    digest = next(one.sha256 for one in models.WEIGHTS if one.role == "text")
    lines = LineReader(Network(path, threads=threads, device=device))
    corners = open_corners(threads=threads, device=device)
    return OcrSecond(lines, f"pp-ocrv6-{digest[:12]}-r{REVISION}{device.mark}", corners, spacing.shipped())


def _by_picture(asked: Sequence[tuple[bytes, Box]]) -> dict[bytes, list[int]]:
    """The numbers of the plates asked of each distinct picture."""
    numbers: dict[bytes, list[int]] = {}
    for number, (body, _) in enumerate(asked):
        numbers.setdefault(body, []).append(number)
    return numbers


def _inside(box: Box, picture: Picture) -> Box:
    """The part of a box that lies in the picture, at least one pixel of it."""
    height, width = picture.shape[:2]
    x, y = min(box.x, width - 1), min(box.y, height - 1)
    return Box(x=x, y=y, width=max(min(box.width, width - x), 1), height=max(min(box.height, height - y), 1))


def _read(fused: Fused | None) -> SecondRead:
    """A text that is no plate's is nothing read: a badge, a phone number."""
    if fused is None or not plates.classify(fused.text):
        return SecondRead()
    return SecondRead(fused.text, min(max(round(fused.certainty * BP), 0), BP))
