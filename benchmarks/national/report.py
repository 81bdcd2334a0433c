"""From what was seen of a phase to its figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from benchmarks.national.client import Phase, Told
from benchmarks.national.load import CATCH_UP, DAYS
from benchmarks.national.processes import LOAD_SIDE, Used
from benchmarks.national.stages import Series, counted, times
from benchmarks.national.watch import Look
from ingest import metrics

MIDDLE = (0.25, 0.9)
"""Of the sending, where a rate is called sustained: without the queues that fill at its begin."""


class Seen(msgspec.Struct, frozen=True):
    """Everything noted of one phase. Processes by name, stages as they told at /metrics, both between its two ends."""

    phase: Phase
    told: Told
    looks: list[Look]
    first_seen_s: dict[str, float]
    used: dict[str, Used]
    stages: Series
    seconds: float

    @property
    def settled(self) -> int:
        """Passages settled in it."""
        return self.looks[-1].settled - self.looks[0].settled

    @property
    def acts(self) -> int:
        """Acts registered in it."""
        return self.looks[-1].acts - self.looks[0].acts


def figures(seen: Seen) -> dict[str, object]:
    """All of them, by name; units in the names."""
    told, passages = seen.told, max(1, seen.settled)
    last_s = _settled_at(seen.looks)
    cpu = {name: used.cpu_s / passages * 1e3 for name, used in seen.used.items()}
    return {
        "devices": seen.phase.devices,
        "passages_per_second": seen.settled / max(1e-3, last_s - told.began_s),
        "sustained_passages_per_second": _sustained(seen),
        "acts_per_second": seen.acts / max(1e-3, last_s - told.began_s),
        "sending_s": told.ended_s - told.began_s,
        "until_settled_s": last_s - told.began_s,
        "accepted": len(told.sent),
        "settled": seen.settled,
        "unsettled": len(told.sent) - seen.settled,
        "acts": seen.acts,
        "kinds": dict(Counter(one.kind for one in told.sent)),
        "sent_twice": sum(one.twice for one in told.sent),
        "asked_again": told.again,
        "refused": told.refused,
        "door": counted(seen.stages, metrics.DOOR_EVENTS),
        "dropped": counted(seen.stages, metrics.STAGE_REFUSED),
        "repeated": counted(seen.stages, metrics.STAGE_REPEATED),
        "bytes_sent": sum(one.bytes * (1 + one.twice) for one in told.sent),
        "bytes_written_per_passage": {name: used.written / passages for name, used in seen.used.items()},
        "receipt_s": quantiles(one.receipt_s for one in told.sent),
        "behind_schedule_s": quantiles(one.behind_s for one in told.sent),
        "latency_s": latencies(seen),
        "stages": times(seen.stages),
        "cpu_ms_per_passage": cpu,
        "centre_cpu_ms_per_passage": sum(ms for name, ms in cpu.items() if name not in LOAD_SIDE),
        "client_cpu_ms_per_passage": cpu.get("client", 0.0),
        "memory_mib": _memory(seen.looks),
        "lag_records_most": max((sum(look.lag.values()) for look in seen.looks), default=0),
    }


def timeline(seen: Seen) -> list[dict[str, float]]:
    """What is drawn: from look to look, seconds since the begin, rates of receipts and of settling, records behind."""
    sent = sorted(one.sent_s + one.receipt_s for one in seen.told.sent)
    found = []
    for before, after in zip(seen.looks, seen.looks[1:], strict=False):
        took_s = max(1e-3, after.at_s - before.at_s)
        receipts = sum(before.at_s < at_s <= after.at_s for at_s in sent)
        found.append(
            {
                "at_s": after.at_s - seen.told.began_s,
                "receipts_s": receipts / took_s,
                "settled_s": (after.settled - before.settled) / took_s,
                "lag_records": float(sum(after.lag.values())),
            }
        )
    return found


def latencies(seen: Seen) -> dict[str, dict[str, float]]:
    """Seconds from sending to the register, of a sample: live events before, during, after the backlog; others."""
    day_s = seen.phase.seconds / DAYS
    groups: dict[str, list[float]] = {}
    for one in seen.told.sent:
        if (at_s := seen.first_seen_s.get(one.event_id)) is not None:
            groups.setdefault(_group(one.kind, (one.sent_s - seen.told.began_s) / day_s, seen.phase), []).append(
                at_s - one.sent_s
            )
    return {name: quantiles(waited) for name, waited in sorted(groups.items())}


def _group(kind: str, day: float, phase: Phase) -> str:
    if kind != "live" or not phase.outage:
        return kind
    if day < 2:
        return "live before backlog"
    return "live during backlog" if day < 2 + CATCH_UP else "live after backlog"


def quantiles(values: Iterable[float]) -> dict[str, float]:
    """p50, p99, the most, and of how many."""
    ranked = sorted(values)
    if not ranked:
        return {"count": 0}
    at = {name: ranked[min(len(ranked) - 1, int(q * len(ranked)))] for name, q in (("p50", 0.5), ("p99", 0.99))}
    return {**at, "most": ranked[-1], "count": len(ranked)}


def _settled_at(looks: Sequence[Look]) -> float:
    """When the last passage was seen settled."""
    return next(look.at_s for look in looks if look.settled == looks[-1].settled)


def _sustained(seen: Seen) -> float:
    """Passages a second over the middle of the sending."""
    told = seen.told
    bounds = [told.began_s + share * (told.ended_s - told.began_s) for share in MIDDLE]
    middle = [look for look in seen.looks if bounds[0] <= look.at_s <= bounds[1]]
    if len(middle) < 2:
        return 0.0
    return (middle[-1].settled - middle[0].settled) / (middle[-1].at_s - middle[0].at_s)


def _memory(looks: Sequence[Look]) -> dict[str, dict[str, float]]:
    first: Mapping[str, float] = looks[0].memory_mib
    return {
        name: {
            "before": first.get(name, 0.0),
            "most": max(look.memory_mib.get(name, 0.0) for look in looks),
            "after": last,
        }
        for name, last in looks[-1].memory_mib.items()
    }
