"""Does the law of a later day punish the same less? What is milder reaches back, what is stricter does not.

Source: 5(1); brief §15.1(6): it reaches penalties that are not executed yet. Nothing is changed here: a prescription is
upheld, or cancelled by whoever may (§15.1(4)).
"""

from dataclasses import dataclass
from datetime import date

from adjudication.calendar import civil_day
from adjudication.findings import Scene
from adjudication.lawbook import Lawbook, PartRule
from adjudication.messages import CaseDecided
from adjudication.penalties import amount
from adjudication.policy import Policy
from adjudication.tolerance import bracket


@dataclass(frozen=True, slots=True)
class Eased:
    """What the same would be punished by: a part and its fine in MCI, since when; part "" where it is no offence."""

    part: str
    mci_count: int
    since_on: date


def eased(decision: CaseDecided, law: Lawbook, policy: Policy, on: date) -> Eased | None:
    """What the law of `on` makes of the same facts, where that is less than what was decided; None where it is not.

    Brackets are read as policy had it on the day of the offence. A part that `on` gives to people, or that has another
    sanction than a fine, is not compared.

    Raises:
        Unavailable: policy does not reach the day of the offence.
    """
    scene = Scene(decision.checked, law, policy.on(civil_day(decision.checked.passage.event.captured_us)))
    was = law.part_on(decision.base or decision.part, scene.day)
    if was is None or was.detects is None:
        return None
    parts = law.detecting(was.detects, on)
    base = _now(scene, decision, was, parts)
    if base is None:
        return Eased("", 0, max((one.in_force for one in parts), default=was.repealed or on))
    part = (law.repeat_part(base.part, on) if decision.base is not None else None) or base
    mci, _ = amount(scene, part, decision.excess_load)
    is_comparable = part.besides is None and (mci > 0 or part.form == "warning")
    return Eased(part.part, mci, part.in_force) if is_comparable and mci < decision.mci_count else None


def _now(scene: Scene, decision: CaseDecided, was: PartRule, parts: tuple[PartRule, ...]) -> PartRule | None:
    """The part that punishes it: by its excess of speed, or of the same name, or whichever has taken its place."""
    if decision.excess_kmh is not None:
        return bracket(decision.excess_kmh, parts, scene.policy.bracket_boundary)
    return next((part for part in parts if part.part == was.part), parts[0] if parts else None)
