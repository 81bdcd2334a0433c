"""Does the evidence contradict itself? Whatever does is for a person; nothing here changes a fact or a figure.

Source: 821(2), 741(2): doubt goes to the person. Bounds: policy.
"""

from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.units import hundredths


def second_speed(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the speed that two pictures show does not contradict the instrument's.

    Contradiction means that the instrument's interval (its value and stated error) and the pictures' (their value and
    `speed_check_k100` standard uncertainties) do not touch, whichever is the higher: then the instrument may have
    measured another vehicle. The pictures' figure is never used for anything else.
    """
    seen, measured = scene.checked.passage.second_speed, scene.checked.passage.measurement
    if finding.detection != "speed" or seen is None or measured is None or measured.kind != "speed":
        return ()
    spread = scene.policy.speed_check_k100 * seen.standard_kmh100 // 100
    values = {
        "measured_kmh": hundredths(measured.value_kmh100),
        "seen_kmh": hundredths(seen.value_kmh100),
        "within_kmh": hundredths(spread),
        "method": seen.method,
    }
    if abs(measured.value_kmh100 - seen.value_kmh100) > measured.error_kmh100 + spread:
        return (ruled("review", "SPEED_CONTRADICTED", "second-speed", None, **values),)
    outcome = "two pictures show a speed that agrees with the instrument's"
    return (in_order("second-speed", "policy speed_check_k100", outcome, **values),)


def moving_target(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the vehicle held to have been measured moved between the pictures; a parked one beside it did not."""
    if finding.detection == "speed" and "standing" in scene.checked.passage.quality:
        return (ruled("review", "TARGET_STANDS", "moving-target"),)
    return ()
