"""A centre with its pages and nobody behind its doors: registers and channels answer to no one, stages do not run.

Cases come in through [issue], as on the road; pictures are sealed as [seal] does.
"""

import hashlib
import tempfile
from copy import copy
from functools import cache
from pathlib import Path

import msgspec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from msgspec.structs import replace

from adjudication.facts import EvidenceRef, Media
from adjudication.messages import CaseDecided, CaseSealed
from dashboards.auth import DEMO_PASSWORD, create_demo_accounts
from dashboards.web import pages
from ingest.clock import Clock, VirtualClock
from integrations.casebook import Casebook
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.issue import issue
from integrations.keys import MasterKey
from integrations.masking import Copies
from integrations.objects import directory
from integrations.objects.shelf import Shelf
from integrations.pipeline import Centre, embedded
from integrations.seal import Piece, seal_pieces
from tests import samples
from tests.office import received
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene

NOBODY = "http://127.0.0.1:9"


@cache
def data_folder() -> Path:
    """One data folder for the test run: ClickHouse's engine takes one path in one process."""
    return Path(tempfile.mkdtemp(prefix="tarazy-test-"))


@cache
def _bare() -> Centre:
    """One whole centre for the test run: its register and keys cost a second to open."""
    settings = Settings(
        data=data_folder(),
        registries_url=NOBODY,
        channels_url=NOBODY,
        policy="demo",
        public_url="http://testserver",
    )
    return embedded(settings, VirtualClock(samples.CAPTURED_US + 60_000_000))


def centre_over(folder: Path, clock: Clock) -> Centre:
    """The test run's centre with a casebook and an evidence store of its own, and nobody who could log in."""
    centre = copy(_bare())
    centre.casebook = Casebook(f"sqlite:///{folder / 'casebook.db'}", MasterKey(bytes(32)))
    centre.evidence = directory(folder / "evidence", clock)
    centre.clock = clock
    return centre


@cache
def picture() -> bytes:
    """A small synthetic frame with the sample's plate."""
    car = DrawnVehicle("sedan", "rear", "white", DrawnPlate("489AAC02", "KZ2012-P"), 0.0)
    return encode_jpeg(render_frame(Scene(vehicles=(car,)), 1).image, 60)


def _showing(decision: CaseDecided) -> CaseDecided:
    """The decision of an event that shows the synthetic frame."""
    checked, body = decision.checked, picture()
    sha256 = hashlib.sha256(body).hexdigest()
    media = (Media(role="violation", sha256=sha256, bytes=len(body), captured_us=samples.CAPTURED_US),)
    event = replace(checked.passage.event, media=media)
    return replace(decision, checked=replace(checked, passage=replace(checked.passage, event=event)))


class FacedTest:
    """Pages over a fresh casebook; `browser()` is one person's browser."""

    def __init__(
        self, folder: Path, *, demonstration: bool = True, copies: Copies | None = None, shelf: Shelf | None = None
    ) -> None:
        clock = VirtualClock(samples.CAPTURED_US + 60_000_000)
        self.clock = clock
        self.centre = centre_over(folder, clock)
        self.centre.shelf = shelf
        create_demo_accounts(self.centre.casebook)
        self.running = RunningCentre(self.centre, None)
        self.app: FastAPI = pages(self.running, demonstration=demonstration, copies=copies)

    def browser(self, login: str = "", language: str = "en") -> TestClient:
        """Somebody's browser, logged in where a login is given."""
        client = TestClient(self.app, headers={"accept-language": language}, follow_redirects=False)
        if login:
            answer = client.post("/login", data=self.form(client, "/login", login=login, password=DEMO_PASSWORD))
            assert answer.status_code == 303
        return client

    def form(self, client: TestClient, page: str, **fields: str) -> dict[str, str]:
        """The fields of a form, with the token that the page gave."""
        text = client.get(page).text
        return {"csrf": text.partition('name="csrf" value="')[2].partition('"')[0], **fields}

    def take(self, decision: CaseDecided) -> CaseDecided:
        """A decision, sealed, comes to [issue]; what its device signed is the picture that is sealed."""
        c, decision = self.centre, _showing(decision)
        pieces = (Piece("violation", samples.CAPTURED_US, picture()), Piece("record", samples.CAPTURED_US, b"record"))
        refs: tuple[EvidenceRef, ...] = seal_pieces(c.casebook, c.evidence, decision.case_id, pieces)
        c.casebook.evidence.record(decision.case_id, decision.checked.passage.event_id, refs, self.clock())
        stage = issue(
            c.casebook,
            store=c.evidence,
            signer=c.signer,
            log=c.log,
            law=c.law,
            policy=c.policy,
            issuer=c.issuer,
            clock=self.clock,
        )
        stage.handle([received(CaseSealed(decision=decision, evidence=refs))])
        return decision

    def review(self, sequence: int = 1) -> CaseDecided:
        """A case that waits for an officer."""
        return self.take(
            msgspec.structs.replace(samples.decision(sequence), route="review", reason="SECOND_READ_MISSING")
        )

    def refer(self, sequence: int = 1) -> CaseDecided:
        """A case for a court."""
        decided = samples.decision(sequence)
        return self.take(
            msgspec.structs.replace(decided, route="refer", reason="OTHER_SANCTION", part="596(3)", form="protocol")
        )

    def act(self, sequence: int = 1) -> tuple[str, str]:
        """A formed act: its number and the token of its QR code."""
        stored = self.centre.casebook.acts.of_case(self.take(samples.decision(sequence)).case_id)
        assert stored is not None
        return stored.act.number, self.centre.casebook.acts.token(stored.act.act_id)
