"""Photographs on disk, as a device would push them."""

from collections.abc import Iterable
from pathlib import Path

from adjudication.errors import Invalid

SUFFIXES = frozenset({".jpg", ".jpeg"})
"""What the door takes; whatever else lies in a folder is passed over."""


def photographs(paths: Iterable[Path]) -> list[Path]:
    """The files among `paths` as they are, and every JPEG below the folders among them, in the order of their names.

    Raises:
        Invalid: `no-photographs`.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
        else:
            found.append(path)
    if not found:
        raise Invalid("no-photographs", "there is no JPEG in any of the folders given")
    return found
