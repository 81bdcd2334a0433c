"""Words and form: every text in every language, every page well-formed, every control with a name."""

import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from adjudication.states import State
from dashboards.languages import LANGUAGES, language_of, words
from dashboards.problems import PROBLEMS
from dashboards.sheets import FOLDER, percent
from tests.faced import FacedTest

VOID = {"meta", "link", "img", "input", "br", "image", "rect"}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_language_has_the_same_texts_with_the_same_gaps(language: str) -> None:
    kazakh, other = words("kk"), words(language)  # type: ignore[arg-type]  # listed above
    assert set(kazakh) == set(other)
    assert [key for key in kazakh if _gaps(kazakh[key]) != _gaps(other[key])] == []


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_that_a_template_names_exists_and_every_text_is_used() -> None:
    templates = "".join(path.read_text() for path in FOLDER.glob("*.html"))
    sheets = (FOLDER.parent / "sheets.py").read_text()
    named = set(re.findall(r't\("([a-z_]+\.[a-zA-Z0-9_-]+)"', templates))
    named |= set(re.findall(r'"(unit\.[a-z]+)"', sheets))
    families = set(re.findall(r't\("([a-z_]+\.)" ~', templates))
    assert named - set(words("en")) == set()
    unused = {key for key in words("en") if key not in named and not key.startswith(tuple(families))}
    assert unused == {"unit.days", "unit.hours", "unit.minutes"}  # named in a loop of sheets.py


def test_every_state_and_problem_has_its_words() -> None:
    for language in LANGUAGES:
        assert {f"state.{state}" for state in get_args(State)} <= set(words(language))
        assert {f"problem.{code}{end}" for code in PROBLEMS for end in ("", "-advice")} <= set(words(language))


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "language"),
    [
        (None, None, None, "kk"),
        (None, None, "de-DE,de;q=0.9,ru;q=0.5", "ru"),
        (None, "en", "ru", "en"),
        ("kk", "en", "ru", "kk"),
        ("xx", "yy", "zz", "kk"),
    ],
)
def test_a_language_is_asked_kept_accepted_or_the_state_language(
    asked: str | None, kept: str | None, accepted: str | None, language: str
) -> None:
    assert language_of(asked, kept, accepted) == language


class Sane(HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.labels = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id") in self.ids:
            self.faults.append(f"id {given['id']} twice")
        self.ids |= {given["id"]} if given.get("id") else set()
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"{tag} has inline style or script")
        if tag == "img" and "alt" not in given:
            self.faults.append("img without alt")
        if tag in {"input", "select"} and given.get("type") != "hidden" and "label" not in self.open:
            self.faults.append(f"{tag} {given.get('name')} without a label")
        if tag == "svg" and not given.get("aria-label"):
            self.faults.append("svg without a name")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


@pytest.fixture(scope="module")
def faced(tmp_path_factory: pytest.TempPathFactory) -> FacedTest:
    return FacedTest(Path(tmp_path_factory.mktemp("faced")))


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_is_well_formed_and_names_its_controls(faced: FacedTest, language: str) -> None:
    case = faced.review(hash(language) % 1000 + 10).case_id
    _, token = faced.act(hash(language) % 1000 + 2000)
    staff, owner = faced.browser("supervisor", language), faced.browser(language=language)
    case_page = f"/officer/cases/{case}"
    free = staff.get(case_page).text
    staff.post(f"{case_page}/lease", data=faced.form(staff, case_page))
    texts = [free, *(staff.get(page).text for page in ("/officer", case_page, "/ops", "/audit", "/replay", "/nothing"))]
    texts += [owner.get(page).text for page in ("/", "/login", "/act", f"/a/{token}", "/nothing")]
    for text in texts:
        sane = Sane()
        sane.feed(text)
        assert sane.faults == []
        assert sane.open == []
        assert f'<html lang="{language}">' in text
        assert "main" in sane.ids


def test_a_fault_shows_a_page_and_tells_the_log_no_words_of_it(
    faced: FacedTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = faced.browser("operator")

    def failing() -> int:
        raise RuntimeError("489AAC02")

    monkeypatch.setattr(faced.centre.casebook.log, "size", failing)
    answer = browser.get("/ops")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "489AAC02" not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("confidence_bp", "shown"), [(0, "0 %"), (9_900, "99 %"), (9_990, "99.9 %"), (9_991, "99.91 %"), (10_000, "100 %")]
)
def test_a_confidence_is_shown_as_fine_as_policy_weighs_it(confidence_bp: int, shown: str) -> None:
    """Its bound stands between 99.91 and 99.92 %, so who reads 99.9 % would not know on which side."""
    assert percent(confidence_bp) == shown
