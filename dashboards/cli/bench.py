"""`tarazy bench national`: what a country's devices send, through a whole cluster on this machine, and what it costs.

The load model and the servers' starters come with the source tree and in no wheel, so they are found by name when the
command runs.
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure a whole cluster on this machine under load.", no_args_is_help=True)

LOAD = "benchmarks.national.run"
MISSING = "error: the load model comes with the source tree, which is not here: run this in a checkout"


@app.callback()
def bench() -> None:
    """Measure a whole cluster on this machine under load."""


@app.command()
def national(
    devices: Annotated[int, typer.Option(min=2, help="Devices; half of them are measured first.")],
    seconds: Annotated[float, typer.Option(min=3, help="Sending, in all: a third with half of the devices.")],
    json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    frame_kb: Annotated[float, typer.Option(min=1, max=4000, help="Size of a picture, thousands of bytes.")] = 350,
    offences: Annotated[float, typer.Option(min=0, max=1, help="Share of passages that are offences.")] = 0.01,
    is_open: Annotated[
        bool,
        typer.Option("--open/--saturate", help="Send when events are due, or as fast as what is unsettled allows."),
    ] = False,
    times: Annotated[float, typer.Option(min=0, help="With --open: times the rate of so many devices.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of devices, traffic, outage and population.")] = 1,
    picture: Annotated[Path | None, typer.Option(help="Write rates and lag over time to this PNG.")] = None,
    profile: Annotated[Path | None, typer.Option(help="Write where each role's processor time went here.")] = None,
) -> None:
    """Starts a broker, a database, a register, an object store and all roles on loopback, and drives them.

    Passages are counted at the register. With --open there is an outage of 27 % of the devices, and its backlog.
    """
    from importlib import import_module

    import msgspec

    try:
        load = import_module(LOAD)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"benchmarks", "deploy"}:
            raise
        typer.echo(MISSING, err=True)
        raise typer.Exit(2) from error
    asked = load.Asked(
        devices=devices,
        seconds=seconds,
        seed=seed,
        frame_bytes=int(frame_kb * 1000),
        offences=offences,
        open=is_open,
        times=times,
        picture=picture,
        profile=profile,
    )
    figures = load.measure(asked, lambda text: typer.echo(text, err=True))
    if json:
        typer.echo(msgspec.json.encode(figures).decode())
    else:
        typer.echo(import_module("benchmarks.national.words").told(figures))
