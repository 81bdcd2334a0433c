"""Frames without a plate: no vehicle bears one, no board spells one, and the same seed gives the same bytes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.board_texts import spells_plate
from vision.boards import BLACK, WHITE, Board
from vision.decode import decode
from vision.negatives import KINDS, negative, scene_of
from vision.placing import facing, flanking
from vision.render import render_frame
from vision.scene import DrawnVehicle, Mounted, Scene, truth_of

SHEET = Board((), WHITE, BLACK)


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_nothing_in_a_negative_frame_is_a_plate_or_spells_one(kind: str, seed: int) -> None:
    scene = scene_of(kind, np.random.default_rng(seed))
    assert all(vehicle.plate_text is None for vehicle in truth_of(scene).vehicles)
    boards = [*scene.boards, *(mounted for vehicle in scene.vehicles for mounted in vehicle.boards)]
    lettered = [mounted.board.lines for mounted in boards] + [scene.caption]
    assert not any(spells_plate(text) for lines in lettered for text in (*lines, "".join(lines)))


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, other = negative(6), negative(6)
    assert one == other
    assert negative(6 + len(KINDS)).kind == one.kind
    assert negative(6 + len(KINDS)).body != one.body


def test_any_run_of_seeds_holds_every_kind_equally_often() -> None:
    frames = [negative(seed) for seed in range(len(KINDS))]
    assert {frame.kind for frame in frames} == set(KINDS)
    assert not any(isinstance(decode(frame.body), str) for frame in frames)


def shown(scene: Scene) -> np.ndarray:
    """Where the scene's boards change the picture, [h,w]."""
    bare = replace(scene, boards=(), vehicles=tuple(replace(vehicle, boards=()) for vehicle in scene.vehicles))
    return (render_frame(scene, 1).image != render_frame(bare, 1).image).any(axis=2)


def test_a_board_is_drawn_where_its_corners_fall_and_nowhere_else() -> None:
    scene = Scene((), boards=(facing(SHEET, (0.3, 1.2, 25.0), 0.4),))
    seen = scene.camera.project(np.array(scene.boards[0].corners))
    rows, columns = np.nonzero(shown(scene))
    assert np.allclose((columns.min(), rows.min()), seen[0], atol=2)
    assert np.allclose((columns.max(), rows.max()), seen[2], atol=2)


def test_a_board_seen_from_behind_or_out_of_the_picture_is_not_drawn() -> None:
    ahead = facing(SHEET, (0.0, 1.2, 25.0), 0.4)
    behind = Mounted(SHEET, (ahead.corners[1], ahead.corners[0], ahead.corners[3], ahead.corners[2]))
    assert not shown(Scene((), boards=(behind, facing(SHEET, (40.0, 1.2, 25.0), 0.4)))).any()


@pytest.mark.parametrize(("heading", "side"), [(0.6, 1.0), (-0.6, -1.0)])
def test_of_a_turned_vehicle_only_the_near_flank_shows_its_boards(heading: float, side: float) -> None:
    def van(flank: float) -> Scene:
        board = flanking(SHEET, flank, (1.0, 0.9, 2.5), 0.4)
        return Scene((DrawnVehicle("minibus", "front", "blue", None, 0.0, 25.0, heading, boards=(board,)),))

    assert shown(van(side)).any()
    assert not shown(van(-side)).any()


def test_what_stands_in_front_hides_a_board() -> None:
    car = DrawnVehicle("suv", "front", "white", None, 0.0, 21.0)
    hidden, free = facing(SHEET, (0.0, 0.9, 30.0), 0.3), facing(SHEET, (0.0, 0.9, 20.0), 0.3)
    assert shown(Scene((car,), boards=(free,))).sum() > 10 * shown(Scene((car,), boards=(hidden,))).sum()


def test_by_night_a_sign_shines_and_paper_does_not() -> None:
    board = facing(SHEET, (0.0, 1.2, 25.0), 0.4)
    paper = render_frame(Scene((), boards=(board,), daylight="night"), 1).image
    sign = render_frame(Scene((), boards=(replace(board, shines=0.9),), daylight="night"), 1).image
    middle = Scene(()).camera.project(np.array(board.corners)).mean(axis=0).astype(int)
    assert sign[middle[1], middle[0]].mean() > 1.5 * paper[middle[1], middle[0]].mean()
