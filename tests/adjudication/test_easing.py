"""A milder law reaches back, a stricter one does not. Source: 5(1); brief §15.1(6)."""

from datetime import date

import pytest
from msgspec.structs import replace

from adjudication.decide import decide
from adjudication.easing import Eased, eased
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided
from adjudication.scenarios.format import parse
from adjudication.scenarios.run import came_to
from integrations.lawfiles import law_files, load_law, load_policy

LAW, POLICY = load_law(), load_policy("default")
CHANGE = date(2026, 6, 1)


def changed(name: str, *pairs: tuple[str, str], more: str = "") -> Lawbook:
    """The law with other words in one of its files."""
    files = law_files()
    text = files[name].decode()
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after, 1)
    return Lawbook.parse({**files, name: (text + more).encode()})


def edition(part: str, mci: str, like: str, form: str = "prescription", detects: str = "red_light") -> str:
    """Another edition of a part, from the day of the change on."""
    return (
        f'\n[[part]]\npart = "{part}"\ndetects = "{detects}"\nmci = {mci}\ndiscount = {str(form != "warning").lower()}'
        f'\nform = "{form}"\nin_force = {CHANGE}\nautomatic_since = {CHANGE}\nsource = "{like}"\nconfidence = "M"\n'
        'statement.kk = "k"\nstatement.ru = "r"\nstatement.en = "e"\n'
    )


def ended(name: str, part: str, more: str = "") -> Lawbook:
    """The law in which a part ends on the day of the change."""
    return changed(name, (f'part = "{part}"\n', f'part = "{part}"\nrepealed = {CHANGE}\n'), more=more)


def case(facts: str) -> CaseDecided:
    text = f'[[case]]\nid = "a"\nfacts = {{ offence_at = 2026-04-06T08:00:00+05:00, {facts} }}\nexpected = {{}}'
    found = came_to(parse(text.encode())[0].facts, LAW, POLICY).case
    assert found is not None
    return found


RED = case('kind = "red_light"')
SPEED = case('kind = "speed", measured_kmh = 85, limit_kmh = 60')


@pytest.mark.parametrize(
    ("law", "then"),
    [
        (LAW, None),
        (ended("599.toml", "599(1)", edition("599(1)", "9", "milder")), Eased("599(1)", 9, CHANGE)),
        (ended("599.toml", "599(1)", edition("599(1)", "10", "the same")), None),
        (ended("599.toml", "599(1)", edition("599(1)", "11", "stricter")), None),
        (ended("599.toml", "599(1)", edition("599(3)", "4", "of another number")), Eased("599(3)", 4, CHANGE)),
        (ended("599.toml", "599(1)", edition("599(1)", "0", "a warning", form="warning")), Eased("599(1)", 0, CHANGE)),
        (ended("599.toml", "599(1)", edition("599(1)", "{ small = 5 }", "for firms alone")), None),
        (ended("599.toml", "599(1)"), Eased("", 0, CHANGE)),
    ],
)
def test_the_same_facts_under_the_law_of_a_later_day(law: Lawbook, then: Eased | None) -> None:
    assert eased(RED, law, POLICY, date(2026, 5, 31)) is None
    assert eased(RED, law, POLICY, CHANGE) == then


def test_a_speed_falls_under_the_bracket_that_its_excess_is_in_now() -> None:
    wider = changed(
        "592.toml",
        ("to_kmh = 20\n", f"to_kmh = 20\nrepealed = {CHANGE}\n"),
        more=edition("592(1)", "5", "wider", detects="speed").replace(
            "\nmci", "\nfrom_kmh = 10\nto_kmh = 30\nsection_since = 2024-12-04\nmeasuring = true\nmci"
        ),
    )
    assert (SPEED.part, SPEED.mci_count) == ("592(2)", 10)
    assert eased(SPEED, wider, POLICY, CHANGE) == Eased("592(1)", 5, CHANGE)
    assert eased(SPEED, wider, POLICY, date(2026, 5, 31)) is None


def test_the_stricter_brackets_of_2024_ease_nothing() -> None:
    text = (
        '[[case]]\nid = "a"\nexpected = {}\n'
        'facts = { offence_at = 2024-12-03T08:00:00+05:00, kind = "speed", measured_kmh = 125, limit_kmh = 60 }'
    )
    found = came_to(parse(text.encode())[0].facts, LAW, POLICY).case
    assert found is not None
    assert found.part == "592(3)"
    assert eased(found, LAW, POLICY, date(2024, 12, 4)) is None


def test_a_repetition_is_held_against_what_repeats_now_or_against_its_base() -> None:
    again = replace(RED, part="599(2)", base="599(1)", mci_count=15)
    assert eased(again, LAW, POLICY, CHANGE) is None
    no_clause = ended("599.toml", "599(2)")
    assert eased(again, no_clause, POLICY, CHANGE) == Eased("599(1)", 10, date(2024, 1, 1))


def test_what_people_found_or_another_sanction_has_is_not_compared() -> None:
    assert eased(replace(RED, part="590(6)"), LAW, POLICY, CHANGE) is None
    assert eased(replace(RED, part="1(1)"), LAW, POLICY, CHANGE) is None
    court = edition("599(1)", "1", "to the court", form="protocol").replace("discount = true", "discount = false")
    court = court.replace(f"automatic_since = {CHANGE}\n", 'besides.kk = "k"\nbesides.ru = "r"\nbesides.en = "e"\n')
    assert eased(RED, ended("599.toml", "599(1)", court), POLICY, CHANGE) is None


def test_an_excess_below_the_lowest_bracket_of_now_is_no_offence() -> None:
    higher = changed(
        "592.toml",
        ("to_kmh = 20\n", f"to_kmh = 20\nrepealed = {CHANGE}\n"),
        ("to_kmh = 40\n", f"to_kmh = 40\nrepealed = {CHANGE}\n"),
    )
    assert eased(SPEED, higher, POLICY, CHANGE) == Eased("", 0, date(2024, 12, 4))


def test_the_facts_are_decided_by_the_law_of_their_own_day_all_the_same() -> None:
    milder = ended("599.toml", "599(1)", edition("599(1)", "9", "milder"))
    (again,) = decide(RED.checked, (), milder, POLICY)
    assert isinstance(again, CaseDecided)
    assert again.mci_count == 10
