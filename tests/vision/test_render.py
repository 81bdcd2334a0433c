"""The renderer: exact truth from geometry, the same bytes for the same seed, every format drawable."""

import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication.errors import Invalid
from adjudication.plates import classify
from vision.perspective import Camera, placed
from vision.plate_art import LAYOUTS, draw_plate, layout_of
from vision.random_scenes import random_scene
from vision.render import BAR_PX, encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene, truth_of

PLATE = DrawnPlate("489AAC02", "KZ2012-P")
CAR = DrawnVehicle("sedan", "front", "silver", PLATE, 0.0)
EXAMPLES = [
    ("489AAC02", "KZ2012-P", 1),
    ("489AAC02", "KZ2012-P", 2),
    ("389BK01", "KZ2012-L", 1),
    ("389BK01", "KZ2012-L", 2),
    ("12ABC05", "KZ2012-TR", 1),
    ("12ABC05", "KZ2012-TR", 2),
    ("12AB05", "KZ2012-MC", 2),
    ("A123BCD", "KZ1993-P", 1),
    ("A123BC", "KZ1993-L", 1),
    ("H444501", "KZ2012-F", 1),
    ("D123456", "KZ-DIP", 1),
    ("1234AB", "KZ-MIL", 1),
    ("A123BC77", "RU", 1),
]


@given(st.integers(0, 2**32), st.integers(0, 2))
@settings(max_examples=6, deadline=None)
def test_the_same_scene_and_seed_give_the_same_bytes(seed: int, vehicles: int) -> None:
    scene = random_scene(np.random.default_rng(seed), vehicles)
    assert scene == random_scene(np.random.default_rng(seed), vehicles)
    one, two = render_frame(scene, seed), render_frame(scene, seed)
    assert one.truth == two.truth == truth_of(scene)
    assert encode_jpeg(one.image, scene.jpeg_quality) == encode_jpeg(two.image, scene.jpeg_quality)


@given(st.integers(0, 2**32), st.integers(0, 2))
@settings(max_examples=100, deadline=None)
def test_every_plate_of_a_random_scene_is_of_its_format_and_lies_on_its_vehicle(seed: int, vehicles: int) -> None:
    scene = random_scene(np.random.default_rng(seed), vehicles)
    truths = truth_of(scene).vehicles
    assert len(truths) == vehicles
    for truth in truths:
        assert truth.plate_text is not None
        assert truth.plate_quad is not None
        assert truth.format_id in {f.id for f in classify(truth.plate_text)} | {"LATIN"}
        middle = np.mean(truth.plate_quad, axis=0)
        assert truth.box.x < middle[0] < truth.box.x + truth.box.width
        assert truth.box.y < middle[1] < truth.box.y + truth.box.height


@pytest.mark.parametrize(("text", "format_id", "rows"), EXAMPLES)
def test_every_format_can_be_drawn(text: str, format_id: str, rows: int) -> None:
    layout = layout_of(format_id, text, rows)
    plate = draw_plate(layout, text)
    assert plate.shape == (layout.height * 2, layout.width * 2, 3)
    grey = cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY)
    assert 0.05 < (abs(grey.astype(int) - int(np.median(grey))) > 60).mean() < 0.5


def test_every_layout_has_an_example() -> None:
    assert {(layout_of(f, t, r).format_id, r) for t, f, r in EXAMPLES} == {(x.format_id, x.rows) for x in LAYOUTS}


def test_a_text_that_does_not_fit_its_format_is_refused_without_repeating_it() -> None:
    with pytest.raises(Invalid) as raised:
        layout_of("KZ2012-P", "WRONG1")
    assert raised.value.code == "plate-layout"
    assert "WRONG1" not in str(raised.value)


def test_the_plate_is_found_where_the_truth_says() -> None:
    scene = Scene((CAR,), noise=0.0)
    rendered = render_frame(scene, 1)
    quad = np.array(rendered.truth.vehicles[0].plate_quad, np.float32)
    size = (520, 112)
    flat = np.array(((0, 0), (520, 0), (520, 112), (0, 112)), np.float32)
    drawn = cv2.resize(draw_plate(layout_of("KZ2012-P", PLATE.text), PLATE.text), size, interpolation=cv2.INTER_AREA)

    def likeness(dx: float, dy: float) -> float:
        matrix = cv2.getPerspectiveTransform(quad + np.array((dx, dy), np.float32), flat)
        seen = cv2.warpPerspective(rendered.image, matrix, size)
        return float(np.corrcoef(seen.mean(axis=2).ravel(), drawn.mean(axis=2).ravel())[0, 1])

    assert likeness(0, 0) > 0.85
    assert likeness(0, 0) > max(likeness(1, 0), likeness(-1, 0), likeness(0, 1), likeness(0, -1))


def test_a_clear_plate_is_wide_enough_to_read() -> None:
    (truth,) = truth_of(Scene((CAR,))).vehicles
    assert truth.plate_quad is not None
    width = truth.plate_quad[1][0] - truth.plate_quad[0][0]
    assert 110 <= width <= 200
    assert truth.readable


@pytest.mark.parametrize(
    "scene",
    [
        Scene((replace(CAR, plate=replace(PLATE, dirt=0.8)),)),
        Scene((replace(CAR, plate=replace(PLATE, glare=0.9)),)),
        Scene((CAR,), motion_blur_px=24.0),
        Scene((CAR,), defocus_px=6.0),
        Scene((replace(CAR, z_m=90.0),), Camera(pitch_rad=0.05)),
        Scene((replace(CAR, plate=None),)),
    ],
)
def test_dirt_glare_blur_distance_and_absence_make_a_plate_unreadable(scene: Scene) -> None:
    assert not truth_of(scene).vehicles[0].readable


def test_a_vehicle_behind_another_is_hidden_and_the_nearer_one_is_not() -> None:
    near, far = CAR, replace(CAR, z_m=30.0, x_m=0.1)
    first, second = truth_of(Scene((near, far), Camera(mast_m=2.0, pitch_rad=0.03))).vehicles
    assert first.occlusion < 0.05
    assert second.plate_occlusion > 0.9
    assert not second.readable


def test_a_vehicle_outside_the_picture_is_hidden() -> None:
    (truth,) = truth_of(Scene((replace(CAR, x_m=2.6),))).vehicles
    assert truth.occlusion > 0.3


def test_every_frame_is_marked_as_synthetic() -> None:
    empty = render_frame(Scene(()), 3).image
    captioned = render_frame(Scene((), caption=("Астана, Мәңгілік Ел даңғылы", "83 км/сағ")), 3).image
    red = (empty[:BAR_PX, :100].astype(int) @ (-1, 0, 1)) > 100
    assert red.mean() > 0.5
    assert (empty[:BAR_PX] != captioned[:BAR_PX]).any()
    assert (empty[BAR_PX:] == captioned[BAR_PX:]).all()


@given(st.floats(-4, 4), st.floats(5, 200), st.floats(-0.3, 0.3))
def test_a_point_is_drawn_on_the_same_side_and_farther_points_higher(x: float, z: float, heading: float) -> None:
    camera = Camera()
    near, far = camera.project(np.array(((x, 0.0, z), (x, 0.0, z + 10.0))))
    assert far[1] < near[1]
    assert (near[0] - 640) * x >= 0
    assert np.allclose(placed(np.zeros((1, 3)), x, z, heading), ((x, 0.0, z),))


def test_a_core_draws_five_frames_a_second() -> None:
    scene = Scene((CAR,))
    render_frame(scene, 0)
    started = time.process_time()
    for seed in range(5):
        render_frame(scene, seed)
    assert time.process_time() - started < 1.0
