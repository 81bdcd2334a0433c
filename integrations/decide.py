"""[decide] on the road: confirmed passages and officers' verdicts in, decisions and outcomes out.

A function stage: the same input gives the same messages with the same ids, however often it is repeated. It remembers
one thing, beside each plate: what a device has seen it do, so that one offence seen twice within the policy's
`cool_down_s`, or within `continuing_s` if it lasts as a parked vehicle's does, is one case. The first stands, the
second ends as SAME_SIGHTING. Source: brief §3.5. A case against a possessor is no sighting: it takes its owner's place.
"""

from collections.abc import Sequence

import msgspec

from adjudication.calendar import civil_day
from adjudication.decide import decide
from adjudication.errors import Invalid
from adjudication.forming import finding_key
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided, PassageChecked, PassageClosed, ReviewRecorded, TraceStep
from adjudication.policy import Policy
from adjudication.reasons import REASONS
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import CONFIRMED, DECISIONS, OUTCOMES, REVIEWS
from ingest.windows import KeyedWindow

REMEMBERED_S = 30 * 86_400
"""Longer than a case may wait for registers, so that a further round finds the sighting that stands."""

Result = CaseDecided | PassageClosed


class Sighting(msgspec.Struct, frozen=True, array_like=True):
    """A case as the window remembers it: two brackets of speed are one offence, so the article counts, not the part."""

    device_id: str
    article: str
    captured_us: Micros


def decide_stage(law: Lawbook, policy: Policy) -> Stage:
    """The stage under one law and one policy.

    `handle` raises Unavailable where law or policy data does not reach the passage's day, and Invalid
    `review-unmatched` or `message-unexpected`.
    """
    sightings = KeyedWindow("sightings", REMEMBERED_S)

    def handle(batch: Sequence[Received]) -> list[Outgoing]:
        return [_outgoing(received, result) for received in batch for result in _results(received)]

    def _results(received: Received) -> tuple[Result, ...]:
        match received.message:
            case PassageChecked() as checked:
                return tuple(_once(received.key, result) for result in decide(checked, (), law, policy))
            case ReviewRecorded(checked=checked) as review:
                return decide(checked, (review,), law, policy)
        raise Invalid("message-unexpected", "decide reads checked passages and reviews")

    def _once(key: str, result: Result) -> Result:
        """The result, unless it is a case that the device has made of this offence before."""
        if isinstance(result, PassageClosed) or result.route == "reject" or finding_key(result, law) is not None:
            return result
        if result.checked.passage.plate is None or result.checked.possessor is not None:
            return result
        seen = _sighting(result)
        for case_id, value in sightings.query(key).items():
            before = msgspec.json.decode(value, type=Sighting)
            if case_id != result.case_id and _is_same(seen, before, _apart_us(result)):
                return _ended(result, before)
        sightings.put(key, result.case_id, msgspec.json.encode(seen))
        return result

    def _apart_us(decision: CaseDecided) -> Micros:
        """How far apart two sightings of one offence may be."""
        day = civil_day(decision.checked.passage.event.captured_us)
        part, edition = law.part_on(decision.part, day), policy.on(day)
        lasts = part is not None and part.continuing
        return (edition.continuing_s if lasts else edition.cool_down_s) * MICROS_PER_SECOND

    return Stage("decide", "function", (CONFIRMED, REVIEWS), handle, windows=(sightings,))


def _sighting(decision: CaseDecided) -> Sighting:
    event = decision.checked.passage.event
    return Sighting(event.device_id, decision.part.partition("(")[0], event.captured_us)


def _is_same(one: Sighting, other: Sighting, apart_us: Micros) -> bool:
    near = abs(one.captured_us - other.captured_us) < apart_us
    return near and (one.device_id, one.article) == (other.device_id, other.article)


def _ended(decision: CaseDecided, before: Sighting) -> CaseDecided:
    reason = REASONS["SAME_SIGHTING"]
    apart_us = decision.checked.passage.event.captured_us - before.captured_us
    step = TraceStep(
        rule="cool-down",
        source=reason.source,
        outcome=reason.text.en,
        values=(("seconds_apart", f"{apart_us / MICROS_PER_SECOND:.3f}"), ("reason", reason.code)),
    )
    return ended(decision, step)


def ended(decision: CaseDecided, step: TraceStep) -> CaseDecided:
    """The decision, ended as a sighting of a case that stands; `step` says how far apart they are."""
    return msgspec.structs.replace(
        decision, route="reject", reason="SAME_SIGHTING", ask_again_us=None, trace=(step, *decision.trace)
    )


def _outgoing(received: Received, result: Result) -> Outgoing:
    if isinstance(result, CaseDecided):
        return Outgoing(DECISIONS, result.case_id, result, received.carried())
    return Outgoing(OUTCOMES, result.device_id, result, received.carried())
