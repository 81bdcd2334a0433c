"""The owners' pages: number and plate open sum and terms only; the token opens the rest; guessing is limited."""

import io
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from integrations.pack import open_pack
from tests import samples
from tests.faced import FacedTest, picture

PERSONAL = (
    samples.PERSON.name_kk,
    samples.PERSON.name_ru,
    samples.PERSON.number,
    samples.PERSON.address,
    samples.PLACE.title_kk,
    samples.PLACE.title_ru,
    samples.VEHICLE.vin,
    "489AAC02",
    "pictures",
    "/a/",
)


@pytest.fixture
def faced(tmp_path: Path) -> FacedTest:
    return FacedTest(tmp_path)


def test_number_and_plate_show_sum_and_terms_and_nothing_of_a_person(faced: FacedTest) -> None:
    number, token = faced.act()
    browser = faced.browser()
    page = browser.post("/act", data=faced.form(browser, "/act", number=number, plate="489 AAC 02"))
    assert page.status_code == 200
    assert number in page.text
    assert "43\N{NO-BREAK SPACE}250" in page.text
    assert "21\N{NO-BREAK SPACE}625" in page.text
    assert [word for word in (*PERSONAL, token) if word in page.text] == []


def test_a_wrong_plate_and_an_unknown_number_read_the_same(faced: FacedTest) -> None:
    number, _ = faced.act()
    browser = faced.browser()
    wrong = browser.post("/act", data=faced.form(browser, "/act", number=number, plate="001AAA01"))
    unknown = browser.post("/act", data=faced.form(browser, "/act", number="99-2026-999999999", plate="489AAC02"))
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert "There is no act with this number and plate" in wrong.text
    assert "There is no act with this number and plate" in unknown.text


def test_guessing_the_plate_of_an_act_ends_even_with_the_right_one(faced: FacedTest) -> None:
    number, _ = faced.act()
    browser = faced.browser()
    for guess in range(5):
        browser.post("/act", data=faced.form(browser, "/act", number=number, plate=f"00{guess}AAA01"))
    answer = browser.post("/act", data=faced.form(browser, "/act", number=number, plate="489AAC02"))
    assert answer.status_code == 429
    faced.clock.advance_s(16 * 60)
    answer = browser.post("/act", data=faced.form(browser, "/act", number=number, plate="489AAC02"))
    assert answer.status_code == 200


def test_guessing_tokens_ends_by_address(faced: FacedTest) -> None:
    _, token = faced.act()
    browser = faced.browser()
    assert [browser.get(f"/a/{guess:032x}").status_code for guess in range(21)] == [404] * 20 + [429]
    assert browser.get(f"/a/{token}").status_code == 429


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_token_opens_everything(faced: FacedTest, language: str) -> None:
    _, token = faced.act()
    page = faced.browser(language=language).get(f"/a/{token}").text
    name = samples.PERSON.name_kk if language == "kk" else samples.PERSON.name_ru
    assert name in page
    assert f"/a/{token}/pictures/0" in page
    assert f'<html lang="{language}">' in page


def test_the_picture_shows_the_addressees_vehicle_and_blurs_the_rest(faced: FacedTest) -> None:
    _, token = faced.act()
    answer = faced.browser().get(f"/a/{token}/pictures/0")
    assert answer.headers["cache-control"] == "no-store"
    with Image.open(io.BytesIO(answer.content)) as shown, Image.open(io.BytesIO(picture())) as whole:
        box = samples.passage().vehicle.box  # type: ignore[union-attr]  # the sample has a vehicle
        inside = (box.x, box.y, box.width // 2, box.height // 2)
        assert shown.size == whole.size
        assert _grain(shown.crop(inside)) > 0.5 * _grain(whole.crop(inside))
        outside = (900, 500, 1100, 700)
        assert _grain(shown.crop(outside)) < 0.3 * _grain(whole.crop(outside))


def _grain(picture: Image.Image) -> float:
    """How much neighbours differ: what a blur takes away."""
    grey = picture.convert("L")
    width, height = grey.size
    return sum(abs(a - b) for a, b in pairwise(grey.tobytes())) / (width * height)


def test_paper_and_pack_come_with_the_token_only(faced: FacedTest) -> None:
    number, token = faced.act()
    browser = faced.browser()
    paper, pack = browser.get(f"/a/{token}/act.pdf"), browser.get(f"/a/{token}/pack.zip")
    assert paper.content.startswith(b"%PDF")
    assert number in paper.headers["content-disposition"]
    assert open_pack(pack.content).pictures == (picture(),)
    assert browser.get(f"/a/{'0' * 32}/act.pdf").status_code == 404
    assert browser.get(f"/a/{'0' * 32}/pack.zip").status_code == 404


def test_paying_is_simulated_in_a_demonstration_only(faced: FacedTest, tmp_path: Path) -> None:
    number, token = faced.act()
    browser = faced.browser()
    browser.post(f"/a/{token}/pay", data=faced.form(browser, "/act"))
    stored = faced.centre.casebook.acts.by_number(number)
    assert stored is not None
    due = [payment.tiyn for payment in faced.centre.casebook.payments.of_case(stored.act.case_id)]
    assert due in ([], [stored.act.discount_tiyn])
    (tmp_path / "plain").mkdir()
    plain = FacedTest(tmp_path / "plain", demonstration=False)
    _, token = plain.act()
    browser = plain.browser()
    assert browser.post(f"/a/{token}/pay", data=plain.form(browser, "/act")).status_code == 404
    assert "tarazy-demo" not in browser.get("/login").text
