"""Texts out of a recogniser's columns, under the grammar of plates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication.plates import FORMATS, ROWS, follow
from vision import ctc
from vision.ctc import ALPHABET, BLANK, Emissions, read, read_row

SHAPES = sorted({shape for plate in FORMATS if plate is not ROWS and plate.country == "KZ" for shape in plate.shapes})


def columns(*texts: dict[str, float]) -> Emissions:
    """Emissions with one column for each character, a blank between any two; what is left goes to the blank."""
    rows = []
    for shares in texts:
        row = np.zeros(BLANK + 1)
        for character, share in shares.items():
            row[ALPHABET.index(character)] = share
        row[BLANK] = 1 - row.sum()
        rows += [row, _blank()]
    return np.array(rows)


def clear(text: str, share: float = 0.98) -> list[dict[str, float]]:
    return [{character: share} for character in text]


def _blank() -> np.ndarray:
    row = np.zeros(BLANK + 1)
    row[BLANK] = 1
    return row


@st.composite
def plates(draw: st.DrawFn) -> str:
    shape, text = draw(st.sampled_from(("dddlllrr", "dddllrr"))), ""
    while characters := follow(shape, text):
        text += draw(st.sampled_from(characters))
    return text


@settings(max_examples=30)
@given(plates())
def test_a_clear_plate_is_read_as_it_is(text: str) -> None:
    best = read(columns(*clear(text)), 4)[0]
    assert best.text == text
    assert best.shape in SHAPES


@settings(max_examples=30)
@given(plates())
def test_repeated_characters_need_a_blank_between(text: str) -> None:
    doubled = np.repeat(columns(*clear(text)), 2, axis=0)
    assert read(doubled, 1)[0].text == text


def test_nothing_but_blanks_reads_nothing() -> None:
    assert read(np.array([_blank()] * 5), 4) == []
    assert read_row(np.array([_blank()] * 5), 4) == []


@pytest.mark.parametrize(
    ("seen", "plate"),
    [
        ("48OAAC02", "480AAC02"),
        ("489AAC0Z", "489AAC02"),
        ("4B9AAC02", "489AAC02"),
        ("489A4C02", "489AAC02"),
        ("489AAC1O", "489AAC10"),
        ("654W0Z05", "654WOZ05"),
    ],
)
def test_position_tells_look_alikes_apart(seen: str, plate: str) -> None:
    assert read(columns(*clear(seen)), 1)[0].text == plate


def test_grammar_does_not_overrule_a_clear_foreign_plate() -> None:
    assert read(columns(*clear("WOBVWMK4")), 1)[0].text == "WOBVWMK4"


def test_the_country_sign_is_not_part_of_the_plate() -> None:
    assert read(columns(*clear("KZ489AAC02")), 1)[0].text == "489AAC02"
    assert read(columns(*clear("M360QHYKZ")), 1)[0].text == "M360QHY"


def test_a_faint_speck_between_groups_is_skipped() -> None:
    speck = [*clear("489"), {"8": 0.5}, *clear("AAC02")]
    assert read(columns(*speck), 1)[0].text == "489AAC02"


def test_a_region_that_does_not_exist_is_not_read_into_a_plate() -> None:
    best = read(columns(*clear("489AAC0"), {"0": 0.7, "9": 0.3}), 1)[0]
    assert best.text == "489AAC09"


def test_a_row_is_read_without_grammar() -> None:
    assert read_row(columns(*clear("02AAC")), 1)[0].text == "02AAC"


def test_a_doubtful_character_is_the_only_uncertain_one() -> None:
    emissions = columns(*clear("489A"), {"A": 0.6, "H": 0.4}, *clear("C02"))
    best = read(emissions, 2)[0]
    sure = ctc.certainties(emissions, best.text, ctc.admitted(best.text, best.shape))
    assert best.text == "489AAC02"
    assert sure[4] == pytest.approx(0.6)
    assert min(sure[:4] + sure[5:]) == pytest.approx(0.98)


def test_a_look_alike_that_cannot_stand_there_does_not_make_a_character_uncertain() -> None:
    emissions = columns(*clear("48"), {"0": 0.5, "O": 0.48}, *clear("AAC02"))
    best = read(emissions, 1)[0]
    assert best.text == "480AAC02"
    assert ctc.certainties(emissions, best.text, ctc.admitted(best.text, best.shape))[2] == pytest.approx(0.98)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_noise_never_breaks_the_search(seed: int) -> None:
    raw = np.random.default_rng(seed).dirichlet(np.full(BLANK + 1, 0.1), size=24)
    for candidate in read(raw, 6):
        sure = ctc.certainties(raw, candidate.text, ctc.admitted(candidate.text, candidate.shape))
        assert len(sure) == len(candidate.text) <= ctc.LONGEST
        assert all(0 <= one <= 1 for one in sure)
