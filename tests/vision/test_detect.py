"""Boxes and grids: the arithmetic round the detectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.facts import Box
from vision.boxes import as_array, as_box, clipped, grown, iou, suppress
from vision.detect import _cells, _grid, _letterbox, side_of

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
    boxed = _letterbox(picture, 640 / max(height, width))
    assert boxed.shape[2:] == side_of(picture, 640)
    assert boxed.shape[2] % 32 == boxed.shape[3] % 32 == 0
    assert max(boxed.shape[2:]) == 640
    assert set(np.unique(boxed)) <= {np.float32(0), np.float32(114 / 255)}


def test_cells_are_distances_from_their_middles_in_strides() -> None:
    middles, strides = _grid((64, 96))
    assert len(middles) == 8 * 12 + 4 * 6 + 2 * 3
    cells = np.zeros((5, len(middles)), np.float32)
    cells[:4, 0], cells[4, 0] = (1, 2, 3, 4), 0.7
    found, scores = _cells(cells, (64, 96))
    assert found[0].tolist() == [4 - 8, 4 - 16, 4 + 24, 4 + 32]
    assert scores[0] == np.float32(0.7)
    assert set(strides.ravel()) == {8, 16, 32}
