"""Who may see what: every role at every address, forms without their token, headers on every answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faced import FacedTest

ROLES = ("officer", "supervisor", "operator", "auditor", "admin")
ALLOWED = {
    "/officer": {"officer", "supervisor"},
    "/officer/cases/{case}": {"officer", "supervisor"},
    "/officer/cases/{case}/pictures/0": {"officer", "supervisor"},
    "/officer/cases/{referred}/documents/protocol.pdf": {"officer", "supervisor"},
    "/ops": {"supervisor", "operator", "auditor", "admin"},
    "/ops.json": {"supervisor", "operator", "auditor", "admin"},
    "/audit": {"supervisor", "auditor"},
    "/replay": {"supervisor", "auditor", "admin"},
}
OPEN = ("/", "/login", "/act", "/verify", "/health", "/static/tarazy.css")
FORMS = (
    "/login",
    "/logout",
    "/act",
    "/a/0000/pay",
    "/a/0000/review",
    "/officer/next",
    "/officer/cases/{case}/lease",
    "/officer/cases/{case}/verdict",
    "/officer/cases/{case}/course",
    "/officer/cases/{case}/pack",
    "/replay",
)


@pytest.fixture(scope="module")
def faced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FacedTest]:
    """One centre with two cases for the module: nothing here changes it."""
    centre = FacedTest(Path(tmp_path_factory.mktemp("faced")))
    centre.case = centre.review().case_id  # type: ignore[attr-defined]  # the cases the addresses name
    centre.referred = centre.refer(2).case_id  # type: ignore[attr-defined]
    yield centre
    centre.centre.casebook.close()


def _at(faced: FacedTest, address: str) -> str:
    return address.format(case=faced.case, referred=faced.referred)  # type: ignore[attr-defined]  # see the fixture


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_is_its_own_and_nothing_else(faced: FacedTest, role: str) -> None:
    browser = faced.browser(role)
    for address, allowed in ALLOWED.items():
        assert browser.get(_at(faced, address)).status_code == (200 if role in allowed else 403), address


@pytest.mark.parametrize("address", ALLOWED)
def test_without_a_login_a_page_leads_to_it_and_json_is_refused(faced: FacedTest, address: str) -> None:
    answer = faced.browser().get(_at(faced, address))
    if address.endswith(".json"):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "login-needed"
    else:
        assert answer.headers["location"].startswith("/login?next=/")


@pytest.mark.parametrize("address", OPEN)
def test_public_pages_need_no_login(faced: FacedTest, address: str) -> None:
    assert faced.browser().get(address).status_code == 200


@pytest.mark.parametrize("address", FORMS)
def test_a_form_without_its_token_changes_nothing(faced: FacedTest, address: str) -> None:
    fields = {"csrf": "0" * 64, "verdict": "confirm", "login": "officer", "password": "x"}
    assert faced.browser("officer").post(_at(faced, address), data=fields).status_code == 403
    assert faced.browser().post(_at(faced, address), data=fields).status_code == 403


@pytest.mark.parametrize("role", [*sorted(set(ROLES) - {"officer", "supervisor"}), ""])
def test_only_officers_tell_what_happened_to_a_case(faced: FacedTest, role: str) -> None:
    browser = faced.browser(role)
    fields = faced.form(browser, "/" if role else "/login", what="complaint", reference="in-1")
    answer = browser.post(_at(faced, "/officer/cases/{case}/course"), data=fields)
    assert answer.status_code == (403 if role else 401)
    assert "course" not in {line.action for line in faced.centre.casebook.audit.latest(100)}


def test_a_token_of_one_browser_is_worth_nothing_in_another(faced: FacedTest) -> None:
    mine, theirs = faced.browser(), faced.browser()
    theirs.get("/login")
    stolen = faced.form(mine, "/login", login="officer", password="tarazy-demo")
    assert theirs.post("/login", data=stolen).status_code == 403


@pytest.mark.parametrize("address", ["/", "/login", "/officer", "/nothing", "/a/0000", "/ops.json"])
def test_no_answer_is_kept_framed_sniffed_or_scripted_from_elsewhere(faced: FacedTest, address: str) -> None:
    headers = faced.browser("officer").get(address).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(faced: FacedTest) -> None:
    browser = faced.browser()
    answer = browser.post("/login", data=faced.form(browser, "/login", login="officer", password="tarazy-demo"))
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_login_leads_on_to_our_own_pages_only(faced: FacedTest, onward: str) -> None:
    browser = faced.browser()
    fields = faced.form(browser, "/login", login="officer", password="tarazy-demo", next=onward)
    assert browser.post("/login", data=fields).headers["location"] == "/officer"


def test_after_logging_out_the_session_is_over(faced: FacedTest) -> None:
    browser = faced.browser("officer")
    kept = dict(browser.cookies)
    assert browser.post("/logout", data=faced.form(browser, "/officer")).status_code == 303
    browser.cookies.update(kept)
    assert browser.get("/officer").status_code == 303
