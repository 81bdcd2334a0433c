"""One passage in a real browser: camera, officer, act, owner, proof. CHROMIUM names another browser than Debian's."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication.calendar import civil_day
from adjudication.facts import Box, DeviceReading, Measurement, Place, Verification
from dashboards.auth import DEMO_PASSWORD, create_demo_accounts
from dashboards.centre import FacedCentre
from ingest import identity
from ingest.client import DeviceClient, Picture, Seen
from ingest.clock import system_clock
from ingest.enrolment import Passport, as_enrolled, request_of
from ingest.signatures import public_hex
from integrations.config import Settings
from integrations.lawfiles import LAW
from integrations.simulators.population import Population
from integrations.simulators.process import running
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene

playwright = pytest.importorskip("playwright.sync_api")

SEED = 7
SIZE = 100
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 30.0


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[FacedCentre]:
    """The whole centre on loopback, with registers and channels that answer."""
    with running(SEED, SIZE, civil_day(system_clock())) as outside:
        settings = Settings(
            data=tmp_path / "centre",
            registries_url=outside.url,
            channels_url=outside.url,
            policy="demo",
            vision=False,
            door_port=0,
            web_port=0,
        )
        faced = FacedCentre(settings, None, demonstration=True)
        create_demo_accounts(faced.centre.casebook)
        with faced:
            yield faced


@pytest.fixture
def page() -> Iterator["playwright.Page"]:
    """A browser window as an officer's desk has it; what its console complains of fails the test."""
    complaints: list[str] = []
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        window = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en")
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield window
        browser.close()
    assert complaints == []


@pytest.mark.browser
def test_camera_officer_owner_and_proof(centre: FacedCentre, page: "playwright.Page", tmp_path: Path) -> None:
    plate = _capture(centre, tmp_path / "camera")
    _until(lambda: centre.centre.casebook.reviews.count() == 1)

    page.goto(f"{centre.web.url}/login")
    page.fill("[name=login]", "officer")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/officer")
    page.keyboard.press("n")
    page.wait_for_url("**/cases/*")
    assert page.locator(".crop.plate image").count() == 1
    assert page.locator("input[name=plate]").input_value() == plate
    assert "83" in page.locator(".figures").inner_text()
    page.keyboard.press("c")
    page.wait_for_url("**said=confirm")
    assert "the offence is confirmed" in page.locator("[role=status]").inner_text()

    _until(lambda: bool(centre.centre.casebook.acts.latest(1)))
    (stored,) = centre.centre.casebook.acts.latest(1)
    _until(lambda: _state(centre, stored.act.case_id) == "DELIVERED")
    page.goto(f"{centre.web.url}/officer/cases/{stored.act.case_id}")
    page.select_option("[name=what]", "complaint")
    page.fill("[name=reference]", "in-1")
    page.click("form[action$='/course'] button")
    page.wait_for_url("**said=told")
    _until(lambda: _history(centre, stored.act.case_id)[-1] == "told: complaint (in-1)")
    page.reload()
    assert "A complaint came in (in-1)" in page.locator(".history .line").first.inner_text()
    _fits_a_phone(page)
    with page.expect_download() as paper:
        page.click("a[href$='/documents/contest-determination.pdf']")
    assert paper.value.suggested_filename == f"{stored.act.number}-contest-determination.pdf"
    paper.value.save_as(tmp_path / "determination.pdf")
    assert (tmp_path / "determination.pdf").read_bytes().startswith(b"%PDF")
    page.click(".who button")

    page.goto(f"{centre.web.url}/a/{centre.centre.casebook.acts.token(stored.act.act_id)}?lang=en")
    assert plate in page.locator("main").inner_text()
    photograph = page.locator(".photo img")
    photograph.wait_for()
    _fits_a_phone(page)
    assert photograph.evaluate("picture => picture.complete && picture.naturalWidth") > 0
    with page.expect_download() as taken:
        page.click("a[href$='pack.zip']")
    taken.value.save_as(tmp_path / "pack.zip")

    page.goto(f"{centre.web.url}/verify?lang=en")
    page.set_input_files("#pack", tmp_path / "pack.zip")
    page.click("main button")
    assert page.locator("li.holds").count() == 9
    assert page.locator("li.broken").count() == 0
    assert stored.act.number in page.locator("main").inner_text()

    page.goto(f"{centre.web.url}/login")
    page.fill("[name=login]", "supervisor")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/officer")
    page.goto(f"{centre.web.url}/replay?lang=en")
    page.fill("[name=ends]", f"{civil_day(system_clock()) + timedelta(days=1)}T00:00")
    page.set_input_files("[name=policy]", LAW / "policy" / "demo.toml")
    page.click("form[action='/replay'] button")
    page.wait_for_selector("dl.tiles")
    _fits_a_phone(page)
    assert "reproduced its own decisions byte for byte: 2." in page.locator("[role=status]").inner_text()
    assert "No case would be decided differently" in page.locator("main").inner_text()


def _fits_a_phone(page: "playwright.Page") -> None:
    """No page is wider than a phone's 390 px; what must be wide scrolls by itself."""
    desk = page.viewport_size
    assert desk is not None
    page.set_viewport_size({"width": 390, "height": 844})
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window, page.url
    page.set_viewport_size(desk)


def _state(centre: FacedCentre, case_id: str) -> str:
    case = centre.centre.casebook.cases.find(case_id)
    return "" if case is None else case.state


def _history(centre: FacedCentre, case_id: str) -> list[str]:
    return [entry.what for entry in centre.centre.casebook.cases.history(case_id)]


def _capture(centre: FacedCentre, home: Path) -> str:
    """Enrols a camera and lets it see a speeding car; returns the plate."""
    today = civil_day(system_clock())
    car = Population(SEED, SIZE, today).pick(lambda dossier: dossier.profile == "ordinary").vehicle
    key, papers = Ed25519PrivateKey.generate(), _papers(today)
    centre.centre.casebook.devices.enrol(
        as_enrolled(request_of(papers, public_hex(key)), system_clock() - 3_600_000_000)
    )
    receipt_key = public_hex(centre.centre.receipt_key)
    drawn = DrawnVehicle("sedan", "rear", "white", DrawnPlate(car.plate, "KZ2012-P"), 0.0)
    frame = render_frame(Scene(vehicles=(drawn,)), SEED)
    quad = frame.truth.vehicles[0].plate_quad
    assert quad is not None
    left, top = int(min(x for x, _ in quad)), int(min(y for _, y in quad))
    box = Box(x=left, y=top, width=int(max(x for x, _ in quad)) - left, height=int(max(y for _, y in quad)) - top)
    seen = Seen(
        clock_offset_us=500,
        measurement=Measurement(kind="speed", value_kmh100=8300, error_kmh100=200, limit_kmh100=6000),
        reading=DeviceReading(plate=car.plate, confidence_bp=9_999, plate_box=box),
    )
    with DeviceClient(identity.device_file(papers, key, centre.door.url, receipt_key), home) as client:
        client.capture((Picture("violation", encode_jpeg(frame.image)),), seen)
        assert [outcome.sequence for outcome in client.deliver(PATIENCE_S)] == [1]
    return car.plate


def _papers(today: date) -> Passport:
    verification = Verification(
        number="RK-1", laboratory="Lab", issued_on=today - timedelta(100), valid_to=today + timedelta(100)
    )
    return Passport(
        device_id="cam-1",
        serial="SN-1",
        model="Demo speed meter",
        kind="measuring",
        operator="Demo operator",
        place=Place(
            place_id="ala-1",
            title_kk="Абай даңғылы",
            title_ru="проспект Абая",
            district_code="197512",
            lat_e7=432_319_000,
            lon_e7=767_798_100,
        ),
        conformity_certificate="KZ 1",
        conformity_valid_to=today + timedelta(1000),
        verifications=(verification,),
    )


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < end, "the road took too long"
        time.sleep(0.1)
