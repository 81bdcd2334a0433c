"""Where questions and notices arrive in the simulated systems: bytes in, status and bytes out."""

from collections.abc import Callable
from typing import get_args

import msgspec

from adjudication.answers import Answer
from integrations.channels.http import REJECTED, Receipt
from integrations.channels.port import ChannelName, Notice, Refused
from integrations.registries import wire
from integrations.simulators.mailbox import Mailbox
from integrations.simulators.registries import PopulationRegistries

CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)

Given = tuple[int, bytes]
"""An HTTP status and a body."""


def ask(registries: PopulationRegistries, system: str, body: bytes) -> Given:
    """What the register `system` says to a question's bytes. Raises KeyError, msgspec.DecodeError."""
    question, answer = _DESKS[system](registries, body)
    return 200, wire.encode_reply(question, answer, registries.unchanged_since(answer))


def deliver(mailbox: Mailbox, channel: ChannelName, key: str, body: bytes) -> Given:
    """What a channel says to a notice's bytes. Raises msgspec.DecodeError."""
    notice = msgspec.json.decode(body, type=Notice)
    outcome = mailbox.take(channel, key, notice)
    if isinstance(outcome, Refused):
        return REJECTED, msgspec.json.encode({"reason": outcome.reason})
    receipt = Receipt(
        act_number=notice.act_number,
        recipient=notice.recipient,
        proof=outcome.proof,
        at_us=outcome.at_us,
        delivered=outcome.delivered,
    )
    return 200, msgspec.json.encode(receipt)


_Asked = tuple[wire.Question, Answer]


def _vehicle(registries: PopulationRegistries, body: bytes) -> _Asked:
    asked = msgspec.json.decode(body, type=wire.VehicleQuestion)
    return asked, registries.vehicle(asked.plate, asked.as_of_us)


def _person(registries: PopulationRegistries, body: bytes) -> _Asked:
    asked = msgspec.json.decode(body, type=wire.PersonQuestion)
    return asked, registries.person(asked.number, asked.as_of_us)


def _insurance(registries: PopulationRegistries, body: bytes) -> _Asked:
    asked = msgspec.json.decode(body, type=wire.InsuranceQuestion)
    return asked, registries.insurance(asked.vin, asked.person, asked.as_of_us)


def _inspection(registries: PopulationRegistries, body: bytes) -> _Asked:
    asked = msgspec.json.decode(body, type=wire.InspectionQuestion)
    return asked, registries.inspection(asked.vin, asked.as_of_us)


def _penalties(registries: PopulationRegistries, body: bytes) -> _Asked:
    asked = msgspec.json.decode(body, type=wire.PenaltiesQuestion)
    return asked, registries.penalties(asked.person, asked.as_of_us)


_DESKS: dict[str, Callable[[PopulationRegistries, bytes], _Asked]] = {
    "vehicles": _vehicle,
    "persons": _person,
    "insurance": _insurance,
    "inspection": _inspection,
    "penalties": _penalties,
}
