"""What the stores say when somebody looks: the samples of `ingest.metrics.ASKED`."""

import time
from collections.abc import Callable, Mapping
from threading import Lock

from adjudication.formation import CONTROLS
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest import metrics
from integrations.casebook.counts import ops_counts
from integrations.pipeline import Centre
from integrations.prometheus import Sample, Samples
from integrations.register import totals
from integrations.signing import certificate_ends

FRESH_S = 2.0
"""Boards and scrapes that come together share one look at the stores."""


def gauges(centre: Centre) -> Callable[[], Samples]:
    """A look at the centre's stores, at most one every FRESH_S. Raises Unavailable; here, Invalid `signing-key`."""
    turn, ends = Lock(), certificate_ends(centre.settings.data / "keys" / "authority")
    kept: tuple[float, Samples] | None = None

    def look() -> Samples:
        nonlocal kept
        with turn:
            if kept is None or time.monotonic() - kept[0] > FRESH_S:
                kept = (time.monotonic(), {**_samples(centre), metrics.CERTIFICATE: _left(ends, centre.clock())})
            return kept[1]

    return look


def _samples(centre: Centre) -> Mapping[metrics.Metric, list[Sample]]:
    now_us, lags = centre.clock(), centre.stream.lag()
    counts = ops_counts(centre.casebook, now_us)
    return {
        metrics.LAG_RECORDS: [((lag.group, lag.topic), float(lag.records)) for lag in lags],
        metrics.LAG_SECONDS: [((lag.group, lag.topic), lag.age_s) for lag in lags],
        metrics.OUTCOMES: [
            ((line.what, line.reason), float(line.passages))
            for line in totals.outcomes_by_reason(centre.register, now_us)
        ],
        metrics.REGISTRY_UP: [
            ((health.system,), 0.0 if health.breaker_open else 1.0) for health in centre.registries.health()
        ],
        metrics.DEVICE_AGE: [
            ((device,), (now_us - seen_us) / MICROS_PER_SECOND) for device, seen_us in centre.fates.last_seen().items()
        ],
        metrics.DEVICE_CLOCK: [
            ((device,), offset_us / MICROS_PER_SECOND) for device, offset_us in centre.fates.clock_offsets().items()
        ],
        metrics.CASES: [((state,), float(number)) for state, number in counts.cases.items()],
        metrics.REVIEW_QUEUE: [((), float(counts.in_review))],
        metrics.CONTROL_FINDINGS: [
            ((control.code, control.severity), float(counts.controls.get(control.code, 0))) for control in CONTROLS
        ],
        metrics.DEADLINES_OVERDUE: [((), float(counts.overdue))],
        metrics.DEADLINES_SOON: [((code,), float(number)) for code, number in counts.ending.items()],
        metrics.OUTBOX_WAITING: [((), float(counts.outbox))],
        metrics.LOG_SIZE: [((), float(counts.acts))],
        metrics.LOG_SIGNED: [((), float(counts.signed_acts))],
    }


def _left(ends: Mapping[str, Micros], now_us: Micros) -> list[Sample]:
    return [((name,), (end_us - now_us) / MICROS_PER_SECOND) for name, end_us in ends.items()]
