"""The evidence store on an S3 service with Object Lock: issued evidence outlasts our own keys.

Who holds the store's credentials can still write over an object or hide it behind a marker: both make a new version
and leave the locked one. So a read that finds other bytes, or none, looks through the versions before it complains.
"""

import hashlib
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from adjudication.errors import Invalid, Unavailable
from adjudication.units import Sha256
from ingest.clock import Clock, system_clock
from integrations.objects.local import MISSING, damaged, locked, missing, path_of
from integrations.objects.lock_calls import Bucket, LockCalls
from integrations.objects.sigv4 import Keys

if TYPE_CHECKING:
    from obstore import GetOptions

AT_ONCE = 16
"""Locks asked for at a time; a batch of [issue] has some 130, of two requests each that wait for the network.
Measured: of a service that takes 20 ms, on a busy machine, they take a seventh of the time they take singly."""
RETRIES = 2
"""A stage that cannot store is paused and asked again; here only what a second try mends at once."""
RETRY_FOR = timedelta(seconds=5)
REQUEST_FOR = timedelta(seconds=30)
"""A piece is at most 4 MiB (design §1.8): 30 s allow for a line of 1 Mbit/s."""
CONNECT_FOR = timedelta(seconds=3)


class S3Evidence:
    """`ingest.evidence.EvidenceStore` over one bucket; safe to use from several threads. Close it when done."""

    def __init__(self, bucket: Bucket, keys: Keys, clock: Clock = system_clock) -> None:
        """Asks the service nothing. `clock` dates the signatures: a service refuses one that is a quarter hour off."""
        self._store = open_bucket(bucket, keys)
        self._calls = LockCalls(bucket, keys, clock)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="evidence")

    def check(self) -> None:
        """Raises Invalid `evidence-unlockable` where the bucket is not there or has no Object Lock; Unavailable."""
        if not self._calls.can_lock():
            raise Invalid("evidence-unlockable", "the evidence's bucket is not there, or was made without Object Lock")

    def close(self) -> None:
        """Give back the connections."""
        self._pool.shutdown()
        self._calls.close()

    def put(self, ciphertext: bytes) -> Sha256:
        """See EvidenceStore. The service compares the SHA-256 of what arrived with ours."""
        address = hashlib.sha256(ciphertext).hexdigest()
        try:
            obstore.put(self._store, path_of(address), ciphertext, mode="create", use_multipart=False)
        except AlreadyExistsError:
            self._check_same(address)
        except BaseError as error:
            raise Unavailable("evidence store") from error
        return address

    def get(self, address: Sha256) -> bytes:
        """See EvidenceStore."""
        current = self._read(address)
        if current is not None and _is_of(address, current):
            return current
        return self._original(address)[1]

    def delete(self, address: Sha256) -> None:
        """See EvidenceStore. Every version goes, for a version that is only hidden is still there."""
        path = path_of(address)
        for version in self._calls.versions(path):
            if not self._calls.delete(path, version.version_id):
                raise locked(address)

    def lock(self, addresses: Collection[Sha256], until_on: date) -> None:
        """See EvidenceStore. Many are asked for at once."""

        def one(address: Sha256) -> None:
            self._calls.retain(path_of(address), self._version(address), until_on)

        list(self._pool.map(one, addresses))

    def hold(self, address: Sha256, *, on: bool) -> None:
        """See EvidenceStore."""
        self._calls.hold(path_of(address), self._version(address), on=on)

    def _check_same(self, address: Sha256) -> None:
        """The same bytes lie there by their address, unless they were damaged: then say so now.

        S3 also refuses a create while another of the same object is on its way (409); then nothing is there yet.
        """
        try:
            self.get(address)
        except Invalid as error:
            if error.code == "evidence-missing":
                raise Unavailable("evidence store") from error
            raise

    def _version(self, address: Sha256) -> str:
        """The version that is the evidence: nearly always the only one."""
        versions = self._calls.versions(path_of(address))
        if len(versions) == 1 and not versions[0].marker:
            return versions[0].version_id
        return self._original(address)[0]

    def _original(self, address: Sha256) -> tuple[str, bytes]:
        """Version and bytes of the evidence, wherever among the versions it stands."""
        any_bytes = False
        for version_id, data in self._every(address):
            any_bytes = True
            if _is_of(address, data):
                return version_id, data
        raise damaged(address) if any_bytes else missing(address)

    def _every(self, address: Sha256) -> Iterator[tuple[str, bytes]]:
        for version in self._calls.versions(path_of(address)):
            data = None if version.marker else self._read(address, version.version_id)
            if data is not None:
                yield version.version_id, data

    def _read(self, address: Sha256, version_id: str | None = None) -> bytes | None:
        try:
            options: GetOptions | None = {"version": version_id} if version_id else None
            return bytes(obstore.get(self._store, path_of(address), options=options).bytes())
        except MISSING:
            return None
        except BaseError as error:
            raise Unavailable("evidence store") from error


def open_bucket(bucket: Bucket, keys: Keys, prefix: str | None = None) -> S3Store:
    """The bucket, or the part of it below `prefix`, through obstore; nothing is asked yet."""
    return S3Store(
        bucket.name,
        prefix=prefix,
        endpoint=bucket.endpoint,
        region=bucket.region,
        access_key_id=keys.access_key_id,
        secret_access_key=keys.secret_access_key,
        checksum_algorithm="SHA256",
        client_options={
            "allow_http": bucket.endpoint.startswith("http:"),
            "timeout": REQUEST_FOR,
            "connect_timeout": CONNECT_FOR,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_FOR},
    )


def _is_of(address: Sha256, data: bytes) -> bool:
    return hashlib.sha256(data).hexdigest() == address
