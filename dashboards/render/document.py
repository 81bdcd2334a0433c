"""A document as data: what it is called, what it must say, in what order and by which article.

One layout draws any of them (`layout.py`). What a line says is there in Kazakh, Russian and English; what only a
person can say is a line without a value, ruled to write on: nothing is invented, and nothing that the law asks for is
left out.
"""

from dataclasses import dataclass
from typing import Literal

from adjudication.facts import Box
from adjudication.protocol import Body
from dashboards.render.wording import Words, same

Kind = Literal[
    "act",
    "receipt",
    "protocol",
    "forwarding-letter",
    "immunity-letter",
    "enforcement-letter",
    "contest-letter",
    "contest-determination",
    "contest-decision",
    "statement-determination",
    "release-decision",
    "put-off-determination",
    "limitation-decision",
    "correction-determination",
]


Reading = Literal["", "en"]
"""As the law has it, in Kazakh and Russian, or in English for reading."""


@dataclass(frozen=True, slots=True)
class Line:
    """A label with its value; without a label a sentence; without a value `rules` lines to write on."""

    value: Words | None
    label: Words | None = None
    rules: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the law wants said. `number` is its place in the document, `source` the article that wants it."""

    number: int
    source: str
    heading: Words
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What people look for first, shown large."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to be printed: a JPEG, and where the plate stands in it if it is to be shown enlarged as well."""

    jpeg: bytes
    plate: Box | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Whatever is printed. `designation` stands below the title: number and day. `reference` is what its foot names.

    `link` is what the QR code holds, "" for none; `foot` the digests it rests on. A `draft` awaits the person who
    completes and signs it; a `void` one stands no more. `caption` stands below each picture, `plate` below each
    enlarged plate. Without `letterhead` another body than `body` may be the one that signs.
    """

    kind: Kind
    title: Words
    designation: Words
    reference: str
    body: Body
    items: tuple[Item, ...]
    foot: str = ""
    figures: tuple[Figure, ...] = ()
    link: str = ""
    shots: tuple[Shot, ...] = ()
    caption: str = ""
    plate: str = ""
    draft: bool = False
    void: bool = False
    letterhead: bool = True


def line(label: Words, value: Words) -> Line:
    """Something with a name."""
    return Line(value, label)


def sentence(kk: str, ru: str, en: str) -> Line:
    """Something said in a sentence."""
    return Line(Words(kk, ru, en))


def blank(label: Words, rules: int = 1) -> Line:
    """What a person writes."""
    return Line(None, label, rules)


def known(label: Words, value: Words | str | None) -> Line:
    """What the data has; a blank where it has nothing."""
    if not value:
        return blank(label)
    return Line(value if isinstance(value, Words) else same(value), label)


def numbered(items: tuple[tuple[str, Words, tuple[Line, ...]], ...]) -> tuple[Item, ...]:
    """Items in their order, from 1."""
    return tuple(Item(number, *item) for number, item in enumerate(items, 1))
