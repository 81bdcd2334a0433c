"""Every scenario of tests/scenarios/, and what a scenario file may not say."""

import math
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from adjudication.errors import Invalid, Unavailable
from adjudication.scenarios.format import Expected, Scenario, WorkedTerm, parse, worked_terms
from adjudication.scenarios.names import SETTLED, STATES
from adjudication.scenarios.run import Result, came_to, run
from adjudication.scenarios.terms import unmet_term
from adjudication.states import State
from integrations.lawfiles import load_law, load_policy

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))
CASES = [pytest.param(case, id=case.id) for file in FILES for case in parse(file.read_bytes())]
TERMS = [pytest.param(term, id=term.id) for file in FILES for term in worked_terms(file.read_bytes())]

ORDINARY = """
[[case]]
id = "a"
facts = { offence_at = 2026-04-06T08:00:00+05:00, kind = "red_light" }
"""


@pytest.mark.parametrize("case", CASES)
def test_the_law_makes_of_a_scenario_what_its_author_expects(case: Scenario) -> None:
    assert [str(failure) for failure in run(case, load_law(), load_policy("default"))] == []


@pytest.mark.parametrize("term", TERMS)
def test_the_law_counts_a_term_as_its_author_does(term: WorkedTerm) -> None:
    assert [str(failure) for failure in unmet_term(term, load_law())] == []


def test_scenario_ids_are_unique_over_all_files() -> None:
    names = [param.id for param in (*CASES, *TERMS)]
    assert len(names) == len(set(names))


def test_a_term_that_is_counted_otherwise_is_named_with_both_days() -> None:
    text = """
        term = [
            { id = "a", code = "SEND", start = 2026-04-06, last_day = 2026-04-21 },
            { id = "b", code = "SEND", start = 2026-04-06 },
            { id = "c", days = 1, start = 2027-12-31, last_day = 2028-01-03 },
        ]"""
    assert [str(one) for term in worked_terms(text.encode()) for one in unmet_term(term, load_law())] == [
        "a: last_day: expected 2026-04-21, got 2026-04-20",
        "b: last_day: expected refused, got 2026-04-20",
        "c: last_day: expected 2028-01-03, got refused",
    ]


def test_a_failure_names_the_case_the_key_and_both_values() -> None:
    (case,) = parse(f'{ORDINARY}expected = {{ route = "review", mci_count = 10 }}'.encode())
    assert [str(one) for one in run(case, load_law(), load_policy("default"))] == [
        "a: route: expected review, got auto"
    ]


@pytest.mark.parametrize("tolerance", ["subtract_error", "none"])
@pytest.mark.parametrize(
    ("measured", "error", "limit"),
    [
        ("81.00", "0.001", "60"),
        ("80.009", "0.009", "60"),
        ("80.005", "0.006", "60"),
        ("81.009", "0.005", "60"),
        ("80.999", "0", "60.001"),
        ("60", "2", "60"),
        ("0.001", "2.0001", "60"),
    ],
)
def test_finer_decimals_give_the_excess_of_the_formula(measured: str, error: str, limit: str, tolerance: str) -> None:
    """Source: brief §15.2, excess = floor(measured - error) - limit, in whole km/h."""
    speed = f'kind = "speed", measured_kmh = {measured}, measurement_error_kmh = {error}, limit_kmh = {limit}'
    subtracted = Fraction(error) if tolerance == "subtract_error" else 0
    excess = math.floor(math.floor(Fraction(measured) - subtracted) - Fraction(limit))
    text = f"""{ORDINARY.replace('kind = "red_light"', speed)}policy.tolerance = "{tolerance}"
    expected.effective_excess_kmh = {excess}"""
    (case,) = parse(text.encode())
    assert [str(one) for one in run(case, load_law(), load_policy("default"))] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{ORDINARY}expected = {{ rout = 'auto' }}", "rout"),
        (f"{ORDINARY}expected = {{}}\nmood = 'bad'", "mood"),
        (f"{ORDINARY}expected = {{}}\n{ORDINARY}expected = {{}}", "twice"),
        (ORDINARY.replace("red_light", "speed") + "expected = {}", "measured_kmh"),
        (ORDINARY.replace("red_light", "overweight") + "expected = {}", "need loads"),
        (ORDINARY.replace("red_light", "flying") + "expected = {}", "flying"),
        (ORDINARY.replace(" }", ", policy_valid_to = 5 }") + "expected = {}", "insurance bound"),
        (ORDINARY.replace(" }", ", delivered_at = 2026-04-06T08:00:00 }") + "expected = {}", "sent_at"),
        (ORDINARY.replace(" }", ", unanswered = ['weather'] }") + "expected = {}", "weather"),
        (ORDINARY.replace(" }", ", unanswered = ['exemptions'] }") + "expected = {}", "exemptions; there are: device"),
        (ORDINARY.replace(" }", ", no_record = ['weather'] }") + "expected = {}", "insurance, inspection, penalties"),
        ('term = [{ id = "t", start = 2026-04-06 }]', "a code, or days"),
        ('term = [{ id = "t", start = 2026-04-06, code = "SEND", days = 1 }]', "a code, or days"),
        (ORDINARY + "expected = {}\n[[term]]\nid = 'a'\nstart = 2026-04-06\ndays = 1", "twice"),
        (ORDINARY.replace(" }", ", measured_kmh = 90 }") + "expected = {}", "belong together"),
        (ORDINARY.replace(" }", ", limit_kmh = 60 }") + "expected = {}", "belong together"),
        (ORDINARY + "expected = {}\n[[case.also]]\nroute = 'auto'", "names its part"),
        ("no toml at all", ""),
    ],
)
def test_what_a_file_may_not_say_is_an_error(text: str, said: str) -> None:
    with pytest.raises(Invalid, match="scenario-malformed") as caught:
        parse(text.encode())
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("officer_confirmed_at = 2026-04-06T07:59:59", "officer_confirmed_at is before offence_at"),
        ("officer_rejected_at = 2026-04-06T07:59:59", "officer_rejected_at is before offence_at"),
        ("signed_at = 2026-04-06T07:59:59", "signed_at is before offence_at"),
        ("sent_at = 2026-04-05T08:00:00", "sent_at is before offence_at"),
        ("sent_at = 2026-04-06T08:00:00+06:00", "sent_at is before offence_at"),
        ("seen_at = 2026-04-06T07:59:59", "seen_at is before offence_at"),
        ("paid = [{ at = 2026-04-05T08:00:00, tenge = 1 }]", "paid is before offence_at"),
        ("then = [{ at = 2026-04-05T08:00:00, what = 'complaint' }]", "then is before offence_at"),
        ("possessor = { at = 2026-04-05T08:00:00 }", "possessor.at is before offence_at"),
        ("possessor = { at = 2026-04-08T08:00:00 }, sent_at = 2026-04-07T08:00:00", "sent_at is before possessor.at"),
        ("officer_confirmed_at = 2026-04-08T08:00:00, signed_at = 2026-04-07T08:00:00", "before officer_confirmed_at"),
        ("signed_at = 2026-04-08T08:00:00, sent_at = 2026-04-07T08:00:00", "sent_at is before signed_at"),
        ("sent_at = 2026-04-08T08:00:00, delivered_at = 2026-04-07T08:00:00", "delivered_at is before sent_at"),
    ],
)
def test_instants_that_cannot_stand_in_that_order_are_an_error(facts: str, said: str) -> None:
    (case,) = parse(f"{ORDINARY.replace(' }', f', {facts} }}')}expected = {{}}".encode())
    with pytest.raises(Invalid, match="scenario-malformed: a: ") as caught:
        run(case, load_law(), load_policy("default"))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("owner", "vehicle"),
        ("holder", "vehicles"),
        ("legal_person", "person"),
        ("size_class", "persons"),
        ("history", "penalties"),
        ("previous", "penalties"),
        ("verification", "device"),
    ],
)
def test_a_register_may_be_called_by_what_it_is_asked_about(one: str, other: str) -> None:
    def silent(name: str) -> Result:
        (case,) = parse(f"{ORDINARY.replace(' }', f', unanswered = [{name!r}] }}')}expected = {{}}".encode())
        return came_to(case.facts, load_law(), load_policy("default"))

    assert silent(one) == silent(other)
    assert silent(one).reason != "CLEAR"


STATES_OF_THE_BRIEF = """
RECEIVED REJECTED_FORMAT DETECTED QUALIFIED REVIEW DISCARDED ENRICHING READY REFERRED EXPIRED SIGNED SENT INITIATED
DELIVERED UNDELIVERED PAID_50 CLOSED_IN_FORCE DEEMED_CONSIDERED APPEAL_WINDOW IN_FORCE APPEALED PROTESTED UPHELD CHANGED
CANCELLED NEW_DECISION PAID_FULL DEFERRED INSTALMENTS OVERDUE TO_ENFORCEMENT ENFORCED RETURNED DEAD TERMINATED
REFUND_DUE OWNER_STATEMENT CHECK RELEASED CASE_AGAINST_POSSESSOR DENIED WARNING_ONLY
"""
"""Brief §3.7."""


def test_each_state_of_the_brief_is_understood() -> None:
    of_brief, own = set(STATES_OF_THE_BRIEF.split()), set(get_args(State))
    assert {*STATES, *own} >= of_brief
    assert of_brief - own >= set(STATES), "a name is the brief's, and no other state's"
    assert {state for name in STATES.values() for state in name.states} <= own
    assert [name for name, known in STATES.items() if not known.states] == ["CHANGED"]


@pytest.mark.parametrize(
    ("case", "name", "others"),
    [
        ("signed-not-sent", None, "READY SENT INITIATED"),
        ("send-last-minute", "INITIATED", "READY CLOSED_IN_FORCE"),
        ("send-too-late", "EXPIRED", "RETURNED REFUND_DUE"),
        ("send-too-late", "DISCARDED", "DEAD"),
        ("send-too-late", "REJECTED_FORMAT", "ENRICHING"),
        ("silent-register-waits", "ENRICHING", "READY QUALIFIED"),
        ("half-paid-in-term", "CLOSED_IN_FORCE", "UPHELD REFUND_DUE"),
        ("warning-closes", "WARNING_ONLY", "CLOSED_IN_FORCE"),
        ("protest", "PROTESTED", "UPHELD"),
        ("complaint-in-time", None, "PROTESTED UPHELD CANCELLED"),
        ("upheld", "UPHELD", "CHANGED CANCELLED"),
        ("protest-shortened-upheld", "UPHELD", "CHANGED"),
        ("cancelled", "CANCELLED", "CHANGED RELEASED"),
        ("cancelled", "NEW_DECISION", "DEAD REFUND_DUE"),
        ("deferral", "DEFERRED", "INSTALMENTS"),
        ("instalments", "INSTALMENTS", "DEFERRED"),
        ("handed-over", "TO_ENFORCEMENT", "RETURNED"),
        ("handed-back", "RETURNED", "TO_ENFORCEMENT DEAD"),
        ("year-over", "DEAD", "CLOSED_IN_FORCE"),
        ("statement", "OWNER_STATEMENT", "RELEASED DENIED"),
        ("statement", "CHECK", "CASE_AGAINST_POSSESSOR"),
        ("statement-false", "DENIED", "CHECK OWNER_STATEMENT"),
        ("statement-true", "RELEASED", "CASE_AGAINST_POSSESSOR CANCELLED"),
        ("possessor-established", "CASE_AGAINST_POSSESSOR", "CHECK"),
    ],
)
def test_a_state_may_be_called_as_in_the_brief(case: str, name: str | None, others: str) -> None:
    def fails(state: str) -> list[str]:
        (found,) = (param.values[0] for param in CASES if param.id == case)
        called = replace(found, expected=Expected(state=state))
        return [str(one) for one in run(called, load_law(), load_policy("default"))]

    assert name is None or fails(name) == []
    for other in others.split():
        (said,) = fails(other)
        assert said.startswith(f"{case}: state: expected {other}, got ")


def test_what_was_paid_for_an_act_that_is_void_is_a_refund_due() -> None:
    text = ORDINARY.replace(
        " }",
        """, sent_at = 2026-04-08T10:00:00, paid = [{ at = 2026-04-09T10:00:00, tenge = 100 }],
        owner_died_on = 2026-04-10 }""".replace("\n", ""),
    )
    (case,) = parse(f"{text}expected.state = 'REFUND_DUE'".encode())
    assert [str(one) for one in run(case, load_law(), load_policy("default"))] == []


@pytest.mark.parametrize("told", ["sent_at = 2027-01-05T08:00:00", "signed_at = 2027-01-05T08:00:00"])
def test_what_waits_for_an_index_says_which(told: str) -> None:
    text = ORDINARY.replace("2026-04-06", "2026-12-30").replace(" }", f", {told} }}")
    expected = "expected = { route = 'auto', reason = 'CLEAR', state = 'SENT', deadlines.initiated_on = 2027-01-05 }"
    (case,) = parse(f"{text}{expected}".encode())
    said = [str(one) for one in run(case, load_law(), load_policy("default"))]
    assert [one.partition(", got ")[2].split()[0] for one in said] == ["wait", "WAITING", "None"]
    assert all("MCI of 2027-01-05" in one for one in said)
    (money,) = parse(f"{text}expected.sum_tenge = '43250'".encode())
    with pytest.raises(Unavailable, match="MCI of 2027-01-05"):
        run(money, load_law(), load_policy("default"))


def test_of_several_offences_each_is_held_to_what_is_expected_of_it() -> None:
    facts = ORDINARY.replace(
        " }",
        ", measured_kmh = 90, limit_kmh = 60, previous = [{ part = '592(2)', "
        "in_force_on = 2026-02-01, executed_on = 2026-02-01 }] }",
    )
    also = """expected = { part = "599(1)", mci_count = 9 }
    also = [{ part = "592(2)", mci_count = 9 }, { part = "592(4)", mci_count = 9 }, { part = "591(1)" }]"""
    (case,) = parse(f"{facts}{also}".encode())
    assert [str(one) for one in run(case, load_law(), load_policy("default"))] == [
        "a: mci_count: expected 9, got 10",
        "a: mci_count: expected 9, got 30",
        "a: mci_count: expected 9, got 30",
        "a: part: expected 591(1), got 599(1)",
    ]
    nothing = ORDINARY.replace('kind = "red_light"', 'kind = "speed", measured_kmh = 58, limit_kmh = 60')
    (case,) = parse(f'{nothing}expected.part = "592(1)"'.encode())
    assert [str(one) for one in run(case, load_law(), load_policy("default"))] == ["a: part: expected 592(1), got None"]


def test_instants_may_be_one() -> None:
    same = ", ".join(f"{name} = 2026-04-06T08:00:00" for name in ("signed_at", "sent_at", "delivered_at", "seen_at"))
    (case,) = parse(f"{ORDINARY.replace(' }', f', {same} }}')}expected = {{}}".encode())
    assert run(case, load_law(), load_policy("default")) == ()


def test_a_change_that_is_no_policy_is_an_error() -> None:
    (case,) = parse(f'{ORDINARY}policy = {{ mercy = "great" }}\nexpected = {{}}'.encode())
    with pytest.raises(Invalid, match="mercy"):
        run(case, load_law(), load_policy("default"))


def test_a_policy_that_is_settled_may_be_named_and_not_changed() -> None:
    def expecting(value: str) -> list[str]:
        sent = ORDINARY.replace(" }", ", sent_at = 2026-04-08T10:00:00, seen_at = 2026-06-07T00:00:00 }")
        policy = f"policy.never_delivered_past_limitation = '{value}'\n"
        (case,) = parse(f"{sent}{policy}expected.state = 'LIMITATION_REVIEW'".encode())
        return [str(one) for one in run(case, load_law(), load_policy("default"))]

    assert [expecting(value) for value in SETTLED["never_delivered_past_limitation"]] == [[], [], []]
    with pytest.raises(Invalid, match=r"never_delivered_past_limitation: what is built is review \(review, then"):
        expecting("terminate")


def test_a_term_from_delivery_cannot_be_asserted_without_one() -> None:
    (case,) = parse(f"{ORDINARY}expected = {{ deadlines = {{ discount_last_day = 2026-04-17 }} }}".encode())
    with pytest.raises(Invalid, match="delivered_at"):
        run(case, load_law(), load_policy("default"))


def test_a_possessor_of_a_vehicle_with_which_nothing_was_done_is_an_error() -> None:
    possessor = ", possessor = { at = 2024-04-07T08:00:00 } }"
    text = ORDINARY.replace("red_light", "daytime_lights").replace("2026-04-06", "2024-04-06").replace(" }", possessor)
    (case,) = parse(f"{text}expected = {{}}".encode())
    with pytest.raises(Invalid, match="scenario-malformed"):
        run(case, load_law(), load_policy("default"))
