"""The PDF of any document: Kazakh and Russian side by side, or one column of English for reading.

The same document gives the same bytes on every machine. The paper is a copy for reading: what is signed is the
electronic original, which the QR code leads to. The file is tagged (`tags.py`), and says its title and language.
"""

from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer, Table

from adjudication.lawbook import Language
from dashboards.render import paper
from dashboards.render.document import Document, Figure, Item, Line
from dashboards.render.tags import TaggedCanvas
from dashboards.render.wording import Words, named, same
from integrations.authority import DEMO_BODY

MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
GAP = 6 * mm
QR_SIZE = 27 * mm
"""A code of 60 characters has modules of 0.6 mm at this size: a telephone reads it at arm's length."""
RULE_HEIGHT = 5.6 * mm
"""Between two lines to write on by hand."""

LAWFUL: tuple[Language, ...] = ("kk", "ru")
"""The languages of a document. Source: 738: the state language, Russian beside it."""
SAMPLE = Words("ҮЛГІ · ЗАҢДЫ КҮШІ ЖОҚ", "ОБРАЗЕЦ · НЕ ИМЕЕТ ЮРИДИЧЕСКОЙ СИЛЫ", "SAMPLE · NO LEGAL FORCE")
DRAFT = Words(
    "ЖОБА: лауазымды адам толтырып, қол қойғанша күші жоқ",
    "ПРОЕКТ: не имеет силы, пока его не заполнит и не подпишет должностное лицо",
    "DRAFT: of no force until an official has completed and signed it",
)
VOID = Words(
    "КҮШІ ЖОҚ: бұл акт енді әрекет етпейді",
    "НЕ ДЕЙСТВУЕТ: этот акт больше не имеет силы",
    "VOID: this act stands no more",
)
READING = Words("", "", "FOR READING ONLY: the document itself is its Kazakh and Russian text")
_FIGURES = Words("Көру, тексеру, төлеу", "Посмотреть, проверить, оплатить", "To see, check and pay")
_PICTURE = Words("{n}-фотосурет", "Фотоснимок {n}", "Photograph {n}")
_PLATE = Words("Нөмірлік белгі", "Номерной знак", "Number plate")
_QR = Words(
    "Істің бетіне апаратын QR-код", "QR-код со ссылкой на страницу дела", "QR code that leads to the case's page"
)
_PAGE = Words("{n}-бет", "стр. {n}", "page {n}")


def render(document: Document, languages: tuple[Language, ...] = LAWFUL) -> bytes:
    """The PDF.

    Raises:
        Invalid: `picture-not-jpeg`.
    """
    paper.register_faces()
    return _Sheet(document, languages).render()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One document on its way to paper; each language is a column."""

    document: Document
    languages: tuple[Language, ...]

    @property
    def column(self) -> float:
        """The width of one language's text, in points."""
        return float(WIDTH - GAP * (len(self.languages) - 1)) / len(self.languages)

    def render(self) -> bytes:
        document, file = self.document, BytesIO()
        story: list[Flowable] = [*self._notes(), *self._head(), *self._summary()]
        for item in document.items:
            story.append(KeepTogether([self._item(item)]))
        story += self._pictures()
        template = BaseDocTemplate(
            file,
            pagesize=A4,
            title=f"{self._in_all(document.title)} № {document.reference}",
            author=document.body.name_kk,
            lang=self.languages[0],
            displayDocTitle=True,
            invariant=1,
        )
        frame = Frame(MARGIN, 15 * mm, WIDTH, A4[1] - 27 * mm, 0, 0, 0, 0)
        template.addPageTemplates(PageTemplate("page", [frame], onPage=lambda canvas, _: self._decorate(canvas)))
        template.build(story, canvasmaker=TaggedCanvas)
        return file.getvalue()

    def _in_all(self, words: Words, **values: object) -> str:
        """The text in every language of the sheet, once where they agree."""
        return " · ".join(dict.fromkeys(words.of(one).format(**values) for one in self.languages))

    def _decorate(self, canvas: TaggedCanvas) -> None:
        """Rules above and below, the foot line, and the watermark of a sample."""
        with canvas.artifact():
            top = A4[1] - 8 * mm
            canvas.setFillColor(paper.BLUE)
            canvas.rect(MARGIN, top, WIDTH, 1.6, stroke=0, fill=1)
            canvas.setFillColor(paper.GOLD)
            canvas.rect(MARGIN, top - 2.6, WIDTH, 0.8, stroke=0, fill=1)
            canvas.setFillColor(paper.QUIET)
            canvas.setFont(paper.REGULAR, 7)
            canvas.drawString(MARGIN, 9 * mm, f"№ {self.document.reference}")
            canvas.drawCentredString(A4[0] / 2, 9 * mm, self._in_all(_PAGE, n=canvas.getPageNumber()))
            canvas.drawRightString(A4[0] - MARGIN, 9 * mm, self.document.foot)
            if self._is_sample:
                _watermark(canvas)

    @property
    def _is_sample(self) -> bool:
        return self.document.body.body_id == DEMO_BODY.body_id

    def _notes(self) -> list[Flowable]:
        """What must be known before anything is read: a sample, an act that is void, a draft, a translation."""
        notes = [(SAMPLE, paper.WARNING)] if self._is_sample else []
        notes += [(VOID, paper.WARNING)] if self.document.void else []
        notes += [(DRAFT, paper.BLUE)] if self.document.draft else []
        notes += [(READING, paper.BLUE)] if set(self.languages) - set(LAWFUL) else []
        story: list[Flowable] = []
        for words, colour in notes:
            prefix = "SYNTHETIC / DEMO · " if words is SAMPLE else ""
            said = [(language, words.of(language)) for language in self.languages if words.of(language)]
            rows = [[paper.Text(prefix + text, paper.note(colour), language=language)] for language, text in said]
            story += [paper.Grid(rows, [WIDTH], style=[("BOX", (0, 0), (-1, -1), 0.8, colour), *_padding(2, 4)])]
            story += [Spacer(0, 5)]
        return story

    def _head(self) -> list[Flowable]:
        document, body = self.document, self.document.body
        rows = [self._row(document.title, paper.TITLE), self._row(document.designation, paper.BODY_NAME)]
        if document.letterhead:
            rows = [
                self._row(named(body.name_kk, body.name_ru), paper.BODY_NAME),
                self._row(named(body.location_kk, body.location_ru), paper.FINE),
                self._row(same(""), paper.FINE),
                *rows,
            ]
        return [self._columns(rows), Spacer(0, 5)]

    def _summary(self) -> list[Flowable]:
        """What people look for first: the plate, the sums, and where to see, check and pay."""
        document = self.document
        if not document.figures:
            return []
        cells: list[object] = [self._figure(figure) for figure in document.figures]
        beside = QR_SIZE + 6 * mm if document.link else 0
        rows = [cells[at : at + 2] for at in range(0, len(cells), 2)]
        rows[-1] += [""] * (2 - len(rows[-1]))
        figures = paper.Grid(rows, [(WIDTH - beside - 12) / 2] * 2, style=_padding(2, 0))
        look = [("BACKGROUND", (0, 0), (-1, -1), paper.TINT), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *_padding(4, 6)]
        if not document.link:
            return [paper.Grid([[figures]], [WIDTH], style=look), Spacer(0, 6)]
        where = paper.Text(f"{self._in_all(_FIGURES)}:<br/>{_link(document.link)}", paper.FINE, markup=True)
        code = paper.QrCode(document.link, QR_SIZE, self._in_all(_QR))
        widths = [WIDTH - QR_SIZE - 2 * mm, QR_SIZE + 2 * mm]
        return [paper.Grid([[[figures, where], code]], widths, style=look), Spacer(0, 6)]

    def _figure(self, figure: Figure) -> list[Flowable]:
        return [paper.Text(self._in_all(figure.label), paper.FINE), paper.Text(figure.value, paper.FIGURE)]

    def _item(self, item: Item) -> Table:
        heading = [
            paper.Text(
                f"{item.number}. {escape(item.heading.of(language))} {_source(item.source)}",
                paper.HEADING,
                language=language,
                markup=True,
            )
            for language in self.languages
        ]
        rows: list[list[Flowable | str]] = [list(heading)]
        wide: list[int] = []
        for line in item.lines:
            rows.append(self._line(line))
            if line.value is None:
                wide.append(len(rows))
                rows.append([paper.Rules(WIDTH, line.rules, RULE_HEIGHT), *[""] * (len(self.languages) - 1)])
        return self._columns(rows, ruled=True, wide=wide)

    def _line(self, line: Line) -> list[Flowable | str]:
        return [
            paper.Text(_said(line, language), paper.TEXT, language=language, markup=True) for language in self.languages
        ]

    def _row(self, words: Words, style: ParagraphStyle) -> list[Flowable | str]:
        return [paper.Text(words.of(language), style, language=language) for language in self.languages]

    def _columns(
        self, rows: list[list[Flowable | str]], *, ruled: bool = False, wide: list[int] | None = None
    ) -> Table:
        """A column a language, the state language first; the rows of `wide` go across all of them."""
        last = len(self.languages) - 1
        widths = [self.column + GAP / 2] * len(self.languages) if last else [self.column]
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(0.8, 0)]
        if last:
            style += [("RIGHTPADDING", (0, 0), (0, -1), GAP / 2), ("LEFTPADDING", (1, 0), (1, -1), GAP / 2)]
        for row in wide or ():
            style += [("SPAN", (0, row), (-1, row)), ("RIGHTPADDING", (0, row), (0, row), 0)]
            style.append(("BOTTOMPADDING", (0, row), (-1, row), 3))
        if ruled:
            style += [("LINEABOVE", (0, 0), (-1, 0), 0.5, paper.RULE), ("TOPPADDING", (0, 0), (-1, 0), 3.2)]
            style.append(("BOTTOMPADDING", (0, -1), (-1, -1), 6 if wide and wide[-1] == len(rows) - 1 else 3.2))
        return paper.Grid(rows, widths, style=style)

    def _pictures(self) -> list[Flowable]:
        """Each picture with its number; where the plate is known it follows, enlarged."""
        story: list[Flowable] = []
        for number, shot in enumerate(self.document.shots, 1):
            picture, name = paper.open_picture(shot.jpeg), Words(*(_numbered(number)))
            parts: list[Flowable] = [self._columns([self._row(name, paper.HEADING)], ruled=True)]
            parts += [paper.Picture(picture, WIDTH, 134 * mm, alt=self._in_all(name)), Spacer(0, 3)]
            parts += [paper.Text(self.document.caption, paper.FINE)]
            plate = paper.around(shot.plate, picture) if shot.plate else None
            if plate is not None:
                said = f"{self._in_all(_PLATE)}: <b>{escape(self.document.plate)}</b>"
                alt = f"{self._in_all(_PLATE)}: {self.document.plate}"
                parts += [Spacer(0, 5), paper.Picture(picture, WIDTH / 2 - GAP, 28 * mm, plate, alt=alt)]
                parts += [Spacer(0, 3), paper.Text(said, paper.TEXT, markup=True)]
            story += [KeepTogether(parts), Spacer(0, 8)]
        return story


def _numbered(number: int) -> tuple[str, str, str]:
    return _PICTURE.kk.format(n=number), _PICTURE.ru.format(n=number), _PICTURE.en.format(n=number)


def _said(line: Line, language: Language) -> str:
    value = escape(line.value.of(language)) if line.value else ""
    if line.label is None:
        return value
    return f"{escape(line.label.of(language))}: <b>{value}</b>" if value else f"{escape(line.label.of(language))}:"


def _source(source: str) -> str:
    return (
        f'<font name="{paper.REGULAR}" size="6.6" color="{paper.QUIET.hexval().replace("0x", "#")}">[{source}]</font>'
    )


def _link(link: str) -> str:
    return f'<link href="{escape(link, {chr(34): "&quot;"})}">{escape(link)}</link>'


def _watermark(canvas: TaggedCanvas) -> None:
    canvas.saveState()
    canvas.setFillColor(paper.WATERMARK)
    canvas.setFont(paper.BOLD, 62)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -20, "SYNTHETIC / DEMO")
    canvas.restoreState()


def _padding(vertical: float, horizontal: float) -> list[tuple[object, ...]]:
    sides = {"TOP": vertical, "BOTTOM": vertical, "LEFT": horizontal, "RIGHT": horizontal}
    return [(f"{side}PADDING", (0, 0), (-1, -1), points) for side, points in sides.items()]
