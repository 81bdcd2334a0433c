"""The evidence store in a folder of this machine; a lock and a hold are small files beside the object.

The rule is the adapter's own: whoever may write to the folder may also break it. On S3 the server keeps it.
"""

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path
from threading import Lock

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore

from adjudication.calendar import civil_day
from adjudication.errors import Invalid, Unavailable
from adjudication.units import Sha256
from ingest.clock import Clock, system_clock

MISSING = (NotFoundError, FileNotFoundError)
UNTIL, HELD = ".until", ".held"
"""Beside an object: the last day of its lock as a date; that it is on hold, empty."""


class Directory:
    """`ingest.evidence.EvidenceStore` over a folder; safe to use from several threads of one process."""

    def __init__(self, root: Path, clock: Clock = system_clock) -> None:
        self._store = LocalStore(str(root))
        self._clock = clock
        self._locking = Lock()

    def put(self, ciphertext: bytes) -> Sha256:
        """See EvidenceStore."""
        address = hashlib.sha256(ciphertext).hexdigest()
        try:
            obstore.put(self._store, path_of(address), ciphertext, mode="create")
        except AlreadyExistsError:
            self.get(address)  # the same bytes by their address, unless they were damaged: then say so now
        except BaseError as error:
            raise Unavailable("evidence store") from error
        return address

    def get(self, address: Sha256) -> bytes:
        """See EvidenceStore."""
        data = self._read(path_of(address))
        if data is None:
            raise missing(address)
        if hashlib.sha256(data).hexdigest() != address:
            raise damaged(address)
        return data

    def delete(self, address: Sha256) -> None:
        """See EvidenceStore."""
        path = path_of(address)
        with self._locking:
            until_on = self._locked_until(path)
            if self._read(path + HELD) is not None or (until_on and civil_day(self._clock()) <= until_on):
                raise locked(address)
            for one in (path, path + UNTIL):
                self._remove(one)

    def lock(self, addresses: Collection[Sha256], until_on: date) -> None:
        """See EvidenceStore."""
        for address in addresses:
            self._lock(address, until_on)

    def _lock(self, address: Sha256, until_on: date) -> None:
        path = path_of(address)
        with self._locking:
            self._known(address)
            before = self._locked_until(path)
            if before is None or before < until_on:
                self._write(path + UNTIL, until_on.isoformat().encode())

    def hold(self, address: Sha256, *, on: bool) -> None:
        """See EvidenceStore."""
        path = path_of(address)
        with self._locking:
            self._known(address)
            if on:
                self._write(path + HELD, b"")
            else:
                self._remove(path + HELD)

    def _known(self, address: Sha256) -> None:
        try:
            obstore.head(self._store, path_of(address))
        except MISSING as error:
            raise missing(address) from error
        except BaseError as error:
            raise Unavailable("evidence store") from error

    def _locked_until(self, path: str) -> date | None:
        text = self._read(path + UNTIL)
        return None if text is None else date.fromisoformat(text.decode())

    def _read(self, path: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except MISSING:
            return None
        except BaseError as error:
            raise Unavailable("evidence store") from error

    def _write(self, path: str, data: bytes) -> None:
        try:
            obstore.put(self._store, path, data)
        except BaseError as error:
            raise Unavailable("evidence store") from error

    def _remove(self, path: str) -> None:
        try:
            obstore.delete(self._store, path)
        except MISSING:
            return
        except BaseError as error:
            raise Unavailable("evidence store") from error


def directory(root: Path, clock: Clock = system_clock) -> Directory:
    """Evidence in a folder of this machine, made if absent. `clock` says which day it is: locks end by days."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Directory(root, clock)


def path_of(address: Sha256) -> str:
    """Where an object lies: `ab/cd/<address>`, so that no folder grows large."""
    return f"{address[:2]}/{address[2:4]}/{address}"


def missing(address: Sha256) -> Invalid:
    """Nothing is there."""
    return Invalid("evidence-missing", f"nothing is stored at {address}")


def damaged(address: Sha256) -> Invalid:
    """Something else is there."""
    return Invalid("evidence-damaged", f"the object at {address} has other bytes than its address says")


def locked(address: Sha256) -> Invalid:
    """It is there, and stays."""
    return Invalid("evidence-locked", f"the object at {address} is locked or on hold and may not be deleted")
