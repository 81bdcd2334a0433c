"""The contract of `ingest.evidence.EvidenceStore`, run against every adapter."""

import dataclasses
import hashlib
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adjudication.calendar import civil_day
from adjudication.errors import Invalid, Unavailable
from deploy.servers import s3
from ingest.clock import system_clock
from ingest.evidence import EvidenceStore
from integrations.objects import directory
from integrations.objects.local import path_of
from integrations.objects.s3 import S3Evidence

SEVERAL = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@dataclass
class Kept:
    """A store, what somebody else may do to it, and the same store where nobody answers."""

    store: EvidenceStore
    broken: EvidenceStore
    forge: Callable[[str, bytes], None]
    raw: Callable[[str], bytes]
    count: Callable[[], int]


@pytest.fixture(scope="module")
def server() -> Iterator[s3.S3Server]:
    with s3.running() as server:
        yield server


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.cluster)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "directory":
        yield _in_a_directory(tmp_path / "evidence")
    else:
        yield from _on_a_server(request.getfixturevalue("server"))


def _in_a_directory(root: Path) -> Kept:
    def count() -> int:
        return sum(path.is_file() for path in root.rglob("*"))

    taken = root.parent / "taken"
    store, broken = directory(root), directory(taken)
    taken.rmdir()
    taken.write_bytes(b"a file where the folder was")
    return Kept(
        store,
        broken,
        lambda address, data: void((root / path_of(address)).write_bytes(data)),
        lambda address: (root / path_of(address)).read_bytes(),
        count,
    )


def _on_a_server(server: s3.S3Server) -> Iterator[Kept]:
    """Damage is what is left when the only version is gone and another was written in its place."""

    def versions(prefix: str = "") -> list[str]:
        text = server.request("GET", "", {"versions": "", "prefix": prefix}).text
        return [part.split("</VersionId>", 1)[0] for part in text.split("<VersionId>")[1:]]

    def forge(address: str, data: bytes) -> None:
        for version in versions(path_of(address)):
            server.request("DELETE", path_of(address), {"versionId": version})
        assert server.request("PUT", path_of(address), None, data).is_success

    before = len(versions())
    store = S3Evidence(server.bucket, server.keys)
    broken = S3Evidence(dataclasses.replace(server.bucket, endpoint="http://127.0.0.1:9"), server.keys)
    yield Kept(
        store,
        broken,
        forge,
        lambda address: server.request("GET", path_of(address)).content,
        lambda: len(versions()) - before,
    )
    store.close()
    broken.close()


def void(_: object) -> None:
    return None


@pytest.fixture
def store(kept: Kept) -> EvidenceStore:
    return kept.store


def fresh(words: bytes = b"evidence ") -> bytes:
    """Bytes that no other test has put into a server that all of them share."""
    return words + secrets.token_bytes(16)


def today(days: int = 0) -> date:
    return civil_day(system_clock()) + timedelta(days=days)


@given(data=st.binary(max_size=4096))
@SEVERAL
def test_what_is_put_is_got_at_the_address_of_its_digest(store: EvidenceStore, data: bytes) -> None:
    address = store.put(data)
    assert address == hashlib.sha256(data).hexdigest()
    assert store.get(address) == data
    assert store.put(data) == address


def test_nothing_is_got_locked_or_held_where_nothing_was_put(store: EvidenceStore) -> None:
    for ask in (store.get, lambda a: store.lock([a], today(1)), lambda a: store.hold(a, on=True)):
        with pytest.raises(Invalid, match="evidence-missing"):
            ask("0" * 64)


def test_an_object_is_never_replaced_and_damage_is_named(kept: Kept) -> None:
    data = fresh()
    address = kept.store.put(data)
    kept.forge(address, b"forgery!")
    for ask in (lambda: kept.store.get(address), lambda: kept.store.put(data)):
        with pytest.raises(Invalid, match="evidence-damaged"):
            ask()
    assert kept.raw(address) == b"forgery!"


def test_a_deleted_candidate_is_gone_for_good_and_deleting_again_is_no_error(kept: Kept) -> None:
    address = kept.store.put(fresh())
    assert kept.count() == 1
    kept.store.delete(address)
    kept.store.delete(address)
    with pytest.raises(Invalid, match="evidence-missing"):
        kept.store.get(address)
    assert kept.count() == 0


def test_a_thousand_puts_of_the_same_bytes_at_once_are_one_object(kept: Kept) -> None:
    data = fresh()
    with ThreadPoolExecutor(16) as pool:
        addresses = set(pool.map(lambda _: kept.store.put(data), range(1000)))
    assert addresses == {hashlib.sha256(data).hexdigest()}
    assert kept.count() == 1


def test_what_is_locked_is_not_deleted_and_a_lock_is_never_shortened(store: EvidenceStore) -> None:
    data = fresh()
    address = store.put(data)
    store.lock([address], today(2))
    store.lock([address], today(2))
    store.lock([address], today(1))
    with pytest.raises(Invalid, match="evidence-locked"):
        store.delete(address)
    assert store.put(data) == address
    assert store.get(address) == data


def test_a_hold_keeps_until_it_is_ended(store: EvidenceStore) -> None:
    address = store.put(fresh())
    store.hold(address, on=True)
    store.hold(address, on=True)
    with pytest.raises(Invalid, match="evidence-locked"):
        store.delete(address)
    store.hold(address, on=False)
    store.hold(address, on=False)
    store.delete(address)
    with pytest.raises(Invalid, match="evidence-missing"):
        store.get(address)


def test_the_end_of_a_hold_leaves_a_lock(store: EvidenceStore) -> None:
    address = store.put(fresh())
    store.lock([address], today(1))
    store.hold(address, on=True)
    store.hold(address, on=False)
    with pytest.raises(Invalid, match="evidence-locked"):
        store.delete(address)


def test_a_store_that_does_not_answer_is_unavailable(kept: Kept) -> None:
    """A folder whose place is taken by a file; a service at whose port nobody listens."""
    broken = kept.broken
    for ask in (
        lambda: broken.put(fresh()),
        lambda: broken.get("0" * 64),
        lambda: broken.lock(["0" * 64], today(1)),
        lambda: broken.hold("0" * 64, on=True),
        lambda: broken.delete("0" * 64),
    ):
        with pytest.raises(Unavailable, match="evidence store"):
            ask()
