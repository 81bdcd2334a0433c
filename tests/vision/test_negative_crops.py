"""Crops without a plate, for training: of a detector's sizes, the same for the same chance, mostly lettering."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.train import negatives
from vision.train.negatives import LOWEST_PX, NARROWEST_PX, WIDEST_PX, crop


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_a_crop_is_a_picture_of_a_detector_s_size(seed: int) -> None:
    picture = crop(np.random.default_rng(seed))
    height, width, channels = picture.shape
    assert picture.dtype == np.uint8
    assert channels == 3
    assert NARROWEST_PX <= width <= WIDEST_PX
    assert LOWEST_PX <= height <= WIDEST_PX


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_same_chance_draws_the_same_crop(seed: int) -> None:
    assert np.array_equal(crop(np.random.default_rng(seed)), crop(np.random.default_rng(seed)))


def test_half_of_the_crops_are_lettering() -> None:
    assert sum(negatives._SHARES) == 1
    assert dict(zip(negatives._DRAW, negatives._SHARES, strict=True))[negatives.lettering] > 0.5


def test_crops_differ() -> None:
    rng = np.random.default_rng(2)
    assert len({crop(rng).tobytes() for _ in range(200)}) == 200
