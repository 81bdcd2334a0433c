"""A hidden character leaves a gap, and a gap is doubt."""

from collections.abc import Sequence

import pytest

from vision import spacing
from vision.spacing import Placement


def placement(*columns: float) -> Placement:
    """Places that scatter as most do."""
    return Placement(columns, (0.3,) * len(columns))


PERSON = placement(8.5, 13.0, 17.5, 24.0, 28.0, 32.0, 38.5, 43.0)
FIRM = placement(9.5, 14.0, 18.5, 26.0, 30.0, 38.0, 42.0)
IN_TWO_ROWS = placement(17.0, 27.0, 36.0, 24.0, 32.0, 40.0, 10.5, 12.5)
FIRM_IN_TWO_ROWS = placement(17.0, 27.0, 36.0, 28.0, 36.0, 10.5, 12.5)


def seen(columns: Sequence[float], shift: float = 0.0, stretch: float = 1.0) -> list[tuple[int, int]]:
    return [(round(c * stretch + shift), round(c * stretch + shift)) for c in columns]


@pytest.mark.parametrize(("places", "rows"), [(PERSON, 1), (FIRM, 1), (IN_TWO_ROWS, 2)])
@pytest.mark.parametrize(("shift", "stretch"), [(0, 1), (2, 1), (-2, 1), (0, 1.08), (1, 0.93)])
def test_corners_that_are_off_leave_no_doubt(places: Placement, rows: int, shift: float, stretch: float) -> None:
    assert spacing.likelihood(spacing.astray(places, seen(places.columns, shift, stretch)), rows) == 1


@pytest.mark.parametrize("hidden", [3, 4, 5])
@pytest.mark.parametrize(("person", "firm", "rows"), [(PERSON, FIRM, 1), (IN_TWO_ROWS, FIRM_IN_TWO_ROWS, 2)])
def test_a_persons_plate_with_a_hidden_letter_is_no_firms(
    person: Placement, firm: Placement, rows: int, hidden: int
) -> None:
    columns = tuple(column for place, column in enumerate(person.columns) if place != hidden)
    assert spacing.likelihood(spacing.astray(firm, seen(columns)), rows) < 0.01


def test_what_one_place_scatters_by_is_not_held_against_it() -> None:
    """On two rows the 1 of a region 01 is seen three columns further right than its other digits."""
    *rest, last = IN_TWO_ROWS.columns
    found = seen((*rest, last + 3))
    wide = Placement(IN_TWO_ROWS.columns, (*IN_TWO_ROWS.scatter[:7], 0.9))
    assert spacing.likelihood(spacing.astray(wide, found), 2) == 1
    assert spacing.likelihood(spacing.astray(IN_TWO_ROWS, found), 2) < 0.01


TRAILER = placement(9.4, 14.1, 22.0, 26.3, 30.7, 38.8, 42.9)


def test_a_recogniser_of_lines_tells_a_trailers_places_from_a_firms_by_its_wider_columns() -> None:
    """It has 28 columns across a plate, and margins beside it."""
    strip = [(round(column * 24 / 48 + 2),) * 2 for column in TRAILER.columns]
    assert spacing.against_nats(TRAILER, strip, 28) < 0.5
    assert spacing.against_nats(FIRM, strip, 28) > 3
    assert spacing.against_nats(FIRM, [(0, 0), (27, 27), *strip[2:]], 28) == spacing.MOST_NATS


def test_places_are_the_means_of_right_reads_and_unknown_from_few() -> None:
    many = [("A/1/2", ((10, 10), (20, 21)))] * spacing.ENOUGH
    few = [("B/1/2", ((10, 10), (20, 20)))] * (spacing.ENOUGH - 1)
    assert spacing.measured([*many, *few]) == {"A/1/2": Placement((10.0, 20.5), (0.0, 0.0))}


def test_a_shift_of_the_whole_plate_is_no_scatter_of_its_characters() -> None:
    shifted = [
        ("A/1/3", ((10 + shift,) * 2, (20 + shift,) * 2, (30 + shift + off,) * 2))
        for shift in range(5)
        for off in (0, 2) * spacing.ENOUGH
    ]
    assert spacing.measured(shifted)["A/1/3"] == Placement((12.0, 22.0, 33.0), (0.0, 0.0, 1.0))


def test_the_further_astray_the_more_doubt() -> None:
    doubts = [spacing.likelihood(each, 1) for each in range(60)]
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[-1] < 1e-6


@pytest.mark.parametrize(
    ("name", "places", "what"),
    [
        ("KZ2012-P/1/8", placement(*PERSON.columns[:7]), "7 places"),
        ("KZ2012-P/1/8", Placement(PERSON.columns, PERSON.scatter[:7]), "7 scatters"),
        ("KZ2012-L/1/7", placement(*FIRM.columns[:6], FIRM.columns[0]), "two characters at one place"),
        ("KZ2012-P/3/8", PERSON, "on 3 rows"),
        ("KZ2012-P", PERSON, "unpack"),
    ],
)
def test_places_that_cannot_be_are_refused(name: str, places: Placement, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        spacing.checked({name: places})


def test_places_on_two_rows_may_be_above_each_other() -> None:
    known = {"KZ2012-P/2/8": placement(16.0, 26.0, 36.0, 16.0, 26.0, 36.0, 10.0, 12.0), "KZ2012-P/1/8": PERSON}
    assert spacing.checked(known) == known
