"""What the reader is trained on: the same seed draws the same plate, and its truth is where it says."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from adjudication import plates
from vision.frontal import frontal
from vision.train import mix
from vision.train.batches import batch, texts
from vision.train.designs import COUNTRIES, FORMATS, MAKERS, Design, in_plate_order
from vision.train.faces import TRAINED
from vision.train.judge import CALIBRATION, JUDGEMENT, PLACING, STRANGE, trial
from vision.train.plan import PLAN
from vision.train.spoil import Shot, shoot

KAZAKH = [kind for kind in MAKERS if kind.startswith("KZ")]


def shot(faces: Path, seed: int, kind: str = "KZ2012-P") -> Shot:
    drawn = shoot(np.random.default_rng(seed), {kind: 1.0}, mix.ROAD, (faces, TRAINED))
    assert drawn is not None
    return drawn


@pytest.mark.parametrize("kind", KAZAKH)
def test_a_drawn_plate_of_kazakhstan_has_a_text_of_its_format(kind: str) -> None:
    design = MAKERS[kind](np.random.default_rng(5))
    assert design.format_id in {each.id for each in plates.classify(design.text)}
    assert design.format_id in FORMATS
    assert design.country == "KZ"


@pytest.mark.parametrize("kind", KAZAKH)
def test_the_rows_of_a_plate_spell_its_text_in_plate_order(kind: str) -> None:
    for seed in range(20):
        design = MAKERS[kind](np.random.default_rng(seed))
        assert in_plate_order(design.rows) == design.text


@pytest.mark.parametrize("kind", list(MAKERS))
def test_no_plate_has_more_characters_than_the_search_keeps(kind: str) -> None:
    for seed in range(50):
        design: Design = MAKERS[kind](np.random.default_rng(seed))
        assert 2 <= len(design.text) <= 12
        assert design.country in COUNTRIES


def test_shares_of_each_mix_add_up_to_one() -> None:
    assert sum(mix.KAZAKHSTAN.values()) == pytest.approx(1)
    assert sum(mix.TRAINED_KINDS.values()) == pytest.approx(1)
    assert set(mix.TRAINED_KINDS) == {*MAKERS, "none"}


def test_training_is_harder_than_the_road_in_every_respect() -> None:
    hard, road = mix.TRAINED, mix.ROAD
    assert hard.width_px[0] < road.width_px[0]
    for name in ("yaw_deg", "pitch_deg", "roll_deg", "blur_px", "motion_px", "noise"):
        assert getattr(hard, name) > getattr(road, name)
    assert hard.jpeg[0] < road.jpeg[0]
    assert all(hard.often[name] >= road.often[name] for name in road.often)
    assert all(mix.SPOILT.often[name] >= hard.often[name] for name in ("dirt", "glare", "occlusion", "screws"))
    assert all(sum(lesson.share for lesson in stage.lessons) == 1 for stage in PLAN.stages)


def test_what_is_judged_is_never_trained_on() -> None:
    seeds = {stage.seed for stage in PLAN.stages}
    assert len(seeds | {CALIBRATION, JUDGEMENT, STRANGE, PLACING}) == len(PLAN.stages) + 4
    assert not set(trial(STRANGE).among) & set(TRAINED)
    assert set(trial(STRANGE).hardship.often) - set(mix.TRAINED.often) == {"double", "lines", "halftone", "warp"}


def test_the_same_seed_draws_the_same_plate(faces: Path) -> None:
    one, two = shot(faces, 3), shot(faces, 3)
    assert np.array_equal(one.picture, two.picture)
    assert one.conditions == two.conditions
    assert not np.array_equal(one.corners, shot(faces, 4).corners)


def test_the_corners_are_the_plates(faces: Path) -> None:
    """Seen straight on by its true corners, a white plate's border is dark and its ground light all around."""
    drawn = next(one for one in (shot(faces, n) for n in range(40)) if one.conditions and not one.conditions.kinds)
    plate = cv2.cvtColor(frontal(drawn.picture, drawn.corners), cv2.COLOR_BGR2GRAY).astype(float)
    inside = plate[8:56, 16:176]
    assert np.percentile(inside, 90) - np.percentile(inside, 5) > mix.LEAST_CONTRAST / 2
    upper, ground = plate[3:8, 40:150].mean(), np.percentile(inside, 75)
    assert upper < ground, "the frame of the plate lies where the corners say"


def test_illegible_is_what_the_limits_say(faces: Path) -> None:
    for seed in range(60):
        seen = shot(faces, seed).conditions
        assert seen is not None
        within = (
            seen.cap_px >= mix.LEAST_CAP_PX
            and seen.advance_px >= mix.LEAST_ADVANCE_PX
            and seen.blur_px / seen.cap_px <= mix.MOST_BLUR
            and seen.contrast >= max(mix.LEAST_CONTRAST, mix.LEAST_CONTRAST_TO_NOISE * seen.noise)
            and seen.covered <= mix.MOST_COVERED
        )
        assert seen.legible == within


def test_what_is_hidden_is_known_by_place(faces: Path) -> None:
    for one in (shot(faces, number) for number in range(100)):
        assert one.conditions is not None
        kinds = set(one.conditions.kinds)
        assert one.veil.shape == one.picture.shape[:2]
        if "occlusion" in kinds:
            assert one.veil.max() > 200
        if not kinds & {"worn", "dirt", "snow", "occlusion", "stains", "glare"}:
            assert one.veil.max() == one.conditions.covered == 0
    burnt = shot(faces, 503)
    assert burnt.conditions is not None
    assert burnt.conditions.kinds == ("glare",)
    assert burnt.veil.max() > 200
    assert burnt.conditions.covered > 0.5


def test_a_batch_is_its_seed_and_number(faces: Path) -> None:
    stage = PLAN.stages[-1]
    one, two = batch(stage, 7, 12, faces), batch(stage, 7, 12, faces)
    assert np.array_equal(one.plates, two.plates)
    assert one.plates.shape == (12, 64, 192, 3)
    assert one.texts.shape == (12, 2, 12)
    assert np.array_equal(one.texts[:6], one.texts[6:]), "each plate is seen twice"
    assert not np.array_equal(one.plates[:6], one.plates[6:]), "with other corners"
    assert not np.array_equal(one.plates, batch(stage, 8, 12, faces).plates)


def test_a_stage_shows_as_many_plates_without_colour_as_it_says(faces: Path) -> None:
    def greys(grey: float) -> int:
        plates = batch(replace(PLAN.stages[1], grey=grey), 3, 12, faces).plates
        return sum(bool((plate == plate[:, :, :1]).all()) for plate in plates)

    assert greys(1.0) == 12
    assert greys(0.0) < 12


def test_no_plate_has_no_text() -> None:
    assert (texts(None) == -1).all()
