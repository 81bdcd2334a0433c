"""Which stage a step belongs to, and that the last one alone is of what hides."""

import pytest

from vision.train.plan import PLAN, Plan, Stage


@pytest.mark.parametrize(
    ("step", "seed", "within"), [(0, 1, 0), (4, 1, 4), (5, 2, 0), (7, 2, 2), (8, 3, 0), (99, 3, 91)]
)
def test_a_step_belongs_to_its_stage(step: int, seed: int, within: int) -> None:
    plan = Plan(tuple(Stage(seed, steps, 1e-3, 0.0, ()) for seed, steps in ((1, 5), (2, 3), (3, 4))))
    stage, place = plan.at(step)
    assert (stage.seed, place) == (seed, within)
    assert plan.steps == 12


def test_every_stage_has_its_own_pictures_and_shares_that_are_whole() -> None:
    assert len({stage.seed for stage in PLAN.stages}) == len(PLAN.stages)
    assert all(sum(lesson.share for lesson in stage.lessons) == pytest.approx(1) for stage in PLAN.stages)


def test_what_hides_is_learnt_after_reading_and_last() -> None:
    veils = [stage.veil for stage in PLAN.stages]
    assert veils[-1]
    assert all(veils[number - 1] is False for number, veil in enumerate(veils) if veil)


def test_weights_made_before_go_on_with_the_last_stage_of_reading() -> None:
    plan = Plan(tuple(Stage(seed, 5, 1e-3, 0.0, (), veil=seed % 2 == 0) for seed in (1, 2, 3, 4)))
    assert plan.latest == 10
    stage, within = PLAN.at(PLAN.latest)
    assert (stage.veil, within) == (False, 0)
    assert all(later.veil for later in PLAN.stages[PLAN.stages.index(stage) + 1 :])
