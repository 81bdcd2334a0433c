"""`python -m benchmarks.roles ROLE+ROLE`: roles of a cluster as `tarazy run` runs them, with eyes that read legends.

A picture's text is written into its JPEG (legend.py), so everything but the networks is at work. First line of
standard output: the addresses it answers at, once it works. It ends with SIGTERM, or when its standard input closes.
"""

import os
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

from benchmarks.legend import LegendEyes, LegendSecond
from benchmarks.sampling import sampled
from dashboards.role import running_role
from dashboards.stopping import told_to_stop
from integrations.config import load
from integrations.roles import role_of

PROFILE = "BENCH_PROFILE"
"""Environment: a folder; each process writes there at its end where its processor time went (sampling.py)."""


def main() -> None:
    """Run until told to stop."""
    name = sys.argv[1]
    role = role_of(name)
    if role is None:
        raise SystemExit(f"no such role: {name}")
    stop = told_to_stop()
    threading.Thread(target=_until_left, args=(stop,), daemon=True).start()
    profile = os.environ.get(PROFILE)
    measuring = sampled(Path(profile) / f"{name}.txt") if profile else nullcontext()
    with measuring, running_role(load(os.environ), role, lambda _: LegendEyes(), lambda _: LegendSecond()) as addresses:
        print(*addresses, flush=True)
        stop.wait()


def _until_left(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    main()
