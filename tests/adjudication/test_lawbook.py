"""The law's data: what stands in the files, and what a file may not say."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from adjudication.errors import Invalid, Unavailable
from adjudication.lawbook import Lawbook, class_of
from adjudication.messages import Form
from integrations.lawfiles import law_files, load_law

LAW = load_law()
CHANGE, DIGITAL_CODE = date(2024, 12, 4), date(2026, 3, 12)
DAY = timedelta(days=1)


def broken(name: str, old: str, new: str) -> dict[str, bytes]:
    files = law_files()
    assert old.encode() in files[name]
    return {**files, name: files[name].replace(old.encode(), new.encode(), 1)}


@pytest.mark.parametrize(
    ("on", "parts"),
    [
        (CHANGE - DAY, ["592(1)", "592(2)", "592(3)"]),
        (CHANGE, ["592(1)", "592(2)", "592(3)", "592(3-1)"]),
        (CHANGE + DAY, ["592(1)", "592(2)", "592(3)", "592(3-1)"]),
    ],
)
def test_the_brackets_of_speed_changed_on_one_day(on: date, parts: list[str]) -> None:
    assert [part.part for part in LAW.detecting("speed", on)] == parts


@pytest.mark.parametrize("detection", ["speed", "red_light", "no_insurance", "no_inspection"])
@pytest.mark.parametrize("on", [date(2024, 1, 1), CHANGE, DIGITAL_CODE, date(2026, 12, 31)])
def test_brackets_leave_no_gap_and_say_what_they_are(detection: str, on: date) -> None:
    parts = LAW.detecting(detection, on)
    assert parts
    assert all(lower.to_kmh == upper.from_kmh for lower, upper in pairwise(parts))
    assert parts[-1].to_kmh is None


def test_every_part_has_a_statement_in_three_languages_and_a_source() -> None:
    for part in LAW.parts:
        assert part.source
        assert len({part.statement.kk, part.statement.ru, part.statement.en}) == 3


def test_a_repetition_is_punished_harder_than_what_it_repeats() -> None:
    for part in LAW.parts:
        repeated = LAW.repeat_part(part.part, part.in_force)
        if repeated is not None and isinstance(part.mci, int):
            assert isinstance(repeated.mci, int)
            assert repeated.mci > part.mci or repeated.besides is not None


def test_the_mci_of_each_year_is_one_figure_and_a_day_without_one_is_refused() -> None:
    for year, tenge in {2023: 3450, 2024: 3692, 2025: 3932, 2026: 4325}.items():
        assert {LAW.mci_on(date(year, 1, 1)).tenge, LAW.mci_on(date(year, 12, 31)).tenge} == {tenge}
    assert LAW.mci_on(date(2026, 1, 1)).tiyn == 432_500
    with pytest.raises(Unavailable, match="MCI of 2027-01-01"):
        LAW.mci_on(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("form", "on", "title"),
    [
        ("prescription", DIGITAL_CODE - DAY, "Предписание о необходимости уплаты штрафа"),
        ("prescription", DIGITAL_CODE, "Предписание о предупреждении или необходимости уплаты штрафа"),
        ("warning", DIGITAL_CODE + DAY, "Предписание о предупреждении или необходимости уплаты штрафа"),
        ("protocol", DIGITAL_CODE, "Протокол об административном правонарушении"),
    ],
)
def test_a_documents_title_follows_the_day_it_is_formed(form: Form, on: date, title: str) -> None:
    assert LAW.title(form, on).ru == title


def test_a_warning_had_no_automatic_document_before_the_digital_code() -> None:
    with pytest.raises(Unavailable, match="title of a warning"):
        LAW.title("warning", DIGITAL_CODE - DAY)


@pytest.mark.parametrize(("size", "non_profit", "subject"), [
    ("small", False, "small"), ("medium", False, "medium"), ("large", False, "large"),
    ("unknown", False, None), (None, False, None), (None, True, "small"), ("large", True, "small"),
])  # fmt: skip
def test_an_unknown_size_has_no_class(size: str | None, non_profit: bool, subject: str | None) -> None:
    assert class_of(size, non_profit) == subject  # type: ignore[arg-type]  # the table's literals are widened


def test_the_digest_names_names_and_bytes() -> None:
    files = law_files()
    assert Lawbook.parse(dict(reversed(files.items()))).sha256 == LAW.sha256
    assert Lawbook.parse({**files, "599.toml": files["599.toml"] + b"\n"}).sha256 != LAW.sha256


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("599.toml", "mci = 10", "mci = -1", "599.toml"),
        ("599.toml", "mci = 10", "fine = 10", "599.toml"),
        ("599.toml", "mci = 10", "mci =", "599.toml"),
        ("599.toml", '["599(1)"]', '["599(7)"]', "not here"),
        ("599.toml", 'detects = "red_light"', "", "one of: detected"),
        ("mci.toml", "last_day = 2020-12-31", "last_day = 2020-12-30", "2021-01-01"),
        ("mci.toml", "first_day = 2023-01-01", "first_day = 2022-12-31", "2022-12-31"),
        ("599.toml", 'detects = "red_light"', 'detects = "no_inspection"', "must be inspected"),
        ("599.toml", 'form = "prescription"', 'form = "protocol"', "a protocol is never automatic"),
        ("598.toml", "discount = false", "discount = true", "ends nothing but a fine"),
        ("596.toml", '["596(3)"]', '["596(9)"]', "not here"),
        ("592.toml", "in_force = 2024-12-04", "in_force = 2024-12-03", "stands twice"),
        ("592.toml", "measuring = true\n", "", "needs an instrument"),
        ("599.toml", 'form = "prescription"', 'form = "prescription"\nmeasuring = true', "needs an instrument"),
        ("571.toml", "to_kg = 5_000", "to_kg = 4_000", "begins where the one before it ends"),
        ("571.toml", "from_kg = 10_000, mci", "from_kg = 10_000, to_kg = 20_000, mci", "begins where"),
        ("terms.toml", "days = 10", "days = 10\nmonths = 1", "in days or in months"),
    ],
)
def test_what_the_law_files_may_not_say(name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(Invalid, match="law-malformed") as caught:
        Lawbook.parse(broken(name, old, new))
    assert said in str(caught.value)


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(Invalid, match=r"x\.toml"):
        Lawbook.parse({"x.toml": b"\xff"})


def test_a_term_before_all_data_is_refused() -> None:
    with pytest.raises(Unavailable, match="term SEND"):
        LAW.term("SEND", date(2023, 12, 31))
