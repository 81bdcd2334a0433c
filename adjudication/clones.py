"""Is the vehicle in the picture the one in the register? A plate that fits another vehicle may be a copy of it.

Source: brief §3.5 (plate and vehicle mismatch: clone suspicion), never fined automatically; what was not compared is no
match, 821(2).
"""

import math
from collections.abc import Iterable

from adjudication.answers import Person, Vehicle
from adjudication.facts import Elsewhere, Fact, VehicleClass
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.units import MICROS_PER_SECOND, Count, DegreesE7, Id, Micros, Name

EARTH_M = 6_371_009
"""Mean radius. Source: IUGG. The earth's flattening shifts a distance by half a per cent at most."""
NEAR_M = 2_000
"""Devices nearer to each other may watch one road from both ends, and their coordinates are of their mast: no travel is
inferred between them. At 250 km/h this is 29 s, far beyond what two clocks within policy's bound can be wrong."""
KMH_PER_M_PER_US = 3_600_000
"""One metre in a microsecond is so many km/h."""


class Whereabouts(Fact, frozen=True, kw_only=True):
    """Where and when a plate was seen; it does not say which. `clock_error_us` is the device's own known deviation."""

    event_id: Id
    device_id: Name
    place_id: Name
    lat_e7: DegreesE7
    lon_e7: DegreesE7
    captured_us: Micros
    clock_error_us: Count


def worst_elsewhere(here: Whereabouts, others: Iterable[Whereabouts]) -> Elsewhere | None:
    """Of the sightings of other events at least `NEAR_M` away, the one that would need the highest speed."""
    far = [_apart(here, other) for other in others if other.event_id != here.event_id]
    return max(
        (one for one in far if one.distance_m >= NEAR_M),
        key=lambda one: (one.distance_m / max(one.apart_us, 1), one.event_id),
        default=None,
    )


def distance_m(one: Whereabouts, other: Whereabouts) -> int:
    """Metres along the great circle (haversine), to the whole metre."""
    lat, other_lat = (math.radians(place.lat_e7 / 1e7) for place in (one, other))
    half_lat = (other_lat - lat) / 2
    half_lon = math.radians((other.lon_e7 - one.lon_e7) / 1e7) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(half_lon) ** 2
    return round(2 * EARTH_M * math.asin(math.sqrt(min(chord, 1.0))))


def _apart(here: Whereabouts, other: Whereabouts) -> Elsewhere:
    apart_us = abs(here.captured_us - other.captured_us) + here.clock_error_us + other.clock_error_us
    return Elsewhere(
        event_id=other.event_id,
        device_id=other.device_id,
        place_id=other.place_id,
        captured_us=other.captured_us,
        distance_m=distance_m(here, other),
        apart_us=apart_us,
    )


def one_place(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the vehicle can have driven between this place and wherever else its plate was seen.

    The distance is that of a straight line, so any real road makes it harder still.
    """
    other = scene.checked.elsewhere
    if other is None:
        return ()
    values: dict[str, str] = {
        "km": f"{other.distance_m / 1000:.1f}",
        "seconds": f"{other.apart_us / MICROS_PER_SECOND:.0f}",
        "device": other.device_id,
        "event": other.event_id,
        "bound_kmh": str(scene.policy.travel_kmh),
    }
    if other.distance_m * KMH_PER_M_PER_US > scene.policy.travel_kmh * other.apart_us:
        return (ruled("review", "IMPOSSIBLE_TRAVEL", "one-place", None, **values),)
    return (in_order("one-place", "policy travel_kmh", "the vehicle can have driven between its sightings", **values),)


def same_vehicle(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the registered vehicle bears the plate that was read and is of the kind that was seen."""
    vehicle, seen, plate = scene.vehicle, scene.checked.passage.vehicle, scene.checked.passage.plate
    if not isinstance(vehicle, Vehicle) or plate is None:
        return ()
    if vehicle.plate != plate.text:
        return (ruled("review", "RECORD_MISMATCH", "same-vehicle"),)
    expected = _looks_like(scene, vehicle)
    if seen is None or not expected:
        return ()
    if seen.vehicle_class not in expected:
        return (
            ruled("review", "CLASS_MISMATCH", "same-vehicle", seen=seen.vehicle_class, registered=vehicle.category),
        )
    outcome = "the vehicle seen is of the registered kind"
    return (in_order("same-vehicle", "brief 3.5", outcome, seen=seen.vehicle_class, registered=vehicle.category),)


def vehicle_compared(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the vehicle was seen surely enough to be held against the register; what was not compared is no match."""
    vehicle, seen = scene.vehicle, scene.checked.passage.vehicle
    if not isinstance(vehicle, Vehicle) or _looks_like(scene, vehicle):
        return ()
    values: dict[str, str] = {
        "seen": seen.vehicle_class if seen is not None else "",
        "seen_bp": str(seen.confidence_bp if seen is not None else 0),
        "bound_bp": str(scene.policy.vehicle_confidence_bp),
        "registered": vehicle.category,
    }
    if scene.policy.class_unsettled == "review":
        return (ruled("review", "CLASS_UNSETTLED", "vehicle-compared", None, **values),)
    outcome = "the vehicle's kind could not be compared with the registered one"
    return (in_order("vehicle-compared", "policy class_unsettled", outcome, **values),)


def _looks_like(scene: Scene, vehicle: Vehicle) -> tuple[VehicleClass, ...]:
    """The kinds that the registered vehicle may be seen as; () where none was surely seen or policy names none."""
    seen = scene.checked.passage.vehicle
    if seen is None or seen.confidence_bp < scene.policy.vehicle_confidence_bp:
        return ()
    return scene.policy.categories_seen_as.get(vehicle.category, ())


def same_person(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the person register answered about the vehicle's holder or owner and nobody else."""
    if isinstance(scene.liable, Person) and scene.liable.number != scene.answerable:
        return (ruled("review", "RECORD_MISMATCH", "same-person"),)
    return ()
