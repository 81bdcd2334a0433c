"""What a board is made of, and how it is written as JSON for Grafana (schema 39, Grafana 10 and later)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent
SCHEMA = 39
COLUMNS = 24
HEIGHT = 8
SOURCE = {"type": "prometheus", "uid": "${source}"}

Unit = Literal["short", "s", "reqps", "percentunit", "bool", "none"]
Kind = Literal["timeseries", "stat", "table"]


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and how a series is named. `always`: it has data in any centre at work; others may be silent for good."""

    expr: str
    legend: str = ""
    always: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. `about` says what a reader should make of it."""

    title: str
    about: str
    unit: Unit
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Board:
    """One page."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def rendered(board: Board) -> str:
    """The board as Grafana imports it; equal data give equal bytes."""
    return json.dumps(_board(board), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def path_of(board: Board) -> Path:
    """Where its JSON lies."""
    return FOLDER / f"{board.uid.removeprefix('tarazy-')}.json"


def _board(board: Board) -> Mapping[str, object]:
    return {
        "uid": board.uid,
        "title": board.title,
        "schemaVersion": SCHEMA,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "Asia/Almaty",
        "tags": ["tarazy"],
        "templating": {
            "list": [{"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}],
        },
        "panels": list(_panels(board)),
    }


def _panels(board: Board) -> Iterator[Mapping[str, object]]:
    """From left to right, a new row where the width does not suffice."""
    x = y = 0
    for number, panel in enumerate(board.panels, 1):
        if x + panel.width > COLUMNS:
            x, y = 0, y + HEIGHT
        yield _panel(panel, number, {"x": x, "y": y, "w": panel.width, "h": HEIGHT})
        x += panel.width


def _panel(panel: Panel, number: int, place: Mapping[str, int]) -> Mapping[str, object]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": SOURCE,
                "expr": query.expr,
                "legendFormat": query.legend or "__auto",
                "instant": panel.kind == "table",
                "range": panel.kind != "table",
            }
            for place, query in enumerate(panel.queries)
        ],
    }
