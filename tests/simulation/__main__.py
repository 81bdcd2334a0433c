"""`python -m tests.simulation --days N --seed S [--from SEED] [--bug NAME]`: N days, from seed S on.

A day that offends an invariant is printed with all that is needed to see it again, and the others go on; the exit code
says whether there was one. A run that was cut off goes on with `--from`, the seed it said last.
"""

import argparse
import hashlib
import sys
import time
from collections import Counter

from tests.simulation.bugs import BUGS
from tests.simulation.play import Played, play, report
from tests.simulation.world import World

PROGRESS_DAYS = 100
"""Some ten seconds: often enough to see that it moves, and to lose little by cutting it off."""


def main() -> int:
    """Plays the days that are asked for. Returns 1 if any offends."""
    asked = _asked()
    run = _Run()
    with World() as world:
        for seed in range(asked.first, asked.seed + asked.days):
            run.add(played := play(world, seed, asked.bug))
            if played.offences:
                _say(report(played, asked.bug))
            if (seed + 1 - asked.seed) % PROGRESS_DAYS == 0:
                _say(f"{run.summary()}; go on with --from {seed + 1}")
    _say(run.summary())
    _say(f"course {run.course.hexdigest()}")
    if asked.details:
        _say("\n".join(f"{count:7} {name}" for name, count in (*run.struck.most_common(), *run.states.most_common())))
    return 1 if run.bad else 0


class _Run:
    """What came of the days so far."""

    def __init__(self) -> None:
        self.days = self.steps = self.events = self.acts = 0
        self.struck: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.bad: list[int] = []
        self.course = hashlib.sha256()
        self._began = time.process_time()

    def add(self, played: Played) -> None:
        """One more day."""
        self.days += 1
        self.steps += played.steps
        self.events += played.accepted
        self.acts += played.acts
        self.struck.update(played.struck)
        self.states.update(played.states)
        self.course.update(played.sha256.encode())
        if played.offences:
            self.bad.append(played.seed)

    def summary(self) -> str:
        """In one line."""
        cpu_ms = 1000 * (time.process_time() - self._began) / max(1, self.days)
        bad = f"offending seeds {self.bad}" if self.bad else "no offence"
        return (
            f"{self.days} days, {self.steps} steps, {sum(self.struck.values())} faults, {self.events} events, "
            f"{self.acts} acts, {cpu_ms:.0f} ms of CPU a day: {bad}"
        )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--days", type=int, default=100, help="how many days")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first day; each next day has the next one")
    parser.add_argument("--from", type=int, dest="first", help="go on from this seed")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="plant this mistake")
    parser.add_argument("--details", action="store_true", help="count what broke and where cases ended")
    asked = parser.parse_args()
    asked.first = asked.seed if asked.first is None else asked.first
    return asked


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
