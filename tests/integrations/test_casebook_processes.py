"""Several processes at one casebook, on PostgreSQL: nothing doubled, nothing lost, and outages told as such."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from adjudication import codec, ids, ledger
from adjudication.errors import Unavailable
from adjudication.messages import ActIssued, DeadlineReached
from deploy.servers import postgres
from ingest.stage import Outgoing
from ingest.stream import NewRecord
from ingest.topics import CASE_EVENTS
from integrations.casebook import Casebook
from integrations.casebook.reviews import LEASE_S, Waiting
from integrations.outbox import Relay
from tests import office, samples
from tests.casebooks import MASTER, Place
from tests.office import Office

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]

SECOND = 1_000_000


@pytest.fixture
def books(server_place: Place) -> Iterator[Callable[[], Casebook]]:
    """Another process's casebook at each call: a pool of connections of its own."""
    with ExitStack() as closed:

        def another() -> Casebook:
            book = server_place.open(migrates=False)
            closed.callback(book.close)
            return book

        yield another


def case(number: int) -> str:
    return ids.stable_id("case", number)


def event(case_id: str, due_us: int) -> Outgoing:
    return Outgoing(CASE_EVENTS, case_id, DeadlineReached(case_id=case_id, at_us=due_us, code="SEND", due_us=due_us))


# Numbers and the log

WORKERS, OWN, SHARED = 8, 6, 4


def issue_some(place: Place, worker: int) -> None:
    """What one process issues: decisions of its own, and some that every process was given."""
    desk = Office(place)
    shared = range(1, SHARED + 1)
    own = range(100 * (worker + 1), 100 * (worker + 1) + OWN)
    sequences = [*own, *shared] if worker % 2 else [*shared, *own]
    for first in range(0, len(sequences), 3):
        while True:
            try:
                desk.take(*(samples.decision(sequence) for sequence in sequences[first : first + 3]))
                break
            except Unavailable:
                time.sleep(0.1)  # as the runner does: the batch is given again
    desk.casebook.close()


def test_eight_processes_that_issue_at_once_leave_no_gap_no_double_and_one_log(server_place: Place) -> None:
    office.signing_keys()
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=issue_some, args=(server_place.elsewhere(), worker)) for worker in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(180)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    book = server_place.open()
    acts = [stored.issued for stored in reversed(book.acts.latest(1000))]
    expected = WORKERS * OWN + SHARED
    assert list(book.acts.numbers()) == [f"02-2026-{serial:09}" for serial in range(1, expected + 1)]
    assert len({issued.act.case_id for issued in acts}) == expected
    assert [issued.leaf_index for issued in acts] == list(range(expected))
    leaves = [_leaf(issued) for issued in acts]
    assert book.log.frontier().root == ledger.root(leaves)
    checkpoint, _, _ = ledger.parse_checkpoint(book.log.checkpoint())
    assert (checkpoint.size, checkpoint.root) == (expected, ledger.root(leaves))
    assert book.outbox.waiting() == expected
    book.close()


def _leaf(issued: ActIssued) -> bytes:
    import base64
    import hashlib

    signature = base64.b64decode(issued.signature)
    return ledger.act_leaf(issued.nonce, codec.digest(issued.act), hashlib.sha256(signature).hexdigest())


# The outbox


class Shelf:
    """A stream that two relays publish into."""

    def __init__(self) -> None:
        self.taken: list[NewRecord] = []
        self._lock = threading.Lock()

    def send(self, records: Sequence[NewRecord]) -> None:
        with self._lock:
            self.taken += records


def test_two_relays_send_every_message_once_in_the_order_of_its_case(books: Callable[[], Casebook]) -> None:
    shelf, stop = Shelf(), threading.Event()
    cases, each = 5, 40

    def write(writer: int) -> None:
        book = books_of_writers[writer]
        for step in range(each):
            for number in range(writer, cases, 2):
                cause = ids.stable_id("cause", number, step)
                with book.transaction():
                    book.cases.lock([case(number)])
                    book.outbox.put(cause, event(case(number), step), step)

    def relay(book: Casebook) -> None:
        working = Relay(book, shelf, lambda: 5)
        while not stop.is_set() or book.outbox.waiting():
            working.drain()

    books_of_writers = [books(), books()]
    with ThreadPoolExecutor(4) as pool:
        relays = [pool.submit(relay, books()) for _ in range(2)]
        writers = [pool.submit(write, writer) for writer in range(2)]
        for writer in writers:
            writer.result()
        stop.set()
        for working in relays:
            working.result()
    sent = {case(number): [] for number in range(cases)}
    for record in shelf.taken:
        sent[record.key].append(codec.decode(record.value, DeadlineReached).due_us)
    assert sent == {case(number): list(range(each)) for number in range(cases)}


def test_a_relay_stands_by_while_another_works_and_takes_over_when_that_one_is_gone(
    books: Callable[[], Casebook],
) -> None:
    first, second, shelf = books(), books(), Shelf()
    first.outbox.put("a" * 32, event(case(1), 1), 1)
    standing_by = Relay(second, shelf, lambda: 5)

    def dies_after_sending() -> None:
        with first.outbox.turn() as mine:
            assert mine
            assert standing_by.drain() == 0
            shelf.send([NewRecord(row.topic, row.key, row.value, row.headers) for row in first.outbox.unsent(9)])
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        dies_after_sending()
    assert standing_by.drain() == 1
    one, again = shelf.taken
    assert one == again


# The queue and the terms


def test_officers_who_ask_at_once_are_given_different_cases_and_a_lease_ends(books: Callable[[], Casebook]) -> None:
    cases, officers = 24, 4
    entering = books()
    for number in range(cases):
        entering.reviews.enter(Waiting(case(number), "d" * 32, "decision", "PLATE_UNSURE", "592(1)", number, 0))
    start = threading.Barrier(officers)

    def work(officer: int) -> list[str]:
        book, mine = books(), []
        start.wait(30)
        while (given := book.reviews.lease_next(f"officer-{officer}", 0)) is not None:
            mine.append(given.case_id)
            if officer or len(mine) > 1:  # officer 0 leaves the first one undecided, and is shown it again
                assert book.reviews.close(given.case_id, "confirm", 0)
        return mine

    with ThreadPoolExecutor(officers) as pool:
        given = list(pool.map(work, range(officers)))
    assert given[0][0] == given[0][1]
    everything = [*given[0][1:], *given[1], *given[2], *given[3]]
    assert sorted(everything) == sorted(case(number) for number in range(cases))


def test_a_case_is_anothers_when_its_lease_has_run_out(books: Callable[[], Casebook]) -> None:
    book = books()
    book.reviews.enter(Waiting(case(1), "d" * 32, "decision", "PLATE_UNSURE", "592(1)", 1, 0))
    assert book.reviews.lease_next("officer-1", 0) is not None
    assert book.reviews.lease_next("officer-2", LEASE_S * SECOND - 1) is None
    given = book.reviews.lease_next("officer-2", LEASE_S * SECOND)
    assert given is not None
    assert given.leased_by == "officer-2"
    assert not book.reviews.lease(case(1), "officer-1", LEASE_S * SECOND)


def test_a_term_that_one_process_claims_is_not_claimed_by_another(books: Callable[[], Casebook]) -> None:
    first, second = books(), books()
    for number in range(4):
        first.deadlines.set(case(number), "SEND", number)
    with first.transaction():
        assert len(first.deadlines.claim(9, 2)) == 2
        assert second.deadlines.claim(9, 9) == ()
    assert [deadline.due_us for deadline in second.deadlines.claim(9, 9)] == [2, 3]


# Meeting one another


def test_two_who_lock_crosswise_are_begun_again_and_both_are_done(books: Callable[[], Casebook]) -> None:
    first, second = books(), books()
    for number in (1, 2):
        first.deadlines.set(case(number), "SEND", 0)
    both_hold_one, tries = threading.Barrier(2), []

    def work(book: Casebook, order: tuple[int, int]) -> None:
        def move() -> None:
            tries.append(order)
            book.deadlines.set(case(order[0]), "SEND", order[0])
            if len(tries) <= 2:
                both_hold_one.wait(30)
            book.deadlines.set(case(order[1]), "SEND", order[0])

        book.together(move)

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(work, first, (1, 2)), pool.submit(work, second, (2, 1))]
        for one in done:
            one.result(60)
    assert len(tries) == 3
    assert first.deadlines.of(case(1)) == first.deadlines.of(case(2))


def test_who_loses_the_race_for_a_register_finding_joins_the_winners_case(server_place: Place) -> None:
    from tests.integrations.test_issue import insurance

    desks = [Office(server_place), Office(server_place)]
    none_is_open = threading.Barrier(2)
    for desk in desks:
        _meet_once(desk, none_is_open)
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(desk.take, insurance(day, day)) for day, desk in enumerate(desks, 1)]
        for one in done:
            one.result(60)
    states = sorted(desks[0].state(insurance(day, day)) for day in (1, 2))
    assert states == ["JOINED", "SIGNED"]
    assert len(desks[0].casebook.acts.numbers()) == 1
    for desk in desks:
        desk.casebook.close()


def _meet_once(desk: Office, barrier: threading.Barrier) -> None:
    """Each asks who holds the finding before either has written its case."""
    asked, holding = [], desk.casebook.cases.holding

    def held(finding_key: str) -> str | None:
        found = holding(finding_key)
        asked.append(found)
        if len(asked) == 1:
            barrier.wait(30)
        return found

    desk.casebook.cases.holding = held  # type: ignore[method-assign]


# Outages


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[postgres.Server]:
    """A server that this test may kill."""
    with postgres.running() as server:
        if server.process is None:
            pytest.fail("POSTGRES_URL names a server that is not ours to kill: unset it for this test")
        yield server


def test_a_server_killed_in_mid_transaction_loses_nothing_acknowledged_and_keeps_nothing_else(
    own_server: postgres.Server, tmp_path: Path
) -> None:
    with own_server.database() as url:
        place = Place(tmp_path, url, own_server, own_server.password_file)
        book = place.open()
        acknowledged: list[str] = []
        stopped = threading.Event()

        def write() -> None:
            for number in range(100_000):
                cause = ids.stable_id("cause", number)
                try:
                    book.outbox.put(cause, event(case(number), number), 1)
                except Unavailable:
                    stopped.set()
                    return
                acknowledged.append(cause)

        def half_done() -> None:
            with book.transaction():
                book.acts.next_number("02", 2026)
                book.audit.note("officer-1", "half done", None, 1)
                own_server.kill()
                book.acts.next_number("02", 2026)

        assert book.acts.next_number("02", 2026) == "02-2026-000000001"
        writer = threading.Thread(target=write)
        writer.start()
        while len(acknowledged) < 50:
            time.sleep(0.01)
        with pytest.raises(Unavailable):
            half_done()
        assert stopped.wait(30)
        writer.join()
        with pytest.raises(Unavailable):
            book.outbox.waiting()
        own_server.start()
        stored = [row[0] for row in place.rows("SELECT cause_id FROM outbox ORDER BY seq")]
        assert stored[: len(acknowledged)] == acknowledged
        assert len(stored) <= len(acknowledged) + 1  # what was being committed may be kept; its repeat finds it
        assert book.audit.latest(9) == ()
        assert book.acts.next_number("02", 2026) == "02-2026-000000002"
        book.close()


def test_a_stopped_server_costs_time_and_nothing_else(own_server: postgres.Server, tmp_path: Path) -> None:
    with own_server.database() as url:
        book = Place(tmp_path, url, own_server, own_server.password_file).open()
        own_server.pause()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(book.outbox.put, "a" * 32, event(case(1), 1), 1)
            time.sleep(0.3)
            assert not asked.done()
            own_server.resume()
            assert asked.result(30)
        assert book.outbox.waiting() == 1
        book.close()


def test_a_connection_ended_by_an_administrator_is_unavailable_and_replaced(server_place: Place) -> None:
    book = server_place.open()

    def ended() -> None:
        with book.transaction():
            book.audit.note("officer-1", "never kept", None, 1)
            server_place.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            book.audit.note("officer-1", "never kept", None, 2)

    with pytest.raises(Unavailable):
        ended()
    assert book.audit.latest(9) == ()
    book.close()


NOT_NOW = {
    "53100": "the disk is full",
    "53200": "out of memory",
    "53300": "too many connections",
    "57P01": "an administrator's shutdown",
    "57P03": "it is starting",
    "57014": "a statement took too long",
    "55P03": "a lock took too long",
    "25006": "it is a replica",
    "40001": "another transaction came in between",
    "58030": "the disk fails",
}


@pytest.mark.parametrize("state", NOT_NOW)
def test_what_a_server_says_of_its_own_state_is_unavailable(books: Callable[[], Casebook], state: str) -> None:
    book = books()
    with pytest.raises(Unavailable):
        _raised(book, state)
    assert book.audit.latest(9) == ()


@pytest.mark.parametrize("state", ["22003", "23502", "42P01"])
def test_what_a_server_says_of_our_statement_is_a_bug(books: Callable[[], Casebook], state: str) -> None:
    with pytest.raises(DBAPIError):
        _raised(books(), state)


def _raised(book: Casebook, state: str) -> None:
    """The server itself reports it, in a transaction that has written."""
    with book._database.writing() as tx:
        book.audit.note("officer-1", "never kept", None, 1)
        tx.execute(sa.text(f"DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '{state}'; END $$"))


def test_a_key_that_stays_taken_is_a_bug_and_is_told_as_one(books: Callable[[], Casebook]) -> None:
    book, tries = books(), []

    def doubled() -> None:
        tries.append(1)
        with book._database.writing() as tx:
            for _ in range(2):
                tx.execute(sa.text("INSERT INTO serials VALUES ('02-2026', 1)"))

    with pytest.raises(DBAPIError):
        book.together(doubled)
    assert len(tries) > 1


def test_waiting_for_a_lock_or_a_connection_ends(server_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BUSY_MS": 100, "POOL": 1, "OVERFLOW": 0, "POOL_WAIT_S": 0.1}.items():
        monkeypatch.setattr(f"integrations.casebook.engines.{name}", value)
    first, second = server_place.open(), server_place.open()
    with first.transaction(), ThreadPoolExecutor(1) as pool:
        first.acts.next_number("02", 2026)
        with pytest.raises(Unavailable, match="casebook is"):
            second.acts.next_number("02", 2026)
        with pytest.raises(Unavailable, match="connections"):
            pool.submit(first.outbox.waiting).result(30)
    assert second.acts.next_number("02", 2026) == "02-2026-000000002"
    first.close()
    second.close()


def test_a_process_that_stands_still_in_a_transaction_loses_it(
    server_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.casebook.engines.IDLE_MS", 100)
    book = server_place.open()

    def sleeps() -> None:
        with book.transaction():
            book.acts.next_number("02", 2026)
            time.sleep(1)

    with pytest.raises(Unavailable):
        sleeps()
    assert book.acts.next_number("02", 2026) == "02-2026-000000001"
    book.close()


def test_a_wrong_password_and_a_dead_address_are_unavailable(server_place: Place, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    with pytest.raises(Unavailable):
        Casebook(server_place.url, MASTER, password_file=wrong)
    with pytest.raises(Unavailable):
        Casebook("postgresql+psycopg://tarazy@127.0.0.1:1/x", MASTER)
