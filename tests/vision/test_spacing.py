"""A hidden character leaves a gap, and a gap is doubt."""

import pytest

from vision import spacing

PERSON = (8.5, 13.0, 17.5, 24.0, 28.0, 32.0, 38.5, 43.0)
FIRM = (9.5, 14.0, 18.5, 26.0, 30.0, 38.0, 42.0)


def seen(columns: tuple[float, ...], shift: float = 0.0, stretch: float = 1.0) -> list[tuple[int, int]]:
    return [(round(c * stretch + shift), round(c * stretch + shift)) for c in columns]


def test_characters_in_their_places_leave_no_doubt() -> None:
    assert spacing.astray(PERSON, [0] * 8, seen(PERSON)) == 0
    assert spacing.likelihood(0) == 1


@pytest.mark.parametrize(("shift", "stretch"), [(2, 1), (-2, 1), (0, 1.08), (1, 0.93)])
def test_corners_that_are_off_are_allowed_for(shift: float, stretch: float) -> None:
    assert spacing.astray(PERSON, [0] * 8, seen(PERSON, shift, stretch)) == 0


@pytest.mark.parametrize("hidden", [3, 4, 5])
def test_a_persons_plate_with_a_hidden_letter_is_no_firms(hidden: int) -> None:
    columns = tuple(column for place, column in enumerate(PERSON) if place != hidden)
    astray = spacing.astray(FIRM, [0] * 7, seen(columns))
    assert astray > 0
    assert spacing.likelihood(astray) < 0.9


def test_rows_are_shifted_each_by_itself() -> None:
    places = (16.0, 26.0, 36.0, 24.0, 32.0, 40.0, 10.0, 12.0)
    rows = [0, 0, 0, 1, 1, 1, 1, 1]
    moved = [(round(c + (2 if row else -2)),) * 2 for c, row in zip(places, rows, strict=True)]
    assert spacing.astray(places, rows, moved) == 0


TRAILER = (9.4, 14.1, 22.0, 26.3, 30.7, 38.8, 42.9)


def test_a_recogniser_of_lines_tells_a_trailers_places_from_a_firms_by_its_wider_columns() -> None:
    """It has 28 columns across a plate, and margins beside it."""
    strip = [(round(column * 24 / 48 + 2),) * 2 for column in TRAILER]
    assert spacing.against_nats(TRAILER, strip, 28) < 0.5
    assert spacing.against_nats(FIRM, strip, 28) > 3
    assert spacing.against_nats(FIRM, [(0, 0), (27, 27), *strip[2:]], 28) == spacing.MOST_NATS


def test_places_are_the_means_of_right_reads_and_unknown_from_few() -> None:
    many = [("A/1/2", ((10, 10), (20, 21)))] * spacing.ENOUGH
    few = [("B/1/2", ((10, 10), (20, 20)))] * (spacing.ENOUGH - 1)
    assert spacing.measured([*many, *few]) == {"A/1/2": (10.0, 20.5)}


def test_the_further_astray_the_more_doubt() -> None:
    doubts = [spacing.likelihood(each / 10) for each in range(60)]
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[-1] < 1e-6


@pytest.mark.parametrize(
    ("name", "places"), [("KZ2012-P/1/8", PERSON[:7]), ("KZ2012-L/1/7", (*FIRM[:6], FIRM[0])), ("KZ2012-P", PERSON)]
)
def test_places_that_cannot_be_are_refused(name: str, places: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"places|place|unpack"):
        spacing.checked({name: places})


def test_places_on_two_rows_may_be_above_each_other() -> None:
    known = {"KZ2012-P/2/8": (16.0, 26.0, 36.0, 16.0, 26.0, 36.0, 10.0, 12.0), "KZ2012-P/1/8": PERSON}
    assert spacing.checked(known) == known
