"""The owners' pages: number and plate open sum and terms only; the token opens the rest; guessing is limited."""

import hashlib
import io
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from adjudication import codec
from adjudication.decide import decide
from adjudication.facts import Box
from adjudication.messages import (
    CaseDecided,
    CaseEvents,
    ContestFiled,
    NoticeDelivered,
    NoticeDispatched,
    PaymentReceived,
)
from dashboards.verify.chain import verify
from ingest.topics import CASE_EVENTS
from integrations import pack as signed
from integrations.lawfiles import load_law, load_policy
from integrations.lifecycle import lifecycle
from integrations.masking import Copies
from integrations.pack import open_pack
from tests import samples
from tests.faced import FacedTest, picture
from tests.office import received
from vision.boxes import as_array
from vision.bystanders import Finder
from vision.detect import Found
from vision.models import ModelsMissing

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


def test_each_step_says_what_it_rests_on_to_the_owner_and_to_the_officer(faced: FacedTest) -> None:
    (decision,) = decide(samples.checked(), (), load_law(), load_policy("default"))
    assert isinstance(decision, CaseDecided)
    faced.take(decision)
    stored = faced.centre.casebook.acts.of_case(decision.case_id)
    assert stored is not None
    owner = faced.browser().get(f"/a/{faced.centre.casebook.acts.token(stored.act.act_id)}").text
    officer = faced.browser("officer").get(f"/officer/cases/{decision.case_id}").text
    for page in (owner, officer):
        assert "exact to ±2 km/h" in page
        assert f'title="SHA-256 {hashlib.sha256(picture()).hexdigest()}"' in page
        assert f'title="SHA-256 {codec.digest(samples.VEHICLE)}"' in page


STRANGER = Box(x=700, y=300, width=120, height=240)
PLATE, VEHICLE = samples.passage().plate.box, samples.passage().vehicle.box  # type: ignore[union-attr]  # the sample has both


def somebody(_: object) -> list[Found]:
    """Who looks finds one stranger."""
    return [Found(as_array(STRANGER), 0.9, "person")]


@pytest.fixture
def watched(tmp_path: Path) -> FacedTest:
    """Pages of a centre in which bystanders are looked for."""
    return FacedTest(tmp_path, copies=Copies(lambda: somebody))


def shown(jpeg: bytes, box: Box) -> float:
    """How much of a picture's grain is left in a part of its copy: about 1 where nothing was hidden."""
    area = (box.x, box.y, box.x + box.width, box.y + box.height)
    with Image.open(io.BytesIO(jpeg)) as copy, Image.open(io.BytesIO(picture())) as whole:
        assert copy.size == whole.size
        return _grain(copy.crop(area)) / _grain(whole.crop(area))


def test_the_picture_shows_the_addressees_vehicle_and_hides_the_rest(watched: FacedTest) -> None:
    _, token = watched.act()
    answer = watched.browser().get(f"/a/{token}/pictures/0")
    assert answer.headers["cache-control"] == "no-store"
    below = Box(x=VEHICLE.x, y=VEHICLE.y + 150, width=VEHICLE.width, height=40)
    assert shown(answer.content, below) > 0.5
    assert shown(answer.content, PLATE) > 0.5
    assert shown(answer.content, STRANGER) < 0.05
    assert shown(answer.content, Box(x=900, y=500, width=200, height=200)) < 0.5


def test_where_nobody_can_look_for_bystanders_the_picture_shows_the_plate_alone(faced: FacedTest) -> None:
    _, token = faced.act()
    copy = faced.browser().get(f"/a/{token}/pictures/0").content
    assert shown(copy, PLATE) > 0.5
    assert shown(copy, Box(x=VEHICLE.x, y=VEHICLE.y + 150, width=VEHICLE.width, height=40)) < 0.5
    assert shown(copy, STRANGER) < 0.05


def test_missing_networks_hide_as_much_as_none(tmp_path: Path) -> None:
    def missing() -> Finder:
        raise ModelsMissing("not here")

    faced = FacedTest(tmp_path, copies=Copies(missing))
    _, token = faced.act()
    assert shown(faced.browser().get(f"/a/{token}/pictures/0").content, STRANGER) < 0.05


def test_no_copy_that_an_owner_takes_holds_the_original(watched: FacedTest) -> None:
    _, token = watched.act()
    browser = watched.browser()
    copy = browser.get(f"/a/{token}/pictures/0").content
    pack = open_pack(browser.get(f"/a/{token}/pack.zip").content)
    paper = browser.get(f"/a/{token}/act.pdf").content
    assert pack.masked
    assert pack.pictures == (copy,)
    assert copy in paper
    for taken in (copy, pack.encode(), paper):
        assert picture() not in taken
        assert picture()[1000:1200] not in taken


def test_the_copies_of_a_pack_are_what_the_body_signed_for(watched: FacedTest) -> None:
    number, token = watched.act()
    stored = watched.centre.casebook.acts.by_number(number)
    assert stored is not None
    pack = open_pack(watched.browser().get(f"/a/{token}/pack.zip").content)
    held = {one.link: one.state for one in verify(pack.encode(), watched.centre.trust()).links}
    assert held["pictures"] == held["signature"] == held["act"] == "holds"
    (copy,) = codec.decode_canonical(pack.copies, signed.Copies).copies
    assert copy.original_sha256 == hashlib.sha256(picture()).hexdigest()
    assert [one.kind for one in copy.hidden] == ["surroundings", "person", "passenger"]


def test_a_copy_is_made_once_and_the_audit_says_what_it_hides(watched: FacedTest) -> None:
    number, token = watched.act()
    stored = watched.centre.casebook.acts.by_number(number)
    assert stored is not None
    browser = watched.browser()
    first, again = (browser.get(f"/a/{token}/pictures/0").content for _ in range(2))
    assert first == again
    browser.get(f"/a/{token}/act.pdf")
    made = [one for one in watched.centre.casebook.audit.of_case(stored.act.case_id) if one.action == "mask"]
    assert [one.login for one in made] == ["centre"]
    assert "person 1" in made[0].detail
    assert hashlib.sha256(first).hexdigest()[:16] in made[0].detail


def test_a_case_whose_key_was_erased_has_no_copies_either(watched: FacedTest) -> None:
    number, token = watched.act()
    stored = watched.centre.casebook.acts.by_number(number)
    assert stored is not None
    assert watched.browser().get(f"/a/{token}/pictures/0").status_code == 200
    assert watched.centre.casebook.keys.shred(stored.act.case_id, "a test", watched.clock())
    assert watched.browser().get(f"/a/{token}/pictures/0").status_code == 410


def _grain(picture: Image.Image) -> float:
    """How much neighbours differ: what a mask takes away."""
    grey = picture.convert("L")
    width, height = grey.size
    return sum(abs(a - b) for a, b in pairwise(grey.tobytes())) / (width * height)


def test_paper_and_pack_come_with_the_token_only(faced: FacedTest) -> None:
    number, token = faced.act()
    browser = faced.browser()
    paper, pack = browser.get(f"/a/{token}/act.pdf"), browser.get(f"/a/{token}/pack.zip")
    assert paper.content.startswith(b"%PDF")
    assert number in paper.headers["content-disposition"]
    assert open_pack(pack.content).masked
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


def _delivered(faced: FacedTest) -> tuple[str, str]:
    """An act that was sent and delivered: its case and the token of its page."""
    number, token = faced.act()
    stored = faced.centre.casebook.acts.by_number(number)
    assert stored is not None
    case_id, at_us = stored.act.case_id, faced.clock()
    sent = NoticeDispatched(case_id=case_id, at_us=at_us, act_number=number, channel="cabinet", proof="p")
    _happened(faced, sent, NoticeDelivered(case_id=case_id, at_us=at_us, channel="cabinet", proof="p"))
    return case_id, token


def _happened(faced: FacedTest, *events: CaseEvents) -> None:
    c = faced.centre
    lifecycle(c.casebook, c.law, c.evidence, c.plate_key, faced.clock).handle(
        [received(one, CASE_EVENTS) for one in events]
    )


def _filed(faced: FacedTest) -> list[ContestFiled]:
    rows = faced.centre.casebook.outbox.unsent(100)
    messages = [codec.decode_message(row.value) for row in rows if row.topic == CASE_EVENTS.name]
    return [message for message in messages if isinstance(message, ContestFiled)]


def test_an_owner_reads_that_a_machine_decided_how_sure_it_was_and_by_which_versions(faced: FacedTest) -> None:
    _, token = _delivered(faced)
    page = faced.browser().get(f"/a/{token}").text
    for words in (
        "automatically, by rules that stand in the law",
        "99.99 %",
        samples.SHA[:12],
        "What would change it.",
    ):
        assert words in page


def test_an_owner_asks_that_a_person_look_and_an_officer_gets_the_case(faced: FacedTest) -> None:
    case_id, token = _delivered(faced)
    browser = faced.browser()
    fields = faced.form(browser, f"/a/{token}")
    faced.clock.advance_s(60)
    assert "Ask for review by a person" in browser.get(f"/a/{token}").text
    answer = browser.post(f"/a/{token}/review", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/a/{token}?asked=1")
    (filed,) = _filed(faced)
    assert (filed.case_id, filed.by, filed.at_us) == (case_id, "complaint", faced.clock())
    waiting = faced.centre.casebook.reviews.find(case_id, faced.clock())
    assert (waiting is not None and waiting.why) == "course"
    assert [(line.login, line.action) for line in faced.centre.casebook.audit.of_case(case_id)][-1] == (
        "owner",
        "course",
    )
    _happened(faced, filed)
    page = browser.get(f"/a/{token}").text
    assert "a person will look at the case" in page
    assert "Ask for review by a person" not in page
    browser.post(f"/a/{token}/review", data=fields)
    assert len(_filed(faced)) == 1


def test_an_owner_who_asks_again_takes_the_case_from_nobody(faced: FacedTest) -> None:
    """Before the first request is folded in, and where it changes no standing: after half the sum was paid."""
    case_id, token = _delivered(faced)
    case = faced.centre.casebook.cases.find(case_id)
    assert case is not None
    assert case.standing is not None
    half = case.standing.discount_tiyn
    assert half is not None
    _happened(faced, PaymentReceived(case_id=case_id, at_us=faced.clock(), receipt="r", tiyn=half))
    browser, officer = faced.browser(), faced.browser("officer")
    fields = faced.form(browser, f"/a/{token}")
    browser.post(f"/a/{token}/review", data=fields)
    officer.post(f"/officer/cases/{case_id}/lease", data=faced.form(officer, f"/officer/cases/{case_id}"))
    for folded in ((), _filed(faced)):
        faced.clock.advance_s(1)
        _happened(faced, *folded)
        leased = faced.centre.casebook.reviews.find(case_id, faced.clock())
        browser.post(f"/a/{token}/review", data=fields)
        assert faced.centre.casebook.reviews.find(case_id, faced.clock()) == leased
        assert len(_filed(faced)) == 1
        assert "Ask for review by a person" not in browser.get(f"/a/{token}").text


def test_an_officer_who_looked_at_the_owners_request_may_end_the_case(faced: FacedTest) -> None:
    case_id, token = _delivered(faced)
    browser, officer = faced.browser(), faced.browser("officer")
    browser.post(f"/a/{token}/review", data=faced.form(browser, f"/a/{token}"))
    _happened(faced, *_filed(faced))
    page = f"/officer/cases/{case_id}"
    officer.post(f"{page}/lease", data=faced.form(officer, page))
    verdict = faced.form(officer, page, verdict="reject", reason="NO_EVENT")
    assert officer.post(f"{page}/verdict", data=verdict).headers["location"].endswith("said=reject")
    assert faced.centre.casebook.reviews.find(case_id, faced.clock()) is None
    assert "ActVoided" in {
        type(codec.decode_message(row.value)).__name__ for row in faced.centre.casebook.outbox.unsent(9)
    }


def test_nobody_asks_without_the_form_the_token_or_before_the_act_is_sent(faced: FacedTest) -> None:
    _, token = faced.act()
    browser = faced.browser()
    fields = faced.form(browser, "/act")
    assert "Ask for review by a person" not in browser.get(f"/a/{token}").text
    assert browser.post(f"/a/{token}/review", data={"csrf": "0" * 64}).status_code == 403
    assert browser.post(f"/a/{'0' * 32}/review", data=fields).status_code == 404
    browser.post(f"/a/{token}/review", data=fields)
    assert _filed(faced) == []
