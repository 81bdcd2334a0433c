"""What the eyes read where there is no plate: drawn frames of every kind, and photographs with their plates blanked.

`python -m benchmarks.bench_negatives [--frames N] [--photographs FOLDER] [--json]`: half of the frames are drawn
(vision/negatives.py), half are made of labelled photographs (truth.csv, see vision/evaluate/truth.py), changed in
memory and never stored; without the folder all are drawn. A read is *accepted* when it is as sure as the policy
demands of a plate for an automatic act (`plate_confidence_bp`; an act needs more than that). Of photographs, plates
that carry no label stay in the picture: every accepted read is therefore named, to be looked at.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TypedDict

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import Box
from integrations.lawfiles import load_policy
from vision.evaluate.truth import read_truth
from vision.eyes import open_eyes
from vision.models import default_directory
from vision.negatives import negative
from vision.ports import Look, Seen
from vision.render import encode_jpeg

Picture = NDArray[np.uint8]

FRAMES = 2_000
"""The acceptance: at most one accepted read in two thousand frames without a plate."""
PHOTOGRAPHS = Path(__file__).parents[2] / "shared" / "data" / "plates"
GROWN = 0.35
"""How much wider and higher than its label a plate is blanked, at each side: labels are drawn by hand."""
RADIUS_PX = 4
"""Neighbourhood of the filling: enough for a smooth patch."""
PART = (0.5, 0.95)
"""Share of a photograph's width and height that is shown from the second round on."""
"""Smaller parts seldom show more than road."""
EVEN_BP = 5_000
"""As likely right as wrong."""
COLUMNS = ("frames", "boxes", "reads", "even", "accepted")


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture without a (labelled) plate: of which kind, from where, as JPEG."""

    kind: str
    source: str
    body: bytes


class Figures(TypedDict):
    """By kind and of all: frames, places taken for plates, reads, reads of even chance or better, accepted reads."""

    accepted_from_bp: int
    kinds: dict[str, dict[str, int]]
    accepted: list[str]


def run(frames: int = FRAMES, photographs: Path = PHOTOGRAPHS) -> Figures:
    """What the eyes make of `frames` frames; every accepted read is named by its frame."""
    accepted_bp = load_policy().edition[-1].plate_confidence_bp
    eyes = open_eyes(default_directory(), threads=1)
    counts: dict[str, Counter[str]] = {}
    named: list[str] = []
    for frame in _frames(frames, photographs):
        (seen,) = eyes.read_many([Look(frame.body)])
        counts.setdefault(frame.kind, Counter()).update(_counted(seen, accepted_bp))
        named += [f"{frame.source}: {text} {bp}" for text, bp in _reads(seen) if bp >= accepted_bp]
    whole: Counter[str] = sum(counts.values(), Counter())
    ordered = {kind: counts[kind] for kind in sorted(counts)} | {"all": whole}
    kinds = {kind: {name: count[name] for name in COLUMNS} for kind, count in ordered.items()}
    return Figures(accepted_from_bp=accepted_bp, kinds=kinds, accepted=named)


def _counted(seen: Seen, accepted_bp: int) -> Counter[str]:
    sure = [bp for _, bp in _reads(seen)]
    return Counter(
        {
            "frames": 1,
            "boxes": sum(target.plate_box is not None for target in seen.targets),
            "reads": len(sure),
            "even": sum(bp >= EVEN_BP for bp in sure),
            "accepted": sum(bp >= accepted_bp for bp in sure),
        }
    )


def _reads(seen: Seen) -> list[tuple[str, int]]:
    return [(target.plate.text, target.plate.confidence_bp) for target in seen.targets if target.plate is not None]


def _frames(count: int, photographs: Path) -> Iterator[Frame]:
    blanked = islice(_photographed(photographs), count // 2)
    first = next(blanked, None)
    drawn = (_drawn(seed) for seed in range(count if first is None else count - count // 2))
    return chain(drawn, () if first is None else chain((first,), blanked))


def _drawn(seed: int) -> Frame:
    one = negative(seed)
    return Frame(f"drawn {one.kind}", f"seed {seed}", one.body)


def _photographed(folder: Path) -> Iterator[Frame]:
    """Each photograph whole with its plates blanked, then parts of them by chance, without end; none without labels."""
    boxes: dict[Path, list[Box]] = {}
    if (folder / "truth.csv").is_file():
        for one in read_truth(folder / "truth.csv", folder).labelled:
            if one.box is not None:
                boxes.setdefault(one.path, []).append(one.box)
    rng, paths, turn = np.random.default_rng(0xB1A9), sorted(boxes), 0
    while paths:
        for index in rng.permutation(len(paths)):
            path = paths[index]
            picture = blanked_picture(path, boxes[path])
            shown = _part(picture, rng) if turn else picture
            region = path.parent.name
            yield Frame(f"photograph {region}", f"{region}/{path.name} turn {turn}", encode_jpeg(shown, 90))
        turn += 1


def blanked_picture(path: Path, boxes: Sequence[Box]) -> Picture:
    """The photograph without the plates in `boxes`: BGR uint8 [h,w,3]; filled from around them (Telea's inpainting).

    Source: A. Telea, An image inpainting technique based on the fast marching method, 2004 (cv2.INPAINT_TELEA).
    """
    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
    mask = np.zeros(picture.shape[:2], np.uint8)
    for box in boxes:
        aside, up = round(GROWN * box.width), round(GROWN * box.height)
        mask[max(box.y - up, 0) : box.y + box.height + up, max(box.x - aside, 0) : box.x + box.width + aside] = 255
    return np.asarray(cv2.inpaint(picture, mask, RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


def _part(picture: Picture, rng: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    tall, wide = round(height * rng.uniform(*PART)), round(width * rng.uniform(*PART))
    top, left = int(rng.integers(0, height - tall + 1)), int(rng.integers(0, width - wide + 1))
    return np.ascontiguousarray(picture[top : top + tall, left : left + wide])


def main() -> None:
    """Parse, run, print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_negatives", description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--photographs", type=Path, default=PHOTOGRAPHS)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, nothing else")
    asked = parser.parse_args()
    figures = run(asked.frames, asked.photographs)
    print(json.dumps(figures, indent=1) if asked.json else _table(figures))


def _table(figures: Figures) -> str:
    head = f"{'':22}" + "".join(f"{name:>10}" for name in COLUMNS)
    rows = [f"{kind:22}" + "".join(f"{row[name]:>10}" for name in COLUMNS) for kind, row in figures["kinds"].items()]
    found = [f"  accepted: {line}" for line in figures["accepted"]]
    return "\n".join((f"accepted from {figures['accepted_from_bp']} bp", head, *rows, *found))


if __name__ == "__main__":
    main()
