"""The two signatures of the centre: the body's on each act, the log's on each checkpoint.

A key directory holds, each file readable by its owner alone: `root.pem` (the authority that issued the body's
certificate), `body.pem`, `body.key`, `log.key`. Private keys are PKCS#8, encrypted where a passphrase is set.
Source: art. 822-1(3), second paragraph: a prescription formed automatically may be certified by the body's own key.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from adjudication import ledger
from adjudication.errors import Invalid
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest.clock import Clock
from integrations import cms

ROOT_CERTIFICATE = "root.pem"
BODY_CERTIFICATE = "body.pem"
BODY_KEY = "body.key"
LOG_KEY = "log.key"

Read = TypeVar("Read")
PrivateKey = cms.PrivateKey | Ed25519PrivateKey


class Signer(Protocol):
    """The body's signature.

    `sign` gives a detached CMS in DER over exactly `data`, and raises `Unavailable` while its key cannot be used: the
    act then waits unsigned and is not sent. It may be called from several threads.
    """

    def sign(self, data: bytes) -> bytes:
        """A detached CMS (DER) over `data`."""
        ...


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A signer whose key lies in a file and is held in memory."""

    certificate: x509.Certificate
    key: cms.PrivateKey = field(repr=False)
    clock: Clock

    def sign(self, data: bytes) -> bytes:
        """A detached CMS (DER) over `data`, its signing time from the clock."""
        return cms.sign_detached(data, self.certificate, self.key, self.clock())


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The log's voice: `origin` is its name in checkpoints and in trust bundles."""

    origin: str
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The raw 32 bytes that a trust bundle names."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def checkpoint(self, size: int, root: bytes) -> bytes:
        """A signed note: the first `size` entries have this root."""
        checkpoint = ledger.Checkpoint(self.origin, size, root)
        hint = ledger.key_id(self.origin, self.public_key)
        return ledger.checkpoint_note(checkpoint, hint, self.key.sign(checkpoint.signed_text()))


def open_signer(directory: Path, clock: Clock, passphrase: bytes | None = None) -> FileSigner:
    """The body's signer from a key directory.

    Raises:
        Invalid: `signing-key`, a file is missing, unreadable, or not the key of the certificate.
    """
    key = _read_key(directory / BODY_KEY, passphrase)
    certificate = read_certificate(directory / BODY_CERTIFICATE)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Invalid("signing-key", f"{BODY_KEY} is not an ECDSA or RSA key")
    if key.public_key() != certificate.public_key():
        raise Invalid("signing-key", f"{BODY_KEY} is not the key of {BODY_CERTIFICATE}")
    return FileSigner(certificate, key, clock)


def open_log_signer(directory: Path, origin: str, passphrase: bytes | None = None) -> LogSigner:
    """The log's signer from a key directory.

    Raises:
        Invalid: `signing-key`.
    """
    key = _read_key(directory / LOG_KEY, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise Invalid("signing-key", f"{LOG_KEY} is not an Ed25519 key")
    return LogSigner(origin, key)


def read_certificate(path: Path) -> x509.Certificate:
    """A certificate from a PEM file. Raises Invalid `signing-key`."""
    return _readable(path, x509.load_pem_x509_certificate)


def certificate_ends(directory: Path) -> dict[str, Micros]:
    """When the certificates of a key directory end: `root` and `body`. Raises Invalid `signing-key`."""
    files = {"root": ROOT_CERTIFICATE, "body": BODY_CERTIFICATE}
    read = {name: read_certificate(directory / file) for name, file in files.items()}
    return {name: round(one.not_valid_after_utc.timestamp()) * MICROS_PER_SECOND for name, one in read.items()}


def write_private(path: Path, data: bytes) -> None:
    """A new file that only its owner can read. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def private_pem(key: PrivateKey, passphrase: bytes | None) -> bytes:
    """A private key as PKCS#8 PEM, encrypted under `passphrase` if there is one."""
    encryption: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _read_key(path: Path, passphrase: bytes | None) -> object:
    return _readable(path, lambda data: load_pem_private_key(data, passphrase))


def _readable(path: Path, load: Callable[[bytes], Read]) -> Read:
    try:
        return load(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        hint = "is it there, is it PEM, is the passphrase right?"
        raise Invalid("signing-key", f"{path.name} cannot be read: {hint}") from error
