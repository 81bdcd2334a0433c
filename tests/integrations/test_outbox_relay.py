"""The relay and the loops around it; many threads at one casebook."""

import threading
from collections.abc import Iterator, Sequence

import pytest

from adjudication.errors import Invalid, Unavailable
from adjudication.facts import Officer
from adjudication.forming import form_act
from adjudication.messages import ActIssued, ReviewRecorded
from ingest import backoff
from ingest.events import Crashed, Held, RunnerEvent, Working
from ingest.stream import NewRecord
from ingest.topics import ACTS
from integrations import loops
from integrations.loops import Chore, repeat
from integrations.outbox import KEPT_US, Relay
from tests import office, samples
from tests.casebooks import Place
from tests.office import Office, changed


@pytest.fixture
def desk(place: Place) -> Iterator[Office]:
    desk = Office(place)
    yield desk
    desk.casebook.close()


class Unsteady:
    """A stream that takes records and then cannot say so, as when the process dies before the reply."""

    def __init__(self) -> None:
        self.taken: list[NewRecord] = []
        self.failures = 1

    def send(self, records: Sequence[NewRecord]) -> None:
        self.taken += records
        if self.failures:
            self.failures -= 1
            raise Unavailable("stream", 0.01)


def test_what_was_published_but_not_marked_is_published_again_with_the_same_bytes(desk: Office):
    desk.take(samples.decision())
    stream = Unsteady()
    relay = Relay(desk.casebook, stream, desk.clock)
    with pytest.raises(Unavailable):
        relay.drain()
    assert relay.drain() == 1
    assert relay.drain() == 0
    first, second = stream.taken
    assert first == second


def test_published_messages_are_emptied_when_their_topics_forget_them(desk: Office):
    desk.take(samples.decision())
    desk.relay.drain()
    assert desk.relay.prune() == 0
    desk.clock.set(desk.clock() + KEPT_US + 1)
    assert desk.relay.prune() == 1
    desk.take(samples.decision())
    assert desk.relay.drain() == 0


def test_a_relay_whose_stream_is_away_tells_of_it_waits_and_goes_on(desk: Office):
    desk.take(samples.decision())
    stop, told, stream = threading.Event(), list[RunnerEvent](), Unsteady()

    def observe(event: RunnerEvent) -> None:
        told.append(event)
        if isinstance(event, Working):
            stop.set()

    chore = Chore(Relay(desk.casebook, stream, desk.clock).drain, 0.01)
    repeat("outbox", chore, stop, observe, lambda *_: None)
    assert [type(event) for event in told] == [Held, Working]
    held = told[0]
    assert isinstance(held, Held)
    assert (held.stage, held.what, held.wait_s >= 0.01) == ("outbox", "stream", True)
    assert len(stream.taken) == 2


def test_a_loop_goes_on_after_whatever_fails_waits_longer_each_time_and_tells_once_that_it_works(monkeypatch):
    monkeypatch.setattr(backoff, "FIRST_S", 0.001)
    monkeypatch.setattr(loops, "CRASH_REST_S", 0.001)
    stop, told, crashed = threading.Event(), list[RunnerEvent](), list[str]()
    results = iter([0, Unavailable("stream", 0.0), Unavailable("stream", 0.0), KeyError("489AAC02"), 1, 0, "the end"])

    def work() -> int:
        match next(results):
            case Exception() as error:
                raise error
            case int(done):
                return done
        stop.set()
        return 0

    repeat("deadlines", Chore(work, 0.001), stop, told.append, lambda name, error: crashed.append(name))
    assert [type(event) for event in told] == [Working, Held, Held, Crashed, Working]
    first, second = (event for event in told if isinstance(event, Held))
    assert second.wait_s > first.wait_s
    assert crashed == ["deadlines"]


def test_many_threads_get_every_number_once(place: Place):
    book = place.open()
    numbers: list[str] = []

    def take() -> None:
        for _ in range(10):
            numbers.append(book.acts.next_number("02", 2026))
            book.outbox.waiting()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"02-2026-{serial:09}" for serial in range(1, 41)]
    book.close()


def test_many_threads_get_one_data_key(place: Place):
    book = place.open()
    found: list[tuple[str, bytes]] = []
    threads = [threading.Thread(target=lambda: found.append(book.keys.data_key("c" * 32))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    book.close()


@pytest.mark.parametrize(
    "changes", [{"liable": "870101300011"}, {"part": "592(99)"}, {"checked": samples.checked(1, vehicle=None)}]
)
def test_an_act_with_a_fact_missing_is_not_formed(desk: Office, changes: dict[str, object]):
    decision = changed(samples.decision(), **changes)
    with pytest.raises(Invalid, match="act-incomplete"):
        form_act(decision, (), desk.law, office.BODY, number="02-2026-000000001", generation=0, formed_us=desk.clock())
    with pytest.raises(Invalid, match="act-incomplete"):
        desk.take(decision)
    assert desk.casebook.acts.numbers() == ()


def test_an_officers_confirmation_stands_in_the_act(desk: Office):
    officer = Officer(login="officer-1", full_name="A. Officer", body_id="demo")
    review = ReviewRecorded(
        review_id="a" * 32,
        case_id=samples.decision().case_id,
        decision_id=samples.decision().decision_id,
        officer=officer,
        at_us=desk.clock(),
        verdict="confirm",
        reason="",
        note="",
        plate=None,
        checked=samples.checked(),
    )
    desk.take(changed(samples.decision(), reviews=(review,)))
    [issued] = desk.published(ACTS)
    assert isinstance(issued, ActIssued)
    assert (issued.act.decided_by, issued.act.officer) == ("officer", "A. Officer")
