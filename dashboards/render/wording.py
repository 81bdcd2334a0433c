"""How numbers, dates and articles are written in Kazakh and Russian documents."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from adjudication.units import TIYN_PER_TENGE, Kmh100, Micros, Tiyn

CIVIL_TIME = timezone(timedelta(hours=5))
"""Kazakhstan, one zone since 2024-03-01."""
_THIN = "\N{NO-BREAK SPACE}"
_PART = re.compile(r"(?P<article>[0-9-]+)\((?P<part>[0-9-]+)\)")


@dataclass(frozen=True, slots=True)
class Pair:
    """One text in the two languages of a document."""

    kk: str
    ru: str


def money(tiyn: Tiyn) -> str:
    """`43 250 ₸`, and `10 812,50 ₸` where there are tiyn: half a tenge is never rounded (brief §13)."""
    tenge, rest = divmod(tiyn, TIYN_PER_TENGE)
    grouped = f"{tenge:,}".replace(",", _THIN)
    return f"{grouped},{rest:02d}{_THIN}₸" if rest else f"{grouped}{_THIN}₸"


def day(on: date) -> str:
    """`06.04.2026`."""
    return f"{on:%d.%m.%Y}"


def instant(at_us: Micros) -> str:
    """`06.04.2026 08:00:00`, in civil time, to the second."""
    at = datetime(1970, 1, 1, tzinfo=CIVIL_TIME) + timedelta(hours=5, microseconds=at_us)
    return f"{at:%d.%m.%Y %H:%M:%S}"


def speed(value_kmh100: Kmh100) -> str:
    """`83`, `83,5` or `83,25`: as measured, without the unit."""
    whole, rest = divmod(value_kmh100, 100)
    return f"{whole},{rest:02d}".rstrip("0") if rest else str(whole)


def metres(length_mm: int) -> str:
    """`12 345` or `0,5`: metres to the tenth, without the unit."""
    return f"{length_mm / 1_000:,.1f}".removesuffix(".0").replace(",", "\u00a0").replace(".", ",")


def article(part: str) -> Pair:
    """`592(3-1)` as each language names a part of an article of the Code."""
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"not a part of an article: {part!r}")
    return Pair(
        f"ҚР ӘҚБтК {found['article']}-бабының {found['part']}-бөлігі",
        f"часть {found['part']} статьи {found['article']} КоАП РК",
    )
