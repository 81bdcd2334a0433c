"""What can be wrong with an outside system, on command.

ok        it answers
slow      it answers after `seconds`
wrong     it answers nonsense: in turn broken JSON, a reply to another question, a field of the wrong kind
partial   it answers incompletely: in turn a record without one of its fields, an entry less than it announces
dead      it answers 503 at once
cut       it promises an answer and closes the connection in the middle of it
"""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import msgspec

from adjudication.answers import System
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest.clock import system_clock
from integrations.channels.port import ChannelName

Target = System | ChannelName
Mode = Literal["ok", "slow", "wrong", "partial", "dead", "cut"]

TARGETS: tuple[Target, ...] = ("vehicles", "persons", "insurance", "inspection", "penalties", "cabinet", "sms")
MODES: tuple[Mode, ...] = get_args(Mode)


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a system is to behave from now on."""

    mode: Mode
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0


class Ahead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By how much the simulated systems' clock is put before the machine's."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=366 * 86_400)]


class ShiftedClock:
    """The machine's clock, put forward on command: what a centre waits hours for is over at once."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> Micros:
        return system_clock() + round(self.ahead_s * MICROS_PER_SECOND)


@dataclass(slots=True)
class Behaviour:
    """How one system behaves now, and how often it was asked since start."""

    command: Command
    asked: int = 0


def spoil(body: bytes, mode: Mode, turn: int) -> bytes:
    """`body` as a system in that mode gives it the `turn`-th time; unchanged where the mode is not about content."""
    if mode == "wrong":
        return (_broken, _of_another, _of_wrong_kind)[turn % 3](body)
    if mode == "partial":
        return (_without_a_field, _without_an_entry)[turn % 2](body, turn)
    return body


def _broken(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _of_another(body: bytes) -> bytes:
    """A true reply to a question nobody asked."""
    reply = msgspec.json.decode(body, type=dict[str, object])
    question = reply.get("question")
    if not isinstance(question, dict):
        return b"{}"
    reply["question"] = question | {"as_of_us": 1}
    return msgspec.json.encode(reply)


def _of_wrong_kind(body: bytes) -> bytes:
    reply = msgspec.json.decode(body, type=dict[str, object])
    return msgspec.json.encode(dict.fromkeys(reply, "?"))


def _without_a_field(body: bytes, turn: int) -> bytes:
    """The record lacks one field; a reply without a record lacks one of its own."""
    reply = msgspec.json.decode(body, type=dict[str, object])
    record = reply.get("record")
    poorer = record if isinstance(record, dict) else reply
    del poorer[sorted(poorer)[turn % len(poorer)]]
    return msgspec.json.encode(reply)


def _without_an_entry(body: bytes, turn: int) -> bytes:
    """The list of the record lacks its last entry; a record without a list is missing as a whole."""
    reply = msgspec.json.decode(body, type=dict[str, object])
    record = reply.get("record")
    if not isinstance(record, dict):
        return _without_a_field(body, turn)
    lists = [entries for entries in record.values() if isinstance(entries, list) and entries]
    if lists:
        lists[0].pop()
    else:
        reply["record"] = None
    return msgspec.json.encode(reply)
