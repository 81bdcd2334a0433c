"""What the simulated cabinet and SMS gateway keep: one copy of each notice, its proof and the instant it was taken.

They know, as the real ones do, which number a person gave on eGov, and refuse to send an act to any other.
"""

import hashlib
from collections.abc import Mapping
from threading import Lock

import msgspec

from adjudication.answers import PersonNumber
from adjudication.units import Micros
from ingest.clock import Clock
from integrations.channels.http import sending_key
from integrations.channels.port import ChannelName, Notice, Refused, Sent


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as its recipient sees it."""

    channel: ChannelName
    act_number: str
    language: str
    text: str
    link: str
    at_us: Micros


class Mailbox:
    """The letters of everybody. `egov_phones` maps each person with a cabinet to the number given on eGov."""

    def __init__(self, egov_phones: Mapping[PersonNumber, str | None], clock: Clock) -> None:
        self._phones = egov_phones
        self._clock = clock
        self._lock = Lock()
        self._taken: dict[str, tuple[PersonNumber, Letter, Sent]] = {}

    def take(self, channel: ChannelName, key: str, notice: Notice) -> Sent | Refused:
        """Deliver `notice` once; a repeat of `key` returns what the first got."""
        with self._lock:
            if key in self._taken:
                return self._taken[key][2]
            refusal = self._refusal(channel, notice)
            if refusal is not None:
                return refusal
            return self._deliver(channel, key, notice)

    def letters(self, number: PersonNumber) -> tuple[Letter, ...]:
        """What the person received, oldest first."""
        with self._lock:
            return tuple(letter for recipient, letter, _ in self._taken.values() if recipient == number)

    def _refusal(self, channel: ChannelName, notice: Notice) -> Refused | None:
        if notice.recipient not in self._phones:
            return Refused("no-cabinet" if channel == "cabinet" else "no-egov-number", again=False)
        registered = self._phones[notice.recipient]
        if notice.egov_phone is not None and notice.egov_phone != registered:
            return Refused("not-the-egov-number", again=False)
        if channel == "sms" and notice.egov_phone is None:
            return Refused("no-egov-number", again=False)
        return None

    def _deliver(self, channel: ChannelName, key: str, notice: Notice) -> Sent:
        at_us = self._clock()
        letter = Letter(
            channel=channel,
            act_number=notice.act_number,
            language=notice.language,
            text=notice.text,
            link=notice.link,
            at_us=at_us,
        )
        sent = Sent(proof=_receipt(key, at_us), at_us=at_us, delivered=notice.egov_phone is not None)
        self._taken[key] = (notice.recipient, letter, sent)
        return sent


def _receipt(key: str, at_us: Micros) -> str:
    return f"R-{hashlib.sha256(f'{key}|{at_us}'.encode()).hexdigest()[:24]}"


class MailboxChannel:
    """A `Channel` straight into a mailbox, without a wire."""

    def __init__(self, name: ChannelName, mailbox: Mailbox) -> None:
        self.name: ChannelName = name
        self._mailbox = mailbox

    def send(self, notice: Notice) -> Sent | Refused:
        """As in the port."""
        return self._mailbox.take(self.name, sending_key(notice.act_number, self.name), notice)
