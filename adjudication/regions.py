"""The regions of Kazakhstan as number plates name them, 01 to 20, and as KATO does, by two digits.

A plate's region is where the vehicle was registered; it says nothing about the owner's home or the place of an offence,
which is told by its district's code.
Source: domain brief §6 (codes 01–17 by the 2012 series; 18–20 by the Ministry of Internal Affairs, 2022; KATO from
memory).
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Region:
    """A region: `code` as on the plate, `kato` its first two digits in KATO, names as people read them."""

    code: str
    kato: str
    kk: str
    ru: str
    en: str


REGIONS = MappingProxyType(
    {
        region.code: region
        for region in (
            Region("01", "71", "Астана қ.", "г. Астана", "Astana"),
            Region("02", "75", "Алматы қ.", "г. Алматы", "Almaty"),
            Region("03", "11", "Ақмола облысы", "Акмолинская область", "Akmola Region"),
            Region("04", "15", "Ақтөбе облысы", "Актюбинская область", "Aktobe Region"),
            Region("05", "19", "Алматы облысы", "Алматинская область", "Almaty Region"),
            Region("06", "23", "Атырау облысы", "Атырауская область", "Atyrau Region"),
            Region("07", "27", "Батыс Қазақстан облысы", "Западно-Казахстанская область", "West Kazakhstan Region"),
            Region("08", "31", "Жамбыл облысы", "Жамбылская область", "Jambyl Region"),
            Region("09", "35", "Қарағанды облысы", "Карагандинская область", "Karaganda Region"),
            Region("10", "39", "Қостанай облысы", "Костанайская область", "Kostanay Region"),
            Region("11", "43", "Қызылорда облысы", "Кызылординская область", "Kyzylorda Region"),
            Region("12", "47", "Маңғыстау облысы", "Мангистауская область", "Mangystau Region"),
            Region("13", "61", "Түркістан облысы", "Туркестанская область", "Turkistan Region"),
            Region("14", "55", "Павлодар облысы", "Павлодарская область", "Pavlodar Region"),
            Region("15", "59", "Солтүстік Қазақстан облысы", "Северо-Казахстанская область", "North Kazakhstan Region"),
            Region("16", "63", "Шығыс Қазақстан облысы", "Восточно-Казахстанская область", "East Kazakhstan Region"),
            Region("17", "79", "Шымкент қ.", "г. Шымкент", "Shymkent"),
            Region("18", "10", "Абай облысы", "область Абай", "Abai Region"),
            Region("19", "33", "Жетісу облысы", "область Жетісу", "Jetisu Region"),
            Region("20", "62", "Ұлытау облысы", "область Ұлытау", "Ulytau Region"),
        )
    }
)
BY_KATO = MappingProxyType({region.kato: region for region in REGIONS.values()})


def kato_of(district_code: str) -> str:
    """The two digits of KATO that name a district's region: the third and fourth of its code (brief §4.1, an
    inference, C). They need not be those of a region."""
    return district_code[2:4]
