"""Messages as rows: which columns of which table, and from what.

`version` is passed in: it falls with the message's position in the stream, so the first row of a cause is the one kept.
The full message stands in each row: a register read back years later needs no other source.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adjudication import codec, ids
from adjudication.messages import (
    ActIssued,
    AnyMessage,
    CaseDecided,
    CaseEvent,
    PassageClosed,
    ReviewRecorded,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, in the order of its columns here."""

    table: str
    columns: tuple[str, ...]
    values: list[Values]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    values: Callable[..., Values]


def to_rows(messages: Iterable[tuple[AnyMessage, int]]) -> list[Rows]:
    """Rows of (message, version) pairs, one `Rows` a table; messages that are not registered are left out."""
    by_table: dict[str, Rows] = {}
    for message, version in messages:
        table = _table_of(message)
        if table is None:
            continue
        rows = by_table.setdefault(table.name, Rows(table.name, (*table.columns, "version"), []))
        rows.values.append((*table.values(message), version))
    return list(by_table.values())


def instant(us: int) -> datetime:
    """UTC microseconds as the driver wants them; exact."""
    return EPOCH + timedelta(microseconds=us)


def case_event_id(event: CaseEvent) -> str:
    """A case event has no id of its own: it is what it says."""
    return ids.stable_id("case-event", codec.encode(event).decode())


def _table_of(message: AnyMessage) -> _Table | None:
    if isinstance(message, CaseEvent):
        return CASE_EVENTS
    return TABLES.get(type(message))


def _text(message: AnyMessage) -> str:
    return codec.encode(message).decode()


def _decision(message: CaseDecided) -> Values:
    passage = message.checked.passage
    return (
        message.decision_id,
        message.case_id,
        passage.event_id,
        passage.passage_id,
        passage.event.device_id,
        passage.event.place.district_code,
        instant(passage.event.captured_us),
        message.part,
        message.route,
        message.reason,
        message.form,
        message.mci_count,
        len(message.checked.rounds),
        len(message.reviews),
        message.law_sha256,
        message.policy_sha256,
        _text(message),
    )


def _act(message: ActIssued) -> Values:
    act = message.act
    return (
        act.act_id,
        act.case_id,
        act.decision_id,
        act.number,
        act.form,
        act.part,
        act.place.district_code,
        instant(act.offence_us),
        act.initiated_on,
        act.mci_count,
        act.sum_tiyn,
        act.decided_by,
        message.act_sha256,
        message.leaf_index,
        _text(message),
    )


def _review(message: ReviewRecorded) -> Values:
    return (
        message.review_id,
        message.case_id,
        message.decision_id,
        message.officer.login,
        message.verdict,
        message.reason,
        instant(message.at_us),
        _text(message),
    )


def _case_event(message: CaseEvent) -> Values:
    kind = str(message.__struct_config__.tag)
    return (case_event_id(message), message.case_id, kind, instant(message.at_us), codec.encode(message).decode())


def _outcome(message: PassageClosed) -> Values:
    return (message.passage_id, message.event_id, message.device_id, instant(message.hour_us), message.outcome)


_CASE = ("id", "case_id")
CASE_EVENTS = _Table("case_events", (*_CASE, "kind", "happened_at", "message"), _case_event)
TABLES: dict[type, _Table] = {
    CaseDecided: _Table(
        "decisions",
        (
            *_CASE,
            "event_id",
            "passage_id",
            "device_id",
            "district_code",
            "captured_at",
            "part",
            "route",
            "reason",
            "form",
            "mci_count",
            "rounds",
            "reviews",
            "law_sha256",
            "policy_sha256",
            "message",
        ),
        _decision,
    ),
    ActIssued: _Table(
        "acts",
        (
            *_CASE,
            "decision_id",
            "number",
            "form",
            "part",
            "district_code",
            "offence_at",
            "initiated_on",
            "mci_count",
            "sum_tiyn",
            "decided_by",
            "act_sha256",
            "leaf_index",
            "message",
        ),
        _act,
    ),
    ReviewRecorded: _Table(
        "reviews", (*_CASE, "decision_id", "officer", "verdict", "reason", "reviewed_at", "message"), _review
    ),
    PassageClosed: _Table("outcomes", ("id", "event_id", "device_id", "hour", "outcome"), _outcome),
}
