"""What is written on boards that are no plates: phone numbers, firms, shops, hours, prices, signs, papers for sale.

Kazakh, Russian and English, as streets have them. Names of firms and shops are invented, and so are the numbers.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from adjudication.plates import FORMATS, normalise

Texts = Callable[[np.random.Generator], tuple[str, ...]]

ATTEMPTS: Final = 64
"""Draws of a text before the kind is given up. Measured: none of 3,000 of each kind spelled a plate; new words may."""


def text_of(kind: str, rng: np.random.Generator) -> tuple[str, ...]:
    """The lines of a board of one of `TEXTS`, at least one; no line, nor all together, is a plate's text.

    Raises:
        KeyError: there is no such kind.
    """
    for _ in range(ATTEMPTS):
        lines = TEXTS[kind](rng)
        if not any(spells_plate(text) for text in (*lines, "".join(lines))):
            return lines
    raise AssertionError(f"{kind} spells nothing but plates")


def spells_plate(text: str) -> bool:
    """Whether a text is a plate of a known format. What only looks Latin (`SALE24`) is none."""
    plain = normalise(text)
    return any(plate_format.fits(plain) for plate_format in FORMATS)


_CITIES: Final = ("7172", "727", "7252", "7132", "7122", "7212", "7142", "7292", "7182", "7152", "7232")
"""Trunk codes of Kazakhstan's large cities."""
_MOBILES: Final = ("701", "702", "705", "707", "747", "771", "775", "777", "778")
_FIRMS: Final = (
    "АЛТЫН ЖОЛ",
    "ДАЛА ТРАНС",
    "КЕРУЕН",
    "САМҰРЫҚ ЖҮК",
    "НҰРЛЫ КӨЛІК",
    "СТЕПЬ СЕРВИС",
    "АРАЙ",
    "БЕРЕКЕ",
    "TENGRI CARGO",
    "ORDA LOGISTIC",
    "JIBEK LINE",
    "ҚАЗЫНА",
    "АҚСУ СУТ",
    "МЕГАСТРОЙ",
    "ӨРЛЕУ",
    "KÖK TÖBE",
)
_TRADES: Final = (
    "ЖҮК ТАСЫМАЛЫ",
    "ГРУЗОПЕРЕВОЗКИ",
    "ДОСТАВКА",
    "ЖЕТКІЗУ",
    "НАН",
    "МОЛОКО СҮТ",
    "ТЕРЕЗЕ ОКНА",
    "ЖИҺАЗ",
    "МЕБЕЛЬ",
    "ЭВАКУАТОР",
    "РЕМОНТ",
    "CARGO",
    "EXPRESS",
    "ҚҰРЫЛЫС",
)
_SHOPS: Final = (
    "ДҮКЕН",
    "МАГАЗИН",
    "ДӘРІХАНА",
    "АПТЕКА",
    "АСХАНА",
    "КАФЕ",
    "НАУБАЙХАНА",
    "ШИНОМОНТАЖ",
    "ОПТИКА",
    "ГҮЛДЕР",
    "ЦВЕТЫ",
    "ШАШТАРАЗ",
    "САЛОН",
    "КИІМ",
    "ОБУВЬ",
    "БАНК",
    "АЗЫҚ-ТҮЛІК",
    "АВТОШАРУА",
    "COFFEE",
    "MARKET",
    "PIZZA",
    "OPTICA",
    "МИНИМАРКЕТ 24",
)
_TOWNS: Final = ("АСТАНА", "АЛМАТЫ", "ШЫМКЕНТ", "ТАРАЗ", "ҚАРАҒАНДЫ", "СЕМЕЙ", "АҚТАУ", "АТЫРАУ", "ОРАЛ", "КӨКШЕТАУ")
_STREETS: Final = ("АБАЙ", "САРЫАРҚА", "ДОСТЫҚ", "МӘҢГІЛІК ЕЛ", "ТӨЛЕ БИ", "РЕСПУБЛИКА", "ЖЕЛТОҚСАН", "САТПАЕВ")
_BADGES: Final = ("ORDA", "TULPAR", "SAIGA", "BARYS", "GT", "LX 4", "4WD", "2.5 V6", "TURBO", "EV", "1.6 D", "Q-LINE")
_STICKERS: Final = ("BABY IN CAR", "!", "У", "Ш", "KZ", "SOS 112", "ЖАҢА ЖҮРГІЗУШІ", "I LOVE KZ", "@orda.auto", "№1")
_WORDS: Final = ("СТОП", "STOP", "ҚАУІПТІ", "ӨТКЕЛ", "TAXI", "P", "АЗС", "EXIT", "ШЫҒУ", "ДТП 500 м", "КПП", "ПОСТ")


def _of(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def phone(rng: np.random.Generator) -> str:
    """A phone number in one of the ways it is written; the subscriber's part begins with 0, so that it is nobody's."""
    prefix = ("8 ", "+7 ", "8 (", "+7 (", "")[int(rng.integers(5))]
    code = _of(rng, _CITIES if rng.random() < 0.5 else _MOBILES)
    own = "0" + _digits(rng, 9 - len(code))
    cut = len(own) - 4
    parts = (own[:cut], own[cut : cut + 2], own[cut + 2 :])
    joint = ("-", " ", "")[int(rng.integers(3))]
    return f"{prefix}{code}{')' if '(' in prefix else ''} {joint.join(parts)}"


def _short_phone(rng: np.random.Generator) -> str:
    """A city's own number, six digits or seven."""
    own = "0" + _digits(rng, int(rng.integers(5, 7)))
    return f"{own[:-4]}-{own[-4:-2]}-{own[-2:]}"


def _phone(rng: np.random.Generator) -> tuple[str, ...]:
    number = phone(rng) if rng.random() < 0.7 else _short_phone(rng)
    chance = rng.random()
    if chance < 0.6:
        return (number,)
    return (_of(rng, _TRADES), number) if chance < 0.85 else (number, phone(rng))


def _firm(rng: np.random.Generator) -> tuple[str, ...]:
    name = _of(rng, _FIRMS)
    framed = (name, f"ТОО «{name}»", f"«{name}» ЖШС", f"{name} {rng.integers(2, 99)}")[int(rng.integers(4))]
    return (framed,) if rng.random() < 0.6 else (framed, _of(rng, _TRADES))


def _shop(rng: np.random.Generator) -> tuple[str, ...]:
    return (_of(rng, _SHOPS),) if rng.random() < 0.7 else (_of(rng, _SHOPS), _of(rng, _FIRMS))


def _hours(rng: np.random.Generator) -> tuple[str, ...]:
    opens, closes = int(rng.integers(7, 11)), int(rng.integers(17, 24))
    span = f"{opens:02d}:00–{closes}:00" if rng.random() < 0.7 else f"{opens}.00 - {closes}.00"
    return (span,) if rng.random() < 0.5 else ("ДС-ЖМ ПН-ПТ", span)


def _price(rng: np.random.Generator) -> tuple[str, ...]:
    fuels = ("АИ-92", "АИ-95", "АИ-98", "ДТ", "ГАЗ")
    rows = [f"{fuel} {rng.integers(180, 340)}" for fuel in fuels[: int(rng.integers(1, 5))]]
    return tuple(rows) if rng.random() < 0.7 else (f"{rng.integers(1, 99)} {_digits(rng, 3)} ₸",)


def _limit(rng: np.random.Generator) -> tuple[str, ...]:
    return (str(10 * int(rng.integers(2, 12))),)


def _distance(rng: np.random.Generator) -> tuple[str, ...]:
    town = _of(rng, _TOWNS)
    rows = ((f"{town} {rng.integers(3, 990)}",), (f"{rng.integers(50, 900)} м",), (f"M-{rng.integers(32, 56)}", town))
    return rows[int(rng.integers(3))]


def _route(rng: np.random.Generator) -> tuple[str, ...]:
    number = int(rng.integers(1, 330))
    return ((f"{number}",), (f"№ {number}",), (f"{number} {_of(rng, _STREETS)}",))[int(rng.integers(3))]


def _house(rng: np.random.Generator) -> tuple[str, ...]:
    number = f"{rng.integers(1, 240)}{_of(rng, ('', '', 'А', '/2', 'Б'))}"
    return (number,) if rng.random() < 0.4 else (f"{_of(rng, _STREETS)}", number)


def _sale(rng: np.random.Generator) -> tuple[str, ...]:
    word = _of(rng, ("FOR SALE", "САТЫЛАДЫ", "ПРОДАЮ", "ПРОДАЕТСЯ", "САТАМЫН"))
    return (word, phone(rng)) if rng.random() < 0.7 else (f"{word} {_short_phone(rng)}",)


def _taxi(rng: np.random.Generator) -> tuple[str, ...]:
    word = _of(rng, ("TAXI", "ТАКСИ", "TAKSI", "ЖЕТКІЗ"))
    number = ("", f" {rng.integers(100, 999)}", f" {_short_phone(rng)}")[int(rng.integers(3))]
    return (word + number,)


def _badge(rng: np.random.Generator) -> tuple[str, ...]:
    return (_of(rng, _BADGES),)


def _sticker(rng: np.random.Generator) -> tuple[str, ...]:
    return (_of(rng, _STICKERS),)


def _word(rng: np.random.Generator) -> tuple[str, ...]:
    return (_of(rng, _WORDS),)


def _stamp(rng: np.random.Generator) -> tuple[str, ...]:
    """What cameras and containers bear: dates, times, serial numbers."""
    day = f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.{rng.integers(2019, 2027)}"
    clock = f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}:{rng.integers(0, 60):02d}"
    box = f"{''.join(rng.choice(list('ABCDKMSTU'), 3))}U {_digits(rng, 6)} {rng.integers(10)}"
    return ((day,), (clock,), (f"{day} {clock}",), (box,), (_digits(rng, int(rng.integers(9, 14))),))[
        int(rng.integers(5))
    ]


def _advert(rng: np.random.Generator) -> tuple[str, ...]:
    return _of(rng, _FIRMS), f"-{rng.integers(1, 8)}0%", phone(rng)


TEXTS: Final[Mapping[str, Texts]] = MappingProxyType(
    {
        "phone": _phone,
        "firm": _firm,
        "shop": _shop,
        "hours": _hours,
        "price": _price,
        "limit": _limit,
        "distance": _distance,
        "route": _route,
        "house": _house,
        "sale": _sale,
        "taxi": _taxi,
        "badge": _badge,
        "sticker": _sticker,
        "word": _word,
        "stamp": _stamp,
        "advert": _advert,
    }
)
"""What each kind of board says."""
