"""The PDF of an act: Kazakh and Russian side by side, its pictures, the sums, and the way to check and to pay.

The same act, pictures and link give the same bytes on every machine. The paper is a copy for reading: what is signed
is the electronic original, which the QR code leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table

from adjudication.facts import Box
from adjudication.lawbook import Texts
from adjudication.protocol import Act
from adjudication.terms import DeliveryTerms
from dashboards.render import paper
from dashboards.render.fields import Item, Line, items
from dashboards.render.wording import Pair, day, instant, money
from integrations.authority import DEMO_BODY

MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
GAP = 6 * mm
COLUMN = (WIDTH - GAP) / 2
QR_SIZE = 27 * mm
"""A code of 60 characters has modules of 0.6 mm at this size: a telephone reads it at arm's length."""

SAMPLE = Pair("ҮЛГІ · ЗАҢДЫ КҮШІ ЖОҚ", "ОБРАЗЕЦ · НЕ ИМЕЕТ ЮРИДИЧЕСКОЙ СИЛЫ")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to be printed: a JPEG, and where the plate stands in it if it is to be shown enlarged as well."""

    jpeg: bytes
    plate: Box | None = None


def render_act(
    act: Act, title: Texts, shots: Sequence[Shot], link: str, delivered: DeliveryTerms | None = None
) -> bytes:
    """The PDF. `title` is what the law calls the document on the day it is formed (`Lawbook.title`); `link` is what the
    QR code holds.

    Raises:
        Invalid: `form-not-rendered`, for a protocol; `picture-not-jpeg`.
    """
    paper.register_faces()
    story: list[Flowable] = [*_head(act, title), *_summary(act, link)]
    for item in items(act, delivered):
        story.append(KeepTogether(_item(item)))
    story += _pictures(act, shots)
    file = BytesIO()
    _document(file, act, title).build(story)
    return file.getvalue()


def _document(file: BytesIO, act: Act, title: Texts) -> BaseDocTemplate:
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=f"{title.kk} · {title.ru} № {act.number}",
        author=act.body.name_kk,
        lang="kk",
        invariant=1,
    )
    frame = Frame(MARGIN, 15 * mm, WIDTH, A4[1] - 27 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=lambda canvas, _: _decorate(canvas, act)))
    return document


def _decorate(canvas: Canvas, act: Act) -> None:
    """Rules above and below, the foot line, and the watermark of a sample."""
    top = A4[1] - 8 * mm
    canvas.setFillColor(paper.BLUE)
    canvas.rect(MARGIN, top, WIDTH, 1.6, stroke=0, fill=1)
    canvas.setFillColor(paper.GOLD)
    canvas.rect(MARGIN, top - 2.6, WIDTH, 0.8, stroke=0, fill=1)
    canvas.setFillColor(paper.QUIET)
    canvas.setFont(paper.REGULAR, 7)
    canvas.drawString(MARGIN, 9 * mm, f"№ {act.number}")
    page = canvas.getPageNumber()
    canvas.drawCentredString(A4[0] / 2, 9 * mm, f"{page}-бет · стр. {page}")
    canvas.drawRightString(A4[0] - MARGIN, 9 * mm, f"law {act.law_sha256[:16]} · policy {act.policy_sha256[:16]}")
    if _is_sample(act):
        canvas.saveState()
        canvas.setFillColor(paper.WATERMARK)
        canvas.setFont(paper.BOLD, 62)
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(52)
        canvas.drawCentredString(0, -20, "SYNTHETIC / DEMO")
        canvas.restoreState()


def _is_sample(act: Act) -> bool:
    return act.body.body_id == DEMO_BODY.body_id


def _head(act: Act, title: Texts) -> list[Flowable]:
    body = act.body
    rows = [
        _row(body.name_kk, body.name_ru, paper.BODY_NAME),
        _row(body.location_kk, body.location_ru, paper.FINE),
        _row("", "", paper.FINE),
        _row(title.kk, title.ru, paper.TITLE),
        _row(f"№ {act.number}, {day(act.initiated_on)}", f"№ {act.number} от {day(act.initiated_on)}", paper.BODY_NAME),
    ]
    head: list[Flowable] = [_columns(rows), Spacer(0, 5)]
    if _is_sample(act):
        words = Paragraph(f"SYNTHETIC / DEMO · {SAMPLE.kk} · {SAMPLE.ru}", paper.SAMPLE)
        frame = [("BOX", (0, 0), (-1, -1), 0.8, paper.WARNING), *_padding(3, 4)]
        head = [Table([[words]], [WIDTH], style=frame), Spacer(0, 7), *head]
    return head


def _summary(act: Act, link: str) -> list[Flowable]:
    """What people look for first: the plate, the sums, and where to see, check and pay."""
    cells = [_figure("МТНБ · ГРНЗ", act.vehicle.plate), _figure("Уақыты · Время", instant(act.offence_us).split()[0])]
    if act.form == "prescription":
        cells.append(_figure("Толық сома · Полная сумма", money(act.sum_tiyn)))
    if act.discount_tiyn is not None:
        label = f"{act.terms.discount_days} тәулікте · в {act.terms.discount_days} суток"
        cells.append(_figure(f"50 %: {label}", money(act.discount_tiyn)))
    figures = Table([cells[:2], cells[2:]] if cells[2:] else [cells], [(WIDTH - QR_SIZE - 6 * mm) / 2] * 2)
    figures.setStyle(_padding(2, 0))
    where = Paragraph(f"Көру, тексеру, төлеу · Посмотреть, проверить, оплатить:<br/>{_link(link)}", paper.FINE)
    table = Table([[[figures, where], paper.QrCode(link, QR_SIZE)]], [WIDTH - QR_SIZE - 2 * mm, QR_SIZE + 2 * mm])
    table.setStyle(
        [("BACKGROUND", (0, 0), (-1, -1), paper.TINT), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *_padding(4, 6)]
    )
    return [table, Spacer(0, 6)]


def _link(link: str) -> str:
    return f'<link href="{escape(link, {chr(34): "&quot;"})}">{escape(link)}</link>'


def _figure(label: str, value: str) -> list[Flowable]:
    return [Paragraph(escape(label), paper.FINE), Paragraph(escape(value), paper.FIGURE)]


def _item(item: Item) -> list[Flowable]:
    rows = [_row(f"{item.number}. {item.heading.kk}", f"{item.number}. {item.heading.ru}", paper.HEADING)]
    rows += [[Paragraph(text, paper.TEXT) for text in _both(line)] for line in item.lines]
    return [_columns(rows, ruled=True)]


def _both(line: Line) -> tuple[str, str]:
    def one(label: str, value: str) -> str:
        said = f"<b>{escape(value)}</b>" if label else escape(value)
        return f"{escape(label)}: {said}" if label else said

    return one(line.label.kk, line.value.kk), one(line.label.ru, line.value.ru)


def _row(kk: str, ru: str, style: object) -> list[Flowable]:
    return [Paragraph(escape(kk), style), Paragraph(escape(ru), style)]


def _columns(rows: list[list[Flowable]], *, ruled: bool = False) -> Table:
    """Kazakh on the left, Russian on the right."""
    table = Table(rows, [COLUMN + GAP / 2] * 2)
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(0.8, 0), ("RIGHTPADDING", (0, 0), (0, -1), GAP / 2)]
    style.append(("LEFTPADDING", (1, 0), (1, -1), GAP / 2))
    if ruled:
        style += [("LINEABOVE", (0, 0), (-1, 0), 0.5, paper.RULE), ("TOPPADDING", (0, 0), (-1, 0), 3.2)]
        style.append(("BOTTOMPADDING", (0, -1), (-1, -1), 3.2))
    table.setStyle(style)
    return table


def _padding(vertical: float, horizontal: float) -> list[tuple[object, ...]]:
    sides = {"TOP": vertical, "BOTTOM": vertical, "LEFT": horizontal, "RIGHT": horizontal}
    return [(f"{side}PADDING", (0, 0), (-1, -1), points) for side, points in sides.items()]


def _pictures(act: Act, shots: Sequence[Shot]) -> list[Flowable]:
    """Each picture with its number; where the plate is known it follows, enlarged."""
    story: list[Flowable] = []
    caption = f"{instant(act.offence_us)} · {act.device.name}, № {act.device.serial}"
    for number, shot in enumerate(shots, 1):
        picture = paper.open_picture(shot.jpeg)
        heading = _row(f"{number}-фотосурет", f"Фотоснимок {number}", paper.HEADING)
        parts: list[Flowable] = [_columns([heading], ruled=True), paper.Picture(picture, WIDTH, 134 * mm)]
        parts += [Spacer(0, 3), Paragraph(escape(caption), paper.FINE)]
        plate = paper.around(shot.plate, picture) if shot.plate else None
        if plate is not None:
            parts += [Spacer(0, 5), paper.Picture(picture, COLUMN, 28 * mm, plate)]
            parts += [
                Spacer(0, 3),
                Paragraph(f"Нөмірлік белгі · Номерной знак: <b>{act.vehicle.plate}</b>", paper.TEXT),
            ]
        story += [KeepTogether(parts), Spacer(0, 8)]
    return story
