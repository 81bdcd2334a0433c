"""What a device that does not measure saw and reported: a red light (599), a sign (601), a telephone (591) …"""

from adjudication.findings import Finding, Scene, in_order
from adjudication.lawbook import Detection
from adjudication.messages import TraceStep

DETECTED: dict[str, Detection] = {
    "red_light": "red_light",
    "stop_line": "signs",
    "road_signs": "signs",
    "parking": "parking",
    "pedestrian": "pedestrian",
    "phone": "phone",
    "belt": "belt",
    "daytime_lights": "daytime_lights",
}
"""Reports of devices that the law's data knows a part for. Not `bus_lane`: which article it is was not found (brief §1,
note BL), so nobody is fined for it."""


def find(scene: Scene) -> Finding | None:
    """A reported violation that a part of the law punishes on that day."""
    detection = DETECTED.get(scene.checked.passage.event.violation or "")
    parts = scene.law.detecting(detection, scene.day) if detection else ()
    if detection is None or not parts:
        return None
    part = parts[0]
    seen = in_order("reported", part.part, part.statement.en, violation=detection, part=part.part)
    otherwise = TraceStep(
        rule="otherwise-reported",
        source="741(1)(1)",
        outcome="if the pictures did not show this, there would be no offence",
    )
    return Finding(part, detection, "seen", (seen,), otherwise)
