"""A JPEG's size from its header, without decoding it: what the door must know before anyone unpacks the picture.

A file of a few kilobytes can claim 65,535 × 65,535 pixels (13 GB decoded), so the claim is read first.

Source: ITU-T T.81 | ISO/IEC 10918-1, annex B (marker segments).
"""

from adjudication.errors import Invalid

MAX_PIXELS = 32_000_000
"""Traffic cameras have 2 to 24 megapixels; 32 decode to 96 MB, which a vision worker still holds."""

_START_OF_IMAGE = b"\xff\xd8"
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_DECODABLE = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive Huffman: what libjpeg-turbo reads. Lossless and arithmetic forms are refused."""
_MAX_SEGMENTS = 512
"""A photograph has 10 to 40 segments before its frame header; this bounds the walk through a hostile one."""


_MAX_PADDING = 64
"""Any number of FF may stand before a marker; encoders that align to a sector's words use a few."""


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the frame header claims them.

    Raises:
        Invalid: `picture-not-jpeg`, `picture-unsupported` (a coding no usual decoder reads) or `picture-too-large`.
    """
    if jpeg[:2] != _START_OF_IMAGE:
        raise Invalid("picture-not-jpeg", "a JPEG starts with FF D8")
    at = 2
    for _ in range(_MAX_SEGMENTS):
        marker, at = _next_marker(jpeg, at)
        if marker in _STANDALONE:
            continue
        if marker in (_START_OF_SCAN, _END_OF_IMAGE):
            break
        length = int.from_bytes(jpeg[at : at + 2], "big")
        if length < 2 or at + length > len(jpeg):
            break
        if marker in _FRAME_HEADERS:
            return _frame_size(marker, jpeg[at + 2 : at + length])
        at += length
    raise Invalid("picture-not-jpeg", "no frame header before the picture's data")


def _next_marker(jpeg: bytes, at: int) -> tuple[int, int]:
    """The marker that starts at `at`, and where what follows it starts; FF bytes may pad it (B.1.1.2)."""
    code = jpeg[at : at + _MAX_PADDING].lstrip(b"\xff")[:1]
    if jpeg[at : at + 1] != b"\xff" or not code:
        raise Invalid("picture-not-jpeg", f"no marker at byte {at}")
    return code[0], jpeg.index(code, at) + 1


def _frame_size(marker: int, header: bytes) -> tuple[int, int]:
    if len(header) < 6:
        raise Invalid("picture-not-jpeg", "its frame header is cut short")
    precision, height, width = header[0], int.from_bytes(header[1:3], "big"), int.from_bytes(header[3:5], "big")
    if marker not in _DECODABLE or precision != 8 or header[5] not in (1, 3):
        raise Invalid("picture-unsupported", "only 8-bit Huffman-coded JPEG, grey or YCbCr, is read")
    if not width or not height:
        raise Invalid("picture-not-jpeg", f"it claims {width} × {height} pixels")
    if width * height > MAX_PIXELS:
        raise Invalid("picture-too-large", f"it claims {width} × {height} pixels; at most {MAX_PIXELS} in all")
    return width, height
