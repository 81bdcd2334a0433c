"""Every metric of the centre, once: name, kind, labels, meaning. Adapters and the ops page read this table.

Labels come from closed sets (stages, codes, systems, devices): never a plate, a person, a case.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """One series. Names follow Prometheus: base units, `_total` for counters."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    about: str


STAGE_RECORDS = Metric("tarazy_stage_records_total", "counter", ("stage",), "records a stage has committed")
STAGE_REPEATED = Metric("tarazy_stage_repeated_total", "counter", ("stage",), "inputs dropped as already answered")
STAGE_OUTPUTS = Metric("tarazy_stage_outputs_total", "counter", ("stage",), "messages a stage has appended")
STAGE_REFUSED = Metric("tarazy_stage_refused_total", "counter", ("stage", "code"), "records laid aside for good")
STAGE_HELD = Metric("tarazy_stage_held_total", "counter", ("stage", "what"), "times a stage waited for a store")
STAGE_CRASHED = Metric("tarazy_stage_crashed_total", "counter", ("stage",), "times a bug stopped the worker")
STAGE_HALTED = Metric("tarazy_stage_halted", "gauge", ("stage",), "1 where too many refusals stopped the stage")
STAGE_AGE = Metric("tarazy_stage_age_seconds", "histogram", ("stage",), "how long a batch's oldest record had waited")
STAGE_HANDLE = Metric("tarazy_stage_handle_seconds", "histogram", ("stage",), "a batch's handling")
STAGE_COMMIT = Metric("tarazy_stage_commit_seconds", "histogram", ("stage",), "a batch's commit")
DOOR_EVENTS = Metric("tarazy_door_events_total", "counter", ("fate",), "events pushed, by what became of them")
REFUSED_ACCESS = Metric(
    "tarazy_refused_access_total", "counter", ("face", "code"), "attempts that a face refused, by code"
)

STORE_ANSWERS = Metric("tarazy_store_answers", "gauge", ("what",), "0 where a store did not answer")
LAG_RECORDS = Metric("tarazy_stream_lag_records", "gauge", ("stage", "topic"), "records not yet read")
LAG_SECONDS = Metric("tarazy_stream_lag_seconds", "gauge", ("stage", "topic"), "age of the oldest record not yet read")
OUTCOMES = Metric(
    "tarazy_outcomes", "gauge", ("route", "reason"), "passages settled in the last seven days, by route and reason"
)
REGISTRY_UP = Metric("tarazy_registry_up", "gauge", ("system",), "0 where whoever asks a register leaves it alone")
DEVICE_AGE = Metric("tarazy_device_last_event_seconds", "gauge", ("device",), "seconds since a device's last event")
DEVICE_CLOCK = Metric(
    "tarazy_device_clock_offset_seconds", "gauge", ("device",), "how far a device's clock was off, by its last word"
)
CASES = Metric("tarazy_cases", "gauge", ("state",), "cases, by where they stand")
REVIEW_QUEUE = Metric("tarazy_review_queue_cases", "gauge", (), "cases that wait for an officer")
CONTROL_FINDINGS = Metric(
    "tarazy_control_findings",
    "gauge",
    ("control", "severity"),
    "decisions whose act a control of formation found wrong in the last seven days",
)
DEADLINES_OVERDUE = Metric("tarazy_deadlines_overdue", "gauge", (), "terms that have ended and are not yet handled")
DEADLINES_SOON = Metric("tarazy_deadlines_soon", "gauge", ("code",), "terms that end within a day, by code")
OUTBOX_WAITING = Metric("tarazy_outbox_waiting", "gauge", (), "messages of the casebook not yet in the stream")
LOG_SIZE = Metric("tarazy_log_entries", "gauge", (), "acts in the log")
LOG_SIGNED = Metric("tarazy_log_signed_entries", "gauge", (), "acts under the newest signed checkpoint of the log")
CERTIFICATE = Metric(
    "tarazy_certificate_expires_seconds", "gauge", ("certificate",), "seconds until a certificate of the body ends"
)

TOLD = (
    STAGE_RECORDS,
    STAGE_REPEATED,
    STAGE_OUTPUTS,
    STAGE_REFUSED,
    STAGE_HELD,
    STAGE_CRASHED,
    STAGE_HALTED,
    STAGE_AGE,
    STAGE_HANDLE,
    STAGE_COMMIT,
    DOOR_EVENTS,
    REFUSED_ACCESS,
)
"""Told as things happen."""

ASKED = (
    STORE_ANSWERS,
    LAG_RECORDS,
    LAG_SECONDS,
    OUTCOMES,
    REGISTRY_UP,
    DEVICE_AGE,
    DEVICE_CLOCK,
    CASES,
    REVIEW_QUEUE,
    CONTROL_FINDINGS,
    DEADLINES_OVERDUE,
    DEADLINES_SOON,
    OUTBOX_WAITING,
    LOG_SIZE,
    LOG_SIGNED,
    CERTIFICATE,
)
"""Asked of stores and registers when somebody looks; a store that is away leaves out its own."""
