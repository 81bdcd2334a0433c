"""Documents on the pages: what a case allows is offered and given, who took what is audited, nothing else is given."""

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from adjudication import codec
from adjudication.messages import CaseDecided, NoticeDelivered, NoticeDispatched
from dashboards.officer.documents import happened
from dashboards.render.layout import READING, VOID
from ingest.topics import CASE_EVENTS
from integrations.casebook.cases import Entry
from integrations.lifecycle import lifecycle
from tests import samples
from tests.casefiles import at
from tests.faced import FacedTest
from tests.office import received
from tests.papers import bare, text_of


@pytest.fixture
def faced(tmp_path: Path) -> FacedTest:
    return FacedTest(tmp_path)


def delivered(faced: FacedTest) -> tuple[CaseDecided, str]:
    """An act that was sent and arrived, and the token of its QR code."""
    decision = samples.decision()
    number, token = faced.act()
    case_id, at_us = decision.case_id, faced.clock()
    sent = NoticeDispatched(case_id=case_id, at_us=at_us, act_number=number, channel="sms", proof="s")
    arrived = NoticeDelivered(case_id=case_id, at_us=at_us, channel="sms", proof="s")
    stage = lifecycle(
        faced.centre.casebook, faced.centre.law, faced.centre.evidence, faced.centre.plate_key, faced.clock
    )
    stage.handle([received(sent), received(arrived)])
    return decision, token


def tell(faced: FacedTest, browser: TestClient, case_id: str, **fields: str) -> None:
    """Somebody tells something on the case's page, and it is folded in."""
    page = f"/officer/cases/{case_id}"
    answer = browser.post(f"{page}/course", data=faced.form(browser, page, **fields))
    assert answer.headers["location"].endswith("said=told")
    stage = lifecycle(
        faced.centre.casebook, faced.centre.law, faced.centre.evidence, faced.centre.plate_key, faced.clock
    )
    rows = [row for row in faced.centre.casebook.outbox.unsent(100) if row.topic == CASE_EVENTS.name]
    stage.handle([received(codec.decode_message(row.value)) for row in rows])


def offered(page: str) -> list[str]:
    """The documents that a page links to."""
    return [piece.partition(".pdf")[0] for piece in page.split("/documents/")[1:]]


def test_a_page_offers_what_the_case_allows_and_gives_it(faced: FacedTest) -> None:
    decision, _ = delivered(faced)
    browser = faced.browser("officer", "ru")
    page = f"/officer/cases/{decision.case_id}"
    assert offered(browser.get(page).text) == ["act", "receipt"]
    for kind in ("act", "receipt"):
        answer = browser.get(f"{page}/documents/{kind}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert f"-{kind}.pdf" in answer.headers["content-disposition"]
        assert bare("21 625 ₸ (двадцать одна тысяча шестьсот двадцать пять тенге)") in text_of(answer.content)
    taken = [line for line in faced.centre.casebook.audit.of_case(decision.case_id) if line.action == "document"]
    assert [(line.login, line.detail) for line in taken] == [("officer", "act"), ("officer", "receipt")]
    assert "взял документ" in browser.get(page).text


def test_a_referred_case_has_a_protocol_and_its_letter(faced: FacedTest) -> None:
    decision = faced.refer()
    browser = faced.browser("officer")
    page = f"/officer/cases/{decision.case_id}"
    assert dict.fromkeys(offered(browser.get(page).text)) == dict.fromkeys(["protocol", "forwarding-letter"])
    text = text_of(browser.get(f"{page}/documents/protocol.pdf").content)
    assert bare(decision.checked.passage.event.place.title_kk) in text
    assert "SHA-256" in text
    english = text_of(browser.get(f"{page}/documents/protocol.pdf?reading=en").content)
    assert bare(READING.en) in english


def test_what_was_told_is_in_the_documents(faced: FacedTest) -> None:
    decision, _ = delivered(faced)
    browser = faced.browser("officer", "ru")
    page = f"/officer/cases/{decision.case_id}"
    tell(faced, browser, decision.case_id, what="complaint", reference="in (1)")
    assert offered(browser.get(page).text) == ["act", "receipt", "contest-determination"]
    text = text_of(browser.get(f"{page}/documents/contest-determination.pdf").content)
    assert bare("№ in (1)") in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("protocol.pdf", 404),
        ("enforcement-letter.pdf", 404),
        ("nothing.pdf", 422),
        ("act.pdf?reading=de", 422),
        ("act", 404),
    ],
)
def test_what_the_case_does_not_allow_is_not_given_and_not_noted(faced: FacedTest, path: str, status: int) -> None:
    decision, _ = delivered(faced)
    answer = faced.browser("officer").get(f"/officer/cases/{decision.case_id}/documents/{path}")
    assert answer.status_code == status
    assert "document" not in {line.action for line in faced.centre.casebook.audit.of_case(decision.case_id)}


def test_an_owner_takes_the_receipt_while_something_is_due(faced: FacedTest) -> None:
    _, token = delivered(faced)
    browser = faced.browser(language="ru")
    assert f"/a/{token}/receipt.pdf" in browser.get(f"/a/{token}").text
    text = text_of(browser.get(f"/a/{token}/receipt.pdf").content)
    assert bare("21 625 ₸ (двадцать одна тысяча шестьсот двадцать пять тенге)") in text
    assert bare("Последний день: 15.04.2026") in text
    assert bare(READING.en) in text_of(browser.get(f"/a/{token}/receipt.pdf?reading=en").content)
    assert bare(READING.en) in text_of(browser.get(f"/a/{token}/act.pdf?reading=en").content)


def test_where_nothing_is_due_there_is_no_receipt(faced: FacedTest) -> None:
    _, token = faced.act()
    browser = faced.browser()
    assert "receipt.pdf" not in browser.get(f"/a/{token}").text
    assert browser.get(f"/a/{token}/receipt.pdf").status_code == 404
    assert browser.get("/a/" + "0" * 32 + "/receipt.pdf").status_code == 404


def test_an_act_that_is_void_says_so_on_paper(faced: FacedTest) -> None:
    number, token = faced.act()
    browser = faced.browser()
    assert bare(VOID.kk) not in text_of(browser.get(f"/a/{token}/act.pdf").content)
    faced.centre.casebook.acts.void(number, "NO_EVENT", faced.clock())
    text = text_of(browser.get(f"/a/{token}/act.pdf").content)
    assert bare(VOID.kk) in text
    assert bare(VOID.ru) in text


def test_a_line_that_was_not_folded_in_has_not_happened() -> None:
    line = Entry("c" * 32, "told: upheld (x)", "IN_FORCE", "IN_FORCE", "design 1.6", at(5, 1), at(5, 1))
    right = replace(line, basis="826-4")
    assert happened((line,)) == ()
    assert [one.reference for one in happened((line, right))] == ["x"]
    assert happened((replace(line, what="notice-dispatched: sms"),)) == ()
