"""Did the traffic, or a stop that was forced, do what the device reports? Such a word of the device excuses nobody by
itself and convicts nobody: a person looks, or, where policy reads doubt so, the case ends.

Source: 741(1)(2), 741(2). Which reports are doubted: policy `doubted_by`; what follows: policy `excused_stop`.
"""

from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.policy import Excuse


def moving_traffic(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the traffic around the vehicle did not stand; silent where the device said nothing of it."""
    return _excused(scene, finding, "standing_traffic", ("standing-traffic", "JAM"))


def free_stop(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: no breakdown, hazard lights or order made the vehicle stop; silent where the device said nothing."""
    return _excused(scene, finding, "forced_stop", ("forced-stop", "FORCED_STOP"))


def _excused(scene: Scene, finding: Finding, excuse: Excuse, named: tuple[str, str]) -> tuple[Ruling, ...]:
    """`named` is the step's rule and the reason, where the device's word casts doubt on what it reports."""
    event, (rule, reason) = scene.checked.passage.event, named
    seen = event.standing_traffic if excuse == "standing_traffic" else event.forced_stop
    if seen is None or finding.basis != "seen" or event.violation not in scene.policy.doubted_by.get(excuse, ()):
        return ()
    if seen:
        return (ruled(scene.policy.excused_stop, reason, rule, violation=event.violation),)
    return (in_order(rule, "policy doubted_by", "the device looked for it and saw none", violation=event.violation),)
