"""The contract of `ingest.evidence.EvidenceStore`, run against every adapter."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adjudication.errors import Invalid
from ingest.evidence import EvidenceStore
from integrations.objects import directory


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return directory(tmp_path / "evidence")


@given(data=st.binary(max_size=4096))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_put_is_got_at_the_address_of_its_digest(store: EvidenceStore, data: bytes) -> None:
    address = store.put(data)
    assert address == hashlib.sha256(data).hexdigest()
    assert store.get(address) == data
    assert store.put(data) == address


def test_nothing_is_got_where_nothing_was_put(store: EvidenceStore) -> None:
    with pytest.raises(Invalid, match="evidence-missing"):
        store.get("0" * 64)


def test_an_object_is_never_replaced_and_damage_is_named(store: EvidenceStore, tmp_path: Path) -> None:
    address = store.put(b"evidence")
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(b"forgery!")
    with pytest.raises(Invalid, match="evidence-damaged"):
        store.get(address)
    with pytest.raises(Invalid, match="evidence-damaged"):
        store.put(b"evidence")
    assert path.read_bytes() == b"forgery!"


def test_a_deleted_candidate_is_gone_and_deleting_again_is_no_error(store: EvidenceStore) -> None:
    address = store.put(b"candidate")
    store.delete(address)
    store.delete(address)
    with pytest.raises(Invalid, match="evidence-missing"):
        store.get(address)
