"""`python -m vision.train all`: from nothing to weights with their calibration and card; or one step of it.

`begin` is none of these: it writes the state that `fit` goes on from where there are only weights.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from vision import agreement, curve, first, known, models, second, spacing
from vision.train import card, faces, judge, pairs
from vision.train.judge import CALIBRATION, JUDGEMENT, STRANGE, Verdict

T = TypeVar("T")
FOLDER = Path("var/train")
WEIGHTS = Path("vision/weights")
KNOWN = 8
"""Plates whose answers are kept: some of two lines and some dirty among them, in a tenth of a megabyte."""
STEPS = ("fit", "export", "place", "calibrate", "judge", "second", "card")


def main(arguments: list[str]) -> None:
    """Run one step, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m vision.train", description=__doc__)
    parser.add_argument("step", choices=("begin", *STEPS, "all"))
    parser.add_argument("--minutes", type=float, default=240.0, help="time budget of fit (default 240)")
    parser.add_argument("--cores", type=int, default=2, help="cores to use (default 2)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="state, faces, verdicts (default var/train)")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where weights go (default vision/weights)")
    parser.add_argument("--place", type=int, default=20_000, help="plates of which places are seen (default 20000)")
    parser.add_argument("--calibrate", type=int, default=60_000, help="plates to calibrate on (default 60000)")
    parser.add_argument("--pairs", type=int, default=6_000, help="of them read by both readers (default 6000)")
    parser.add_argument("--judge", type=int, default=75_000, help="plates to judge on (default 75000)")
    parser.add_argument("--asked", type=int, default=75_000, help="of them read by both readers (default 75000)")
    parser.add_argument("--strange", type=int, default=10_000, help="and of faces held out (default 10000)")
    parser.add_argument(
        "--models", type=Path, default=models.default_directory(), help="where `tarazy models` put them"
    )
    chosen = parser.parse_args(arguments)
    faces.obtain(chosen.folder / "faces", say)
    for step in STEPS if chosen.step == "all" else (chosen.step,):
        _STEPS[step](chosen)


def say(text: str) -> None:
    """A line of progress."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _begin(chosen: argparse.Namespace) -> None:
    from vision.train.begin import begin  # noqa: PLC0415 - torch is imported only by who trains

    begin(chosen.folder, chosen.weights, chosen.folder / "faces")


def _fit(chosen: argparse.Namespace) -> None:
    from vision.train.fit import fit  # noqa: PLC0415 - as above

    fit(chosen.folder, chosen.folder / "faces", minutes=chosen.minutes, threads=chosen.cores, report=say)


def _export(chosen: argparse.Namespace) -> None:
    from vision.train.export import export  # noqa: PLC0415 - as above

    export(chosen.folder, chosen.weights)


def _place(chosen: argparse.Namespace) -> None:
    found = judge.place(chosen.place, chosen.weights, chosen.folder / "faces")
    (chosen.weights / spacing.FILE).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    judge.known_answers(KNOWN, chosen.weights, chosen.folder / "faces").save(chosen.weights / known.FILE)


def _calibrate(chosen: argparse.Namespace) -> None:
    verdicts = _judged(chosen, CALIBRATION, chosen.calibrate)
    reader = card.digests(chosen.weights)[first.READER]
    calibration = first.Confidence(
        reader=reader[:12],
        fitted_on=f"{len(verdicts)} drawn plates of seed {CALIBRATION}",
        knots=curve.fit((verdict.nats, verdict.right) for verdict in verdicts),
    )
    _write(chosen.weights / first.FILE, calibration)


def _judge(chosen: argparse.Namespace) -> None:
    _judged(chosen, JUDGEMENT, chosen.judge)
    _judged(chosen, STRANGE, chosen.strange)


def _second(chosen: argparse.Namespace) -> None:
    """Both readers: on part of the plates for calibration, on those judged, and on every one read wrongly."""
    worth = first.Confidence.parse((chosen.weights / first.FILE).read_bytes())
    reader = second.open_second(chosen.models).reader
    for seed, sample in ((CALIBRATION, chosen.pairs), (JUDGEMENT, chosen.asked)):
        verdicts = judge.load(_file(chosen, seed))
        asked = pairs.asked(verdicts, sample)
        both = pairs.pairs(seed, asked, worth, chosen.folder / "faces", chosen.models, workers=chosen.cores)
        found = list(_told(both, seed, len(asked)))
        pairs.save(found, chosen.folder / f"pairs-{seed}.csv")
        if seed == CALIBRATION:
            share = min(sample, len(verdicts)) / len(verdicts)
            _write(chosen.weights / agreement.FILE, pairs.fitted(found, share, worth, reader, seed))


def _card(chosen: argparse.Namespace) -> None:
    calibration = first.Confidence.parse((chosen.weights / first.FILE).read_bytes())
    judged, strange = (judge.load(_file(chosen, seed)) for seed in (JUDGEMENT, STRANGE))
    both = pairs.load(chosen.folder / f"pairs-{JUDGEMENT}.csv")
    steps = int((chosen.folder / "steps").read_text())
    together = agreement.Agreement.parse((chosen.weights / agreement.FILE).read_bytes())
    evidence = card.Evidence(steps, calibration, judged, strange, both[: chosen.asked], both, together)
    (chosen.weights / card.FILE).write_text(card.card(chosen.weights, evidence))


def _write(path: Path, calibration: msgspec.Struct) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(calibration), indent=1) + b"\n")


def _judged(chosen: argparse.Namespace, seed: int, count: int) -> list[Verdict]:
    verdicts = judge.judge(seed, count, chosen.weights, chosen.folder / "faces", workers=chosen.cores)
    return judge.save(_told(verdicts, seed, count), _file(chosen, seed))


def _file(chosen: argparse.Namespace, seed: int) -> Path:
    return Path(chosen.folder) / f"verdicts-{seed}.csv"


def _told(verdicts: Iterable[T], seed: int, count: int) -> Iterator[T]:
    """The same, with a line of progress every few thousand."""
    begun = time.monotonic()
    for number, verdict in enumerate(verdicts, 1):
        if number % 5000 == 0:
            say(f"seed {seed}: {number}/{count} plates, {number / (time.monotonic() - begun):.0f}/s")
        yield verdict


_STEPS = {
    "begin": _begin,
    **dict(zip(STEPS, (_fit, _export, _place, _calibrate, _judge, _second, _card), strict=True)),
}

if __name__ == "__main__":
    main(sys.argv[1:])
