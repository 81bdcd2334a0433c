"""The second reader: PP-OCRv6 over two views of a plate, blind to whatever was read there before."""

from collections.abc import Sequence
from pathlib import Path

from adjudication import plates
from adjudication.facts import Box, QualityFlag
from vision import models
from vision.boxes import as_array
from vision.decode import Picture, decode
from vision.fusion import BP, Fused, Lines, read_plates
from vision.onnx import Network
from vision.plate_ocr import LineReader
from vision.ports import SecondRead
from vision.rectify import third_view, views

REVISION = 1
"""Raised by any change of code or constants that may alter a second read."""


class OcrSecond:
    """A recogniser of lines as the second reader (port: vision.ports.SecondReader)."""

    def __init__(self, lines: Lines, reader: str) -> None:
        self._lines = lines
        self._reader = reader

    @property
    def reader(self) -> str:
        """Names network and revision."""
        return self._reader

    def read(self, asked: Sequence[tuple[bytes, Box]]) -> list[SecondRead]:
        """One answer a plate; the strips of all plates run together, one picture is unpacked at a time."""
        faults: dict[int, QualityFlag] = {}
        pairs, further = [], []
        for number, (body, box) in enumerate(asked):
            picture = decode(body)
            if isinstance(picture, str):
                faults[number] = picture
                continue
            at = as_array(_inside(box, picture))
            pairs.append(views(picture, at))
            further.append(third_view(picture, at))
        fused = iter(read_plates(self._lines, pairs, further) if pairs else ())
        return [
            SecondRead(flags=(faults[number],)) if number in faults else _read(next(fused))
            for number in range(len(asked))
        ]


def open_second(directory: Path, *, threads: int = 1) -> OcrSecond:
    """The second reader with the model of `directory`.

    Raises:
        ModelsMissing: a model is absent or not whole.
    """
    path = models.paths(directory)["text"]
    digest = next(one.sha256 for one in models.WEIGHTS if one.role == "text")
    return OcrSecond(LineReader(Network(path, threads=threads)), f"pp-ocrv6-{digest[:12]}-r{REVISION}")


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
