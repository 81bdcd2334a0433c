"""Settings: one frozen value, read once, at start. `tarazy config` prints each with its value and where it came from.

A setting is a field of `Settings`; its environment variable is `TARAZY_` and the name in capitals. TARAZY_CONFIG names
a file of TOML with settings by their names; what the environment says as well, the environment decides. Secrets are
never settings: they are files in the data folder, readable by their owner alone.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from adjudication.errors import Invalid

PREFIX = "TARAZY_"
FILE = PREFIX + "CONFIG"
"""The variable that names the file of settings."""
Port = Annotated[int, Meta(ge=0, le=65_535)]
Provider = Literal["cpu", "cuda", "tensorrt", "openvino", "openvino-gpu"]
"""Those of vision/onnx.py, which is not imported here: settings are read by commands that load no network."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator may set; `ABOUT` says what each is."""

    data: Path = Path("var/centre")
    casebook_url: str = ""
    casebook_password_file: str = ""
    models: Path = Path("var/models")
    evidence: str = ""
    host: str = "127.0.0.1"
    door_port: Port = 8600
    web_port: Port = 8601
    ops_port: Port = 8603
    public_url: str = ""
    registries_url: str = "http://127.0.0.1:8602"
    channels_url: str = "http://127.0.0.1:8602"
    policy: str = "default"
    vision: bool = True
    provider: Provider = "cpu"
    device: Annotated[int, Meta(ge=0)] = 0
    half: bool = False
    plate_detector: str = ""
    vehicle_detector: str = ""
    second_reader: str = ""
    spool_mib: Annotated[int, Meta(ge=1)] = 1024
    register_url: str = ""
    register_user: str = "default"
    register_password_file: str = ""
    register_ca_file: str = ""
    register_database: Annotated[str, Meta(pattern=r"^[A-Za-z_]\w*\Z")] = "tarazy"
    register_cluster: str = ""
    kafka: str = ""
    kafka_prefix: str = ""
    kafka_partitions: Annotated[int, Meta(ge=1)] = 24
    kafka_replication: Annotated[int, Meta(ge=1)] = 3
    kafka_frames_mib: Annotated[int, Meta(ge=0)] = 0
    kafka_member: str = ""
    kafka_ca: str = ""
    kafka_certificate: str = ""
    kafka_key: str = ""
    kafka_user: str = ""
    kafka_password_file: str = ""
    windows: str = ""
    traces: str = ""
    traces_ratio: Annotated[float, Meta(ge=0, le=1)] = 0.01


ABOUT = {
    "data": "folder of the stores and keys; one process at a time opens it",
    "casebook_url": "casebook's server, postgresql+psycopg://USER@HOST/NAME?sslmode=verify-full; empty: data folder",
    "casebook_password_file": "file with the password of casebook_url's user, and nothing else",
    "models": "folder of the vision models (`tarazy models` fills it)",
    "evidence": "where evidence lies: file:PATH or s3://BUCKET?endpoint=URL&region=NAME&public=URL (where browsers "
    "reach it, if elsewhere); empty: in the data folder",
    "host": "address the door and the pages listen on",
    "door_port": "port of the cameras' door",
    "web_port": "port of the pages",
    "ops_port": "port where one role of a cluster tells its health and metrics",
    "public_url": "address people reach the pages at, printed in QR codes; empty: host and web port",
    "registries_url": "address of the registries' gateway; where nobody answers, every register is unanswered",
    "channels_url": "address of the notice channels' gateway (cabinet, text messages)",
    "policy": "operating policy, a file of adjudication/law/policy",
    "vision": "true: plates are read from pictures; false: the devices' own readings stand alone",
    "provider": "where networks run: cpu, cuda, tensorrt, openvino or openvino-gpu; what is not there stops the start",
    "device": "number of the graphics card, from 0; one process for each",
    "half": "true: networks count in 16-bit floats (tensorrt, openvino): faster, another reader by name",
    "plate_detector": "detector instead of ours, run by ultralytics: PATH@sha256:HEX of a .pt, .onnx or .engine file",
    "vehicle_detector": "likewise for vehicles; classes are told by their COCO names",
    "second_reader": "recogniser of lines instead of ours, by paddleocr on cpu alone: PATH@sha256:HEX of an .onnx file",
    "spool_mib": "disk the door may fill while the stream refuses, in MiB",
    "register_url": "address of the register's ClickHouse, as https://host:8443; empty: chDB in the data folder",
    "register_user": "its user",
    "register_password_file": "file of that user's password; empty: none is asked for",
    "register_ca_file": "PEM file of the authority of its certificate; empty: those that the system trusts",
    "register_database": "its database",
    "register_cluster": "name of the cluster of its replicas, which makes its tables replicated; empty: one node",
    "kafka": "brokers of a cluster, HOST:PORT with commas between; `tarazy up` needs none",
    "kafka_prefix": "put before every topic, group and transaction, where brokers are shared",
    "kafka_partitions": "partitions of every topic; more only once everything has been read",
    "kafka_replication": "copies of every topic; all but one must have a record before it counts",
    "kafka_frames_mib": "frames a partition holds at most, in MiB; 0: as long as their retention",
    "kafka_member": "this process's name among its groups' members, kept over restarts; empty: a new one each time",
    "kafka_ca": "file of the authority that signed the brokers' certificates; empty: no TLS",
    "kafka_certificate": "file of this client's certificate, where the brokers ask for one",
    "kafka_key": "file of its key",
    "kafka_user": "name for SASL SCRAM-SHA-512, over TLS alone",
    "kafka_password_file": "file of the password, readable by its owner alone",
    "windows": "folder for what a role remembers of the stream, on a disk; empty: the system's for temporary files",
    "traces": "address of a collector of traces, OTLP over HTTP (http://127.0.0.1:4318); empty: none are made",
    "traces_ratio": "share of events that are traced, 0 to 1; refused pushes always are",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting as `tarazy config` prints it."""

    variable: str
    value: str
    source: str
    about: str


def load(environment: Mapping[str, str]) -> Settings:
    """The settings of `environment`, where it is silent those of the file it names, and defaults where both are.

    Raises:
        Invalid: `setting-wrong`, a `TARAZY_` variable or a name in the file is of no setting, a value is not of its
            kind, the file cannot be read; the detail names it.
    """
    written = _written(environment)
    _settings(written, environment.get(FILE, ""), "a name is that of a variable, in lower case and without TARAZY_")
    told = {name.removeprefix(PREFIX).lower(): text for name, text in environment.items() if name.startswith(PREFIX)}
    told.pop(FILE.removeprefix(PREFIX).lower(), None)
    return _settings(written | told, f"{PREFIX}…", "`tarazy config` lists the settings")


def explain(settings: Settings, environment: Mapping[str, str]) -> list[Explained]:
    """Each setting with its value and whether the environment, the file or the default gave it. Raises as `load`."""
    written = _written(environment)
    variables = {name: PREFIX + name.upper() for name in Settings.__struct_fields__}

    def source(name: str) -> str:
        if variables[name] in environment:
            return "environment"
        return f"file {environment[FILE]}" if name in written else "default"

    return [
        Explained(variable, str(getattr(settings, name)), source(name), ABOUT[name])
        for name, variable in variables.items()
    ]


def _written(environment: Mapping[str, str]) -> dict[str, object]:
    """What the file says; nothing where none is named."""
    path = environment.get(FILE, "")
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid("setting-wrong", f"{FILE}: {path} cannot be read ({error.strerror})") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise Invalid(
            "setting-wrong", f"{path}: no file of TOML, a setting a line as name = value ({error})"
        ) from error


def _settings(told: Mapping[str, object], where: str, hint: str) -> Settings:
    try:
        return msgspec.convert(told, Settings, strict=False, dec_hook=lambda kind, text: kind(text))
    except msgspec.ValidationError as error:
        raise Invalid("setting-wrong", f"{where}: {error}; {hint}") from error
