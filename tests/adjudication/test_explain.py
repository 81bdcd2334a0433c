"""The trace: complete, in three languages, ending with what would have made it come out differently."""

import pytest
from msgspec.structs import replace

from adjudication.decide import decide
from adjudication.explain import PHRASES, ROUTES, explain
from adjudication.facts import LoadMeasurement
from adjudication.lawbook import Language
from adjudication.messages import CaseDecided, TraceStep
from adjudication.reasons import REASONS, REJECTIONS, text_of
from integrations.lawfiles import load_law, load_policy
from tests import samples
from tests.adjudication.test_decide import (
    DOUBTS,
    OLD_CAR,
    SEEN,
    SIGN,
    SLOWER,
    TOO_FAR,
    UNINSURED,
    again,
    given,
    indulgent,
    none,
    one,
    review,
    twice,
)

LOADS = (
    LoadMeasurement(kind="gross_mass", value=43_000, error=100, permitted=40_000),
    LoadMeasurement(kind="height", value=4_100, error=10, permitted=4_000),
    LoadMeasurement(kind="width", value=2_700, error=10, permitted=2_550),
    LoadMeasurement(kind="length", value=20_500, error=10, permitted=20_000),
)
LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")
CASES = [
    one(samples.checked()),
    one(given(event=SEEN)),
    one(given(event={"measurement": None, "violation": "junction_blocked"})),
    one(given(event={"measurement": None, "violation": "parking", "standing_traffic": False, "forced_stop": False})),
    one(given(plate={"country": "?"})),
    one(given(device=replace(samples.DEVICE, limits=(SIGN,)))),
    one(given(passage={"second_speed": replace(SLOWER, value_kmh100=8_300)})),
    one(replace(samples.checked(), elsewhere=replace(TOO_FAR, distance_m=2_000))),
    indulgent(given(passage={"vehicle": None})),
    *(one(given(event={"measurement": None, "loads": (each,)})) for each in LOADS),
    twice(UNINSURED),
    twice(given(event={"measurement": None}, vehicle=OLD_CAR, inspection=none("inspection"))),
    one(samples.possessed()),
    one(samples.possessed(), review(one(samples.possessed()))),
    one(UNINSURED),
    one(again(UNINSURED, samples.CAPTURED_US, insurance=samples.INSURANCE)),
    *(one(checked) for _, _, checked in DOUBTS),
    *(one(checked, review(one(checked))) for _, _, checked in DOUBTS),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_step_is_one_whole_sentence(language: Language) -> None:
    for case in CASES:
        sentences = explain(case.trace, language)
        assert len(sentences) == len(case.trace)
        assert all(said.endswith(".") and "{" not in said for said in sentences)


def test_too_much_weight_is_said_with_its_figures_and_what_would_have_been_none() -> None:
    said = explain(one(given(event={"measurement": None, "loads": LOADS[:1]})).trace, "en")
    assert said[0] == "Gross mass: measured 43000 kg, less the error of 100, permitted 40000: 2900 kg too much."
    assert said[-1].startswith("Below a measured 41100 kg there would be no offence.")
    height = explain(one(given(event={"measurement": None, "loads": LOADS[1:2]})).trace, "ru")
    assert height[-1].startswith("При измеренном значении ниже 4011 мм правонарушения не было бы.")


def test_the_same_step_is_said_differently_in_each_language() -> None:
    for case in CASES:
        for in_kk, in_ru, in_en in zip(*(explain(case.trace, language) for language in LANGUAGES), strict=True):
            assert len({in_kk, in_ru, in_en}) == 3


def test_the_last_step_says_what_would_have_changed_it() -> None:
    case = one(samples.checked())
    assert case.trace[-1].outcome == "below a measured 72 km/h there would be no offence"
    assert one(given(plate={"confidence_bp": 0})).trace[-1].values[-2:] == (
        ("without", "PLATE_UNSURE"),
        ("route", "auto"),
    )


def test_what_would_have_changed_it_is_true() -> None:
    for case in CASES:
        said = dict(case.trace[-1].values)
        assert case.trace[-1].rule.startswith("otherwise-")
        if case.route == "auto":
            assert "without" not in said
        else:
            assert said["without"] == case.reason
            assert said["route"] in ROUTES


def test_a_step_this_release_has_no_words_for_shows_its_outcome() -> None:
    assert explain((TraceStep(rule="later", source="x", outcome="something new"),), "kk") == ("something new.",)


def test_every_reason_has_words_and_a_known_ground() -> None:
    for code, reason in REASONS.items():
        assert len({reason.text.kk, reason.text.ru, reason.text.en}) == 3
        assert code == reason.code
        assert set(reason.grounds) <= set(REASONS)
    assert text_of("CLEAR", "en").startswith("The offence is established")
    assert text_of("UNHEARD_OF", "en") == "UNHEARD_OF"
    assert "CLEAR" not in REJECTIONS


def test_every_rule_code_of_a_trace_has_words() -> None:
    steps = {step.rule for case in CASES if isinstance(case, CaseDecided) for step in case.trace if not _worded(step)}
    assert steps == set(PHRASES)


def _worded(step: TraceStep) -> bool:
    return bool({"reason", "settled"} & dict(step.values).keys())


def test_a_decided_passage_replays_to_the_same_trace() -> None:
    first, second = (decide(samples.checked(), (), load_law(), load_policy("default")) for _ in range(2))
    assert first == second
