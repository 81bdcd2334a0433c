"""The eGov cabinet and the SMS gateway over HTTP.

    POST /channels/cabinet | /channels/sms      Idempotency-Key: ACT-NUMBER/CHANNEL
         {"act_number", "recipient", "egov_phone", "language", "text", "link"}
    200  {"act_number", "recipient", "proof", "at_us", "delivered"}
    422  {"reason"}                              never by this channel
    503                                          not now, and nothing was sent

The reply repeats act and recipient: proof of another sending is no proof. Anything but these replies means that nobody
knows whether the notice was sent, and the same sending is repeated later under the same key.
"""

import time
from http import HTTPStatus
from typing import Literal

import msgspec

from adjudication.answers import PersonNumber
from adjudication.units import Micros
from integrations.channels.port import ChannelName, Notice, Refused, Sent
from integrations.outside import NoReply, Outside, Reply, checked_url

DEADLINE_S = 5.0
"""For one sending. A gateway that needs longer is asked again: the key makes it safe."""
KEY_HEADER = "Idempotency-Key"
REJECTED = HTTPStatus.UNPROCESSABLE_ENTITY


_REASONS: dict[str, Literal["unreachable", "timeout", "garbled"]] = {
    "refused": "unreachable",
    "timeout": "timeout",
    "cut": "garbled",
    "garbled": "garbled",
}
"""What a channel that gave no reply is said to have done."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channel took the notice."""

    act_number: str
    recipient: PersonNumber
    proof: str
    at_us: Micros
    delivered: bool


class Rejection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channel will never take it."""

    reason: Literal["no-egov-number", "not-the-egov-number", "no-cabinet"]


def sending_key(act_number: str, channel: ChannelName) -> str:
    """One act goes once through one channel: the key under which every repeat finds the first sending."""
    return f"{act_number}/{channel}"


class HttpChannel:
    """A `Channel` at `url`. Close it when done. Raises ValueError for an address in clear text to another machine."""

    def __init__(self, name: ChannelName, url: str, deadline_s: float = DEADLINE_S) -> None:
        self.name: ChannelName = name
        self._url = checked_url(url)
        self._deadline_s = deadline_s
        self._outside = Outside()

    def send(self, notice: Notice) -> Sent | Refused:
        """As in the port. A text message without an eGov number is refused before anything travels."""
        if self.name == "sms" and notice.egov_phone is None:
            return Refused("no-egov-number", again=False)
        headers = {KEY_HEADER: sending_key(notice.act_number, self.name)}
        until = time.monotonic() + self._deadline_s
        try:
            return _outcome(
                self._outside.post(self._url, msgspec.json.encode(notice), until=until, headers=headers), notice
            )
        except NoReply as failure:
            return Refused(_REASONS[failure.reason], again=True)

    def close(self) -> None:
        """Give back the connections."""
        self._outside.close()


def channel_url(base: str, name: ChannelName) -> str:
    """The address of a channel served by one gateway at `base`."""
    return f"{base.rstrip('/')}/channels/{name}"


def _outcome(reply: Reply, notice: Notice) -> Sent | Refused:
    try:
        if reply.status == REJECTED:
            return Refused(msgspec.json.decode(reply.body, type=Rejection).reason, again=False)
        if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return Refused("unreachable", again=True)
        if reply.status != HTTPStatus.OK:
            return Refused("garbled", again=True)
        receipt = msgspec.json.decode(reply.body, type=Receipt)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refused("garbled", again=True)
    if (receipt.act_number, receipt.recipient) != (notice.act_number, notice.recipient) or not receipt.proof:
        return Refused("garbled", again=True)
    return Sent(receipt.proof, receipt.at_us, receipt.delivered and notice.egov_phone is not None)
