"""The reliability diagram as a picture."""

from dataclasses import dataclass
from importlib import resources
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from vision.evaluate.calibration import ReliabilityBin
from vision.evaluate.report import Calibration

SCALE = 2
"""Drawn so many times larger and reduced: lines come out smooth."""
SIDE = 420
MARGIN = 64
ZOOM_FROM = 0.9
"""Confidences crowd above it, and automatic acts live there: the right panel shows it alone."""
INK, FAINT, MARK, GAP = (33, 37, 41), (206, 212, 218), (11, 83, 148), (200, 60, 50)


@dataclass(frozen=True, slots=True)
class Panel:
    """A square of the picture that shows `low` to 1 on both axes; `left` and `top` in pixels, before reduction."""

    draw: ImageDraw.ImageDraw
    left: int
    top: int
    low: float

    def at(self, confidence: float, share: float) -> tuple[float, float]:
        """Where a point stands; what lies below `low` stands on the edge."""
        x, y = ((max(value, self.low) - self.low) / (1 - self.low) for value in (confidence, share))
        return self.left + SCALE * SIDE * x, self.top + SCALE * SIDE * (1 - y)

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: tuple[int, int, int], px: int) -> None:
        """A line between two points of the axes."""
        self.draw.line((self.at(*start), self.at(*end)), fill=colour, width=px * SCALE)


def reliability_png(calibration: Calibration, reader: str) -> bytes:
    """A PNG: share right against confidence, the whole range on the left, 0.9 to 1 on the right.

    A point is a bin, its upright line the Wilson interval of its share, its level line the range of its confidences.
    The red line leads to the diagonal, where a reader stands that is right as often as it says. A point whose share is
    below the panel is an empty circle on its lower edge.
    """
    width, height = 2 * SIDE + 3 * MARGIN, SIDE + 2 * MARGIN + 20
    picture = Image.new("RGB", (SCALE * width, SCALE * height), "white")
    draw = ImageDraw.Draw(picture)
    _write(draw, (MARGIN, 16), _headline(calibration, reader), 15)
    for left, low in ((MARGIN, 0.0), (SIDE + 2 * MARGIN, ZOOM_FROM)):
        panel = Panel(draw, SCALE * left, SCALE * MARGIN, low)
        _axes(panel)
        for one in calibration.reliability:
            if one.confidence >= low:
                _bin(panel, one)
    return _png(picture.resize((width, height), Image.Resampling.LANCZOS))


def _headline(calibration: Calibration, reader: str) -> str:
    figures = f"{calibration.reads} reads, {calibration.bins} bins of equal mass"
    return f"{figures}, ECE {calibration.ece:.4f}, Brier {calibration.brier:.4f}   ·   {reader}"


def _axes(panel: Panel) -> None:
    for step in range(6):
        value = panel.low + (1 - panel.low) * step / 5
        panel.line((panel.low, value), (1, value), FAINT, 1)
        panel.line((value, panel.low), (value, 1), FAINT, 1)
        x, y = panel.at(value, value)
        _write(panel.draw, (x / SCALE, panel.top / SCALE + SIDE + 14), f"{value:.2f}", 12, "mm")
        _write(panel.draw, (panel.left / SCALE - 8, y / SCALE), f"{value:.2f}", 12, "rm")
    panel.line((panel.low, panel.low), (1, 1), INK, 1)
    _write(panel.draw, (panel.left / SCALE + SIDE / 2, panel.top / SCALE + SIDE + 36), "confidence", 13, "mm")
    _write(panel.draw, (panel.left / SCALE, panel.top / SCALE - 10), "share read to the letter", 13, "ls")


def _bin(panel: Panel, one: ReliabilityBin) -> None:
    panel.line((one.confidence, one.confidence), (one.confidence, one.correct), GAP, 2)
    panel.line((one.confidence, one.interval.low), (one.confidence, one.interval.high), MARK, 1)
    panel.line((one.lowest, one.correct), (one.highest, one.correct), MARK, 1)
    (x, y), radius = panel.at(one.confidence, one.correct), 4 * SCALE
    below = one.correct < panel.low
    panel.draw.ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill="white" if below else MARK, outline=MARK, width=SCALE
    )


def _write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, px: int, anchor: str = "la") -> None:
    path = resources.files("font_roboto").joinpath("files", "Roboto-Regular.ttf")
    face = ImageFont.truetype(str(path), px * SCALE)
    draw.text((at[0] * SCALE, at[1] * SCALE), text, fill=INK, font=face, anchor=anchor)


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
