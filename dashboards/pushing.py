"""Pushing photographs as an enrolled device, and waiting for what comes of each."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from adjudication.facts import Fact
from adjudication.units import Id
from ingest.client import Delivered, DeviceClient, Picture, Refused, Seen
from ingest.receipts import SignedReceipt
from ingest.status import EventState, PassageState

ASK_EVERY_S = 0.5
"""Vision takes a good 0.1 s a photograph: asking more often only costs the centre."""
ASKED_AT_ONCE = 16
"""Events are settled about in their order, so asking for the first few that are open finds those that are done."""


class Pushed(Fact, frozen=True, kw_only=True):
    """One photograph: what the centre said to it and what came of it. Machines get a list of these.

    `receipt` None: not delivered, then `refused` is the door's code, or None where the event still waits in the
    device's spool. `done` is false where the centre was not asked, or did not settle the event in time.
    """

    file: str
    event_id: Id
    sequence: int
    receipt: SignedReceipt | None = None
    refused: str | None = None
    detail: str = ""
    done: bool = False
    passages: tuple[PassageState, ...] = ()


def push(client: DeviceClient, files: Iterable[Path], seen: Seen, patience_s: float) -> Iterator[Pushed]:
    """Sends each file as an event of its own; gives each as soon as it is answered, those unanswered at the end.

    `patience_s`: how long the door may be away in one stretch.
    """
    open_: dict[Id, Pushed] = {}
    for file in files:
        event_id, sequence = client.capture((Picture("violation", file.read_bytes()),), seen)
        open_[event_id] = Pushed(file=str(file), event_id=event_id, sequence=sequence)
        for outcome in client.deliver(patience_s):
            if outcome.event_id in open_:
                yield _answered(open_.pop(outcome.event_id), outcome)
    yield from open_.values()


def settle(
    client: DeviceClient, pushed: Sequence[Pushed], patience_s: float, told: Callable[[int], None]
) -> list[Pushed]:
    """The same, in their order, with what came of them; `told` hears how many are done.

    Gives up once nothing new was done for `patience_s` seconds.
    """
    settled = {one.event_id: one for one in pushed}
    waiting = [one for one in pushed if one.receipt is not None]
    end_s = time.monotonic() + patience_s
    while waiting and time.monotonic() < end_s:
        for one in waiting[:ASKED_AT_ONCE]:
            state = client.ask(one.sequence)
            if state is not None:
                settled[one.event_id] = _with(one, state)
        open_before = len(waiting)
        waiting = [one for one in waiting if not settled[one.event_id].done]
        told(len(pushed) - len(waiting))
        if len(waiting) < open_before:
            end_s = time.monotonic() + patience_s
        else:
            time.sleep(ASK_EVERY_S)
    return [settled[one.event_id] for one in pushed]


def _answered(one: Pushed, outcome: Delivered | Refused) -> Pushed:
    if isinstance(outcome, Delivered):
        return msgspec.structs.replace(one, receipt=outcome.receipt)
    return msgspec.structs.replace(one, refused=outcome.code, detail=outcome.detail)


def _with(one: Pushed, state: EventState) -> Pushed:
    return msgspec.structs.replace(one, done=state.done, passages=state.passages)
