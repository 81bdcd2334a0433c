"""What officers, owners and operations read of the casebook, and what a verdict causes."""

from collections.abc import Iterator

import msgspec
import pytest

from adjudication.errors import Invalid
from adjudication.facts import Officer
from adjudication.messages import PassageObserved, ReviewRecorded
from ingest.topics import PASSAGES, REVIEWS
from integrations.casebook.counts import ops_counts
from integrations.casebook.desk import Desk, Opinion
from integrations.casebook.owner import ALLOWED_BY_ADDRESS, NotShown, OwnerDesk, Shown, ShownWhole
from integrations.channels.port import Refused
from tests import samples
from tests.casebooks import Place
from tests.office import HOUR_S, Office, at, changed

OFFICER = Officer(login="officer-1", full_name="A. Officer", body_id="demo")
OTHER = Officer(login="officer-2", full_name="B. Officer", body_id="demo")
CASE = samples.decision().case_id
CONFIRM = Opinion("confirm", "CLEAR_TO_ME")


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    office = Office(place)
    yield office
    office.casebook.close()


@pytest.fixture
def desk(office: Office) -> Desk:
    office.take(changed(samples.decision(), route="review", reason="PLATE_UNSURE"))
    return Desk(office.casebook, lambda plate: f"v1-{plate}", office.clock)


def test_a_verdict_needs_the_lease_and_is_written_once_with_its_message(office: Office, desk: Desk):
    assert desk.record_review(CASE, OFFICER, CONFIRM) == "not-leased"
    assert desk.lease(CASE, OFFICER)
    assert not desk.lease(CASE, OTHER)
    assert desk.record_review(CASE, OTHER, CONFIRM) == "not-leased"
    assert desk.record_review(CASE, OFFICER, CONFIRM) == "recorded"
    assert desk.record_review(CASE, OFFICER, CONFIRM) == "not-waiting"
    [review] = office.published(REVIEWS)
    assert isinstance(review, ReviewRecorded)
    assert (review.officer, review.verdict, review.checked) == (OFFICER, "confirm", samples.checked())
    assert desk.queue() == ()


def test_every_look_lease_and_verdict_is_audited(office: Office, desk: Desk):
    desk.case(CASE, "auditor-1")
    desk.lease(CASE, OFFICER)
    desk.record_review(CASE, OFFICER, Opinion("reject", "NOT_THIS_CAR"))
    lines = [(line.login, line.action, line.detail) for line in office.casebook.audit.of_case(CASE)]
    assert lines == [
        ("auditor-1", "look", ""),
        ("officer-1", "lease", ""),
        ("officer-1", "reject", "NOT_THIS_CAR"),
    ]


def test_a_corrected_plate_is_a_passage_that_supersedes_and_a_review(office: Office, desk: Desk):
    desk.lease(CASE, OFFICER)
    opinion = Opinion("correct_plate", "MISREAD", plate="654 WOZ 05")
    assert desk.record_review(CASE, OFFICER, opinion) == "recorded"
    [passage] = office.published(PASSAGES)
    [review] = office.published(REVIEWS)
    assert isinstance(passage, PassageObserved)
    assert isinstance(review, ReviewRecorded)
    assert passage.plate is not None
    assert (passage.plate.text, passage.plate.source, passage.corrected_by) == ("654WOZ05", "officer", OFFICER)
    assert passage.supersedes == samples.passage().passage_id
    assert passage.passage_id != passage.supersedes
    assert review.plate == "654WOZ05"
    [record] = office.stream.scan(PASSAGES.name, 0, office.clock() + 1)
    assert record.key == "v1-654WOZ05"


def test_a_correction_that_is_no_plate_is_refused_and_nothing_is_written(office: Office, desk: Desk):
    desk.lease(CASE, OFFICER)
    with pytest.raises(Invalid, match="plate-grammar"):
        desk.record_review(CASE, OFFICER, Opinion("correct_plate", "MISREAD", plate="???"))
    assert office.published(REVIEWS) == []
    assert len(desk.queue()) == 1


def test_a_case_is_shown_with_all_there_is_of_it(office: Office, desk: Desk):
    view = desk.case(CASE, "officer-1")
    assert view is not None
    assert view.case.decision is not None
    assert view.waiting is not None
    assert [ref.role for ref in view.evidence] == ["violation", "record"]
    assert [entry.to_state for entry in view.history] == ["REVIEW"]
    assert desk.case("0" * 32, "officer-1") is None


def test_past_limitation_an_officer_can_only_terminate(office: Office):
    desk = Desk(office.casebook, lambda plate: plate, office.clock)
    office.sms.refusal = Refused("not-the-egov-number", again=False)
    office.take(samples.decision())
    office.serve()
    office.until(at(2026, 6, 7, 0))
    desk.lease(CASE, OFFICER)
    for verdict in ("confirm", "correct_plate"):
        with pytest.raises(Invalid, match="verdict-not-possible"):
            desk.record_review(CASE, OFFICER, Opinion(verdict, "X", plate="654WOZ05"))
    assert desk.record_review(CASE, OFFICER, Opinion("reject", "LIMITATION")) == "recorded"
    office.serve()
    assert office.state(samples.decision()) == "TERMINATED"


def test_a_conflict_is_settled_by_the_look_and_the_first_outcome_stands(office: Office):
    desk = Desk(office.casebook, lambda plate: plate, office.clock)
    office.take(samples.decision())
    office.take(changed(samples.decision(), route="reject", reason="NO_EVENT"))
    desk.lease(CASE, OFFICER)
    assert desk.record_review(CASE, OFFICER, CONFIRM) == "recorded"
    assert office.published(REVIEWS) == []
    assert office.state(samples.decision()) == "SIGNED"


@pytest.fixture
def owner(office: Office) -> OwnerDesk:
    office.take(samples.decision())
    office.serve()
    return OwnerDesk(office.casebook, office.clock)


NUMBER = "02-2026-000000001"


def test_number_and_plate_show_standing_sum_and_terms_however_the_plate_is_typed(owner: OwnerDesk):
    for typed in ("489AAC02", "489 aac 02", "489ААС02"):  # the last one in Cyrillic
        shown = owner.by_number(NUMBER, typed, "10.0.0.1")
        assert isinstance(shown, Shown)
    assert (shown.sum_tiyn, shown.half_tiyn) == (4_325_000, 2_162_500)
    assert shown.standing is not None
    assert shown.standing.discount_until_us == at(2026, 4, 16, 0)


def test_number_and_plate_show_nobodys_name_and_no_place(owner: OwnerDesk):
    shown = repr(owner.by_number(NUMBER, "489AAC02", "10.0.0.1"))
    for private in (samples.PERSON.name_kk, samples.PERSON.number, samples.PLACE.title_ru, "489AAC02"):
        assert private not in shown


def test_guessing_a_plate_soon_has_to_wait_even_from_many_addresses(office: Office, owner: OwnerDesk):
    for number in range(5):
        assert owner.by_number(NUMBER, f"{number:03}AAA02", f"10.0.0.{number}") == NotShown()
    refused = owner.by_number(NUMBER, "489AAC02", "10.0.0.99")
    assert isinstance(refused, NotShown)
    assert refused.wait_s > 0
    office.clock.advance_s(HOUR_S)
    assert isinstance(owner.by_number(NUMBER, "489AAC02", "10.0.0.99"), Shown)


def test_guessing_numbers_or_tokens_from_one_address_soon_has_to_wait(owner: OwnerDesk):
    for number in range(ALLOWED_BY_ADDRESS):
        if number % 2:
            assert owner.by_token(f"{number:032x}", "10.0.0.1") == NotShown()
        else:
            assert owner.by_number(f"02-2026-{number + 100:09}", "489AAC02", "10.0.0.1") == NotShown()
    refused = owner.by_token("0" * 32, "10.0.0.1")
    assert isinstance(refused, NotShown)
    assert refused.wait_s > 0


def test_the_token_in_the_notice_opens_the_whole_act_and_is_stored_only_hashed(office: Office, owner: OwnerDesk):
    [notice] = office.sms.notices
    token = notice.link.rsplit("/", 1)[1]
    whole = owner.by_token(token, "10.0.0.1")
    assert isinstance(whole, ShownWhole)
    assert whole.stored.act.number == NUMBER
    assert whole.decision is not None
    assert len(whole.evidence) == 2
    office.casebook.flush_deleted()
    assert token.encode() not in office.place.stored()


def test_a_void_act_is_shown_as_void(office: Office, owner: OwnerDesk):
    office.casebook.acts.void(NUMBER, "NO_EVENT", 5)
    shown = owner.by_number(NUMBER, "489AAC02", "10.0.0.1")
    assert isinstance(shown, Shown)
    assert (shown.standing, shown.void_reason) == (None, "NO_EVENT")


def test_operations_see_what_stands_where(office: Office, desk: Desk):
    other = msgspec.structs.replace(samples.decision(2), route="refer")
    office.take(samples.decision(3), other)
    counts = ops_counts(office.casebook, office.clock())
    assert counts.cases == {"REVIEW": 1, "SIGNED": 1, "REFERRED": 1}
    assert (counts.in_review, counts.referred, counts.waiting, counts.acts, counts.outbox) == (1, 1, 0, 1, 1)
    assert counts.most_urgent_us == at(2026, 4, 21, 0)
    assert counts.overdue == 0
