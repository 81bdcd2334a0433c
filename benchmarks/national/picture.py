"""A picture of a phase: rates above, records behind below, the backlog's time shaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

SIZE = (1200, 640)
LEFT, TOP, GAP = 70, 40, 60
RATES = (("receipts_s", "#1f77b4"), ("settled_s", "#2ca02c"))
LAG = (("lag_records", "#d62728"),)
INK, SHADE = "#333333", "#f4e3c1"


def draw(path: Path, timeline: Sequence[dict[str, float]], backlog: tuple[float, float] | None) -> None:
    """Writes a PNG (the suffix of `path` says what) of these looks; `backlog` are its first and last second."""
    image = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(image)
    height = (SIZE[1] - 2 * TOP - GAP) // 2
    rates = Panel(RATES, TOP, height, "a second: receipts (blue), settled at the register (green)")
    _drawn(pen, timeline, rates, backlog)
    _drawn(pen, timeline, Panel(LAG, TOP + height + GAP, height, "records not yet read, all stages"), backlog)
    pen.text((LEFT, SIZE[1] - 24), "seconds; shaded: the spools of an outage are sent", fill=INK)
    image.save(path)


class Panel(NamedTuple):
    """One diagram: the lines in it, by what they are called in a look, and their colours."""

    lines: Sequence[tuple[str, str]]
    top: int
    height: int
    title: str


def _drawn(
    pen: ImageDraw.ImageDraw,
    timeline: Sequence[dict[str, float]],
    panel: Panel,
    backlog: tuple[float, float] | None,
) -> None:
    lines, top, height, title = panel
    until_s = max((look["at_s"] for look in timeline), default=1.0) or 1.0
    most = max((look[name] for look in timeline for name, _ in lines), default=1.0) or 1.0
    width = SIZE[0] - 2 * LEFT

    def at(second: float, value: float) -> tuple[float, float]:
        return LEFT + second / until_s * width, top + height - value / most * height

    if backlog:
        pen.rectangle((at(backlog[0], most), at(min(backlog[1], until_s), 0)), fill=SHADE)
    pen.rectangle((at(0, most), at(until_s, 0)), outline=INK)
    pen.text((LEFT, top - 16), title, fill=INK)
    for share in (0, 0.5, 1):
        pen.text((8, top + height * (1 - share) - 6), f"{most * share:.0f}", fill=INK)
        pen.text((LEFT + width * share - 8, top + height + 4), f"{until_s * share:.0f}", fill=INK)
    for name, colour in lines:
        points = [at(max(0.0, look["at_s"]), look[name]) for look in timeline]
        if len(points) > 1:
            pen.line(points, fill=colour, width=2)
