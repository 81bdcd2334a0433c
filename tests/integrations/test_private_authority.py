"""A private authority is believed where SSL_CERT_FILE names it, by every client of ours that speaks to another host.

Each client runs in a process of its own, since the file is read once; the certificate is that of Compose's S3.
"""

import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.compose.make_secrets import main

EVIDENCE = """
from pathlib import Path
from ingest.clock import system_clock
from integrations.objects.opened import open_evidence_store
open_evidence_store(f"s3://evidence?endpoint={url}", Path(folder), system_clock)
"""
OUTSIDE = """
import time
from integrations.outside import Outside
Outside().post(url, b"{}", until=time.monotonic() + 20)
"""
TRACES = """
from integrations.config import Settings
from integrations.traces import open_traces
traces = open_traces(Settings(traces=url, traces_ratio=1.0), "door")
traces.event("cam-1", 1).end("kept")
traces.close()
"""


OTHERS = ("SSL_CERT", "OTEL_", "REQUESTS_CA", "CURL_CA")
"""What else may name an authority, on the machine where this runs."""


class LockingBucket(BaseHTTPRequestHandler):
    """Says of any bucket that it can lock, and takes whatever is posted."""

    def do_GET(self) -> None:
        self._answer(
            b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Secured(HTTPServer):
    """Over TLS by `s3.crt` of a folder of secrets; a client that hangs up on the certificate ends nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), LockingBucket)
        self.asked: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "s3.crt", folder / "s3.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Secured]:
    main(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "s3").write_text("id\nsecret\n")
    capsys.readouterr()
    with Secured(tmp_path) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("client", [EVIDENCE, OUTSIDE, TRACES], ids=["evidence", "outside", "traces"])
def test_a_private_authority_is_believed_where_it_is_named_and_nowhere_else(
    client: str, server: Secured, tmp_path: Path
) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    program = f"url, folder = 'https://localhost:{server.server_port}', {str(tmp_path)!r}\n{client}"
    for named in ({}, {"SSL_CERT_FILE": str(tmp_path / "trust.crt")}):
        subprocess.run([sys.executable, "-c", program], env=told | named, capture_output=True, timeout=60, check=False)
        assert bool(server.asked) == bool(named)
