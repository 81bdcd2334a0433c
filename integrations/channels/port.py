"""The port of a notice channel.

A channel takes one notice and says what became of it. Which channels are tried, in which order and until when is the
business of the stage that notifies; a channel knows only whether *its* way of sending is lawful for this notice.

Source: art. 743(4-1)(4): properly delivered is a text message to the number the person gave on eGov, or a document
placed in the person's eGov cabinet together with a text message to that number. A number found elsewhere is none.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from adjudication.answers import PersonNumber
from adjudication.units import Micros

ChannelName = Literal["cabinet", "sms"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told, and to whom.

    `egov_phone` is the number the person gave on eGov (`Person.egov_phone`), None if none is known; no other number may
    stand here. `text` is the message in the person's language, `link` the page on which the act opens.
    """

    act_number: str
    recipient: PersonNumber
    egov_phone: str | None
    language: Literal["kk", "ru"]
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took the notice. `proof` is its own receipt, the same for every repeat; `at_us` its own instant.

    `delivered` says whether this sending is a proper delivery (743(4-1)(4)): the clocks start at `at_us` only then.
    """

    proof: str
    at_us: Micros
    delivered: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel did not say that it took the notice.

    `reason` is a stable code. After `timeout` and `garbled` nobody knows whether the notice was sent; after all others
    it was not. `again`: the same sending may be repeated without harm; otherwise this channel can never deliver this
    notice and the next one is to be tried.
    """

    reason: Literal["no-egov-number", "not-the-egov-number", "no-cabinet", "unreachable", "timeout", "garbled"]
    again: bool


class Channel(Protocol):
    """One way of telling a person.

    `send` is idempotent: the act's number and the channel's name are its key, so a repeat, also by another process and
    after a crash, returns the proof and the instant of the first sending. It never raises for what the channel does: a
    channel that is slow, silent or talks nonsense is `Refused(…, again=True)`. It may block for its deadline (seconds).
    """

    @property
    def name(self) -> ChannelName:
        """As in `NoticeDispatched.channel`."""
        ...

    def send(self, notice: Notice) -> Sent | Refused:
        """Send `notice`, or say why not."""
        ...
