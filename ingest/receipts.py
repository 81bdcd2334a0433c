"""The receipt: the centre's signed word that it holds an event, given only after the event is durable.

It names device, sequence and what was signed, and no time, so that any replica, asked any number of times, answers the
same bytes. A device may forget an event once it holds a receipt whose signature it has checked.
"""

from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Fact
from adjudication.units import Id, Name, Sha256
from ingest.frame import Frame
from ingest.signatures import is_signed

MAX_RECEIPT_BYTES = 1024
"""A receipt is about 400 bytes; whatever is longer is none."""


class Receipt(Fact, frozen=True, kw_only=True):
    """What is acknowledged. `event_sha256` is of the frame's signed part, which holds every picture's digest."""

    device_id: Name
    sequence: int
    event_id: Id
    event_sha256: Sha256


class SignedReceipt(Fact, frozen=True, kw_only=True):
    """A receipt and the centre's Ed25519 signature over its canonical bytes, lower-case hex."""

    receipt: Receipt
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


def receipt_of(frame: Frame, key: Ed25519PrivateKey) -> bytes:
    """The canonical bytes of the signed receipt for a frame."""
    receipt = _plain(frame)
    return codec.encode(SignedReceipt(receipt=receipt, signature=key.sign(codec.encode(receipt)).hex()))


def check(data: bytes, frame: Frame, public_key: str) -> SignedReceipt:
    """The receipt in `data`, if it is the centre's (hex public key) and for this frame.

    Raises:
        Invalid: `receipt-wrong`: the event must be kept and sent again.
    """
    try:
        signed = codec.decode_canonical(data[: MAX_RECEIPT_BYTES + 1], SignedReceipt)
    except Invalid as error:
        raise Invalid("receipt-wrong", "what came back is no receipt") from error
    if signed.receipt != _plain(frame):
        raise Invalid("receipt-wrong", "the receipt is for another event")
    if not is_signed(codec.encode(signed.receipt), bytes.fromhex(signed.signature), (public_key,)):
        raise Invalid("receipt-wrong", "the receipt is not signed with the centre's key")
    return signed


def _plain(frame: Frame) -> Receipt:
    return Receipt(
        device_id=frame.header.device_id,
        sequence=frame.header.sequence,
        event_id=frame.event_id,
        event_sha256=frame.sha256,
    )
