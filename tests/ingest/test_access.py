"""Refused access is counted each time, and told in the log so that nobody fills a disk by knocking."""

import pytest
from starlette.requests import Request

from ingest.access import Refusals


def request(path: str = "/officer", method: str = "GET") -> Request:
    return Request({"type": "http", "method": method, "path": path, "headers": [], "query_string": b"plate=489AAC02"})


def test_a_thousand_attempts_are_counted_and_told_in_a_line_a_second(caplog: pytest.LogCaptureFixture) -> None:
    counted: list[tuple[str, str]] = []
    now = [0.0]
    refusals = Refusals(lambda face, code: counted.append((face, code)), lambda: now[0])
    for n in range(1000):
        now[0] = n / 250
        refusals.tell(request(), "pages", "login-needed", 401)
    assert counted == [("pages", "login-needed")] * 1000
    assert [message.rpartition("more=")[2] for message in caplog.messages] == ["0", "249", "249", "249"]


def test_kinds_are_told_apart_and_nothing_that_was_sent_is_told(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    refusals.tell(request("/a/489AAC02", "489AAC02"), "pages", "not-found", 404)
    refusals.tell(request("/v1/admin/users/489AAC02"), "pages", "not-authorised", 401)
    refusals.tell(request("/metrics"), "pages", "login-needed", 401)
    assert caplog.messages == [
        "refused face=pages code=not-found status=404 method=other route=- more=0",
        "refused face=administrator code=not-authorised status=401 method=GET route=- more=0",
        "refused face=machines code=login-needed status=401 method=GET route=- more=0",
    ]
