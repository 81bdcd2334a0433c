"""The eyes: picture → vehicles → plates → text, composed of the networks that set-up obtained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adjudication import plates
from adjudication.facts import Box, PlateReading, QualityFlag, VehicleSighting
from vision import first, models, plate_quality, region
from vision.binding import bound
from vision.boxes import Boxes, as_array, as_box, grown
from vision.curve import BP
from vision.decode import Picture, light
from vision.detect import VEHICLES, Found, PlateDetector, VehicleDetector
from vision.first import Confidence, FirstRead, FirstReader, Shown
from vision.onnx import CPU, Device, Network
from vision.ports import Look, Seen
from vision.region import Pointed
from vision.targets import holds

REVISION = 4
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
LEAST_PLATE = 0.5
"""How sure the reader must be that a box shows a plate at all, and not a badge or a phone number."""
COUNTRIES = ("KZ", "RU", "UZ", "KG", "UA", "BR")
"""Those among the reader's answers that are one country's and whose plates were drawn with their sign."""
LEAST_CONFIDENCE_BP = 500
"""Below this a box shows no plate: the rings of a badge read as letters with such a chance."""


class Vehicles(Protocol):
    """Whoever finds vehicles."""

    def __call__(self, picture: Picture) -> list[Found]: ...


class Plates(Protocol):
    """Whoever finds plates, shown a picture of `side` pixels."""

    def __call__(self, picture: Picture, side: int) -> list[Found]: ...


@dataclass(frozen=True, slots=True)
class _Plate:
    """A plate's box, what is shown of it to the reader, and whether it is cut off by the picture's edge."""

    box: Box
    shown: Shown
    cut: bool


@dataclass(frozen=True, slots=True)
class _Sight:
    """One picture with everything found in it but the text; the picture itself is let go."""

    vehicles: tuple[VehicleSighting, ...]
    plates: tuple[_Plate, ...]
    flags: tuple[QualityFlag, ...]


class OnnxEyes:
    """Eyes of ONNX Runtime networks (port: vision.ports.Eyes)."""

    def __init__(self, vehicles: Vehicles, plates: Plates, first: FirstReader, worth: Confidence, reader: str) -> None:
        """`worth` says what the first reader's evidence is worth; `reader` names everything."""
        self._vehicles = vehicles
        self._plates = plates
        self._first = first
        self._worth = worth
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
        reads = iter(self._first.read([plate.shown for sight in sights for plate in sight.plates]))
        return [self._seen(sight, [next(reads) for _ in sight.plates]) for sight in sights]

    def _seen(self, sight: _Sight, reads: Sequence[FirstRead]) -> Seen:
        told = []
        for plate, read in zip(sight.plates, reads, strict=True):
            reading = _reading(plate.box, read, self._worth)
            told.append((plate.box, reading, tuple(_flags(plate, read, reading))))
        return Seen(bound(sight.vehicles, told), sight.flags)

    def _look(self, picture: Picture | QualityFlag) -> _Sight:
        if isinstance(picture, str):
            return _Sight((), (), (picture,))
        vehicles = tuple(_sighting(found) for found in self._vehicles(picture))
        boxes = [found.box for found in self._find_plates(picture, vehicles)]
        return _Sight(vehicles, self._shown(picture, boxes[:MOST_PLATES]), light(picture))

    def _look_there(self, pointed: Pointed) -> _Sight:
        picture = pointed.part.picture
        vehicles = tuple(map(_sighting, self._vehicles_in(picture, pointed.vehicle))) if pointed.vehicle else ()
        found = [one.box for one in self._find_plates(picture, vehicles)] if pointed.plate is None else []
        boxes = found if pointed.plate is None else [as_array(pointed.plate)]
        return _Sight(vehicles, self._shown(picture, boxes[:MOST_PLATES]), ())

    def _shown(self, picture: Picture, boxes: Sequence[Boxes]) -> tuple[_Plate, ...]:
        """What the reader is shown of each plate's box [4]."""
        height, width = picture.shape[:2]
        return tuple(
            _Plate(as_box(box), shown, bool((box[:2] < 1).any() or box[2] > width - 1 or box[3] > height - 1))
            for box, shown in zip(boxes, self._first.show(picture, boxes), strict=True)
        )

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


def open_eyes(
    directory: Path,
    *,
    threads: int = 1,
    device: Device = CPU,
    plate_detector: Plates | None = None,
    vehicle_detector: Vehicles | None = None,
    mark: str = "",
) -> OnnxEyes:
    """Eyes with the detectors of `directory` and the reader of this package, on `device`.

    Other detectors may stand in the place of those; then `mark` goes into the reader's name.

    Raises:
        ModelsMissing: a model is absent or not whole.
        Invalid: `provider-unavailable`, the device is not there.
    """
    where = models.paths(directory)
    worth = first.shipped()
    return OnnxEyes(
        vehicle_detector or VehicleDetector(Network(where["vehicles"], threads=threads, device=device)),
        plate_detector or PlateDetector(Network(where["plates"], threads=threads, device=device)),
        first.open_first(threads=threads, device=device),
        worth,
        f"onnx-{models.digest()}-{worth.reader}-r{REVISION}{device.mark}{mark}",
    )


def _sighting(found: Found) -> VehicleSighting:
    label = next(label for label in VEHICLES.values() if label == found.label)
    confidence_bp = min(max(round(found.score * BP), 0), BP)
    return VehicleSighting(vehicle_class=label, confidence_bp=confidence_bp, box=as_box(found.box), picture=0)


def _reading(box: Box, read: FirstRead, worth: Confidence) -> PlateReading | None:
    """The read as a fact; None where it is no plate's text, or hardly one."""
    said = read.said
    formats = plates.classify(said.text) if said is not None and read.plate >= LEAST_PLATE else ()
    confidence_bp = first.confidence_bp(read, worth)
    if said is None or not formats or confidence_bp < LEAST_CONFIDENCE_BP:
        return None
    return PlateReading(
        text=said.text,
        format_id=formats[0].id,
        country=plates.country(formats),
        confidence_bp=confidence_bp,
        characters_bp=tuple(min(round(each * BP), BP) for each in said.characters),
        box=box,
        picture=0,
        source="vision",
        country_seen=read.country if read.country in COUNTRIES else "",
        country_confidence_bp=round(read.country_certainty * BP) if read.country in COUNTRIES else 0,
    )


def _flags(plate: _Plate, read: FirstRead, reading: PlateReading | None) -> Iterator[QualityFlag]:
    """What is wrong with a plate as a picture, and with what was read."""
    yield from plate_quality.flags(read.quality)
    if reading is None:
        if read.said is not None and read.plate >= LEAST_PLATE:
            yield "grammar"
        if plate.cut:
            yield "plate_partial"
        return
    if plate.cut or plates.classify(reading.text)[0].remnant:
        yield "plate_partial"
