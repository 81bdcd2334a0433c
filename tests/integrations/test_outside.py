"""Posting outside: whose fault a silence is, how much is read, and that one connection serves many questions."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.outside import MAX_REPLY_BYTES, NoReply, Outside


class _Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        type(self).connections += 1
        super().setup()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = {"/endless": b"x" * (8 * MAX_REPLY_BYTES)}.get(self.path, b"{}")
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", str(len(body) + (9 if self.path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/cut":
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def gateway() -> Iterator[str]:
    _Gateway.connections = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def post(url: str, outside: Outside | None = None) -> int:
    return (outside or Outside()).post(url, b"{}", until=time.monotonic() + 5).status


def test_a_thread_asks_over_one_connection() -> None:
    with gateway() as url:
        outside = Outside()
        assert [post(f"{url}/a", outside) for _ in range(5)] == [200] * 5
        assert _Gateway.connections == 1
        outside.close()


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with gateway() as url:
        assert post(f"{url}/moved") == 302


@pytest.mark.parametrize(("path", "reason"), [("/endless", "garbled"), ("/cut", "cut")])
def test_a_reply_that_is_none_says_why_and_its_connection_is_not_used_again(path: str, reason: str) -> None:
    with gateway() as url:
        outside = Outside()
        with pytest.raises(NoReply, match=reason):
            post(f"{url}{path}", outside)
        assert post(f"{url}/a", outside) == 200
        assert _Gateway.connections == 2


def test_nobody_there_did_nothing() -> None:
    with pytest.raises(NoReply, match="refused") as told:
        post("http://127.0.0.1:1/")
    assert told.value.again
