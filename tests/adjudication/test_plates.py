"""The grammar of number plates, and one spelling for each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication import plates
from adjudication.plates import ABROAD, FORMATS, classify, country, follow, from_rows, normalise
from adjudication.regions import REGIONS

SHAPES = sorted({shape for plate_format in FORMATS for shape in plate_format.shapes})


@st.composite
def texts_of(draw: st.DrawFn, shapes: tuple[str, ...] = tuple(SHAPES)) -> tuple[str, str]:
    """A shape and a text of it."""
    shape = draw(st.sampled_from(shapes))
    text = ""
    while characters := follow(shape, text):
        text += draw(st.sampled_from(characters))
    return shape, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("489AAC02", "KZ2012-P"),
        ("654WOZ05", "KZ2012-P"),
        ("389BK01", "KZ2012-L"),
        ("12ABC05", "KZ2012-TR"),
        ("H444501", "KZ2012-F"),
        ("A123BCD", "KZ1993-P"),
        ("Z123BC", "KZ1993-L"),
        ("D123456", "KZ-DIP"),
        ("123KP01", "KZ-POL"),
        ("A123BC777", "RU"),
        ("01KG123ABC", "KG"),
        ("90A123BC", "UZ-P"),
        ("AA1234BB", "UA"),
        ("JGZ3298", "LLLDDDD"),
        ("RK376AF", "LLDDDLL"),
        ("WOB1", "LATIN"),
    ],
)
def test_each_plate_is_known_by_its_most_specific_format(text: str, expected: str) -> None:
    assert classify(text)[0].id == expected


@pytest.mark.parametrize("text", ["", "COOD", "ABCDEFGH", "123", "1234567890123", "12Ж34", "kz123"])
def test_what_is_no_plate_fits_no_format(text: str) -> None:
    assert classify(text) == ()


@pytest.mark.parametrize("text", ["489AAC00", "489AAC21", "489AAC99", "389BK00"])
def test_a_region_that_does_not_exist_is_no_plate_of_kazakhstan(text: str) -> None:
    assert country(classify(text)) != "KZ"


@pytest.mark.parametrize("text", ["01123ABC", "0102ABC", "05AB123", "B123ABC", "A123BCD", "389BK01", "A123401"])
def test_a_text_that_fits_several_countries_says_so(text: str) -> None:
    assert country(classify(text)) == "?"


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("489 AAC 02", "489AAC02"),
        ("489аас02", "489AAC02"),  # Cyrillic а, а, с
        ("kz 489", "KZ489"),
        ("02AAC489", "489AAC02"),
        ("48902AAC", "489AAC02"),
        ("48902AA", "489AA02"),
        ("01123ABC", "01123ABC"),
        ("12ABC05", "12ABC05"),
        ("A 123 BC|77", "A123BC77"),
    ],
)
def test_separators_lookalikes_and_rows_have_one_spelling(written: str, plate: str) -> None:
    assert normalise(written) == plate


@pytest.mark.parametrize(
    ("upper", "lower", "plate"),
    [
        ("489", "02AAC", "489AAC02"),
        ("389", "01BK", "389BK01"),
        ("ABC", "0512", "12ABC05"),
        ("12", "05AB", "12AB05"),
        ("AB12", "3CD", "AB123CD"),
    ],
)
def test_rows_are_joined_with_the_region_last(upper: str, lower: str, plate: str) -> None:
    assert from_rows(upper, lower) == plate


@given(st.text(max_size=24))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(texts_of(), st.sampled_from([" ", "-", " · ", "|"]), st.data())
def test_separators_and_case_never_change_a_plate(pair: tuple[str, str], separator: str, data: st.DataObject) -> None:
    _, text = pair
    cut = data.draw(st.integers(0, len(text)))
    assert normalise(text[:cut].lower() + separator + text[cut:]) == normalise(text)


@given(texts_of())
def test_what_follows_builds_texts_that_fit(pair: tuple[str, str]) -> None:
    shape, text = pair
    assert plates.fits_shape(shape, text)
    assert any(shape in plate_format.shapes for plate_format in classify(text))


@given(texts_of())
def test_formats_come_most_specific_first(pair: tuple[str, str]) -> None:
    sizes = [plate_format.size for plate_format in classify(pair[1])]
    assert sizes == sorted(sizes)


@given(texts_of(("dddlllrr", "dddllrr")))
def test_a_plate_of_2012_survives_two_rows_and_back(pair: tuple[str, str]) -> None:
    _, text = pair
    digits, letters, region = text[:3], text[3:-2], text[-2:]
    assert from_rows(digits, region + letters) == text
    assert normalise(text) == text
    assert country(classify(text)) == ("KZ" if len(text) == 8 else "?")


@given(texts_of(("dddlllrr", "dddllrr", "ldddlll", "ldddll", "lddddrr")))
def test_a_civil_plate_of_kazakhstan_keeps_its_format_whoever_else_issues_such(pair: tuple[str, str]) -> None:
    assert classify(pair[1])[0].country == "KZ"


@given(texts_of())
def test_normalising_keeps_every_character(pair: tuple[str, str]) -> None:
    assert sorted(normalise(pair[1])) == sorted(pair[1])


def test_the_number_of_texts_of_a_shape_counts_regions_once() -> None:
    assert plates.shape_size("dddlllrr") == 1000 * 26**3 * 20


def test_formats_have_unique_ids_and_plates_that_may_be_remnants_say_so() -> None:
    assert len({plate_format.id for plate_format in (*FORMATS, *ABROAD)}) == len(FORMATS) + len(ABROAD)
    assert {f.id for f in FORMATS if f.remnant} == {"KZ2012-TR", "KZ2012-MC", "KZ1993-L"}


def test_regions_are_01_to_20_named_in_kazakh_and_russian() -> None:
    assert list(REGIONS) == [f"{number:02}" for number in range(1, 21)]
    assert all(region.kk and region.ru and region.code == code for code, region in REGIONS.items())
