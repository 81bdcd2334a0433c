"""Who and what else is in a picture: everything that a copy which leaves the case may have to hide.

Here doubt means found: thresholds lie far below those of reading, for a patch hidden in vain costs the copy little, and
a face that was missed cannot be taken back.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from vision import models
from vision.decode import Picture
from vision.detect import FaceDetector, Found, PlateDetector, VehicleDetector
from vision.onnx import Network

PLATE_LEAST, PEOPLE_LEAST, FACE_LEAST = 0.05, 0.20, 0.25
"""Scores from which something counts. Measured (benchmarks/README.md, masking): plates are found at 0.25 as often as at
0.05, people and faces from 0.31 and 0.45 on; what lies between is the doubt, and costs two patches a picture."""
PLATE_SIDES = (640, 1280)
"""Looked at twice: large plates are surest in the small view, those of distant cars are found in the large one only."""
PART, PARTS = 0.6, (0.0, 0.4)
"""People are sought in the whole and in four overlapping parts: in 300 pixels a pedestrian far off is a smear."""

Finder = Callable[[Picture], Sequence[Found]]
"""What is found in a picture, labelled `plate`, `person`, `face`, or by its class where it is a vehicle."""


class Bystanders:
    """The networks that look for them (port: Finder). Safe to use from several threads."""

    def __init__(self, vehicles: VehicleDetector, plates: PlateDetector, faces: FaceDetector) -> None:
        self._vehicles = vehicles
        self._plates = plates
        self._faces = faces

    def __call__(self, picture: Picture) -> list[Found]:
        """Everything found, in no order; one thing may be found several times."""
        vehicles, people = self._vehicles.with_people(picture, PEOPLE_LEAST)
        plates = [plate for side in PLATE_SIDES for plate in self._plates(picture, side, PLATE_LEAST)]
        return [*vehicles, *people, *self._people_in_parts(picture), *plates, *self._faces(picture, FACE_LEAST)]

    def _people_in_parts(self, picture: Picture) -> Iterator[Found]:
        height, width = picture.shape[:2]
        for top, left in ((round(down * height), round(across * width)) for down in PARTS for across in PARTS):
            part = picture[top : top + round(PART * height), left : left + round(PART * width)]
            offset = np.array((left, top, left, top), np.float32)
            for found in self._vehicles.with_people(part, PEOPLE_LEAST)[1]:
                yield Found(found.box + offset, found.score, found.label)


def open_bystanders(directory: Path) -> Bystanders:
    """With the models of `directory`.

    Raises:
        ModelsMissing: one is absent or not whole.
    """
    where = models.paths(directory, ("vehicles", "plates", "faces"))
    return Bystanders(
        VehicleDetector(Network(where["vehicles"])),
        PlateDetector(Network(where["plates"])),
        FaceDetector(where["faces"]),
    )
