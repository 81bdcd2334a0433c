"""Lettering that is no plate: every kind can be drawn, and none spells a plate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.board_texts import TEXTS, spells_plate, text_of
from vision.boards import board_of, draw_board

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("kind", TEXTS)
@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_no_board_spells_a_plate(kind: str, seed: int) -> None:
    lines = text_of(kind, np.random.default_rng(seed))
    assert lines
    assert not any(spells_plate(text) for text in (*lines, "".join(lines)))


def test_a_plate_is_told_from_what_only_looks_latin() -> None:
    assert spells_plate("489 AAC 02")
    assert spells_plate("А123ВС")
    assert not spells_plate("SALE 24")
    assert not spells_plate("8 (701) 012-34-56")


@pytest.mark.parametrize("kind", TEXTS)
def test_the_same_chance_draws_the_same_board(kind: str) -> None:
    one, other = (draw_board(board_of(kind, np.random.default_rng(5))) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.ndim == 3
    assert one.dtype == np.uint8
    assert np.ptp(one) > 60, "nothing is written"


def test_enough_boards_are_white_and_of_a_plate_s_proportions() -> None:
    rng = np.random.default_rng(1)
    boards = [board_of(kind, rng) for kind in TEXTS for _ in range(25)]
    pale = [board for board in boards if board.ground is not None and min(board.ground) > 200]
    assert len(pale) > 0.3 * len(boards)
    shapes = [picture.shape for picture in map(draw_board, pale)]
    assert sum(2.5 < width / height < 5.5 for height, width, _ in shapes) > 0.3 * len(pale)
