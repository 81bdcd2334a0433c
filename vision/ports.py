"""What the stage asks of whoever reads pictures, and what it gets back.

Boxes are in pixels of the picture as it came from the device, after its EXIF orientation is applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from adjudication.facts import Box, PlateReading, QualityFlag, VehicleSighting


@dataclass(frozen=True, slots=True)
class Target:
    """A vehicle, its plate, or both. `plate_box` is known also where nothing could be read in it.

    `flags` are of this target alone: of its plate's size, sharpness and reads.
    """

    vehicle: VehicleSighting | None
    plate: PlateReading | None
    plate_box: Box | None
    flags: tuple[QualityFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in one picture; `flags` are of the whole picture. A picture that cannot be read has flags and no targets.

    Sightings and readings carry picture number 0: who knows the event renumbers them.
    """

    targets: tuple[Target, ...] = ()
    flags: tuple[QualityFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One encoded picture to be read, and where the device says its plate or its vehicle is.

    The boxes are a hint: they save work where they are sane, and are not believed where they are not.
    """

    body: bytes
    plate: Box | None = None
    vehicle: Box | None = None


class Eyes(Protocol):
    """Reads pictures.

    `reader` names models and settings by digest (at most 64 characters): readings with equal names are comparable.
    """

    @property
    def reader(self) -> str: ...

    def read_many(self, looks: Sequence[Look]) -> Sequence[Seen]:
        """One answer for each encoded picture (JPEG, PNG, WebP), in order.

        Boxes are of the picture as a whole. Never raises for what is in a picture: broken, empty and huge ones are
        answered with flags. Memory is bounded by what one picture may be at most, not by their number.
        """
        ...


@dataclass(frozen=True, slots=True)
class SecondRead:
    """What the second reader says of one plate: a normalised text, "" if nothing, and how sure it is of that alone.

    `flags` say why nothing could be read.
    """

    text: str = ""
    confidence_bp: int = 0
    flags: tuple[QualityFlag, ...] = ()


class SecondReader(Protocol):
    """Reads single plates, blind: it is shown a picture and where the plate is, never what anybody read there.

    `reader` names models and settings by digest (at most 64 characters), and is never that of the eyes: only another
    reader's word is a second one.
    """

    @property
    def reader(self) -> str: ...

    def read(self, asked: Sequence[tuple[bytes, Box]]) -> Sequence[SecondRead]:
        """One answer for each encoded picture and plate's box, in order.

        Never raises for what is in a picture, nor for a box that lies outside of it.
        """
        ...
