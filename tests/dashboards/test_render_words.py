"""Numbers in words: what a bank's clerk would write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.lawbook import Language
from dashboards.languages import LANGUAGES
from dashboards.render.number_words import TOO_LARGE, cardinal, plural


@pytest.mark.parametrize(
    ("number", "kk", "ru", "en"),
    [
        (0, "нөл", "ноль", "zero"),
        (1, "бір", "один", "one"),
        (2, "екі", "два", "two"),
        (5, "бес", "пять", "five"),
        (10, "он", "десять", "ten"),
        (11, "он бір", "одиннадцать", "eleven"),
        (14, "он төрт", "четырнадцать", "fourteen"),
        (19, "он тоғыз", "девятнадцать", "nineteen"),
        (20, "жиырма", "двадцать", "twenty"),
        (21, "жиырма бір", "двадцать один", "twenty-one"),
        (42, "қырық екі", "сорок два", "forty-two"),
        (90, "тоқсан", "девяносто", "ninety"),
        (100, "бір жүз", "сто", "one hundred"),
        (207, "екі жүз жеті", "двести семь", "two hundred and seven"),
        (512, "бес жүз он екі", "пятьсот двенадцать", "five hundred and twelve"),
        (1_000, "бір мың", "одна тысяча", "one thousand"),
        (1_001, "бір мың бір", "одна тысяча один", "one thousand and one"),
        (2_000, "екі мың", "две тысячи", "two thousand"),
        (5_000, "бес мың", "пять тысяч", "five thousand"),
        (
            10_812,
            "он мың сегіз жүз он екі",
            "десять тысяч восемьсот двенадцать",
            "ten thousand eight hundred and twelve",
        ),
        (11_000, "он бір мың", "одиннадцать тысяч", "eleven thousand"),
        (
            12_975,
            "он екі мың тоғыз жүз жетпіс бес",
            "двенадцать тысяч девятьсот семьдесят пять",
            "twelve thousand nine hundred and seventy-five",
        ),
        (
            21_625,
            "жиырма бір мың алты жүз жиырма бес",
            "двадцать одна тысяча шестьсот двадцать пять",
            "twenty-one thousand six hundred and twenty-five",
        ),
        (86_500, "сексен алты мың бес жүз", "восемьдесят шесть тысяч пятьсот", "eighty-six thousand five hundred"),
        (112_000, "бір жүз он екі мың", "сто двенадцать тысяч", "one hundred and twelve thousand"),
        (
            259_500,
            "екі жүз елу тоғыз мың бес жүз",
            "двести пятьдесят девять тысяч пятьсот",
            "two hundred and fifty-nine thousand five hundred",
        ),
        (1_000_000, "бір миллион", "один миллион", "one million"),
        (2_000_001, "екі миллион бір", "два миллиона один", "two million and one"),
        (
            8_650_000,
            "сегіз миллион алты жүз елу мың",
            "восемь миллионов шестьсот пятьдесят тысяч",
            "eight million six hundred and fifty thousand",
        ),
        (1_000_000_000, "бір миллиард", "один миллиард", "one billion"),
    ],
)
def test_a_number_is_said_as_people_say_it(number: int, kk: str, ru: str, en: str) -> None:
    assert (cardinal(number, "kk"), cardinal(number, "ru"), cardinal(number, "en")) == (kk, ru, en)


@pytest.mark.parametrize("language", LANGUAGES)
@given(one=st.integers(0, TOO_LARGE - 1), other=st.integers(0, TOO_LARGE - 1))
def test_no_two_numbers_are_said_alike(language: Language, one: int, other: int) -> None:
    assert (cardinal(one, language) == cardinal(other, language)) == (one == other)


@pytest.mark.parametrize("number", [-1, TOO_LARGE])
def test_what_is_no_sum_has_no_words(number: int) -> None:
    with pytest.raises(ValueError, match="no words"):
        cardinal(number, "kk")


@pytest.mark.parametrize(
    ("number", "form"),
    [(1, "тиын"), (2, "тиына"), (4, "тиына"), (5, "тиынов"), (11, "тиынов"), (21, "тиын"), (50, "тиынов")],
)
def test_what_is_counted_takes_the_numbers_form(number: int, form: str) -> None:
    assert plural(number, ("тиын", "тиына", "тиынов")) == form
