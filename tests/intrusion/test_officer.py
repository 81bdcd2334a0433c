"""What somebody with a login tries that is not his.

Who may open what at all: tests/dashboards/test_pages_permissions.py; cases of colleagues: test_pages_officer.py there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboards.auth import DEMO_PASSWORD
from integrations.casebook.users import User
from tests.faced import FacedTest
from tests.intrusion.watch import Watch

PERMITTED = (403, "pages", "not-permitted")


class Tried:
    """Pages with a case that waits, an act, and an officer of another body."""

    def __init__(self, folder: Path) -> None:
        self.faced = FacedTest(folder)
        self.case = self.faced.review().case_id
        self.number, self.token = self.faced.act(2)
        self.referred = self.faced.refer(3).case_id
        self.faced.centre.casebook.users.add(User("stranger", "Бөтен Б.", "another-body", "officer"), DEMO_PASSWORD)
        self.telemetry = self.faced.running.telemetry


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    tried = Tried(Path(tmp_path_factory.mktemp("tried")))
    yield tried
    tried.faced.centre.casebook.close()


@pytest.mark.parametrize(
    "path",
    [
        "/officer",
        "/officer/cases/{case}",
        "/officer/cases/{case}/pictures/0",
        "/officer/cases/{referred}/documents/protocol.pdf",
    ],
)
def test_an_officer_of_another_body_sees_none_of_this_bodys_cases(tried: Tried, watch: Watch, path: str) -> None:
    browser = tried.faced.browser("stranger")
    address = path.format(case=tried.case, referred=tried.referred)
    looks = len(tried.faced.centre.casebook.audit.of_case(tried.case))
    watch.refused(tried.telemetry, lambda: browser.get(address), PERMITTED, (tried.case, "stranger"))
    assert len(tried.faced.centre.casebook.audit.of_case(tried.case)) == looks


@pytest.mark.parametrize("what", ["lease", "verdict", "pack"])
def test_nor_does_he_decide_or_take_away_any(tried: Tried, watch: Watch, what: str) -> None:
    browser = tried.faced.browser("stranger")
    fields = tried.faced.form(browser, "/login", verdict="reject", reason="OFFICER_REJECTED", purpose="court")
    address = f"/officer/cases/{tried.case}/{what}"
    watch.refused(tried.telemetry, lambda: browser.post(address, data=fields), PERMITTED, (tried.case,))
    waiting = tried.faced.centre.casebook.reviews.find(tried.case, tried.faced.clock())
    assert waiting is not None
    assert waiting.leased_by is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/admin/users"),
        ("POST", "/v1/admin/users"),
        ("POST", "/v1/admin/users/auditor/disable"),
        ("GET", "/v1/admin/lag"),
        ("GET", "/v1/admin/dead"),
        ("GET", "/v1/admin/dead/register.dead/0/0"),
        ("POST", "/v1/admin/dead/content"),
        ("POST", "/v1/admin/dead/requeue"),
        ("POST", "/v1/admin/replay"),
    ],
)
@pytest.mark.parametrize("login", ["officer", "supervisor", "admin", ""])
def test_no_login_is_the_administrators_token(tried: Tried, watch: Watch, login: str, method: str, path: str) -> None:
    browser = tried.faced.browser(login)
    cookie = browser.cookies.get("tarazy-session") or "guess"
    answer = watch.refused(
        tried.telemetry,
        lambda: browser.request(method, path, headers={"authorization": f"Bearer {cookie}"}),
        (401, "administrator", "not-authorised"),
        (cookie, "auditor"),
    )
    assert answer.headers["www-authenticate"] == "Bearer"
    assert tried.faced.browser("auditor").get("/audit").status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/ready"])
def test_an_officer_does_not_watch_the_process(tried: Tried, watch: Watch, path: str) -> None:
    browser = tried.faced.browser("officer")
    watch.refused(tried.telemetry, lambda: browser.get(path), (403, "machines", "not-permitted"))
    assert tried.faced.browser("operator").get(path).status_code in {200, 503}


def test_a_session_that_was_ended_is_worth_nothing(tried: Tried, watch: Watch) -> None:
    browser = tried.faced.browser("officer")
    kept = dict(browser.cookies)
    browser.post("/logout", data=tried.faced.form(browser, "/officer"))
    thief = TestClient(tried.faced.app, follow_redirects=False, cookies=kept)
    needed = (303, "pages", "login-needed")
    watch.refused(tried.telemetry, lambda: thief.get("/officer"), needed, tuple(kept.values()))
    watch.refused(tried.telemetry, lambda: thief.get("/ops.json"), (401, "pages", "login-needed"))


def test_a_form_of_another_site_or_another_browser_is_refused(tried: Tried, watch: Watch) -> None:
    browser, other = tried.faced.browser("officer"), tried.faced.browser("supervisor")
    stolen = tried.faced.form(other, "/officer", verdict="confirm")
    expired = (403, "pages", "form-expired")
    address = f"/officer/cases/{tried.case}/verdict"
    for fields in ({"verdict": "confirm"}, {"verdict": "confirm", "csrf": "0" * 64}, stolen):
        watch.refused(tried.telemetry, lambda sent=fields: browser.post(address, data=sent), expired, (tried.case,))


@pytest.mark.parametrize(
    "path",
    [
        "/officer/cases/{case}/pictures/99",
        "/officer/cases/" + "0" * 32,
        "/officer/cases/{case}/pictures/0/../../evidence",
        "/evidence/{address}",
        "/officer/cases/{case}/evidence/{address}",
        "/officer/cases/{case}/documents/protocol.pdf",
        "/officer/cases/{case}/documents/act.pdf",
        "/officer/cases/" + "0" * 32 + "/documents/act.pdf",
        "/a/{token}/receipt.pdf/../../officer",
        "/a/{token}/pictures/99",
        "/a/{token}/pictures/-1",
    ],
)
def test_no_guessed_address_gives_a_picture(tried: Tried, watch: Watch, path: str) -> None:
    evidence = tried.faced.centre.casebook.evidence.of(tried.case)[0]
    address = path.format(case=tried.case, address=evidence.address_sha256, token=tried.token)
    browser = tried.faced.browser("officer")
    watch.refused(tried.telemetry, lambda: browser.get(address), (404, "pages", "not-found"), (tried.case, tried.token))


@pytest.mark.parametrize(("field", "value"), [("verdict", "pardon"), ("reason", "BECAUSE"), ("plate", "9" * 30)])
def test_a_form_says_only_what_the_page_offers(tried: Tried, watch: Watch, field: str, value: str) -> None:
    browser = tried.faced.browser("officer")
    fields = tried.faced.form(browser, "/officer", verdict="reject", reason="OFFICER_REJECTED") | {field: value}
    address = f"/officer/cases/{tried.case}/verdict"
    watch.refused(tried.telemetry, lambda: browser.post(address, data=fields), (422, "pages", "input-wrong"), (value,))
