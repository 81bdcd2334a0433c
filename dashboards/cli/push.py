"""`tarazy push`: push photographs as an enrolled device and see what comes of each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dashboards.pushing import Pushed
    from ingest.status import PassageState

app = typer.Typer(
    help="Push photographs as an enrolled device and see what comes of each.",
    # A group stops reading options at its first argument unless it is told to go on.
    context_settings={"allow_interspersed_args": True},
)


@app.callback(invoke_without_command=True)
def push(
    photos: Annotated[list[Path], typer.Argument(exists=True, help="JPEG files, or folders of them at any depth")],
    device_key: Annotated[Path | None, typer.Option(help="device file; default: the demonstration's")] = None,
    url: Annotated[str | None, typer.Option(help="the door; default: the one the device was enrolled at")] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=500,
            help="measured speed, km/h; default: 83 from the demonstration's device, none from any other",
        ),
    ] = None,
    limit: Annotated[float, typer.Option(min=0, max=500, help="limit signed there, km/h")] = 60,
    wait: Annotated[
        float, typer.Option(min=0, help="seconds without news to wait for outcomes; 0: receipts only")
    ] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON list on standard output, nothing else")] = False,
) -> None:
    """Exit 0 where every photograph has a receipt (and, with --wait, an outcome), else 1; 2 where nothing was tried."""
    import msgspec
    from rich.console import Console
    from rich.progress import Progress

    from adjudication.errors import Invalid
    from dashboards import devices, pushing
    from dashboards.photographs import photographs
    from ingest.client import DeviceClient

    if speed is None and device_key is None:
        speed = DEMO_SPEED_KMH
    try:
        files = photographs(photos)
        with (
            DeviceClient(*devices.device(device_key, url)) as client,
            Progress(console=Console(stderr=True), transient=True, disable=as_json) as progress,
        ):
            sent, settled = progress.add_task("sent", total=len(files)), progress.add_task("settled", total=len(files))
            pushed = []
            for one in pushing.push(client, files, devices.seen(speed, limit), DOOR_AWAY_S):
                pushed.append(one)
                progress.advance(sent)
            outcomes = pushing.settle(client, pushed, wait, lambda done: progress.update(settled, completed=done))
    except Invalid as error:
        devices.fail(error)
    typer.echo(msgspec.json.format(msgspec.json.encode(outcomes)) if as_json else told(outcomes))
    raise typer.Exit(0 if all(one.receipt and (one.done or not wait) for one in outcomes) else 1)


DEMO_SPEED_KMH = 83.0
"""In a demonstration a photograph without an offence would only show that nothing comes of it."""
DOOR_AWAY_S = 20.0
"""How long one photograph waits for a door that does not answer; what is kept goes out with the next push."""


def told(outcomes: "list[Pushed]") -> str:
    """A line for each photograph."""
    return "\n".join(f"{one.file}: {'; '.join(map(_seen, one.passages)) or _fate(one)}" for one in outcomes)


def _fate(one: "Pushed") -> str:
    if one.refused:
        return f"refused: {one.refused}"
    return "receipt, on its way" if one.receipt else "kept here, not delivered yet"


def _seen(passage: "PassageState") -> str:
    plate = f"{passage.plate} {(passage.confidence_bp or 0) / 100:.0f}%" if passage.plate else "no plate kept"
    reasons = ", ".join(case.reason for case in passage.cases) or passage.reason or ""
    return f"{plate} {passage.outcome or 'on its way'} {reasons}".rstrip()
