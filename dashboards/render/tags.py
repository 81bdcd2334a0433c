"""A tagged PDF: what is drawn says what it is and in which language, so that it can be read aloud and searched.

The library writes no structure of its own; this canvas marks what is drawn (ISO 32000-1, 14.7 and 14.8) and adds the
tree. A document in two languages is two sections, each read from its beginning to its end; pictures follow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

Role = Literal["H1", "H2", "P", "Figure"]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something drawn: its place in its page's stream (`mcid`), and what it is."""

    role: Role
    language: str
    alt: str
    text: str
    page: int
    mcid: int


class TaggedCanvas(Canvas):  # type: ignore[misc]  # the library ships without types
    """Draws as any canvas; `tagged` and `artifact` say of what is drawn within them what it is."""

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **settings)
        self._marks: list[_Mark] = []
        self._on_page = 0
        self._pages = 0

    @contextmanager
    def tagged(self, role: Role, language: str = "", *, alt: str = "", text: str = "") -> Iterator[None]:
        """What is drawn within is one element; `alt` says in words what a figure shows, `text` what stands there where
        the drawing alone does not tell: a line ends without a space.
        """
        self._code.append(f"/{role} <</MCID {self._on_page}>> BDC")
        self._marks.append(_Mark(role, language, alt, text, self._pages, self._on_page))
        self._on_page += 1
        yield
        self._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn within is ornament, and is not read aloud."""
        self._code.append("/Artifact BMC")
        yield
        self._code.append("EMC")

    def showPage(self) -> None:  # noqa: N802  # the library's name
        """Ends the page, which from then on knows its place in the tree."""
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = self._pages, PDFName("S")
        self._pages, self._on_page = self._pages + 1, 0

    def save(self) -> None:
        """Writes the file with its tree."""
        self._write_tree()
        super().save()

    def _write_tree(self) -> None:
        document = self._doc
        pages = [document.Reference(page) for page in document.Pages.pages]
        root, whole = PDFDictionary({"Type": PDFName("StructTreeRoot")}), PDFDictionary({})
        root_at, whole_at = document.Reference(root), document.Reference(whole)
        parents: list[list[object]] = [[None] * sum(mark.page == n for mark in self._marks) for n in range(len(pages))]
        sections = []
        for language in sorted(
            dict.fromkeys(mark.language for mark in self._marks), key=lambda one: (not one, one != "kk")
        ):
            section = PDFDictionary(_element("Sect", whole_at, language))
            section_at = document.Reference(section)
            kids = []
            for mark in (mark for mark in self._marks if mark.language == language):
                leaf = _element(mark.role, section_at) | {"Pg": pages[mark.page], "K": mark.mcid}
                leaf |= {key: PDFString(said) for key, said in (("Alt", mark.alt), ("ActualText", mark.text)) if said}
                leaf_at = document.Reference(PDFDictionary(leaf))
                parents[mark.page][mark.mcid] = leaf_at
                kids.append(leaf_at)
            section.dict["K"] = PDFArray(kids)
            sections.append(section_at)
        whole.dict |= _element("Document", root_at) | {"K": PDFArray(sections)}
        places = [entry for page, marks in enumerate(parents) for entry in (page, document.Reference(PDFArray(marks)))]
        tree = document.Reference(PDFDictionary({"Nums": PDFArray(places)}))
        root.dict |= {"K": whole_at, "ParentTree": tree, "ParentTreeNextKey": len(pages)}
        document.Catalog.StructTreeRoot = root_at
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})


def _element(role: str, parent: object, language: str = "") -> dict[str, object]:
    said = {"Lang": PDFString(language)} if language else {}
    return {"Type": PDFName("StructElem"), "S": PDFName(role), "P": parent, **said}
