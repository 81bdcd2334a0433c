"""The look of documents: faces, colours, paragraph styles, and the drawings that are not text."""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import font_source_sans_pro
import segno
from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Table

from adjudication.errors import Invalid
from adjudication.facts import Box
from dashboards.render.tags import Role

REGULAR, SEMIBOLD, BOLD = "SourceSans", "SourceSans-Semibold", "SourceSans-Bold"
_FILES = {REGULAR: "SourceSansPro", SEMIBOLD: "SourceSansProSemibold", BOLD: "SourceSansProBold"}

INK = HexColor("#14213d")
QUIET = HexColor("#5a6780")
RULE = HexColor("#c9d2e0")
TINT = HexColor("#eef3f9")
BLUE = HexColor("#00738c")
GOLD = HexColor("#c99a2e")
WARNING = HexColor("#a3161f")
WATERMARK = Color(0.64, 0.09, 0.12, alpha=0.07)


@cache
def register_faces() -> None:
    """Make the document faces known to the PDF library, and set how it writes streams, once in a process."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, Path(font_source_sans_pro.font_files_ttf[file])))
    rl_config.useA85 = 0  # streams as they are: a fifth smaller, and a picture stands in the file byte for byte
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=SEMIBOLD, italic=REGULAR, boldItalic=SEMIBOLD)


def _style(name: str, size: float, face: str = REGULAR, colour: Color = INK, **more: int) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=face, fontSize=size, leading=round(size * 1.24, 2), textColor=colour, **more)


TEXT = _style("text", 8.6)
FINE = _style("fine", 7, colour=QUIET)
HEADING = _style("heading", 8.8, SEMIBOLD, BLUE)
BODY_NAME = _style("body-name", 9.6, SEMIBOLD)
TITLE = _style("title", 12.4, BOLD)
FIGURE = _style("figure", 16, BOLD)
_ROLES: dict[str, Role] = {"title": "H1", "heading": "H2"}


def note(colour: Color) -> ParagraphStyle:
    """Of a framed line above a document."""
    return _style("note", 8.2, SEMIBOLD, colour, alignment=TA_CENTER)


class Text(Paragraph):  # type: ignore[misc]  # the library ships without types
    """Words in a language, tagged with what they are; `markup`: the text is in the library's own, else as written."""

    def __init__(self, text: str, style: ParagraphStyle, *, language: str = "", markup: bool = False) -> None:
        super().__init__(text if markup else escape(text), style)
        self._language, self._said = language, bool(text)
        self._wrapped: tuple[float, tuple[float, float]] | None = None

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The size at a width. The library asks three times before it draws. Measured: a fifth of a document's time."""
        if self._wrapped is None or self._wrapped[0] != width:
            self._wrapped = (width, super().wrap(width, height))
        return self._wrapped[1]

    def draw(self) -> None:
        """The words, as one element; an empty line is none."""
        if not self._said:
            return
        whole = self.getPlainText() if len(self.blPara.lines) > 1 else ""
        with self.canv.tagged(_ROLES.get(self.style.name, "P"), self._language, text=whole):
            super().draw()


class Grid(Table):  # type: ignore[misc]  # the library ships without types
    """A table for layout: its rules and grounds are ornament."""

    def _drawLines(self) -> None:  # noqa: N802  # the library's name
        with self.canv.artifact():
            super()._drawLines()

    def _drawBkgrnd(self) -> None:  # noqa: N802  # the library's name
        with self.canv.artifact():
            super()._drawBkgrnd()


class Rules(Flowable):  # type: ignore[misc]  # the library ships without types
    """`count` lines to write on by hand, `apart` points from one to the next."""

    def __init__(self, width: float, count: int, apart: float) -> None:
        super().__init__()
        self.width, self.height = width, count * apart
        self._apart = apart

    def draw(self) -> None:
        """Thin lines, the last at the foot."""
        with self.canv.artifact():
            self.canv.setStrokeColor(QUIET)
            self.canv.setLineWidth(0.35)
            for number in range(round(self.height / self._apart)):
                self.canv.line(0, number * self._apart + 1, self.width, number * self._apart + 1)


def qr_modules(text: str) -> tuple[bytes, ...]:
    """The rows of a QR code with its quiet zone, 1 for dark; error correction M survives a fold."""
    return tuple(bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4))


class QrCode(Flowable):  # type: ignore[misc]  # the library ships without types
    """A QR code of `text`, `size` points wide with its quiet zone; `alt` says in words what it is."""

    def __init__(self, text: str, size: float, alt: str = "") -> None:
        super().__init__()
        self._alt = alt
        self.width = self.height = size
        self._rows = qr_modules(text)

    def draw(self) -> None:
        """On white, one filled path: a run of dark modules at a time."""
        module = self.width / len(self._rows)
        path = self.canv.beginPath()
        for number, row in enumerate(self._rows, 1):
            for run in _DARK.finditer(row):
                path.rect(
                    run.start() * module, self.height - number * module, (run.end() - run.start()) * module, module
                )
        with self.canv.tagged("Figure", alt=self._alt):
            self.canv.setFillColor(white)
            self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            self.canv.setFillColor(black)
            self.canv.drawPath(path, stroke=0, fill=1)


_DARK = re.compile(rb"\x01+")


class _Jpeg(ImageReader):  # type: ignore[misc]  # the library ships without types
    """The library decodes a whole picture only to name it by the digest of its colours; the file's bytes name it as
    well. Measured: 27 ms and 6 MiB less for each full-HD photograph.
    """

    def __init__(self, jpeg: bytes) -> None:
        super().__init__(BytesIO(jpeg))
        self._jpeg, self._dataA = jpeg, None

    def getRGBData(self) -> bytes:  # noqa: N802  # the library's name
        return self._jpeg


def open_picture(jpeg: bytes) -> ImageReader:
    """A JPEG to be drawn as it came, as often as needed.

    Raises:
        Invalid: `picture-not-jpeg`.
    """
    if not jpeg.startswith(_JPEG_MAGIC):
        raise Invalid("picture-not-jpeg", "a document holds pictures as devices send them: JPEG")
    return _Jpeg(jpeg)


def around(box: Box, picture: ImageReader) -> Box | None:
    """`box` with a fifth of its size on each side, as far as the picture goes; None where it is not in the picture."""
    width, height = picture.getSize()
    left, top = max(0, box.x - box.width // 5), max(0, box.y - box.height // 5)
    right = min(width, box.x + box.width + box.width // 5)
    bottom = min(height, box.y + box.height + box.height // 5)
    return Box(x=left, y=top, width=right - left, height=bottom - top) if left < right and top < bottom else None


_JPEG_MAGIC = b"\xff\xd8\xff"


class Picture(Flowable):  # type: ignore[misc]  # the library ships without types
    """A picture scaled into a frame; with `crop`, only that part of it (the file stands in the document once)."""

    def __init__(
        self, picture: ImageReader, width: float, most_height: float, crop: Box | None = None, alt: str = ""
    ) -> None:
        super().__init__()
        self._alt = alt
        self._image = picture
        full_width, full_height = self._image.getSize()
        self._crop = crop or Box(x=0, y=0, width=full_width, height=full_height)
        self._scale = min(width / self._crop.width, most_height / self._crop.height)
        self._full = (full_width * self._scale, full_height * self._scale)
        self.width, self.height = self._crop.width * self._scale, self._crop.height * self._scale

    def draw(self) -> None:
        """The picture behind a window of the crop's size."""
        with self.canv.tagged("Figure", alt=self._alt):
            self.canv.saveState()
            window = self.canv.beginPath()
            window.rect(0, 0, self.width, self.height)
            self.canv.clipPath(window, stroke=0, fill=0)
            below = self._full[1] - (self._crop.y + self._crop.height) * self._scale
            self.canv.drawImage(self._image, -self._crop.x * self._scale, -below, *self._full)
            self.canv.restoreState()
        with self.canv.artifact():
            self.canv.setStrokeColor(RULE)
            self.canv.rect(0, 0, self.width, self.height, stroke=1, fill=0)
