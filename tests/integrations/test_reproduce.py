"""A recorded decision comes out again, byte for byte, from what it carries; where it does not, that is told."""

import msgspec
import pytest

from adjudication import codec
from adjudication.messages import CaseDecided
from ingest.stage import Position, Received
from ingest.topics import CONFIRMED
from integrations.decide import decide_stage
from integrations.lawfiles import load_law, load_policy
from integrations.operating import Reproduced
from integrations.reproduce import again, reproduced
from tests import samples

LAW, POLICY = load_law(), load_policy("default")


def decided(*sequences: int, apart_us: int = 0) -> list[CaseDecided]:
    """What the stage makes of passages of one car at one camera."""
    stage = samples.remembering(decide_stage(LAW, POLICY))
    found = []
    for n, sequence in enumerate(sequences):
        checked = samples.checked(sequence)
        event = msgspec.structs.replace(checked.passage.event, captured_us=samples.CAPTURED_US + n * apart_us)
        passage = msgspec.structs.replace(checked.passage, event=event)
        message = msgspec.structs.replace(checked, passage=passage)
        (out,) = stage.handle([Received(message, Position(CONFIRMED.name, 0, n), "key", {})])
        assert isinstance(out.message, CaseDecided)
        found.append(out.message)
    return found


def test_decisions_come_out_again_byte_for_byte() -> None:
    recorded = decided(1, 2, apart_us=3_600_000_000)
    assert "SAME_SIGHTING" not in {one.reason for one in recorded}
    assert reproduced(map(codec.encode, recorded), LAW, POLICY) == (Reproduced(same=2), [])


def test_a_case_that_was_seen_before_is_made_again_but_for_what_the_stage_remembered() -> None:
    first, second = decided(1, 2, apart_us=1_000_000)
    assert second.reason == "SAME_SIGHTING"
    assert reproduced([codec.encode(first), codec.encode(second)], LAW, POLICY) == (Reproduced(same=2), [second])


@pytest.mark.parametrize("change", [{"mci_count": 20}, {"route": "review"}, {"excess_kmh": 22}, {"trace": ()}])
def test_a_decision_that_does_not_come_out_again_is_named(change: dict[str, object]) -> None:
    (one,) = decided(1)
    broken = msgspec.structs.replace(one, **change)
    found, _ = reproduced([codec.encode(broken), codec.encode(one)], LAW, POLICY)
    assert found == Reproduced(same=1, otherwise=1, told=(one.decision_id,))


def test_what_another_edition_decided_is_counted_apart() -> None:
    (one,) = decided(1)
    others = [msgspec.structs.replace(one, **{name: samples.SHA}) for name in ("law_sha256", "policy_sha256")]
    assert reproduced(map(codec.encode, others), LAW, POLICY) == (Reproduced(other_editions=2), [])


def test_a_decision_that_the_law_does_not_make_is_none() -> None:
    (one,) = decided(1)
    assert again(msgspec.structs.replace(one, decision_id=samples.SHA[:32]), LAW, POLICY) is None
    event = msgspec.structs.replace(one.checked.passage.event, measurement=None)
    lawful = msgspec.structs.replace(one.checked.passage, event=event)
    nothing = msgspec.structs.replace(one, checked=msgspec.structs.replace(one.checked, passage=lawful))
    assert again(nothing, LAW, POLICY) is None
