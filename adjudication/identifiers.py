"""IIN and BIN: twelve digits, the last a check digit. Source: brief §7, confidence B."""

from datetime import date

DIGITS = 12
WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
"""The seventh digit of an IIN: century of birth, odd for men. Others say nothing of a birth date."""
BIN_KINDS = "456"
"""The fifth digit of a BIN: resident, non-resident, joint sole trader."""


def iin_check_digit(first_eleven: str) -> int | None:
    """The twelfth digit of an IIN, or of a BIN: the rule is one; None where no number with these digits is issued."""
    for weights in WEIGHTS:
        remainder = sum(int(digit) * weight for digit, weight in zip(first_eleven, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def is_valid_iin(number: str) -> bool:
    """Whether `number` can be an IIN: length, check digit, and a month and day of birth that can be.

    A century digit of 0 (foreign persons) is accepted, as one public validator does.
    """
    return _checks(number) and 1 <= int(number[2:4]) <= 12 and 1 <= int(number[4:6]) <= 31


def is_valid_bin(number: str) -> bool:
    """Whether `number` can be a BIN: length, check digit, a month of registration, a kind."""
    return _checks(number) and 1 <= int(number[2:4]) <= 12 and number[4] in BIN_KINDS


def birth_date(iin: str) -> date | None:
    """The date of birth an IIN tells; None if it tells none."""
    century = CENTURIES.get(iin[6:7])
    if century is None or not is_valid_iin(iin):
        return None
    try:
        return date(century + int(iin[:2]), int(iin[2:4]), int(iin[4:6]))
    except ValueError:
        return None


def _checks(number: str) -> bool:
    plain = len(number) == DIGITS and number.isascii() and number.isdigit()
    return plain and iin_check_digit(number[:-1]) == int(number[-1])
