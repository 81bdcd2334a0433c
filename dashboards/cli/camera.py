"""`tarazy camera`: be one or several cameras, for demonstrations and load."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.camera import Tally

app = typer.Typer(
    help="Be one or several cameras: a folder of photographs, or rendered frames, at a rate.",
    context_settings={"allow_interspersed_args": True},
)


@app.callback(invoke_without_command=True)
def camera(
    folder: Annotated[Path | None, typer.Argument(exists=True, help="photographs, over and over")] = None,
    rendered: Annotated[bool, typer.Option(help="synthetic frames instead of a folder")] = False,
    key: Annotated[list[Path] | None, typer.Option(help="device file; once for each camera")] = None,
    url: Annotated[str | None, typer.Option(help="the door; default: the one the device was enrolled at")] = None,
    rate: Annotated[float, typer.Option(min=0.001, max=1000, help="events a second, each camera")] = 1.0,
    count: Annotated[int, typer.Option(min=1, help="events, each camera")] = 100,
    seed: Annotated[int, typer.Option(help="of rendered frames")] = 1,
    speed: Annotated[float | None, typer.Option(min=0, max=500, help="measured speed, km/h; default: none")] = None,
    limit: Annotated[float, typer.Option(min=0, max=500, help="limit signed there, km/h")] = 60,
    grace: Annotated[float, typer.Option(min=0, help="seconds to go on delivering at the end")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="the sums as JSON")] = False,
) -> None:
    """Exit 0 where everything captured was delivered, 1 where something is kept or was refused, 2 on a wrong call."""
    from concurrent.futures import ThreadPoolExecutor
    from itertools import islice

    import msgspec
    from rich.console import Console
    from rich.progress import Progress

    from adjudication.errors import Invalid
    from dashboards import camera as cameras
    from dashboards import devices
    from ingest.client import DeviceClient

    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as progress:

        def one(number: int, file: Path | None) -> "Tally":
            task = progress.add_task(file.stem if file else "camera", total=count)
            with DeviceClient(*devices.device(file, url)) as client:
                tally = cameras.run(
                    client,
                    islice(_shots(folder, rendered, seed + number), count),
                    devices.seen(speed, limit),
                    rate=rate,
                    told=lambda so_far: progress.update(task, completed=so_far.delivered),
                )
                cameras.deliver(client, grace, tally)
            return tally

        files: list[Path | None] = [*key] if key else [None]
        try:
            with ThreadPoolExecutor(len(files)) as pool:
                tallies = list(pool.map(one, range(len(files)), files))
        except Invalid as error:
            devices.fail(error)
    total = cameras.sum_of(tallies)
    typer.echo(msgspec.json.encode(total) if as_json else told(total))
    raise typer.Exit(0 if total.delivered and not total.waiting and not total.refused else 1)


def told(total: "Tally") -> str:
    """The sums in words."""
    refused = "".join(f", {number} refused as {code}" for code, number in sorted(total.refused.items()))
    return f"{total.captured} captured, {total.delivered} delivered, {total.waiting} kept here{refused}"


def _shots(folder: Path | None, rendered: bool, seed: int) -> "Iterator[bytes]":
    from adjudication.errors import Invalid
    from dashboards.camera import shots_of
    from dashboards.photographs import photographs

    if rendered == (folder is not None):
        raise Invalid("no-photographs", "give either a folder of photographs or --rendered")
    if folder is not None:
        return shots_of(photographs((folder,)))
    from dashboards.rendered import rendered_shots

    return rendered_shots(seed)
