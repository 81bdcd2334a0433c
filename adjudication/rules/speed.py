"""Art. 592: exceeding the limit, at a point or on average between two. Source: brief §1, §1.6, §4.2."""

from adjudication.facts import Measurement
from adjudication.findings import Finding, Scene, in_order
from adjudication.lawbook import PartRule
from adjudication.messages import TraceStep
from adjudication.tolerance import bracket, excess_kmh, lowest_punishable_kmh100
from adjudication.units import hundredths


def find(scene: Scene) -> Finding | None:
    """An excess of the limit that a part of the law punishes."""
    measurement = scene.checked.passage.measurement
    if measurement is None:
        return None
    brackets = _brackets(scene, measurement)
    excess = excess_kmh(measurement, scene.policy.tolerance)
    part = bracket(excess, brackets, scene.policy.bracket_boundary)
    if part is None:
        return None
    measured = in_order(
        "speed-excess",
        f"policy tolerance={scene.policy.tolerance}",
        f"excess {excess} km/h",
        measured_kmh=hundredths(measurement.value_kmh100),
        error_kmh=hundredths(measurement.error_kmh100),
        limit_kmh=hundredths(measurement.limit_kmh100),
        excess_kmh=excess,
    )
    bracketed = in_order(
        "speed-bracket",
        f"{part.part}; policy bracket_boundary={scene.policy.bracket_boundary}",
        part.statement.en,
        part=part.part,
        from_kmh=part.from_kmh,
        to_kmh=part.to_kmh or "",
    )
    lowest = lowest_punishable_kmh100(measurement, brackets, scene.policy.tolerance)
    return Finding(part, "speed", "measured", (measured, bracketed), _otherwise(measurement, lowest), excess)


def _brackets(scene: Scene, measurement: Measurement) -> tuple[PartRule, ...]:
    parts = scene.law.detecting("speed", scene.day)
    if measurement.kind == "speed":
        return parts
    return tuple(part for part in parts if part.section_since is not None and part.section_since <= scene.day)


def _otherwise(measurement: Measurement, lowest_kmh100: int) -> TraceStep:
    return TraceStep(
        rule="otherwise-speed",
        source="741(1)(2)",
        outcome=f"below a measured {hundredths(lowest_kmh100)} km/h there would be no offence",
        values=(("lowest_kmh", hundredths(lowest_kmh100)), ("limit_kmh", hundredths(measurement.limit_kmh100))),
    )
