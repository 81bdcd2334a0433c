"""The casebook's nouns against a real SQLite file."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adjudication import ids, ledger
from adjudication.errors import Invalid, Unavailable
from adjudication.facts import EvidenceRef
from adjudication.messages import DeadlineReached
from ingest.stage import Outgoing
from ingest.topics import CASE_EVENTS
from integrations import keys
from integrations.casebook import Casebook
from integrations.casebook.reviews import LEASE_S, Waiting
from integrations.casebook.users import LoggedIn, LoginRefused, User
from tests.casebooks import MASTER, Place, Places

CASE = ids.stable_id("test", "case")
SECOND = 1_000_000


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'casebook.db'}"


@pytest.fixture
def book(place: Place) -> Iterator[Casebook]:
    casebook = place.open()
    yield casebook
    casebook.close()


def piece(role: str = "violation", byte: str = "a") -> EvidenceRef:
    return EvidenceRef(
        role=role,
        sha256=byte * 64,
        address_sha256=byte * 64,
        key_id="0" * 32,
        bytes=10,
        captured_us=1,
    )


def event(due_us: int) -> Outgoing:
    return Outgoing(CASE_EVENTS, CASE, DeadlineReached(case_id=CASE, at_us=due_us, code="SEND", due_us=due_us))


def test_another_process_is_told_that_the_file_is_in_use(tmp_path: Path):
    book = Casebook(url(tmp_path), MASTER)
    script = f"""
from integrations import keys
from integrations.casebook import Casebook
from adjudication.errors import Unavailable
try:
    Casebook({url(tmp_path)!r}, keys.MasterKey(bytes(32)))
except Unavailable as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert "another process has it open" in told.stdout
    book.close()
    Casebook(url(tmp_path), MASTER).close()


def test_what_an_exception_leaves_was_never_written(book: Casebook):
    def both() -> None:
        with book.transaction():
            book.outbox.put("a" * 32, event(1), 1)
            book.deadlines.set(CASE, "SEND", 5)
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        both()
    assert book.outbox.waiting() == 0
    assert book.deadlines.of(CASE) == {}


def test_a_transaction_sees_its_own_writes_and_others_do_not_yet(book: Casebook, place: Place):
    with book.transaction():
        book.outbox.put("a" * 32, event(1), 1)
        assert book.outbox.waiting() == 1
        assert place.rows("SELECT count(*) FROM outbox") == [(0,)]
    assert place.rows("SELECT count(*) FROM outbox") == [(1,)]


def test_a_full_or_locked_file_is_unavailable_not_a_crash(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("integrations.casebook.engines.BUSY_MS", 50)
    book = Casebook(url(tmp_path), MASTER)
    other = sqlite3.connect(tmp_path / "casebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        book.outbox.put("a" * 32, event(1), 1)
    other.execute("ROLLBACK")
    assert book.outbox.put("a" * 32, event(1), 1)
    book.close()


def test_history_audit_and_log_refuse_change_and_deletion(book: Casebook, place: Place):
    book.audit.note("officer-1", "look", CASE, 1)
    book.log.append(ledger.leaf_hash(b"x"))
    other = place.look()
    for statement in ("DELETE FROM audit", "UPDATE audit SET login='x'", "DELETE FROM log_nodes"):
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="only grows"):
            other.execute(statement)
    other.close()


def test_the_outbox_keeps_order_and_takes_a_cause_once(book: Casebook):
    assert book.outbox.put("a" * 32, event(1), 1)
    assert book.outbox.put("b" * 32, event(2), 1)
    assert not book.outbox.put("a" * 32, event(3), 1)
    rows = book.outbox.unsent(10)
    assert [row.topic for row in rows] == ["case-events.v1"] * 2
    book.outbox.mark_sent([rows[0].seq], 5)
    assert [row.seq for row in book.outbox.unsent(10)] == [rows[1].seq]


def test_pruning_empties_what_was_published_and_still_knows_its_cause(book: Casebook):
    book.outbox.put("a" * 32, event(1), 1)
    book.outbox.put("b" * 32, event(2), 1)
    book.outbox.mark_sent([book.outbox.unsent(1)[0].seq], 5)
    assert book.outbox.prune(6) == 1
    assert not book.outbox.put("a" * 32, event(1), 7)
    assert book.outbox.waiting() == 1


def test_a_case_keeps_the_key_it_got_first(book: Casebook):
    key_id, key = book.keys.data_key(CASE)
    assert book.keys.data_key(CASE) == (key_id, key)
    assert book.keys.open(key_id) == key
    assert len(key) == 32


def test_a_shredded_key_is_gone_with_a_proof(book: Casebook, place: Place):
    key_id, _ = book.keys.data_key(CASE)
    [(wrapped,)] = place.rows("SELECT wrapped FROM data_keys")
    assert wrapped in place.stored() or place.server is None  # SQLite has it in the log of recent writes
    assert book.keys.shred(CASE, "CANDIDATE_EXPIRES", 9)
    assert not book.keys.shred(CASE, "CANDIDATE_EXPIRES", 10)
    book.flush_deleted()
    assert wrapped not in place.stored()
    assert place.server or wrapped not in (place.folder / "casebook.db-wal").read_bytes()
    with pytest.raises(Invalid, match="key-erased"):
        book.keys.data_key(CASE)
    assert place.rows("SELECT key_id, reason, at_us FROM key_erasures") == [(key_id, "CANDIDATE_EXPIRES", 9)]


def test_another_master_key_opens_nothing(book: Casebook, place: Place):
    key_id, _ = book.keys.data_key(CASE)
    book.close()
    other = place.open(keys.MasterKey(bytes(32)))
    with pytest.raises(Invalid, match="key-unreadable"):
        other.keys.open(key_id)
    other.close()


def test_a_master_key_is_made_once_private_and_never_printed(tmp_path: Path):
    path = tmp_path / "keys" / "master.key"
    keys.create(path)
    made = keys.load(path)
    keys.create(path)
    assert keys.load(path) == made
    assert path.stat().st_mode & 0o077 == 0
    assert repr(made) == "MasterKey()"
    with pytest.raises(Invalid, match="master-key-malformed"):
        keys.MasterKey(b"short")
    assert made.derive("a") != made.derive("b")


def test_sealing_again_returns_what_was_sealed_first(book: Casebook):
    first = book.evidence.record(CASE, "e" * 32, (piece("overview", "a"), piece("record", "b")), 1)
    again = book.evidence.record(CASE, "e" * 32, (piece("overview", "a"), piece("record", "b")), 2)
    assert again == first
    assert book.evidence.of_event("e" * 32) == {CASE: first}


def test_the_same_picture_in_two_events_of_a_case_is_evidence_of_both(book: Casebook):
    pieces = (piece("violation", "a"), piece("violation", "a"), piece("record", "b"))
    book.evidence.record(CASE, "e" * 32, pieces, 1)
    book.evidence.record(CASE, "f" * 32, pieces, 2)
    assert book.evidence.of_event("e" * 32) == book.evidence.of_event("f" * 32) == {CASE: pieces}


def test_locked_evidence_does_not_expire_and_shared_ciphertext_stays(book: Casebook):
    other = ids.stable_id("test", "other")
    book.evidence.record(CASE, "e" * 32, (piece("overview", "a"), piece("violation", "b")), 1)
    book.evidence.record(other, "e" * 32, (piece("overview", "a"),), 1)
    assert book.evidence.expire(CASE) == ("b" * 64,)
    assert book.evidence.of(CASE) == ()
    book.evidence.lock(other)
    assert book.evidence.expire(other) == ()
    assert len(book.evidence.of(other)) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 40), st.data())
def test_the_stored_log_proves_every_leaf(places: Places, leaves: int, data):
    book = places().open()
    hashes = [ledger.leaf_hash(str(number).encode()) for number in range(leaves)]
    with book.transaction():
        assert [book.log.append(leaf) for leaf in hashes] == list(range(leaves))
    index = data.draw(st.integers(0, leaves - 1))
    assert book.log.frontier().root == ledger.root(hashes)
    proof = book.log.inclusion(index, leaves)
    assert ledger.verify_inclusion(hashes[index], index, leaves, proof, ledger.root(hashes))
    book.close()


def test_an_empty_log_has_no_checkpoint_and_the_newest_one_is_given(book: Casebook):
    with pytest.raises(Invalid, match="log-empty"):
        book.log.checkpoint()
    for size in (1, 3, 2):
        book.log.put_checkpoint(size, f"size {size}".encode(), 1)
    assert book.log.checkpoint() == b"size 3"
    with pytest.raises(KeyError):
        book.log.node(0, 0)


def test_numbers_of_a_body_and_year_have_no_gap_even_after_a_rollback(book: Casebook):
    def lost() -> None:
        with book.transaction():
            book.acts.next_number("02", 2026)
            raise RuntimeError("crash")

    assert book.acts.next_number("02", 2026) == "02-2026-000000001"
    with pytest.raises(RuntimeError):
        lost()
    assert book.acts.next_number("02", 2026) == "02-2026-000000002"
    assert book.acts.next_number("02", 2027) == "02-2027-000000001"


def test_due_deadlines_are_claimed_once_earliest_first(book: Casebook):
    book.deadlines.set(CASE, "DISCOUNT", 30)
    book.deadlines.set(CASE, "DISCOUNT", 20)
    book.deadlines.set(CASE, "SEND", 10)
    book.deadlines.set(CASE, "PAY", 99)
    assert book.deadlines.overdue(20) == 2
    assert [deadline.code for deadline in book.deadlines.claim(20, 10)] == ["SEND", "DISCOUNT"]
    assert book.deadlines.claim(20, 10) == ()
    assert book.deadlines.of(CASE) == {"PAY": 99}


def waiting(case_id: str, due_us: int) -> Waiting:
    return Waiting(case_id, "d" * 32, "decision", "PLATE_UNSURE", "592(1)", due_us, 0)


def test_the_queue_is_by_deadline_and_a_case_is_one_officers_until_the_lease_ends(book: Casebook):
    book.reviews.enter(waiting("1" * 32, 20))
    book.reviews.enter(waiting("2" * 32, 10))
    assert [row.case_id[0] for row in book.reviews.open(0)] == ["2", "1"]
    assert book.reviews.lease("2" * 32, "officer-1", 0)
    assert book.reviews.lease("2" * 32, "officer-1", 1)
    assert not book.reviews.lease("2" * 32, "officer-2", 1)
    assert book.reviews.open(2)[0].leased_by == "officer-1"
    assert book.reviews.lease("2" * 32, "officer-2", 2 + LEASE_S * SECOND)
    assert book.reviews.close("2" * 32, "confirm", 5)
    assert not book.reviews.close("2" * 32, "reject", 6)
    assert not book.reviews.lease("2" * 32, "officer-2", 7)
    assert book.reviews.count() == 1


OFFICER = User("officer-1", "A. Officer", "police-02", "officer")


def test_a_login_gives_a_session_that_ends(book: Casebook):
    assert book.users.add(OFFICER, "correct horse")
    assert not book.users.add(OFFICER, "other password")
    inside = book.users.login("officer-1", "correct horse", 0)
    assert isinstance(inside, LoggedIn)
    assert book.users.by_token(inside.token, 1) == OFFICER
    assert book.users.by_token(inside.token, 13 * 3600 * SECOND) is None
    book.users.logout(inside.token)
    assert book.users.by_token(inside.token, 1) is None


def test_too_many_wrong_passwords_make_even_the_right_one_wait(book: Casebook):
    book.users.add(OFFICER, "correct horse")
    for _ in range(5):
        assert book.users.login("officer-1", "wrong", 0) == LoginRefused()
    refused = book.users.login("officer-1", "correct horse", 60 * SECOND)
    assert isinstance(refused, LoginRefused)
    assert 0 < refused.wait_s <= 15 * 60
    later = (60 + refused.wait_s) * SECOND
    assert isinstance(book.users.login("officer-1", "correct horse", later), LoggedIn)


def test_a_disabled_user_and_a_changed_password_end_sessions(book: Casebook):
    book.users.add(OFFICER, "correct horse")
    inside = book.users.login("officer-1", "correct horse", 0)
    assert isinstance(inside, LoggedIn)
    book.users.set_password("officer-1", "battery staple")
    assert book.users.by_token(inside.token, 1) is None
    assert isinstance(book.users.login("officer-1", "battery staple", 2), LoggedIn)
    book.users.disable("officer-1")
    assert isinstance(book.users.login("officer-1", "battery staple", 3), LoginRefused)
    with pytest.raises(Invalid, match="password-short"):
        book.users.set_password("officer-1", "short")


def test_no_password_and_no_token_is_stored_in_clear(book: Casebook, place: Place):
    book.users.add(OFFICER, "correct horse")
    inside = book.users.login("officer-1", "correct horse", 0)
    assert isinstance(inside, LoggedIn)
    book.flush_deleted()
    stored = place.stored()
    assert b"correct horse" not in stored
    assert inside.token.encode() not in stored
