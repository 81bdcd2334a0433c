"""`tarazy device`: enrol, list, suspend, resume and retire devices of a running centre."""

from pathlib import Path
from typing import Annotated

import typer

from dashboards.options import TokenFile

app = typer.Typer(help="Enrol devices at a running centre, list them, change their state.", no_args_is_help=True)

Url = Annotated[str | None, typer.Option(help="the centre's door; default: host and door port of the settings")]


@app.command()
def enrol(
    passport: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON that describes the device")],
    key: Annotated[Path, typer.Option(help="device file to make: the private key stays in it")],
    url: Url = None,
    admin_token_file: TokenFile = None,
) -> None:
    """Make a key pair here, register its public half, and write the device file."""
    from adjudication import codec
    from adjudication.errors import Invalid
    from dashboards import devices
    from ingest.enrolment import Passport

    try:
        papers = codec.decode(passport.read_bytes(), Passport)
        devices.enrol(papers, key, devices.door_url(url), devices.token(admin_token_file))
    except Invalid as error:
        devices.fail(error)
    typer.echo(f"{papers.device_id} is enrolled; its key is in {key}")


@app.command("list")
def list_devices(url: Url = None, admin_token_file: TokenFile = None) -> None:
    """Print every device with its state, place and the last day of its verification."""
    from rich.console import Console
    from rich.table import Table

    from adjudication import codec
    from adjudication.errors import Invalid
    from dashboards import devices
    from ingest.enrolment import DeviceList

    try:
        answer = devices.ask("GET", f"{devices.door_url(url)}/v1/admin/devices", devices.token(admin_token_file))
    except Invalid as error:
        devices.fail(error)
    table = Table("device", "state", "kind", "model", "place", "verified to")
    for one in codec.decode(answer, DeviceList).devices:
        verified = max((str(verification.valid_to) for verification in one.verifications), default="–")
        table.add_row(one.device_id, one.state, one.kind, one.model, one.place.title_ru, verified)
    Console().print(table)


@app.command()
def suspend(device_id: str, url: Url = None, admin_token_file: TokenFile = None) -> None:
    """Refuse all that the device sends, until it is resumed."""
    _set_state(device_id, "suspended", url, admin_token_file)


@app.command()
def resume(device_id: str, url: Url = None, admin_token_file: TokenFile = None) -> None:
    """Take again what the device sends."""
    _set_state(device_id, "active", url, admin_token_file)


@app.command()
def retire(device_id: str, url: Url = None, admin_token_file: TokenFile = None) -> None:
    """Refuse the device for good."""
    _set_state(device_id, "retired", url, admin_token_file)


def _set_state(device_id: str, state: str, url: str | None, admin_token_file: Path | None) -> None:
    import msgspec

    from adjudication.errors import Invalid
    from dashboards import devices
    from ingest.enrolment import NewState

    try:
        new = msgspec.convert({"state": state}, NewState)
        address = f"{devices.door_url(url)}/v1/admin/devices/{device_id}/state"
        devices.ask("POST", address, devices.token(admin_token_file), new)
    except Invalid as error:
        devices.fail(error)
    typer.echo(f"{device_id} is {state}")
