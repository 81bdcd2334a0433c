"""[decide] on the road."""

from datetime import date

import msgspec
import pytest

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Officer
from adjudication.messages import CaseDecided, PassageClosed, ReviewRecorded
from ingest.clock import system_clock
from ingest.stage import TRACE, Position, Received
from ingest.topics import CHECKED, DECISIONS, OUTCOMES
from ingest.windows import KeyedWindow
from integrations.decide import decide_stage
from integrations.lawfiles import load_law, load_policy
from tests import samples

POLICY = load_policy("default")
STAGE = decide_stage(load_law(), POLICY)


@pytest.fixture(autouse=True)
def window() -> KeyedWindow:
    """The stage's memory, empty and bound to nothing that lasts."""
    (window,) = STAGE.windows
    window.bind(lambda _window, _key: (), system_clock)
    return window


def received(message: msgspec.Struct) -> Received:
    return Received(message, Position(CHECKED.name, 0, 1), "key", {TRACE: "t-1", "attempt": "2"})


def test_an_offence_becomes_a_decision_under_its_case() -> None:
    (out,) = STAGE.handle([received(samples.checked())])
    assert (out.topic, out.key, out.headers) == (DECISIONS, out.message.case_id, {TRACE: "t-1"})
    assert isinstance(out.message, CaseDecided)


def test_a_passage_without_a_finding_becomes_an_hour_and_a_code() -> None:
    checked = samples.checked()
    lawful = msgspec.structs.replace(checked.passage.event, measurement=None)
    passage = msgspec.structs.replace(checked.passage, event=lawful)
    (out,) = STAGE.handle([received(msgspec.structs.replace(checked, passage=passage))])
    assert (out.topic, out.key) == (OUTCOMES, "cam-1")
    assert isinstance(out.message, PassageClosed)
    assert b"489AAC02" not in codec.encode(out.message)
    assert out.message.hour_us % 3_600_000_000 == 0


def test_a_verdict_is_decided_from_the_passage_it_carries() -> None:
    (first,) = STAGE.handle([received(samples.checked())])
    review = ReviewRecorded(
        review_id="1" * 32,
        case_id=first.message.case_id,
        decision_id=first.message.decision_id,
        officer=Officer(login="o-1", full_name="A B", body_id="01"),
        at_us=samples.CAPTURED_US + 1,
        verdict="reject",
        reason="",
        note="",
        plate=None,
        checked=first.message.checked,
    )
    (second,) = STAGE.handle([received(review)])
    assert (second.message.route, second.message.reviews) == ("reject", (review,))


def test_the_same_input_gives_the_same_bytes() -> None:
    once, twice = (STAGE.handle([received(samples.checked())]) for _ in range(2))
    assert codec.encode(once[0].message) == codec.encode(twice[0].message)


def test_anything_else_is_refused() -> None:
    with pytest.raises(Invalid, match="message-unexpected"):
        STAGE.handle([received(samples.decision())])


def seen(sequence: int, after_s: float, **event: object) -> Received:
    """A passage at another time, its event otherwise as given."""
    checked = samples.checked(sequence)
    captured_us = samples.CAPTURED_US + round(after_s * 1_000_000)
    changed = msgspec.structs.replace(checked.passage.event, captured_us=captured_us, **event)
    return received(msgspec.structs.replace(checked, passage=msgspec.structs.replace(checked.passage, event=changed)))


def speeding(sequence: int, after_s: float, kmh: int = 83, device_id: str = "cam-1") -> Received:
    measured = msgspec.structs.replace(samples.checked().passage.event.measurement, value_kmh100=kmh * 100)
    return seen(sequence, after_s, measurement=measured, device_id=device_id)


def reasons(*passages: Received) -> list[str]:
    return [out.message.reason for out in STAGE.handle(passages)]


@pytest.mark.parametrize("after_s", [0, 2, -2, 59.9])
def test_one_offence_seen_twice_within_the_cool_down_is_one_case(after_s: float) -> None:
    first, second = STAGE.handle([speeding(1, 0), speeding(2, after_s, kmh=75)])
    assert (first.message.route, second.message.route) == ("auto", "reject")
    assert second.message.reason == "SAME_SIGHTING"
    assert second.message.trace[0].rule == "cool-down"


def test_a_parked_vehicle_is_one_case_for_as_long_as_policy_says_that_it_stands() -> None:
    day_s = POLICY.on(date(2026, 4, 6)).continuing_s
    assert day_s == 86_400
    parked = [
        seen(number, after_s, measurement=None, violation=violation)
        for number, (after_s, violation) in enumerate(
            [(0, "parking"), (day_s / 2, "parking_pavement"), (day_s - 1, "parking"), (day_s, "parking")], start=1
        )
    ]
    assert [reason == "SAME_SIGHTING" for reason in reasons(*parked)] == [False, True, True, False]


def test_after_the_cool_down_or_at_another_device_it_is_another_offence() -> None:
    assert POLICY.on(date(2026, 4, 6)).cool_down_s == 60
    (first, later) = (out.message.reason for out in STAGE.handle([speeding(1, 0), speeding(2, 60)]))
    assert "SAME_SIGHTING" not in (first, later)
    assert "SAME_SIGHTING" not in reasons(speeding(3, 1, device_id="cam-2"))


def test_the_same_passage_again_and_its_next_round_are_not_another_sighting() -> None:
    again = reasons(speeding(1, 0), speeding(1, 0))
    assert again[0] == again[1] == "CLEAR"
    assert reasons(speeding(2, 1), speeding(1, 0)) == ["SAME_SIGHTING", "CLEAR"]


def test_what_is_rejected_does_not_hide_the_next_sighting() -> None:
    dead = msgspec.structs.replace(samples.PERSON, died_on=date(2020, 1, 1))
    rejected = received(samples.checked(1, liable=dead))
    assert reasons(rejected, speeding(2, 1)) == ["DEAD_OR_LIQUIDATED", "CLEAR"]


def test_the_case_against_a_possessor_is_no_second_sighting_of_its_owners() -> None:
    (owners,) = STAGE.handle([received(samples.checked())])
    (possessors,) = STAGE.handle([received(samples.possessed(owners.message))])
    assert (possessors.message.route, possessors.message.reason) == ("review", "POSSESSOR_NAMED")
    assert possessors.message.case_id != owners.message.case_id
    (again,) = STAGE.handle([received(samples.checked())])
    assert again.message == owners.message
