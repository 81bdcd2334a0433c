"""The evidence store on S3: the server keeps what is locked, from its own keys; copies alone are linked to."""

import base64
import dataclasses
import hashlib
import os
import secrets
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from adjudication.calendar import civil_day, end_of_day_us
from adjudication.errors import Invalid, Unavailable
from deploy.compose import make_secrets
from deploy.servers import s3
from ingest.clock import system_clock
from integrations.objects.local import path_of
from integrations.objects.opened import open_evidence_store
from integrations.objects.s3 import S3Evidence
from integrations.objects.shelf import LONGEST, Shelf
from integrations.objects.sigv4 import Keys
from tests.faced import FacedTest, picture
from tests.faults.fire.wires import wiring
from vision.redact import MaskedCopy

pytestmark = pytest.mark.cluster
TOMORROW = civil_day(system_clock()) + timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[s3.S3Server]:
    with s3.running() as server:
        yield server


@pytest.fixture
def store(server: s3.S3Server) -> Iterator[S3Evidence]:
    store = S3Evidence(server.bucket, server.keys)
    yield store
    store.close()


def locked(store: S3Evidence) -> tuple[str, bytes]:
    data = b"evidence " + secrets.token_bytes(16)
    address = store.put(data)
    store.lock([address], TOMORROW)
    return address, data


def version_of(server: s3.S3Server, address: str) -> str:
    return server.request("HEAD", path_of(address)).headers["x-amz-version-id"]


def test_a_lock_is_of_compliance_mode_to_the_end_of_the_day(server: s3.S3Server, store: S3Evidence) -> None:
    address, _ = locked(store)
    told = server.request("HEAD", path_of(address)).headers
    assert told["x-amz-object-lock-mode"] == "COMPLIANCE"
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end_of_day_us(TOMORROW) / 1e6))
    assert told["x-amz-object-lock-retain-until-date"] == until


def test_the_stores_own_keys_cannot_delete_a_locked_version(server: s3.S3Server, store: S3Evidence) -> None:
    address, data = locked(store)
    query = {"versionId": version_of(server, address)}
    for headers in ({}, {"x_amz_bypass_governance_retention": "true"}):
        answer = server.request("DELETE", path_of(address), query, **headers)
        assert (answer.status_code, "AccessDenied" in answer.text) == (403, True)
    assert store.get(address) == data


def test_the_stores_own_keys_cannot_shorten_or_soften_a_lock(server: s3.S3Server, store: S3Evidence) -> None:
    address, _ = locked(store)
    body = b"<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60)).encode()
    late = b"2999-01-01T00:00:00Z"
    softer = [body % (b"COMPLIANCE", soon), body % (b"GOVERNANCE", soon), body % (b"GOVERNANCE", late)]
    for told in softer:
        md5 = base64.b64encode(hashlib.md5(told).digest()).decode()
        answer = server.request("PUT", path_of(address), {"retention": ""}, told, content_md5=md5)
        assert answer.status_code == 403


def test_what_is_hidden_or_written_over_with_the_stores_own_keys_is_still_found(
    server: s3.S3Server, store: S3Evidence
) -> None:
    address, data = locked(store)
    assert server.request("DELETE", path_of(address)).status_code == 204
    assert server.request("GET", path_of(address)).status_code == 404
    assert store.get(address) == data
    assert server.request("PUT", path_of(address), None, b"forgery").is_success
    assert server.request("GET", path_of(address)).content == b"forgery"
    assert store.get(address) == data
    store.hold(address, on=True)
    with pytest.raises(Invalid, match="evidence-locked"):
        store.delete(address)
    assert store.get(address) == data


def test_a_legal_hold_is_the_servers_too(server: s3.S3Server, store: S3Evidence) -> None:
    address = store.put(b"held " + secrets.token_bytes(16))
    store.hold(address, on=True)
    query = {"versionId": version_of(server, address)}
    assert server.request("DELETE", path_of(address), query).status_code == 403
    store.hold(address, on=False)
    assert server.request("DELETE", path_of(address), query).status_code == 204


def test_a_second_create_is_refused_by_the_server(server: s3.S3Server, store: S3Evidence) -> None:
    address = store.put(b"once " + secrets.token_bytes(16))
    answer = server.request("PUT", path_of(address), None, b"twice", if_none_match="*")
    assert answer.status_code == 412


def test_the_server_compares_the_digest_of_what_arrives(server: s3.S3Server, store: S3Evidence) -> None:
    address, data = locked(store)
    told = server.request("HEAD", path_of(address), None, b"", x_amz_checksum_mode="ENABLED").headers
    assert base64.b64decode(told["x-amz-checksum-sha256"]) == hashlib.sha256(data).digest() == bytes.fromhex(address)
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    answer = server.request("PUT", "spoilt", None, b"on the way", x_amz_checksum_sha256=wrong)
    assert (answer.status_code, "BadDigest" in answer.text) == (400, True)


def test_keys_that_are_not_the_stores_are_refused_and_the_stage_waits(server: s3.S3Server) -> None:
    stranger = S3Evidence(server.bucket, Keys(server.keys.access_key_id, "not the secret"))
    with pytest.raises(Unavailable):
        stranger.put(b"x")
    with pytest.raises(Unavailable):
        stranger.delete("0" * 64)
    stranger.close()


def test_a_bucket_that_cannot_lock_stops_the_start(server: s3.S3Server, tmp_path: Path) -> None:
    keys = tmp_path / "keys" / "s3"
    keys.parent.mkdir()
    keys.write_text(f"{server.keys.access_key_id}\n{server.keys.secret_access_key}\n")
    open_evidence_store(server.address, tmp_path, system_clock)
    plain = s3.S3Server(dataclasses.replace(server.bucket, name="plain"), server.keys)
    for made in (False, True):
        if made:
            assert plain.request("PUT", "").is_success
        with pytest.raises(Invalid, match="evidence-unlockable"):
            open_evidence_store(plain.address, tmp_path, system_clock)


THROUGH_TLS = """
from pathlib import Path
from ingest.clock import system_clock
from integrations.objects.opened import open_evidence_store
store = open_evidence_store({address!r}, Path({folder!r}), system_clock)
assert store.get(store.put(b"over TLS")) == b"over TLS"
"""


def test_a_service_of_a_private_authority_is_opened_and_used(
    server: s3.S3Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_secrets.main(tmp_path)
    capsys.readouterr()
    keys = tmp_path / "keys" / "s3"
    keys.parent.mkdir()
    keys.write_text(f"{server.keys.access_key_id}\n{server.keys.secret_access_key}\n")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "s3.crt", tmp_path / "s3.key")
    with wiring(tls) as lay:
        port = lay(urlsplit(server.bucket.endpoint).port or 0).port
        bucket = dataclasses.replace(server.bucket, endpoint=f"https://localhost:{port}")
        address = s3.S3Server(bucket, server.keys).address
        program = THROUGH_TLS.format(address=address, folder=str(tmp_path))
        trust = {"SSL_CERT_FILE": str(tmp_path / "trust.crt")}
        # Both clients read the file once, at their start: a process of their own.
        subprocess.run([sys.executable, "-c", program], env=os.environ | trust, timeout=60, check=True)


def test_a_copy_is_linked_to_for_minutes_and_nothing_else_is(server: s3.S3Server, store: S3Evidence) -> None:
    shelf = Shelf(server.bucket, server.keys)
    name = shelf.put(MaskedCopy(b"\xff\xd8 a masked copy", ()))
    link = shelf.link(name, timedelta(seconds=2))
    answer = httpx.get(link)
    assert (answer.content, answer.headers["content-type"]) == (b"\xff\xd8 a masked copy", "image/jpeg")
    assert httpx.get(link.split("?")[0]).status_code == 403
    assert httpx.put(link, content=b"other").status_code == 403
    raw = path_of(store.put(b"sealed " + secrets.token_bytes(16)))
    assert httpx.get(link.replace(f"masked/{name}.jpg", raw)).status_code == 403
    time.sleep(3)
    assert httpx.get(link).status_code == 403


def test_a_link_leads_where_browsers_reach_the_service(server: s3.S3Server) -> None:
    with wiring() as lay:
        port = lay(urlsplit(server.bucket.endpoint).port or 0).port
        shelf = Shelf(dataclasses.replace(server.bucket, public=f"http://127.0.0.1:{port}"), server.keys)
        name = shelf.put(MaskedCopy(b"\xff\xd8 a masked copy", ()))
        link = shelf.link(name)
        assert link.startswith(f"{shelf.origin}/")
        assert urlsplit(link).port == port
        assert httpx.get(link).content == b"\xff\xd8 a masked copy"


def test_sealed_evidence_is_never_linked_to(server: s3.S3Server, store: S3Evidence) -> None:
    shelf = Shelf(server.bucket, server.keys)
    address = store.put(b"sealed " + secrets.token_bytes(16))
    for name in (address, path_of(address), f"../{path_of(address)}", f"masked/../{path_of(address)}", ""):
        with pytest.raises(Invalid, match="copy-missing"):
            shelf.link(name)
    with pytest.raises(Invalid, match="link-too-long"):
        shelf.link(address, LONGEST + timedelta(seconds=1))


def test_an_owner_is_sent_to_the_masked_copy_on_the_shelf(server: s3.S3Server, tmp_path: Path) -> None:
    faced = FacedTest(tmp_path, shelf=Shelf(server.bucket, server.keys))
    _, token = faced.act()
    browser = faced.browser()
    answer = browser.get(f"/a/{token}/pictures/0")
    assert answer.status_code == 307
    assert f"img-src 'self' {server.bucket.endpoint};" in browser.get(f"/a/{token}").headers["content-security-policy"]
    copy = httpx.get(answer.headers["location"])
    assert copy.headers["content-type"] == "image/jpeg"
    assert copy.content.startswith(b"\xff\xd8")
    assert copy.content != picture()
    assert browser.get("/a/not-a-token/pictures/0").status_code == 404


def test_a_server_that_hangs_is_unavailable(server: s3.S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.objects.s3.REQUEST_FOR", timedelta(seconds=1))
    monkeypatch.setattr("integrations.objects.lock_calls.TIMEOUT_S", 1.0)
    store = S3Evidence(server.bucket, server.keys)
    address = store.put(b"before " + secrets.token_bytes(16))
    server.pause()
    try:
        for ask in (lambda: store.put(b"during"), lambda: store.get(address), lambda: store.lock([address], TOMORROW)):
            with pytest.raises(Unavailable):
                ask()
    finally:
        server.resume()
    assert store.get(address)
    store.close()
