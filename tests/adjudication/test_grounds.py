"""grounds: each step of fact says how sure it is, as of when, and by which digest; a step of law rests on none."""

import hashlib

import pytest
from msgspec.structs import replace

from adjudication import codec
from adjudication.calendar import DAY_US
from adjudication.grounds import GROUNDS, explained, grounds
from adjudication.lawbook import Language
from adjudication.messages import CaseDecided, TraceStep
from tests import samples
from tests.adjudication.test_decide import SEEN, SLOWER, again, given, none, one, silent
from tests.adjudication.test_explain import CASES, LOADS
from tests.adjudication.test_sections import decided, entering, ran

LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")
OF_LAW = {"amount", "automatic", "carrier", "competence", "limitation", "officer", "registers", "send-term"}
"""Steps that rest on the law's data, a verdict or other steps."""
OF_OTHERS = {"one-place", "possessor", "speed-bracket"}
"""What their sentence says is all that is known: another sighting by its event; a bracket, by the step before; whom a
check found, by the number of its paper."""


def said(case: CaseDecided, rule: str, language: Language = "en") -> list[tuple[str, str]]:
    step = next(step for step in case.trace if step.rule == rule)
    return [(ground.words, ground.sha256) for ground in grounds(case, step, language)]


def test_every_step_of_fact_rests_on_something_with_a_digest() -> None:
    for case in CASES:
        for step in case.trace:
            found = grounds(case, step, "en")
            assert all(len(ground.sha256) == 64 and "{" not in ground.words for ground in found)
            if step.rule in OF_LAW | OF_OTHERS or step.rule.startswith("otherwise"):
                assert not found
            elif step.rule not in ("origin", "second-speed"):
                assert found, step


def test_every_kind_of_step_is_known_to_rest_on_something_or_on_law() -> None:
    rules = {step.rule for case in CASES for step in case.trace}
    assert {rule for rule in rules if not rule.startswith("otherwise")} <= GROUNDS.keys() | OF_LAW | OF_OTHERS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted(GROUNDS))
def test_a_step_says_nothing_of_what_is_not_there(rule: str, language: Language) -> None:
    bare = one(given(plate={"picture": 9, "country_seen": "KZ"}, passage={"vehicle": None, "second_speed": None}))
    step = TraceStep(rule=rule, source="x", outcome="x", values=(("offset_us", "1"),))
    unread = replace(bare, checked=given(event=SEEN, passage={"plate": None}))
    for case in (bare, unread):
        assert all("{" not in ground.words for ground in grounds(case, step, language))


def test_the_speed_the_clock_and_the_plate_say_how_sure_they_are() -> None:
    case = one(given(plate={"confidence_bp": 9_990, "first_confidence_bp": 9_700}, event={"clock_offset_us": -4_001}))
    event = case.checked.passage.event
    signed = hashlib.sha256(codec.encode(event)).hexdigest()
    assert said(case, "speed-excess") == [("exact to ±2 km/h, recorded at 06.04.2026 08:00:00", signed)]
    assert said(case, "clock") == [("the clock was off by 0.005 s, 1.000 s is allowed", signed)]
    assert said(case, "reading") == [("both readings together are 99.9 % sure, picture 1", event.media[0].sha256)]
    assert said(case, "same-vehicle")[0] == ("the kind of vehicle is 90 % sure, picture 1", event.media[0].sha256)


def test_who_read_the_plate_is_told_apart() -> None:
    alone = one(given(plate={"second": "", "second_confidence_bp": 0, "first_confidence_bp": None}))
    assert said(alone, "reading")[0][0].startswith("one reading alone, ")
    officer = one(given(plate={"source": "officer"}))
    assert said(officer, "reading", "ru")[0][0] == "номер прочитан сотрудником, снимок 1"
    unread = one(given(passage={"plate": None}, vehicle=None, liable=None))
    assert [words for words, _ in said(unread, "reading")] == ["picture 1"]


def test_a_country_s_sign_says_how_sure_it_is() -> None:
    foreign = one(given(plate={"country_seen": "RO", "country_confidence_bp": 9_250}))
    assert said(foreign, "origin")[0][0] == "the country's sign: RO, 92.5 % sure, picture 1"


def test_an_unknown_clock_is_said_so() -> None:
    case = one(given(event={"clock_offset_us": None}))
    assert said(case, "clock")[0][0] == "the device does not know how far its clock is off"


def test_a_weight_and_a_size_say_their_error_in_their_unit() -> None:
    mass = one(given(event={"measurement": None, "loads": LOADS[:1]}))
    height = one(given(event={"measurement": None, "loads": LOADS[1:2]}))
    assert said(mass, "gross-mass")[0][0] == "exact to ±100 kg, at 06.04.2026 08:00:00"
    assert said(height, "height")[0][0] == "exact to ±10 mm, at 06.04.2026 08:00:00"


def test_a_second_speed_says_its_uncertainty_and_both_its_pictures() -> None:
    shots = samples.event(pictures=(samples.PICTURE, samples.PICTURE + b"2")).media
    case = one(given(event={"media": shots}, passage={"second_speed": replace(SLOWER, value_kmh100=8_300)}))
    assert [ground[1] for ground in said(case, "second-speed")] == [one.sha256 for one in shots]
    assert "standard uncertainty 3 km/h" in said(case, "second-speed")[0][0]


def test_a_register_s_answer_says_as_of_when_and_by_which_digest() -> None:
    case = one(samples.checked())
    (words, sha256), *_ = said(case, "vehicle")
    assert words == "register of vehicles: as of 06.04.2026 08:00:00, asked at 06.04.2026 08:00:00"
    assert sha256 == codec.digest(samples.VEHICLE)
    assert said(case, "device")[0][1] == codec.digest(samples.DEVICE)


def test_silence_and_none_are_said_apart_and_a_second_asking_is_shown() -> None:
    case = one(again(given(event={"measurement": None}, insurance=none("insurance")), samples.CAPTURED_US + DAY_US))
    assert [words.partition(" as of")[0] for words, _ in said(case, "no-insurance")] == [
        "register of insurance: no record"
    ] * 2
    mute = one(given(liable=silent("persons"), penalties=silent("penalties")))
    step = TraceStep(rule="person", source="x", outcome="x")
    assert grounds(mute, step, "en")[0].words.startswith("register of persons: no answer")


def test_a_section_s_devices_and_clocks_are_told_apart() -> None:
    case = decided(ran(entering(clock_offset_us=9_000)))
    leaving, entry = (event for _, event in case.checked.passage.shown_by)
    assert [ground[1] for ground in said(case, "speed-excess")] == [codec.digest(leaving), codec.digest(entry)]
    clocks = [grounds(case, step, "en") for step in case.trace if step.rule == "clock"]
    assert [[ground.sha256 for ground in one] for one in clocks] == [[codec.digest(leaving)], [codec.digest(entry)]]
    devices = [grounds(case, step, "en") for step in case.trace if step.rule == "device"]
    assert [len(one) for one in devices] == [1, 1]
    assert devices[0] != devices[1]


def test_a_whole_trace_is_explained_step_by_step() -> None:
    case = one(samples.checked())
    whole = explained(case, "kk")
    assert len(whole) == len(case.trace)
    assert [step.source for step in whole] == [step.source for step in case.trace]
    assert any(step.grounds for step in whole)
