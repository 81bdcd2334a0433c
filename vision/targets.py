"""Which vehicle an event speaks of, from everything seen in its pictures and from the device's own hint."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import msgspec

from adjudication.facts import Box, DeviceReading, QualityFlag
from adjudication.plates import normalise
from vision.ports import Seen, Target
from vision.voting import voted

SAME_VEHICLE_IOU = 0.3
"""Two detectors that mean one vehicle agree at least this far; neighbours in traffic overlap less."""
MEANT_AREA = 0.25
"""A vehicle under a quarter of the largest one's area stands at twice its distance: no camera measures both."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The target an event names, and among how many it was chosen: only 1 is unambiguous."""

    target: Target
    candidates: int
    flags: tuple[QualityFlag, ...] = ()


NOTHING = Target(vehicle=None, plate=None, plate_box=None)


def numbered(seen: Seen, picture: int) -> Seen:
    """The same, as seen in the event's `picture`-th picture."""
    return replace(seen, targets=tuple(_numbered(target, picture) for target in seen.targets))


def aim(pictures: Sequence[Seen], hint: DeviceReading | None, closeups: Collection[int] = ()) -> Aim:
    """The one target of a measured or reported event.

    The device's boxes lie in the first picture and decide where given; else its text, if one target bears it; else
    there must be one vehicle only. Other pictures confirm the plate, or supply it where the first shows none: surely
    if they are among `closeups`, which the device took of the meant vehicle; else flagged as lent, for whatever is
    alone in view a moment later may be another car.
    """
    first = next((number for number, seen in enumerate(pictures) if seen.targets), 0)
    targets = pictures[first].targets if pictures else ()
    chosen = _choose(targets, hint, boxes_apply=first == 0)
    if chosen.candidates != 1:
        return chosen
    alone = {number: seen.targets[0] for number, seen in enumerate(pictures) if len(seen.targets) == 1}
    others = [target if number in closeups else _doubted(target) for number, target in alone.items() if number != first]
    return replace(chosen, target=_confirmed(chosen.target, others))


def every_plate(pictures: Sequence[Seen]) -> tuple[Target, ...]:
    """All targets with a plate that was read, each text once, at its best."""
    best: dict[str, Target] = {}
    for target in (target for seen in pictures for target in seen.targets):
        if target.plate is None:
            continue
        before = best.get(target.plate.text)
        if before is None or before.plate is None or before.plate.confidence_bp < target.plate.confidence_bp:
            best[target.plate.text] = target
    return tuple(best.values())


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1; 0 for empty boxes."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    union = one.width * one.height + other.width * other.height - shared
    return shared / union if union else 0.0


def holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of `inner` lies in `outer`."""
    x, y = inner.x + inner.width / 2, inner.y + inner.height / 2
    return outer.x <= x < outer.x + outer.width and outer.y <= y < outer.y + outer.height


def _choose(targets: Sequence[Target], hint: DeviceReading | None, *, boxes_apply: bool) -> Aim:
    if hint is not None and boxes_apply and (hint.plate_box or hint.vehicle_box):
        score, target = max(
            ((_pointed_at(t, hint), t) for t in targets), key=lambda pair: pair[0], default=(0, NOTHING)
        )
        return Aim(target, 1) if score > 0 else Aim(NOTHING, 0)
    if hint is not None:
        named = [t for t in targets if t.plate is not None and t.plate.text == normalise(hint.plate)]
        if len(named) == 1:
            return Aim(named[0], 1)
    meant = _could_be_meant(targets)
    best = max(meant, key=_prominence, default=NOTHING)
    return Aim(best, len(meant), ("several_vehicles",) if len(meant) > 1 else ())


def _pointed_at(target: Target, hint: DeviceReading) -> float:
    """How well the device's boxes lie on `target`: 0 not at all; a plate's box says more than a vehicle's."""
    if hint.plate_box is not None and target.plate_box is not None and _same_plate(hint.plate_box, target.plate_box):
        return 2 + overlap(hint.plate_box, target.plate_box)
    if hint.vehicle_box is None:
        return 0
    if target.vehicle is not None:
        shared = overlap(hint.vehicle_box, target.vehicle.box)
        return shared if shared >= SAME_VEHICLE_IOU else 0
    return SAME_VEHICLE_IOU if target.plate_box is not None and holds(hint.vehicle_box, target.plate_box) else 0


def _same_plate(one: Box, other: Box) -> bool:
    return holds(one, other) or holds(other, one)


def _could_be_meant(targets: Sequence[Target]) -> list[Target]:
    largest = max((_area(t.vehicle.box) for t in targets if t.vehicle is not None), default=0)
    return [
        t
        for t in targets
        if t.plate is not None or (t.vehicle is not None and _area(t.vehicle.box) >= MEANT_AREA * largest)
    ]


def _prominence(target: Target) -> tuple[bool, int]:
    box = target.vehicle.box if target.vehicle is not None else target.plate_box
    return target.plate is not None, _area(box) if box is not None else 0


def _area(box: Box) -> int:
    return box.width * box.height


def _doubted(target: Target) -> Target:
    """`target` flagged: nobody says that its plate is the meant vehicle's."""
    return replace(target, flags=(*target.flags, "plate_lent"))


def _confirmed(target: Target, others: Sequence[Target]) -> Target:
    """`target` with its plate as all pictures together have it."""
    reads = [other for other in others if other.plate is not None]
    if not reads:
        return target
    if target.plate is None:
        other = max(reads, key=lambda read: read.plate.confidence_bp if read.plate is not None else 0)
        return replace(target, plate=other.plate, plate_box=target.plate_box, flags=other.flags)
    plate, objects = voted([target.plate, *(read.plate for read in reads if read.plate is not None)])
    differ: tuple[QualityFlag, ...] = ("reads_disagree",) if objects else ()
    return replace(target, plate=plate, flags=(*target.flags, *differ))


def _numbered(target: Target, picture: int) -> Target:
    vehicle = target.vehicle and msgspec.structs.replace(target.vehicle, picture=picture)
    plate = target.plate and msgspec.structs.replace(target.plate, picture=picture)
    return replace(target, vehicle=vehicle, plate=plate)
