"""How numbers, sums, dates and articles are written in documents: in Kazakh, in Russian, and in English for reading."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from adjudication.lawbook import Language
from adjudication.units import TIYN_PER_TENGE, Kmh100, Micros, Tiyn, hundredths
from dashboards.render.number_words import cardinal, plural

CIVIL_TIME = timezone(timedelta(hours=5))
"""Kazakhstan, one zone since 2024-03-01."""
_THIN = "\N{NO-BREAK SPACE}"
_PART = re.compile(r"(?P<article>[0-9-]+)\((?P<part>[0-9-]+)\)")


@dataclass(frozen=True, slots=True)
class Words:
    """One text: in the two languages of a document, and in English for reading."""

    kk: str
    ru: str
    en: str

    def of(self, language: Language) -> str:
        """The text in one language."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]


def same(text: str) -> Words:
    """What is written alike in all languages: a number, a sum in figures, a name that the data has once."""
    return Words(text, text, text)


def named(kk: str, ru: str) -> Words:
    """What the data has in two languages: who reads English is given the Russian, as on the pages."""
    return Words(kk, ru, ru)


def money(tiyn: Tiyn) -> str:
    """`43 250 ₸`, and `10 812,50 ₸` where there are tiyn: half a tenge is never rounded (brief §13)."""
    tenge, rest = divmod(tiyn, TIYN_PER_TENGE)
    grouped = f"{tenge:,}".replace(",", _THIN)
    return f"{grouped},{rest:02d}{_THIN}₸" if rest else f"{grouped}{_THIN}₸"


def sum_of(tiyn: Tiyn) -> Words:
    """A sum in figures, and in brackets in words: `10 812,50 ₸ (он мың сегіз жүз он екі теңге елу тиын)`.

    Raises:
        ValueError: `number_words.cardinal` does not reach so far.
    """
    tenge, rest = divmod(tiyn, TIYN_PER_TENGE)

    def one(language: Language, tenge_word: str, tiyn_word: str) -> str:
        words = f"{cardinal(tenge, language)} {tenge_word}"
        more = f" {cardinal(rest, language)} {tiyn_word}" if rest else ""
        return f"{money(tiyn)} ({words}{more})"

    return Words(
        one("kk", "теңге", "тиын"),
        one("ru", "тенге", plural(rest, ("тиын", "тиына", "тиынов"))),
        one("en", "tenge", "tiyn"),
    )


def day(on: date) -> str:
    """`06.04.2026`."""
    return f"{on:%d.%m.%Y}"


def instant(at_us: Micros) -> str:
    """`06.04.2026 08:00:00`, in civil time, to the second."""
    at = datetime(1970, 1, 1, tzinfo=CIVIL_TIME) + timedelta(hours=5, microseconds=at_us)
    return f"{at:%d.%m.%Y %H:%M:%S}"


def speed(value_kmh100: Kmh100) -> str:
    """`83`, `83,5` or `83,25`: as measured, without the unit."""
    return hundredths(value_kmh100).replace(".", ",")


def metres(length_mm: int) -> str:
    """`12 345` or `0,5`: metres to the tenth, without the unit."""
    return f"{length_mm / 1_000:,.1f}".removesuffix(".0").replace(",", "\u00a0").replace(".", ",")


def article(part: str) -> Words:
    """`592(3-1)` as each language names a part of an article of the Code."""
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"not a part of an article: {part!r}")
    return Words(
        f"ҚР ӘҚБтК {found['article']}-бабының {found['part']}-бөлігі",
        f"часть {found['part']} статьи {found['article']} КоАП РК",
        f"part {found['part']} of article {found['article']} of the Code on Administrative Offences",
    )
