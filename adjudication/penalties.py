"""How much: MCI by the class of the person, and whether the part may be applied by a machine at all.

Source: art. 44(2), 43(2), 807(1)(2), 31(1). Money comes later: the MCI is that of the day the act is sent (44(1),
802(4)).
"""

from adjudication.answers import Penalties, Person
from adjudication.findings import Ruling, Scene, in_order, ruled
from adjudication.lawbook import PartRule, SubjectClass, class_of
from adjudication.repeat import is_live
from adjudication.tolerance import bracket


def subject_class(person: Person) -> SubjectClass | None:
    """Whom the fine's size depends on: a sole trader is an individual (brief §15.2). None: a firm of unknown size."""
    if person.kind == "individual":
        return "individual"
    return class_of(person.size_class, person.standing == "non_profit")


def amount(scene: Scene, part: PartRule, excess_load: int | None = None) -> tuple[int, tuple[Ruling, ...]]:
    """The fine in MCI and what is to be said of it; 0 where it cannot be told. `excess_load` is for a part in steps."""
    mci = (bracket(excess_load or 0, part.steps, scene.policy.bracket_boundary) or part.steps[0]).mci
    if isinstance(mci, int):
        return mci, (_amount(part, mci),)
    if not isinstance(scene.liable, Person):
        return 0, ()
    subject = subject_class(scene.liable)
    if subject is None or subject not in mci:
        return 0, (ruled("review", "SIZE_UNKNOWN", "amount", part=part.part),)
    return mci[subject], (_amount(part, mci[subject], subject),)


def automatic(scene: Scene, part: PartRule) -> tuple[Ruling, ...]:
    """Whether the part could be applied automatically on the day of the passage."""
    if part.besides is not None:
        return (ruled("refer", "OTHER_SANCTION", "automatic", part=part.part, besides=part.besides.en),)
    if scene.policy.unread_text == "refer" and not scene.law.was_read(part, scene.day):
        return (ruled("refer", "TEXT_UNREAD", "automatic", part=part.part),)
    if part.automatic_since is None:
        return (ruled("review", "NEVER_AUTOMATIC", "automatic", part=part.part),)
    if scene.day < part.automatic_since:
        return (ruled("refer", "NOT_AUTOMATIC_THEN", "automatic", part=part.part, since=part.automatic_since),)
    may = in_order("automatic", "31; 807(1)(2)", "may be handled automatically", since=part.automatic_since)
    if part.settled_by_officer is None:
        return (may,)
    return may, ruled("review", part.settled_by_officer, "officer", part=part.part)


def warning_owed(scene: Scene, part: PartRule) -> tuple[Ruling, ...]:
    """Whether a warning must be given where the part knows a fine too. Source: 43(2), 57(2), brief §15.1(10).

    A live penalty under chapter 30 ends the duty to warn, not the power: an officer looks, and may still confirm it.
    """
    if not part.or_fine or not isinstance(scene.penalties, Penalties):
        return ()
    live = [prior.part for prior in scene.penalties.prior if is_live(scene, prior)]
    earlier = ", ".join(one for one in live if scene.law.is_of_roads(one))
    if earlier:
        return (ruled("review", "WARNING_NOT_OWED", "warning", part=part.part, or_mci=part.or_fine, earlier=earlier),)
    return (in_order("warning", "43(2)", "nothing aggravates: a warning must be given", part=part.part),)


def _amount(part: PartRule, mci: int, subject: str = "") -> Ruling:
    outcome = f"{mci} MCI" if mci else "a warning" if part.form == "warning" else "no fine"
    return in_order("amount", part.source, outcome, part=part.part, mci=mci, subject=subject)
