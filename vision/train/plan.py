"""What is trained: with the same plan the same pictures come in the same order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` is the length of the schedule, not of one sitting: training ends earlier when its minutes are up, and the
    same command goes on. `size` plates a step; the learning rate rises to `peak` in `warm` steps; `average` is kept of
    the running average at each step."""

    seed: int = 20_261
    steps: int = 5_000
    size: int = 96
    peak: float = 2.4e-3
    warm: int = 300
    average: float = 0.998


PLAN = Plan()
