"""The words of a line of history: what is written is read again, and nothing else is taken for it."""

from dataclasses import replace
from datetime import date

import pytest

from adjudication.happenings import WHATS, Told, What, event_of
from adjudication.messages import DeadlineReached, EarlierVoided, NoticeFailed, PaymentReceived
from integrations.casebook.cases import Entry
from integrations.casebook.history import goes_on_in, held_in, told_in, words_of, words_of_going_on, words_of_held

CASE = "a" * 32
LINE = Entry("c" * 32, "", "IN_FORCE", "IN_FORCE", "826-4", 1, 1)


@pytest.mark.parametrize("what", WHATS)
@pytest.mark.parametrize("reference", ["in-1", "№ 5 (2026)", ""])
def test_what_somebody_told_is_read_as_it_was_written(what: What, reference: str) -> None:
    event = event_of(what, Told(CASE, 1, reference, date(2026, 5, 1), 100, "900101300017", "P-1"))
    line = replace(LINE, what=words_of(event))
    assert told_in(line) == (what, reference)
    assert held_in(line) == ()


def test_controls_that_held_an_act_back_are_read_as_they_were_written() -> None:
    line = replace(LINE, what=words_of_held(["ADDRESS_MISSING", "LIMIT_UNKNOWN"]))
    assert held_in(line) == ("ADDRESS_MISSING", "LIMIT_UNKNOWN")
    assert told_in(line) is None


def test_the_case_that_goes_on_is_read_as_it_was_written() -> None:
    line = replace(LINE, what=words_of_going_on(CASE))
    assert goes_on_in(line) == CASE
    assert goes_on_in(replace(LINE, what="formed")) is None


def test_an_event_of_the_road_names_nobody_and_was_told_by_nobody() -> None:
    said = {
        words_of(NoticeFailed(case_id=CASE, at_us=1, channel="sms", reason="no-phone")): "notice-failed: sms, no-phone",
        words_of(PaymentReceived(case_id=CASE, at_us=1, receipt="r", tiyn=5)): "payment-received: 5 tiyn",
        words_of(DeadlineReached(case_id=CASE, at_us=1, code="SEND", due_us=1)): "deadline-reached: SEND",
        words_of(EarlierVoided(case_id=CASE, at_us=1, earlier_id="e")): "earlier-voided: e",
    }
    for words, wanted in said.items():
        assert words == wanted
        assert told_in(replace(LINE, what=words)) is None


@pytest.mark.parametrize("what", ["told: nothing known (x)", "tolled: complaint (x)", "formed"])
def test_what_this_release_does_not_know_was_not_told(what: str) -> None:
    assert told_in(replace(LINE, what=what)) is None
