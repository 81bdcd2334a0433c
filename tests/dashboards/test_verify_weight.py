"""An act about weight says what the scales signed, by how much it was too much, and how they are verified."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from adjudication.decide import decide
from adjudication.errors import Invalid
from adjudication.facts import LoadMeasurement
from adjudication.forming import form_act
from adjudication.messages import CaseDecided
from adjudication.policy import Policy
from adjudication.protocol import Act, Body
from adjudication.scenarios.build import OFFICER, verdict
from dashboards.verify.agreement import check_facts, check_sums
from integrations.lawfiles import load_law, load_policy
from tests import samples

LAW, DEFAULT = load_law(), load_policy("default")
HERE = Policy(name="here", edition=tuple(replace(one, weight_control="here") for one in DEFAULT.edition))
BODY = Body(body_id="01", name_kk="Үлгі", name_ru="Пример", location_kk="", location_ru="")
SCALES = LoadMeasurement(kind="gross_mass", value=43_000, error=400, permitted=40_000)


def act_on_weight() -> tuple[Act, CaseDecided]:
    checked = samples.checked()
    event = replace(checked.passage.event, measurement=None, loads=(SCALES,))
    checked = replace(checked, passage=replace(checked.passage, event=event))
    (found,) = decide(checked, (), LAW, HERE)
    assert isinstance(found, CaseDecided)
    assert found.reason == "ROAD_PERMIT_UNCHECKED"
    (case,) = decide(checked, (verdict(found, samples.CAPTURED_US + 60_000_000, confirms=True),), LAW, HERE)
    assert isinstance(case, CaseDecided)
    formed_us = samples.CAPTURED_US + 120_000_000
    return form_act(case, (), LAW, BODY, number="01-2026-000000001", generation=0, formed_us=formed_us), case


def check(act: Act, case: CaseDecided) -> None:
    check_facts(act, case, [case.checked.passage.event], [])
    check_sums(act, case)


def test_it_holds_the_measurement_the_excess_and_the_verification() -> None:
    act, case = act_on_weight()
    assert (act.part, act.mci_count, act.load, act.excess_load) == ("571(6)", 40, SCALES, 2_600)
    assert (act.measurement, act.excess_kmh) == (None, None)
    assert act.device.verification is not None
    check(act, case)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"load": replace(SCALES, value=44_000)}, "did not measure"),
        ({"excess_load": 3_000}, "excess"),
        ({"load": None}, "weight or size"),
    ],
)
def test_what_the_scales_did_not_sign_is_found(changed: dict[str, object], said: str) -> None:
    act, case = act_on_weight()
    with pytest.raises(Invalid, match="act-differs") as caught:
        check(replace(act, **changed), case)
    assert said in caught.value.detail


def test_scales_without_a_verification_prove_nothing() -> None:
    act, case = act_on_weight()
    bare = replace(act, device=replace(act.device, verification=None))
    with pytest.raises(Invalid, match="verification"):
        check_facts(bare, case, [case.checked.passage.event], [])


def test_scales_verified_by_a_laboratory_that_was_not_accredited_prove_nothing() -> None:
    act, case = act_on_weight()
    verified = act.device.verification
    assert verified is not None
    unaccredited = replace(verified, accredited_to=verified.issued_on - timedelta(days=1))
    rounds = tuple(replace(one, device=replace(one.device, verification=unaccredited)) for one in case.checked.rounds)
    decided = replace(case, checked=replace(case.checked, rounds=rounds))
    said = replace(act, device=replace(act.device, verification=unaccredited))
    with pytest.raises(Invalid, match="not accredited"):
        check_facts(said, decided, [case.checked.passage.event], [])


def test_the_officer_who_found_that_there_was_no_permit_stands_in_it() -> None:
    act, _ = act_on_weight()
    assert (act.decided_by, act.officer) == ("officer", OFFICER.full_name)
