"""Invented persons: numbers with valid check digits, names in both languages, addresses, some with an eGov phone."""

from datetime import date, timedelta
from random import Random

from adjudication.answers import Person, SizeClass
from adjudication.identifiers import iin_check_digit
from adjudication.regions import REGIONS
from integrations.simulators import names
from integrations.simulators.profiles import Standing

SHARE_WITH_PHONE = 0.85
"""Most owners gave eGov a number; the rest must be reached by post."""
PHONE_PREFIX = "+7000"
"""No operator has the code 000: an invented number rings nowhere."""


def individual(rng: Random, born_on: date, died_on: date | None, asked_us: int) -> Person:
    """A natural person born on that day."""
    woman = rng.random() < 0.45
    kk, ru = _full_name(rng, woman)
    return Person(
        system="persons",
        asked_us=asked_us,
        as_of_us=asked_us,
        number=_iin(rng, born_on, woman),
        kind="individual",
        name_kk=kk,
        name_ru=ru,
        born_on=born_on,
        died_on=died_on,
        address=_address(rng),
        size_class=None,
        standing="sole_trader" if rng.random() < 0.05 else "ordinary",
        language="kk" if rng.random() < 0.6 else "ru",
        egov_phone=_phone(rng),
    )


def legal_person(rng: Random, size: SizeClass, standing: Standing, today: date, asked_us: int) -> Person:
    """A legal person; state bodies and foreign missions bear a plain description, companies an invented name."""
    kk, ru = _firm_name(rng, standing)
    return Person(
        system="persons",
        asked_us=asked_us,
        as_of_us=asked_us,
        number=_bin(rng, today - timedelta(days=rng.randrange(400, 9_000))),
        kind="legal_person",
        name_kk=kk,
        name_ru=ru,
        born_on=None,
        died_on=None,
        address=_address(rng),
        size_class=size,
        standing=standing,
        language="kk" if rng.random() < 0.6 else "ru",
        egov_phone=_phone(rng),
    )


def _iin(rng: Random, born_on: date, woman: bool) -> str:
    century = (3 if born_on.year < 2000 else 5) + woman
    return _numbered(rng, f"{born_on:%y%m%d}{century}", 4)


def _bin(rng: Random, registered_on: date) -> str:
    return _numbered(rng, f"{registered_on:%y%m}40", 5)


def _numbered(rng: Random, head: str, digits: int) -> str:
    """`head`, a serial of `digits` digits and the check digit; serials that have none are not issued (brief §7)."""
    while True:
        body = f"{head}{rng.randrange(10**digits):0{digits}}"
        check = iin_check_digit(body)
        if check is not None:
            return f"{body}{check}"


def _full_name(rng: Random, woman: bool) -> names.Pair:
    surname = rng.choice(names.SURNAMES)
    while woman and surname[0] in names.INDECLINABLE:
        surname = rng.choice(names.SURNAMES)
    given = rng.choice(names.WOMEN if woman else names.MEN)
    father = rng.choice(names.FATHERS)
    ending = "а" if woman else ""
    kk = f"{surname[0]}{ending} {given[0]} {father[0]}{'қызы' if woman else 'ұлы'}"
    ru = f"{surname[1]}{ending} {given[1]} {father[1]}{'кызы' if woman else 'улы'}"
    return kk, ru


def _firm_name(rng: Random, standing: Standing) -> names.Pair:
    name = rng.choice(names.FIRMS)
    number = rng.randrange(1, 100)
    if standing == "state_body":
        return f"№ {number} мемлекеттік мекеме", f"Государственное учреждение № {number}"
    if standing == "foreign":
        return f"№ {number} шетелдік өкілдік", f"Иностранное представительство № {number}"
    return f"«{name[0]}-{number}» ЖШС", f"ТОО «{name[1]}-{number}»"


def _address(rng: Random) -> str:
    region = rng.choice(tuple(REGIONS.values()))
    return f"{region.ru}, {rng.choice(names.STREETS)}, {rng.randrange(1, 200)}"


def _phone(rng: Random) -> str | None:
    return f"{PHONE_PREFIX}{rng.randrange(10**7):07}" if rng.random() < SHARE_WITH_PHONE else None
