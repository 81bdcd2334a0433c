"""`tarazy replay decisions` and the route it asks: the past decided again, from the stream and from the register."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import adjudication
from adjudication import codec
from adjudication.decide import decide
from adjudication.errors import Invalid, Unavailable
from adjudication.messages import AnyMessage, CaseDecided, PassageChecked, TraceStep
from adjudication.scenarios.build import verdict
from ingest.stage import Position, Received
from ingest.stream import NewRecord
from ingest.topics import CONFIRMED, DECISIONS
from integrations.decide import decide_stage, ended
from integrations.lawfiles import law_files
from integrations.operating import Past, Reproduced
from integrations.register.persons import person_keys
from integrations.register.stage import register
from integrations.replays import Replays
from tests import samples
from tests.operated import Place, operated

POLICY = Path(adjudication.__file__).parent / "law/policy/demo.toml"
HOUR_US = 3_600_000_000


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with operated(tmp_path) as place:
        yield place


def test_what_was_decided_comes_out_the_same_when_it_is_decided_again(place: Place) -> None:
    report = place.tarazy("replay", "decisions", *YEAR, "--json")
    told = json.loads(report.output)["report"]
    assert (report.exit_code, told["against"], told["records"], told["same"]) == (0, "recorded", 2, 2)
    assert told["reproduced"] == {"same": 2}


ALL_YEAR = ("--from", "2026-01-01", "--to", "2027-01-01")
YEAR = (*ALL_YEAR, "--source", "stream")


def surer(folder: Path) -> Path:
    """A candidate policy for which no two reads are sure: what was automatic goes to an officer."""
    candidate = folder / "candidate.toml"
    text = POLICY.read_text(encoding="utf-8")
    candidate.write_text(text.replace("plate_confidence_bp = 9_992", "plate_confidence_bp = 10_000"), encoding="utf-8")
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
    assert "2 changed" in place.tarazy("replay", "decisions", *YEAR, "--policy", candidate).output


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
    stretch = ("--from", "2026-04-06T03:00", "--to", "2026-04-06T04:10", "--source", "stream")
    words = (*stretch, "--policy", str(surer(tmp_path)), "--json")
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
    instant = ("--from", "2026-04-06T03:01", "--to", "2026-04-06T03:01:00.000002", "--source", "stream")
    assert "stretch-too-long" in place.tarazy("replay", "decisions", *instant).stderr


@pytest.fixture
def registered(place: Place) -> Place:
    """The place, whose register has two acts and a third case that an officer rejected, hours apart."""
    store, centre = place.centre.register, place.centre
    for table in ("decisions", "keys"):
        store.command(f"TRUNCATE TABLE {table}")
    doubted = doubtful(captured(3, 3 * HOUR_US))
    [third] = decide(doubted, (), centre.law, centre.policy)
    assert isinstance(third, CaseDecided)
    review = verdict(third, centre.clock() + 4 * HOUR_US, confirms=False, reason="UNREADABLE")
    acts = [first_of(place, captured(n, n * HOUR_US)) for n in (1, 2)]
    [rejected] = decide(doubted, (review,), centre.law, centre.policy)
    write(place, 0, *acts, third, rejected)
    return place


def write(place: Place, offset: int, *messages: AnyMessage) -> None:
    """What [register] would."""
    handle = register(place.centre.register, person_keys(place.centre.master)).handle
    handle(
        [Received(message, Position(DECISIONS.name, 0, offset + n), "key", {}) for n, message in enumerate(messages)]
    )


def first_of(place: Place, checked: PassageChecked) -> CaseDecided:
    [decided] = decide(checked, (), place.centre.law, place.centre.policy)
    assert isinstance(decided, CaseDecided)
    return decided


def doubtful(checked: PassageChecked) -> PassageChecked:
    assert checked.passage.plate is not None
    plate = msgspec.structs.replace(checked.passage.plate, confidence_bp=9_000)
    return msgspec.structs.replace(checked, passage=msgspec.structs.replace(checked.passage, plate=plate))


def captured(n: int, earlier_us: int) -> PassageChecked:
    checked, at_us = samples.checked(n), samples.CAPTURED_US - earlier_us
    media = tuple(msgspec.structs.replace(one, captured_us=at_us) for one in checked.passage.event.media)
    event = msgspec.structs.replace(checked.passage.event, captured_us=at_us, media=media)
    return msgspec.structs.replace(checked, passage=msgspec.structs.replace(checked.passage, event=event))


def test_years_that_the_stream_forgot_are_decided_again_from_the_register(registered: Place, tmp_path: Path) -> None:
    law = ("--law", str(dearer(tmp_path)), "--json")
    told = json.loads(registered.tarazy("replay", "decisions", *ALL_YEAR, *law).stdout)
    acts = {"acts_before": 2, "changed": 2, "acts_after": 2}
    sums = {"sum_before_tiyn": 2 * 10 * 4_325 * 100, "sum_after_tiyn": 2 * 12 * 4_325 * 100}
    # What the officer rejected would have been dearer as well: no act on either side, and not the same.
    assert told["effects"]["parts"] == [{"name": "592(2)", **acts, **sums, "otherwise": 1}]
    report = told["report"]
    assert (report["source"], report["records"], report["reproduced"]) == ("register", 4, {"same": 4})


def test_what_stands_is_held_against_the_register(registered: Place) -> None:
    same = registered.tarazy("replay", "decisions", *ALL_YEAR)
    assert same.exit_code == 0
    assert "4 records of the register replayed against recorded: 4 the same" in " ".join(same.output.split())
    before = registered.tarazy("replay", "decisions", "--from", "2025-01-01", "--to", "2026-01-01")
    assert "0 records of the register" in before.output


def test_a_stretch_that_the_stream_still_has_is_read_there_unless_it_is_told_otherwise(registered: Place) -> None:
    for words, source in (((), "stream"), (("--source", "register"), "register"), (("--last", "100"), "register")):
        assert f"records of the {source}" in registered.tarazy("replay", "decisions", *words).output


def test_the_register_too_is_taken_in_portions(
    registered: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(registered, 9, *(first_of(registered, captured(n, n * HOUR_US)) for n in range(4, 9)))
    words = (*ALL_YEAR, "--law", str(dearer(tmp_path)), "--json")
    whole = json.loads(registered.tarazy("replay", "decisions", *words).stdout)
    monkeypatch.setattr("integrations.replays.MAX_RECORDS", 4)
    portions = registered.tarazy("replay", "decisions", *words)
    found = json.loads(portions.stdout)
    for told in (whole, found):
        told["report"]["told"].sort(key=lambda one: str(one["about"]))
    assert found == whole
    assert (whole["report"]["records"], whole["effects"]["total"]["acts_before"]) == (9, 7)
    assert "of the stretch" in portions.stderr


def test_what_the_register_has_as_seen_before_stays_ended_and_the_other_stands(
    registered: Place, tmp_path: Path
) -> None:
    """Rows come by case, not by time; the later of two sightings may be the one that stood."""
    step = TraceStep(rule="cool-down", source="", outcome="", values=())
    for n in range(20, 30):
        seen = first_of(registered, captured(2 * n, n * HOUR_US))
        stands = first_of(registered, captured(2 * n + 1, n * HOUR_US - 1_000_000))
        write(registered, 4 * n, stands, ended(seen, step))
    law = ("--law", str(dearer(tmp_path)), "--json")
    told = json.loads(registered.tarazy("replay", "decisions", *ALL_YEAR, *law).stdout)
    assert told["effects"]["total"]["acts_before"] == told["effects"]["total"]["acts_after"] == 12


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
    past = Replays(place.centre)
    recorded = (codec.decode(one.value, CaseDecided) for one in place.stream.scan(DECISIONS.name, 0, 2**62))
    assert "SAME_SIGHTING" in {one.reason for one in recorded}
    report = past.run(Past(stage="decide", from_us=place.centre.clock(), to_us=2**62))
    assert (report.records, report.same, report.changed, report.reproduced) == (1, 1, 0, Reproduced(same=1))
    policy = POLICY.read_text(encoding="utf-8")
    candidate = past.run(Past(stage="decide", from_us=place.centre.clock(), to_us=2**62, policy=policy))
    assert (candidate.cases, candidate.changed) == ((), 0)


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
    past = Replays(place.centre)
    asked = Past(stage="decide", from_us=0, to_us=2**62)
    with pytest.raises(Invalid, match="replay-not-pure"):
        past.run(msgspec.structs.replace(asked, stage="issue"))
    with past._turn, pytest.raises(Unavailable, match="another replay"):
        past.run(asked)
    assert past.run(asked).same == 2


def test_a_replay_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.replays.MAX_RECORDS", 1)
    past = Replays(place.centre)
    with pytest.raises(Invalid, match="stretch-too-long"):
        past.run(Past(stage="decide", from_us=0, to_us=2**62))
