"""Pictures as bytes: what is wrong with them is an answer, never a crash."""

import io
import struct
import time
import zlib
from resource import RUSAGE_SELF, getrusage

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adjudication.facts import Box
from vision.decode import ENOUGH_PX, MAX_PIXELS, Part, Picture, Scale, decode, decode_region, light, scale_for

STREET = np.random.default_rng(1).integers(0, 255, (120, 200, 3), np.uint8)


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    return encoded(STREET, "JPEG", mode, **options)


def encoded(picture: Picture, kind: str, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture[:, :, ::-1]).convert(mode).save(out, kind, **options)
    return out.getvalue()


def on_its_side() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def smooth(width: int, height: int) -> Picture:
    """A picture in which each pixel says where it is, and JPEG changes little."""
    y, x = np.mgrid[:height, :width]
    return np.stack((x * 255 / width, y * 255 / height, np.full_like(x, 90)), axis=2).astype(np.uint8)


def many_scans(count: int) -> bytes:
    """A progressive JPEG of 36 megapixels, a quarter of a megabyte, whose last scan is repeated."""
    body = encoded(np.zeros((6000, 6000, 3), np.uint8), "JPEG", "L", progressive=True, quality=10)
    last = body[body.rindex(b"\xff\xda") : -2]
    return body[:-2] + last * count + body[-2:]


UNHARMED = [jpeg(), jpeg("L"), jpeg("CMYK"), jpeg(progressive=True), jpeg(exif=on_its_side())]
LARGE = smooth(640, 480)
LARGE_JPEG = encoded(LARGE, "JPEG", quality=92)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_colour_space_becomes_bgr(mode: str) -> None:
    picture = decode(jpeg(mode))
    assert not isinstance(picture, str)
    assert (picture.shape, picture.dtype) == ((120, 200, 3), np.uint8)


def test_a_picture_stored_on_its_side_comes_upright() -> None:
    picture = decode(jpeg(exif=on_its_side()))
    assert not isinstance(picture, str)
    assert picture.shape == (200, 120, 3)


@pytest.mark.parametrize(
    ("body", "flag"),
    [
        (b"", "empty"),
        (b"\xff\xd8 no picture \xff\xd9", "corrupt"),
        (b"GIF89a" + bytes(64), "corrupt"),
        (jpeg()[:2000], "corrupt"),
        (png_claiming(60_000, 60_000), "too_large"),
        (png_claiming(MAX_PIXELS // 1000 + 1, 1000), "too_large"),
        (png_claiming(8, 8), "empty"),
        (png_claiming(640, 480), "corrupt"),
    ],
)
def test_what_is_wrong_with_a_picture_is_said(body: bytes, flag: str) -> None:
    answer = decode(body)
    assert isinstance(answer, str) or flag == "corrupt"
    if isinstance(answer, str):
        assert answer == flag


def test_a_picture_of_endless_scans_is_refused_unseen() -> None:
    body = many_scans(12)
    started = time.process_time()
    assert decode(body) == "too_large"
    assert time.process_time() - started < 0.2, "one of its scans would take as long"


def test_a_bomb_of_sixty_megapixels_takes_no_memory() -> None:
    body = bytearray(jpeg())
    at = body.index(b"\xff\xc0") + 5
    body[at : at + 4] = struct.pack(">HH", 6_000, 10_000)
    before = getrusage(RUSAGE_SELF).ru_maxrss
    assert decode(bytes(body)) == "too_large"
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 8_192


def test_pictures_of_one_pixel_are_empty() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        assert decode(encoded(STREET[:1, :1], kind)) == "empty"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
def test_a_file_that_was_cut_is_a_flag_or_a_whole_picture_never_a_crash(kind: str, share: float) -> None:
    body = encoded(STREET, kind)
    answer = decode(body[: round(share * len(body))])
    assert isinstance(answer, str) or (kind != "JPEG" and answer.shape == STREET.shape)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_a_reduced_picture_is_the_picture_but_smaller(mode: str, progressive: bool, scale: Scale) -> None:
    truth = smooth(203, 121)
    for exif, turned in ((Image.Exif(), truth), (on_its_side(), cv2.rotate(truth, cv2.ROTATE_90_CLOCKWISE))):
        picture = decode(encoded(truth, "JPEG", mode, progressive=progressive, exif=exif, quality=95), scale)
        assert not isinstance(picture, str)
        height, width = turned.shape[:2]
        assert picture.shape == (-(-height // scale), -(-width // scale), 3)
        if mode == "RGB":
            seen = cv2.resize(turned, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
            assert np.abs(seen[1:-1, 1:-1].astype(int) - picture[1:-1, 1:-1]).mean() < 4


@settings(max_examples=40, deadline=None)
@given(
    st.builds(Box, x=st.integers(0, 700), y=st.integers(0, 500), width=st.integers(1, 700), height=st.integers(1, 500)),
    st.integers(10, 9 * ENOUGH_PX),
)
def test_a_region_shows_what_is_there_and_knows_where_it_is(region: Box, plate_px: int) -> None:
    part = decode_region(LARGE_JPEG, region, Box(x=0, y=0, width=plate_px, height=50))
    if isinstance(part, str):
        assert part == "empty"
        assert region.x >= 640 or region.y >= 480
        return
    height, width = part.picture.shape[:2]
    shown = part.whole(Box(x=0, y=0, width=width, height=height))
    assert shown.x <= region.x < shown.x + part.scale
    assert shown.y <= region.y < shown.y + part.scale
    assert shown.x + shown.width >= min(region.x + region.width, 640)
    assert shown.y + shown.height >= min(region.y + region.height, 480)
    middle = LARGE[min(shown.y + shown.height // 2, 479), min(shown.x + shown.width // 2, 639)].astype(int)
    assert np.abs(middle - part.picture[height // 2, width // 2]).max() < 12


@given(
    st.builds(Box, x=st.integers(0, 50), y=st.integers(0, 50), width=st.integers(1, 40), height=st.integers(1, 20)),
    st.sampled_from((1, 2, 4, 8)),
)
def test_a_box_of_a_part_survives_the_whole_picture(box: Box, scale: Scale) -> None:
    part = Part(np.zeros((80, 100, 3), np.uint8), 16, 8, scale)
    assert part.inside(part.whole(box)) == box


def test_only_plates_far_larger_than_a_reader_needs_are_reduced() -> None:
    def scale(width: int) -> int:
        return scale_for(Box(x=0, y=0, width=width, height=1))

    assert [scale(ENOUGH_PX * n) for n in (1, 2, 3, 4, 8, 20)] == [1, 2, 2, 4, 8, 8]
    assert scale(2 * ENOUGH_PX - 1) == 1


def test_metadata_after_the_end_does_not_make_a_picture_corrupt() -> None:
    assert not isinstance(decode(jpeg() + b"maker note" * 100), str)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A JPEG with bytes overwritten, cut out, doubled, or put in, anywhere and up to four times."""
    body = bytearray(draw(st.sampled_from(UNHARMED)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 40))
        put = draw(st.one_of(st.binary(max_size=8), st.just(bytes(body[at : at + length]) * 2)))
        body[at : at + length] = put
    return bytes(body)


@settings(max_examples=400, deadline=None)
@given(damaged(), st.sampled_from((1, 2, 8)))
def test_any_damage_gives_a_picture_or_a_flag(body: bytes, scale: Scale) -> None:
    answer = decode(body, scale)
    assert answer in {"empty", "corrupt", "too_large"} if isinstance(answer, str) else answer.ndim == 3


def test_night_and_glare_are_flagged() -> None:
    assert light(np.full((90, 90, 3), 8, np.uint8)) == ("too_dark",)
    assert light(np.full((90, 90, 3), 250, np.uint8)) == ("overexposed",)
    assert light(cv2.resize(STREET, (90, 90))) == ()
