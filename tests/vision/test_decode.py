"""Pictures as bytes: what is wrong with them is an answer, never a crash."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vision.decode import MAX_PIXELS, decode, light

STREET = np.random.default_rng(1).integers(0, 255, (120, 200, 3), np.uint8)


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(STREET[:, :, ::-1]).convert(mode).save(out, "JPEG", **options)
    return out.getvalue()


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
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode(jpeg(exif=exif))
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


def test_metadata_after_the_end_does_not_make_a_picture_corrupt() -> None:
    assert not isinstance(decode(jpeg() + b"maker note" * 100), str)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=8))
def test_any_damage_gives_a_picture_or_a_flag(at: int, damage: bytes) -> None:
    body = bytearray(jpeg())
    body[at : at + len(damage)] = damage
    answer = decode(bytes(body))
    assert isinstance(answer, str) or answer.ndim == 3


def test_night_and_glare_are_flagged() -> None:
    assert light(np.full((90, 90, 3), 8, np.uint8)) == ("too_dark",)
    assert light(np.full((90, 90, 3), 250, np.uint8)) == ("overexposed",)
    assert light(cv2.resize(STREET, (90, 90))) == ()
