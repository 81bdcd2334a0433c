"""Where the device says the plate or the vehicle is: looked at there alone, if a cheap check finds it sane.

    prepare(look)       bytes → the whole picture, or the part of it that the device points at, or what is wrong with it
    read(looks, eyes)   the same for many, read; whatever the device pointed at in vain is read as a whole picture

A device is never believed, only tried. Before its box is read it must have the shape of a plate, lie in the picture,
show strokes over all of its width and none just outside; after it, the plate must have been read surely. Anything else
costs the time of a whole picture, is flagged `region_refused`, and nothing more.

Where only a plate is asked for, only a plate is read: its place is known, so no detector runs, and the reader needs no
colour (measured on 3,000 drawn plates: 96.5 % read to the letter in grey, 96.6 % in colour). Where the vehicle is
asked for too, it is looked for around the plate, in what the same decode gave. The stage always asks: the class of a
vehicle is held against the register before anybody is fined (adjudication/clones.py), and is worth 20 ms a picture.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import msgspec
import numpy as np

from adjudication.facts import Box, QualityFlag
from vision.decode import MAX_PIXELS, Part, Picture, claimed_size, decode, decode_region, light
from vision.ports import Look, Seen, Target
from vision.targets import holds

PORTION = 8
"""Pictures that are decoded before any of them is read: enough to fill a batch of a GPU, few enough not to wait for."""
MARGIN = 0.35
"""How much of a plate's width is kept around it: its corners are sought there, and a device's box may sit askew."""
AROUND_VEHICLE = 0.5
"""The same for a vehicle. Measured: where a tenth is kept around, three of eight drawn vehicles are missed, which the
detector sees in the whole picture; at a half none is. Of photographed ones none is missed at either."""
PLATE_SHAPE = (0.8, 8.0)
"""Width by height of what may be a plate's box: two rows are 1.4, one row is 4.6, either seen askew."""
LEAST_PLATE_PX = (24, 8)
"""Below this no reader reads anything (vision/eyes.py, `SMALL_PX`)."""
INSIDE = 0.9
"""This much of a box must lie in the picture: a camera's box may hang over its edge by a little."""
PATCH_PX = (96, 32)
"""The box is judged at this size: its characters are 8 to 14 pixels wide there."""
LEAST_CONTRAST = 25.0
"""Grey levels between its 5th and 95th percentile. Measured: 38 or more on 98 of 100 photographed plates."""
QUARTERS, LEAST_STROKES, TWO_ROWS = 4, 2, 2.6
"""Each quarter of the box's width has at least so many edges of strokes in its middle rows; where a box is narrower
than `TWO_ROWS` times its height, in the upper or the lower of them, for the gap between two rows lies in the middle."""
BESIDE, CUT_STROKES, CUT_STEP = 0.15, 2, 0.5
"""From so many edges in this share of the width just outside, the box may cut the text: read, it would be another
plate. What varies there by less than `CUT_STEP` of the text's contrast is noise. Measured with both checks on 143
plates of photographs: 87 % of their boxes pass, none of 280 half a width beside, 1 % of 284 above or below, 17 % of
those cut by a fifth."""
SURE_BP = 9_000
"""Less is read again in the whole picture: no automatic act comes of less by any policy, so time may be spent."""
DOUBTS: frozenset[QualityFlag] = frozenset(("plate_partial", "reads_disagree", "grammar"))
"""What also sends the reader back to the whole picture."""
VEHICLE_PLATES = (2, 3, 1)
"""How far a vehicle reaches from its plate's middle: to each side, up and down, in widths of a plate (0.52 m). A car is
1.8 m wide and 1.5 m high; what is larger is found in what is kept around."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the device points at: `part` of the picture with, in its pixels, the plate and where the vehicle may be.

    Without `plate` it is to be found in the part; without `vehicle` nobody asks for it. `flags`: its light.
    """

    part: Part
    plate: Box | None
    vehicle: Box | None
    flags: tuple[QualityFlag, ...] = ()


Prepared = Picture | QualityFlag | Pointed


class Reader(Protocol):
    """Whoever reads what is decoded. One answer each, in order; boxes in pixels of what was shown."""

    def read_pictures(self, pictures: Iterable[Picture | QualityFlag]) -> list[Seen]:
        """Everything seen in whole pictures; a flag instead of a picture is answered with it."""
        ...

    def read_regions(self, regions: Sequence[Pointed]) -> list[Seen]:
        """Plate and vehicle where they are said to be; nothing else of the part needs to be looked at."""
        ...


def read(looks: Sequence[Look], reader: Reader) -> list[Seen]:
    """Everything seen in each picture, in pixels of the whole picture; a portion of them is in memory at a time."""
    return [
        seen
        for portion in portions(looks)
        for seen in read_prepared(portion, [prepare(look) for look in portion], reader)
    ]


def portions(looks: Sequence[Look]) -> Iterator[Sequence[Look]]:
    """The looks in order, as many at a time as are read together: few, and no larger than one picture may be."""
    first, pixels = 0, 0
    for number, look in enumerate(looks):
        claimed = claimed_size(look.body)
        size = 0 if isinstance(claimed, str) else claimed[0] * claimed[1]
        if number > first and (number - first >= PORTION or pixels + size > MAX_PIXELS):
            yield looks[first:number]
            first, pixels = number, 0
        pixels += size
    if looks:
        yield looks[first:]


def read_prepared(looks: Sequence[Look], prepared: Sequence[Prepared], reader: Reader) -> list[Seen]:
    """The same where `prepare` ran before, on other threads perhaps."""
    answers: dict[int, Seen] = {}
    regions = {number: one for number, one in enumerate(prepared) if isinstance(one, Pointed)}
    for (number, region), seen in zip(regions.items(), reader.read_regions([*regions.values()]), strict=True):
        if _is_settled(region, seen):
            answers[number] = _in_whole(region, seen)
    left = [number for number in range(len(looks)) if number not in answers]
    wholes = [_whole(looks[number], prepared[number]) for number in left]
    for number, seen in zip(left, reader.read_pictures(wholes), strict=True):
        answers[number] = _refused(seen) if _points(looks[number]) else seen
    return [answers[number] for number in range(len(looks))]


def prepare(look: Look) -> Prepared:
    """Decodes what is needed of a picture. Never raises for what is in it; safe on any thread, most of it without the
    interpreter's lock."""
    if not _points(look):
        return decode(look.body)
    box = look.plate or look.vehicle
    assert box is not None
    region = _region(look)
    if region is None:
        return decode(look.body)
    part = decode_region(
        look.body, region, look.plate or Box(x=0, y=0, width=0, height=0), coloured=look.vehicle is not None
    )
    if isinstance(part, str):
        return decode(look.body) if part == "empty" else part
    pointed = Pointed(
        part,
        part.inside(look.plate) if look.plate is not None else None,
        next(map(part.inside, _around_vehicle(look.vehicle)), None),
        light(part.picture),
    )
    is_sane = _share_inside(part, box) >= INSIDE and (look.plate is None or shows_plate(pointed))
    return pointed if is_sane else decode(look.body)


def surroundings(plate: Box) -> Box:
    """Where the vehicle of a plate is, more or less; its edges at 0 where they would lie outside the picture."""
    unit = max(plate.width, 2 * plate.height)
    aside, up, down = (reach * unit for reach in VEHICLE_PLATES)
    x, y = plate.x + plate.width // 2, plate.y + plate.height // 2
    left, top = max(x - aside, 0), max(y - up, 0)
    return Box(x=left, y=top, width=x + aside - left, height=y + down - top)


def shows_plate(pointed: Pointed) -> bool:
    """Whether the plate's box shows strokes over its whole width, and none just outside of it."""
    plate = pointed.plate
    if plate is None or plate.width < LEAST_PLATE_PX[0] or plate.height < LEAST_PLATE_PX[1]:
        return False
    patch, beside = _patch(pointed.part.picture, plate)
    text = patch[:, beside : beside + PATCH_PX[0]]
    low, high = np.percentile(text, (5, 95))
    if high - low < LEAST_CONTRAST:
        return False
    edges = np.abs(np.diff((patch > (low + high) / 2).astype(np.int8), axis=1))
    outside = (slice(None, beside), slice(beside + PATCH_PX[0], None))
    return _is_written_over(
        edges[:, beside : beside + PATCH_PX[0]], 2 if plate.width < TWO_ROWS * plate.height else 1
    ) and not any(
        _strokes(edges[:, columns]) >= CUT_STROKES and _step(patch[:, columns]) >= CUT_STEP * (high - low)
        for columns in outside
    )


def _is_written_over(edges: Picture, rows: int) -> bool:
    """Whether every quarter of the width has strokes in one of the rows; of two rows the upper has them in half of the
    quarters, and the lower, which bears more, in three."""
    strokes = [
        [_strokes(quarter) >= LEAST_STROKES for quarter in np.array_split(row, QUARTERS, axis=1)]
        for row in np.array_split(edges, rows)
    ]
    upper, lower = sum(strokes[0]), sum(strokes[-1])
    return all(map(any, zip(*strokes, strict=True))) and 2 * upper >= QUARTERS and 4 * lower >= 3 * QUARTERS


def _patch(picture: Picture, plate: Box) -> tuple[Picture, int]:
    """The middle rows of the box and what is beside it, in grey; and how many columns are beside on each side."""
    beside = round(BESIDE * plate.width)
    grey = cv2.cvtColor(picture[plate.y : plate.y + plate.height], cv2.COLOR_BGR2GRAY)
    wide = cv2.copyMakeBorder(grey, 0, 0, beside, beside, cv2.BORDER_REPLICATE)
    cut = wide[:, plate.x : plate.x + plate.width + 2 * beside]
    columns = round(BESIDE * PATCH_PX[0])
    size = PATCH_PX[0] + 2 * columns, PATCH_PX[1]
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if cut.shape[1] > size[0] else cv2.INTER_LINEAR)
    return np.asarray(small[PATCH_PX[1] // 4 : -PATCH_PX[1] // 4], np.uint8), columns


def _strokes(edges: Picture) -> float:
    """Edges in the middle one of the rows."""
    return float(np.median(edges.sum(axis=1)))


def _step(patch: Picture) -> float:
    """Grey levels between the darkest and the lightest in the middle one of the rows."""
    return float(np.median(patch.max(axis=1).astype(np.int16) - patch.min(axis=1)))


def _points(look: Look) -> bool:
    return look.plate is not None or look.vehicle is not None


def _region(look: Look) -> Box | None:
    """What is to be decoded; None where the boxes cannot be a plate and its vehicle."""
    boxes = [*_around_plate(look.plate), *_around_vehicle(look.vehicle)]
    if look.plate is not None:
        shape = look.plate.width / max(look.plate.height, 1)
        if not PLATE_SHAPE[0] <= shape <= PLATE_SHAPE[1]:
            return None
        if look.vehicle is not None and not holds(look.vehicle, look.plate):
            return None
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _around_plate(plate: Box | None) -> Iterator[Box]:
    if plate is not None:
        yield _grown(plate, round(MARGIN * plate.width), round(MARGIN * plate.width))


def _around_vehicle(vehicle: Box | None) -> Iterator[Box]:
    if vehicle is not None:
        yield _grown(vehicle, round(AROUND_VEHICLE * vehicle.width), round(AROUND_VEHICLE * vehicle.height))


def _grown(box: Box, across: int, down: int) -> Box:
    left, top = max(box.x - across, 0), max(box.y - down, 0)
    return Box(x=left, y=top, width=box.x + box.width + across - left, height=box.y + box.height + down - top)


def _share_inside(part: Part, box: Box) -> float:
    """How much of a box of the whole picture the part shows, 0 to 1."""
    shown = part.inside(box)
    return shown.width * shown.height * part.scale**2 / max(box.width * box.height, 1)


def _is_settled(region: Pointed, seen: Seen) -> bool:
    """Whether what was read where the device pointed needs no look at the whole picture."""
    if region.plate is None:
        return any(target.plate is not None for target in seen.targets)
    return any(_is_sure(target) and (region.vehicle is None or target.vehicle is not None) for target in seen.targets)


def _is_sure(target: Target) -> bool:
    return target.plate is not None and target.plate.confidence_bp >= SURE_BP and not DOUBTS & set(target.flags)


def _whole(look: Look, prepared: Prepared) -> Picture | QualityFlag:
    return decode(look.body) if isinstance(prepared, Pointed) else prepared


def _refused(seen: Seen) -> Seen:
    """A picture that could be read, though not where the device pointed."""
    is_read = not {"corrupt", "empty", "too_large"} & set(seen.flags)
    return replace(seen, flags=(*seen.flags, "region_refused")) if is_read else seen


def _in_whole(region: Pointed, seen: Seen) -> Seen:
    """`seen` in pixels of the whole picture, with the whole picture's flags."""
    targets = tuple(_moved(target, region.part) for target in seen.targets)
    return Seen(targets, tuple(dict.fromkeys((*region.flags, *seen.flags))))


def _moved(target: Target, part: Part) -> Target:
    vehicle, plate = target.vehicle, target.plate
    return replace(
        target,
        vehicle=vehicle and msgspec.structs.replace(vehicle, box=part.whole(vehicle.box)),
        plate=plate and msgspec.structs.replace(plate, box=part.whole(plate.box) if plate.box is not None else None),
        plate_box=part.whole(target.plate_box) if target.plate_box is not None else None,
    )
