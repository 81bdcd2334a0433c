"""What stores and registers say when somebody looks: the samples of `ingest.metrics.ASKED`, by what a role can tell."""

import time
from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from adjudication.errors import Unavailable
from adjudication.formation import CONTROLS
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest import metrics
from integrations.casebook.counts import ops_counts
from integrations.pipeline import Centre
from integrations.prometheus import Sample, Samples
from integrations.register import totals
from integrations.roles import Role
from integrations.signing import certificate_ends

FRESH_S = 2.0
"""Boards and scrapes that come together share one look at the stores."""


def gauges(centre: Centre, role: Role) -> Callable[[], Samples]:
    """A look at what this role can tell of: registers where it asks them, the centre's stores where it watches.

    At most one look every FRESH_S. A store that is away is told as such, and the others none the less. Raises here
    Invalid `signing-key`.
    """
    turn = Lock()
    ends = certificate_ends(centre.settings.data / "keys" / "authority") if role.watches else {}
    kept: tuple[float, Samples] | None = None

    def seen() -> Samples:
        registers = _registers(centre) if role.runs("crosscheck") else {}
        return {**registers, **_watched(centre, ends)} if role.watches else registers

    def look() -> Samples:
        nonlocal kept
        with turn:
            if kept is None or time.monotonic() - kept[0] > FRESH_S:
                kept = (time.monotonic(), seen())
            return kept[1]

    return look


def _registers(centre: Centre) -> Samples:
    """Each process that asks knows of its own breakers alone."""
    health = centre.registries.health()
    return {metrics.REGISTRY_UP: [((one.system,), 0.0 if one.breaker_open else 1.0) for one in health]}


def _watched(centre: Centre, ends: Mapping[str, Micros]) -> Samples:
    now_us = centre.clock()
    seen: dict[metrics.Metric, Iterable[Sample]] = {
        **_devices(centre, now_us),
        metrics.CERTIFICATE: [((name,), (end_us - now_us) / MICROS_PER_SECOND) for name, end_us in ends.items()],
    }
    answers: dict[str, float] = {}
    for store, ask in _STORES.items():
        try:
            seen |= ask(centre, now_us)
            answers[store] = 1.0
        except Unavailable:
            answers[store] = 0.0
    return {**seen, metrics.STORE_ANSWERS: [((store,), told) for store, told in answers.items()]}


def _devices(centre: Centre, now_us: Micros) -> Samples:
    """From this process's memory: what passed through its own partitions."""
    seen, clocks = centre.fates.last_seen(), centre.fates.clock_offsets()
    return {
        metrics.DEVICE_AGE: [((device,), (now_us - seen_us) / MICROS_PER_SECOND) for device, seen_us in seen.items()],
        metrics.DEVICE_CLOCK: [((device,), offset_us / MICROS_PER_SECOND) for device, offset_us in clocks.items()],
    }


def _lags(centre: Centre, _: Micros) -> Samples:
    lags = centre.stream.lag()
    return {
        metrics.LAG_RECORDS: [((lag.group, lag.topic), float(lag.records)) for lag in lags],
        metrics.LAG_SECONDS: [((lag.group, lag.topic), lag.age_s) for lag in lags],
    }


def _outcomes(centre: Centre, now_us: Micros) -> Samples:
    settled = totals.outcomes_by_reason(centre.register, now_us)
    return {metrics.OUTCOMES: [((line.what, line.reason), float(line.passages)) for line in settled]}


def _cases(centre: Centre, now_us: Micros) -> Samples:
    counts = ops_counts(centre.casebook, now_us)
    return {
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


_STORES: Mapping[str, Callable[[Centre, Micros], Samples]] = {
    "stream": _lags,
    "register": _outcomes,
    "casebook": _cases,
}
"""Asked each by itself: one that is away takes no other's figures with it."""
