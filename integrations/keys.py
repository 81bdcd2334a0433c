"""Keys at rest: one master key outside the stores, wrapping what stands inside them.

The casebook holds a data key per case, wrapped by AES-256-GCM under the master key; deleting the wrapped key makes the
case's evidence unreadable even where its ciphertext may not be deleted (design §1.10). Other secrets (the token printed
in a QR code) are derived from the master key by purpose, so that there is one thing to keep.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adjudication.errors import Invalid

KEY_BYTES = 32
"""AES-256."""
NONCE_BYTES = 12
"""The size AES-GCM is specified for (NIST SP 800-38D, 5.2.1.1); random, for far fewer than 2³² wraps under one key."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """32 secret bytes that wrap and derive all others. It never prints itself."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise Invalid("master-key-malformed", f"a master key has {KEY_BYTES} bytes, this one {len(self.secret)}")

    def wrap(self, key: bytes, bound_to: str) -> bytes:
        """`key` encrypted, readable only with the same `bound_to`: nonce, ciphertext, tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, key, bound_to.encode())

    def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        """The key inside `wrapped`.

        Raises:
            Invalid: `key-unreadable`, another master key, another `bound_to`, or damaged bytes.
        """
        try:
            return AESGCM(self.secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise Invalid("key-unreadable", "not wrapped by this master key for this use, or damaged") from error

    def derive(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose, always the same. Source: RFC 5869."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(self.secret)


def create(path: Path) -> None:
    """A new master key in `path`, readable by its owner alone; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> MasterKey:
    """The master key kept in `path`.

    Raises:
        Invalid: `master-key-missing`; `master-key-malformed`, the file holds something else.
    """
    if not path.exists():
        raise Invalid(
            "master-key-missing", f"no {path.name} in {path.parent.name}/; `tarazy cluster keys` makes it once"
        )
    return MasterKey(path.read_bytes())
