"""Whole numbers in words, as documents write sums: in Kazakh, Russian and English.

Kazakh numerals follow one another unchanged. In Russian the thousands are feminine, and what is counted takes one of
three forms. A hundred and a thousand are always counted («бір жүз», «одна тысяча»): nothing can be written before them.
"""

from adjudication.lawbook import Language

TOO_LARGE = 10**12
"""No fine, and no sum of fines of one person, comes near a billion of thousands."""

_KK_ONES = ("", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз")
_KK_TENS = ("", "он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан")
_KK_SCALES = ("", "мың", "миллион", "миллиард")

_RU_ONES = ("", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
_RU_FEMININE = ("", "одна", "две", *_RU_ONES[3:])
_RU_TEENS = (
    *("десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать"),
    *("пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"),
)
_RU_TENS = ("", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто")
_RU_HUNDREDS = ("", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот")
_RU_SCALES = (
    ("", "", ""),
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
)

_EN_ONES = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES = ("", "thousand", "million", "billion")

_ZERO: dict[Language, str] = {"kk": "нөл", "ru": "ноль", "en": "zero"}


def cardinal(number: int, language: Language) -> str:
    """The number in words, small letters.

    Raises:
        ValueError: it is negative, or 10¹² or more.
    """
    if not 0 <= number < TOO_LARGE:
        raise ValueError(f"no words for {number}")
    if number == 0:
        return _ZERO[language]
    below = {"kk": _kazakh, "ru": _russian, "en": _english}[language]
    thousands = [number // 1000**scale % 1000 for scale in range(len(_KK_SCALES))]
    words = [below(count, scale) for scale, count in enumerate(thousands) if count]
    if language == "en" and len(words) > 1 and 0 < thousands[0] < 100:
        words[0] = f"and {words[0]}"
    return " ".join(reversed(words))


def plural(number: int, forms: tuple[str, str, str]) -> str:
    """The Russian form that goes with a number: of one, of two to four, of five and more."""
    if number % 100 in range(11, 15):
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if number % 10 in range(2, 5) else forms[2]


def _kazakh(count: int, scale: int) -> str:
    hundreds, rest = divmod(count, 100)
    hundred = f"{_KK_ONES[hundreds]} жүз" if hundreds else ""
    return _joined(hundred, _KK_TENS[rest // 10], _KK_ONES[rest % 10], _KK_SCALES[scale])


def _russian(count: int, scale: int) -> str:
    hundreds, rest = divmod(count, 100)
    ones = _RU_FEMININE if scale == 1 else _RU_ONES
    tens = (_RU_TEENS[rest - 10],) if rest in range(10, 20) else (_RU_TENS[rest // 10], ones[rest % 10])
    return _joined(_RU_HUNDREDS[hundreds], *tens, plural(count, _RU_SCALES[scale]))


def _english(count: int, scale: int) -> str:
    hundreds, rest = divmod(count, 100)
    hundred = f"{_EN_ONES[hundreds]} hundred" + (" and" if rest else "") if hundreds else ""
    tens, ones = divmod(rest, 10)
    below = _EN_ONES[rest] if rest < 20 else "-".join(part for part in (_EN_TENS[tens], _EN_ONES[ones]) if part)
    return _joined(hundred, below, _EN_SCALES[scale])


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)
