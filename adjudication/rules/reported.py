"""What a device that does not measure saw and reported: a red light (599), a sign (601), a telephone (591) …"""

from adjudication.facts import Place, ViolationCode
from adjudication.findings import Finding, Scene, in_order
from adjudication.lawbook import Detection, PartRule
from adjudication.messages import TraceStep
from adjudication.policy import Edition
from adjudication.regions import kato_of


def find(scene: Scene) -> Finding | None:
    """A reported violation that a part of the law punishes on that day, at that place."""
    event = scene.checked.passage.event
    part = None if event.violation is None else _punishing(scene, event.violation, event.place)
    if part is None or part.detects is None:
        return None
    seen = in_order("reported", part.part, part.statement.en, violation=part.detects, part=part.part)
    otherwise = TraceStep(
        rule="otherwise-reported",
        source="741(1)(1)",
        outcome="if the pictures did not show this, there would be no offence",
    )
    return Finding(part, part.detects, "seen", (seen,), otherwise)


def reported_as(violation: ViolationCode, policy: Edition) -> Detection:
    """What the law's data calls a report: the same, but for signs, and for what policy says that a bus lane is."""
    match violation:
        case "bus_lane":
            return policy.bus_lane_as
        case "stop_line" | "road_signs":
            return "signs"
        case _:
            return violation


def _punishing(scene: Scene, violation: ViolationCode, place: Place) -> PartRule | None:
    detection = reported_as(violation, scene.policy)
    here = (part for part in scene.law.detecting(detection, scene.day) if applies_at(part, place))
    return next(here, None)


def applies_at(part: PartRule, place: Place) -> bool:
    """Whether the part applies at a place: everywhere, or in its regions."""
    return not part.only_in or kato_of(place.district_code) in part.only_in
