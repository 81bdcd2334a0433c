"""Which plate is on which vehicle, in one picture."""

from collections.abc import Sequence

from adjudication.facts import Box, PlateReading, QualityFlag, VehicleSighting
from vision.ports import Target
from vision.targets import holds

ASIDE, BELOW = 0.2, 0.4
"""How far from a vehicle's sides and below its top its plate is at least, of its size. Measured on 352 plates in 160
drawn crowds: right ones lie at 0.29–0.72 and below 0.50; four of the six bound to the wrong vehicle lay outside."""
INSIDE = 0.85
"""A vehicle without a plate that lies this far inside one with a plate is a part of it: a wing, a load."""


def bound(
    vehicles: Sequence[VehicleSighting], plates: Sequence[tuple[Box, PlateReading | None, tuple[QualityFlag, ...]]]
) -> tuple[Target, ...]:
    """Every vehicle with the plate on it, then plates and vehicles alone."""
    own = _one_for_each_vehicle([Target(_carrier(vehicles, box), read, box, flags) for box, read, flags in plates])
    carrying = [target.vehicle for target in own if target.vehicle is not None]
    others = [v for v in vehicles if v not in carrying and not any(_inside(v.box, c.box) for c in carrying)]
    return (*own, *(Target(vehicle, None, None) for vehicle in others))


def _carrier(vehicles: Sequence[VehicleSighting], plate: Box) -> VehicleSighting | None:
    """The smallest vehicle that holds the plate's middle: what stands in front hides what is behind."""
    around = [vehicle for vehicle in vehicles if holds(vehicle.box, plate) and _hangs(vehicle.box, plate)]
    return min(around, key=lambda one: one.box.width * one.box.height, default=None)


def _hangs(vehicle: Box, plate: Box) -> bool:
    """Whether a plate of this vehicle could be there: beyond, it is another's, hidden behind this one and not seen."""
    x = (plate.x + plate.width / 2 - vehicle.x) / max(vehicle.width, 1)
    y = (plate.y + plate.height / 2 - vehicle.y) / max(vehicle.height, 1)
    return ASIDE <= x <= 1 - ASIDE and y >= BELOW


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


def _inside(inner: Box, outer: Box) -> bool:
    across = min(inner.x + inner.width, outer.x + outer.width) - max(inner.x, outer.x)
    down = min(inner.y + inner.height, outer.y + outer.height) - max(inner.y, outer.y)
    return max(across, 0) * max(down, 0) >= INSIDE * inner.width * inner.height
