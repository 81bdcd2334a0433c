"""What plates the reader is trained and judged on: formats, texts and layouts by chance, as data.

Kazakhstan's layouts are those of `vision/plate_art.py`. Its neighbours' and generic Latin plates are drawn by the
little that is public about them: enough to be read and told from Kazakhstan's, not to be mistaken for the real thing.
Millimetres, y downwards, colours BGR.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from adjudication.plates import DIGITS, LETTERS, PAIRS, plate_order
from vision.plate_art import BLACK, EU_BLUE, LAYOUTS, RED, WHITE, YELLOW, Colour, Field, Layout

FORMATS = (
    "none",
    "KZ2012-P",
    "KZ2012-L",
    "KZ2012-TR",
    "KZ2012-MC",
    "KZ2012-F",
    "KZ1993-P",
    "KZ1993-L",
    "KZ-DIP",
    "KZ-POL",
    "KZ-MIL",
    "LATIN",
)
"""What the reader tells apart; ids of adjudication/plates.py, `LATIN` for every foreign plate, `none` for no plate."""
COUNTRIES = ("none", "KZ", "RU", "UZ", "KG", "UA", "EU", "US", "BR", "?")
"""By colours, strip and layout; EU is any plate with the blue band, `?` any that shows nothing of its country."""
LETTERS_COMMON = "ABCDEFHKLMNOPRSTUVWXYZ"
"""Before 2018 I, J, Q and G were not used: most plates on the road have none of them (shared facts on plates)."""
RUSSIAN = "ABCEHKMOPTXY"


@dataclass(frozen=True, slots=True)
class Legend:
    """Small writing that is no part of the number: a state's name, a dealer's, a country's sign."""

    text: str
    x: float
    y: float
    cap: float
    ink: Colour | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """One plate to be drawn. `groups` fill the layout's fields; `rows` is what stands on each line, left to right.

    Between the first two groups may stand a `dash`, or an `emblem`: a coat of arms, a seal, a tree; under the number
    `scenery`.
    """

    layout: Layout
    groups: tuple[str, ...]
    text: str
    rows: tuple[str, str]
    country: str
    legends: tuple[Legend, ...] = ()
    upper_band: tuple[float, Colour] | None = None
    ground_below: Colour | None = None
    dash: bool = False
    emblem: bool = False
    scenery: bool = False

    @property
    def format_id(self) -> str:
        return self.layout.format_id


Rng = np.random.Generator
Maker = Callable[[Rng], Design]


def choose(rng: Rng, mix: Mapping[str, float]) -> Design | None:
    """A plate of a kind drawn by its share in `mix` (shares add up to 1); None for the kind `none`."""
    kinds = list(mix)
    kind = kinds[int(rng.choice(len(kinds), p=list(mix.values())))]
    return MAKERS[kind](rng) if kind != "none" else None


def _pick(rng: Rng, among: str, count: int) -> str:
    return "".join(among[int(n)] for n in rng.integers(0, len(among), count))


def _letters(rng: Rng, count: int) -> str:
    return _pick(rng, LETTERS if rng.random() < 0.6 else LETTERS_COMMON, count)


def _digits(rng: Rng, count: int) -> str:
    return _pick(rng, DIGITS, count)


def _region(rng: Rng) -> str:
    return PAIRS["r"][int(rng.integers(0, len(PAIRS["r"])))]


def _kazakh(format_id: str, rows: int, groups: Callable[[Rng], tuple[str, ...]], *, yellow: float = 0.0) -> Maker:
    layouts = [layout for layout in LAYOUTS if (layout.format_id, layout.rows) == (format_id, rows)]

    def make(rng: Rng) -> Design:
        drawn = layouts[0]
        if rng.random() < yellow:
            drawn = replace(drawn, ground=YELLOW)
        return _design(drawn, groups(rng), "KZ")

    return make


def _design(layout: Layout, groups: tuple[str, ...], country: str, **more: object) -> Design:
    rows = _rows(layout, groups)
    text = "".join(groups)
    return Design(layout, groups, text, rows, country, **more)  # type: ignore[arg-type]


def _rows(layout: Layout, groups: tuple[str, ...]) -> tuple[str, str]:
    """What stands on the upper and on the lower line, left to right."""
    placed = sorted(zip(layout.fields, groups, strict=True), key=lambda pair: pair[0].x)
    if layout.rows == 1:
        return "".join(group for _, group in placed), ""
    middle = layout.height / 2
    upper = "".join(group for field, group in placed if field.y < middle)
    return upper, "".join(group for field, group in placed if field.y >= middle)


def in_plate_order(rows: tuple[str, str]) -> str:
    """The plate's text of its rows as read: `489` over `02AAC` is `489AAC02`; one row stays as it is."""
    upper, lower = rows
    joined = upper + lower
    return "".join(joined[place] for place in plate_order(joined)) if lower else upper


_LINE = 57.0
GAPS, WIDE_GAPS = (0.05, 0.5), (0.6, 1.1)
"""Gaps between groups in characters; an emblem needs a wide one."""


def _one_line(fields: tuple[Field, ...], *, width: float = 520, height: float = 112, **more: object) -> Layout:
    return Layout("LATIN", 1, width, height, "", fields, **more)  # type: ignore[arg-type]


def _russian(rng: Rng) -> Design:
    region = _digits(rng, 3) if rng.random() < 0.5 else _digits(rng, 2)
    layout = _one_line(
        (
            Field(22, 58, 60, 58),
            Field(84, 174, 54, 76),
            Field(262, 118, 60, 58),
            Field(392, 118 if len(region) == 3 else 100, 46, 58),
        ),
        strip="none",
        divider=386,
    )
    groups = (_pick(rng, RUSSIAN, 1), _digits(rng, 3), _pick(rng, RUSSIAN, 2), region)
    return _design(layout, groups, "RU", legends=(Legend("RUS", 412, 94, 20),))


def _uzbek(rng: Rng) -> Design:
    codes = PAIRS["z"]
    code = codes[int(rng.integers(0, len(codes)))]
    layout = _one_line(
        (Field(14, 90, _LINE, 70), Field(120, 60, _LINE, 70), Field(186, 150, _LINE, 70), Field(344, 110, _LINE, 70)),
        strip="none",
        divider=110,
    )
    groups: tuple[str, ...] = (code, _letters(rng, 1), _digits(rng, 3), _letters(rng, 2))
    if rng.random() < 0.4:
        groups = (code, _digits(rng, 3), _letters(rng, 3))
        layout = replace(layout, fields=(*layout.fields[:1], Field(120, 160, _LINE, 70), Field(290, 164, _LINE, 70)))
    return _design(layout, groups, "UZ", legends=(Legend("UZ", 468, 88, 18),))


def _kyrgyz(rng: Rng) -> Design:
    layout = _one_line(
        (Field(16, 86, 44, 56), Field(140, 170, _LINE, 76), Field(322, 180, _LINE, 70)), strip="none", divider=112
    )
    groups = (f"0{rng.integers(1, 10)}", _digits(rng, 3), _letters(rng, 3))
    return _design(layout, groups, "KG", legends=(Legend("KG", 36, 92, 22),))


def _ukrainian(rng: Rng) -> Design:
    layout = _one_line(
        (Field(56, 108, _LINE, 76), Field(172, 216, _LINE, 76), Field(398, 108, _LINE, 76)), strip="blue"
    )
    groups = (_pick(rng, "ABCEHIKMOPTX", 2), _digits(rng, 4), _pick(rng, "ABCEHIKMOPTX", 2))
    return _design(layout, groups, "UA", legends=(Legend("UA", 12, 88, 18, (80, 220, 250)),))


def _chance_groups(rng: Rng, least: int, most: int) -> tuple[str, ...]:
    """One to three groups of letters and digits, mostly pure ones, as plates have."""
    total = int(rng.integers(least, most + 1))
    cuts = sorted({int(n) for n in rng.integers(1, total, int(rng.integers(0, 3)))})
    sizes = [end - start for start, end in zip((0, *cuts), (*cuts, total), strict=True)]
    groups = []
    for size in sizes:
        kind = rng.random()
        groups.append(
            _digits(rng, size)
            if kind < 0.42
            else _letters(rng, size)
            if kind < 0.84
            else _pick(rng, DIGITS + LETTERS, size)
        )
    return tuple(groups)


def _spread(  # noqa: PLR0917 - two edges, a height and a size
    rng: Rng,
    groups: tuple[str, ...],
    left: float,
    right: float,
    y: float,
    cap: float,
    *,
    advance: float = 0.72,
    gaps: tuple[float, float] = GAPS,
) -> tuple[Field, ...]:
    """Fields of `groups` beside each other between two edges, with gaps of so many characters between them."""
    characters = sum(len(group) for group in groups)
    gap = float(rng.uniform(*gaps))
    cell = min((right - left) / (characters + gap * (len(groups) - 1)), cap * advance)
    x = left + (right - left - cell * (characters + gap * (len(groups) - 1))) * float(rng.uniform(0.3, 0.7))
    fields = []
    for group in groups:
        fields.append(Field(x, cell * len(group), y, cap))
        x += cell * (len(group) + gap)
    return tuple(fields)


def _european(rng: Rng) -> Design:
    groups = _chance_groups(rng, 5, 8)
    cap = float(rng.uniform(66, 80))
    emblem = len(groups) > 1 and rng.random() < 0.4
    gaps = WIDE_GAPS if emblem else GAPS
    fields = _spread(rng, groups, 56, float(rng.uniform(480, 508)), _LINE, cap, gaps=gaps)
    ground = YELLOW if rng.random() < 0.12 else WHITE
    ink = BLACK if rng.random() < 0.85 else (140, 40, 20)
    sign = _letters(rng, int(rng.integers(1, 4)))
    layout = _one_line(fields, strip="blue", ground=ground, ink=ink)
    legends = (Legend(sign, 12, 90, 18, WHITE),)
    dash = len(groups) > 1 and not emblem and rng.random() < 0.2
    return _design(layout, groups, "EU", legends=legends, dash=dash, emblem=emblem)


def _plain(rng: Rng) -> Design:
    """One line, any proportions, nothing of its country."""
    groups = _chance_groups(rng, 4, 8)
    width, height = float(rng.uniform(380, 530)), float(rng.uniform(100, 135))
    cap = height * float(rng.uniform(0.5, 0.75))
    emblem = len(groups) > 1 and rng.random() < 0.2
    middle = height * float(rng.uniform(0.46, 0.54))
    fields = _spread(rng, groups, 14, width - 14, middle, cap, gaps=WIDE_GAPS if emblem else GAPS)
    ground, ink = _colours(rng)
    layout = _one_line(fields, width=width, height=height, strip="none", ground=ground, ink=ink)
    return _design(layout, groups, "?", emblem=emblem)


def _colours(rng: Rng) -> tuple[Colour, Colour]:
    kind = rng.random()
    if kind < 0.6:
        return WHITE, BLACK
    if kind < 0.72:
        return YELLOW, BLACK
    if kind < 0.8:
        return BLACK, WHITE
    if kind < 0.85:
        return RED, WHITE
    if kind < 0.9:
        return EU_BLUE, WHITE
    return _shade(rng, 150, 250), _shade(rng, 0, 110)


def _shade(rng: Rng, least: int, most: int) -> Colour:
    blue, green, red = (int(n) for n in rng.integers(least, most, 3))
    return blue, green, red


def _american(rng: Rng) -> Design:
    """About 12 × 6 inches, one line of five to seven between two lines of small writing, over a coloured picture."""
    groups = _chance_groups(rng, 5, 7)
    cap = float(rng.uniform(58, 78))
    emblem = len(groups) > 1 and rng.random() < 0.35
    gaps = WIDE_GAPS if emblem else GAPS
    fields = _spread(rng, groups, 12, 293, float(rng.uniform(74, 88)), cap, advance=0.62, gaps=gaps)
    kind = rng.random()
    light = _shade(rng, 165, 256)
    second = _shade(rng, 120, 256)
    dark = _shade(rng, 0, 100)
    ground, ink = (light, dark) if kind < 0.85 else (dark, light)
    layout = _one_line(fields, width=305, height=152, strip="none", ground=ground, ink=ink)
    upper = _pick(rng, LETTERS, int(rng.integers(4, 13)))
    lower = _pick(rng, LETTERS + " ", int(rng.integers(6, 18)))
    other = _shade(rng, 0, 160)
    legends = [
        Legend(upper, float(rng.uniform(30, 90)), float(rng.uniform(14, 22)), float(rng.uniform(14, 24)), other),
        Legend(lower, float(rng.uniform(20, 70)), float(rng.uniform(134, 142)), float(rng.uniform(8, 14)), other),
        Legend(_digits(rng, 2), 14, 16, 14, other),
        Legend(_digits(rng, 2), 270, 16, 14, other),
    ]
    kept = tuple(legend for legend in legends if rng.random() < 0.75)
    below = second if kind < 0.45 else None
    dash = len(groups) > 1 and not emblem and rng.random() < 0.3
    drawn = _design(layout, groups, "US", legends=kept, ground_below=below, dash=dash, emblem=emblem)
    return replace(drawn, scenery=rng.random() < 0.4)


def _brazilian(rng: Rng) -> Design:
    new = rng.random() < 0.4
    groups = (
        (_letters(rng, 3) + _digits(rng, 1) + _letters(rng, 1) + _digits(rng, 2),)
        if new
        else (_letters(rng, 3), _digits(rng, 4))
    )
    fields = _spread(rng, groups, 14, 386, 80 if new else 82, float(rng.uniform(60, 70)))
    ground = WHITE if new else (178, 178, 178)
    layout = _one_line(fields, width=400, height=130, strip="none", ground=ground)
    small = Legend(
        "BRASIL" if new else f"{_letters(rng, 2)} {_letters(rng, int(rng.integers(5, 11)))}",
        float(rng.uniform(90, 150)),
        17 if new else 24,
        16 if new else 18,
        WHITE if new else BLACK,
    )
    band = (32.0, EU_BLUE) if new else None
    return _design(layout, groups, "BR", legends=(small,), upper_band=band, dash=not new)


def _two_lines(rng: Rng) -> Design:
    """A square plate of anywhere: two short rows."""
    upper = _chance_groups(rng, 2, 4)
    lower = _chance_groups(rng, 2, 5)
    width, height = float(rng.uniform(200, 300)), float(rng.uniform(150, 210))
    cap = height * float(rng.uniform(0.3, 0.4))
    fields = (
        *_spread(rng, upper, 16 + 40 * (rng.random() < 0.4), width - 14, height * 0.28, cap),
        *_spread(rng, lower, 14, width - 14, height * 0.73, cap),
    )
    ground, ink = _colours(rng)
    strip = "blue" if rng.random() < 0.3 else "none"
    layout = Layout("LATIN", 2, width, height, "", fields, ground=ground, ink=ink, strip=strip)
    return _design(layout, (*upper, *lower), "EU" if strip == "blue" else "?")


def _police(rng: Rng) -> Design:
    """As a firm's plate, on blue, its letters KP. Confidence M: the colours were not found in a source."""
    base = next(layout for layout in LAYOUTS if layout.format_id == "KZ2012-L")
    layout = replace(base, format_id="KZ-POL", ground=(150, 70, 20), ink=WHITE)
    return _design(layout, (_digits(rng, 3), "KP", _region(rng)), "KZ")


MAKERS: Mapping[str, Maker] = {
    "KZ2012-P": _kazakh("KZ2012-P", 1, lambda r: (_digits(r, 3), _letters(r, 3), _region(r))),
    "KZ2012-L": _kazakh("KZ2012-L", 1, lambda r: (_digits(r, 3), _letters(r, 2), _region(r))),
    "KZ2012-TR": _kazakh("KZ2012-TR", 1, lambda r: (_digits(r, 2), _letters(r, int(r.integers(2, 4))), _region(r))),
    "KZ2012-P/2": _kazakh("KZ2012-P", 2, lambda r: (_digits(r, 3), _letters(r, 3), _region(r))),
    "KZ2012-L/2": _kazakh("KZ2012-L", 2, lambda r: (_digits(r, 3), _letters(r, 2), _region(r))),
    "KZ2012-TR/2": _kazakh("KZ2012-TR", 2, lambda r: (_digits(r, 2), _letters(r, 3), _region(r))),
    "KZ2012-MC/2": _kazakh("KZ2012-MC", 2, lambda r: (_digits(r, 2), _letters(r, 2), _region(r))),
    "KZ2012-F": _kazakh("KZ2012-F", 1, lambda r: (_letters(r, 1), _digits(r, 4), _region(r))),
    "KZ1993-P": _kazakh("KZ1993-P", 1, lambda r: (_letters(r, 1), _digits(r, 3), _letters(r, 3)), yellow=0.1),
    "KZ1993-L": _kazakh("KZ1993-L", 1, lambda r: (_letters(r, 1), _digits(r, 3), _letters(r, 2)), yellow=0.1),
    "KZ-DIP": _kazakh("KZ-DIP", 1, lambda r: ("D", _digits(r, 3), _digits(r, 3))),
    "KZ-MIL": _kazakh("KZ-MIL", 1, lambda r: (_digits(r, 4), _letters(r, 2))),
    "KZ-POL": _police,
    "RU": _russian,
    "UZ": _uzbek,
    "KG": _kyrgyz,
    "UA": _ukrainian,
    "EU": _european,
    "plain": _plain,
    "US": _american,
    "BR": _brazilian,
    "two lines": _two_lines,
}
"""How each kind is made; `/2` marks Kazakhstan's plates of two lines."""
