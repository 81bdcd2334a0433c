"""What somebody tries who has neither login nor device.

Guessing plates and tokens: tests/dashboards/test_pages_owner.py; what is hardly HTTP:
tests/faults/test_malformed_requests.py.
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from dashboards import bounded
from dashboards.serving import Served, listening
from ingest.metrics import REFUSED_ACCESS
from integrations.casebook.attempts import WINDOW_S
from tests.faced import FacedTest
from tests.ingest.cameras import until
from tests.intrusion.watch import Watch


class Tried:
    """Pages with one act of each of two owners."""

    def __init__(self, folder: Path) -> None:
        self.faced = FacedTest(folder)
        self.number, self.token = self.faced.act()
        self.telemetry = self.faced.running.telemetry
        self.web = self.faced.browser()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    tried = Tried(Path(tmp_path_factory.mktemp("tried")))
    yield tried
    tried.faced.centre.casebook.close()


@pytest.fixture
def tried(place: Tried) -> Tried:
    """Long after the attempts of the test before, with a browser of its own."""
    place.faced.clock.advance_s(WINDOW_S + 1)
    place.web = place.faced.browser()
    return place


@pytest.mark.parametrize("path", ["/officer", "/ops", "/audit", "/officer/cases/" + "0" * 32])
def test_a_page_of_the_centres_people_leads_to_the_login(tried: Tried, watch: Watch, path: str) -> None:
    watch.refused(tried.telemetry, lambda: tried.web.get(path), (303, "pages", "login-needed"))


@pytest.mark.parametrize("path", ["/metrics", "/ready"])
@pytest.mark.parametrize("token", ["", "guess"])
def test_how_the_process_does_is_nobodys_business(tried: Tried, watch: Watch, path: str, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    attempt = (401, "machines", "login-needed")
    watch.refused(tried.telemetry, lambda: tried.web.get(path, headers=headers), attempt, ("guess",))


def test_a_machine_with_its_token_reads_the_metrics_and_does_nothing_else(tried: Tried, watch: Watch) -> None:
    headers = {"authorization": f"Bearer {tried.faced.centre.metrics_token}"}
    answer = tried.web.get("/metrics", headers=headers)
    assert answer.status_code == 200
    refused = (401, "administrator", "not-authorised")
    watch.refused(tried.telemetry, lambda: tried.web.get("/v1/admin/users", headers=headers), refused)
    text = tried.web.get("/metrics", headers=headers).text
    assert 'tarazy_refused_access_total{code="not-authorised",face="administrator"}' in text
    assert tried.web.get("/officer", headers=headers).status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/static/../auth.py",
        "/static/%2e%2e/auth.py",
        "/static/..%2f..%2fpyproject.toml",
        "/static/....//auth.py",
        "/static/fonts/../../../auth.py",
        "/static//etc/passwd",
        "/static/%00",
        "/admin-token",
        "/evidence/",
        "/../admin-token",
    ],
)
def test_no_path_leads_out_of_what_is_served(tried: Tried, watch: Watch, path: str) -> None:
    watch.refused(tried.telemetry, lambda: tried.web.get(path), (404, "pages", "not-found"), ("passwd", "admin-token"))


@pytest.mark.parametrize("end", ["", "/pictures/0", "/act.pdf", "/pack.zip"])
def test_a_token_opens_its_own_act_and_a_part_or_a_change_of_it_nothing(tried: Tried, watch: Watch, end: str) -> None:
    for token in (tried.token[:-1], tried.token[:-1] + ("A" if tried.token[-1] != "A" else "B"), tried.number):
        refused = (404, "pages", "not-found")
        watch.refused(tried.telemetry, lambda at=token: tried.web.get(f"/a/{at}{end}"), refused, (token,))
    other = tried.faced.act(2)
    assert other[0] not in tried.web.get(f"/a/{tried.token}").text


def test_a_password_is_not_guessed(tried: Tried, watch: Watch) -> None:
    wrong = {"login": "officer", "password": "guess-guess"}
    for _ in range(5):
        fields = tried.faced.form(tried.web, "/login", **wrong)
        refused = (401, "pages", "login-wrong")
        watch.refused(tried.telemetry, lambda sent=fields: tried.web.post("/login", data=sent), refused, ("guess",))
    fields = tried.faced.form(tried.web, "/login", login="officer", password="tarazy-demo")
    waits = (429, "pages", "too-many-tries")
    watch.refused(tried.telemetry, lambda: tried.web.post("/login", data=fields), waits, ("officer",))


def test_an_act_is_not_found_by_its_number_alone(tried: Tried, watch: Watch) -> None:
    fields = tried.faced.form(tried.web, "/act", number=tried.number, plate="001AAA01")
    attempt = (404, "pages", "not-found")
    watch.refused(tried.telemetry, lambda: tried.web.post("/act", data=fields), attempt, ("001AAA01", tried.number))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/officer"),
        ("PUT", "/login"),
        ("DELETE", "/a/0000"),
        ("PATCH", "/ops"),
        ("TRACE", "/"),
        ("X", "/audit"),
    ],
)
def test_no_other_method_does_anything(tried: Tried, watch: Watch, method: str, path: str) -> None:
    watch.refused(
        tried.telemetry,
        lambda: tried.web.request(method, path, headers={"x-http-method-override": "GET"}),
        (405, "pages", "method-not-allowed"),
    )


@pytest.mark.parametrize("path", ["/login", "/act", "/a/0000/pay", "/officer/next"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_form_larger_than_any_of_ours_is_not_read(tried: Tried, watch: Watch, path: str, declared: bool) -> None:
    body = b"number=" + b"9" * (bounded.FORM.max_bytes + 1)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    content = body if declared else iter([body[:40_000], body[40_000:]])
    attempt = (413, "pages", "body-too-large")
    watch.refused(tried.telemetry, lambda: tried.web.post(path, content=content, headers=headers), attempt)


def test_an_administrators_body_is_bounded_even_with_the_token(tried: Tried, watch: Watch) -> None:
    headers = {"authorization": f"Bearer {tried.faced.centre.admin_token}"}
    attempt = (413, "administrator", "body-too-large")
    for path, size in (("users", 100_000), ("dead/content", 100_000), ("replay", 2_000_000)):
        watch.refused(
            tried.telemetry,
            lambda at=path, n=size: tried.web.post(f"/v1/admin/{at}", content=bytes(n), headers=headers),
            attempt,
            (tried.faced.centre.admin_token,),
        )


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(tried: Tried, watch: Watch) -> None:
    attempt = (413, "pages", "body-too-large")
    headers = {"content-length": "999999999", "content-type": "multipart/form-data; boundary=x"}
    watch.refused(tried.telemetry, lambda: tried.web.post("/verify", content=b"x", headers=headers), attempt)


def test_a_body_that_drips_is_cut_off(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "FORM", bounded.Bound(1000, 0.3))
    with Served(tried.faced.app, listening("127.0.0.1", 0)) as served:
        address = urlsplit(served.url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as line:
            line.sendall(
                b"POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
                b"content-length: 100\r\n\r\nlogin="
            )
            assert line.recv(100).startswith(b"HTTP/1.1 408")
        until(lambda: ("pages", "body-too-slow") in tried.telemetry.told(REFUSED_ACCESS))


def test_a_stranger_is_told_nothing_of_a_fault(tried: Tried) -> None:
    page = TestClient(tried.faced.app, raise_server_exceptions=False).get("/a/" + "%ff" * 20)
    assert page.status_code in {404, 422}
    assert "Traceback" not in page.text
