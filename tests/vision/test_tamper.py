"""Signs of a picture that is not what the sensor saw: known again after it was saved anew, or marked by an editor."""

import dataclasses
import io
from functools import lru_cache

import cv2
import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from adjudication.copies import Shown, repeated
from adjudication.facts import Box, Likeness
from tests import samples
from tests.vision.crossings import crossing
from vision.decode import decode
from vision.render import encode_jpeg, render_frame
from vision.scene import truth_of
from vision.tamper import likeness, signs

T0 = samples.CAPTURED_US  # 2026-04-06 08:00:00 at +05, 03:00:00 UTC
PASSINGS = 3


@lru_cache(maxsize=1)
def drawn() -> tuple[tuple[bytes, Box], ...]:
    """One car at one camera on several days: other grain, another place in its lane, another caption."""
    rng = np.random.default_rng(9)
    scene = crossing(rng, daylight="day", place=1).second
    frames = []
    for day in range(PASSINGS):
        car = scene.vehicles[0]
        moved = dataclasses.replace(
            car, x_m=car.x_m + float(rng.normal(0, 0.15)), z_m=car.z_m + float(rng.normal(0, 0.25))
        )
        seen = dataclasses.replace(scene, vehicles=(moved,), caption=(f"2026-04-0{day + 1}",))
        quad = np.array(truth_of(seen).vehicles[0].plate_quad)
        (x, y), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
        box = Box(x=round(x), y=round(y), width=round(right - x), height=round(bottom - y))
        frames.append((encode_jpeg(render_frame(seen, day).image), box))
    return tuple(frames)


def shown(event: int, like: Likeness | None, device: str = "cam-2", at_us: int = T0) -> Shown:
    return Shown(event_id=f"{event:032x}", device_id=device, captured_us=at_us, media=((f"{event:064x}", at_us),),
                 likeness=like)  # fmt: skip


def is_known_again(one: Likeness | None, other: Likeness | None) -> bool:
    return repeated(shown(1, one), [shown(2, other, "cam-1")]) is not None


def saved(body: bytes, how: str) -> bytes:
    picture = decode(body)
    assert not isinstance(picture, str)
    changed = {
        "worse": lambda: (picture, 40),
        "better": lambda: (picture, 97),
        "half": lambda: (cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 88),
        "brighter": lambda: (cv2.convertScaleAbs(picture, alpha=1.2, beta=8), 88),
        "blurred": lambda: (cv2.GaussianBlur(picture, (0, 0), 1.5), 88),
        "recaptioned": lambda: (np.vstack((np.full_like(picture[:46], 30), picture[46:])), 88),
    }[how]()
    return cv2.imencode(".jpg", changed[0], [cv2.IMWRITE_JPEG_QUALITY, changed[1]])[1].tobytes()


@pytest.mark.parametrize("how", ["worse", "better", "half", "brighter", "blurred", "recaptioned"])
def test_a_picture_saved_anew_is_known_again(how: str) -> None:
    for body, box in drawn():
        half = Box(x=box.x // 2, y=box.y // 2, width=box.width // 2, height=box.height // 2)
        assert is_known_again(likeness(body, box), likeness(saved(body, how), half if how == "half" else box))


def test_another_passage_of_the_same_car_at_the_same_camera_is_another_picture() -> None:
    likes = [likeness(body, box) for body, box in drawn()]
    for number, one in enumerate(likes):
        for other in likes[:number]:
            assert not is_known_again(one, other)


def test_what_cannot_be_decoded_has_no_likeness() -> None:
    body, box = drawn()[0]
    for broken in (b"", b"no picture", body[:500], samples.PICTURE):
        assert likeness(broken, box) is None


def with_metadata(exif: Image.Exif | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    if exif is not None:
        options["exif"] = exif
    Image.new("RGB", (64, 48), (90, 90, 90)).save(out, "JPEG", **options)
    return out.getvalue()


def exif(software: str = "", taken: str = "", offset: str = "") -> Image.Exif:
    made = Image.Exif()
    if software:
        made[0x0131] = software
    inside = made.get_ifd(0x8769)
    if taken:
        inside[0x9003] = taken
    if offset:
        inside[0x9011] = offset
    return made


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (with_metadata(), []),
        (with_metadata(exif("HikCam V5.7.3 build 220112")), []),
        (with_metadata(exif("Adobe Photoshop 25.0 (Windows)")), ["edited"]),
        (with_metadata(exif("GIMP 2.10.34")), ["edited"]),
        (with_metadata(comment=b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90"), ["edited"]),
        (with_metadata(exif(taken="2026:04:06 08:00:30")), []),  # civil time
        (with_metadata(exif(taken="2026:04:06 03:01:30")), []),  # UTC
        (with_metadata(exif(taken="2026:04:06 06:00:00", offset="+03:00")), []),
        (with_metadata(exif(taken="2026:04:06 08:00:00", offset="+03:00")), ["picture_time"]),
        (with_metadata(exif(taken="2026:04:05 08:00:00")), ["picture_time"]),
        (with_metadata(exif("Snapseed 2.0", taken="2020:01:01 00:00:00")), ["edited", "picture_time"]),
        (with_metadata(exif(taken="yesterday")), []),
        (with_metadata(exif(taken="2026:04:06 08:00:00", offset="noon")), []),
        (b"no picture", []),
    ],
)
def test_a_files_own_words_are_heard(body: bytes, told: list[str]) -> None:
    assert list(signs(body, T0)) == told


def test_photoshops_resources_are_a_mark_without_its_name() -> None:
    plain = with_metadata()
    segment = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x00"
    marked = plain[:2] + b"\xff\xed" + (2 + len(segment)).to_bytes(2, "big") + segment + plain[2:]
    assert list(signs(marked, T0)) == ["edited"]


@pytest.mark.parametrize("cut", [10, 100, 300, 500])
def test_a_cut_file_is_no_crash(cut: int) -> None:
    body = with_metadata(exif("GIMP", taken="2026:04:06 08:00:30"))
    assert set(signs(body[:cut], T0)) <= {"edited", "picture_time"}


def test_no_likeness_differs_from_itself() -> None:
    body, box = drawn()[0]
    like = likeness(body, box)
    assert like is not None
    assert is_known_again(like, like)
    assert not is_known_again(like, replace(like, x_bp=like.x_bp + 31))
    assert not is_known_again(like, replace(like, bits="0" * 128))
