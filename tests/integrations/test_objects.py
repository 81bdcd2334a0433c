"""The evidence store's address and keys, its signatures, and what a service's bad moods mean."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adjudication.errors import Invalid, Unavailable
from ingest.clock import VirtualClock
from integrations.objects import Directory, directory
from integrations.objects.lock_calls import Bucket
from integrations.objects.opened import bucket_of, open_evidence_store, read_keys
from integrations.objects.s3 import S3Evidence
from integrations.objects.sigv4 import Keys, Scope, signed, url_of

EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
"""The keys of the examples in AWS's documentation; they open nothing."""
DAY_US = 86_400_000_000


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ({"lifecycle": ""}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ({"max-keys": "2", "prefix": "J"}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_signatures_are_those_of_the_published_examples(query: dict[str, str], signature: str) -> None:
    url = url_of("https://examplebucket.s3.amazonaws.com", "/", query)
    at_us = 1_369_353_600_000_000  # 2013-05-24T00:00:00Z
    sent = signed("GET", url, b"", keys=EXAMPLE, scope=Scope("us-east-1"), now_us=at_us)
    assert sent["authorization"].endswith(f"Signature={signature}")


def test_a_secret_does_not_print_itself() -> None:
    assert EXAMPLE.secret_access_key not in repr(EXAMPLE)


def test_silence_means_a_folder_of_the_data_folder(tmp_path: Path) -> None:
    for where, folder in (("", tmp_path / "evidence"), (f"file:{tmp_path / 'other'}", tmp_path / "other")):
        store = open_evidence_store(where, tmp_path, VirtualClock(0))
        assert isinstance(store, Directory)
        address = store.put(b"x")
        assert (folder / address[:2] / address[2:4] / address).exists()


def test_a_bucket_is_named_with_its_service() -> None:
    told = bucket_of("s3://evidence?endpoint=https://s3.example.kz/&region=kz-1")
    assert told == Bucket("evidence", "https://s3.example.kz", "kz-1")
    assert bucket_of("s3://evidence?endpoint=http://127.0.0.1:9000").region == "us-east-1"
    seen = bucket_of("s3://evidence?endpoint=https://s3:9000&public=https://pictures.example.kz/")
    assert (seen.endpoint, seen.public) == ("https://s3:9000", "https://pictures.example.kz")


@pytest.mark.parametrize(
    "where",
    [
        "var/evidence",
        "gs://evidence",
        "s3://evidence",
        "s3://?endpoint=https://s3.example.kz",
        "s3://evidence/folder?endpoint=https://s3.example.kz",
        "s3://evidence?endpoint=https://s3.example.kz&key=secret",
        "s3://evidence?endpoint=http://s3.example.kz",
        "s3://evidence?endpoint=https://s3:9000&public=http://pictures.example.kz",
    ],
)
def test_another_address_stops_the_start(where: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="setting-wrong"):
        open_evidence_store(where, tmp_path, VirtualClock(0))


@pytest.mark.parametrize("text", [None, "", "one", "one two three", "ключ секрет"])
def test_keys_are_two_lines_and_never_told(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "s3"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match="key-malformed") as told:
        read_keys(path)
    assert not text or text not in str(told.value)
    path.write_text("id\nsecret\n")
    assert read_keys(path) == Keys("id", "secret")


def test_a_lock_of_a_folder_ends_with_its_last_day(tmp_path: Path) -> None:
    clock = VirtualClock(DAY_US)
    store = directory(tmp_path / "evidence", clock)
    address = store.put(b"issued")
    store.lock([address], date(1970, 1, 3))
    for at_us in (DAY_US, 3 * DAY_US - 5 * 3_600_000_000 - 1):  # the day ends at midnight of UTC+5
        clock.set(at_us)
        with pytest.raises(Invalid, match="evidence-locked"):
            store.delete(address)
    clock.set(3 * DAY_US - 5 * 3_600_000_000)
    store.delete(address)
    assert not [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]


@contextmanager
def service(statuses: Mapping[str, int], body: bytes = b"") -> Iterator[str]:
    """A service that answers each method with one status; `body` where that is 200."""

    class Service(BaseHTTPRequestHandler):
        def answer(self) -> None:
            status = statuses[self.command] if "versions" not in self.path else statuses["versions"]
            sent = body if status == 200 else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_throttling_and_faults_of_a_service_mean_not_now(status: int) -> None:
    with service(dict.fromkeys(("GET", "PUT", "DELETE", "versions"), status)) as moody:
        store = S3Evidence(Bucket("evidence", moody, "us-east-1"), EXAMPLE)
        asks = (
            lambda: store.put(b"x"),
            lambda: store.get("0" * 64),
            lambda: store.delete("0" * 64),
            lambda: store.lock(["0" * 64], date(2030, 1, 1)),
            lambda: store.hold("0" * 64, on=True),
            store.check,
        )
        for ask in asks:
            with pytest.raises(Unavailable, match="evidence store"):
                ask()
        store.close()


def test_a_create_refused_for_another_on_its_way_means_not_now() -> None:
    """Source: S3 API, PutObject with If-None-Match: 409 ConditionalRequestConflict, where a create is under way."""
    with service({"PUT": 409, "GET": 404, "versions": 200}, b"<ListVersionsResult/>") as racing:
        store = S3Evidence(Bucket("evidence", racing, "us-east-1"), EXAMPLE)
        with pytest.raises(Unavailable, match="evidence store"):
            store.put(b"x")
        store.close()


def test_an_answer_that_is_no_xml_means_not_now() -> None:
    with service({"versions": 200}, b"a proxy's page of apology <br>") as proxy:
        store = S3Evidence(Bucket("evidence", proxy, "us-east-1"), EXAMPLE)
        with pytest.raises(Unavailable, match="evidence store"):
            store.delete("0" * 64)
        store.close()
