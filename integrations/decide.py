"""[decide] on the road: checked passages and officers' verdicts in, decisions and outcomes out.

A function stage: the same input gives the same messages with the same ids, however often it is repeated.
"""

from collections.abc import Sequence

from adjudication.decide import decide
from adjudication.errors import Invalid
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided, PassageChecked, PassageClosed, ReviewRecorded
from adjudication.policy import Policy
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import CHECKED, DECISIONS, OUTCOMES, REVIEWS


def decide_stage(law: Lawbook, policy: Policy) -> Stage:
    """The stage under one law and one policy.

    `handle` raises Unavailable where law or policy data does not reach the passage's day, and Invalid
    `review-unmatched` or `message-unexpected`.
    """

    def handle(batch: Sequence[Received]) -> list[Outgoing]:
        return [_outgoing(received, result) for received in batch for result in _decide(received.message, law, policy)]

    return Stage("decide", "function", (CHECKED, REVIEWS), handle)


def _decide(message: object, law: Lawbook, policy: Policy) -> tuple[CaseDecided | PassageClosed, ...]:
    match message:
        case PassageChecked():
            return decide(message, (), law, policy)
        case ReviewRecorded(checked=checked):
            return decide(checked, (message,), law, policy)
    raise Invalid("message-unexpected", "decide reads checked passages and reviews")


def _outgoing(received: Received, result: CaseDecided | PassageClosed) -> Outgoing:
    if isinstance(result, CaseDecided):
        return Outgoing(DECISIONS, result.case_id, result, received.carried())
    return Outgoing(OUTCOMES, result.device_id, result, received.carried())
