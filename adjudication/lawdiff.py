"""What the law says otherwise on one day than on another: by rule and by what of it, as a lawyer would list it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from adjudication.errors import Unavailable
from adjudication.lawbook import Language, Lawbook, PartRule


@dataclass(frozen=True, slots=True)
class Difference:
    """One point of one rule; None on the day when there was no such rule, or the rule had no such point."""

    rule: str
    point: str
    before: str | None
    after: str | None


def differences(law: Lawbook, before: date, after: date, language: Language = "en") -> tuple[Difference, ...]:
    """Everything that changes from `before` to `after`: parts, the index, terms, what documents are called.

    A part that begins or ends shows all its points, with None on the other side. Days that the data does not reach
    have nothing.
    """
    earlier, later = _points(law, before, language), _points(law, after, language)
    return tuple(
        Difference(rule, point, earlier.get((rule, point)), later.get((rule, point)))
        for rule, point in sorted({*earlier, *later})
        if earlier.get((rule, point)) != later.get((rule, point))
    )


def _points(law: Lawbook, day: date, language: Language) -> Mapping[tuple[str, str], str]:
    said = {
        (part.part, point): value for part in law.parts_on(day) for point, value in _of(part, day, language).items()
    }
    said |= {
        (f"term {term.code} {of}".rstrip(), "length"): term.length
        for term in law.terms
        if term.applies(day)
        for of in term.scope
    }
    said |= {
        (f"title of a {one.form}", "title"): str(getattr(one.title, language))
        for one in law.documents
        if one.applies(day)
    }
    try:
        return said | {("MCI", "tenge"): str(law.mci_on(day).tenge)}
    except Unavailable:
        return said


def _of(part: PartRule, day: date, language: Language) -> dict[str, str]:
    """The points of a part that mean something to whoever is punished by it, or applies it."""
    points = {
        "fine, MCI": part.fine,
        "form": part.form,
        "half price": "yes" if part.discount else "no",
        "automatic": "yes" if part.automatic_since is not None and part.automatic_since <= day else "no",
        "statement": str(getattr(part.statement, language)),
    }
    for point, others in (("repeats", part.repeat_of), ("instead of", part.instead_of), ("only in", part.only_in)):
        if others:
            points[point] = ", ".join(others)
    if part.besides is not None:
        points["besides the fine"] = str(getattr(part.besides, language))
    if part.or_fine:
        points["or a fine, MCI"] = str(part.or_fine)
    if part.from_kmh is not None:
        points["over by, km/h"] = f"{part.from_kmh} to {part.to_kmh if part.to_kmh is not None else 'any'}"
        points["on average over a section"] = (
            "yes" if part.section_since is not None and part.section_since <= day else "no"
        )
    return points
