"""Units: what a bare number means, written into its type.

Everything is an integer, because two machines must agree on every bit of a decision. Wire values out of range are
refused by the codec; the ranges below are what any device, registry or law could plausibly say.

Civil dates are `datetime.date` in fields ending `_on`; instants are `Micros` in fields ending `_us`.
"""

from typing import Annotated

from msgspec import Meta

Micros = Annotated[int, Meta(ge=0, le=4_102_444_800_000_000, description="UTC microseconds since 1970-01-01, to 2100")]
Bp = Annotated[int, Meta(ge=0, le=10_000, description="basis points: 10 000 is certainty")]
Kmh100 = Annotated[int, Meta(ge=0, le=50_000, description="hundredths of a km/h, to 500 km/h")]
Load = Annotated[int, Meta(ge=0, le=1_000_000, description="kilograms or millimetres, to 1 000 t or 1 km")]
Tiyn = Annotated[int, Meta(ge=0, description="hundredths of a tenge")]
Pixels = Annotated[int, Meta(ge=0, le=65_535, description="pixels of the picture as it came from the device")]
DegreesE7 = Annotated[int, Meta(ge=-1_800_000_000, le=1_800_000_000, description="WGS-84 degrees × 10⁷")]
Count = Annotated[int, Meta(ge=0)]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="128-bit hash of the cause (adjudication.ids)")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256, lower-case hex")]
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*\Z")]
Text = Annotated[str, Meta(max_length=1_000, description="words for people")]

MICROS_PER_SECOND = 1_000_000
TIYN_PER_TENGE = 100


def hundredths(value: int) -> str:
    """Hundredths of a km/h or of a percent as people write them, none left out: `83`, `83.5`, `99.92`."""
    whole, rest = divmod(value, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)
