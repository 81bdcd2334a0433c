"""Devices at the command line: which one speaks, and how an administrator reaches the centre."""

import os
from pathlib import Path
from typing import NoReturn

import httpx
import msgspec
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Fact, Measurement
from adjudication.units import Kmh100
from ingest.client import Seen
from ingest.enrolment import Enrolled, Passport, request_of
from ingest.identity import DeviceFile, check_free, device_file, load, store
from ingest.problems import Problem
from ingest.signatures import public_hex
from integrations.config import Settings
from integrations.config import load as load_settings

DEMO = Path("var/demo")
"""Where `tarazy demo` keeps its data unless told otherwise."""
DEMO_DEVICE = Path("devices/demo.json")
"""Below the data folder: the device that a demonstration enrols for whoever tries the command line."""
ADMIN_TOKEN = Path("admin-token")
"""Below the data folder: the token of the running centre, readable by its owner."""
ANSWER_S = 30.0
"""A scan of three days of dead letters takes seconds where there are thousands."""
ERROR_KMH = 2
"""Error stated with a speed given by hand: the class of most speed meters in use at city speeds (±2 km/h)."""


def settings() -> Settings:
    """The settings of this process's environment."""
    return load_settings(os.environ)


def device(path: Path | None, url: str | None) -> tuple[DeviceFile, Path]:
    """The device file asked for (else the demonstration's), at another door if `url` says so; and its home folder."""
    if path is None:
        path = next((one / DEMO_DEVICE for one in (settings().data, DEMO) if (one / DEMO_DEVICE).exists()), DEMO_DEVICE)
    file = load(path)
    return (msgspec.structs.replace(file, url=url) if url else file), path.with_suffix(".d")


def enrol(papers: Passport, path: Path, door: str, admin_token: str) -> DeviceFile:
    """Makes a key pair here, registers its public half at `door`, and writes the device file to `path`.

    Raises:
        Invalid: `device-file-exists`, `centre-away`, or the centre's refusal.
    """
    check_free(path)
    private = Ed25519PrivateKey.generate()
    request = request_of(papers, public_hex(private))
    answer = ask("POST", f"{door}/v1/admin/devices", admin_token, request)
    file = device_file(papers, private, door, codec.decode(answer, Enrolled).receipt_key)
    store(file, path)
    return file


def seen(speed: float | None, limit: float) -> Seen:
    """What a device saw beside the picture: a speed in km/h where one is given. Its clock is this machine's."""
    if speed is None:
        return Seen(clock_offset_us=0)
    return Seen(
        clock_offset_us=0,
        measurement=Measurement(
            kind="speed",
            value_kmh100=_kmh100(speed),
            error_kmh100=_kmh100(ERROR_KMH),
            limit_kmh100=_kmh100(limit),
        ),
    )


def door_url(url: str | None) -> str:
    """The door asked for, else the one of the settings."""
    known = settings()
    return url or f"http://{known.host}:{known.door_port}"


def token(path: Path | None) -> str:
    """The administrator's token out of its file.

    Raises:
        Invalid: `admin-token-missing`.
    """
    path = path or settings().data / ADMIN_TOKEN
    try:
        return path.read_text().strip()
    except OSError as error:
        raise Invalid("admin-token-missing", f"no administrator's token at {path}; give --admin-token-file") from error


def pages_url(url: str | None) -> str:
    """The pages asked for, else those of the settings."""
    known = settings()
    return url or f"http://{known.host}:{known.web_port}"


def ask(method: str, url: str, admin_token: str, body: Fact | None = None, timeout_s: float = ANSWER_S) -> bytes:
    """The answer of an administrator's route.

    Raises:
        Invalid: the centre's refusal, by its code; `centre-away` where nothing answers.
    """
    content = msgspec.json.encode(body) if body is not None else None
    try:
        headers = {"authorization": f"Bearer {admin_token}"}
        answer = httpx.request(method, url, content=content, headers=headers, timeout=timeout_s)
    except httpx.TransportError as error:
        raise Invalid("centre-away", f"nothing answers at {url}") from error
    if answer.is_success:
        return answer.content
    try:
        refused = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        raise Invalid("centre-away", f"what answers at {url} is not a centre ({answer.status_code})") from None
    raise Invalid(refused.code, refused.detail or refused.title)


def fail(error: Invalid) -> NoReturn:
    """Ends the command: what is wrong on standard error, exit code 2."""
    typer.echo(f"error: {error.detail} [{error.code}]", err=True)
    raise typer.Exit(2) from error


def _kmh100(kmh: float) -> Kmh100:
    return round(kmh * 100)
