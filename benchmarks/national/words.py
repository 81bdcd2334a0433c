"""The figures as lines to read; `--json` has all of them."""

from collections.abc import Mapping
from typing import Any

LINES = (
    ("passages_per_second", "{:.1f} passages/s at the register, from the first event sent to the last settled"),
    ("sustained_passages_per_second", "{:.1f} passages/s over the middle of the sending"),
    ("acts_per_second", "{:.2f} acts/s"),
    ("accepted", "{} events accepted"),
    ("unsettled", "{} of them unsettled"),
    ("centre_cpu_ms_per_passage", "{:.1f} ms of processor a passage in the centre"),
    ("client_cpu_ms_per_passage", "{:.1f} ms of processor a passage in the devices' process, not counted above"),
    ("lag_records_most", "{} records behind at most, all stages"),
)


def told(figures: Mapping[str, Any]) -> str:
    """What a person wants to know first."""
    lines = [text.format(figures[name]) for name, text in LINES]
    lines += [f"    {name}: {ms:.2f} ms a passage" for name, ms in _dearest(figures["cpu_ms_per_passage"])]
    lines += [_waited(f"latency, {name}", of) for name, of in figures["latency_s"].items()]
    lines.append(_waited("receipt", figures["receipt_s"]))
    lines += [f"dropped: {name}: {count}" for name, count in figures["dropped"].items()]
    capacity = figures["capacity"]
    lines.append(f"model: predicted over measured at the second size, less one: {capacity['checked']['error']:+.1%}")
    lines += [
        f"{of['devices']} devices: {of['average_passages_s']:.0f} passages/s, {of['peak_passages_s']:.0f} at the peak "
        f"({of['peak_mb_s']:.0f} MB/s): {of['cores_in_all']:.1f} cores"
        for of in capacity["needed"]
    ]
    return "\n".join([*lines, *(f"assumed: {text}" for text in capacity["assumptions"])])


def _dearest(cpu: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(cpu.items(), key=lambda item: -item[1])


def _waited(name: str, of: Mapping[str, float]) -> str:
    return f"{name}: p50 {of['p50']:.2f} s, p99 {of['p99']:.2f} s" if of.get("count") else f"{name}: none"
