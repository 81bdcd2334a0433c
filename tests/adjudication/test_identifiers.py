"""IIN and BIN. Source: brief §7, with its own checked examples."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.identifiers import birth_date, iin_check_digit, is_valid_bin, is_valid_iin

ELEVEN = st.text("0123456789", min_size=11, max_size=11)


def test_the_briefs_own_examples_hold() -> None:
    assert iin_check_digit("99010100000") == 4
    assert is_valid_iin("990101000004")
    assert is_valid_bin("070640013540")


@given(ELEVEN, st.integers(0, 10), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed_unless_the_second_weights_hide_it(first: str, place: int, digit: str) -> None:
    check = iin_check_digit(first)
    if check is None:
        return
    changed = first[:place] + digit + first[place + 1 :]
    plain = sum(int(d) * w for d, w in zip(first, range(1, 12), strict=True)) % 11 < 10
    plain_changed = sum(int(d) * w for d, w in zip(changed, range(1, 12), strict=True)) % 11 < 10
    if changed != first and plain and plain_changed and place != 10:
        assert iin_check_digit(changed) != check


def test_some_numbers_are_never_issued() -> None:
    numbers = (f"9001013{serial:04}" for serial in range(10_000))
    assert any(iin_check_digit(number) is None for number in numbers)


@pytest.mark.parametrize("number", ["", "12345678901", "9901010000040", "99010100000a", "990101000005", "٩٩٠١٠١٠٠٠٠٠٤"])
def test_what_is_no_number_is_refused(number: str) -> None:
    assert not is_valid_iin(number)
    assert not is_valid_bin(number)


def test_a_number_whose_birth_date_cannot_be_is_refused() -> None:
    for body in ("99130130000", "99013230000"):
        assert not is_valid_iin(f"{body}{iin_check_digit(body)}")


@pytest.mark.parametrize(
    ("body", "born_on"),
    [
        ("90010130001", date(1990, 1, 1)),
        ("05123160000", date(2005, 12, 31)),
        ("99010120001", date(1899, 1, 1)),
        ("99010100000", None),  # a foreign person's number tells no century
        ("90023130000", None),  # 31 February
    ],
)
def test_an_iin_tells_the_birth_date_if_it_can(body: str, born_on: date | None) -> None:
    assert birth_date(f"{body}{iin_check_digit(body)}") == born_on


def test_a_wrong_number_tells_nothing() -> None:
    assert birth_date("900101300010") is None
    assert birth_date("") is None
