"""Every row of the rule book as the brief lists it (domain brief §1, the edition of 12.03.2026), one line a part.

A second writing of the same figures: what stands in `law/kz/*.toml` must say the same, row by row and no more rows.
"""

from datetime import date

import pytest

from adjudication.lawbook import Lawbook, PartRule, SubjectClass
from integrations.lawfiles import load_law

LAW = load_law()
ON = date(2026, 4, 6)
READ_FROM = date(2026, 3, 12)
DATA_FROM = date(2024, 1, 1)


def pairs(table: str) -> dict[str, int]:
    words = table.split()
    return {part: int(mci) for part, mci in zip(words[::2], words[1::2], strict=True)}


BY_CLASS = {
    "230(2)": {"individual": 10, "small": 160, "medium": 400, "large": 1000},
    "590(3)": {"individual": 15, "small": 100, "medium": 200, "large": 400},
    "571(7)": {"individual": 20, "small": 30, "medium": 40, "large": 50},
    "571(8)": {"individual": 20, "small": 30, "medium": 40, "large": 50},
}
BY_TONNES = {
    "571(6)": {
        (1, 5): {"individual": 40, "small": 80, "medium": 120, "large": 200},
        (5, 10): {"individual": 80, "small": 130, "medium": 180, "large": 280},
        (10, None): {"individual": 180, "small": 480, "medium": 780, "large": 1000},
    }
}
PRESCRIBED = pairs("""
592(1) 5      592(2) 10      592(3) 20     592(3-1) 40   592(4) 30     592(5) 60
599(1) 10     599(2) 15      594(2) 15     594(4) 7      594(5) 20     595(1) 5      595(2) 10     595(3) 15
595(4) 20     596(1) 15      596(2) 15     596(4) 30     597(1) 5      597(2) 10     597(3) 10     597(4) 10
597(4-1) 1    597(4-2) 2     597(5) 10     597(5-1) 15   597(6) 15     598(1) 20     600(1) 10     600(2) 15
601(1) 3      601(2) 10      602(2) 5      602(1-1) 5    602(3) 7      591(1) 5      591(2) 10     593(1) 5
593(1-2) 10   593(2) 5       593(3) 10     590(1) 5      590(2) 10     590(5) 5      590(9) 5      590(10) 20
606(1) 10     607(1) 20
""")
"""A fine in MCI and nothing else, so a prescription that may be automatic, with half price."""
WARNED = {"602(1)": 0, "594(1)": 3}
"""A warning alone, or a warning that may become so many MCI."""
OTHERWISE_PUNISHED = pairs(
    "590(2-1) 20  590(4) 0  590(4-1) 40  596(3) 0  596(4-1) 0  598(2) 40  606(2) 0  607(2) 0  607(3) 0"
)
"""MCI, and withdrawal of the licence, arrest or community work: a protocol."""
FOUND_BY_PEOPLE = pairs("590(6) 15  590(7) 15  596(3-1) 30  596(5) 50  615(1) 2  615(3) 10")
HALF_PRICE_WITH_A_PROTOCOL = {"590(6)", "590(7)", "596(5)", "615(1)"}
"""A fine alone, but who drove, what broke or who walked no device tells: a protocol."""
ONLY_PEOPLE_FIND = "571(8) 590(3) 590(4) 590(4-1) 590(6) 590(7) 596(3-1) 596(4-1) 596(5) 607(3) 615(1) 615(3)"
"""What no passage can come to: intent, damage, a permit's terms, a licence that was taken, who walked, what broke."""
REPEATS = {
    "590(2-1)": "590(2)",
    "590(10)": "590(1) 590(5) 590(6) 590(7) 590(9)",
    "591(2)": "591(1)",
    "592(4)": "592(2) 592(3)",
    "592(5)": "592(3-1)",
    "593(3)": "593(1) 593(2)",
    "594(4)": "594(1)",
    "594(5)": "594(2)",
    "595(4)": "595(2) 595(3)",
    "596(4)": "596(1) 596(2)",
    "597(4-2)": "597(4-1)",
    "597(5)": "597(1)",
    "597(5-1)": "597(2) 597(3)",
    "597(6)": "597(4)",
    "598(2)": "598(1)",
    "599(2)": "599(1)",
    "600(2)": "600(1)",
    "601(2)": "601(1)",
    "602(2)": "602(1)",
    "602(3)": "602(1-1)",
    "606(2)": "606(1)",
    "607(2)": "607(1)",
}


CAPS: dict[SubjectClass, int] = {"individual": 200, "small": 750, "medium": 1_000, "large": 2_000}


def rule(name: str) -> PartRule:
    found = LAW.part_on(name, ON)
    assert found is not None, f"{name} is not in the law's data"
    return found


def test_the_rule_book_holds_these_rows_and_no_others() -> None:
    here = {*PRESCRIBED, *WARNED, *OTHERWISE_PUNISHED, *FOUND_BY_PEOPLE, *BY_CLASS, *BY_TONNES}
    assert {part.part for part in LAW.parts_on(ON)} == here


@pytest.mark.parametrize(("name", "mci"), PRESCRIBED.items())
def test_a_fine_alone_is_a_prescription_with_half_price(name: str, mci: int) -> None:
    part = rule(name)
    assert (part.mci, part.form, part.discount, part.besides) == (mci, "prescription", True, None)
    assert part.automatic_since is not None
    assert part.automatic_since <= READ_FROM


@pytest.mark.parametrize(("name", "mci"), WARNED.items())
def test_a_warning_has_no_price(name: str, mci: int) -> None:
    part = rule(name)
    assert (part.mci, part.or_fine, part.form, part.discount) == (0, mci, "warning", False)


@pytest.mark.parametrize(("name", "mci"), {**OTHERWISE_PUNISHED, **FOUND_BY_PEOPLE}.items())
def test_what_needs_a_person_is_a_protocol(name: str, mci: int) -> None:
    part = rule(name)
    half = name in HALF_PRICE_WITH_A_PROTOCOL
    assert (part.mci, part.form, part.discount, part.automatic_since) == (mci, "protocol", half, None)
    assert (part.besides is not None) == (name in OTHERWISE_PUNISHED)


def of_people(law: Lawbook) -> dict[str, tuple[object, ...]]:
    """Of each part that no passage can come to: from when to when, the fine, the form, half price, since when it is
    automatic, and whether the sanction holds more than that."""
    return {
        part.part: (
            (part.in_force, part.repealed, part.mci, part.or_fine),
            (part.form, part.discount, part.automatic_since, part.besides is not None),
        )
        for part in law.parts
        if part.by_officer or part.instead_of
    }


def rows_of_people() -> dict[str, tuple[object, ...]]:
    """The same from the brief's rows; `test_law_bites` holds the data to them, figure by figure."""
    fines = {**OTHERWISE_PUNISHED, **FOUND_BY_PEOPLE, **BY_CLASS}
    return {
        name: (
            (DATA_FROM, None, fines[name], 0),
            ("protocol", name in HALF_PRICE_WITH_A_PROTOCOL, None, name in OTHERWISE_PUNISHED),
        )
        for name in ONLY_PEOPLE_FIND.split()
    }


def test_what_only_people_find_is_row_by_row_what_the_brief_says() -> None:
    assert of_people(LAW) == rows_of_people()


@pytest.mark.parametrize("name", BY_CLASS)
def test_a_fine_may_depend_on_who_pays(name: str) -> None:
    assert rule(name).mci == BY_CLASS[name]


@pytest.mark.parametrize("name", BY_TONNES)
def test_a_fine_may_depend_on_the_tonnes(name: str) -> None:
    found = {(step.from_kg / 1000, step.to_kg and step.to_kg / 1000): step.mci for step in rule(name).steps}
    assert found == BY_TONNES[name]


def test_all_that_one_passage_could_be_fined_for_stays_below_the_cap_of_several() -> None:
    """Source: 58(2), brief §1.2: three times what a fine may be. A device reports one thing and measures speed, weight
    and size; two registers are asked. Of each the dearest part, or its repetition, all at once."""
    apart = {"speed", "overweight", "oversize", "no_insurance", "no_inspection"}
    base = {part.part: part.detects for part in LAW.parts_on(ON)}
    for subject, most in CAPS.items():
        dearest: dict[str, int] = {}
        for part in LAW.parts_on(ON):
            found = part.detects or next((base[one] for one in part.repeat_of), None) or "reported"
            source = found if found in apart else "reported"
            fines = (step.mci if isinstance(step.mci, int) else step.mci.get(subject, 0) for step in part.steps)
            dearest[source] = max(dearest.get(source, 0), *fines)
        assert sum(dearest.values()) <= 3 * most, (subject, dearest)


def test_no_fine_is_above_what_a_fine_may_be() -> None:
    """Source: 44(2), brief §1.1; 200 MCI for everybody where a part names no class."""
    for part in LAW.parts:
        for step in part.steps:
            by_class = {"individual": step.mci} if isinstance(step.mci, int) else step.mci
            assert all(mci <= CAPS[subject] for subject, mci in by_class.items()), part.part


def test_whether_a_permit_allows_more_an_officer_finds_out() -> None:
    asked = {part.part for part in LAW.parts_on(ON) if part.settled_by_officer == "ROAD_PERMIT_UNCHECKED"}
    assert asked == {"571(6)", "571(7)"}
    assert rule("571(8)").instead_of == ("571(6)", "571(7)")


def test_each_repetition_repeats_what_the_brief_says() -> None:
    found = {part.part: " ".join(part.repeat_of) for part in LAW.parts_on(ON) if part.repeat_of}
    assert found == REPEATS


def test_a_parking_fee_is_owed_in_two_cities() -> None:
    limited = {part.part: part.only_in for part in LAW.parts_on(ON) if part.only_in}
    assert limited == {"597(4-1)": ("71", "75")}


def test_what_lasts_is_one_act_while_it_lasts() -> None:
    lasting = {part.part for part in LAW.parts_on(ON) if part.continuing}
    assert lasting == {part.part for part in LAW.parts_on(ON) if part.article == "597"}
