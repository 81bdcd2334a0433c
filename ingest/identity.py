"""What a device is to itself: its name, its private key, its counter of events. Kept in files of its owner alone.

The key pair is made here and the private half never leaves; the centre gets the public half at enrolment, and gives
the key its receipts are signed with.
"""

import fcntl
import os
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Fact, Place, Verification
from adjudication.units import Name, Text
from ingest.devices import PublicKey
from ingest.enrolment import Passport
from ingest.spool import sync_folder


class DeviceFile(Fact, frozen=True, kw_only=True):
    """Everything an enrolled device needs in order to send; printing it does not show the private key."""

    v: Literal[1] = 1
    url: Text
    device_id: Name
    place: Place
    verification: Verification | None
    receipt_key: PublicKey
    private_key: PublicKey

    def __repr__(self) -> str:
        return f"DeviceFile(device_id={self.device_id!r}, url={self.url!r})"

    @property
    def key(self) -> Ed25519PrivateKey:
        """The key events are signed with."""
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.private_key))


def device_file(passport: Passport, key: Ed25519PrivateKey, url: str, receipt_key: PublicKey) -> DeviceFile:
    """What the device keeps after its enrolment at the centre's door `url`. Its last verification goes with events."""
    return DeviceFile(
        url=url,
        device_id=passport.device_id,
        place=passport.place,
        verification=max(passport.verifications, key=lambda one: one.issued_on, default=None),
        receipt_key=receipt_key,
        private_key=key.private_bytes_raw().hex(),
    )


def check_free(path: Path) -> None:
    """Raises Invalid `device-file-exists`: a private key is never overwritten."""
    if path.exists():
        raise Invalid("device-file-exists", f"{path} exists; a private key is never overwritten")


def store(file: DeviceFile, path: Path) -> None:
    """Writes the file with access for its owner only.

    Raises:
        Invalid: `device-file-exists`: a private key is never overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        check_free(path)
        raise
    with os.fdopen(handle, "wb") as written:
        written.write(codec.encode(file))
        written.flush()
        os.fsync(written.fileno())
    sync_folder(path.parent)


def load(path: Path) -> DeviceFile:
    """The device file at `path`.

    Raises:
        Invalid: `device-file-missing`, or `message-malformed` where it holds something else.
    """
    try:
        return codec.decode(path.read_bytes(), DeviceFile)
    except FileNotFoundError as error:
        raise Invalid("device-file-missing", f"no device file at {path}: `tarazy device enrol` makes one") from error


class Sequence:
    """A device's counter: every number is used once, whatever happens, and by one process at a time.

    A number is durable before it is used, so that a crash leaves a gap and never a repeat.

    Raises:
        Invalid: `device-in-use`: another process is this device now.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise Invalid("device-in-use", "another process sends as this device; wait for it to end") from error
        self._last = int(os.pread(self._file, 32, 0) or b"0")

    def next(self) -> int:
        """The next number, from 1."""
        self._last += 1
        os.pwrite(self._file, f"{self._last:020d}".encode(), 0)
        os.fsync(self._file)
        return self._last

    def close(self) -> None:
        """Lets another process be this device."""
        os.close(self._file)
