"""Boxes and texts drawn on a copy of a picture."""

from pathlib import Path

import cv2

from adjudication.facts import Box
from vision.decode import Picture
from vision.ports import Seen

VEHICLE, PLATE = (200, 160, 60), (60, 60, 230)
"""BGR: blue and red, told apart also without colour by the plate's text."""


def drawn(picture: Picture, seen: Seen) -> Picture:
    """A copy with vehicles, plates, their texts and certainties."""
    copy = picture.copy()
    thick = max(round(min(picture.shape[:2]) / 400), 1)
    for target in seen.targets:
        if target.vehicle is not None:
            _frame(copy, target.vehicle.box, target.vehicle.vehicle_class, VEHICLE, thick)
        if target.plate_box is not None:
            text = f"{target.plate.text} {target.plate.confidence_bp / 100:.0f}%" if target.plate else "?"
            _frame(copy, target.plate_box, text, PLATE, thick)
    return copy


def write_new(folder: Path, name: str, picture: Picture) -> Path:
    """Writes a picture as `NAME.read.jpg`, or with a number where that is taken: nothing is ever overwritten."""
    ok, data = cv2.imencode(".jpg", picture)
    assert ok, "OpenCV writes any BGR picture as JPEG"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / (f"{name}.read.jpg" if number == 1 else f"{name}.read-{number}.jpg")
        try:
            with path.open("xb") as file:
                file.write(data.tobytes())
        except FileExistsError:
            number += 1
            continue
        return path


def _frame(picture: Picture, box: Box, text: str, colour: tuple[int, int, int], thick: int) -> None:
    low, high = (box.x, box.y), (box.x + box.width, box.y + box.height)
    cv2.rectangle(picture, low, high, colour, thick)
    place = (box.x, max(box.y - 4 * thick, 16))
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5 * thick, (255, 255, 255), 3 * thick)
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5 * thick, colour, thick)
