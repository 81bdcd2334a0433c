"""`python -m tests.faults.fire --seed S --kills N [--brokers 3]`: one run under faults, on real servers.

What breaks is printed when it does, with the seed's plan to be seen beforehand by `--plan`; at the end a summary as
JSON. The exit code says whether a rule was broken. The same seed has the same plan, always; what the machine does
between two faults is its own.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

import msgspec

from tests.faults.fire.plan import plan
from tests.faults.fire.run import ROLES, fire


def main() -> int:
    """Runs what is asked for. Returns 1 if a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fire", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the plan; the time by default")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=3)
    parser.add_argument("--disks", action="store_true", help="fill disks as well; takes the right to mount them")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="leave what members and brokers said there")
    parser.add_argument("--plan", action="store_true", help="print the plan alone")
    asked = parser.parse_args()
    _say(f"seed {asked.seed}, {asked.kills} kills, {asked.brokers} brokers")
    if asked.plan:
        for fault in plan(asked.seed, asked.kills, roles=len(ROLES), brokers=asked.brokers, disks=asked.disks):
            _say(f"{fault.number:4}  after {fault.after_s:.1f} s: {fault}")
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):  # in the background of a shell SIGINT would be ignored
        signal.signal(number, signal.default_int_handler)
    summary = fire(asked.seed, asked.kills, asked.brokers, _say, disks=asked.disks, logs=asked.logs)
    _say(msgspec.json.format(msgspec.json.encode(summary)).decode())
    return 1 if summary.violations else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
