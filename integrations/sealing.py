"""Sealing: one case's evidence under one case's key, before it is stored.

AES-256-GCM. The nonce is derived from the key and the plaintext's digest (RFC 5297's idea), so sealing the same picture
for the same case again gives the same bytes and the same address: a repeated stage stores nothing twice. A nonce
repeats only for the same plaintext, which reveals nothing that the equal addresses do not. The case id is authenticated
with the ciphertext: an object of one case does not open as another's.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adjudication.errors import Invalid
from adjudication.units import Id

NONCE_BYTES = 12
"""NIST SP 800-38D: 96 bits, the size GCM uses directly."""


def seal(plaintext: bytes, key: bytes, case_id: Id) -> bytes:
    """Ciphertext of `plaintext` under the 32-byte `key` of `case_id`: nonce, then AES-256-GCM with its tag."""
    nonce = hmac.new(key, b"nonce" + hashlib.sha256(plaintext).digest(), hashlib.sha256).digest()[:NONCE_BYTES]
    return nonce + AESGCM(key).encrypt(nonce, plaintext, case_id.encode())


def unseal(ciphertext: bytes, key: bytes, case_id: Id) -> bytes:
    """The plaintext.

    Raises:
        Invalid: `evidence-key-wrong`, another key, another case, or changed bytes.
    """
    try:
        return AESGCM(key).decrypt(ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], case_id.encode())
    except (InvalidTag, ValueError) as error:
        raise Invalid("evidence-key-wrong", f"the evidence of case {case_id} does not open with this key") from error
