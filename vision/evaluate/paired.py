"""Our reads beside a peer's, file by file."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from vision.evaluate.intervals import Difference, Spread, half_splits, paired_bootstrap
from vision.evaluate.matching import Picture
from vision.evaluate.peer import PeerName
from vision.evaluate.scores import GroupScore, by_region, score

POOLED = "all"
"""The name of all regions together among differences."""


class PeerReport(msgspec.Struct, frozen=True):
    """A peer on the same pictures in the same run.

    `differences` are ours minus the peer's, in points, of `first` (one text a picture); `among_differences` of the
    right text among all offered; both by region and for `POOLED`. `spread` is what random halves of the pictures would
    have said of `differences`. Pictures in `failed` it could not read: they count as unread.
    """

    name: str
    settings: str
    regions: dict[str, GroupScore]
    pooled: GroupScore
    differences: dict[str, Difference]
    among_differences: dict[str, Difference]
    spread: Spread | None
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeerRun:
    """What a peer made of each picture, in their order, and of which it made nothing."""

    about: PeerName
    pictures: Sequence[Picture]
    failed: Sequence[str]


def compare(ours: Sequence[Picture], peer: PeerRun) -> PeerReport:
    """Both on the same pictures in the same order; pictures without a known text are not compared."""
    theirs = peer.pictures
    both = [(us, them) for us, them in zip(ours, theirs, strict=True) if any(one.label.text for one in us.plates)]
    first = [(_region(us), us.first, them.first) for us, them in both]
    among = [(_region(us), _among(us), _among(them)) for us, them in both]
    return PeerReport(
        name=peer.about.name,
        settings=peer.about.settings,
        regions=by_region(theirs),
        pooled=score(theirs),
        differences=_differences(first),
        among_differences=_differences(among),
        spread=half_splits(np.array([us - them for _, us, them in first], dtype=np.float64)),
        failed=tuple(peer.failed),
    )


def _differences(answers: Sequence[tuple[str, bool, bool]]) -> dict[str, Difference]:
    groups = {POOLED: answers} | {
        name: [one for one in answers if one[0] == name] for name in sorted({region for region, _, _ in answers})
    }
    return {
        name: paired_bootstrap([us for _, us, _ in some], [them for _, _, them in some])
        for name, some in groups.items()
        if some
    }


def _among(picture: Picture) -> bool:
    return any(one.among for one in picture.plates)


def _region(picture: Picture) -> str:
    return picture.plates[0].label.region
