"""The wire between the centre and a register: JSON, one question, one reply.

    POST …  {"plate": "489AAC02", "as_of_us": 1780000000000000}          what is asked stands in the body, so that no
                                                                          plate or number is written into an access log
    200     {"question": {…}, "total": 1, "since_us": 1700000000000000 | null, "record": {…} | null}

`question` repeats what was asked, `total` counts the entries (policies, penalties; 1 for a single record, 0 for none),
`since_us` says since when the record has stood unchanged. A reply counts only if it is whole: every field of the record
present (a default would be our word, not the register's), nothing unknown, the entries as many as said, and about what
was asked. All else is `garbled` or, where entries are missing, `partial`.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from adjudication.answers import (
    Answer,
    Inspection,
    Insurance,
    NoRecord,
    Penalties,
    Person,
    PersonNumber,
    System,
    Unanswered,
    Vehicle,
)
from adjudication.units import Count, Micros


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common to every question: the instant it is about."""

    as_of_us: Micros


class VehicleQuestion(Question, frozen=True, kw_only=True):
    """Which vehicle bore this plate?"""

    plate: str


class PersonQuestion(Question, frozen=True, kw_only=True):
    """Who has this number?"""

    number: PersonNumber


class InsuranceQuestion(Question, frozen=True, kw_only=True):
    """How is this vehicle insured by this person?"""

    vin: str
    person: PersonNumber


class InspectionQuestion(Question, frozen=True, kw_only=True):
    """When was this vehicle last inspected?"""

    vin: str


class PenaltiesQuestion(Question, frozen=True, kw_only=True):
    """What has this person been punished for?"""

    person: PersonNumber


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reply before its record is looked at."""

    question: msgspec.Raw
    total: Count
    since_us: Micros | None
    record: msgspec.Raw


A = TypeVar("A", bound=Answer)
_ENVELOPE = frozenset({"type", "system", "asked_us", "as_of_us"})
"""Fields of an answer that are ours to fill."""


@dataclass(frozen=True, slots=True)
class Read(Generic[A]):
    """A reply understood, and since when its record has stood unchanged (None: the register did not say)."""

    answer: A | NoRecord | Unanswered
    since_us: Micros | None


def encode_reply(question: Question, answer: Answer, since_us: Micros | None) -> bytes:
    """The reply a register gives: the other end of `read`."""
    record = None
    if not isinstance(answer, NoRecord):
        record = {name: value for name, value in _written_out(answer).items() if name not in _ENVELOPE}
    total = 0 if record is None else _entries(answer)
    return msgspec.json.encode({"question": question, "total": total, "since_us": since_us, "record": record})


def read(body: bytes, question: Question, system: System, kind: type[A], asked_us: Micros) -> Read[A]:
    """What a reply's bytes say to `question`."""
    try:
        reply = msgspec.json.decode(body, type=Reply)
        asked_about = msgspec.json.decode(reply.question, type=type(question))
        if bytes(reply.record) == b"null" and reply.total == 0 and asked_about == question:
            return Read(NoRecord(system=system, asked_us=asked_us, as_of_us=question.as_of_us), reply.since_us)
        answer = _record(bytes(reply.record), kind, system, asked_us, question.as_of_us)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _NotWhole):
        return Read(unanswered(system, "garbled", asked_us, question.as_of_us), None)
    if asked_about != question or not _is_about(answer, question):
        return Read(unanswered(system, "garbled", asked_us, question.as_of_us), None)
    if _entries(answer) != reply.total:
        return Read(unanswered(system, "partial", asked_us, question.as_of_us), None)
    return Read(answer, reply.since_us)


def unanswered(system: System, reason: str, asked_us: Micros, as_of_us: Micros) -> Unanswered:
    """No answer, and why."""
    return Unanswered(system=system, asked_us=asked_us, as_of_us=as_of_us, reason=reason)


class _NotWhole(Exception):
    """A record that lacks fields or has fields that are not the register's to fill."""


def _record(record: bytes, kind: type[A], system: System, asked_us: Micros, as_of_us: Micros) -> A:
    fields = msgspec.json.decode(record, type=dict[str, object])
    if _ENVELOPE & fields.keys():
        raise _NotWhole
    fields |= {"type": kind.__struct_config__.tag, "system": system, "asked_us": asked_us, "as_of_us": as_of_us}
    answer = msgspec.convert(fields, type=kind)
    if _written_out(answer) | {"type": fields["type"]} != fields:
        raise _NotWhole
    return answer


def _written_out(value: msgspec.Struct) -> dict[str, object]:
    """Every field by its name, also at its default: a fact of ours leaves that out, a register's word may not."""
    return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return _written_out(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else msgspec.to_builtins(value)


def _is_about(answer: Answer, question: Question) -> bool:
    match answer, question:
        case Vehicle(), VehicleQuestion():
            return answer.plate == question.plate
        case Person(), PersonQuestion():
            return answer.number == question.number
        case Inspection(), _:
            return answer.passed_on <= answer.valid_to
        case Insurance(), _:
            return all(policy.valid_from_us <= policy.valid_to_us for policy in answer.policies)
    return True


def _entries(answer: Answer) -> int:
    match answer:
        case Insurance():
            return len(answer.policies)
        case Penalties():
            return len(answer.prior)
    return 1
