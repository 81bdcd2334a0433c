"""Facts: what a device saw and what a reader read, before any registry is asked and any law applied.

`None` means the source said nothing. Nothing here judges.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from adjudication.units import Bp, Count, DegreesE7, Id, Kmh100, Load, Micros, Name, Pixels, Sha256, Text


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every value in the vocabulary: immutable, named fields only, strangers refused.

    A field at its default is not written, so that one which is added later changes no byte of what was signed before.
    """


class Box(Fact, frozen=True, kw_only=True):
    """An axis-parallel rectangle in a picture's pixels; origin at the top left, `width` and `height` exclusive."""

    x: Pixels
    y: Pixels
    width: Pixels
    height: Pixels


class Place(Fact, frozen=True, kw_only=True):
    """Where the device stands, as entered at its enrolment and repeated by each event."""

    place_id: Name
    title_kk: Text
    title_ru: Text
    district_code: Annotated[str, Meta(pattern=r"^\d{6}\Z")]
    lat_e7: DegreesE7
    lon_e7: DegreesE7


class Measurement(Fact, frozen=True, kw_only=True):
    """A speed as the instrument gave it; nothing is subtracted yet.

    `error_kmh100` is the instrument's stated measurement error at this value, `limit_kmh100` the limit signed there.
    """

    kind: Literal["speed", "section_speed"]
    value_kmh100: Kmh100
    error_kmh100: Kmh100
    limit_kmh100: Kmh100


class LoadMeasurement(Fact, frozen=True, kw_only=True):
    """What a loaded vehicle weighs or how far it reaches, as the instrument gave it; nothing is subtracted yet.

    In kilograms for `gross_mass`, in millimetres else. `error` is the instrument's stated error at this value,
    `permitted` what vehicles may have there without a permit of their own.
    """

    kind: Literal["gross_mass", "height", "width", "length"]
    value: Load
    error: Load
    permitted: Load


class Section(Fact, frozen=True, kw_only=True):
    """A stretch of road between two devices that tell an average speed together; it is registered where it ends.

    `length_mm` is the shortest way a vehicle can drive it, as surveyed, and may be wrong by `length_error_mm`.
    `error_kmh100` is the least error that the verification of the pair states. `to_us` is exclusive, None for still.
    """

    section_id: Name
    entry_device_id: Name
    length_mm: Annotated[int, Meta(ge=100_000, le=200_000_000)]
    length_error_mm: Annotated[int, Meta(ge=0, le=1_000_000)]
    error_kmh100: Kmh100
    limit_kmh100: Kmh100
    since_us: Micros
    to_us: Micros | None = None

    def holds(self, at_us: Micros) -> bool:
        """Whether the section stood as described at an instant."""
        return self.since_us <= at_us and (self.to_us is None or at_us < self.to_us)


class Verification(Fact, frozen=True, kw_only=True):
    """Metrological verification of a measuring instrument. Source: note to art. 31; art. 822-1(1)(6).

    `accredited_to` is the last day on which its laboratory was accredited, None where it still is or nobody said: one
    that was issued later proves nothing (brief §4.2).
    """

    number: Name
    laboratory: Text
    issued_on: date
    valid_to: date
    accredited_to: date | None = None

    @property
    def is_accredited(self) -> bool:
        """Whether its laboratory was accredited when it was issued, as far as is known."""
        return self.accredited_to is None or self.issued_on <= self.accredited_to


class SignedLimit(Fact, frozen=True, kw_only=True):
    """A speed limit signed at a device's place: which sign, and when it stood. `to_us` is exclusive, None for still.

    Source: brief §3.5: a limit that stands in no register for that place and time proves nothing.
    """

    sign: Name
    limit_kmh100: Kmh100
    since_us: Micros
    to_us: Micros | None = None

    def holds(self, at_us: Micros) -> bool:
        """Whether the sign stood at an instant."""
        return self.since_us <= at_us and (self.to_us is None or at_us < self.to_us)


class DeviceReading(Fact, frozen=True, kw_only=True):
    """What the camera's own reader says; a hint and a second opinion, never the only ground of an automatic act."""

    plate: Annotated[str, Meta(max_length=16)]
    confidence_bp: Bp
    plate_box: Box | None = None
    vehicle_box: Box | None = None


class Media(Fact, frozen=True, kw_only=True):
    """One picture of an event, named by the SHA-256 of its bytes as they came from the device."""

    role: Literal["overview", "violation", "vehicle", "plate"]
    sha256: Sha256
    bytes: Annotated[int, Meta(gt=0, le=4 * 1024 * 1024)]
    captured_us: Micros


Offence = Literal[
    "red_light",
    "junction_blocked",
    "junction_priority",
    "no_turn_signal",
    "reversing",
    "manoeuvre_priority",
    "footpath",
    "lane_position",
    "oncoming_lane",
    "parking",
    "parking_pavement",
    "parking_obstructing",
    "parking_reserved",
    "parking_unpaid",
    "emergency_priority",
    "pedestrian",
    "daytime_lights",
    "night_lights",
    "phone",
    "passengers",
    "passengers_outside",
    "belt",
    "plate_unreadable",
    "plate_absent",
    "vehicle_fault",
    "emergency_situation",
    "rail_crossing",
]
"""Offences that a device sees and the law's data knows by the same name (adjudication.lawbook.Detection)."""
ViolationCode = Literal[Offence, "stop_line", "road_signs", "bus_lane"]
"""What a device that does not measure may report. The unified register's receiver is said to know 21 codes; the last
three and `red_light` could be recovered (brief §4.1), the others are names of ours."""


class PlateReading(Fact, frozen=True, kw_only=True):
    """A plate as text.

    `text` is normalised: Latin capitals and digits, region last, no spaces (`489AAC02`). `characters_bp` has one
    confidence for each character of `text`. `second` is an independent read of the same plate, "" if it read nothing.
    Once a second reader spoke, `confidence_bp` is of both together and `first_confidence_bp` what the first claimed.

    `country` follows from the text alone. `country_seen` is whose sign a reader saw on the plate itself (flag, letters,
    band), "" if none, and `country_confidence_bp` how sure it is of that.
    """

    text: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,12}\Z")]
    format_id: Name
    country: Annotated[str, Meta(pattern=r"^([A-Z]{2}|\?)\Z", description="ISO 3166-1 alpha-2, ? where several fit")]
    confidence_bp: Bp
    characters_bp: tuple[Bp, ...]
    box: Box | None
    picture: Count
    source: Literal["vision", "device", "officer"]
    second: Annotated[str, Meta(max_length=16)] = ""
    second_confidence_bp: Bp = 0
    first_confidence_bp: Bp | None = None
    country_seen: Annotated[str, Meta(pattern=r"^([A-Z]{2})?\Z", description="ISO 3166-1 alpha-2")] = ""
    country_confidence_bp: Bp = 0


VehicleClass = Literal["car", "motorcycle", "bus", "truck", "bicycle"]


class VehicleSighting(Fact, frozen=True, kw_only=True):
    """A vehicle found in a picture, with the class its shape suggests."""

    vehicle_class: VehicleClass
    confidence_bp: Bp
    box: Box
    picture: Count


QualityFlag = Literal[
    "corrupt",
    "empty",
    "too_large",
    "too_dark",
    "overexposed",
    "blurred",
    "plate_small",
    "plate_partial",
    "glare",
    "occluded",
    "no_vehicle",
    "no_plate",
    "several_vehicles",
    "reads_disagree",
    "device_disagrees",
    "region_refused",
    "grammar",
    "standing",
    "edited",
    "picture_time",
    "plate_lent",
    "picture_gone",
]


class RoadMark(Fact, frozen=True, kw_only=True):
    """A surveyed point of the road: where it is in the picture, and where on the road, to the right and ahead."""

    x_px100: Annotated[int, Meta(ge=0, le=6_553_500)]
    y_px100: Annotated[int, Meta(ge=0, le=6_553_500)]
    right_mm: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
    ahead_mm: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class RoadPlane(Fact, frozen=True, kw_only=True):
    """The road before a fixed camera, as surveyed; no three marks lie on one line. Errors are standard uncertainties.

    `mast_mm` is the camera's height above the road; `scale_error_bp` how well lengths on the road are known.
    """

    mast_mm: Annotated[int, Meta(ge=2_000, le=30_000)]
    mast_error_mm: Annotated[int, Meta(ge=1, le=1_000)]
    marks: Annotated[tuple[RoadMark, ...], Meta(min_length=4, max_length=16)]
    scale_error_bp: Annotated[int, Meta(ge=1, le=1_000)]


class SceneCalibration(Fact, frozen=True, kw_only=True):
    """How a fixed camera sees its road from `since_us` on: a pinhole camera, its pictures free of distortion.

    It holds for pictures of `width` × `height` pixels. `turn_mrad` is the angle in the plane of the road between the
    line of sight and the way plates face. `stamp_error_us` is of one picture's instant against the device's other
    ones. All errors are standard uncertainties.
    """

    since_us: Micros
    width: Annotated[int, Meta(ge=64, le=65_535)]
    height: Annotated[int, Meta(ge=64, le=65_535)]
    focal_px100: Annotated[int, Meta(ge=10_000, le=10_000_000)]
    focal_error_bp: Annotated[int, Meta(ge=1, le=1_000)]
    turn_mrad: Annotated[int, Meta(ge=-1_000, le=1_000)]
    turn_error_mrad: Annotated[int, Meta(ge=1, le=500)]
    stamp_error_us: Annotated[int, Meta(ge=1, le=1_000_000)]
    road: RoadPlane | None = None


class Contribution(Fact, frozen=True, kw_only=True):
    """What one input's standard uncertainty does to an estimate."""

    name: Name
    standard_kmh100: Kmh100


class SpeedEstimate(Fact, frozen=True, kw_only=True):
    """A speed by two pictures of a calibrated camera: no measurement, only a second opinion of one.

    `standard_kmh100` combines the contributions of `budget`. Source: JCGM 100:2008 (GUM).
    """

    method: Literal["plate_size", "road_plane"]
    value_kmh100: Kmh100
    standard_kmh100: Kmh100
    apart_us: Count
    budget: tuple[Contribution, ...]


class Likeness(Fact, frozen=True, kw_only=True):
    """What a picture looks like, coarsely, and where its plate stands: to know it again after it was saved anew.

    `bits` are 512 in hex (vision/tamper.py); `x_bp`, `y_bp` the plate's middle, in shares of the picture's sides.
    """

    bits: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]
    x_bp: Bp
    y_bp: Bp


class RepeatedPicture(Fact, frozen=True, kw_only=True):
    """Another event with a picture of this one: the same bytes, or one that looks the same at the same place."""

    kind: Literal["same", "alike"]
    event_id: Id
    device_id: Name
    captured_us: Micros


class Elsewhere(Fact, frozen=True, kw_only=True):
    """Another sighting of the same plate, far from this one: what the centre remembered when this passage was checked.

    `distance_m` is the great circle between the devices. `apart_us` is the most that can have lain between the two
    instants: what the devices' clocks said, and both their known errors on top.
    """

    event_id: Id
    device_id: Name
    place_id: Name
    captured_us: Micros
    distance_m: Count
    apart_us: Count


class Officer(Fact, frozen=True, kw_only=True):
    """Who looked: a login and a name as printed in documents."""

    login: Name
    full_name: Text
    body_id: Name


EvidenceRole = Literal["overview", "violation", "vehicle", "plate", "record"]


class EvidenceRef(Fact, frozen=True, kw_only=True):
    """Something sealed: the address is of the ciphertext, `sha256` of what is inside it.

    Role `record` is what the device signed and its signature (ingest.frame.Frame.record), so that the chain from the
    device's key to the act's pictures can be checked without trusting the centre.
    """

    role: EvidenceRole
    sha256: Sha256
    address_sha256: Sha256
    key_id: Id
    bytes: Count
    captured_us: Micros
