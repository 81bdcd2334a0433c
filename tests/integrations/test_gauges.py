"""What the stores say when somebody looks is what stands in them."""

from pathlib import Path

import msgspec

from adjudication import ids
from adjudication.formation import CONTROLS
from adjudication.units import MICROS_PER_SECOND
from ingest import metrics
from ingest.metrics import ASKED, Metric
from integrations.gauges import gauges
from tests import samples
from tests.faced import FacedTest
from tests.office import at, received

YEAR_S = 365 * 86_400


def look(faced: FacedTest) -> dict[Metric, dict[tuple[str, ...], float]]:
    return {metric: dict(told) for metric, told in gauges(faced.centre)().items()}


def test_every_metric_that_is_asked_for_is_answered(tmp_path: Path) -> None:
    assert set(look(FacedTest(tmp_path))) == set(ASKED)


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
