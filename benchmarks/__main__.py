"""`python -m benchmarks [SUBJECT…] [--json]`: runs the subjects named, or all, and prints their figures.

Load stays on this machine's loopback, bounded in count and time.
Figures belong in benchmarks/README.md, with the machine.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

Figures = Mapping[str, object]


def subjects() -> list[str]:
    """The subjects there are, by name."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def measure(subject: str) -> Figures:
    """The figures of one subject."""
    figures: Figures = import_module(f"benchmarks.bench_{subject}").run()
    return figures


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subject", nargs="*", help=f"one or more of: {', '.join(subjects())}")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, nothing else")
    asked = parser.parse_args()
    unknown = set(asked.subject) - set(subjects())
    if unknown:
        parser.error(f"no such subject: {', '.join(sorted(unknown))}; there are {', '.join(subjects())}")
    all_figures = {}
    for subject in asked.subject or subjects():
        print(f"{subject} …", file=sys.stderr, flush=True)
        all_figures[subject] = measure(subject)
        if not asked.json:
            _print(subject, all_figures[subject])
    if asked.json:
        print(json.dumps(all_figures, indent=1))


def _print(subject: str, figures: Figures) -> None:
    print(f"{subject}:")
    for name, value in figures.items():
        print(f"  {name:48} {value:>14,.4g}" if isinstance(value, float | int) else f"  {name:48} {value}")


if __name__ == "__main__":
    main()
