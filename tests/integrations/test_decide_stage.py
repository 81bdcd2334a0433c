"""[decide] on the road."""

import msgspec
import pytest

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Officer
from adjudication.messages import CaseDecided, PassageClosed, ReviewRecorded
from ingest.stage import TRACE, Position, Received
from ingest.topics import CHECKED, DECISIONS, OUTCOMES
from integrations.decide import decide_stage
from integrations.lawfiles import load_law, load_policy
from tests import samples

STAGE = decide_stage(load_law(), load_policy("default"))


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
