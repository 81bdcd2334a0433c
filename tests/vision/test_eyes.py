"""The eyes with the real networks, on drawn frames, on broken pictures and, where they are, on photographs."""

import csv
import gc
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from vision.eyes import OnnxEyes, open_eyes
from vision.models import default_directory, missing
from vision.plate_art import draw_plate, layout_of
from vision.ports import Look
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene

PHOTOGRAPHS = Path(__file__).parents[2].parent / "shared" / "data" / "plates"
ACCEPTED_BP = 9_000
"""What an automatic act may rest on."""

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def eyes() -> OnnxEyes:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    return open_eyes(default_directory())


def frame(text: str, format_id: str = "KZ2012-P", rows: int = 1, seed: int = 1, **scene: object) -> bytes:
    plate = DrawnPlate(text, format_id, 2 if rows == 2 else 1)
    vehicle = DrawnVehicle("sedan", "front", "white", plate, x_m=0.5, z_m=22)
    return encode_jpeg(render_frame(Scene((vehicle,), **scene), seed).image)  # type: ignore[arg-type] # scene fields by name


def test_drawn_plates_of_all_civil_formats_are_read_right(eyes: OnnxEyes) -> None:
    drawn = [
        ("489AAC02", "KZ2012-P", 1),
        ("654WOZ05", "KZ2012-P", 1),
        ("850ZEX15", "KZ2012-P", 2),
        ("389BK01", "KZ2012-L", 1),
        ("A123BCD", "KZ1993-P", 1),
    ]
    seen = eyes.read_many([Look(frame(text, format_id, rows)) for text, format_id, rows in drawn])
    plates = [[target.plate.text for target in one.targets if target.plate is not None] for one in seen]
    assert plates == [[text] for text, _, _ in drawn]


def test_what_is_accepted_on_hard_frames_is_right(eyes: OnnxEyes) -> None:
    rng = np.random.default_rng(7)
    for number in range(8):
        text = "".join(rng.choice(list("0123456789"), 3)) + "".join(rng.choice(list("ABCEHKMOPTXYIDQ"), 3)) + "16"
        picture = frame(text, seed=number, noise=9.0, motion_blur_px=float(rng.uniform(0, 4)), daylight="dusk")
        (seen,) = eyes.read_many([Look(picture)])
        accepted = [t.plate.text for t in seen.targets if t.plate is not None and t.plate.confidence_bp >= ACCEPTED_BP]
        assert accepted in ([text], [])


def test_a_reading_has_a_confidence_for_each_character_and_its_place(eyes: OnnxEyes) -> None:
    (seen,) = eyes.read_many([Look(frame("489AAC02"))])
    plate = seen.targets[0].plate
    assert plate is not None
    assert (plate.format_id, plate.country, plate.source) == ("KZ2012-P", "KZ", "vision")
    assert plate.country_seen == "KZ", "the flag is on the plate"
    assert plate.second == "", "a second read is another reader's"
    assert len(plate.characters_bp) == len(plate.text)
    assert plate.confidence_bp >= ACCEPTED_BP
    assert seen.targets[0].plate_box == plate.box


def test_pictures_together_are_read_as_they_are_alone(eyes: OnnxEyes) -> None:
    pictures = [frame("489AAC02"), b"", frame("500AAA01", seed=2)]
    together = eyes.read_many([Look(picture) for picture in pictures])
    alone = [eyes.read_many([Look(picture)])[0] for picture in pictures]
    texts = [[target.plate and target.plate.text for target in one.targets] for one in together]
    assert texts == [[target.plate and target.plate.text for target in one.targets] for one in alone]
    assert together[1].flags == ("empty",)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((480, 640, 3), 127, np.uint8),
        np.zeros((33, 900, 3), np.uint8),
        np.full((900, 40, 3), 255, np.uint8),
        np.random.default_rng(3).integers(0, 255, (300, 400, 3), np.uint8),
    ],
)
def test_a_picture_without_a_plate_is_an_outcome(eyes: OnnxEyes, picture: np.ndarray) -> None:
    (seen,) = eyes.read_many([Look(encode_jpeg(picture))])
    assert all(target.plate is None for target in seen.targets)


def test_a_badge_is_no_plate(eyes: OnnxEyes) -> None:
    badge = np.full((400, 600, 3), 60, np.uint8)
    cv2.rectangle(badge, (180, 170), (420, 230), (235, 235, 235), -1)
    for x in (220, 265, 310, 355):
        cv2.circle(badge, (x, 200), 22, (30, 30, 30), 5)
    (seen,) = eyes.read_many([Look(encode_jpeg(badge))])
    assert all(target.plate is None or target.plate.confidence_bp < ACCEPTED_BP for target in seen.targets)


def test_a_picture_on_its_side_and_in_print_colours_is_read(eyes: OnnxEyes) -> None:
    upright = Image.open(io.BytesIO(frame("489AAC02")))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.rotate(90, expand=True).convert("CMYK").save(out, "JPEG", quality=92, exif=exif)
    (seen,) = eyes.read_many([Look(out.getvalue())])
    assert [target.plate.text for target in seen.targets if target.plate is not None] == ["489AAC02"]


def test_a_plate_alone_in_a_close_up_is_read(eyes: OnnxEyes) -> None:
    plate = cv2.resize(
        draw_plate(layout_of("KZ2012-P", "489AAC02"), "489AAC02"), (260, 56), interpolation=cv2.INTER_AREA
    )
    closeup = cv2.copyMakeBorder(plate, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=(70, 60, 60))
    (seen,) = eyes.read_many([Look(encode_jpeg(closeup))])
    assert [target.plate.text for target in seen.targets if target.plate is not None] == ["489AAC02"]


def test_memory_does_not_grow_with_pictures(eyes: OnnxEyes) -> None:
    def resident_kb() -> int:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * 4

    picture = frame("489AAC02")
    eyes.read_many([Look(picture)] * 2)
    before = resident_kb()
    for _ in range(8):
        eyes.read_many([Look(picture)])
    assert resident_kb() - before < 60_000


@pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason="the photographs are not on this machine")
@pytest.mark.parametrize(("region", "least"), [("eu", 0.75), ("br", 0.85), ("ua", 0.7)])
def test_photographs_are_read_as_often_as_promised(eyes: OnnxEyes, region: str, least: float) -> None:
    rows = [row for row in csv.DictReader((PHOTOGRAPHS / "truth.csv").open()) if row["region"] == region][::3]
    right = 0
    for row in rows:
        (seen,) = eyes.read_many([Look((PHOTOGRAPHS / region / row["file"]).read_bytes())])
        right += row["text"] in {target.plate.text for target in seen.targets if target.plate is not None}
    assert right / len(rows) >= least
