"""Reading photographs beside a commercial reader: the same files, one after the other, in one run.

The photographs are not part of the project: they lie beside it, or where TARAZY_PHOTOGRAPHS says, as `tarazy vision
evaluate` reads them, with truth.csv. The peer (peer.py) runs once with each region's countries and once with all of
them; without it only the eyes are measured.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.peer import command, is_installed
from vision.evaluate.paired import PeerReport
from vision.evaluate.peer import peer_program
from vision.evaluate.report import Report, summed
from vision.evaluate.run import run as read_all
from vision.evaluate.scores import GroupScore
from vision.evaluate.truth import read_truth
from vision.eyes import open_eyes
from vision.models import default_directory
from vision.twice import open_twice

PHOTOGRAPHS = Path(__file__).parents[2] / "shared" / "data" / "plates"
COUNTRIES = ("region", "all")
"""What the peer is told: where the camera stands, or nothing."""


def run() -> dict[str, object]:
    """Shares in per cent, differences in points with 95 % bounds, medians in milliseconds on one core."""
    folder = Path(os.environ.get("TARAZY_PHOTOGRAPHS", PHOTOGRAPHS))
    if not (folder / "truth.csv").is_file():
        return {"skipped": "no photographs are there; TARAZY_PHOTOGRAPHS names a folder with truth.csv"}
    truth = read_truth(folder / "truth.csv", folder)
    with ExitStack() as programs:
        peers = [
            programs.enter_context(peer_program(command("--countries", countries)))
            for countries in (COUNTRIES if is_installed() else ())
        ]
        done = read_all(open_twice(default_directory(), threads=1), truth.labelled, peers)
    first = summed(read_all(open_eyes(default_directory(), threads=1), truth.labelled), truth)
    alone = {f"first reader alone, {name}": _group(group) for name, group in _groups(first)}
    return {**dict(_figures(summed(done, truth))), **alone}


def _groups(report: Report) -> Iterator[tuple[str, GroupScore]]:
    yield from {**report.regions, "all": report.pooled}.items()


def _group(group: GroupScore) -> str:
    return f"found {group.found:.1%}, surest {group.first:.1%}, any {group.among:.1%}, {_ms(group)}"


def _figures(report: Report) -> Iterator[tuple[str, object]]:
    yield "reader", report.reader
    for name, group in _groups(report):
        yield f"{name}, {group.images} photographs", _group(group)
    yield "ECE", round(report.calibration.ece, 4)
    yield "Brier", round(report.calibration.brier, 4)
    if (spread := report.spread) is not None:
        yield "surest, random halves", f"{spread.low:.1%} to {spread.high:.1%}"
    for one in report.coverage:
        yield f"accepted at precision {one.demanded:.1%}", f"{one.share:.1%}, {one.wrong} wrong of {one.accepted}"
    if not report.peers:
        yield "peer", "not installed: python benchmarks/peer.py --install"
    for number, peer in enumerate(report.peers, 1):
        # Both settings bear one name: the number keeps them apart.
        yield f"peer {number}", f"{peer.name}: {peer.settings}"
        for name, figure in _peer(report, peer):
            yield f"peer {number}, {name}", figure


def _peer(report: Report, peer: PeerReport) -> Iterator[tuple[str, object]]:
    for name, group in {**peer.regions, "all": peer.pooled}.items():
        between = peer.differences[name]
        bounds = f"ours {between.points:+.1f} points ({between.low:+.1f} to {between.high:+.1f})"
        yield name, f"surest {group.first:.1%}, any {group.among:.1%}, {_ms(group)}; {bounds}"
    if (spread := peer.spread) is not None:
        yield "difference, random halves", f"{spread.low:+.1%} to {spread.high:+.1%}"
    yield "times as long as ours, median", round(peer.pooled.ms_median / max(report.pooled.ms_median, 1), 2)
    yield "times our CPU, median", round(peer.pooled.cpu_ms_median / max(report.pooled.cpu_ms_median, 1), 2)


def _ms(group: GroupScore) -> str:
    return f"{group.ms_median} ms ({group.cpu_ms_median} of CPU)"
