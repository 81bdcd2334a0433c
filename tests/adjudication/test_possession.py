"""Whom a released owner's case goes on against, and what of the owner's case goes with it. Source: 31(3)."""

from dataclasses import replace as with_facts

import pytest
from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.answers import NoRecord, PriorPenalty, Unanswered
from adjudication.calendar import civil_day, end_of_day_us
from adjudication.decide import decide
from adjudication.errors import Conflict, Invalid
from adjudication.explain import explain
from adjudication.facts import Elsewhere, RepeatedPicture
from adjudication.format_logic.draft import Draft, Earlier
from adjudication.formation import check
from adjudication.lifecycle import apply
from adjudication.messages import CaseDecided, ContestFiled, PossessorNamed, StatementDecided, StatementFiled
from adjudication.possession import named_by, refuse_possessor
from adjudication.standing import opened
from adjudication.states import STATED, TERMINAL
from integrations.lawfiles import load_law, load_policy
from tests import drafts, samples
from tests.adjudication.test_decide import one, review

LAW, POLICY = load_law(), load_policy("default")
OWNERS = one(samples.checked())
DAY_US = 86_400_000_000
CHECKED_US = samples.CAPTURED_US + DAY_US
ESTABLISHED = StatementDecided(
    case_id=OWNERS.case_id,
    at_us=CHECKED_US,
    reference="out-1",
    established=True,
    possessor=samples.POSSESSOR.number,
    proof="P-17",
)


def begun(owners: CaseDecided = OWNERS, event: StatementDecided = ESTABLISHED) -> PossessorNamed:
    named = named_by(owners, "DELIVERED", event)
    assert named is not None
    return named


def codes(draft: Draft) -> set[str]:
    return {caught.code for caught in check(draft)}


def act_of_possessor() -> Draft:
    case = one(samples.possessed(OWNERS))
    return drafts.draft(one(samples.possessed(OWNERS), review(case)), LAW, POLICY)


def test_the_case_is_on_the_same_facts_and_its_id_is_of_the_owners_case_and_the_person():
    named = begun()
    assert named.passage == OWNERS.checked.passage
    assert named.possessor.case_id == ids.possessor_case_id(OWNERS.case_id, samples.POSSESSOR.number)
    assert codec.encode(begun()) == codec.encode(named)
    assert named.possessor.proof == ESTABLISHED.proof
    case = one(samples.possessed(OWNERS))
    assert (case.case_id, case.liable) == (named.possessor.case_id, samples.POSSESSOR.number)
    assert case.case_id != OWNERS.case_id
    assert (case.part, case.route, case.reason) == ("592(2)", "review", "POSSESSOR_NAMED")


def test_what_was_known_of_the_passage_goes_along():
    elsewhere = Elsewhere(
        event_id="e" * 32, device_id="cam-2", place_id="p-2", captured_us=1, distance_m=90_000, apart_us=60_000_000
    )
    repeated = RepeatedPicture(kind="alike", event_id="e" * 32, device_id="cam-2", captured_us=1)
    named = begun(replace(OWNERS, checked=replace(OWNERS.checked, elsewhere=elsewhere, repeated=repeated)))
    assert (named.elsewhere, named.repeated) == (elsewhere, repeated)


def test_what_the_owner_repeated_is_the_owners_alone():
    prior = PriorPenalty(case_id="c", part="592(2)", in_force_on=civil_day(samples.CAPTURED_US - 30 * DAY_US))
    repeated = one(samples.checked(penalties=replace(samples.PENALTIES, prior=(prior,))))
    assert (repeated.part, repeated.base) == ("592(4)", "592(2)")
    assert begun(repeated).possessor.part == "592(2)"
    assert one(samples.possessed(repeated, penalties=samples.PENALTIES)).part == "592(2)"


@pytest.mark.parametrize(
    "event",
    [
        replace(ESTABLISHED, possessor=None, proof=""),
        replace(ESTABLISHED, possessor=None, proof="", established=False),
        StatementFiled(
            case_id=OWNERS.case_id,
            at_us=CHECKED_US,
            reference="in-1",
            ground="OTHER_POSSESSOR",
            possessor=samples.POSSESSOR.number,
        ),
    ],
)
def test_a_theft_a_denial_and_a_mere_statement_begin_no_case(event):
    assert named_by(OWNERS, "DELIVERED", event) is None


def test_after_half_the_sum_no_case_begins():
    """Source: brief §15.3 rule 11."""
    assert named_by(OWNERS, "PAID_50", ESTABLISHED) is None
    assert all(named_by(OWNERS, state, ESTABLISHED) is not None for state in STATED)


def test_a_case_that_has_ended_goes_on_against_nobody():
    """The owner died, say, while the statement was checked."""
    assert all(named_by(OWNERS, state, ESTABLISHED) is None for state in TERMINAL)


@pytest.mark.parametrize(
    ("possessor", "code"),
    [("900101330008", "possessor-number"), ("000000000000", "possessor-number"), (OWNERS.liable, "possessor-liable")],
)
def test_a_number_that_is_nobodys_and_the_very_person_are_refused(possessor, code):
    for event in (
        replace(ESTABLISHED, possessor=possessor),
        StatementFiled(case_id="c", at_us=1, reference="r", ground="OTHER_POSSESSOR", possessor=possessor),
    ):
        with pytest.raises(Invalid, match=rf"^{code}: (the IIN or BIN|the possessor named)"):
            refuse_possessor(OWNERS, event, LAW)


def test_a_firm_and_a_person_are_taken_and_whatever_names_nobody_is_none_of_this():
    complaint = ContestFiled(case_id=OWNERS.case_id, at_us=1, reference="in-1", by="complaint")
    firm = replace(ESTABLISHED, possessor="070640013540")
    for event in (ESTABLISHED, firm, complaint, replace(ESTABLISHED, possessor=None)):
        refuse_possessor(OWNERS, event, LAW)


def test_the_duty_to_insure_is_not_moved_by_who_drove():
    uninsured = replace(OWNERS, part="230(2)")
    with pytest.raises(Invalid, match=r"^possessor-of-duty: who possessed the vehicle"):
        refuse_possessor(uninsured, ESTABLISHED, LAW)
    refuse_possessor(replace(OWNERS, part="9(9)"), ESTABLISHED, LAW)


def test_a_passage_that_shows_two_offences_makes_one_case_against_the_possessor():
    checked = samples.checked(insurance=NoRecord(system="insurance", asked_us=1, as_of_us=1))
    assert len(decide(checked, (), LAW, POLICY)) == 2
    again = replace(samples.possessed(OWNERS), rounds=checked.rounds)
    assert [case.case_id for case in decide(again, (), LAW, POLICY)] == [begun().possessor.case_id]


def test_where_registers_show_the_finding_no_more_there_is_no_case_and_no_closing_either():
    possessed = samples.possessed(OWNERS)
    event = replace(possessed.passage.event, measurement=None)
    assert decide(replace(possessed, passage=replace(possessed.passage, event=event)), (), LAW, POLICY) == ()


def test_while_the_persons_register_is_silent_it_is_asked_until_the_term_that_may_begin_anew_ends():
    silent = Unanswered(system="persons", asked_us=1, as_of_us=1, reason="timeout")
    after_the_first_term = samples.CAPTURED_US + 15 * DAY_US
    waits = one(samples.possessed(OWNERS, after_the_first_term, liable=silent))
    assert (waits.route, waits.reason) == ("wait", "REGISTER_UNANSWERED")
    assert waits.send_last_day_on is not None
    assert end_of_day_us(waits.send_last_day_on) > samples.CAPTURED_US + 22 * DAY_US


def test_an_instant_before_the_passage_begins_no_term():
    assert (
        one(samples.possessed(OWNERS, samples.CAPTURED_US - 900 * DAY_US)).send_last_day_on == OWNERS.send_last_day_on
    )


def test_a_term_over_days_that_nobody_knows_yet_is_an_officers():
    case = one(samples.possessed(OWNERS, samples.CAPTURED_US + 402 * DAY_US, asked_us=CHECKED_US))
    assert ("reason", "CALENDAR_UNKNOWN") in {pair for step in case.trace for pair in step.values}


def test_the_trace_says_in_each_language_why_the_possessor_is_liable():
    case = one(samples.possessed(OWNERS), review(one(samples.possessed(OWNERS))))
    assert (case.route, case.reason) == ("auto", "CONFIRMED")
    told = {language: " ".join(explain(case.trace, language)) for language in ("kk", "ru", "en")}
    assert "31-баптың 3-бөлігі" in told["kk"]
    assert "Собственник освобождён" in told["ru"]
    assert "whoever possessed the vehicle then, as a check established, is liable (art. 31(3))" in told["en"]
    assert "Looked at and confirmed by an officer: A check established" in told["en"]
    assert not any("owner (holder) is liable" in said for said in told.values())


def test_the_act_names_the_possessor_and_passes_the_controls():
    draft = act_of_possessor()
    assert (draft.act.addressee.number, draft.act.of_possessor) == (samples.POSSESSOR.number, True)
    assert draft.act.decided_by == "officer"
    assert codes(draft) == set()


def test_an_act_of_the_owner_that_stands_blocks_the_possessors_and_one_that_was_ended_does_not():
    """What stands is told by the casebook: the owner's void act is not among `earlier`."""
    draft = act_of_possessor()
    event_id = draft.passage.event_id
    owners = Earlier(OWNERS.case_id, event_id, "592(2)", draft.act.vehicle.plate)
    assert codes(with_facts(draft, earlier=(owners,))) == {"DUPLICATE_ACT"}
    assert codes(with_facts(draft, earlier=(with_facts(owners, part="592(4)"),))) == {"DUPLICATE_ACT"}
    another = Earlier("c" * 32, event_id, "599(1)", draft.act.vehicle.plate)
    assert codes(with_facts(draft, earlier=(another,))) == set()


def test_an_act_against_the_person_who_was_released_is_blocked():
    draft = act_of_possessor()
    answers = draft.decision.checked.rounds[0]
    bought = replace(samples.VEHICLE, holder=samples.POSSESSOR.number)
    rounds = (replace(answers, vehicle=bought),)
    decision = replace(draft.decision, checked=replace(draft.decision.checked, rounds=rounds))
    assert codes(drafts.draft(decision, LAW, POLICY)) == {"ADDRESSEE_NOT_OF_REGISTER"}


def test_by_the_other_policy_the_act_may_be_sent_until_the_owners_term_ends():
    stricter = replace_policy("from_fixation")
    checked = samples.possessed(OWNERS, CHECKED_US)
    [case] = decide(checked, (), LAW, stricter)
    assert isinstance(case, CaseDecided)
    [confirmed] = decide(checked, (review(case),), LAW, stricter)
    assert isinstance(confirmed, CaseDecided)
    draft = drafts.draft(confirmed, LAW, stricter)
    assert draft.act.sendable_until_us == drafts.draft(OWNERS, LAW, POLICY).act.sendable_until_us
    assert codes(draft) == set()
    assert codes(with_facts(draft, policy=POLICY.edition[0])) == {"SENDABLE_NOT_OF_LAW"}


def replace_policy(reading):
    edition = replace(POLICY.edition[0], possessor_send_term=reading)
    return replace(POLICY, edition=(edition,))


def test_a_possessor_has_nobody_to_name_and_may_complain():
    standing = replace(opened(act_of_possessor().act, LAW), state="DELIVERED", sent_us=1, delivered_us=1)
    assert standing.of_possessor
    said = StatementFiled(case_id="c", at_us=2, reference="in-1", ground="UNLAWFUL_DISPOSSESSION")
    with pytest.raises(Conflict, match="possessed"):
        apply(standing, said, LAW)
    complaint = ContestFiled(case_id="c", at_us=2, reference="in-2", by="complaint")
    assert apply(standing, complaint, LAW).standing.contest == "complaint"
