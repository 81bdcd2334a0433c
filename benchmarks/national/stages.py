"""Stages as their processes tell them at /metrics: quantiles between two readings, refusals, what the door said."""

import re
from collections.abc import Iterable, Mapping

import httpx

from ingest import metrics

LINE = re.compile(r"^(?P<name>\w+)\{(?P<labels>[^}]*)\} (?P<value>[\d.e+-]+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')
TIMES = {"age": metrics.STAGE_AGE, "handle": metrics.STAGE_HANDLE, "commit": metrics.STAGE_COMMIT}
QUANTILES = (0.5, 0.99)

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(addresses: Iterable[str]) -> Series:
    """Every series of these processes; what several tell is summed."""
    found: Series = {}
    for address in addresses:
        text = httpx.get(f"{address}/metrics", timeout=30).text
        for match in LINE.finditer(text):
            key = (match["name"], frozenset(LABEL.findall(match["labels"])))
            found[key] = found.get(key, 0.0) + float(match["value"])
    return found


def between(before: Series, after: Series) -> Series:
    """What came in between."""
    return {key: value - before.get(key, 0.0) for key, value in after.items()}


def times(told: Series) -> dict[str, dict[str, float]]:
    """p50 and p99 seconds of a batch's age, handling and commit, by stage."""
    found: dict[str, dict[str, float]] = {}
    for name, metric in TIMES.items():
        by_stage: dict[str, dict[float, float]] = {}
        for (series, labels), value in told.items():
            if series == f"{metric.name}_bucket":
                of = dict(labels)
                by_stage.setdefault(of["stage"], {})[float(of["le"])] = value
        for stage, buckets in by_stage.items():
            for quantile in QUANTILES:
                found.setdefault(stage, {})[f"{name}_p{quantile * 100:.0f}_s"] = quantile_of(buckets, quantile)
    return found


def quantile_of(buckets: Mapping[float, float], quantile: float) -> float:
    """Within cumulative buckets, evenly between two bounds, as Prometheus' histogram_quantile; 0 of nothing."""
    rank = quantile * max(buckets.values(), default=0.0)
    if not rank:
        return 0.0
    low, below = 0.0, 0.0
    for bound in sorted(buckets):
        if buckets[bound] >= rank:
            return low if bound == float("inf") else low + (bound - low) * (rank - below) / (buckets[bound] - below)
        low, below = bound, buckets[bound]
    return low


def counted(told: Series, metric: metrics.Metric) -> dict[str, int]:
    """A counter by its labels, joined by a space; zeros left out."""
    return {
        " ".join(dict(labels)[label] for label in metric.labels): int(value)
        for (series, labels), value in sorted(told.items(), key=str)
        if series == metric.name and value
    }
