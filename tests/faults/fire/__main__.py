"""`python -m tests.faults.fire --seed S --kills N [--each K] [--from K] [--brokers 3]`: N kills on real servers.

What breaks is printed when it does, with the seed's plan to be seen beforehand by `--plan`; at the end of a life a
summary as JSON. The exit code says whether a rule was broken. The same seed has the same plan, always; what the machine
does between two faults is its own.

What a cluster is left with is audited when its life ends: once a run, or with `--each` once for so many kills, a new
cluster suffering what comes next in the plan. A run that was cut off goes on with `--from`, the kill it said last: what
was struck before is audited, and what the life that was cut off had suffered is struck once more.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import msgspec

from tests.faults.fire.plan import Fault, lives, plan
from tests.faults.fire.run import ROLES, fire


def main() -> int:
    """Runs what is asked for. Returns 1 if a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fire", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the plan; the time by default")
    parser.add_argument("--kills", type=int, default=10, help="of the whole plan")
    parser.add_argument("--each", type=int, help="audit after so many kills, and go on with a new cluster")
    parser.add_argument("--from", type=int, dest="first", default=1, metavar="KILL", help="go on with this kill")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=3)
    parser.add_argument("--disks", action="store_true", help="fill disks as well; takes the right to mount them")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="leave what members and brokers said there")
    parser.add_argument("--plan", action="store_true", help="print the plan alone")
    asked = parser.parse_args()
    if not 1 <= asked.first <= asked.kills or asked.each == 0:
        parser.error("--from is one of the plan's kills, --each at least one")
    _say(f"seed {asked.seed}, kills {asked.first} to {asked.kills}, {asked.brokers} brokers")
    planned = plan(asked.seed, asked.kills, roles=len(ROLES), brokers=asked.brokers, disks=asked.disks)
    todo = lives(planned, asked.each or asked.kills, asked.first)
    if asked.plan:
        for fault in chain.from_iterable(todo):
            _say(f"{fault.number:4}  after {fault.after_s:.1f} s: {fault}")
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):  # in the background of a shell SIGINT would be ignored
        signal.signal(number, signal.default_int_handler)
    return _run(asked, todo)


def _run(asked: argparse.Namespace, todo: Sequence[Sequence[Fault]]) -> int:
    """One life after another; the kills of a life count only when it has been audited."""
    done, broken = asked.first - 1, 0
    for faults in todo:
        logs = asked.logs and asked.logs / f"from-{faults[0].number}"
        summary = fire(asked.seed, faults, asked.brokers, _say, disks=asked.disks, logs=logs)
        _say(msgspec.json.format(msgspec.json.encode(summary)).decode())
        done, broken = done + summary.kills, broken + bool(summary.violations)
        if done < asked.kills:
            _say(f"{done} of {asked.kills} kills audited; go on with --from {done + 1}")
    return 1 if broken else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
