"""Masking: the copy of a picture that may leave its case. Pure: picture, what to keep and what was found in; copy out.

What is hidden is gone from the copy: filled with one grey, or averaged over cells so large that a plate is a few of
them. Nothing is blurred, for a blur can be undone. The copy is encoded anew, so no metadata of the original follows.

    1. All but the case's own vehicle is made coarse; where the offence needs the scene, other vehicles only.
    2. Other plates, people and faces are filled, wherever they are.
    3. The passenger's side of the own windscreen is filled, unless the offence lies in the cabin.
    4. The own plate is laid on top, as it was.

Where nobody looked (no networks), all is filled but the own plate, and the own vehicle is coarse: who stands before it
or sits in it is not known.
Law: brief §8; the person of the case may see what concerns him (art. 744(1)), the others are none of his business.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from adjudication.facts import Box, VehicleClass, ViolationCode
from vision.boxes import as_array, as_box, clipped, grown
from vision.bystanders import Finder
from vision.decode import Picture, decode
from vision.detect import VEHICLES, Found

METHOD = "mask-1"
"""Raised by any change of code, constants or weights that may alter a copy."""
GREY = 112
"""Of a fill: darker than paper, lighter than a tyre, so that it is seen to be a mask."""
CELLS = 64
"""Across the longer side of what is made coarse: in a frame of 1,920 pixels a plate of 150 is five cells wide, under
one a character."""
VEHICLE_CELLS = 10
"""Across another vehicle: its plate, about a quarter of its width, is two or three cells."""
AROUND = 0.08
"""Of the own vehicle's width, kept around it: boxes of detectors are a little tight."""
PLATE_TO_VEHICLE = 4.0
"""A car is about four plates wide (1.8 m to 0.52 m): what is kept where only the plate's box is known."""
PLATE_HANGS = 0.7
"""How far down a car's box its plate hangs, as a share of its height."""
PLATE_OF_VEHICLE = 0.6
"""Of the vehicle's width (of the picture's, where no vehicle is known), the most that a plate is believed to be wide.
It is 0.29 of a car and half of a motorcycle; a box that claims more would keep what is not the case's."""
VEHICLE_OF_PLATES = 8.0
"""Plate widths, the most that a vehicle is believed to be wide where nobody looked at the picture: a lorry askew."""
BESIDE_PLATE = (0.12, 0.30)
"""Of a plate's width and height, kept around the own one and hidden around others: its frame."""
BESIDE_FACE, BESIDE_PERSON = 0.35, 0.06
"""Hidden around a face (hair and chin help to know somebody) and around a person."""
SAME_PLATE = 0.3
"""Intersection over union from which a found plate is the case's own."""
CABIN: Mapping[VehicleClass, float] = {"car": 0.52, "truck": 0.62, "bus": 0.70}
"""How far down a vehicle's box its windscreen may reach, as a share of the box's height. Measured on the drawn bodies'
glass and looked at on photographs (benchmarks/README.md, masking)."""
CABIN_AT_MOST = 0.70
"""Where nobody said what the vehicle is: the largest of them."""
BESIDE_MIDDLE = 0.04
"""Of the vehicle's width, hidden beyond the middle: an arm of the passenger reaches there."""
HEAD = 0.35
"""The upper share of a rider that is hidden: head and shoulders; the machine below is the case's own."""
QUALITY = 88
"""Of the copy's JPEG: the own plate stays as readable as it was (benchmarks/README.md, masking)."""
UNREADABLE = (240, 320)
"""Height and width of the grey picture that stands for one which cannot be decoded."""

Kind = Literal["surroundings", "vehicle", "plate", "person", "face", "passenger", "unsearched", "unreadable"]
"""What was hidden, which says why: it was there, or may have been, and is not the case's. `passenger` is the side
of the own windscreen where one may sit; `unsearched` is the own vehicle, where nobody could look."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The case's own: vehicle and plate in this picture, as far as anybody said."""

    vehicle: Box | None = None
    vehicle_class: VehicleClass | None = None
    plate: Box | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be seen for the offence to be seen: the `scene` around the vehicle, or who does what in the `cabin`."""

    scene: bool = False
    cabin: bool = False


NOTHING = Needs()
SCENE, IN_CABIN = Needs(scene=True), Needs(cabin=True)
SEEN_IN_THE_CABIN: tuple[ViolationCode, ...] = ("phone", "belt", "passengers", "passengers_outside")
SEEN_ON_THE_VEHICLE: tuple[ViolationCode, ...] = (
    *("daytime_lights", "night_lights", "no_turn_signal"),
    *("plate_unreadable", "plate_absent", "vehicle_fault"),
)
NEEDS: Mapping[str, Needs] = {
    **dict.fromkeys(get_args(ViolationCode), SCENE),
    **dict.fromkeys(SEEN_IN_THE_CABIN, IN_CABIN),
    **dict.fromkeys(SEEN_ON_THE_VEHICLE, NOTHING),
}
"""By `EventCaptured.violation`; any other offence is seen in the vehicle alone. For a telephone the whole cabin stays,
though the passenger holds none: on which side the wheel is, no register says."""


@dataclass(frozen=True, slots=True)
class Masked:
    """One part of a picture that was hidden."""

    kind: Kind
    box: Box


@dataclass(frozen=True, slots=True)
class Redacted:
    """A masked picture and what was hidden in it."""

    picture: Picture
    masked: tuple[Masked, ...]


@dataclass(frozen=True, slots=True)
class MaskedCopy:
    """A masked picture as JPEG, without metadata, and what was hidden in it."""

    jpeg: bytes
    masked: tuple[Masked, ...]


def masked_copy(body: bytes, keep: Keep, needs: Needs, finder: Finder | None) -> MaskedCopy:
    """The copy of an encoded picture. `finder` is None where there is nobody to look for bystanders.

    Boxes are in pixels of the upright picture (EXIF orientation applied), and so is the copy. What cannot be decoded is
    shown as a grey picture.
    """
    picture = decode(body)
    if isinstance(picture, str):
        whole = Box(x=0, y=0, width=UNREADABLE[1], height=UNREADABLE[0])
        return MaskedCopy(_jpeg(np.full((*UNREADABLE, 3), GREY, np.uint8)), (Masked("unreadable", whole),))
    redacted = redact(picture, keep, needs, finder(picture) if finder is not None else None)
    return MaskedCopy(_jpeg(redacted.picture), redacted.masked)


def redact(picture: Picture, keep: Keep, needs: Needs, found: Sequence[Found] | None) -> Redacted:
    """The masked picture. `found` is what is in the picture, the case's own included; None where nobody looked."""
    own = _believed(picture, keep, searched=found is not None)
    if found is None:
        return _unsearched(picture, own)
    masked = tuple(_hidden(picture, own, needs, found))
    copy = picture.copy()
    for one in masked:
        if one.kind in _COARSE:
            _coarsen(copy, picture, one)
    if own.vehicle is not None:
        _lay(copy, picture, own.vehicle)
    for one in masked:
        if one.kind not in _COARSE:
            _fill(copy, one.box)
    if own.plate is not None:
        _lay(copy, picture, own.plate)
    return Redacted(copy, masked)


def _unsearched(picture: Picture, own: Keep) -> Redacted:
    copy = np.full_like(picture, GREY)
    masked = [Masked("surroundings", _whole(picture))]
    if own.vehicle is not None:
        masked.append(Masked("unsearched", own.vehicle))
        _coarsen(copy, picture, masked[-1])
    if own.plate is not None:
        _lay(copy, picture, own.plate)
    return Redacted(copy, tuple(masked))


_COARSE: Mapping[Kind, int] = {"surroundings": CELLS, "vehicle": VEHICLE_CELLS, "unsearched": VEHICLE_CELLS}
"""Kinds that are made coarse, by their cells across; what is filled is filled on the own vehicle as well."""


def _believed(picture: Picture, keep: Keep, *, searched: bool) -> Keep:
    """What is kept, as far as it can be believed; where only the plate is known, with a car's size around it."""
    plate, vehicle = keep.plate, keep.vehicle
    if plate is not None and plate.width > PLATE_OF_VEHICLE * (vehicle.width if vehicle else picture.shape[1]):
        plate = None
    if not searched and not _fits(plate, vehicle):
        vehicle = None
    if vehicle is None and plate is not None and searched:
        vehicle = _car_of(plate)
    return Keep(
        _wider(picture, vehicle, AROUND, AROUND) if vehicle is not None else None,
        keep.vehicle_class,
        _wider(picture, plate, *BESIDE_PLATE) if plate is not None else None,
    )


def _car_of(plate: Box) -> Box:
    """A car's size around its plate."""
    side = round(PLATE_TO_VEHICLE * plate.width)
    left, top = plate.x + plate.width // 2 - side // 2, plate.y + plate.height // 2 - round(PLATE_HANGS * side)
    return Box(x=max(left, 0), y=max(top, 0), width=side, height=side)


def _fits(plate: Box | None, vehicle: Box | None) -> bool:
    if plate is None or vehicle is None:
        return False
    return _within(plate, vehicle) and vehicle.width <= VEHICLE_OF_PLATES * plate.width


def _hidden(picture: Picture, own: Keep, needs: Needs, found: Sequence[Found]) -> Iterator[Masked]:
    if needs.scene:
        others = [as_box(one.box) for one in found if one.label in VEHICLES.values()]
        yield from (Masked("vehicle", box) for box in others if own.vehicle is None or not _within(box, own.vehicle))
    else:
        yield Masked("surroundings", _whole(picture))
    seat = _driver(own, needs)
    for one in found:
        box = as_box(one.box)
        if one.label == "plate" and not _is_own_plate(box, own):
            yield Masked("plate", _wider(picture, box, *BESIDE_PLATE))
        elif one.label == "face" and (seat is None or not _within(box, seat)):
            yield Masked("face", _wider(picture, box, BESIDE_FACE, BESIDE_FACE))
        elif one.label == "person" and (seat is None or not _within(box, seat)):
            person = _wider(picture, box, BESIDE_PERSON, BESIDE_PERSON)
            yield Masked("person", _head(person) if _rides(person, own) else person)
    if own.vehicle is not None and own.vehicle_class not in _OPEN and not needs.cabin:
        yield Masked("passenger", _passenger(own, own.vehicle))


_OPEN = frozenset({"motorcycle", "bicycle"})
"""Without a cabin: who rides is found as a person."""


def _cabin(own: Keep, vehicle: Box) -> Box:
    """`vehicle` is the own one with what is kept around it."""
    share = CABIN_AT_MOST if own.vehicle_class is None else CABIN.get(own.vehicle_class, CABIN_AT_MOST)
    height = round((AROUND + share) / (1 + 2 * AROUND) * vehicle.height)
    return Box(x=vehicle.x, y=vehicle.y, width=vehicle.width, height=height)


def _passenger(own: Keep, vehicle: Box) -> Box:
    """The picture's left of the cabin: the passenger's side of a car with the wheel on its left that comes towards us.

    Of a vehicle seen askew the plate tells the middle of its front. Seen from behind the same part is hidden: in which
    direction a vehicle is seen, no message says.
    """
    cabin = _cabin(own, vehicle)
    middle = vehicle.x + vehicle.width / 2
    if own.plate is not None:
        middle = max(middle, own.plate.x + own.plate.width / 2)
    width = round(middle - vehicle.x + BESIDE_MIDDLE * vehicle.width)
    return Box(x=cabin.x, y=cabin.y, width=min(width, cabin.width), height=cabin.height)


def _driver(own: Keep, needs: Needs) -> Box | None:
    """Where the own driver sits, who is shown: of the cabin, what is no passenger's side."""
    if own.vehicle is None or own.vehicle_class in _OPEN:
        return None
    cabin = _cabin(own, own.vehicle)
    if needs.cabin:
        return cabin
    hidden = _passenger(own, own.vehicle).width
    return Box(x=cabin.x + hidden, y=cabin.y, width=cabin.width - hidden, height=cabin.height)


def _is_own_plate(box: Box, own: Keep) -> bool:
    if own.plate is None:
        return False
    shared = _shared(box, own.plate)
    union = box.width * box.height + own.plate.width * own.plate.height - shared
    return shared / max(union, 1) >= SAME_PLATE or _within(box, own.plate)


def _rides(person: Box, own: Keep) -> bool:
    """Whether somebody sits on the own motorcycle."""
    if own.vehicle is None or own.vehicle_class not in _OPEN:
        return False
    return _shared(person, own.vehicle) >= 0.5 * person.width * person.height


def _head(person: Box) -> Box:
    return Box(x=person.x, y=person.y, width=person.width, height=max(round(HEAD * person.height), 1))


def _within(inner: Box, outer: Box) -> bool:
    """Nearly all of it: a pedestrian before the vehicle stands out of the cabin, a driver does not."""
    return _shared(inner, outer) >= 0.8 * inner.width * inner.height


def _shared(one: Box, other: Box) -> int:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(width, 0) * max(height, 0)


def _whole(picture: Picture) -> Box:
    return Box(x=0, y=0, width=picture.shape[1], height=picture.shape[0])


def _wider(picture: Picture, box: Box, across: float, down: float) -> Box:
    height, width = picture.shape[:2]
    return as_box(clipped(grown(as_array(box), across, down), width, height))


def _fill(copy: Picture, box: Box) -> None:
    copy[box.y : box.y + box.height, box.x : box.x + box.width] = GREY


def _lay(copy: Picture, picture: Picture, box: Box) -> None:
    part = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    copy[part] = picture[part]


def _coarsen(copy: Picture, picture: Picture, one: Masked) -> None:
    """Each cell becomes its mean: what was finer than a cell is nowhere in the copy."""
    box = one.box
    part = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    height, width = picture[part].shape[:2]
    if not height or not width:
        return
    side = max(width, height) / _COARSE[one.kind]
    cells = max(round(width / side), 1), max(round(height / side), 1)
    small = cv2.resize(picture[part], cells, interpolation=cv2.INTER_AREA)
    copy[part] = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def _jpeg(picture: Picture) -> bytes:
    ok, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    assert ok, "OpenCV writes any BGR picture as JPEG"
    return data.tobytes()
