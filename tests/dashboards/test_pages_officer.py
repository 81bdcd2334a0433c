"""The officers' pages: a case is taken, seen and decided by one officer; every look leaves a line."""

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from msgspec.structs import replace

from adjudication import reasons
from adjudication.lawbook import Language
from adjudication.messages import CaseDecided, NoticeDelivered, NoticeDispatched
from dashboards.auth import DEMO_PASSWORD
from dashboards.languages import say
from dashboards.officer.verdicts import REJECTIONS
from dashboards.sheets import percent
from ingest.topics import CASE_EVENTS
from integrations.casebook.users import User
from integrations.lifecycle import lifecycle
from integrations.pack import open_pack
from tests import samples
from tests.faced import FacedTest, picture
from tests.office import received
from vision.ports import SecondRead


@pytest.fixture
def faced(tmp_path: Path) -> FacedTest:
    return FacedTest(tmp_path)


def _verdict(faced: FacedTest, browser: TestClient, case: str, **fields: str) -> Response:
    page = f"/officer/cases/{case}"
    return browser.post(f"{page}/verdict", data=faced.form(browser, page, **fields))


def _verdicts(faced: FacedTest) -> list[str]:
    with_case = faced.centre.casebook.audit.latest(100)
    return [line.action for line in with_case if line.action in {"confirm", "correct_plate", "reject"}]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"verdict": "confirm"}, "confirm"),
        ({"verdict": "correct_plate", "plate": "490 AAC 02"}, "correct_plate"),
        ({"verdict": "reject", "reason": "NO_EVENT"}, "reject"),
    ],
)
def test_each_verdict_is_recorded_and_said_to_be(faced: FacedTest, fields: dict[str, str], said: str) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    answer = _verdict(faced, browser, case, **fields)
    assert answer.headers["location"].endswith(f"said={said}")
    assert "Recorded" in browser.get(answer.headers["location"]).text
    assert _verdicts(faced) == [said]
    assert faced.centre.casebook.reviews.count() == 0


def test_a_case_that_another_officer_has_can_be_seen_and_not_decided(faced: FacedTest) -> None:
    case = faced.review().case_id
    faced.centre.casebook.users.add(User("second", "Екінші", "demo", "officer"), DEMO_PASSWORD)
    first, second = faced.browser("officer"), faced.browser("second")
    page = f"/officer/cases/{case}"
    first.post(f"{page}/lease", data=faced.form(first, page))
    assert "officer has this case until" in second.get(page).text
    assert second.post(f"{page}/lease", data=faced.form(second, page)).headers["location"].endswith("said=taken")
    assert _verdict(faced, second, case, verdict="confirm").headers["location"].endswith("said=not-leased")
    assert _verdicts(faced) == []


def test_a_lease_that_ran_out_decides_nothing(faced: FacedTest) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    faced.clock.advance_s(301)
    assert _verdict(faced, browser, case, verdict="confirm").headers["location"].endswith("said=not-leased")


def test_a_decided_case_says_so(faced: FacedTest) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    _verdict(faced, browser, case, verdict="confirm")
    assert _verdict(faced, browser, case, verdict="confirm").headers["location"].endswith("said=not-waiting")


@pytest.mark.parametrize("typed", ["1", "489 AAC 02"])
def test_no_plate_and_the_same_plate_come_back_to_be_mended(faced: FacedTest, typed: str) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    answer = _verdict(faced, browser, case, verdict="correct_plate", plate=typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert _verdicts(faced) == []


@pytest.mark.parametrize("reason", ["", "CLEAR", "nonsense"])
def test_a_rejection_needs_a_ground_that_is_offered(faced: FacedTest, reason: str) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    assert _verdict(faced, browser, case, verdict="reject", reason=reason).status_code == 422
    assert faced.centre.casebook.reviews.count() == 1


def test_every_ground_offered_is_one_that_officers_may_give() -> None:
    assert set(REJECTIONS) <= reasons.REJECTIONS


def test_every_look_at_a_case_and_a_picture_leaves_a_line(faced: FacedTest) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.get(f"/officer/cases/{case}")
    picture = browser.get(f"/officer/cases/{case}/pictures/0")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"] == "no-store"
    assert [line.action for line in faced.centre.casebook.audit.of_case(case)] == ["look", "picture"]


def test_the_full_pack_is_taken_for_somebody_named_and_the_audit_says_for_whom(faced: FacedTest) -> None:
    number, _ = faced.act()
    stored = faced.centre.casebook.acts.by_number(number)
    assert stored is not None
    page, browser = f"/officer/cases/{stored.act.case_id}", faced.browser("officer")
    assert browser.post(f"{page}/pack", data=faced.form(browser, page)).status_code == 422
    assert browser.post(f"{page}/pack", data=faced.form(browser, page, purpose="curious")).status_code == 422
    taken = browser.post(f"{page}/pack", data=faced.form(browser, page, purpose="court"))
    assert open_pack(taken.content).pictures == (picture(),)
    lines = [line for line in faced.centre.casebook.audit.of_case(stored.act.case_id) if line.action == "pack"]
    assert [(line.login, line.detail) for line in lines] == [("officer", "court")]


def test_a_case_without_an_act_has_no_pack(faced: FacedTest) -> None:
    page, browser = f"/officer/cases/{faced.review().case_id}", faced.browser("officer")
    assert "/pack" not in browser.get(page).text
    assert browser.post(f"{page}/pack", data=faced.form(browser, page, purpose="court")).status_code == 404


READS = {"en": "First reader", "ru": "Первое чтение", "kk": "Бірінші оқу"}


@pytest.mark.parametrize("language", READS)
@pytest.mark.parametrize(
    ("read", "joint_bp", "said"),
    [
        (SecondRead("489AAC02", 9_700), 9_990, "same"),
        (SecondRead("489AAG02", 8_800), 5_000, "different"),
        (SecondRead(), None, "unread"),
    ],
)
def test_both_readers_stand_beside_each_other_with_what_each_claims_alone(
    faced: FacedTest, language: Language, read: SecondRead, joint_bp: int | None, said: str
) -> None:
    case = faced.take(read_twice(read, joint_bp)).case_id
    first, second, *together = _reads(faced.browser("officer", language).get(f"/officer/cases/{case}").text)
    assert first == [READS[language], "eyes-r1", "489AAC02", "91 %"]
    assert second[:2] == [say(language, "case.second"), "another-r1"]
    assert second[-2:] == [say(language, f"reads.{said}"), percent(read.confidence_bp) if read.text else "–"]
    assert second[2:-2] == ([read.text] if read.text else [])
    assert together == ([] if joint_bp is None else [[say(language, "case.together"), percent(joint_bp)]])


def test_that_nobody_was_asked_for_a_second_read_is_said(faced: FacedTest) -> None:
    case = faced.take(read_twice(SecondRead(), None, asked=False)).case_id
    rows = _reads(faced.browser("officer").get(f"/officer/cases/{case}").text)
    assert rows == [["First reader", "eyes-r1", "489AAC02", "91 %"], ["Second reader", "was not asked", "–"]]


def read_twice(read: SecondRead, joint_bp: int | None, *, asked: bool = True) -> CaseDecided:
    """A case in review whose plate the first reader read with 91 %."""
    ordinary = samples.decision()
    passage = ordinary.checked.passage
    assert passage.plate is not None, "the sample has a plate"
    plate = replace(
        passage.plate,
        confidence_bp=9_100 if joint_bp is None else joint_bp,
        first_confidence_bp=9_100 if asked else None,
        second=read.text,
        second_confidence_bp=read.confidence_bp,
    )
    passage = replace(passage, plate=plate, reader="eyes-r1", also_read_by="another-r1" if asked else "")
    checked = replace(ordinary.checked, passage=passage)
    return replace(ordinary, checked=checked, route="review", reason="SECOND_READ_MISSING")


def _reads(page: str) -> list[list[str]]:
    """The rows of the readers' table, each as its texts."""
    table = page.partition('<table class="reads">')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [[text for text in re.split(r"\s*<[^>]+>\s*", row) if text] for row in table.split("</tr>") if row.strip()]


def test_an_officer_sees_the_end_of_a_persons_number_only(faced: FacedTest) -> None:
    case = faced.review().case_id
    page = faced.browser("officer").get(f"/officer/cases/{case}").text
    assert "900101300017" not in page
    assert "0017" in page


def test_the_messages_of_a_correction_reach_the_road(faced: FacedTest) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    _verdict(faced, browser, case, verdict="correct_plate", plate="490 AAC 02")
    assert faced.centre.casebook.outbox.waiting() == 2


def test_the_queue_is_worked_off_and_then_empty(faced: FacedTest) -> None:
    faced.review(1)
    faced.review(2)
    browser = faced.browser("officer")
    taken = {browser.post("/officer/next", data=faced.form(browser, "/officer")).headers["location"]}
    case = taken.pop().rpartition("/")[2]
    _verdict(faced, browser, case, verdict="confirm")
    onward = browser.post("/officer/next", data=faced.form(browser, "/officer")).headers["location"]
    assert onward.rpartition("/")[2] != case
    _verdict(faced, browser, onward.rpartition("/")[2], verdict="confirm")
    assert browser.post("/officer/next", data=faced.form(browser, "/officer")).headers["location"].endswith("empty")


def _tell(faced: FacedTest, browser: TestClient, case: str, **fields: str) -> Response:
    page = f"/officer/cases/{case}"
    return browser.post(f"{page}/course", data=faced.form(browser, page, **{"reference": "in-7", **fields}))


def _sent(faced: FacedTest) -> str:
    """A case whose act was sent and delivered just now."""
    faced.act()
    case_id = samples.decision().case_id
    stored = faced.centre.casebook.acts.of_case(case_id)
    assert stored is not None
    at_us = faced.clock()
    sent = NoticeDispatched(case_id=case_id, at_us=at_us, act_number=stored.act.number, channel="cabinet", proof="p")
    events = (sent, NoticeDelivered(case_id=case_id, at_us=at_us, channel="cabinet", proof="p"))
    c = faced.centre
    lifecycle(c.casebook, c.law, c.evidence, c.plate_key, faced.clock).handle(
        [received(one, CASE_EVENTS) for one in events]
    )
    return case_id


def test_what_happened_after_the_act_is_told_on_the_cases_page(faced: FacedTest) -> None:
    case, browser = _sent(faced), faced.browser("officer")
    page = browser.get(f"/officer/cases/{case}").text
    offered = re.findall(r'<option value="([a-z-]+)">', page.partition('name="what"')[2].partition("</select>")[0])
    stops = ["limitation-expertise", "limitation-prosecutor", "limitation-sent-on", "limitation-force-majeure"]
    assert offered == ["complaint", "protest", "motion", *stops, "other-possessor", "theft"]
    faced.clock.advance_s(3_600)
    answer = _tell(faced, browser, case, what="complaint", at="2026-04-06T08:30")
    assert answer.headers["location"].endswith("said=told")
    assert "Recorded. It shows" in browser.get(answer.headers["location"]).text
    assert "told what happened" in browser.get(f"/officer/cases/{case}").text
    assert [row.topic for row in faced.centre.casebook.outbox.unsent(100)][-1] == CASE_EVENTS.name


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": "handed-over"}, "course-impossible"),
        ({"what": "complaint", "at": "2126-01-01T10:00"}, "course-future"),
    ],
)
def test_what_the_law_does_not_know_there_is_not_recorded(faced: FacedTest, fields: dict[str, str], said: str) -> None:
    case, browser = _sent(faced), faced.browser("officer")
    answer = _tell(faced, browser, case, **fields)
    assert answer.headers["location"].endswith(f"said={said}")
    assert "Not recorded" in browser.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "nothing"},
        {"what": "complaint", "reference": ""},
        {"what": "complaint", "at": "yesterday"},
        {"what": "deferral"},
        {"what": "other-possessor"},
        {"what": "other-possessor", "possessor": "12345678901x"},
        {"what": "possessor-established", "possessor": "900101330009"},
        {"what": "possessor-established", "proof": "D-17"},
        {"what": "refund", "tenge": "much"},
        {"what": "refund", "tenge": "-1"},
        {"what": "refund", "tenge": "NaN"},
    ],
)
def test_what_is_told_badly_is_refused(faced: FacedTest, fields: dict[str, str]) -> None:
    case, browser = _sent(faced), faced.browser("officer")
    assert _tell(faced, browser, case, **fields).status_code == 422
    assert "course" not in {line.action for line in faced.centre.casebook.audit.latest(50)}


def test_a_case_without_an_act_has_no_course_to_tell(faced: FacedTest) -> None:
    case, browser = faced.review().case_id, faced.browser("officer")
    assert 'name="what"' not in browser.get(f"/officer/cases/{case}").text
    assert _tell(faced, browser, case, what="complaint").headers["location"].endswith("said=course-impossible")


HELD = {"en": "formed and checked anew", "ru": "проверен заново", "kk": "қайта тексеріледі"}


@pytest.mark.parametrize("language", HELD)
def test_an_officer_sees_what_a_control_found_and_that_confirming_does_not_settle_it(
    faced: FacedTest, language: str
) -> None:
    case = faced.take(samples.decision(1, mci_count=11)).case_id
    browser = faced.browser("officer", language)
    browser.post("/officer/next", data=faced.form(browser, "/officer"))
    page = unescape(browser.get(f"/officer/cases/{case}").text)
    assert reasons.text_of("SUM_NOT_OF_LAW", language) in page
    assert "mci_count: 11 ≠ 10" in page
    assert HELD[language] in page
    operations = unescape(faced.browser("operator", language).get("/ops").text)
    assert reasons.text_of("SUM_NOT_OF_LAW", language) in operations
