"""What the stores say when somebody looks is what stands in them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from adjudication import ids
from adjudication.errors import Unavailable
from adjudication.formation import CONTROLS
from adjudication.units import MICROS_PER_SECOND
from dashboards.machines import machines
from ingest import metrics
from ingest.metrics import ASKED, Metric
from integrations.centre import RunningCentre
from integrations.gauges import gauges
from integrations.registries.http import SYSTEMS
from integrations.registries.register import Manners
from integrations.roles import ROLES, WHOLE, Role
from tests import samples
from tests.faced import FacedTest
from tests.office import at, received

YEAR_S = 365 * 86_400


Look = dict[Metric, dict[tuple[str, ...], float]]
REGISTERS = {metrics.REGISTRY_UP}


def look(faced: FacedTest, role: Role = WHOLE) -> Look:
    return {metric: dict(told) for metric, told in gauges(faced.centre, role)().items()}


def test_every_metric_that_is_asked_for_is_answered(tmp_path: Path) -> None:
    assert set(look(FacedTest(tmp_path))) == set(ASKED)


def test_each_metric_is_told_by_the_role_that_knows_it_and_by_no_other(tmp_path: Path) -> None:
    faced = FacedTest(tmp_path)
    told = {role.name: set(look(faced, role)) for role in ROLES}
    knowing = {"crosscheck": REGISTERS, "web": set(ASKED) - REGISTERS}
    assert told == {role.name: knowing.get(role.name, set()) for role in ROLES}


def test_a_register_that_does_not_answer_is_told_by_the_process_that_asks_it(tmp_path: Path) -> None:
    faced = FacedTest(tmp_path)
    asking = RunningCentre(faced.centre, None, role=next(role for role in ROLES if role.name == "crosscheck"))
    client = TestClient(machines(asking))
    assert 'tarazy_registry_up{system="inspection"} 1.0' in client.get("/metrics").text
    for number in range(Manners().failures):
        faced.centre.registries.inspection(f"VIN{number}", faced.clock())
    told = gauges(faced.centre, asking.role)()  # without what is kept of a look for two seconds
    assert dict(told[metrics.REGISTRY_UP]) == {(one,): 0.0 if one == "inspection" else 1.0 for one in SYSTEMS}
    faced.centre.registries.close()


class Away:
    """A store whose server does not answer, whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        raise Unavailable("server")


@pytest.mark.parametrize("store", ["stream", "register", "casebook"])
def test_a_store_that_is_away_is_told_and_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    faced = FacedTest(tmp_path)
    running = RunningCentre(faced.centre, None)
    whole = look(faced)
    assert whole[metrics.STORE_ANSWERS] == {("stream",): 1.0, ("register",): 1.0, ("casebook",): 1.0}
    monkeypatch.setattr(faced.centre, store, Away())
    seen = look(faced)
    assert seen[metrics.STORE_ANSWERS] == whole[metrics.STORE_ANSWERS] | {(store,): 0.0}
    left = {"stream": metrics.LAG_SECONDS, "register": metrics.OUTCOMES, "casebook": metrics.LOG_SIZE}
    assert [name for name, metric in left.items() if metric not in seen] == [store]
    answer = TestClient(machines(running)).get("/metrics")
    assert (answer.status_code, f'tarazy_store_answers{{what="{store}"}} 0.0' in answer.text) == (200, True)


def test_a_log_that_is_signed_to_its_end_says_so(tmp_path: Path) -> None:
    faced = FacedTest(tmp_path)
    assert (look(faced)[metrics.LOG_SIZE], look(faced)[metrics.LOG_SIGNED]) == ({(): 0.0}, {(): 0.0})
    faced.act(1)
    faced.act(2)
    seen = look(faced)
    assert (seen[metrics.LOG_SIZE], seen[metrics.LOG_SIGNED]) == ({(): 2.0}, {(): 2.0})
    assert seen[metrics.CASES] == {("SIGNED",): 2.0}
    faced.centre.casebook.log.append(bytes(32))
    seen = look(faced)
    assert (seen[metrics.LOG_SIZE], seen[metrics.LOG_SIGNED]) == ({(): 3.0}, {(): 2.0})


def test_a_term_is_soon_from_a_day_before_its_end(tmp_path: Path) -> None:
    faced = FacedTest(tmp_path)
    faced.review()
    faced.clock.set(at(2026, 4, 21, 0) - 86_400 * MICROS_PER_SECOND - 1)
    assert ("SEND",) not in look(faced)[metrics.DEADLINES_SOON]
    faced.clock.set(at(2026, 4, 21, 0) - 86_400 * MICROS_PER_SECOND)
    assert look(faced)[metrics.DEADLINES_SOON]["SEND",] == 1.0
    faced.clock.set(at(2026, 4, 21, 0))
    seen = look(faced)
    assert ("SEND",) not in seen[metrics.DEADLINES_SOON]
    assert seen[metrics.DEADLINES_OVERDUE] == {(): 1.0}


def test_both_certificates_are_counted_down(tmp_path: Path) -> None:
    left = look(FacedTest(tmp_path))[metrics.CERTIFICATE]
    assert set(left) == {("root",), ("body",)}
    assert all(0 < seconds < 30 * YEAR_S for seconds in left.values())


def test_a_devices_clock_is_what_its_latest_event_said(tmp_path: Path) -> None:
    faced = FacedTest(tmp_path)
    recall = faced.centre.fates.recall()
    ordinary = samples.passage(1)
    for sequence, offset_us in ((1, 250_000), (2, -1_500_000), (3, None)):
        event = msgspec.structs.replace(
            ordinary.event,
            device_id="CLOCKED",
            sequence=sequence,
            captured_us=samples.CAPTURED_US + sequence,
            clock_offset_us=offset_us,
        )
        late = msgspec.structs.replace(event, captured_us=samples.CAPTURED_US - 1, clock_offset_us=9_000_000)
        for one in (event, late):
            passage = msgspec.structs.replace(ordinary, event=one, passage_id=ids.stable_id("p", sequence))
            recall.handle([received(passage)])
        told = look(faced)[metrics.DEVICE_CLOCK].get(("CLOCKED",))
        assert told == (None if offset_us is None else offset_us / MICROS_PER_SECOND)


def test_each_control_of_formation_is_counted_for_a_week(tmp_path: Path) -> None:
    faced = FacedTest(tmp_path)
    assert set(look(faced)[metrics.CONTROL_FINDINGS]) == {(one.code, one.severity) for one in CONTROLS}
    faced.take(samples.decision(1, mci_count=11))
    found = look(faced)[metrics.CONTROL_FINDINGS]
    assert {key for key, count in found.items() if count} == {("SUM_NOT_OF_LAW", "block"), ("OTHER_LAW_DATA", "note")}
    faced.clock.advance_s(7 * 86_400)
    assert look(faced)[metrics.CONTROL_FINDINGS]["SUM_NOT_OF_LAW", "block"] == 1.0
    faced.clock.advance_s(1)
    assert not any(look(faced)[metrics.CONTROL_FINDINGS].values())
