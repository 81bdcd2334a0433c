"""A JPEG's claims, read from its header."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.errors import Invalid
from ingest.jpeg import MAX_PIXELS, size_of
from tests.ingest.cameras import jpeg


def code_of(data: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        size_of(data)
    return refused.value.code


@given(st.integers(1, 5_000), st.integers(1, 5_000), st.sampled_from((0xC0, 0xC1, 0xC2)))
def test_the_size_is_what_the_frame_header_claims(width: int, height: int, marker: int) -> None:
    assert size_of(jpeg(width, height, marker=marker)) == (width, height)


def test_the_largest_picture_passes_and_the_next_larger_does_not() -> None:
    assert size_of(jpeg(MAX_PIXELS // 1_000, 1_000)) == (32_000, 1_000)
    assert code_of(jpeg(MAX_PIXELS // 1_000 + 1, 1_000)) == "picture-too-large"


def test_padding_before_a_marker_is_skipped() -> None:
    picture = jpeg(10, 20)
    assert size_of(picture[:2] + b"\xff\xff\xff" + picture[2:]) == (10, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xd8" + b"\xff" * 10_000,
        b"\xff\xd8" + b"\xff\x01" * 10_000,
        b"\xff\xd8\xff\xda\x00\x04\x00\x00",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\xff\xd8\xff\xc0\x00\x04\x08\x00",
        jpeg(0, 20),
        jpeg(20, 0),
    ],
)
def test_what_is_no_jpeg_is_called_so(data: bytes) -> None:
    assert code_of(data) == "picture-not-jpeg"


@pytest.mark.parametrize("marker", [0xC3, 0xC9, 0xCF])
def test_codings_no_decoder_reads_are_refused(marker: int) -> None:
    assert code_of(jpeg(marker=marker)) == "picture-unsupported"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_size_or_a_refusal(data: bytes) -> None:
    for candidate in (data, b"\xff\xd8\xff" + data):
        with contextlib.suppress(Invalid):
            width, height = size_of(candidate)
            assert 0 < width * height <= MAX_PIXELS
