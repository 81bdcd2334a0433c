"""Boxes and grids: the arithmetic round the detectors."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication.facts import Box
from vision.boxes import as_array, as_box, clipped, grown, iou, suppress
from vision.detect import _cells, _grid
from vision.letterbox import letterbox, shrunk, side_of, squeezed

corner = st.integers(0, 500)
boxes = st.builds(Box, x=corner, y=corner, width=st.integers(1, 300), height=st.integers(1, 300))


@given(boxes)
def test_a_box_survives_becoming_an_array(box: Box) -> None:
    assert as_box(as_array(box)) == box


@given(boxes, boxes)
def test_overlap_is_symmetric_and_a_share(one: Box, other: Box) -> None:
    a, b = as_array(one), as_array(other)
    assert iou(a, b[None])[0] == pytest.approx(iou(b, a[None])[0])
    assert 0 <= iou(a, b[None])[0] <= 1
    assert iou(a, a[None])[0] == pytest.approx(1)


@given(st.lists(boxes, min_size=1, max_size=8), st.randoms())
def test_of_boxes_that_overlap_only_the_better_stays(many: list[Box], random: object) -> None:
    arrays = np.stack([as_array(box) for box in many])
    scores = np.linspace(0.9, 0.1, len(many), dtype=np.float32)
    kept = suppress(arrays, scores, 0.5)
    assert kept[0] == 0
    assert all(iou(arrays[a], arrays[[b]])[0] <= 0.5 for a in kept for b in kept if a < b)
    dropped = set(range(len(many))) - set(kept)
    assert all(any(iou(arrays[d], arrays[[k]])[0] > 0.5 for k in kept) for d in dropped)


@given(boxes)
def test_a_grown_box_is_cut_to_the_picture(box: Box) -> None:
    x0, y0, x1, y1 = clipped(grown(as_array(box), 0.1, 0.2), 400, 300)
    assert 0 <= x0 <= x1 <= 400
    assert 0 <= y0 <= y1 <= 300


@pytest.mark.parametrize(("height", "width"), [(480, 640), (960, 1280), (2000, 300), (33, 5000)])
def test_a_letterbox_is_the_picture_at_scale_and_grey_beside(height: int, width: int) -> None:
    picture = np.zeros((height, width, 3), np.uint8)
    boxed = letterbox(picture, 640)
    assert boxed.shape[2:] == side_of(picture, 640)
    assert boxed.shape[2] % 32 == boxed.shape[3] % 32 == 0
    assert max(boxed.shape[2:]) == 640
    assert set(np.unique(boxed)) <= {np.float32(0), np.float32(114 / 255)}


@settings(max_examples=60, deadline=None)
@given(st.integers(32, 900), st.integers(32, 900), st.integers(8, 400), st.integers(8, 400))
def test_a_shrunk_picture_shows_everything_where_it_was(width: int, height: int, to_width: int, to_height: int) -> None:
    y, x = np.mgrid[:height, :width]
    picture = np.stack((x * 255 / width, y * 255 / height, np.full_like(x, 7)), axis=2).astype(np.uint8)
    small = shrunk(picture, (to_width, to_height))
    assert small.shape == (to_height, to_width, 3)
    down, across = (np.arange(n) * 255 / n + 127.5 / n for n in (to_height, to_width))
    slack = 2 + 255 / min(width, height) + 255 / min(to_width, to_height)
    assert np.abs(small[:, :, 0].mean(axis=0) - across).max() <= slack
    assert np.abs(small[:, :, 1].mean(axis=1) - down).max() <= slack
    assert (small[:, :, 2] == 7).all()


def test_colours_are_red_first_and_whole_or_of_one() -> None:
    blue = np.zeros((300, 300, 3), np.uint8)
    blue[:, :, 0] = 255
    assert squeezed(blue, 300)[0, :, 9, 9].tolist() == [0, 0, 255]
    assert letterbox(blue, 320)[0, :, 9, 9].tolist() == [0, 0, 1]


def test_each_thread_writes_into_memory_of_its_own_and_no_call_leaves_traces() -> None:
    white, black = np.full((480, 640, 3), 255, np.uint8), np.zeros((300, 640, 3), np.uint8)

    def means(picture: np.ndarray) -> set[float]:
        return {round(float(letterbox(picture, 640)[0, :, : picture.shape[0]].mean()), 6) for _ in range(40)}

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(means, [white, black] * 8))
    assert seen == [{1.0}, {0.0}] * 8
    letterbox(white, 640)
    assert set(np.unique(letterbox(black, 640))) == {np.float32(0), np.float32(114 / 255)}


def test_cells_are_distances_from_their_middles_in_strides() -> None:
    middles, strides = _grid((64, 96))
    assert len(middles) == 8 * 12 + 4 * 6 + 2 * 3
    cells = np.zeros((5, len(middles)), np.float32)
    cells[:4, 0], cells[4, 0] = (1, 2, 3, 4), 0.7
    found, scores = _cells(cells, (64, 96))
    assert found[0].tolist() == [4 - 8, 4 - 16, 4 + 24, 4 + 32]
    assert scores[0] == np.float32(0.7)
    assert set(strides.ravel()) == {8, 16, 32}
