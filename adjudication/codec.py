"""One encoding: canonical JSON.

Sorted keys, no white space, UTF-8, integers only, no field that says no more than its default. Equal values give equal
bytes, and a document is accepted only if encoding it again gives the bytes that came (`decode_canonical`), so a digest
means one value and one only, in this release and in those that know more fields. Frames are the exception
(ingest/frame.py).
"""

import hashlib
from typing import TypeVar

import msgspec

from adjudication.errors import Invalid, UnknownVersion
from adjudication.messages import AnyMessage
from adjudication.units import Sha256

T = TypeVar("T")

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What hostile bytes can make the decoder raise; nesting deeper than the interpreter's stack is among it."""

_encoder = msgspec.json.Encoder(order="sorted")
_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
_KNOWN = {str(kind.__struct_config__.tag): 1 for kind in AnyMessage.__args__}


class _Envelope(msgspec.Struct):
    """Only what is needed to say why a message was not understood."""

    kind: str
    v: int = 1


def encode(value: msgspec.Struct) -> bytes:
    """The canonical bytes of any struct of the vocabulary."""
    return _encoder.encode(value)


def digest(value: msgspec.Struct) -> Sha256:
    """SHA-256 of the canonical bytes, lower-case hex."""
    return hashlib.sha256(encode(value)).hexdigest()


def decode_message(data: bytes) -> AnyMessage:
    """A message from its bytes.

    Raises:
        UnknownVersion: a kind, or a version of a known kind, that this release does not know.
        Invalid: `message-malformed`, anything else wrong with it; the detail names the field.
    """
    try:
        return _messages.decode(data)
    except _UNREADABLE as error:
        raise _diagnose(data, error) from error


def decode(data: bytes, kind: type[T]) -> T:
    """One struct of a kind known beforehand.

    Raises:
        Invalid: `message-malformed`; the detail names the field.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except _UNREADABLE as error:
        raise Invalid("message-malformed", str(error)) from error


def decode_canonical(data: bytes, kind: type[T]) -> T:
    """As `decode`, and the bytes must be the canonical ones.

    Raises:
        Invalid: `message-malformed`, or `not-canonical` where the same value has other bytes.
    """
    value = decode(data, kind)
    if _encoder.encode(value) != data:
        raise Invalid("not-canonical", "these bytes are not the canonical encoding of what they say")
    return value


def _diagnose(data: bytes, error: Exception) -> Invalid:
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except _UNREADABLE:
        return Invalid("message-malformed", str(error))
    if _KNOWN.get(envelope.kind) != envelope.v:
        return UnknownVersion(envelope.kind, envelope.v, ", ".join(f"{k} v{v}" for k, v in sorted(_KNOWN.items())))
    return Invalid("message-malformed", str(error))
