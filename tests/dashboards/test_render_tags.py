"""A reader that speaks: title, language, and everything drawn as an element in its language, in order."""

from io import BytesIO
from typing import Any

import pypdf
import pytest

from dashboards.render.document import Shot
from dashboards.render.layout import render
from dashboards.render.prescription import prescription
from tests.dashboards.test_render_prescription import LINK, TITLE, jpeg, sample


@pytest.fixture(scope="module")
def reader() -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(render(prescription(sample(), TITLE, [Shot(jpeg())], LINK))))


def sections(reader: pypdf.PdfReader) -> list[Any]:
    document = reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
    assert document["/S"] == "/Document"
    return [section.get_object() for section in document["/K"]]


def test_the_file_says_its_title_and_language_and_that_it_is_tagged(reader: pypdf.PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "kk"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert TITLE.kk in reader.metadata.title  # type: ignore[union-attr, operator]  # read back above


def test_each_language_is_one_section_from_its_title_to_its_end(reader: pypdf.PdfReader) -> None:
    languages = [section.get("/Lang", "") for section in sections(reader)]
    assert languages == ["kk", "ru", ""]
    for section in sections(reader)[:2]:
        roles = [one.get_object()["/S"] for one in section["/K"]]
        assert roles.count("/H1") == 1
        assert roles.count("/H2") == 11  # ten items and a photograph


def test_what_is_drawn_and_not_written_is_said_in_words(reader: pypdf.PdfReader) -> None:
    figures = [one.get_object() for one in sections(reader)[2]["/K"] if one.get_object()["/S"] == "/Figure"]
    assert [figure["/Alt"] for figure in figures] == [
        "Істің бетіне апаратын QR-код · QR-код со ссылкой на страницу дела",
        "1-фотосурет · Фотоснимок 1",
    ]


def test_every_mark_of_a_page_leads_to_its_element_and_back(reader: pypdf.PdfReader) -> None:
    numbers = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    for number, page in enumerate(reader.pages):
        assert page["/StructParents"] == number
        elements = [one.get_object() for one in numbers[2 * number + 1].get_object()]
        assert [element["/K"] for element in elements] == list(range(len(elements)))
        assert all(element["/Pg"] == page for element in elements)
        drawn = page.get_contents().get_data()
        assert drawn.count(b"/MCID ") == len(elements)
        assert drawn.count(b"BDC") + drawn.count(b"BMC") == drawn.count(b"EMC")


def test_words_at_the_end_of_a_line_stay_apart(reader: pypdf.PdfReader) -> None:
    said = [one.get_object().get("/ActualText", "") for one in sections(reader)[0]["/K"]]
    assert "Ескерту немесе айыппұл төлеу қажеттілігі туралы нұсқама" in said
