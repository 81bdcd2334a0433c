"""Repeated offences: which part applies, given the person's earlier penalties. Source: art. 61, brief §15.1(8), §15.2.

A penalty counts if it is of the same part, was in force before the new offence, and its year has not passed. The
clauses say "a year after imposition", art. 61 "a year after execution": policy `repeat_year` takes the shorter.
"""

from datetime import date

from adjudication.answers import Penalties, PriorPenalty
from adjudication.calendar import add_months
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.lawbook import PartRule
from adjudication.messages import CaseDecided


def applied_part(scene: Scene, finding: Finding) -> tuple[PartRule, tuple[Ruling, ...]]:
    """The part that applies, and what is to be said of it."""
    repeated = scene.law.repeat_part(finding.base.part, scene.day)
    if repeated is None or not isinstance(scene.penalties, Penalties):
        return finding.base, ()
    live = [prior for prior in scene.penalties.prior if is_live(scene, prior)]
    same = [prior for prior in live if prior.part == finding.base.part]
    others = [prior.part for prior in live if prior.part != finding.base.part and _is_kin(scene, finding.base, prior)]
    if others:
        mixed = ruled("review", "REPEAT_UNSETTLED", "repeat", part=finding.base.part, earlier=", ".join(others))
        return finding.base, (mixed,)
    if not same:
        return finding.base, (in_order("repeat", "61", "no earlier penalty counts", part=finding.base.part),)
    outcome = f"a repetition within a year: {repeated.part}"
    latest = same[-1].in_force_on
    return repeated, (in_order("repeat", repeated.part, outcome, part=repeated.part, earlier_in_force_on=latest),)


def repeated_cases(decision: CaseDecided) -> tuple[str, ...]:
    """The cases of the earlier penalties whose repetition a decision punishes; () where it punishes none.

    Were one of them cancelled, there might be no repetition (brief §15.3 rule 7).
    """
    if decision.base is None:
        return ()
    said = [one.penalties for one in decision.checked.rounds if isinstance(one.penalties, Penalties)]
    if not said:
        return ()
    return tuple(prior.case_id for prior in said[-1].prior if prior.part == decision.base)


def is_live(scene: Scene, prior: PriorPenalty) -> bool:
    """Whether the person counted as punished by `prior` when the new offence was committed."""
    return prior.in_force_on < scene.day <= _last_day(scene, prior)


def _last_day(scene: Scene, prior: PriorPenalty) -> date:
    months = scene.law.term("REPEAT", scene.day).months
    executed = prior.executed_on
    if scene.policy.repeat_year == "shorter":
        start = prior.in_force_on if executed is None else min(executed, prior.in_force_on)
        return add_months(start, months)
    # Not executed yet: the year of art. 61 has not begun to run out.
    return scene.day if executed is None else add_months(executed, months)


def _is_kin(scene: Scene, base: PartRule, prior: PriorPenalty) -> bool:
    """Whether a penalty under another part of the same article belongs to some repetition clause of it."""
    clauses = [part for part in scene.law.parts_on(scene.day) if part.article == base.article and part.repeat_of]
    return any(prior.part == part.part or prior.part in part.repeat_of for part in clauses)
