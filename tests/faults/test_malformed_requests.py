"""Ten thousand malformed requests: each is refused with its reason, none is kept, and nothing grows."""

import asyncio
import gc
import json
import random
import resource
import socket
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from ingest.problems import BY_CODE
from tests.faults.malformed import Attempt, attempts
from tests.ingest.cameras import HEADERS, Door, enrolled, served, signed

SEED = 20_260_412
WARM_UP, COUNT = 1_000, 10_000
GROWTH_BYTES = 16 * 1024 * 1024
"""Interpreter caches and allocator arenas still settle after the warm-up; a leak of 2 KB a request would be 20 MB."""


class Status:
    def find(self, event_id: str) -> None:
        return None


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path, status=Status())


async def answer_of(app: FastAPI, attempt: Attempt) -> tuple[int, bytes]:
    """Status and body of one request, over ASGI without a socket."""
    sent: list[dict[str, object]] = []
    body = iter(((attempt.body[:100], True), (attempt.body[100:], False)))

    async def receive() -> dict[str, object]:
        part, more = next(body, (b"", False))
        return {"type": "http.request", "body": part, "more_body": more}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": attempt.method,
        "scheme": "http",
        "path": attempt.path,
        "raw_path": quote(attempt.path).encode(),
        "query_string": quote(attempt.query, safe="=").encode(),
        "headers": [(name.encode(), value.encode()) for name, value in attempt.headers.items()],
        "server": ("door", 80),
        "client": ("camera", 1),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # the ASGI types are narrower than dicts
    return int(sent[0]["status"]), b"".join(bytes(part.get("body", b"")) for part in sent[1:])  # type: ignore[call-overload]


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_ten_thousand_malformed_requests_are_refused_and_leave_nothing(door: Door) -> None:
    schemas = json.loads(json.dumps(door.app.openapi()))["components"]["schemas"]
    codes: Counter[str] = Counter()
    before = 0

    async def push_all() -> None:
        nonlocal before
        for number, attempt in enumerate(attempts(schemas, SEED, WARM_UP + COUNT)):
            if number == WARM_UP:
                before = resident_bytes()
            status, body = await answer_of(door.app, attempt)
            assert 400 <= status < 500, (number, attempt.kind, status, body[:300])
            refusal = json.loads(body)
            assert BY_CODE[refusal["code"]].status == status
            codes[refusal["code"]] += 1

    asyncio.run(push_all())
    grown = resident_bytes() - before
    assert grown < GROWTH_BYTES, f"{grown} bytes more after {COUNT} requests"
    assert door.stream.records == []
    assert len(door.spool) == 0
    assert door.devices.every() == (enrolled(),)
    assert not {"kept", "known", "spooled"} & set(door.fates)
    assert len(codes) >= 15, f"the requests try too little: {codes}"


NO_HTTP = (
    b"\r\n\r\n",
    b"POST\r\n\r\n",
    b"POST /v1/events HTTP/9.9\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: abc\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
    b"POST /v1/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    b"POST /v1/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST /v1/events HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


def first_line(url: str, request: bytes) -> bytes:
    """What the server says to raw bytes, after which the client is gone; empty if it only hangs up."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(4096).split(b"\r\n", 1)[0]
        except ConnectionError:
            return b""


def test_what_is_hardly_http_is_refused_by_the_real_server_which_goes_on(door: Door) -> None:
    schemas = json.loads(json.dumps(door.app.openapi()))["components"]["schemas"]
    rng = random.Random(SEED)
    framed = [
        f"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: {HEADERS['content-type']}\r\n"
        f"content-length: {len(one.body) + rng.choice((0, 0, 1, 100_000))}\r\n\r\n".encode()
        + one.body
        for one in attempts(schemas, SEED + 1, 400)
        if one.path == "/v1/events" and one.method == "POST" and one.kind != "http"
    ]
    with served(door.app) as url:
        for request in (*NO_HTTP, *framed):
            line = first_line(url, request)
            assert line == b"" or line.split()[1].startswith(b"4"), (line, request[:80])
        assert door.stream.records == []
        assert httpx.post(f"{url}/v1/events", content=signed().encode(), headers=HEADERS).status_code == 200
