"""Whether a recorded decision comes out again, byte for byte, from what it carries: passage, answers and verdicts.

It asks nothing but the law and the policy, so it holds for one decision as for a million, whatever came before. One
thing a decision does not carry is what the stage remembered: that a case was seen before is taken from the record, and
everything else of it must agree.
"""

from collections.abc import Iterable

from adjudication import codec
from adjudication.decide import decide
from adjudication.errors import Invalid
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided
from adjudication.policy import Policy
from integrations.decide import ended
from integrations.operating import MAX_TOLD, Reproduced

SEEN_BEFORE = "SAME_SIGHTING"


def reproduced(recorded: Iterable[bytes], law: Lawbook, policy: Policy) -> tuple[Reproduced, list[CaseDecided]]:
    """How many of the recorded decisions come out again; and those of them that ended as seen before.

    Raises:
        Invalid: `message-malformed`, a record is no decision.
    """
    same = others = 0
    broken: list[str] = []
    seen_before: list[CaseDecided] = []
    for data in recorded:
        decided = codec.decode(data, CaseDecided)
        if (decided.law_sha256, decided.policy_sha256) != (law.sha256, policy.sha256):
            others += 1
        elif (made := again(decided, law, policy)) is None or codec.encode(made) != data:
            broken.append(decided.decision_id)
        else:
            same += 1
            if decided.reason == SEEN_BEFORE:
                seen_before.append(decided)
    told = tuple(broken[:MAX_TOLD])
    return Reproduced(same=same, otherwise=len(broken), other_editions=others, told=told), seen_before


def again(decided: CaseDecided, law: Lawbook, policy: Policy) -> CaseDecided | None:
    """The decision made anew from what it was made of; None where the law makes no such decision of it.

    Raises:
        Unavailable: law or policy data does not reach the passage's day.
    """
    try:
        results = decide(decided.checked, decided.reviews, law, policy)
    except Invalid:  # a verdict on a case that the law does not make
        return None
    for result in results:
        if isinstance(result, CaseDecided) and result.decision_id == decided.decision_id:
            return ended(result, decided.trace[0]) if decided.reason == SEEN_BEFORE else result
    return None
