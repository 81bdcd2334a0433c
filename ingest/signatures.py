"""Ed25519, as devices and the door use it: a device signs its events and its questions.

Source: RFC 8032 (Ed25519). A signature is a function of key and text, so signing twice gives the same bytes.
"""

from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adjudication.messages import EventCaptured
from ingest.frame import Frame, signed_part

KEYS_HELD = 16_384
"""Parsed public keys kept at hand: more than twice the devices of the whole country (6,000), about 5 MB."""


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half, 32 bytes as lower-case hex: what is enrolled."""
    return key.public_key().public_bytes_raw().hex()


def sign_frame(header: EventCaptured, bodies: Iterable[bytes], key: Ed25519PrivateKey) -> Frame:
    """The frame of a header and its pictures, which stand in the header's order."""
    signed = signed_part(header)
    return Frame(header, signed, key.sign(signed), tuple(bodies))


def is_signed(text: bytes, signature: bytes, public_keys: Iterable[str]) -> bool:
    """Whether one of these public keys (hex) made `signature` over `text`."""
    return any(_verifies(text, signature, public_key) for public_key in public_keys)


def question(path: str, device_id: str, instant_us: int) -> bytes:
    """What a device signs to ask about its own event: path with query, who asks, and when (UTC microseconds)."""
    return f"TZQ1\n{path}\n{device_id}\n{instant_us}".encode()


def _verifies(text: bytes, signature: bytes, public_key: str) -> bool:
    try:
        _parsed(public_key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


@lru_cache(KEYS_HELD)
def _parsed(public_key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
