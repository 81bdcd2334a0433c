"""What is trained: with the same plan the same pictures come in the same order."""

from collections.abc import Mapping
from dataclasses import dataclass

from vision.train import mix
from vision.train.mix import Hardship


@dataclass(frozen=True, slots=True)
class Lesson:
    """A share of a stage's pictures: which plates, and how hard."""

    share: float
    kinds: Mapping[str, float]
    hardship: Hardship


@dataclass(frozen=True, slots=True)
class Stage:
    """`steps` at a learning rate that rises to `peak` and falls to nothing; `grey` of the plates without colour, as
    from an infrared camera or a decoder that was asked for none. `veil` where only what says what is hidden is trained,
    on features that stand still; elsewhere everything else is."""

    seed: int
    steps: int
    peak: float
    grey: float
    lessons: tuple[Lesson, ...]
    veil: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages one after the other, `size` plates a step; the rate rises in `warm` steps; `average` is kept of the
    running average at each step. Steps are the length of the schedule, not of one sitting: training ends earlier when
    its minutes are up, and the same command goes on."""

    stages: tuple[Stage, ...]
    size: int = 96
    warm: int = 300
    average: float = 0.998

    @property
    def steps(self) -> int:
        """All of them."""
        return sum(stage.steps for stage in self.stages)

    @property
    def latest(self) -> int:
        """The first step of the last stage that trains reading: where weights made without that stage go on."""
        last = max(number for number, stage in enumerate(self.stages) if not stage.veil)
        return sum(stage.steps for stage in self.stages[:last])

    def at(self, step: int) -> tuple[Stage, int]:
        """The stage of a step and its number there; after the last step: of the last stage."""
        for stage in self.stages[:-1]:
            if step < stage.steps:
                return stage, step
            step -= stage.steps
        return self.stages[-1], step


DOUBTING = (Lesson(0.55, mix.TRAINED_KINDS, mix.TRAINED), Lesson(0.45, mix.SPOILT_KINDS, mix.SPOILT))
PLAN = Plan(
    (
        Stage(20_261, 5_000, 2.4e-3, 0.0, (Lesson(1.0, mix.TRAINED_KINDS, mix.TRAINED),)),
        Stage(20_262, 5_000, 1.6e-3, 0.3, DOUBTING),
        Stage(20_264, 5_000, 1.2e-3, 0.3, DOUBTING),
        Stage(20_265, 4_000, 1e-3, 0.3, DOUBTING),
        Stage(20_263, 1_500, 4e-3, 0.3, DOUBTING, veil=True),
    )
)
"""Letters and layouts first; three times, with every other plate spoilt, where to doubt; then what hides characters."""
