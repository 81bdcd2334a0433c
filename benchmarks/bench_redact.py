"""Masking: how much of what must be hidden is hidden, and whether the case's own plate stays readable.

Photographs lie beside the project, or where TARAZY_PHOTOGRAPHS says, with truth.csv; without them only drawn scenes are
measured. Something counts as hidden where at least nine tenths of its box are altered in the copy.
"""

import csv
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import Box
from vision.bodies import GLASS, skin
from vision.boxes import as_array, as_box
from vision.bystanders import Bystanders, open_bystanders
from vision.decode import Picture, decode
from vision.detect import VEHICLES, Found
from vision.evaluate.truth import Labelled, read_truth
from vision.eyes import OnnxEyes, open_eyes
from vision.faces import decals
from vision.models import default_directory
from vision.perspective import placed
from vision.ports import Look
from vision.random_scenes import random_scene
from vision.redact import NOTHING, SCENE, Keep, Needs, masked_copy, redact
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnVehicle, Scene, truth_of
from vision.targets import holds

PHOTOGRAPHS = Path(__file__).parents[2] / "shared" / "data" / "plates"
PEOPLE = Path(__file__).with_name("people.csv")
"""People and faces in those photographs, found by looking at each of them: there are few."""
ENOUGH = 0.9
"""Of a box's area: labels are drawn by hand, and an edge of a plate's frame says nothing."""
SCENES = 24
Area = NDArray[np.bool_]


def run() -> dict[str, object]:
    """The figures."""
    bystanders, eyes = open_bystanders(default_directory()), open_eyes(default_directory())
    figures = dict(_drawn(bystanders, eyes))
    folder = Path(os.environ.get("TARAZY_PHOTOGRAPHS", PHOTOGRAPHS))
    if (folder / "truth.csv").is_file():
        figures |= _photographs(bystanders, eyes, folder)
        figures |= _people(bystanders, folder)
    return figures


def altered(picture: Picture, keep: Keep, needs: Needs, found: Sequence[Found]) -> Area:
    """Where the copy differs from the picture, [height, width]: masks noise, in which every cell's mean differs."""
    noise = np.random.default_rng(0).integers(0, 256, picture.shape, np.uint8)
    return np.asarray((redact(noise, keep, needs, found).picture != noise).any(axis=2))


def hidden(area: Area, box: Box) -> bool:
    """Whether a box is hidden."""
    part = area[box.y : box.y + box.height, box.x : box.x + box.width]
    return bool(part.size and part.mean() >= ENOUGH)


def _photographs(bystanders: Bystanders, eyes: OnnxEyes, folder: Path) -> dict[str, object]:
    """Every labelled plate as if it were somebody else's; then as the case's own."""
    by_plates, by_all, spent, read, own_before, own_after = [], [], [], [], [], []
    for one in read_truth(folder / "truth.csv", folder).labelled:
        body = one.path.read_bytes()
        picture = decode(body)
        assert not isinstance(picture, str), one.path
        started = time.process_time()
        found = bystanders(picture)
        spent.append(time.process_time() - started)
        finder: Callable[[Picture], list[Found]] = partial(_known, found)
        plates = [thing for thing in found if thing.label == "plate"]
        if one.box is not None:
            by_plates.append(hidden(altered(picture, Keep(), SCENE, plates), one.box))
            by_all.append(hidden(altered(picture, Keep(), SCENE, found), one.box))
        read.append(_reads(eyes, masked_copy(body, Keep(), SCENE, finder).jpeg, one.text))
        if one.box is not None:
            own_before.append(_reads(eyes, body, one.text))
            own_after.append(_reads(eyes, masked_copy(body, _own(one, found), NOTHING, finder).jpeg, one.text))
    return {
        "photographs": len(read),
        "photographs: labelled plates": len(by_all),
        "photographs: plates hidden, found as plates": statistics.fmean(by_plates),
        "photographs: plates hidden, scene kept": statistics.fmean(by_all),
        "photographs: plates still read, scene kept": sum(read),
        "photographs: own plates read in the original": sum(own_before),
        "photographs: own plates read in the copy": sum(own_after),
        "photographs: CPU ms to find bystanders, median": 1000 * statistics.median(spent),
    }


def _known(found: list[Found], _: Picture) -> list[Found]:
    return found


def _reads(eyes: OnnxEyes, body: bytes, text: str) -> bool:
    (seen,) = eyes.read_many([Look(body)])
    return any(target.plate is not None and target.plate.text == text for target in seen.targets)


def _own(one: Labelled, found: Sequence[Found]) -> Keep:
    """The labelled plate and the smallest vehicle that was found around it."""
    assert one.box is not None
    vehicles = [as_box(thing.box) for thing in found if thing.label in VEHICLES.values()]
    around = [box for box in vehicles if holds(box, one.box)]
    return Keep(min(around, key=lambda box: box.width * box.height, default=None), "car", one.box)


def _people(bystanders: Bystanders, folder: Path) -> dict[str, object]:
    outcome: dict[str, list[bool]] = {"person": [], "face": []}
    with PEOPLE.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (folder / row["region"] / row["file"]).is_file()]
        for row in rows:
            picture = decode((folder / row["region"] / row["file"]).read_bytes())
            assert not isinstance(picture, str), row["file"]
            found = [one for one in bystanders(picture) if one.label in {"person", "face"}]
            x0, y0, x1, y1 = (int(row[name]) for name in ("x1", "y1", "x2", "y2"))
            box = Box(x=x0, y=y0, width=x1 - x0, height=y1 - y0)
            outcome[row["kind"]].append(hidden(altered(picture, Keep(), SCENE, found), box))
    return {f"photographs: labelled {kind}s hidden": f"{sum(ok)} of {len(ok)}" for kind, ok in outcome.items()}


def _drawn(bystanders: Bystanders, eyes: OnnxEyes) -> Iterator[tuple[str, object]]:
    """Two vehicles side by side: one is the case's, the other's plate must go; and the passenger's glass of the one."""
    others, glass, before, after = [], [], 0, 0
    rng = np.random.default_rng(20_261_122)
    for number in range(SCENES):
        scene = random_scene(rng, vehicles=2)
        picture, truth = render_frame(scene, number).image, truth_of(scene).vehicles
        found = bystanders(picture)
        for drawn, own, other in ((scene.vehicles[i], truth[i], truth[1 - i]) for i in (0, 1)):
            if own.plate_quad is None or other.plate_quad is None or own.occlusion > 0.5:
                continue
            plate = as_box(as_array(_around(own.plate_quad)))
            keep = Keep(own.box, own.vehicle_class, plate)
            if other.plate_occlusion < 0.1:
                others.append(hidden(altered(picture, keep, SCENE, found), _around(other.plate_quad)))
            if drawn.view == "front" and own.occlusion < 0.1 and drawn.body != "motorcycle":
                glass.append(_covered(scene, drawn, altered(picture, keep, SCENE, [])))
            if own.readable and own.plate_text:
                body = encode_jpeg(picture, 95)
                before += _reads(eyes, body, own.plate_text)
                finder: Callable[[Picture], list[Found]] = partial(_known, found)
                after += _reads(eyes, masked_copy(body, keep, NOTHING, finder).jpeg, own.plate_text)
    yield "drawn: neighbours' plates", len(others)
    yield "drawn: neighbours' plates hidden, scene kept", statistics.fmean(others)
    yield "drawn: windscreens", len(glass)
    yield "drawn: passenger's half of the glass hidden, mean", statistics.fmean(glass)
    yield "drawn: passenger's half of the glass hidden, least", min(glass)
    yield "drawn: own plates read in the original", before
    yield "drawn: own plates read in the copy", after


def _around(quad: Iterable[tuple[float, float]]) -> Box:
    points = np.array(tuple(quad), np.float32)
    return as_box(np.concatenate((points.min(axis=0), points.max(axis=0))).astype(np.float32))


def _covered(scene: Scene, drawn: DrawnVehicle, area: Area) -> float:
    """The share of the picture-left half of a drawn windscreen that is hidden, 0 to 1."""
    mask = np.zeros(area.shape, np.uint8)
    for polygon in _panes(drawn):
        world = placed(polygon, drawn.x_m, drawn.z_m, drawn.heading_rad)
        cv2.fillConvexPoly(mask, np.round(scene.camera.project(world)).astype(np.int32), 1)
    shown = mask.astype(np.bool_)
    return float(area[shown].mean()) if shown.any() else 1.0


def _panes(drawn: DrawnVehicle) -> Iterator[NDArray[np.float64]]:
    """Polygons, [N,3], of the half of the windscreen that the picture shows on the left (x < 0 of the vehicle)."""
    flat = [decal.points for decal in decals(drawn.body, "front", drawn.style) if decal.stuff == "glass"]
    if drawn.body in {"bus", "truck"}:
        yield from (np.minimum(points, (0.0, np.inf, np.inf)) for points in flat)
        return
    body = skin(drawn.body, "front")
    for corners, material in zip(body.corners, body.material, strict=True):
        windscreen = material == GLASS and corners[:, 2].max() < 0.5 * body.corners[:, :, 2].max()
        if windscreen and corners[:, 0].max() <= 0 and abs(corners[:, 0].min()) < 0.75:
            yield corners
