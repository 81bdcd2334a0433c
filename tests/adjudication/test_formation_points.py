"""What a control of formation finds is told point by point, each by its own name."""

from dataclasses import replace as with_facts
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from adjudication.format_logic.draft import Draft
from adjudication.formation import check
from tests import samples
from tests.adjudication.test_formation import (
    FIRM,
    FOREIGN,
    ORDINARY,
    SCALES,
    UNINSPECTED,
    UNINSURED,
    bearing,
    codes,
    heard_nobody,
    said,
    seen,
    stands,
    told,
)
from tests.adjudication.test_formation_borders import drawn, policy_of


def points(draft: Draft, code: str) -> set[str]:
    return {one.point for caught in check(draft) if caught.code == code for one in caught.mismatches}


def addressed(**changes: Any) -> Draft:
    return said(ORDINARY, addressee=replace(ORDINARY.act.addressee, **changes))


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        (addressed(number=FOREIGN), {"liable", "of_the_vehicle", "number"}),
        (addressed(kind="legal_person"), {"kind"}),
        (addressed(name_kk="Басқа"), {"name_kk"}),
        (addressed(name_ru="Иная"), {"name_ru"}),
        (addressed(born_on=date(1990, 1, 2)), {"born_on"}),
        (addressed(address="…"), {"address"}),
        (addressed(language="ru"), {"language"}),
        (with_facts(ORDINARY, decision=heard_nobody(ORDINARY.decision)), {"registers_spoke"}),
    ],
)
def test_what_of_the_addressee_differs_is_named(draft: Draft, found: set[str]) -> None:
    assert points(draft, "ADDRESSEE_NOT_OF_REGISTER") == found


@pytest.mark.parametrize("standing", ["state_body", "branch", "foreign"])
def test_whom_a_person_must_look_at_is_no_ordinary_addressee(standing: str) -> None:
    assert points(told(UNINSURED, liable=replace(FIRM, standing=standing)), "PERSON_NOT_COMPETENT") == {"ordinary"}


def test_a_day_of_birth_is_compared_where_both_tell_one() -> None:
    assert points(told(ORDINARY, liable=replace(samples.PERSON, born_on=None)), "BIRTH_DATE_DISAGREES") == set()
    assert points(addressed(number=FOREIGN), "BIRTH_DATE_DISAGREES") == set()
    of_a_firm = said(UNINSURED, addressee=replace(UNINSURED.act.addressee, born_on=date(1990, 1, 2)))
    assert points(of_a_firm, "BIRTH_DATE_DISAGREES") == set()


@pytest.mark.parametrize(
    ("vehicle", "found"),
    [
        ({"plate": "389BK01"}, {"plate_read", "plate_registered"}),
        ({"make": "Other"}, {"make"}),
        ({"model": "Other"}, {"model"}),
    ],
)
def test_what_of_the_vehicle_differs_is_named(vehicle: dict[str, str], found: set[str]) -> None:
    draft = said(ORDINARY, vehicle=replace(ORDINARY.act.vehicle, **vehicle))
    assert points(draft, "VEHICLE_NOT_OF_PASSAGE") == found


@pytest.mark.parametrize(
    ("plate", "found"),
    [
        ("489AAC02", set()),
        ("489AAC21", {"region"}),
        ("48AAC0", {"grammar"}),
        ("A123BCD", set()),
    ],
)
def test_a_plates_region_stands_where_its_shape_has_it(plate: str, found: set[str]) -> None:
    assert points(bearing(plate), "PLATE_NOT_OF_GRAMMAR") == found


@pytest.mark.parametrize(
    ("where", "blank", "point"),
    [
        ("body", "name_kk", "body_kk"),
        ("body", "name_ru", "body_ru"),
        ("addressee", "name_kk", "person_kk"),
        ("addressee", "name_ru", "person_ru"),
        ("place", "title_kk", "place_kk"),
        ("place", "title_ru", "place_ru"),
    ],
)
def test_a_name_that_is_missing_in_a_language_is_named(where: str, blank: str, point: str) -> None:
    draft = said(ORDINARY, **{where: replace(getattr(ORDINARY.act, where), **{blank: ""})})
    assert points(draft, "LANGUAGE_MISSING") == {point}


@pytest.mark.parametrize(("language", "found"), [("kk", set()), ("ru", set()), ("en", {"language"})])
def test_a_person_is_written_to_in_kazakh_or_russian(language: str, found: set[str]) -> None:
    assert points(told(ORDINARY, liable=replace(samples.PERSON, language=language)), "LANGUAGE_MISSING") == found


@pytest.mark.parametrize(
    ("where", "blank", "point"),
    [
        ("body", "location_kk", "body_location"),
        ("body", "location_ru", "body_location"),
        ("vehicle", "make", "make"),
        ("vehicle", "model", "model"),
        ("device", "name", "device_name"),
        ("device", "serial", "device_serial"),
    ],
)
def test_what_the_document_must_name_and_does_not_is_named(where: str, blank: str, point: str) -> None:
    draft = said(ORDINARY, **{where: replace(getattr(ORDINARY.act, where), **{blank: ""})})
    assert points(draft, "REQUISITE_MISSING") == {point}


@pytest.mark.parametrize("figure", ["mci_tiyn", "mci_count", "sum_tiyn"])
def test_a_figure_of_the_sum_that_is_wrong_by_one_is_named(figure: str) -> None:
    draft = said(ORDINARY, **{figure: getattr(ORDINARY.act, figure) + 1})
    assert points(draft, "SUM_NOT_OF_LAW") == {figure}


@pytest.mark.parametrize("term", ["discount_days", "considered_days", "appeal_days", "payment_days"])
def test_a_term_that_is_wrong_by_one_is_named(term: str) -> None:
    terms = ORDINARY.act.terms
    draft = said(ORDINARY, terms=replace(terms, **{term: getattr(terms, term) + 1}))
    assert points(draft, "TERMS_NOT_OF_LAW") == {term}


@pytest.mark.parametrize("draft", [UNINSURED, UNINSPECTED], ids=["insurance", "inspection"])
def test_what_registers_show_of_another_vehicle_in_the_event_is_another_act(draft: Draft) -> None:
    of_another = stands(event_id=draft.passage.event_id, part=draft.act.part, plate="700XYZ05")
    assert points(with_facts(draft, earlier=(of_another,)), "DUPLICATE_ACT") == set()
    of_this = with_facts(draft, earlier=(with_facts(of_another, plate=draft.act.vehicle.plate),))
    assert points(of_this, "DUPLICATE_ACT") == {"no_act_of_the_event"}


@pytest.mark.parametrize("tolerance", ["subtract_error", "none"])
def test_the_error_of_scales_is_subtracted_where_policy_says(tolerance: str) -> None:
    policy = policy_of(tolerance=tolerance, weight_control="here")
    draft = drawn(seen(samples.checked(), measurement=None, loads=(SCALES,)), policy)
    assert draft.act.excess_load == (5_600 if tolerance == "subtract_error" else 6_000)
    assert codes(draft) == set()
