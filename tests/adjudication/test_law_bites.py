"""Every amount, border, date and term of the law, changed by one unit, makes a scenario fail, or it is said why not; of
a part that only people find, which no scenario comes to, it makes the brief's row differ."""

import re
from pathlib import Path

import pytest

from adjudication.lawbook import Lawbook
from adjudication.scenarios.format import parse, worked_terms
from integrations.lawfiles import law_files, load_law, load_policy
from tests.adjudication.law_by_one import changes, is_noticed
from tests.adjudication.test_rule_book import of_people, rows_of_people

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))

UNNOTICED = {
    r"(?<!terms)\.toml.*\[2024-01-01 → 2023-12-31\]": "policy refuses days before its own first",
    r"(571|59\d|60\d)\.toml.*2026-03-12 → 2026-03-11": "nothing is automatic, or a repetition, before there is a part",
    r"592\.toml.*2024-12-04 → 2024-12-03|602\.toml:39:.*2024-12-04 → 2024-12-03": "likewise",
    r"592\.toml:69:.*2024-01-01 → 2024-01-02": "likewise",
    r"592\.toml:11[67]:.*2024-12-04 → 2024-12-05": "nothing of 592(3-1) can be repeated on its first day",
    r"calendar\.toml:85:.*2027-05-17 → ": "an end of the stretch that cannot be counted says the same as its middle",
    r"594\.toml.*or_fine": "an act that an officer confirms is a warning all the same: test_rule_book.py",
    r"documents\.toml": "a title is not a scenario's to expect: tests/adjudication/test_lawbook.py",
    r"mci\.toml:(5|7|14|21|28|35):": "no offence of these years is in the data; an index has no gap: law check",
}
"""By what is changed and to what: why nothing can notice it, or what else does."""


@pytest.mark.timeout(300)
def test_a_figure_that_is_wrong_by_one_is_noticed_by_a_scenario() -> None:
    cases = [case for file in SCENARIOS for case in parse(file.read_bytes())]
    terms = [term for file in SCENARIOS for term in worked_terms(file.read_bytes())]
    policy = load_policy("default")
    never_applied, rows = of_people(load_law()).keys(), rows_of_people()
    every = list(changes(law_files()))
    of_rows = [(change, files) for change, files in every if change.part in never_applied]
    made = [(change, files) for change, files in every if change.part not in never_applied]
    assert len(made) > 800, "a figure that is not found is not changed"
    assert {change.part for change, _ in of_rows} == never_applied
    assert [str(change) for change, files in of_rows if of_people(Lawbook.parse(files)) == rows] == []
    left = [str(change) for change, files in made if not is_noticed(change, files, cases, terms, policy)]
    assert [one for one in left if not any(re.search(known, one) for known in UNNOTICED)] == []
    assert [known for known in UNNOTICED if not any(re.search(known, one) for one in left)] == []
