"""Section 15 of the brief, which prevails: what shows each of its corrections, defaults and rules of order.

Each item names scenarios by id and tests by name; an item that nothing shows stands in `NOT_HERE`, with why.
"""

import re
from pathlib import Path

import pytest

from adjudication.scenarios.format import parse

ROOT = Path(__file__).parents[1]
SHOWN = {
    "15.1(2) a sent act that is not delivered can lapse": "limitation-at-sent delivered-too-late",
    "15.1(3) warnings run the same course": "warning-closes warning-before-it-closes",
    "15.1(4) upheld, cancelled, or cancelled with a new decision": "upheld cancelled",
    "15.1(5) half the sum is final but for a protest": "protest-shortened protest-shortened-late",
    "15.1(6) a milder law reaches what is not executed": (
        "test_when_the_law_eases_an_act_that_is_not_executed_comes_before_officers_once "
        "test_the_stricter_brackets_of_2024_ease_nothing"
    ),
    "15.1(7) minors": "owner-17 owner-15 owner-18-that-day",
    "15.1(8) the shorter year, and in force before": "repeat-day-after repeat-not-yet-in-force",
    "15.1(9) an early complaint is held": "complaint-early complaint-early-then",
    "15.1(10) the duty to warn": "warning-not-owed-592-1 warning-owed-after-another-chapter",
    "15.1(11) lapsed verification": "overweight-verification-lapsed device-elsewhere-seen",
    "15.2 a border is the milder part's": "speed-10-over speed-20-over speed-40-over speed-60-over",
    "15.2 the error is subtracted": "overweight-error-subtracted overweight-error-not-subtracted",
    "15.2 a year without data is refused": "calendar-over-kurban-ait-2027",
    "15.2 no index, no sum": "test_the_mci_of_each_year_is_one_figure_and_a_day_without_one_is_refused",
    "15.2 sole traders, state bodies, branches, foreign firms": "sole-trader-uninsured owner-branch owner-state-body",
    "15.2 mixed parts: base part and review": "repeat-mixed-parts mixed-597",
    "15.2 one open register case": "test_ten_cameras_on_one_day_make_one_register_case",
    "15.2 carriers refer; days count whole": "passenger-carrier insured-to-the-end-of-the-day",
    "15.2 893 in working days": "payment-term-last-day payment-term-over",
    "15.2 not automatic before 12.03.2026": "no-insurance-the-day-before daytime-lights-second-day",
    "15.2 the title follows the day": "test_a_documents_title_follows_the_day_it_is_formed",
    "15.2 the sending term": "send-too-late confirmed-too-late-by-another-policy",
    "15.2 registers are asked twice": "test_a_register_finding_needs_a_second_answer_a_day_later",
    "15.3(1) sending fixes the index": "terms-new-year terms-old-year",
    "15.3(1) an unsent act is formed anew": "test_an_unsent_act_is_superseded_and_a_sent_one_never",
    "15.3(2) review is inside the sending term": "confirmed-too-late",
    "15.3(3) nothing after the two months": "limitation-passed limitation-rolled delivered-too-late",
    "15.3(4) the first lawful sending initiates": "test_the_first_sending_initiates_and_a_second_channel_does_not",
    "15.3(4) a number found elsewhere is no sending": "test_a_number_found_elsewhere_is_refused",
    "15.3(5) the text is delivery": "test_a_notice_to_the_egov_number_is_a_proper_delivery_with_a_proof",
    "15.3(6) the payer's instant; a complaint beside half": "half-paid-in-term half-paid-late complaint-and-half",
    "15.3(7) a cancelled earlier penalty": (
        "test_where_an_earlier_case_ends_without_a_penalty_its_repetition_comes_before_officers"
    ),
    "15.3(8) as of the passage's instant": "insured-a-minute-later insured-to-the-instant",
    "15.3(9) void after payment": "test_voiding_after_payment_makes_the_money_due_back",
    "15.3(10) death before execution": "owner-died-after-sending dead-at-the-bailiffs",
    "15.3(11) a statement after half the sum": "statement-after-half test_after_half_the_sum_no_case_begins",
    "15.3(12) the possessor's case keeps limitation": "possessor-limitation-last-day possessor-limitation-over",
    "15.3(12) whether SEND begins anew is an officer's": "possessor-named possessor-send-lapsed possessor-fined",
}
NOT_HERE = {
    "15.1(1)": "62(7) is never applied by itself; there is no fact that would ask for it",
}
SCENARIOS = {case.id for file in (ROOT / "scenarios").glob("*.toml") for case in parse(file.read_bytes())}
TESTS = {
    name
    for path in ROOT.rglob("test_*.py")
    if path != Path(__file__)
    for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
}


@pytest.mark.parametrize("item", SHOWN)
def test_an_item_is_shown(item: str) -> None:
    assert set(SHOWN[item].split()) <= SCENARIOS | TESTS


def test_every_numbered_item_is_shown_or_said_not_to_be_here() -> None:
    numbered = {item.partition(" ")[0] for item in SHOWN if "(" in item.partition(" ")[0]} | set(NOT_HERE)
    assert numbered == {f"15.1({n})" for n in range(1, 12)} | {f"15.3({n})" for n in range(1, 13)}
    assert not {item.partition(" ")[0] for item in SHOWN} & set(NOT_HERE)
