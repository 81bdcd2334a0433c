"""excuses: a jam or a forced stop that the device itself reports is for a person, where it may excuse what it saw."""

from typing import get_args

import pytest
from msgspec.structs import replace

from adjudication import codec
from adjudication.decide import decide
from adjudication.facts import ViolationCode
from adjudication.messages import CaseDecided, EventCaptured
from adjudication.policy import Excuse
from integrations.lawfiles import load_law, load_policy
from tests import samples

LAW, POLICY = load_law(), load_policy("default")
REASON: dict[Excuse, str] = {"standing_traffic": "JAM", "forced_stop": "FORCED_STOP"}


def reasons(violation: ViolationCode, **said: bool) -> set[str]:
    checked = samples.checked()
    event = replace(checked.passage.event, measurement=None, violation=violation, **said)
    (made,) = decide(replace(checked, passage=replace(checked.passage, event=event)), (), LAW, POLICY)
    assert isinstance(made, CaseDecided)
    return {dict(step.values).get("reason", "") for step in made.trace}


@pytest.mark.parametrize("excuse", get_args(Excuse))
@pytest.mark.parametrize("violation", get_args(ViolationCode))
def test_only_a_report_that_policy_names_is_doubted(violation: ViolationCode, excuse: Excuse) -> None:
    doubted = violation in POLICY.edition[0].doubted_by[excuse]
    assert (REASON[excuse] in reasons(violation, **{excuse: True})) == doubted
    assert REASON[excuse] not in reasons(violation, **{excuse: False}) | reasons(violation)


def test_a_jam_is_no_excuse_where_entering_one_is_the_offence() -> None:
    assert "JAM" not in reasons("junction_blocked", standing_traffic=True)
    assert "FORCED_STOP" in reasons("junction_blocked", forced_stop=True)


def test_a_device_that_says_nothing_of_it_writes_what_it_wrote_before() -> None:
    event = samples.checked().passage.event
    assert b"standing_traffic" not in codec.encode(event)
    assert b"forced_stop" not in codec.encode(event)
    told = codec.encode(replace(event, standing_traffic=False, forced_stop=True))
    assert codec.decode(told, EventCaptured) == replace(event, standing_traffic=False, forced_stop=True)
