"""Number plates: which texts are plates of which country, and one spelling for each plate.

A format is data: its shapes are written one character a position.

    d  digit                  l  any Latin letter         capital letters stand for themselves
    c  letter of a Russian plate     u  letter of a Ukrainian plate
    rr zz kk  two-digit region codes of Kazakhstan, Uzbekistan, Kyrgyzstan

So 0 and O, 1 and I, 8 and B are told apart by position, never by a dictionary: Kazakhstan uses all 26 letters.
Source: domain brief §6; `confidence` repeats its marks (A official … C one unofficial source, M from memory).
"""

import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import Literal

from adjudication.regions import REGIONS

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS")
"""Cyrillic capitals that look Latin: keyboards and readers mix them."""

CLASSES = {"d": DIGITS, "l": LETTERS, "c": "ABCEHKMOPTXY", "u": "ABCEHIKMOPTX"}
PAIRS = {
    "r": tuple(REGIONS),
    "z": ("01", "10", "20", "25", "30", "40", "50", "60", "70", "75", "80", "85", "90", "95"),
    "k": tuple(f"0{number}" for number in range(1, 10)),
}

Who = Literal["person", "entity", "trailer", "motorcycle", "foreigner", "diplomat", "police", "military", "any"]


@dataclass(frozen=True)
class PlateFormat:
    """One kind of plate. `country` is ISO 3166-1 alpha-2, "?" where many share it; `since` a year, None if unknown.

    `lines` says on how many lines the plate is drawn; its text is the same, region last. `remnant`: a commoner plate
    that lost a region code or a digit looks the same (`12ABC05` and `312ABC05`, `A123BC` and a Russian plate without
    its region), so a read of this format is never enough for an automatic act.
    """

    id: str
    country: str
    shapes: tuple[str, ...]
    who: Who
    since: int | None
    lines: Literal["one", "two", "either"]
    confidence: Literal["A", "B", "C", "M"]
    remnant: bool = False

    @cached_property
    def size(self) -> int:
        """How many texts fit: the fewer, the more a fit says."""
        return sum(shape_size(shape) for shape in self.shapes)

    def fits(self, text: str) -> bool:
        """Whether `text` is of one of the shapes."""
        return any(fits_shape(shape, text) for shape in self.shapes)


PERSON = PlateFormat("KZ2012-P", "KZ", ("dddlllrr",), "person", 2012, "either", "A")
ENTITY = PlateFormat("KZ2012-L", "KZ", ("dddllrr",), "entity", 2012, "either", "B")
ROWS = PlateFormat(
    "KZ2012-SQ", "KZ", ("dddrrlll", "dddrrll", "rrlllddd", "rrllddd", "lllrrdd"), "any", 2012, "two", "C"
)
"""Two-row plates spelled row by row, or region first, where another country's plate could be meant as well."""
LATIN = PlateFormat("LATIN", "?", (), "any", None, "either", "C")
"""Anything else that could be a plate: 4 to 9 Latin letters and digits, at least one digit. Referred, never fined."""

FORMATS = (
    PERSON,
    ENTITY,
    ROWS,
    PlateFormat("KZ2012-TR", "KZ", ("ddlllrr", "ddllrr"), "trailer", 2012, "either", "M", remnant=True),
    PlateFormat("KZ2012-MC", "KZ", ("ddllrr",), "motorcycle", 2012, "two", "M", remnant=True),
    PlateFormat("KZ2012-F", "KZ", ("lddddrr",), "foreigner", 2012, "one", "C"),
    PlateFormat("KZ1993-P", "KZ", ("ldddlll",), "person", 1993, "either", "B"),
    PlateFormat("KZ1993-L", "KZ", ("ldddll",), "entity", 1993, "either", "B", remnant=True),
    PlateFormat("KZ-DIP", "KZ", ("Ddddddd",), "diplomat", None, "either", "M"),
    PlateFormat("KZ-POL", "KZ", ("dddKPrr",), "police", None, "one", "M"),
    PlateFormat("KZ-MIL", "KZ", ("ddddll",), "military", None, "one", "M"),
    PlateFormat("RU", "RU", ("cdddccdd", "cdddccddd"), "any", 1993, "either", "C"),
    PlateFormat("RU-TR", "RU", ("ccdddddd", "ccddddddd"), "trailer", 1993, "either", "M"),
    PlateFormat("KG", "KG", ("kkKGdddlll", "kkdddlll"), "any", 2016, "one", "M"),
    PlateFormat("UZ-P", "UZ", ("zzldddll",), "person", 2008, "one", "M"),
    PlateFormat("UZ-L", "UZ", ("zzdddlll",), "entity", 2008, "one", "M"),
    PlateFormat("AZ", "AZ", ("ddllddd",), "any", None, "one", "M"),
    PlateFormat("BY", "BY", ("ddddccd",), "any", 2004, "one", "M"),
    PlateFormat("UA", "UA", ("uudddduu",), "any", 2004, "either", "B"),
    PlateFormat("CZ", "CZ", ("dlddddd",), "any", 2001, "either", "B"),
    PlateFormat("LLDDDLL", "?", ("lldddll",), "any", None, "one", "B"),  # Argentina, France, Georgia, Italy, Slovakia
    PlateFormat("LLLDDDD", "?", ("llldddd",), "any", None, "one", "B"),  # Brazil to 2018, Uruguay, states of the USA
    PlateFormat("LLLDLDD", "?", ("llldldd",), "any", None, "one", "B"),  # Brazil since 2018
)

ABROAD = (
    PlateFormat("LDDDLLL", "?", ("ldddlll",), "any", None, "either", "M"),  # Great Britain to 2001; Bucharest, with B
    PlateFormat("AM", "AM", ("ddllddd", "dddlldd"), "any", 1996, "either", "M"),
    PlateFormat("RU-POL", "RU", ("cdddddd", "cddddddd"), "police", None, "one", "M"),
    PlateFormat("NL-10", "NL", ("ldddll",), "any", None, "either", "M"),
)
"""Plates of other countries whose texts are also plates of Kazakhstan, known so that such a text proves no country.

Readers do not search by them: what they add to a text is a doubt whose it is, never a reading.
"""


def normalise(text: str) -> str:
    """The one spelling of a plate: Latin capitals and digits, no separators, region last.

    Two-row and region-first orders are turned only where no other format fits the text as it stands: `02AAC489` becomes
    `489AAC02`, but `01123ABC` stays, for an Uzbek or Kyrgyz plate reads so. Letters without a Latin look-alike stay,
    and then no format fits.
    """
    capital = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    kept = "".join(c for c in capital if c.isalnum()).translate(LOOKALIKES)
    fitting = [plate_format for plate_format in FORMATS if plate_format.fits(kept)]
    return region_last(kept) if fitting == [ROWS] else kept


def from_rows(upper: str, lower: str) -> str:
    """The text of a two-row plate from its rows: `489` over `02AAC` is `489AAC02`, a trailer's `ABC` over `0512` is
    `12ABC05`, a motorcycle's `12` over `05AB` is `12AB05`. Rows of no known shape are put one after the other."""
    return region_last(normalise(upper) + normalise(lower))


def region_last(rows: str) -> str:
    """`rows`, spelled row by row or region first, with the region at its end; unchanged if of neither shape."""
    return "".join(rows[position] for position in plate_order(rows))


def plate_order(rows: str) -> tuple[int, ...]:
    """Where each character of the plate stands in `rows`, a text spelled row by row or region first."""
    for shape, order in _REGION_LAST.items():
        if fits_shape(shape, rows):
            return tuple(position for start, end in order for position in range(start, end))
    return tuple(range(len(rows)))


_REGION_LAST = {
    "dddrrlll": ((0, 3), (5, 8), (3, 5)),
    "dddrrll": ((0, 3), (5, 7), (3, 5)),
    "rrlllddd": ((5, 8), (2, 5), (0, 2)),
    "rrllddd": ((4, 7), (2, 4), (0, 2)),
    "lllrrdd": ((5, 7), (0, 3), (3, 5)),
    "ddrrll": ((0, 2), (4, 6), (2, 4)),
}


@lru_cache(maxsize=4096)
def classify(text: str) -> tuple[PlateFormat, ...]:
    """All formats that fit a normalised text, most specific first; `LATIN` only where no other fits, () if no plate."""
    fitting = sorted((f for f in (*FORMATS, *ABROAD) if f.fits(text)), key=lambda f: f.size)
    if fitting:
        return tuple(fitting)
    return (LATIN,) if _could_be_latin(text) else ()


def country(formats: tuple[PlateFormat, ...]) -> str:
    """The country all of `formats` agree on, "?" if they do not or there is none."""
    countries = {plate_format.country for plate_format in formats}
    return countries.pop() if len(countries) == 1 else "?"


def follow(shape: str, before: str) -> str:
    """The characters that may stand after `before` in `shape`, "" at its end; `before` must fit the shape so far."""
    position = len(before)
    if position == len(shape):
        return ""
    kind = shape[position]
    if kind not in PAIRS:
        return CLASSES.get(kind, kind)
    if _second_of_pair(shape, position):
        return "".join(code[1] for code in PAIRS[kind] if code[0] == before[-1])
    return "".join(sorted({code[0] for code in PAIRS[kind]}))


def shape_size(shape: str) -> int:
    """How many texts are of `shape`."""
    singles = prod(len(CLASSES.get(kind, kind)) for kind in shape if kind not in PAIRS)
    return singles * prod(len(codes) for pair, codes in PAIRS.items() if pair in shape)


@lru_cache(maxsize=4096)
def fits_shape(shape: str, text: str) -> bool:
    """Whether `text` is of `shape`."""
    return len(text) == len(shape) and all(
        character in follow(shape, text[:position]) for position, character in enumerate(text)
    )


def _second_of_pair(shape: str, position: int) -> bool:
    return position > 0 and shape[position - 1] == shape[position]


def _could_be_latin(text: str) -> bool:
    plain = all(character in LETTERS or character in DIGITS for character in text)
    return plain and 4 <= len(text) <= 9 and any(character in DIGITS for character in text)
