"""`tarazy lag`, `dead`, `replay` and the routes they ask: an administrator's, on a stream of any kind."""

import json
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
from adjudication.errors import Invalid
from dashboards.serving import Served, listening
from dashboards.web import pages
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import CONFIRMED, DECISIONS
from integrations.centre import RunningCentre
from integrations.decide import decide_stage
from integrations.outbox import Relay
from tests import samples
from tests.faced import FacedTest

POLICY = Path(adjudication.__file__).parent / "law/policy/demo.toml"
TOKEN = "operator's"


class Place:
    """A centre's pages over a stream in memory on which two offences were decided and then refused by [register]."""

    def __init__(self, folder: Path) -> None:
        self.centre = FacedTest(folder).centre
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
    for words in (("lag",), ("dead", "list"), ("dead", "requeue", "--stage", "register"), ("replay", "--last", "1")):
        refused = place.tarazy(*words)
        assert (refused.exit_code, "not-authorised" in refused.output) == (2, True)


def test_what_was_decided_comes_out_the_same_when_it_is_decided_again(place: Place) -> None:
    report = place.tarazy("replay", "--from", "2026-01-01", "--to", "2027-01-01", "--json")
    told = json.loads(report.output)
    assert (report.exit_code, told["against"], told["records"], told["same"]) == (0, "recorded", 2, 2)


def test_a_candidate_policy_says_what_it_would_change(place: Place, tmp_path: Path) -> None:
    candidate = tmp_path / "candidate.toml"
    text = POLICY.read_text(encoding="utf-8")
    candidate.write_text(text, encoding="utf-8")
    assert (
        place.tarazy("replay", "--from", "2026-01-01", "--to", "2027-01-01", "--policy", str(candidate)).exit_code == 0
    )
    # No two reads are that sure: what was automatic goes to an officer.
    candidate.write_text(text.replace("plate_confidence_bp = 9_900", "plate_confidence_bp = 10_000"), encoding="utf-8")
    report = place.tarazy("replay", "--from", "2026-01-01", "--to", "2027-01-01", "--policy", str(candidate), "--json")
    told = json.loads(report.output)
    assert (report.exit_code, told["against"], told["changed"], told["same"]) == (1, "candidate", 2, 0)
    assert told["told"][0]["before"] != told["told"][0]["after"]
    assert "2 changed" in place.tarazy("replay", "--from", "2026-01-01", "--policy", str(candidate)).output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "yesterday"), "instant-wrong"),
        (("--from", "2026-01-02", "--to", "2026-01-01"), "stretch-empty"),
        (("--policy", str(Path(__file__))), "policy-malformed"),
    ],
)
def test_a_replay_that_makes_no_sense_is_refused(place: Place, words: tuple[str, ...], code: str) -> None:
    refused = place.tarazy("replay", *words)
    assert (refused.exit_code, code in refused.output) == (2, True)


def test_only_a_function_without_a_store_is_replayed(place: Place) -> None:
    from adjudication.errors import Unavailable
    from integrations.operating import Past
    from integrations.replays import Replays

    past = Replays(place.stream, place.centre.law, place.centre.policy, place.centre.clock)
    asked = Past(stage="decide", from_us=0, to_us=2**62)
    with pytest.raises(Invalid, match="replay-not-pure"):
        past.run(msgspec.structs.replace(asked, stage="issue"))
    with past._turn, pytest.raises(Unavailable, match="another replay"):
        past.run(asked)
    assert past.run(asked).same == 2


def test_a_replay_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from integrations import replays
    from integrations.operating import Past

    monkeypatch.setattr(replays, "MAX_RECORDS", 1)
    past = replays.Replays(place.stream, place.centre.law, place.centre.policy, place.centre.clock)
    with pytest.raises(Invalid, match="stretch-too-long"):
        past.run(Past(stage="decide", from_us=0, to_us=2**62))
