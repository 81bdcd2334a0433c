"""Metrics for Prometheus: the table of `ingest/metrics.py`, fed by the runners and the door, read at /metrics."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from ingest import metrics
from ingest.access import Face
from ingest.events import Committed, Crashed, Halted, Held, Refused, RunnerEvent
from ingest.metrics import Metric

Sample = tuple[tuple[str, ...], float]
Samples = Mapping[Metric, Iterable[Sample]]
BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600)
"""From one commit (1 ms) to half of what frames live (1 h), three to a decade: lag is judged in seconds to minutes."""


class Telemetry:
    """Counts what it is told; asks the stores for the rest when read. Safe to call from any thread."""

    def __init__(self, ask: Callable[[], Samples]) -> None:
        """`ask` gives the samples of `metrics.ASKED`; it is called at each reading."""
        self._registry = CollectorRegistry()
        self._counters = {m: Counter(m.name, m.about, m.labels, registry=self._registry) for m in _told("counter")}
        self._gauges = {m: Gauge(m.name, m.about, m.labels, registry=self._registry) for m in _told("gauge")}
        self._histograms = {
            m: Histogram(m.name, m.about, m.labels, registry=self._registry, buckets=BUCKETS)
            for m in _told("histogram")
        }
        self._registry.register(_Asking(ask))

    def observe(self, event: RunnerEvent) -> None:
        """What a runner tells."""
        match event:
            case Committed():
                self._committed(event)
            case Refused():
                self._add(metrics.STAGE_REFUSED, 1, event.stage, event.code)
            case Held():
                self._add(metrics.STAGE_HELD, 1, event.stage, event.what)
            case Crashed():
                self._add(metrics.STAGE_CRASHED, 1, event.stage)
            case Halted():
                self._gauges[metrics.STAGE_HALTED].labels(event.stage).set(1)

    def door(self, fate: str) -> None:
        """What the door tells: the fate of one event, by code."""
        self._add(metrics.DOOR_EVENTS, 1, fate)

    def refused(self, face: Face, code: str) -> None:
        """What a face tells: one attempt refused."""
        self._add(metrics.REFUSED_ACCESS, 1, face, code)

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self._registry)

    def total(self, metric: Metric, *labels: str) -> float:
        """A counter's value so far, for the ops page."""
        return self._registry.get_sample_value(metric.name, dict(zip(metric.labels, labels, strict=True))) or 0.0

    def told(self, metric: Metric) -> dict[tuple[str, ...], float]:
        """Every series of a counter or gauge of `metrics.TOLD` so far, by its labels, for the ops page."""
        family = self._counters.get(metric) or self._gauges[metric]
        return {
            tuple(sample.labels[label] for label in metric.labels): sample.value
            for collected in family.collect()
            for sample in collected.samples
            if sample.name == metric.name
        }

    def _committed(self, event: Committed) -> None:
        self._add(metrics.STAGE_RECORDS, event.records, event.stage)
        self._add(metrics.STAGE_REPEATED, event.repeated, event.stage)
        self._add(metrics.STAGE_OUTPUTS, event.outputs, event.stage)
        self._histograms[metrics.STAGE_AGE].labels(event.stage).observe(event.age_s)
        self._histograms[metrics.STAGE_HANDLE].labels(event.stage).observe(event.handle_s)
        self._histograms[metrics.STAGE_COMMIT].labels(event.stage).observe(event.commit_s)

    def _add(self, metric: Metric, amount: float, *labels: str) -> None:
        self._counters[metric].labels(*labels).inc(amount)


class _Asking:
    """A collector that asks the stores at the moment of reading."""

    def __init__(self, ask: Callable[[], Samples]) -> None:
        self._ask = ask

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for metric, samples in self._ask().items():
            family = GaugeMetricFamily(metric.name, metric.about, labels=metric.labels)
            for labels, value in samples:
                family.add_metric(labels, value)
            yield family

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The names alone, so that registering asks nothing."""
        for metric in metrics.ASKED:
            yield GaugeMetricFamily(metric.name, metric.about, labels=metric.labels)


def _told(kind: str) -> list[Metric]:
    return [metric for metric in metrics.TOLD if metric.kind == kind]
