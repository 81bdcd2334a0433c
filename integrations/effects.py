"""What a candidate would make of a stretch's cases: pure aggregation, so that reports of stretches add up.

A case's fate on one side is its first act, or what it came to last where there was none; a case of two stretches is one
case. Each share keeps one account: acts after = acts before − lost + gained − moved away + moved here, for a region,
for a part of the law and for all of them; the accounts of all regions, or of all parts, add up to the whole. There, and
in a region, an act that moves from one part to another is a changed one.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from adjudication.calendar import civil_day
from adjudication.errors import Unavailable
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided
from adjudication.units import Tiyn
from integrations.operating import MAX_TOLD, Effects, Fate, Outcome, Report, Reproduced, Share

Name = Callable[[Fate, Outcome], str]
"""Which share of a table one side of a case's fate belongs to."""


def outcome(decided: CaseDecided, law: Lawbook, substance: str) -> Outcome:
    """What a decision comes to under `law`; `substance` is the digest of all that it comes to but money.

    The sum is in the MCI of the day the decision was made: the latest instant it knows of, an answer's or a verdict's.
    """
    return Outcome(
        route=decided.route,
        reason=decided.reason,
        part=decided.part,
        mci_count=decided.mci_count,
        sum_tiyn=_sum(decided, law) if decided.route == "auto" else 0,
        substance=substance,
    )


def later(known: Outcome | None, then: Outcome) -> Outcome:
    """What a case comes to that was decided twice: the first act stands, else the last word."""
    return known if known is not None and known.act else then


def effects(cases: Sequence[Fate]) -> Effects:
    """The accounts of all cases: by region, by part of the law, and in sum."""
    whole = shares(cases, lambda _case, _side: "")
    return Effects(
        regions=shares(cases, lambda case, _side: case.region),
        parts=shares(cases, lambda _case, side: side.part),
        total=whole[0] if whole else Share(name=""),
    )


def shares(cases: Iterable[Fate], name: Name) -> tuple[Share, ...]:
    """One account for each name, by name."""
    return _joint(entry for case in cases for entry in _entries(case, name))


def both(one: Effects, two: Effects) -> Effects:
    """The accounts of two sets of cases that share none."""
    return Effects(
        regions=_joint((*one.regions, *two.regions)),
        parts=_joint((*one.parts, *two.parts)),
        total=_sum_of(one.total, two.total),
    )


def _joint(entries: Iterable[Share]) -> tuple[Share, ...]:
    """One account for each name, by name."""
    found: dict[str, Share] = {}
    for entry in entries:
        found[entry.name] = _sum_of(found.get(entry.name, Share(name=entry.name)), entry)
    return tuple(found[one] for one in sorted(found))


def added(one: Report, two: Report) -> Report:
    """The report of two stretches, the earlier first."""
    cases = {case.case_id: case for case in one.cases}
    for case in two.cases:
        cases[case.case_id] = _joined(cases[case.case_id], case) if case.case_id in cases else case
    return Report(
        stage=one.stage,
        source=one.source,
        against=one.against,
        records=one.records + two.records,
        same=one.same + two.same,
        changed=one.changed + two.changed,
        lost=one.lost + two.lost,
        gained=one.gained + two.gained,
        told=(*one.told, *two.told)[:MAX_TOLD],
        reproduced=_both(one.reproduced, two.reproduced),
        cases=tuple(cases.values()),
    )


def _joined(one: Fate, two: Fate) -> Fate:
    return msgspec.structs.replace(one, before=_last(one.before, two.before), after=_last(one.after, two.after))


def _last(known: Outcome | None, then: Outcome | None) -> Outcome | None:
    return known if then is None else later(known, then)


def _both(one: Reproduced, two: Reproduced) -> Reproduced:
    return Reproduced(
        same=one.same + two.same,
        otherwise=one.otherwise + two.otherwise,
        other_editions=one.other_editions + two.other_editions,
        told=(*one.told, *two.told)[:MAX_TOLD],
    )


def _entries(case: Fate, name: Name) -> tuple[Share, ...]:
    """What one case adds to the accounts: a line, or two where an act of one name becomes an act of another."""
    before, after = case.before, case.after
    was = before if before is not None and before.act else None
    will = after if after is not None and after.act else None
    if was and will:
        left, reached = name(case, was), name(case, will)
        if left != reached:
            return (_before(left, was, moved_away=1), _after(reached, will, moved_here=1))
        return (_sum_of(_before(left, was, changed=int(was != will)), _after(left, will)),)
    if was:
        return (_before(name(case, was), was, lost=1),)
    if will:
        return (_after(name(case, will), will, gained=1),)
    side = before or after
    return (Share(name=name(case, side), otherwise=1),) if side and case.differs else ()


def _before(name: str, act: Outcome, **kind: int) -> Share:
    unknown = int(act.sum_tiyn is None)
    return Share(name=name, acts_before=1, sum_before_tiyn=act.sum_tiyn or 0, unpriced=unknown, **kind)


def _after(name: str, act: Outcome, **kind: int) -> Share:
    unknown = int(act.sum_tiyn is None)
    return Share(name=name, acts_after=1, sum_after_tiyn=act.sum_tiyn or 0, unpriced=unknown, **kind)


def _sum_of(one: Share, two: Share) -> Share:
    figures = msgspec.structs.asdict(two)
    name = figures.pop("name")
    return Share(name=name, **{what: getattr(one, what) + figure for what, figure in figures.items()})


def _sum(decided: CaseDecided, law: Lawbook) -> Tiyn | None:
    known_us = (decided.checked.passage.event.captured_us, decided.checked.rounds[-1].asked_us)
    day = civil_day(max((*known_us, *(review.at_us for review in decided.reviews))))
    try:
        return decided.mci_count * law.mci_on(day).tiyn if decided.mci_count else 0
    except Unavailable:
        return None
