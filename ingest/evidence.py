"""Evidence: ciphertext that is written once, under the SHA-256 of itself.

The store knows neither cases nor keys. What is inside an object is a matter of `integrations/sealing.py`; who may see
it, of the pages.
"""

from collections.abc import Collection
from datetime import date
from typing import Protocol

from adjudication.units import Sha256


class EvidenceStore(Protocol):
    """Where sealed evidence lies. Adapters: `integrations/objects/` (a directory, S3 with Object Lock).

    `put` returns the address only when the object is stored; putting the same bytes again is no error and changes
    nothing; no object is ever replaced. `get` returns exactly the bytes of that address: an adapter checks the digest.
    What is locked or on hold stays: `delete` refuses it, and on S3 so does the server, whoever asks.

    Raises:
        Invalid: `evidence-missing`, nothing there; `evidence-damaged`, the bytes there are not those of the address;
            `evidence-locked`, it may not go yet.
        Unavailable: the store cannot answer now.
    """

    def put(self, ciphertext: bytes) -> Sha256:
        """Store and return the address."""
        ...

    def get(self, address: Sha256) -> bytes:
        """The bytes stored at `address`."""
        ...

    def delete(self, address: Sha256) -> None:
        """Remove a candidate that did not become an act; a missing object is no error, a locked one is."""
        ...

    def lock(self, addresses: Collection[Sha256], until_on: date) -> None:
        """Keep them to the end of that civil day. A lock is never shortened: an earlier day changes nothing.

        Where it raises, some may be locked; repeating it locks the others.
        """
        ...

    def hold(self, address: Sha256, *, on: bool) -> None:
        """Keep it without a date, beside any lock, or end that. Repeating changes nothing."""
        ...
