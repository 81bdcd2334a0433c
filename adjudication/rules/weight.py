"""Art. 571: more weight or size than is permitted, as an instrument in the road measured it. Source: brief §1, §4.2.

What a device may measure is the gross mass, in steps by tonnes (6), and height, width and length (7). A special permit
may allow more than is signed there, and no register here knows permits.
"""

from adjudication.facts import LoadMeasurement
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.lawbook import Detection, PartRule
from adjudication.messages import TraceStep
from adjudication.tolerance import bracket, excess_load


def find_overweight(scene: Scene) -> Finding | None:
    """A gross mass that exceeds what is permitted by as much as a step of the law punishes."""
    masses = [one for one in scene.checked.passage.event.loads if one.kind == "gross_mass"]
    part = next(iter(scene.law.detecting("overweight", scene.day)), None)
    if part is None or not masses or not isinstance(part.mci, tuple):
        return None
    heaviest, excess = _worst(scene, masses)
    if bracket(excess, part.mci, scene.policy.bracket_boundary) is None:
        return None
    return _found(scene, part, "overweight", heaviest, excess, lowest=part.mci[0].from_kg)


def find_oversize(scene: Scene) -> Finding | None:
    """A height, width or length that exceeds what is permitted."""
    extents = [one for one in scene.checked.passage.event.loads if one.kind != "gross_mass"]
    part = next(iter(scene.law.detecting("oversize", scene.day)), None)
    if part is None or not extents:
        return None
    largest, excess = _worst(scene, extents)
    return _found(scene, part, "oversize", largest, excess, lowest=1) if excess > 0 else None


def _worst(scene: Scene, measured: list[LoadMeasurement]) -> tuple[LoadMeasurement, int]:
    """The measurement with the largest enforceable excess, and that excess."""
    tolerance = scene.policy.tolerance
    worst = max(measured, key=lambda one: excess_load(one, tolerance))
    return worst, excess_load(worst, tolerance)


def _found(
    scene: Scene, part: PartRule, detection: Detection, measured: LoadMeasurement, excess: int, *, lowest: int
) -> Finding:
    unit = "kg" if measured.kind == "gross_mass" else "mm"
    found = in_order(
        measured.kind.replace("_", "-"),
        f"{part.part}; policy tolerance={scene.policy.tolerance}",
        f"excess {excess} {unit}",
        measured=measured.value,
        error=measured.error,
        permitted=measured.permitted,
        excess=excess,
    )
    needed = measured.value - excess + lowest
    otherwise = TraceStep(
        rule=f"otherwise-{detection}",
        source="741(1)(2)",
        outcome=f"below a measured {needed} {unit} there would be no offence",
        values=(("lowest", str(needed)), ("permitted", str(measured.permitted))),
    )
    return Finding(
        part, detection, "measured", (found, *_competence(scene)), otherwise, load=measured, excess_load=excess
    )


def _competence(scene: Scene) -> tuple[Ruling, ...]:
    """Weight is the transport bodies' to issue for, unless they have the centre do it (policy `weight_control`)."""
    if scene.policy.weight_control == "refer":
        return (ruled("refer", "TRANSPORT_CONTROL", "competence"),)
    return ()
