"""Shares of plates found and read: of a region, a format, a condition, of all."""

from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from adjudication.plates import classify
from vision.evaluate.confusion import distance
from vision.evaluate.intervals import Interval, wilson
from vision.evaluate.matching import Judged, Picture

MOST_VALUES = 50
"""A further column with more values than this names pictures rather than conditions: no breakdown by it."""


class GroupScore(msgspec.Struct, frozen=True):
    """Shares are 0–1, intervals Wilson's at 95 %; shares of nothing are 0 and their interval is 0 to 1.

    `found` is of `plates`; `exact` (to the letter), `among` (the right text among all offered) and `unread` are of
    `readable`, the plates whose text is known. `first` is of `images`: the surest read of the whole picture is right.
    Milliseconds are of one picture; those of the CPU, of all its cores, say more on a machine that is busy.
    `character_error` is Levenshtein's distance by characters there are; an unread plate has lost all of its own.
    """

    images: int
    found: float
    exact: float
    ms_median: int
    cpu_ms_median: int
    plates: int
    readable: int
    first: float
    among: float
    unread: float
    character_error: float
    found_interval: Interval
    exact_interval: Interval
    first_interval: Interval
    among_interval: Interval


class Negatives(msgspec.Struct, frozen=True):
    """Pictures labelled as without any plate: how many, in how many something was read, and the surest such read."""

    images: int
    read: int
    read_interval: Interval
    highest_confidence: float | None


def score(pictures: Sequence[Picture], kept: Callable[[Judged], bool] = lambda _: True) -> GroupScore:
    """The shares of the plates that are `kept`, and of the pictures that hold one."""
    holding = [(picture, [one for one in picture.plates if kept(one)]) for picture in pictures]
    holding = [(picture, plates) for picture, plates in holding if plates]
    plates = [one for _, some in holding for one in some]
    readable = [one for one in plates if one.label.text]
    with_text = [picture for picture, some in holding if any(one.label.text for one in some)]
    found, exact = sum(one.found for one in plates), sum(one.exact for one in readable)
    first, among = sum(one.first for one in with_text), sum(one.among for one in readable)
    characters = sum(len(one.label.text) for one in readable)
    wrong = sum(distance(one.label.text, one.read) for one in readable)
    return GroupScore(
        images=len(holding),
        found=share(found, len(plates)),
        exact=share(exact, len(readable)),
        ms_median=_median([picture.ms for picture, _ in holding]),
        cpu_ms_median=_median([picture.cpu_ms for picture, _ in holding]),
        plates=len(plates),
        readable=len(readable),
        first=share(first, len(with_text)),
        among=share(among, len(readable)),
        unread=share(sum(not one.read for one in readable), len(readable)),
        character_error=share(wrong, characters),
        found_interval=interval(found, len(plates)),
        exact_interval=interval(exact, len(readable)),
        first_interval=interval(first, len(with_text)),
        among_interval=interval(among, len(readable)),
    )


def by_region(pictures: Sequence[Picture]) -> dict[str, GroupScore]:
    """The score of each region, by name."""
    return _by(pictures, lambda one: one.label.region)


def by_format(pictures: Sequence[Picture]) -> dict[str, GroupScore]:
    """The score of each plate format: the most specific that the true text fits, "none" if no plate we know of does."""
    return _by(pictures, lambda one: format_id(one.label.text) if one.label.text else None)


def by_condition(pictures: Sequence[Picture], conditions: Sequence[str]) -> dict[str, dict[str, GroupScore]]:
    """The score of each value of each further column; columns of more than `MOST_VALUES` values have none."""
    tables: dict[str, dict[str, GroupScore]] = {}
    for place, name in enumerate(conditions):
        values = {one.label.conditions[place] for picture in pictures for one in picture.plates}
        tables[name] = _by(pictures, _condition(place)) if len(values) <= MOST_VALUES else {}
    return tables


def negatives(pictures: Sequence[Picture]) -> Negatives:
    """What was read where there is nothing to read."""
    empty = [picture for picture in pictures if not picture.plates]
    read = sum(bool(picture.beside) for picture in empty)
    surest = max((one.confidence for picture in empty for one in picture.beside), default=None)
    return Negatives(len(empty), read, interval(read, len(empty)), surest)


def format_id(text: str) -> str:
    """The most specific format a text fits."""
    return next((one.id for one in classify(text)), "none")


def share(hits: int, of: int) -> float:
    """To a hundredth of a point, which is finer than any of these folders can tell; 0 of nothing."""
    return round(hits / of, 4) if of else 0.0


def interval(hits: int, of: int) -> Interval:
    """Wilson's, as finely as `share`."""
    low, high = wilson(hits, of)
    return Interval(round(low, 4), round(high, 4))


def _median(times: Sequence[float]) -> int:
    return round(median(times)) if times else 0


def _by(pictures: Sequence[Picture], key: Callable[[Judged], str | None]) -> dict[str, GroupScore]:
    groups: dict[str, list[Picture]] = {}
    for picture in pictures:
        for name in {name for name in map(key, picture.plates) if name is not None}:
            groups.setdefault(name, []).append(picture)
    return {name: score(group, _is(key, name)) for name, group in sorted(groups.items())}


def _is(key: Callable[[Judged], str | None], name: str) -> Callable[[Judged], bool]:
    return lambda one: key(one) == name


def _condition(place: int) -> Callable[[Judged], str]:
    return lambda one: one.label.conditions[place]
