"""Review: ways to a wrong act, or to one that stands when it must not, through casebook and desk."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import NoRecord
from adjudication.errors import Invalid, Unavailable
from adjudication.facts import Officer
from adjudication.messages import CaseDecided, NoticeDelivered, NoticeDispatched, PaymentReceived, ReviewRecorded
from ingest.topics import ACTS, CASE_EVENTS, REVIEWS
from integrations.casebook.desk import Desk, Opinion
from integrations.casebook.payments import Payment
from integrations.channels.port import Sent
from integrations.payments import record_payment
from tests import office, samples
from tests.casebooks import Place
from tests.office import Office, at, changed, december

OFFICER = Officer(login="officer-1", full_name="A. Officer", body_id="demo")


@pytest.fixture
def desk(place: Place) -> Iterator[Office]:
    desk = Office(place)
    yield desk
    desk.casebook.close()


def officers(desk: Office) -> Desk:
    return Desk(desk.casebook, lambda plate: f"v1-{plate}", desk.clock)


def test_only_the_decision_it_rests_on_forms_a_superseded_act_anew(place: Place) -> None:
    desk = Office(place, at(2025, 12, 31, 12))
    decision = december()
    desk.take(decision)
    desk.clock.set(at(2026, 1, 5))
    for item in desk.published(ACTS):
        events = desk.notify.handle([office.received(item, ACTS)])
        desk.lifecycle.handle([office.received(event.message, CASE_EVENTS) for event in events])
    assert desk.state(decision) == "SUPERSEDED_UNSENT"
    desk.take(changed(decision, "e" * 32, route="review", reason="PLATE_UNSURE"))
    assert desk.state(decision) == "SUPERSEDED_UNSENT"
    desk.serve()
    assert desk.state(decision) in {"SENT", "DELIVERED"}
    desk.casebook.close()


def test_a_plate_is_not_corrected_to_itself(desk: Office) -> None:
    decision = changed(samples.decision(), route="review", reason="PLATE_UNSURE")
    desk.take(decision)
    officers(desk).lease(decision.case_id, OFFICER)
    with pytest.raises(Invalid, match="verdict-not-possible"):
        officers(desk).record_review(decision.case_id, OFFICER, Opinion("correct_plate", "MISREAD", plate="489 AAC 02"))


def test_an_officers_rejection_of_a_case_with_an_act_voids_the_act(desk: Office) -> None:
    decision = samples.decision()
    desk.take(decision)
    desk.take(changed(decision, "e" * 32, route="reject", reason="NO_EVENT"))
    assert desk.casebook.reviews.find(decision.case_id, desk.clock()) is not None
    officers(desk).lease(decision.case_id, OFFICER)
    assert officers(desk).record_review(decision.case_id, OFFICER, Opinion("reject", "NO_EVENT")) == "recorded"
    desk.serve()
    assert desk.state(decision) == "TERMINATED"
    stored = desk.casebook.acts.of_case(decision.case_id)
    assert stored is not None
    assert stored.void_reason == "NO_EVENT"


def test_half_paid_before_the_word_of_the_sending_came_counts(desk: Office) -> None:
    decision = samples.decision()
    desk.take(decision)
    stored = desk.casebook.acts.of_case(decision.case_id)
    assert stored is not None
    at_us, half = desk.clock(), stored.act.discount_tiyn or 0
    record_payment(desk.casebook, stored.act.number, Payment("KZ-1", decision.case_id, half, at_us), desk.clock)
    sent = NoticeDispatched(
        case_id=decision.case_id, at_us=at_us, act_number=stored.act.number, channel="sms", proof="p"
    )
    delivered = NoticeDelivered(case_id=decision.case_id, at_us=at_us, channel="sms", proof="p")
    paid = PaymentReceived(case_id=decision.case_id, at_us=at_us, receipt="KZ-1", tiyn=half)
    desk.lifecycle.handle([office.received(event, CASE_EVENTS) for event in (paid, sent, delivered)])
    desk.until(at(2026, 4, 17))
    assert desk.state(decision) == "PAID_50"


def sighting(sequence: int, **changes: object) -> CaseDecided:
    """230(2) of one car on one day: one case, whichever event shows it."""
    ordinary = samples.decision(sequence)
    case_id = ids.register_case_id("900101300017", samples.VEHICLE.vin, "230(2)", "2026-04-06")
    none = NoRecord(system="insurance", asked_us=samples.CAPTURED_US, as_of_us=samples.CAPTURED_US)
    again = replace(none, asked_us=samples.CAPTURED_US + office.DAY_S * 1_000_000)
    rounds = tuple(replace(ordinary.checked.rounds[0], insurance=said) for said in (none, again))
    checked = replace(ordinary.checked, rounds=rounds)
    return replace(ordinary, case_id=case_id, checked=checked, part="230(2)", excess_kmh=None, **changes)


def test_a_further_sighting_of_an_issued_register_finding_is_no_conflict(desk: Office) -> None:
    first = sighting(1)
    desk.take(first)
    desk.take(sighting(2, route="wait", reason="SECOND_ASK_DUE", ask_again_us=desk.clock() + 5))
    assert desk.state(first) == "SIGNED"
    assert desk.casebook.reviews.count() == 0
    assert desk.casebook.evidence.expire(first.case_id) == ()


def test_an_earlier_decision_that_is_delivered_again_does_not_come_back(desk: Office) -> None:
    first = changed(samples.decision(), "a" * 32, route="wait", ask_again_us=desk.clock() + 5)
    second = changed(samples.decision(), "b" * 32, route="review", reason="PLATE_UNSURE")
    desk.take(first, second)
    desk.take(first)
    assert desk.casebook.reviews.count() == 1
    assert desk.casebook.waits.count() == 0
    desk.take(changed(samples.decision(), "c" * 32, reason="CONFIRMED"))
    desk.take(second)
    assert desk.casebook.reviews.count() == 0


def test_a_case_considered_on_the_last_day_of_limitation_is_considered(desk: Office) -> None:
    with desk.casebook.transaction():
        for code in ("LIM_OFFENCE", "DEEMED"):
            desk.casebook.deadlines.set("a" * 32, code, desk.clock())
        claimed = desk.casebook.deadlines.claim(desk.clock(), 10)
    assert [deadline.code for deadline in claimed] == ["DEEMED", "LIM_OFFENCE"]


def test_a_corrected_plate_ends_every_case_of_the_misread_passage(desk: Office) -> None:
    speeding = changed(samples.decision(), route="review", reason="PLATE_UNSURE")
    uninsured = sighting(1, route="wait", reason="SECOND_ASK_DUE", ask_again_us=desk.clock() + 5)
    elsewhere = changed(samples.decision(2), route="review", reason="PLATE_UNSURE")
    desk.take(speeding, uninsured, elsewhere)
    officers(desk).lease(speeding.case_id, OFFICER)
    opinion = Opinion("correct_plate", "MISREAD", plate="654WOZ05")
    assert officers(desk).record_review(speeding.case_id, OFFICER, opinion) == "recorded"
    told = [message for message in desk.published(REVIEWS) if isinstance(message, ReviewRecorded)]
    assert {message.case_id for message in told} == {speeding.case_id, uninsured.case_id}
    assert {message.verdict for message in told} == {"correct_plate"}


@pytest.mark.parametrize("off_s", [-3600, 3600, 400 * 86_400])
def test_a_channel_s_wrong_clock_starts_no_term(desk: Office, off_s: int) -> None:
    desk.take(samples.decision())
    number = desk.casebook.acts.numbers()[0]
    for channel in (desk.sms, desk.cabinet):
        channel.sent[number] = Sent("proof", desk.clock() + off_s * 1_000_000, delivered=True)
    [issued] = desk.published(ACTS)
    with pytest.raises(Unavailable, match="notice channels"):
        desk.notify.handle([office.received(issued, ACTS)])
