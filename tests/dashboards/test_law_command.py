"""`tarazy law` as a person types it."""

from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from adjudication.facts import ViolationCode
from adjudication.formation import CONTROLS
from adjudication.lawbook import TermCode
from dashboards.cli.law import app

SCENARIOS = Path(__file__).parents[1] / "scenarios"
RUN = CliRunner()
CASE = '[[case]]\nid = "a"\nfacts = { offence_at = 2026-04-06T08:00:00+05:00, kind = "red_light" }\n'


def law(*arguments: str) -> tuple[int, str]:
    result = RUN.invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_scenarios_that_ship_hold() -> None:
    code, said = law("scenario", *(str(file) for file in sorted(SCENARIOS.glob("*.toml"))))
    assert code == 0
    assert "0 failed" in said


def test_coverage_says_by_article_what_is_shown_and_what_is_not() -> None:
    code, said = law("scenario", "--coverage", *(str(file) for file in sorted(SCENARIOS.glob("*.toml"))))
    assert code == 0
    assert said.endswith("0 holes\n")
    code, said = law("scenario", "--coverage", str(SCENARIOS / "speed.toml"))
    assert code == 1
    assert "not shown: 591(1) since 2024-01-01: 5 MCI" in said
    shown = {line.split()[0]: line for line in said.splitlines() if " shown, by " in line}
    assert shown["591"].split()[1:4] == ["0", "of", "9"]
    assert " 0 of" not in shown["592"]


def test_a_failing_expectation_is_printed_with_both_values(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(CASE + 'expected = { route = "review" }')
    code, said = law("scenario", str(file))
    assert code == 1
    assert "a: route: expected review, got auto" in said


def test_a_case_that_cannot_be_run_fails_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(CASE.replace("2026-04", "2023-04") + 'expected = { route = "auto" }')
    code, said = law("scenario", str(file))
    assert code == 1
    assert "a: policy default of 2023-04-06 is not in the data" in said


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("term", "SEND", "--from", "2027-05-12"), "whether 2027-05-14 is a working day (not announced)"),
        (("term", "SEND", "--from", "2027-12-31"), "the working-day calendar of 2028"),
        (("term", "SEND", "--from", "2023-12-31"), "the term SEND on 2023-12-31"),
    ],
)
def test_what_no_retry_helps_is_named_without_one(arguments: tuple[str, ...], missing: str) -> None:
    code, said = law(*arguments)
    assert code == 1
    assert said == f"{missing} is not in the data, and nothing is assumed: it has to be added\n"


def test_a_scenario_of_a_day_without_an_index_names_it_and_no_retry(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    facts = CASE.replace("2026-04-06", "2026-12-30").replace(" }", ", sent_at = 2027-01-05T08:00:00 }")
    file.write_text(facts + 'expected = { sum_tenge = "43250" }')
    code, said = law("scenario", str(file))
    assert code == 1
    assert "a: the MCI of 2027-01-05 is not in the data" in said
    assert "retry" not in said


def test_a_file_that_is_wrong_stops_nothing_else(tmp_path: Path) -> None:
    wrong, right = tmp_path / "a.toml", tmp_path / "b.toml"
    wrong.write_text(CASE + "expected = {}\nmood = 1")
    right.write_text(CASE + 'expected = { route = "auto" }')
    code, said = law("scenario", str(wrong), str(right))
    assert code == 2
    assert "mood" in said
    assert "1 cases, 0 failed" in said


def test_check_prints_what_there_is_and_runs_the_scenarios_that_ship() -> None:
    code, said = law("check")
    assert code == 0
    assert "230, 571, 590, 591, 592, 593, 594, 595, 596, 597, 598, 599, 600, 601, 602, 606, 607, 615" in said
    assert "demo" in said.partition("(demonstration)")[0]
    assert " cases, 0 failed; " in said
    assert said.endswith("0 holes\n")


def test_check_names_what_the_scenarios_given_do_not_show() -> None:
    code, said = law("check", "--scenarios", str(SCENARIOS / "speed.toml"), "--scenarios", str(SCENARIOS / "days.toml"))
    assert code == 1
    assert "not shown: 591(1): the day before it becomes automatic, 2026-03-11" in said
    assert "not shown: 591(1) since 2024-01-01: 5 MCI" in said


def test_check_fails_where_a_scenario_does_not_hold(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(CASE + 'expected = { route = "review" }')
    shipped = [word for one in sorted(SCENARIOS.glob("*.toml")) for word in ("--scenarios", str(one))]
    code, said = law("check", "--scenarios", str(file), *shipped)
    assert code == 1
    assert "a: route: expected review, got auto" in said
    assert said.endswith("0 holes\n")


def test_check_says_what_it_could_not_check_where_no_scenarios_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("dashboards.cli.law.SHIPPED", tmp_path / "nowhere")
    code, said = law("check")
    assert code == 0
    assert said.splitlines()[-1].startswith("not checked: that scenarios show each amount around its change")


@pytest.mark.parametrize(("on", "parts"), [("2024-12-03", 4), ("2024-12-04", 6)])
def test_show_prints_an_article_of_a_day(on: str, parts: int) -> None:
    code, said = law("show", "592", "--on", on, "--lang", "kk")
    assert code == 0
    assert said.count("592(") - said.count("[A: 592(") - said.count("[M: 592(") == parts
    assert "жылдамдық" in said.lower()


def test_show_prints_every_edition_of_a_part_without_a_day() -> None:
    code, said = law("show", "592(3)")
    assert code == 0
    assert said.count("\n592(3)") + said.startswith("592(3)") == 2


def test_show_says_what_else_the_sanction_holds_and_why_an_officer_looks() -> None:
    assert "withdrawal of the licence for six months" in law("show", "596(3)")[1]
    assert "verified measuring instrument" in law("show", "592(4)")[1]
    assert "measuring" not in law("show", "599")[1]
    assert "лицу с инвалидностью" in law("show", "597(4)", "--lang", "ru")[1]


def test_codes_prints_what_a_device_may_report_and_which_part_it_is() -> None:
    code, said = law("codes", "--on", "2026-04-06")
    assert code == 0
    lines = dict(line.split(maxsplit=1) for line in said.splitlines())
    assert set(lines) == set(get_args(ViolationCode))
    assert (lines["bus_lane"][:6], lines["parking_unpaid"][:8]) == ("601(1)", "597(4-1)")
    assert [code for code, part in lines.items() if part == "—"] == []
    before = law("codes", "--on", "2024-12-03")[1].splitlines()
    assert [line.split()[0] for line in before if line.endswith("—")] == ["daytime_lights"]


def test_diff_prints_what_a_day_changes() -> None:
    code, said = law("diff", "2024-12-03", "2024-12-04")
    assert code == 0
    for line in (
        "592(3)  over by, km/h: 40 to any → 40 to 60",
        "592(3-1)  fine, MCI: — → 40",
        "592(1)  on average over a section: no → yes",
        "602(1)  form: — → warning",
    ):
        assert line in said
    assert "592(2)  fine" not in said
    assert law("diff", "2024-12-04", "2024-12-05")[1] == "0 differences\n"


def test_diff_says_the_index_and_the_titles_in_the_language_asked_for() -> None:
    said = law("diff", "2025-12-31", "2026-03-12", "--lang", "ru")[1]
    assert "MCI  tenge: 3932 → 4325" in said
    assert "title of a prescription  title: " in said
    assert "Предписание о предупреждении" in said
    assert "230(2)  automatic: no → yes" in said


def test_terms_are_listed_with_article_and_length() -> None:
    code, said = law("term")
    assert code == 0
    assert {line.split()[0] for line in said.splitlines()} == set(get_args(TermCode))
    assert "PROTO_MAKE     10 days    of 571, 572, 573, 593(1)" in said
    assert "CASE_MORE      1 month   " in said
    assert law("term", "SEND")[1].splitlines() == [line for line in said.splitlines() if line.startswith("SEND ")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("DISCOUNT", "--from", "2022-08-01"), "DISCOUNT from 2022-08-01: last day 2022-08-10\n    7 days [A: 811(1)"),
        (("PROTO_MAKE", "--from", "2026-03-13", "--part", "571(6)"), "last day 2026-04-01\n    10 days [A: 806"),
        (("PROTO_MAKE", "--from", "2026-03-13", "--part", "596(3)"), "last day 2026-03-18\n    3 days [A: 806"),
        (("LIM_OFFENCE", "--from", "2026-04-06"), "2026-06-06, a day off; the next working day is 2026-06-08 (739(5))"),
        (
            ("LIM_OFFENCE", "--from", "2026-04-06", "--stopped", "2026-04-20..2026-04-30"),
            "last day 2026-06-16\n    2 months [A: 62(1): offence to liability]\n"
            "    does not run from 2026-04-20, runs again from 2026-04-30\n",
        ),
    ],
)
def test_a_term_is_counted_from_a_day_with_its_source(arguments: tuple[str, ...], says: str) -> None:
    code, said = law("term", *arguments)
    assert code == 0
    assert says in said


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("term", "TEA"), 1, "no term TEA; there are: SEND, "),
        (("term", "SEND", "--from", "2023-12-31"), 1, "the term SEND on 2023-12-31"),
        (("term", "SEND", "--from", "2027-12-31"), 1, "calendar of 2028"),
        (("term", "SEND", "--from", "2026-04-06", "--stopped", "2026-04-08"), 2, "is not a day"),
    ],
)
def test_a_term_that_cannot_be_counted_is_refused(arguments: tuple[str, ...], exit_code: int, says: str) -> None:
    code, said = law(*arguments)
    assert code == exit_code
    assert says in said


def test_a_term_counted_otherwise_by_its_author_fails(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('[[term]]\nid = "t"\ncode = "SEND"\nstart = 2026-04-06\nlast_day = 2026-04-21\n')
    code, said = law("scenario", str(file))
    assert code == 1
    assert "t: last_day: expected 2026-04-21, got 2026-04-20" in said
    assert "0 cases, 0 failed; 1 terms, 1 failed" in said


def test_diff_knows_days_that_the_data_does_not_reach() -> None:
    assert "599(1)  fine, MCI: — → 10" in law("diff", "2023-12-31", "2024-01-01")[1]
    assert "MCI  tenge: 4325 → —" in law("diff", "2026-12-31", "2027-01-01")[1]


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("show", "1"), 1),
        (("show", "592", "--on", "tomorrow"), 2),
        (("diff", "2024-12-03", "soon"), 2),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], exit_code: int) -> None:
    assert law(*arguments)[0] == exit_code


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_controls_of_formation_are_printed_with_article_and_words(lang: str) -> None:
    code, said = law("controls", "--lang", lang)
    assert code == 0
    for control in CONTROLS:
        (line,) = [line for line in said.splitlines() if line.startswith(f"{control.code} ")]
        assert control.severity in line
        assert f"[{control.reason.source}]" in line
        assert line.endswith(getattr(control.reason.text, lang))
    assert f"{len(CONTROLS)} controls" in said
