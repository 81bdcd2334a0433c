"""The page of a candidate: what it shows and to whom, and that whoever asks is audited."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from fastapi.testclient import TestClient
from httpx import Response

import adjudication
from adjudication import codec
from adjudication.messages import CaseDecided
from dashboards.web import pages
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Position, Received
from ingest.stream import NewRecord
from ingest.topics import CONFIRMED, DECISIONS
from integrations.decide import decide_stage
from integrations.lawfiles import law_files
from integrations.register.persons import person_keys
from integrations.register.stage import register
from tests import samples
from tests.faced import FacedTest

POLICY = (Path(adjudication.__file__).parent / "law/policy/demo.toml").read_text(encoding="utf-8")
SURER = POLICY.replace("plate_confidence_bp = 9_992", "plate_confidence_bp = 10_000")
DEARER = re.sub(r'(part = "592\(2\)".*?\nmci = )10\n', r"\g<1>12\n", law_files()["592.toml"].decode(), flags=re.DOTALL)
DAY = {"begins": "2026-04-06T00:00", "ends": "2026-04-07T00:00"}


@pytest.fixture
def faced(tmp_path: Path) -> Iterator[FacedTest]:
    """A centre whose road decided two cases; officers know the first."""
    faced = FacedTest(tmp_path)
    faced.centre.stream = MemoryStream(clock=faced.clock)
    faced.app = pages(faced.running, demonstration=True)
    for n in (1, 2):
        faced.centre.stream.send([NewRecord(CONFIRMED.name, f"key-{n}", codec.encode(samples.checked(n)))])
    stage = decide_stage(faced.centre.law, faced.centre.policy)
    runner = Runner(stage, faced.centre.stream.session(stage.name, stage.reads), faced.clock)
    while runner.step(0) == "worked":
        pass
    faced.take(cases(faced)[0])
    yield faced
    faced.centre.casebook.close()


def cases(faced: FacedTest) -> list[CaseDecided]:
    recorded = (codec.decode(one.value, CaseDecided) for one in faced.centre.stream.scan(DECISIONS.name, 0, 2**62))
    return sorted(recorded, key=lambda one: one.checked.passage.event.sequence)


def ask(
    faced: FacedTest, browser: TestClient, files: list[tuple[str, str, str]] | None = None, **fields: str
) -> Response:
    form = faced.form(browser, "/replay", **(DAY | fields))
    sent = [(field, (name, text.encode(), "application/toml")) for field, name, text in files or []]
    return browser.post("/replay", data=form, files=sent or None)


def text_of(answer: Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_page_offers_the_last_hour_in_civil_time(faced: FacedTest) -> None:
    page = faced.browser("admin").get("/replay").text
    assert 'name="begins" value="2026-04-06T07:01"' in page
    assert 'name="ends" value="2026-04-06T08:01"' in page


def test_an_uploaded_file_of_the_law_stands_for_its_namesake_and_the_others_stay(faced: FacedTest) -> None:
    answer = ask(faced, faced.browser("supervisor"), [("law", "592.toml", DEARER)])
    told = text_of(answer)
    assert answer.status_code == 200
    assert "reproduced its own decisions byte for byte: 2." in told
    figures = re.sub(r"[\u00a0\u202f\u2009]", " ", told)
    wanted = "2 – – – – 2 2 – 86 500 ₸ 103 800 ₸"
    for name in ("Almaty", "art. 592, part 2", "All"):
        assert f"{name} {wanted}" in figures


def test_a_pasted_text_stands_for_the_file_that_is_named(faced: FacedTest) -> None:
    answer = ask(faced, faced.browser("supervisor"), law_text=DEARER, law_name="592.toml")
    assert "All 2 – – – – 2 2" in text_of(answer)


@pytest.mark.parametrize("how", ["pasted", "uploaded"])
def test_a_candidate_policy_is_pasted_or_uploaded(faced: FacedTest, how: str) -> None:
    browser = faced.browser("auditor")
    pasted, files = ({"policy_text": SURER}, None) if how == "pasted" else ({}, [("policy", "p.toml", SURER)])
    told = text_of(ask(faced, browser, files, **pasted))
    assert "Almaty 2 2 – – – 0" in told


def test_without_a_candidate_what_stands_is_held_against_the_record(faced: FacedTest) -> None:
    told = text_of(ask(faced, faced.browser("admin")))
    assert "Results the same 2" in told
    assert "By region" not in told


def test_a_record_that_is_not_reproduced_is_told_first(faced: FacedTest) -> None:
    other = samples.decision(7, law_sha256=faced.centre.law.sha256, policy_sha256=faced.centre.policy.sha256)
    faced.centre.stream.send([NewRecord(DECISIONS.name, other.case_id, codec.encode(other))])
    answer = ask(faced, faced.browser("admin"))
    assert "did not reproduce 1 of its own decisions" in text_of(answer)
    assert other.decision_id in answer.text


@pytest.mark.parametrize(("role", "linked"), [("supervisor", True), ("auditor", False), ("admin", False)])
def test_a_case_is_linked_for_those_who_may_see_it_and_where_it_is_known(
    faced: FacedTest, role: str, linked: bool
) -> None:
    page = ask(faced, faced.browser(role), [("law", "592.toml", DEARER)]).text
    known, unknown = cases(faced)
    assert (f'href="/officer/cases/{known.case_id}"' in page) is linked
    assert f'href="/officer/cases/{unknown.case_id}"' not in page
    assert unknown.case_id[:8] in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"begins": "2026-04-08T00:00"}, "The end comes before the beginning"),
        ({"begins": "yesterday"}, "A day and a time are missing"),
        ({"policy_text": "name = 1"}, "not what a policy must be"),
        ({"law_text": "[[part]]", "law_name": "592.toml"}, "not what a law file must be"),
    ],
)
def test_what_makes_no_sense_is_said_on_the_page(faced: FacedTest, fields: dict[str, str], said: str) -> None:
    answer = ask(faced, faced.browser("admin"), **fields)
    assert (answer.status_code, said in text_of(answer)) == (422, True)


def test_a_stretch_that_is_too_long_for_a_page_is_refused(faced: FacedTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.replays.MAX_RECORDS", 1)
    answer = ask(faced, faced.browser("admin"))
    assert (answer.status_code, "take a shorter stretch" in text_of(answer)) == (422, True)


def test_cases_with_an_act_stand_before_those_without(faced: FacedTest) -> None:
    stage = decide_stage(faced.centre.law, faced.centre.policy)
    for checked in map(samples.checked, range(3, 9)):
        assert checked.passage.plate is not None
        plate = msgspec.structs.replace(checked.passage.plate, confidence_bp=9_000)
        passage = msgspec.structs.replace(checked.passage, plate=plate)
        value = codec.encode(msgspec.structs.replace(checked, passage=passage))
        faced.centre.stream.send([NewRecord(CONFIRMED.name, checked.checked_id, value)])
    runner = Runner(stage, faced.centre.stream.session(stage.name, stage.reads), faced.clock)
    while runner.step(0) == "worked":
        pass
    page = ask(faced, faced.browser("admin"), [("law", "592.toml", DEARER)]).text
    order = [page.index(one.case_id[:8]) for one in sorted(cases(faced), key=lambda one: one.route != "auto")]
    assert len({one.route for one in cases(faced)}) == 2
    assert max(order[:2]) < min(order[2:])


def test_what_is_larger_than_a_law_is_refused(faced: FacedTest) -> None:
    answer = ask(faced, faced.browser("admin"), [("law", "592.toml", "#" * 2_000_000)])
    assert answer.status_code == 413


def test_whoever_asks_is_audited_and_the_page_changes_nothing(faced: FacedTest) -> None:
    before = [one.value for one in faced.centre.stream.scan(DECISIONS.name, 0, 2**62)]
    ask(faced, faced.browser("auditor"), [("law", "592.toml", DEARER)])
    line = next(one for one in faced.centre.casebook.audit.latest(9) if one.action == "replay")
    assert (line.login, line.case_id) == ("auditor", None)
    assert re.fullmatch("[0-9a-f]{64}", line.detail)
    assert [one.value for one in faced.centre.stream.scan(DECISIONS.name, 0, 2**62)] == before


@pytest.mark.parametrize("role", ["officer", "operator", ""])
def test_nobody_else_asks(faced: FacedTest, role: str) -> None:
    browser = faced.browser(role)
    fields = faced.form(browser, "/" if role else "/login", **DAY)
    assert browser.post("/replay", data=fields).status_code == (403 if role else 401)
    assert "replay" not in {line.action for line in faced.centre.casebook.audit.latest(9)}


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_regions_and_reasons_are_in_the_readers_language(faced: FacedTest, language: str) -> None:
    page = ask(faced, faced.browser("supervisor", language), [("law", "592.toml", DEARER)]).text
    assert {"kk": "Алматы қ.", "ru": "г. Алматы"}[language] in page


def test_the_page_asks_the_register_where_it_is_told_to(faced: FacedTest) -> None:
    store = faced.centre.register
    store.command("TRUNCATE TABLE decisions")
    [decided] = cases(faced)[:1]
    handle = register(store, person_keys(faced.centre.master)).handle
    handle([Received(decided, Position(DECISIONS.name, 0, 0), "key", {})])
    answer = ask(faced, faced.browser("admin"), source="register")
    assert 'value="register" selected' in answer.text
    assert "Records replayed 1" in text_of(answer)
    assert "Records replayed 2" in text_of(ask(faced, faced.browser("admin"), source="stream"))
    assert ask(faced, faced.browser("admin"), source="elsewhere").status_code == 422
