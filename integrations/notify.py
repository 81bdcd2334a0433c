"""[notify]: an act reaches the person it concerns, while it may still be sent, through every channel that is lawful.

An act is sent only before its `sendable_until` and on a day that has the MCI its sum was computed with; else it is
superseded, keeps its number, and is formed anew (brief §15.3 rule 1). Channels are idempotent by act and channel, so a
repeat after a crash sends nothing twice. Where a crash hides whether an act was sent before its time ran out, nothing
more is sent and no second act is formed: people look at it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adjudication.calendar import civil_day
from adjudication.errors import Invalid, Unavailable
from adjudication.forming import person_of
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import SENDING_UNSETTLED
from adjudication.messages import (
    ActIssued,
    ActVoided,
    CaseEvents,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
)
from adjudication.protocol import Act
from adjudication.units import Micros
from ingest.clock import CLOCKS_US, Clock
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import ACTS, CASE_EVENTS
from integrations.casebook import Casebook
from integrations.casebook.acts import StoredAct
from integrations.channels.port import Channel, Notice, Refused, Sent

RETRY_S = 5.0
"""After every channel that could deliver was out of reach; the term for sending is days."""

TEXTS = {
    "kk": "Сізге № {number} нұсқама жолданды. Қарау, төлеу және шағымдану мерзімдері: {link}",
    "ru": "Вам направлено предписание № {number}. Просмотр, оплата и сроки обжалования: {link}",
}
"""A text message: no name, no plate, no sum; the rest stands behind the link."""

Link = Callable[[str], str]
"""The address of the page that opens with an act's token."""


def notify(casebook: Casebook, *, channels: Sequence[Channel], law: Lawbook, link: Link, clock: Clock) -> Stage:
    """The stage; `channels` in the order they are tried. It answers on CASE_EVENTS."""
    post = _Post(casebook, tuple(channels), law, link, clock)

    def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
        return [
            Outgoing(CASE_EVENTS, event.case_id, event, item.carried())
            for item in received
            for event in post.send(_issued(item).act)
        ]

    return Stage("notify", "observation", (ACTS,), handle, batch=8, seen_id=lambda item: _issued(item).act.act_id)


@dataclass(frozen=True, slots=True)
class _Post:
    """Sends one act at a time."""

    casebook: Casebook
    channels: tuple[Channel, ...]
    law: Lawbook
    link: Link
    clock: Clock

    def send(self, act: Act) -> list[CaseEvents]:
        """What became of it. Raises Unavailable while no channel can be reached that could still deliver."""
        stored = self.casebook.acts.by_number(act.number)
        if stored is None or stored.voided_us is not None:
            return []
        now_us = self.clock()
        if not self._may_be_sent(act, now_us):
            return [self._too_late(stored, now_us)]
        self.casebook.acts.mark_sending(act.number, now_us)
        notice = self._notice(act)
        answers = [(channel, self._believed(channel.send(notice), stored)) for channel in self.channels]
        if stored.sending_us is None and all(_surely_unsent(answer) for _, answer in answers):
            self.casebook.acts.unmark_sending(act.number)
        return _told(act, now_us, answers)

    def _believed(self, answer: Sent | Refused, stored: StoredAct) -> Sent | Refused:
        """A sending before the act was formed, or in the future, is no sending: a person's terms start with it."""
        if isinstance(answer, Refused) or stored.formed_us - CLOCKS_US <= answer.at_us <= self.clock() + CLOCKS_US:
            return answer
        return Refused("garbled", again=True)

    def _may_be_sent(self, act: Act, now_us: Micros) -> bool:
        return now_us < act.sendable_until_us and self.law.mci_on(civil_day(now_us)).tiyn == act.mci_tiyn

    def _too_late(self, stored: StoredAct, now_us: Micros) -> CaseEvents:
        act = stored.act
        if stored.sending_us is not None:
            return NoticeFailed(case_id=act.case_id, at_us=now_us, channel="cabinet", reason=SENDING_UNSETTLED)
        return ActVoided(case_id=act.case_id, at_us=now_us, act_number=act.number, reason="SUPERSEDED_UNSENT")

    def _notice(self, act: Act) -> Notice:
        case = self.casebook.cases.find(act.case_id)
        if case is None or case.decision is None:
            raise Invalid("case-unknown", f"act {act.number} has no decision to send")
        link = self.link(self.casebook.acts.token(act.act_id))
        return Notice(
            act_number=act.number,
            recipient=act.addressee.number,
            egov_phone=person_of(case.decision).egov_phone,
            language=act.addressee.language,
            text=TEXTS[act.addressee.language].format(number=act.number, link=link),
            link=link,
        )


def _surely_unsent(answer: Sent | Refused) -> bool:
    return isinstance(answer, Refused) and answer.reason not in {"timeout", "garbled"}


def _told(act: Act, now_us: Micros, answers: list[tuple[Channel, Sent | Refused]]) -> list[CaseEvents]:
    """Sendings first, then refusals: a channel that failed matters only if none delivered."""
    sent = [(channel.name, answer) for channel, answer in answers if isinstance(answer, Sent)]
    refused = [(channel.name, answer) for channel, answer in answers if isinstance(answer, Refused)]
    delivered = any(answer.delivered for _, answer in sent)
    if not delivered and any(answer.again for _, answer in refused):
        raise Unavailable("notice channels", RETRY_S)
    events: list[CaseEvents] = []
    for name, receipt in sorted(sent, key=lambda one: one[1].at_us):
        dispatched = NoticeDispatched(
            case_id=act.case_id, at_us=receipt.at_us, act_number=act.number, channel=name, proof=receipt.proof
        )
        events.append(dispatched)
        if receipt.delivered:
            events.append(NoticeDelivered(case_id=act.case_id, at_us=receipt.at_us, channel=name, proof=receipt.proof))
    events += [
        NoticeFailed(case_id=act.case_id, at_us=now_us, channel=name, reason=answer.reason) for name, answer in refused
    ]
    return events


def _issued(item: Received) -> ActIssued:
    if not isinstance(item.message, ActIssued):
        raise Invalid("not-an-act", f"{type(item.message).__name__} on {ACTS.name}")
    return item.message
