"""A ZIP archive with one form only: members stored, in the order given, every field that could vary fixed.

Any unzip program opens it; `read` accepts nothing but the bytes `write` would give for what is inside, so that no byte
of an archive is without meaning. Source: PKWARE APPNOTE 6.3.10, §4.3.7, §4.3.12, §4.3.16.
"""

import struct
import zlib
from collections.abc import Sequence

from adjudication.errors import Invalid

Member = tuple[str, bytes]

MAX_ARCHIVE_BYTES = 64 * 1024 * 1024
"""An event's frame is at most 4 MiB; this leaves room for an offence seen by many cameras, and fits a web upload."""

MAX_MEMBERS = 64
"""Seven documents and the pictures of several events."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_NEEDS = 10  # version 1.0: stored members need nothing newer
_MADE_BY = 3 << 8 | _NEEDS  # Unix, so that the permissions below are understood
_PERMISSIONS = 0o100644 << 16
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1  # 1980-01-01 00:00, the earliest a ZIP can say


def write(members: Sequence[Member]) -> bytes:
    """The archive of `members`; names are ASCII."""
    body, directory = bytearray(), bytearray()
    for name, data in members:
        encoded, crc = name.encode("ascii"), zlib.crc32(data)
        facts = (_NEEDS, 0, 0, _MIDNIGHT, _FIRST_DAY, crc, len(data), len(data), len(encoded), 0)
        directory += _CENTRAL.pack(_CENTRAL_MAGIC, _MADE_BY, *facts, 0, 0, 0, _PERMISSIONS, len(body)) + encoded
        body += _LOCAL.pack(_LOCAL_MAGIC, *facts) + encoded + data
    end = _END.pack(_END_MAGIC, 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + end)


def read(data: bytes) -> tuple[Member, ...]:
    """The members of an archive in its only form.

    Raises:
        Invalid: `archive-too-large`, `archive-malformed`.
    """
    if len(data) > MAX_ARCHIVE_BYTES:
        raise Invalid("archive-too-large", f"{len(data)} bytes; at most {MAX_ARCHIVE_BYTES}")
    members: list[Member] = []
    at = 0
    try:
        while data[at : at + 4] == _LOCAL_MAGIC and len(members) < MAX_MEMBERS:
            name, start, end = _member(data, at)
            members.append((name, data[start:end]))
            at = end
        canonical = write(members) == data
    except (struct.error, UnicodeError) as error:
        raise Invalid("archive-malformed", "the archive breaks off or holds what no pack holds") from error
    if not canonical:
        raise Invalid("archive-malformed", "these are not the bytes of an archive with this content")
    return tuple(members)


def _member(data: bytes, at: int) -> tuple[str, int, int]:
    """Name, start and end of the member whose header stands at `at`; the caller compares every other field."""
    *_, size, name_length, _ = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + name_length
    return data[at + _LOCAL.size : start].decode("ascii"), start, start + size
