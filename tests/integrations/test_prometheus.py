"""What happens is counted under the names of the table, and nothing else is exposed."""

from ingest import metrics
from ingest.events import Committed, Crashed, Halted, Held, Refused
from integrations.prometheus import Samples, Telemetry


def asked() -> Samples:
    return {metrics.REVIEW_QUEUE: [((), 3.0)], metrics.LAG_SECONDS: [(("vision", "frames.v1"), 1.5)]}


def exposed(telemetry: Telemetry) -> dict[str, float]:
    lines = (line for line in telemetry.exposition().decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_each_runner_event_moves_its_own_metrics() -> None:
    telemetry = Telemetry(asked)
    telemetry.observe(Committed("vision", 5, 1, 4, 0.5, 0.2, 0.01))
    telemetry.observe(Refused("vision", "frame-malformed", alarm=False))
    telemetry.observe(Held("issue", "casebook", 2, 1.0))
    telemetry.observe(Crashed("issue", "KeyError", 1.0))
    telemetry.observe(Halted("seal"))
    telemetry.door("accepted")
    seen = exposed(telemetry)
    assert seen['tarazy_stage_records_total{stage="vision"}'] == 5
    assert seen['tarazy_stage_repeated_total{stage="vision"}'] == 1
    assert seen['tarazy_stage_outputs_total{stage="vision"}'] == 4
    assert seen['tarazy_stage_refused_total{code="frame-malformed",stage="vision"}'] == 1
    assert seen['tarazy_stage_held_total{stage="issue",what="casebook"}'] == 1
    assert seen['tarazy_stage_crashed_total{stage="issue"}'] == 1
    assert seen['tarazy_stage_halted{stage="seal"}'] == 1
    assert seen['tarazy_stage_age_seconds_sum{stage="vision"}'] == 0.5
    assert seen['tarazy_door_events_total{fate="accepted"}'] == 1
    assert telemetry.total(metrics.STAGE_RECORDS, "vision") == 5


def test_the_stores_are_asked_when_somebody_looks() -> None:
    seen = exposed(Telemetry(asked))
    assert seen["tarazy_review_queue_cases"] == 3
    assert seen['tarazy_stream_lag_seconds{stage="vision",topic="frames.v1"}'] == 1.5


def test_no_metric_has_a_label_that_could_hold_a_person_or_a_plate() -> None:
    allowed = {"stage", "code", "what", "fate", "topic", "route", "reason", "system", "device", "face"}
    allowed |= {"state", "certificate", "control", "severity"}
    assert all(set(metric.labels) <= allowed for metric in (*metrics.TOLD, *metrics.ASKED))
    assert len({metric.name for metric in (*metrics.TOLD, *metrics.ASKED)}) == len(metrics.TOLD) + len(metrics.ASKED)
