"""The evidence store on an object store: a directory now, any store that obstore speaks to by the same calls.

Write-once is the store's own promise, not ours: `mode="create"` refuses a second write.
"""

import hashlib
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore

from adjudication.errors import Invalid, Unavailable
from adjudication.units import Sha256


class Objects:
    """`ingest.evidence.EvidenceStore` over obstore; objects lie at `ab/cd/<address>`, so that no folder grows large."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, ciphertext: bytes) -> Sha256:
        address = hashlib.sha256(ciphertext).hexdigest()
        try:
            obstore.put(self._store, _path(address), ciphertext, mode="create")
        except AlreadyExistsError:
            self.get(address)  # the same bytes by their address, unless they were damaged: then say so now
        except BaseError as error:
            raise Unavailable("evidence store") from error
        return address

    def get(self, address: Sha256) -> bytes:
        try:
            data = bytes(obstore.get(self._store, _path(address)).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise Invalid("evidence-missing", f"nothing is stored at {address}") from error
        except BaseError as error:
            raise Unavailable("evidence store") from error
        if hashlib.sha256(data).hexdigest() != address:
            raise Invalid("evidence-damaged", f"the object at {address} has other bytes than its address says")
        return data

    def delete(self, address: Sha256) -> None:
        try:
            obstore.delete(self._store, _path(address))
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            raise Unavailable("evidence store") from error


def directory(root: Path) -> Objects:
    """Evidence in a folder of this machine, made if absent."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Objects(LocalStore(str(root)))


def _path(address: Sha256) -> str:
    return f"{address[:2]}/{address[2:4]}/{address}"
