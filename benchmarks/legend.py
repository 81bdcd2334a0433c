"""Eyes that read a legend instead of a picture: for load and fault tests, never for photographs of anything real.

A test writes into a JPEG's comment segment what is to be seen in it; these eyes report it as two agreeing readers and
one detector would. So the whole road to signed acts can be driven, bit for bit repeatable, without the vision models.
No package of the product imports this module, and a picture without a legend is answered as an empty road.

Source of the comment segment: ITU-T T.81 | ISO/IEC 10918-1, annex B.2.4.5.
"""

from collections.abc import Sequence

import msgspec

from adjudication.facts import Box, Fact, PlateReading, VehicleClass, VehicleSighting
from adjudication.plates import classify, country
from adjudication.units import Bp
from vision.curve import CERTAIN_BP
from vision.ports import Look, SecondRead, Seen, Target

READER, SECOND_READER = "legend", "second-legend"
CONFIDENCE_BP = CERTAIN_BP
"""Above every bound of every policy: what these eyes say is the truth of the test."""
START, COMMENT = b"\xff\xd8", b"\xff\xfe"
FULL_HD = bytes.fromhex("ffc0000b080438078001011100")
"""A baseline frame header: 1920 × 1080 pixels, one component."""
SCAN, END = b"\xff\xda", b"\xff\xd9"
VEHICLE_BOX = Box(x=600, y=300, width=700, height=600)
PLATE_BOX = Box(x=850, y=760, width=200, height=45)


class Legend(Fact, frozen=True, kw_only=True):
    """What is to be seen: one vehicle of a class, bearing a plate (normalised text; "" for none).

    `shot` numbers the exposure: a sensor never gives the same bytes twice.
    """

    plate: str
    vehicle_class: VehicleClass = "car"
    shot: int = 0
    confidence_bp: Bp = CONFIDENCE_BP


def picture(legend: Legend, size: int) -> bytes:
    """A JPEG of `size` bytes that the door takes, its data nothing but zeros, with the legend in its comment segment.

    Raises ValueError where `size` has no room for headers and legend (about 150 bytes).
    """
    text = msgspec.json.encode(legend)
    head = START + COMMENT + (2 + len(text)).to_bytes(2, "big") + text + FULL_HD + SCAN
    padding = size - len(head) - len(END)
    if padding < 0:
        raise ValueError(f"a picture with this legend has at least {len(head) + len(END)} bytes")
    return head + bytes(padding) + END


class LegendEyes:
    """`vision.ports.Eyes` over legends."""

    reader = READER

    def read_many(self, looks: Sequence[Look]) -> Sequence[Seen]:
        """See Eyes."""
        return [_seen(legend_of(look.body)) for look in looks]


class LegendSecond:
    """`vision.ports.SecondReader` over legends: it reads what the eyes read, for both read the truth."""

    reader = SECOND_READER

    def read(self, asked: Sequence[tuple[bytes, Box]]) -> Sequence[SecondRead]:
        """See SecondReader."""
        legends = [legend_of(body) for body, _ in asked]
        return [SecondRead(one.plate, one.confidence_bp) if one is not None else SecondRead() for one in legends]


def legend_of(jpeg: bytes) -> Legend | None:
    """The legend in the first segment, where `picture` writes it; None where there is none."""
    if not jpeg.startswith(START + COMMENT):
        return None
    length = int.from_bytes(jpeg[4:6], "big")
    try:
        return msgspec.json.decode(jpeg[6 : 4 + length], type=Legend)
    except msgspec.DecodeError:
        return None


def _seen(legend: Legend | None) -> Seen:
    if legend is None:
        return Seen(flags=("empty",))
    vehicle = VehicleSighting(
        vehicle_class=legend.vehicle_class, confidence_bp=legend.confidence_bp, box=VEHICLE_BOX, picture=0
    )
    plate = _reading(legend)
    return Seen((Target(vehicle, plate, PLATE_BOX if plate is not None else None),))


def _reading(legend: Legend) -> PlateReading | None:
    formats = classify(legend.plate)
    if not formats:
        return None
    return PlateReading(
        text=legend.plate,
        format_id=formats[0].id,
        country=country(formats),
        confidence_bp=legend.confidence_bp,
        characters_bp=(legend.confidence_bp,) * len(legend.plate),
        box=PLATE_BOX,
        picture=0,
        source="vision",
    )
