"""From four corners to the plate seen straight on, and from a box to four corners."""

import cv2
import numpy as np
import pytest

from vision.corners import GROWN, INPUT, crop_about
from vision.frontal import HEIGHT, SPARE, WIDTH, box_corners, extent, frontal


def quarters(width: int, height: int) -> np.ndarray:
    """A plate of four colours, one a quarter."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (255, 0, 0)
    picture[: height // 2, width // 2 :] = (0, 255, 0)
    picture[height // 2 :, width // 2 :] = (0, 0, 255)
    picture[height // 2 :, : width // 2] = (255, 255, 255)
    return picture


@pytest.mark.parametrize("scale", [1, 6])
def test_a_plate_seen_askew_is_straightened(scale: int) -> None:
    flat = quarters(104 * scale, 24 * scale)
    corners = np.array(((20, 30), (115, 12), (118, 36), (22, 55)), np.float32) * scale
    at = np.array(((0, 0), (flat.shape[1], 0), flat.shape[1::-1], (0, flat.shape[0])), np.float32)
    seen = cv2.warpPerspective(flat, cv2.getPerspectiveTransform(at, corners), (140 * scale, 70 * scale))
    plate = frontal(seen, corners)
    assert plate.shape == (HEIGHT, WIDTH, 3)
    for (x, y), colour in {(48, 16): (255, 0, 0), (144, 16): (0, 255, 0), (144, 48): (0, 0, 255)}.items():
        assert np.abs(plate[y, x].astype(int) - colour).max() < 60


def test_a_plate_is_straightened_to_the_size_that_is_asked_for() -> None:
    plate = frontal(quarters(104, 24), box_corners(0, 0, 104, 24), (256, 48))
    assert plate.shape == (48, 256, 3)
    assert plate[12, 64] == pytest.approx((255, 0, 0))
    assert plate[36, 192] == pytest.approx((0, 0, 255))


def test_the_extent_of_a_plate_is_its_sides_in_the_mean() -> None:
    corners = np.array(((0, 0), (100, 0), (96, 22), (2, 20)), np.float32)
    across, down = extent(corners)
    assert (across, down) == pytest.approx((97.01, 21.23), abs=0.01)


def test_some_of_the_surroundings_are_shown() -> None:
    picture = np.full((60, 300, 3), 255, np.uint8)
    picture[20:40, 100:200] = 0
    plate = frontal(picture, box_corners(100, 20, 200, 40))[:, :, 0]
    assert plate[HEIGHT // 2, 1] > 200
    inside = round(WIDTH * SPARE / (1 + 2 * SPARE)) + 3
    assert plate[HEIGHT // 2, inside] < 60


def test_corners_outside_the_picture_are_no_error() -> None:
    plate = frontal(quarters(104, 24), box_corners(-40, -10, 90, 30))
    assert plate.shape == (HEIGHT, WIDTH, 3)


def test_a_crop_knows_where_it_lies() -> None:
    picture = quarters(400, 200)
    crop, frame = crop_about(picture, np.array((100, 50, 200, 90), np.float32))
    assert crop.shape == (INPUT[1], INPUT[0], 3)
    assert frame[0] == pytest.approx((100 - GROWN * 100, 50 - GROWN * 40))
    assert frame[2] == pytest.approx((200 + GROWN * 100, 90 + GROWN * 40))


@pytest.mark.parametrize("box", [(-20, -9, 30, 12), (380, 190, 440, 230), (0, 0, 1, 1), (390, 10, 391, 190)])
def test_a_box_at_the_edge_is_filled_up(box: tuple[int, ...]) -> None:
    crop, frame = crop_about(quarters(400, 200), np.array(box, np.float32))
    assert crop.shape == (INPUT[1], INPUT[0], 3)
    assert (frame[2] > frame[0]).all()
