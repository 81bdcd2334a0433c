"""One look at the whole centre, as data: stages, streams, outcomes, devices, registers, queues, log. No person."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock

import msgspec

from adjudication.errors import Invalid, Unavailable
from adjudication.units import Micros
from dashboards.faces import Faces
from ingest import metrics
from ingest.metrics import Metric
from integrations.casebook.counts import ops_counts
from integrations.gauges import gauges
from integrations.prometheus import Samples

WINDOW_S = 60.0
"""Rates are over the last minute of looks: shorter ones jump, longer ones hide a stop."""


class StageLine(msgspec.Struct, frozen=True):
    """One stage. `per_s` is None before a second look."""

    stage: str
    records: int
    per_s: float | None
    repeated: int
    refused: int
    held: int
    crashed: int
    halted: bool


class Behind(msgspec.Struct, frozen=True):
    """How far one stage is behind on one topic."""

    stage: str
    topic: str
    records: int
    age_s: float


class Counted(msgspec.Struct, frozen=True):
    """How many of what, and why."""

    what: str
    reason: str
    count: int


class DeviceLine(msgspec.Struct, frozen=True):
    """One device. `last_event_s`: seconds since its latest event was taken, None if none was since start."""

    device: str
    model: str
    state: str
    verified_to: str | None
    last_event_s: float | None


class RegisterLine(msgspec.Struct, frozen=True):
    """One register. `reasons`: why questions went unanswered, and how often."""

    system: str
    breaker_open: bool
    answered: int
    cached: int
    reasons: dict[str, int]


class Look(msgspec.Struct, frozen=True):
    """Everything at one instant."""

    at_us: Micros
    stages: tuple[StageLine, ...]
    behind: tuple[Behind, ...]
    outcomes: tuple[Counted, ...]
    door: tuple[Counted, ...]
    dead_letters: tuple[Counted, ...]
    devices: tuple[DeviceLine, ...]
    registers: tuple[RegisterLine, ...]
    controls: tuple[Counted, ...]
    cases: dict[str, int]
    in_review: int
    most_urgent_us: Micros | None
    waiting: int
    referred: int
    outbox: int
    overdue: int
    next_due_us: Micros | None
    log_size: int
    checkpoint: str


class Lookout:
    """Looks at a running centre; remembers a minute of looks for rates. Safe to call from many threads."""

    def __init__(self, faces: Faces, now_s: Callable[[], float] = time.monotonic) -> None:
        self._faces = faces
        self._ask = gauges(faces.centre, faces.running.role)
        self._now_s = now_s
        self._turn = Lock()
        self._past: deque[tuple[float, Mapping[tuple[str, ...], float]]] = deque()

    def look(self) -> Look:
        """The centre now. Raises Unavailable."""
        faces, asked = self._faces, self._ask()
        for (what,), answers in asked[metrics.STORE_ANSWERS]:
            if not answers:
                raise Unavailable(what)
        now_us = faces.clock()
        counts = ops_counts(faces.casebook, now_us)
        return Look(
            at_us=now_us,
            stages=self._stages(),
            behind=tuple(
                Behind(stage, topic, int(records), _value(asked, metrics.LAG_SECONDS, stage, topic))
                for (stage, topic), records in sorted(asked[metrics.LAG_RECORDS])
            ),
            outcomes=tuple(Counted(what, reason, int(n)) for (what, reason), n in asked[metrics.OUTCOMES]),
            door=tuple(Counted(fate, "", int(n)) for (fate,), n in self._told(metrics.DOOR_EVENTS)),
            dead_letters=tuple(Counted(stage, code, int(n)) for (stage, code), n in self._told(metrics.STAGE_REFUSED)),
            devices=self._devices(asked, now_us),
            registers=self._registers(),
            controls=tuple(
                Counted(severity, code, int(n)) for (code, severity), n in asked[metrics.CONTROL_FINDINGS] if n
            ),
            cases=dict(counts.cases),
            in_review=counts.in_review,
            most_urgent_us=counts.most_urgent_us,
            waiting=counts.waiting,
            referred=counts.referred,
            outbox=counts.outbox,
            overdue=counts.overdue,
            next_due_us=counts.next_due_us,
            log_size=counts.acts,
            checkpoint=self._checkpoint(),
        )

    def _told(self, metric: Metric) -> list[tuple[tuple[str, ...], float]]:
        return sorted(self._faces.running.telemetry.told(metric).items())

    def _stages(self) -> tuple[StageLine, ...]:
        telemetry = self._faces.running.telemetry
        records = telemetry.told(metrics.STAGE_RECORDS)
        per_s = self._rates(records)
        return tuple(
            StageLine(
                stage=stage.name,
                records=int(records.get((stage.name,), 0)),
                per_s=per_s.get((stage.name,), 0.0) if per_s is not None else None,
                repeated=int(telemetry.total(metrics.STAGE_REPEATED, stage.name)),
                refused=_sum(telemetry.told(metrics.STAGE_REFUSED), stage.name),
                held=_sum(telemetry.told(metrics.STAGE_HELD), stage.name),
                crashed=int(telemetry.total(metrics.STAGE_CRASHED, stage.name)),
                halted=telemetry.told(metrics.STAGE_HALTED).get((stage.name,), 0) > 0,
            )
            for stage in self._faces.running.stages
        )

    def _rates(self, totals: Mapping[tuple[str, ...], float]) -> dict[tuple[str, ...], float] | None:
        """Records a second since the oldest look of the window; None at the first."""
        with self._turn:
            now_s = self._now_s()
            while len(self._past) > 1 and now_s - self._past[0][0] > WINDOW_S:
                self._past.popleft()
            before = self._past[0] if self._past else None
            self._past.append((now_s, dict(totals)))
        if before is None or now_s - before[0] < 0.5:
            return None
        return {key: (total - before[1].get(key, 0)) / (now_s - before[0]) for key, total in totals.items()}

    def _devices(self, asked: Samples, now_us: Micros) -> tuple[DeviceLine, ...]:
        last = {device: age_s for (device,), age_s in asked[metrics.DEVICE_AGE]}
        return tuple(
            DeviceLine(
                device=device.device_id,
                model=device.model,
                state=device.state_at(now_us) or device.state,
                verified_to=max((one.valid_to.isoformat() for one in device.verifications), default=None),
                last_event_s=last.get(device.device_id),
            )
            for device in self._faces.casebook.devices.every()
        )

    def _registers(self) -> tuple[RegisterLine, ...]:
        """None where another process asks them: this one's have asked nobody."""
        if not self._faces.running.role.runs("crosscheck"):
            return ()
        return tuple(
            RegisterLine(one.system, one.breaker_open, one.answered, one.cached, dict(one.reasons))
            for one in self._faces.centre.registries.health()
        )

    def _checkpoint(self) -> str:
        try:
            return self._faces.casebook.log.checkpoint().decode()
        except Invalid:  # log-empty
            return ""


def _value(asked: Samples, metric: Metric, *labels: str) -> float:
    return next((value for key, value in asked[metric] if key == labels), 0.0)


def _sum(told: Mapping[tuple[str, ...], float], stage: str) -> int:
    return int(sum(value for key, value in told.items() if key[0] == stage))
