"""`tarazy lag`, `dead`, `replay` and the routes they ask: an administrator's, on a stream of any kind."""

import json
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

import adjudication
from adjudication import codec
from adjudication.errors import Invalid, Unavailable
from adjudication.messages import CaseDecided
from dashboards.serving import Served, listening
from dashboards.web import pages
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import CONFIRMED, DECISIONS
from integrations.centre import RunningCentre
from integrations.decide import decide_stage
from integrations.lawfiles import law_files
from integrations.operating import Past, Reproduced
from integrations.outbox import Relay
from integrations.replays import Replays
from tests import samples
from tests.faced import centre_over

POLICY = Path(adjudication.__file__).parent / "law/policy/demo.toml"
TOKEN = "operator's"


class Place:
    """A centre's pages over a stream in memory on which two offences were decided and then refused by [register]."""

    def __init__(self, folder: Path) -> None:
        self.centre = centre_over(folder, VirtualClock(samples.CAPTURED_US + 60_000_000))
        self.stream = MemoryStream(clock=self.centre.clock)
        self.centre.stream = self.stream
        self.centre.admin_token = TOKEN
        self.token = folder / "token"
        self.token.write_text(TOKEN)
        for n in (1, 2):
            checked = samples.checked(n)
            self.stream.send([NewRecord(CONFIRMED.name, f"key-{n}", codec.encode(checked))])
        self.run(decide_stage(self.centre.law, self.centre.policy))
        self.run(Stage("register", "function", (DECISIONS,), _refusing))
        app = pages(RunningCentre(self.centre, None), demonstration=False)
        self.served = Served(app, listening("127.0.0.1", 0))

    def run(self, stage: Stage) -> None:
        runner = Runner(stage, self.stream.session(stage.name, stage.reads), self.centre.clock)
        while runner.step(0) == "worked":
            pass

    def tarazy(self, command: str, *words: str) -> Result:
        root = typer.Typer()
        root.callback()(lambda: None)
        root.add_typer(import_module(f"dashboards.cli.{command}").app, name=command)
        return CliRunner().invoke(
            root, [command, *words, "--url", self.served.url, "--admin-token-file", str(self.token)]
        )


def _refusing(received: Sequence[Received]) -> Sequence[Outgoing]:
    raise Invalid("row-impossible", "the table does not take it")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    with place.served:
        yield place
    place.centre.casebook.close()


def test_lag_is_told_of_every_group_on_every_topic(place: Place) -> None:
    place.stream.send([NewRecord(CONFIRMED.name, "key", codec.encode(samples.checked(3)))])
    told = json.loads(place.tarazy("lag", "--json").output)["behind"]
    assert {"stage": "decide", "topic": "confirmed.v1", "records": 1, "age_ms": 0} in told
    assert {(one["stage"], one["topic"]) for one in told} >= {("decide", "reviews.v1"), ("register", "decisions.v1")}
    table = place.tarazy("lag")
    assert (table.exit_code, "confirmed.v1" in table.output) == (0, True)


def test_dead_letters_are_listed_shown_and_put_back_from_the_command_line(place: Place) -> None:
    listed = place.tarazy("dead", "list", "--stage", "register", "--json")
    letters = [one["letter"] for one in json.loads(listed.output)["letters"]]
    assert {one["code"] for one in letters} == {"row-impossible"}
    assert "row-impossible" in place.tarazy("dead", "list").output
    shown = place.tarazy("dead", "show", letters[0]["place"])
    assert (shown.exit_code, letters[0]["source"] in shown.output, "489AAC02" in shown.output) == (0, True, False)
    opened = place.tarazy("dead", "show", letters[0]["place"], "--content", "--reason", "ticket 7")
    assert (opened.exit_code, "489AAC02" in opened.output) == (0, True)
    once = place.tarazy("dead", "requeue", letters[0]["place"])
    assert (once.exit_code, once.output.strip()) == (0, "1 put back, 0 were before")
    rest = place.tarazy("dead", "requeue", "--stage", "register", "--code", "row-impossible", "--json")
    assert (rest.exit_code, json.loads(rest.output)) == (0, {"known": 1, "left": 0, "queued": 1, "refused": {}})
    assert Relay(place.centre.casebook, place.stream, place.centre.clock).drain() == 2
    audited = [line.action for line in place.centre.casebook.audit.latest(9)]
    assert audited == ["dead-requeue", "dead-requeue", "dead-content"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "register.dead/0/99"), "record-expired"),
        (("show", "elsewhere"), "letter-unknown"),
        (("show", "register.dead/0/0", "--content"), "reason-missing"),
        (("list", "--stage", "elsewhere"), "stage-unknown"),
        (("requeue", "register.dead/0/99"), "record-expired"),
    ],
)
def test_what_cannot_be_done_is_told_by_its_code_and_ends_with_two(
    place: Place, words: tuple[str, ...], code: str
) -> None:
    refused = place.tarazy("dead", *words)
    assert (refused.exit_code, code in refused.output) == (2, True)


def test_a_requeue_names_a_letter_or_a_stage(place: Place) -> None:
    assert place.tarazy("dead", "requeue").exit_code == 2
    assert place.tarazy("dead", "requeue", "register.dead/0/1", "--stage", "register").exit_code == 2


def test_another_token_opens_none_of_it(place: Place) -> None:
    place.token.write_text("somebody's")
    for words in (
        ("lag",),
        ("dead", "list"),
        ("dead", "requeue", "--stage", "register"),
        ("replay", "decisions", "--last", "1"),
    ):
        refused = place.tarazy(*words)
        assert (refused.exit_code, "not-authorised" in refused.output) == (2, True)


def test_what_was_decided_comes_out_the_same_when_it_is_decided_again(place: Place) -> None:
    report = place.tarazy("replay", "decisions", "--from", "2026-01-01", "--to", "2027-01-01", "--json")
    told = json.loads(report.output)["report"]
    assert (report.exit_code, told["against"], told["records"], told["same"]) == (0, "recorded", 2, 2)
    assert told["reproduced"] == {"same": 2}


YEAR = ("--from", "2026-01-01", "--to", "2027-01-01")


def surer(folder: Path) -> Path:
    """A candidate policy for which no two reads are sure: what was automatic goes to an officer."""
    candidate = folder / "candidate.toml"
    text = POLICY.read_text(encoding="utf-8")
    candidate.write_text(text.replace("plate_confidence_bp = 9_900", "plate_confidence_bp = 10_000"), encoding="utf-8")
    return candidate


def dearer(folder: Path) -> Path:
    """A candidate law by which 592(2) costs twelve MCI."""
    candidate = folder / "law"
    candidate.mkdir()
    for name, data in law_files().items():
        changed = re.sub(rb'(part = "592\(2\)"(?:(?!\[\[)[^\0])*?\nmci = )10\b', rb"\g<1>12", data)
        (candidate / name).write_bytes(changed)
    return candidate


def test_a_candidate_policy_says_what_it_would_change(place: Place, tmp_path: Path) -> None:
    assert place.tarazy("replay", "decisions", *YEAR, "--policy", str(POLICY)).exit_code == 0
    candidate = str(surer(tmp_path))
    report = place.tarazy("replay", "decisions", *YEAR, "--policy", candidate, "--json")
    told = json.loads(report.output)["report"]
    assert (report.exit_code, told["against"], told["changed"], told["same"]) == (1, "candidate", 2, 0)
    assert told["told"][0]["before"] != told["told"][0]["after"]
    assert "2 changed" in place.tarazy("replay", "decisions", "--from", "2026-01-01", "--policy", candidate).output


def test_a_candidate_law_says_what_it_would_change_by_region_part_and_sum(place: Place, tmp_path: Path) -> None:
    report = place.tarazy("replay", "decisions", *YEAR, "--law", str(dearer(tmp_path)), "--json")
    share = {
        "acts_before": 2,
        "changed": 2,
        "acts_after": 2,
        "sum_before_tiyn": 2 * 10 * 4_325 * 100,
        "sum_after_tiyn": 2 * 12 * 4_325 * 100,
    }
    assert (report.exit_code, json.loads(report.output)["effects"]) == (
        1,
        {"regions": [{"name": "75", **share}], "parts": [{"name": "592(2)", **share}], "total": {"name": "", **share}},
    )
    assert "2 recorded decisions reproduced byte for byte" in place.tarazy("replay", "decisions", *YEAR).output


def test_a_stretch_that_is_too_long_is_taken_in_portions(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.centre.clock.set(samples.CAPTURED_US + 3_600_000_000)
    for n in (3, 4, 5):
        place.stream.send([NewRecord(CONFIRMED.name, f"key-{n}", codec.encode(samples.checked(n)))])
        place.run(decide_stage(place.centre.law, place.centre.policy))
        place.centre.clock.advance_s(7)
    words = ("--from", "2026-04-06T03:00", "--to", "2026-04-06T04:10", "--policy", str(surer(tmp_path)), "--json")
    whole = place.tarazy("replay", "decisions", *words)
    monkeypatch.setattr("integrations.replays.MAX_RECORDS", 2)
    portions = place.tarazy("replay", "decisions", *words)
    assert (portions.exit_code, whole.exit_code) == (1, 1)
    found, at_once = json.loads(portions.stdout), json.loads(whole.stdout)
    by_name = [sorted(one["about"] for one in told["report"].pop("told")) for told in (found, at_once)]
    assert (found, by_name[0], found["report"]["records"]) == (at_once, by_name[1], 5)
    assert "of the stretch" in portions.stderr
    assert "of the stretch" not in whole.stderr
    monkeypatch.setattr("integrations.replays.MAX_RECORDS", 0)
    instant = ("--from", "2026-04-06T03:01", "--to", "2026-04-06T03:01:00.000002")
    assert "stretch-too-long" in place.tarazy("replay", "decisions", *instant).stderr


def test_a_record_that_the_same_law_does_not_reproduce_ends_with_two(place: Place, tmp_path: Path) -> None:
    record = next(place.stream.scan(DECISIONS.name, 0, 2**62))
    other = msgspec.structs.replace(codec.decode(record.value, CaseDecided), mci_count=99)
    place.stream.send([NewRecord(DECISIONS.name, record.key, codec.encode(other))])
    for words in ((), ("--policy", str(POLICY))):
        report = place.tarazy("replay", "decisions", *YEAR, *words)
        assert (report.exit_code, "not-reproducible" in report.output, other.decision_id in report.output) == (
            2,
            True,
            True,
        )


def test_what_the_record_ended_as_seen_before_stays_ended_where_the_stretch_begins_later(place: Place) -> None:
    seen_us = samples.CAPTURED_US + 30_000_000
    place.centre.clock.advance_s(30)
    checked = samples.checked(2)
    event = msgspec.structs.replace(checked.passage.event, captured_us=seen_us, sequence=9)
    again = msgspec.structs.replace(
        checked, checked_id="9" * 32, passage=msgspec.structs.replace(checked.passage, event=event, event_id="9" * 32)
    )
    stage = decide_stage(place.centre.law, place.centre.policy)
    place.stream.send([NewRecord(CONFIRMED.name, "key-2", codec.encode(again))])
    place.run(stage)
    past = Replays(place.stream, place.centre.law, place.centre.policy, place.centre.clock)
    recorded = (codec.decode(one.value, CaseDecided) for one in place.stream.scan(DECISIONS.name, 0, 2**62))
    assert "SAME_SIGHTING" in {one.reason for one in recorded}
    report = past.run(Past(stage="decide", from_us=place.centre.clock(), to_us=2**62))
    assert (report.records, report.same, report.differs, report.reproduced) == (1, 1, False, Reproduced(same=1))
    policy = POLICY.read_text(encoding="utf-8")
    candidate = past.run(Past(stage="decide", from_us=place.centre.clock(), to_us=2**62, policy=policy))
    assert (candidate.cases, candidate.differs) == ((), False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "yesterday"), "instant-wrong"),
        (("--from", "2026-01-02", "--to", "2026-01-01"), "stretch-empty"),
        (("--policy", str(Path(__file__))), "policy-malformed"),
    ],
)
def test_a_replay_that_makes_no_sense_is_refused(place: Place, words: tuple[str, ...], code: str) -> None:
    refused = place.tarazy("replay", "decisions", *words)
    assert (refused.exit_code, code in refused.output) == (2, True)


def test_only_a_function_without_a_store_is_replayed(place: Place) -> None:
    past = Replays(place.stream, place.centre.law, place.centre.policy, place.centre.clock)
    asked = Past(stage="decide", from_us=0, to_us=2**62)
    with pytest.raises(Invalid, match="replay-not-pure"):
        past.run(msgspec.structs.replace(asked, stage="issue"))
    with past._turn, pytest.raises(Unavailable, match="another replay"):
        past.run(asked)
    assert past.run(asked).same == 2


def test_a_replay_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.replays.MAX_RECORDS", 1)
    past = Replays(place.stream, place.centre.law, place.centre.policy, place.centre.clock)
    with pytest.raises(Invalid, match="stretch-too-long"):
        past.run(Past(stage="decide", from_us=0, to_us=2**62))
