"""The regions of Kazakhstan as number plates name them, 01 to 20.

A plate's region is where the vehicle was registered; it says nothing about the owner's home or the place of an offence.
Source: domain brief §6 (codes 01–17 by the 2012 series; 18–20 by the Ministry of Internal Affairs, 2022).
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Region:
    """A region: `code` as on the plate, names as people read them."""

    code: str
    kk: str
    ru: str


REGIONS = MappingProxyType(
    {
        region.code: region
        for region in (
            Region("01", "Астана қ.", "г. Астана"),
            Region("02", "Алматы қ.", "г. Алматы"),
            Region("03", "Ақмола облысы", "Акмолинская область"),
            Region("04", "Ақтөбе облысы", "Актюбинская область"),
            Region("05", "Алматы облысы", "Алматинская область"),
            Region("06", "Атырау облысы", "Атырауская область"),
            Region("07", "Батыс Қазақстан облысы", "Западно-Казахстанская область"),
            Region("08", "Жамбыл облысы", "Жамбылская область"),
            Region("09", "Қарағанды облысы", "Карагандинская область"),
            Region("10", "Қостанай облысы", "Костанайская область"),
            Region("11", "Қызылорда облысы", "Кызылординская область"),
            Region("12", "Маңғыстау облысы", "Мангистауская область"),
            Region("13", "Түркістан облысы", "Туркестанская область"),
            Region("14", "Павлодар облысы", "Павлодарская область"),
            Region("15", "Солтүстік Қазақстан облысы", "Северо-Казахстанская область"),
            Region("16", "Шығыс Қазақстан облысы", "Восточно-Казахстанская область"),
            Region("17", "Шымкент қ.", "г. Шымкент"),
            Region("18", "Абай облысы", "область Абай"),
            Region("19", "Жетісу облысы", "область Жетісу"),
            Region("20", "Ұлытау облысы", "область Ұлытау"),
        )
    }
)
