"""`tarazy device`, `tarazy camera`, `tarazy push` against a door on loopback."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from adjudication import codec, ids
from adjudication.units import Id
from dashboards.pushing import Pushed
from ingest import identity
from ingest.clock import system_clock
from ingest.enrolment import Passport
from ingest.status import EventState, PassageState
from tests import samples
from tests.ingest.cameras import ADMIN, PICTURE, Door, enrolled, served


class Settled:
    """A centre that settles every event at the second asking."""

    def __init__(self) -> None:
        self._asked: set[Id] = set()

    def find(self, event_id: Id) -> EventState:
        done = event_id in self._asked
        self._asked.add(event_id)
        passage = PassageState(
            passage_id=ids.passage_id(event_id, 0),
            ordinal=0,
            plate="489AAC02",
            country="KZ",
            confidence_bp=9_900,
            outcome="review",
            reason="CLEAR",
        )
        return EventState(event_id=event_id, device_id="cam-9", done=done, passages=(passage,) if done else ())


def tarazy(command: str, *arguments: object) -> Result:
    root = typer.Typer()
    root.callback()(lambda: None)
    root.add_typer(import_module(f"dashboards.cli.{command}").app, name=command)
    return CliRunner().invoke(root, [command, *map(str, arguments)])


@pytest.fixture
def door(tmp_path: Path) -> Door:
    door = Door(tmp_path / "door", status=Settled())
    door.clock.set(system_clock())
    return door


@pytest.fixture
def url(door: Door) -> Iterator[str]:
    with served(door.app) as address:
        yield address


@pytest.fixture
def admin(tmp_path: Path, url: str) -> tuple[object, ...]:
    (tmp_path / "token").write_text(ADMIN + "\n")
    return ("--url", url, "--admin-token-file", tmp_path / "token")


@pytest.fixture
def passport(tmp_path: Path) -> Path:
    papers = {name: getattr(enrolled("cam-9"), name) for name in Passport.__struct_fields__}
    (tmp_path / "cam-9.passport.json").write_bytes(codec.encode(Passport(**papers)))
    return tmp_path / "cam-9.passport.json"


@pytest.fixture
def key(tmp_path: Path, passport: Path, admin: tuple[object, ...]) -> Path:
    path = tmp_path / "cam-9.json"
    made = tarazy("device", "enrol", passport, "--key", path, *admin)
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs" / "eu"
    folder.mkdir(parents=True)
    for name in ("b.jpg", "a.JPEG", "truth.csv"):
        (folder / name).write_bytes(PICTURE)
    return folder.parent


def test_enrolling_sends_the_public_half_and_keeps_the_private_one(door: Door, key: Path) -> None:
    file, device = identity.load(key), door.devices.find("cam-9")
    assert device is not None
    assert key.stat().st_mode & 0o777 == 0o600
    assert file.private_key not in str(codec.encode(device))
    assert file.verification == samples.VERIFICATION


def test_a_key_is_never_overwritten_and_a_device_never_enrolled_twice(
    door: Door, key: Path, passport: Path, admin: tuple[object, ...], tmp_path: Path
) -> None:
    before = key.read_bytes()
    again = tarazy("device", "enrol", passport, "--key", key, *admin)
    assert (again.exit_code, key.read_bytes()) == (2, before)
    assert "device-file-exists" in again.output
    twice = tarazy("device", "enrol", passport, "--key", tmp_path / "other.json", *admin)
    assert "device-exists" in twice.output
    assert not (tmp_path / "other.json").exists()


def test_a_suspended_device_is_refused_until_it_is_resumed(
    door: Door, key: Path, admin: tuple[object, ...], photographs: Path
) -> None:
    assert tarazy("device", "suspend", "cam-9", *admin).exit_code == 0
    assert "suspended" in tarazy("device", "list", *admin).output
    kept = tarazy("camera", photographs, "--key", key, "--count", 1, "--rate", 99, "--grace", 0.1)
    assert kept.exit_code == 1
    assert "1 kept here" in kept.output
    assert tarazy("device", "resume", "cam-9", *admin).exit_code == 0
    taken = tarazy("camera", photographs, "--key", key, "--count", 1, "--rate", 99)
    assert "1 captured, 2 delivered, 0 kept here" in taken.output
    assert tarazy("device", "retire", "cam-9", *admin).exit_code == 0
    assert "device-retired" in tarazy("device", "resume", "cam-9", *admin).output


@pytest.mark.parametrize("command", ["list", "suspend"])
def test_without_the_token_nothing_is_shown_or_changed(url: str, tmp_path: Path, command: str) -> None:
    name = ("cam-1",) if command == "suspend" else ()
    (tmp_path / "wrong").write_text("guess")
    for token, code in ((tmp_path / "wrong", "not-authorised"), (tmp_path / "none", "admin-token-missing")):
        refused = tarazy("device", command, *name, "--url", url, "--admin-token-file", token)
        assert refused.exit_code == 2
        assert code in refused.output


def test_a_centre_that_is_away_or_not_one_is_named(tmp_path: Path, admin: tuple[object, ...]) -> None:
    away = tarazy("device", "list", "--url", "http://127.0.0.1:9", *admin[2:])
    assert (away.exit_code, "centre-away" in away.output) == (2, True)


def test_pushing_a_folder_tells_what_came_of_each_photograph(door: Door, key: Path, photographs: Path) -> None:
    pushed = tarazy("push", photographs, "--device-key", key, "--speed", 83, "--limit", 60, "--json")
    assert pushed.exit_code == 0, pushed.output
    outcomes = msgspec.convert(json.loads(pushed.stdout), list[Pushed])
    assert [Path(one.file).name for one in outcomes] == ["a.JPEG", "b.jpg"]
    for one in outcomes:
        assert one.receipt is not None
        assert one.receipt.receipt.event_id == one.event_id
        assert one.done
        assert [(passage.plate, passage.confidence_bp) for passage in one.passages] == [("489AAC02", 9_900)]
    header = door.stream.records[0].value
    assert b'"limit_kmh100":6000' in header
    assert b'"value_kmh100":8300' in header


def test_pushing_says_in_words_what_came_of_a_photograph(key: Path, photographs: Path, tmp_path: Path) -> None:
    no_jpeg = tmp_path / "x.jpg"
    no_jpeg.write_bytes(b"nothing")
    pushed = tarazy("push", no_jpeg, photographs / "eu" / "b.jpg", "--device-key", key)
    assert pushed.exit_code == 1
    refused, settled = pushed.stdout.strip().splitlines()
    assert refused.endswith("refused: picture-not-jpeg")
    assert settled.endswith("489AAC02 99% review CLEAR")


def test_pushing_nothing_or_without_a_device_says_so(
    key: Path, tmp_path: Path, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("TARAZY_DATA", str(tmp_path / "no-centre"))
    monkeypatch.chdir(tmp_path)  # where no demonstration was run
    nothing = tarazy("push", tmp_path / "empty", "--device-key", key)
    nobody = tarazy("push", photographs)
    assert (nothing.exit_code, nobody.exit_code) == (2, 2)
    assert "no-photographs" in nothing.output
    assert "device-file-missing" in nobody.output


def test_a_camera_sends_rendered_frames_at_a_rate(door: Door, key: Path, tmp_path: Path) -> None:
    sent = tarazy("camera", "--rendered", "--key", key, "--count", 2, "--rate", 50, "--json")
    assert sent.exit_code == 0, sent.output
    assert json.loads(sent.stdout) == {"captured": 2, "delivered": 2, "waiting": 0, "refused": {}}
    assert len(door.stream.records) == 2
