"""Weights that an operator gives by path and digest, `PATH@sha256:HEX`: a file of this machine, no name to look up.

The digest is part of the setting because the file is part of the evidence: which network read a plate must be known for
as long as the act can be disputed, and a file that was exchanged under its path must not read another day.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adjudication.errors import Invalid
from adjudication.units import Sha256
from vision.models import ModelsMissing

MAX_BYTES = 1 << 30
"""A detector has up to 70 million parameters, 280 MB; a file far beyond that is a mistake, and would fill the disk."""
_CHUNK = 1 << 20
_REFERENCE = re.compile(r"(?P<path>.+)@sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Given:
    """A weights file and the SHA-256 it must have."""

    path: Path
    sha256: Sha256

    @property
    def kind(self) -> str:
        """The suffix in small letters, with its dot: what the file claims to be."""
        return self.path.suffix.lower()


def given(reference: str) -> Given:
    """Weights by reference.

    Raises:
        Invalid: `weights-reference`, the text is not `PATH@sha256:HEX`.
    """
    found = _REFERENCE.fullmatch(reference.strip())
    if found is None:
        raise Invalid("weights-reference", "weights are given as PATH@sha256:HEX, the digest in 64 small hex digits")
    return Given(Path(found["path"]), found["sha256"])


@contextmanager
def private_copy(weights: Given) -> Iterator[Path]:
    """A copy that nobody else can exchange, digested while it is made; gone afterwards.

    A library opens a path a second time: what was digested and what is loaded would be two reads of a file that may
    change between them. The copy's name says nothing but its kind, for libraries also conclude from names.

    Raises:
        ModelsMissing: there is no such file, it is too large, or it is not the pinned one.
    """
    if not weights.path.is_file():
        raise ModelsMissing(f"{weights.path} is no file of this machine, and nothing is downloaded")
    with tempfile.TemporaryDirectory(prefix="tarazy-weights-") as folder:
        copy = Path(folder, f"weights{weights.kind}")
        if _copied(weights.path, copy) != weights.sha256:
            raise ModelsMissing(f"{weights.path} is not the pinned file: its SHA-256 is another; do not use it")
        yield copy


def _copied(source: Path, target: Path) -> Sha256:
    """Copy, and the digest of what was copied."""
    digest, copied = hashlib.sha256(), 0
    with (
        source.open("rb") as reader,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writer,
    ):
        while chunk := reader.read(_CHUNK):
            copied += len(chunk)
            if copied > MAX_BYTES:
                raise ModelsMissing(f"{source} is larger than {MAX_BYTES >> 20} MiB: no weights are")
            digest.update(chunk)
            writer.write(chunk)
    return digest.hexdigest()
