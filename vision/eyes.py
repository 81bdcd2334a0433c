"""The eyes: picture → vehicles → plates → text, composed of the networks that set-up obtained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from adjudication import plates
from adjudication.facts import Box, PlateReading, QualityFlag, VehicleSighting
from vision import models, region
from vision.boxes import as_array, as_box, grown
from vision.decode import Picture, light
from vision.detect import VEHICLES, Found, PlateDetector, VehicleDetector
from vision.fusion import Fused, read_plates
from vision.onnx import CPU, Device, Network
from vision.plate_ocr import LineReader
from vision.ports import Look, Seen, Target
from vision.rectify import Strips, third_view, views
from vision.region import Pointed
from vision.targets import holds

REVISION = 1
"""Raised by any change of code or constants that may alter a reading: readings of one revision are comparable."""
WHOLE_SIDE, PART_SIDE = 640, 416
"""Pixels shown to the plate detector. Measured: 640 finds every plate of the European photographs, where 416 on the
whole loses those of distant cars; 416 is enough for one vehicle."""
AGAIN_SIDE = 960
"""For a larger picture that shows no plate at 640. Measured on 247 drawn frames: it finds all nine missed there."""
CLOSER_LOOKS = 3
"""Vehicles without a plate that are looked at again, largest first, where the whole picture had to be shrunk."""
AROUND = 0.05
"""How much wider than its box a vehicle is cut out: plates hang at the edge of rear views."""
MOST_PLATES = 12
"""Read in one picture, best first: more than any lane camera sees, few enough not to hold the road up."""
INSIDE = 0.85
"""A vehicle without a plate that lies this far inside one with a plate is a part of it: a wing, a load."""
SMALL_PX = 16
"""Height of a plate's line. Measured on drawn plates, noisy and smeared: below it under one in four was right."""
BLURRED = 60.0
"""Variance of the Laplacian of a plate's strip, 48 pixels high and of full contrast. Measured on the same plates: below
it fewer than half were read right."""
LEAST_CERTAINTY = 0.02
"""Below this a box shows no plate: the rings of a badge read as letters with such a chance."""
BP = 10_000


@dataclass(frozen=True, slots=True)
class _Plate:
    """A plate's box with the strips to be read and what is wrong with it as a picture."""

    box: Box
    strips: tuple[Strips, Strips]
    further: Strips
    flags: tuple[QualityFlag, ...]


@dataclass(frozen=True, slots=True)
class _Sight:
    """One picture with everything found in it but the text; the picture itself is let go."""

    vehicles: tuple[VehicleSighting, ...]
    plates: tuple[_Plate, ...]
    flags: tuple[QualityFlag, ...]


class OnnxEyes:
    """Eyes of ONNX Runtime networks (port: vision.ports.Eyes)."""

    def __init__(
        self, vehicles: VehicleDetector, plate_detector: PlateDetector, lines: LineReader, reader: str
    ) -> None:
        self._vehicles = vehicles
        self._plates = plate_detector
        self._lines = lines
        self._reader = reader

    @property
    def reader(self) -> str:
        """Names networks and revision."""
        return self._reader

    def read_many(self, looks: Sequence[Look]) -> list[Seen]:
        """One answer a picture, from where the device points if that is sane."""
        return region.read(looks, self)

    def read_pictures(self, pictures: Iterable[Picture | QualityFlag]) -> list[Seen]:
        """Everything in whole pictures; each is let go before the next is taken (port: vision.region.Reader)."""
        return self._read([self._look(picture) for picture in pictures])

    def read_regions(self, regions: Sequence[Pointed]) -> list[Seen]:
        """Only the plates and vehicles that are pointed at (port: vision.region.Reader)."""
        return self._read([self._look_there(one) for one in regions])

    def _read(self, sights: Sequence[_Sight]) -> list[Seen]:
        """The plates of all pictures are read in common batches."""
        found = [plate for sight in sights for plate in sight.plates]
        fused = iter(read_plates(self._lines, [plate.strips for plate in found], [plate.further for plate in found]))
        return [_seen(sight, [next(fused) for _ in sight.plates]) for sight in sights]

    def _look(self, picture: Picture | QualityFlag) -> _Sight:
        if isinstance(picture, str):
            return _Sight((), (), (picture,))
        vehicles = tuple(_sighting(found) for found in self._vehicles(picture))
        boxes = [as_box(found.box) for found in self._find_plates(picture, vehicles)]
        found = tuple(_plate(picture, box) for box in boxes[:MOST_PLATES])
        return _Sight(vehicles, found, light(picture))

    def _look_there(self, pointed: Pointed) -> _Sight:
        picture = pointed.part.picture
        vehicles = tuple(map(_sighting, self._vehicles_in(picture, pointed.vehicle))) if pointed.vehicle else ()
        found = [as_box(one.box) for one in self._find_plates(picture, vehicles)] if pointed.plate is None else []
        boxes = found if pointed.plate is None else [pointed.plate]
        return _Sight(vehicles, tuple(_plate(picture, box) for box in boxes[:MOST_PLATES]), ())

    def _vehicles_in(self, picture: Picture, box: Box) -> list[Found]:
        """Vehicles in a part of the picture; none where the part is empty."""
        part = picture[box.y : box.y + box.height, box.x : box.x + box.width]
        offset = as_array(Box(x=box.x, y=box.y, width=0, height=0))
        found = self._vehicles(part) if part.size else []
        return [Found(one.box + offset, one.score, one.label) for one in found]

    def _find_plates(self, picture: Picture, vehicles: Sequence[VehicleSighting]) -> list[Found]:
        """Plates in the whole picture, again in more detail where it shows none, and closer on vehicles without one."""
        found = self._plates(picture, WHOLE_SIDE)
        if max(picture.shape[:2]) <= WHOLE_SIDE:
            return found
        found = found or self._plates(picture, AGAIN_SIDE)
        boxes = [as_box(plate.box) for plate in found]
        plain = [vehicle.box for vehicle in vehicles if not any(holds(vehicle.box, box) for box in boxes)]
        largest = sorted(plain, key=lambda box: -box.width * box.height)[:CLOSER_LOOKS]
        return [*found, *(plate for box in largest for plate in self._closer(picture, box))]

    def _closer(self, picture: Picture, vehicle: Box) -> list[Found]:
        """The best plate of one vehicle, at most one."""
        height, width = picture.shape[:2]
        around = as_box(grown(as_array(vehicle), AROUND, AROUND).clip(0, (width, height, width, height)))
        part = picture[around.y : around.y + around.height, around.x : around.x + around.width]
        offset = as_array(Box(x=around.x, y=around.y, width=0, height=0))
        return [Found(plate.box + offset, plate.score, plate.label) for plate in self._plates(part, PART_SIDE)[:1]]


def open_eyes(directory: Path, *, threads: int = 1, device: Device = CPU) -> OnnxEyes:
    """Eyes with the models of `directory`, on `device`.

    Raises:
        ModelsMissing: one is absent or not whole.
        Invalid: `provider-unavailable`, the device is not there.
    """
    where = models.paths(directory)
    networks = {role: Network(path, threads=threads, device=device) for role, path in where.items()}
    return OnnxEyes(
        VehicleDetector(networks["vehicles"]),
        PlateDetector(networks["plates"]),
        LineReader(networks["text"]),
        f"onnx-{models.digest()}-r{REVISION}{device.mark}",
    )


def _sighting(found: Found) -> VehicleSighting:
    label = next(label for label in VEHICLES.values() if label == found.label)
    return VehicleSighting(vehicle_class=label, confidence_bp=_bp(found.score), box=as_box(found.box), picture=0)


def _plate(picture: Picture, box: Box) -> _Plate:
    strips = views(picture, as_array(box))
    return _Plate(box, strips, third_view(picture, as_array(box)), tuple(_picture_flags(picture, box, strips[0])))


def _picture_flags(picture: Picture, box: Box, strips: Strips) -> Iterator[QualityFlag]:
    height, width = picture.shape[:2]
    line = box.height / (2 if strips.rows is not None else 1)
    if line < SMALL_PX:
        yield "plate_small"
    elif _sharpness(strips.line) < BLURRED:
        yield "blurred"
    if box.x == 0 or box.y == 0 or box.x + box.width >= width or box.y + box.height >= height:
        yield "plate_partial"


def _sharpness(strip: Picture) -> float:
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    line = cv2.resize(grey, (48 * grey.shape[1] // grey.shape[0] + 1, 48)).astype(np.float32)
    contrast = max(float(line.max() - line.min()), 1.0)
    return float(cv2.Laplacian(line * np.float32(255 / contrast), cv2.CV_32F).var())


def _seen(sight: _Sight, reads: Sequence[Fused | None]) -> Seen:
    bound = [_target(sight.vehicles, plate, fused) for plate, fused in zip(sight.plates, reads, strict=True)]
    own = _one_for_each_vehicle(bound)
    carrying = [target.vehicle for target in own if target.vehicle is not None]
    others = [v for v in sight.vehicles if v not in carrying and not any(_inside(v.box, c.box) for c in carrying)]
    return Seen((*own, *(Target(vehicle, None, None) for vehicle in others)), sight.flags)


def _one_for_each_vehicle(targets: Sequence[Target]) -> list[Target]:
    """A vehicle keeps its surest plate; another that was read on it stands alone, an unread one is dropped."""
    kept: list[Target] = []
    taken: list[VehicleSighting] = []
    for target in sorted(targets, key=lambda one: -(one.plate.confidence_bp if one.plate is not None else -1)):
        if target.vehicle is None or target.vehicle not in taken:
            kept.append(target)
        elif target.plate is not None:
            kept.append(Target(None, target.plate, target.plate_box, target.flags))
        if target.vehicle is not None:
            taken.append(target.vehicle)
    return kept


def _target(vehicles: Sequence[VehicleSighting], plate: _Plate, fused: Fused | None) -> Target:
    """The plate on the smallest vehicle that holds its middle: what stands in front hides what is behind."""
    around = [vehicle for vehicle in vehicles if holds(vehicle.box, plate.box)]
    vehicle = min(around, key=lambda one: one.box.width * one.box.height, default=None)
    reading = _reading(plate.box, fused)
    return Target(vehicle, reading, plate.box, (*plate.flags, *_reading_flags(plate, fused, reading)))


def _reading(box: Box, fused: Fused | None) -> PlateReading | None:
    formats = plates.classify(fused.text) if fused is not None else ()
    if fused is None or not formats or fused.certainty < LEAST_CERTAINTY:
        return None
    return PlateReading(
        text=fused.text,
        format_id=formats[0].id,
        country=plates.country(formats),
        confidence_bp=_bp(fused.certainty),
        characters_bp=tuple(_bp(certainty) for certainty in fused.characters),
        box=box,
        picture=0,
        source="vision",
        second=fused.second,
        second_confidence_bp=_bp(fused.second_certainty),
    )


def _reading_flags(plate: _Plate, fused: Fused | None, reading: PlateReading | None) -> Iterator[QualityFlag]:
    if fused is not None and reading is None:
        yield "grammar"
    if reading is None:
        return
    if reading.second != reading.text:
        yield "reads_disagree"
    if plates.classify(reading.text)[0].remnant and "plate_partial" not in plate.flags:
        yield "plate_partial"


def _inside(inner: Box, outer: Box) -> bool:
    across = min(inner.x + inner.width, outer.x + outer.width) - max(inner.x, outer.x)
    down = min(inner.y + inner.height, outer.y + outer.height) - max(inner.y, outer.y)
    return max(across, 0) * max(down, 0) >= INSIDE * inner.width * inner.height


def _bp(share: float) -> int:
    return min(max(round(share * BP), 0), BP)
