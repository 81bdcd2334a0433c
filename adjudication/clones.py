"""Is the vehicle in the picture the one in the register? A plate that fits another vehicle may be a copy of it.

Source: brief §3.5 (plate and vehicle mismatch: clone suspicion), never fined automatically.
"""

from adjudication.answers import Person, Vehicle
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled


def same_vehicle(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the registered vehicle bears the plate that was read and is of the kind that was seen."""
    vehicle, seen, plate = scene.vehicle, scene.checked.passage.vehicle, scene.checked.passage.plate
    if not isinstance(vehicle, Vehicle) or plate is None:
        return ()
    if vehicle.plate != plate.text:
        return (ruled("review", "RECORD_MISMATCH", "same-vehicle"),)
    if seen is None or seen.confidence_bp < scene.policy.vehicle_confidence_bp:
        return ()
    expected = scene.policy.categories_seen_as.get(vehicle.category)
    if expected is not None and seen.vehicle_class not in expected:
        return (
            ruled("review", "CLASS_MISMATCH", "same-vehicle", seen=seen.vehicle_class, registered=vehicle.category),
        )
    outcome = "the vehicle seen is of the registered kind"
    return (in_order("same-vehicle", "brief 3.5", outcome, seen=seen.vehicle_class, registered=vehicle.category),)


def same_person(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the person register answered about the vehicle's holder or owner and nobody else."""
    if isinstance(scene.liable, Person) and scene.liable.number != scene.answerable:
        return (ruled("review", "RECORD_MISMATCH", "same-person"),)
    return ()
