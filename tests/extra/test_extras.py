"""The extras bring nothing along: no network, no code out of a file, nothing that is not pinned; they fit the eyes."""

import hashlib
import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from adjudication.errors import Invalid
from adjudication.facts import Box
from dashboards.centre import eyes_of, second_of
from dashboards.cli.vision import app
from integrations.config import Settings
from tests.extra.extras import PLATES, TEXT, require, require_cuda
from vision.detect import VEHICLES
from vision.fitted import Fittings, fitted_eyes, fitted_second
from vision.given import Given, given
from vision.models import ModelsMissing
from vision.ports import Look
from vision.render import Rendered, encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene

pytestmark = [pytest.mark.models, pytest.mark.extra]

WATCHED = """
import sys
asked = []
def watch(event, args):
    if event in {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}:
        asked.append(event)
    if event in {"subprocess.Popen", "os.system", "os.posix_spawn"} and "pip" in str(args):
        asked.append(event)
sys.addaudithook(watch)
from pathlib import Path
import numpy as np
from vision.given import given
"""
"""Notes whatever reaches for the network or for pip, from before the library is imported until it has worked."""


def reference(weights: Given) -> str:
    return f"{weights.path}@sha256:{weights.sha256}"


def frame(text: str = "489AAC02") -> Rendered:
    vehicle = DrawnVehicle("sedan", "front", "white", DrawnPlate(text, "KZ2012-P"), x_m=0.5, z_m=22)
    return render_frame(Scene((vehicle,)), 1)


def asked_of_the_network(program: str, home: Path) -> list[str]:
    """What the program reached for, and what it left in the home of who ran it."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PYTHONPATH": str(Path.cwd()),
    }
    environment = {name: value for name, value in environment.items() if not name.startswith(("YOLO_", "PYTEST"))}
    run = subprocess.run(
        [sys.executable, "-c", WATCHED + program + "\nprint('asked', *asked)"],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    left = [
        str(path.relative_to(home)) for path in home.rglob("*") if "ltralytics" in path.name or "paddle" in path.name
    ]
    return run.stdout.splitlines()[-1].split()[1:] + left


@pytest.mark.timeout(240)
def test_ultralytics_asks_nothing_of_the_network_and_leaves_nothing_behind(checkpoint: Given, tmp_path: Path) -> None:
    program = f"""
from vision.yolo import YoloPlates, export
weights = given({reference(checkpoint)!r})
YoloPlates(weights)(np.zeros((200, 300, 3), np.uint8), 640)
export(weights, Path("plates.onnx"), to="onnx")
"""
    assert asked_of_the_network(program, tmp_path) == []


@pytest.mark.timeout(240)
def test_paddleocr_asks_nothing_of_the_network_and_leaves_nothing_behind(recogniser: Given, tmp_path: Path) -> None:
    absolute = Given(recogniser.path.absolute(), recogniser.sha256)
    program = f"""
from vision.paddle import PaddleLines
PaddleLines(given({reference(absolute)!r}))([np.zeros((48, 200, 3), np.uint8)])
"""
    assert asked_of_the_network(program, tmp_path) == []


def test_a_name_of_the_librarys_own_weights_is_not_looked_up(checkpoint: Given) -> None:
    from vision.yolo import YoloPlates

    for name in ("yolo11n.pt", "https://example.org/best.pt", "ul://someone/models/best.pt"):
        with pytest.raises(ModelsMissing, match="nothing is downloaded"):
            YoloPlates(Given(Path(name), checkpoint.sha256))


@pytest.mark.parametrize("name", ["best.torchscript", "best.pb", "best.yaml", "best", "best_openvino_model"])
def test_other_kinds_of_files_are_refused(checkpoint: Given, tmp_path: Path, name: str) -> None:
    from vision.yolo import YoloPlates

    (tmp_path / name).write_bytes(checkpoint.path.read_bytes())
    with pytest.raises(Invalid, match="detector-unusable"):
        YoloPlates(Given(tmp_path / name, checkpoint.sha256))


def test_a_checkpoint_that_calls_anything_is_refused_even_if_it_is_pinned(checkpoint: Given, tmp_path: Path) -> None:
    from vision.yolo import YoloPlates, export

    called = tmp_path / "called"

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (called,))

    out = io.BytesIO()
    with zipfile.ZipFile(checkpoint.path) as good, zipfile.ZipFile(out, "w") as evil:
        for name in good.namelist():
            body = good.read(name)
            evil.writestr(name, pickle.dumps({"model": Evil()}, protocol=2) if name.endswith("data.pkl") else body)
    path = tmp_path / "evil.pt"
    path.write_bytes(out.getvalue())
    weights = Given(path, hashlib.sha256(out.getvalue()).hexdigest())
    with pytest.raises(Invalid, match="detector-unusable"):
        YoloPlates(weights)
    with pytest.raises(Invalid, match="detector-unusable"):
        export(weights, tmp_path / "evil.onnx", to="onnx")
    assert not called.exists()


@pytest.mark.parametrize("kind", [".pt", ".onnx"])
def test_what_is_no_model_is_refused(checkpoint: Given, tmp_path: Path, kind: str) -> None:
    from vision.yolo import YoloPlates

    path = tmp_path / f"noise{kind}"
    path.write_bytes(b"no model at all")
    with pytest.raises(Invalid, match="detector-unusable"):
        YoloPlates(Given(path, hashlib.sha256(b"no model at all").hexdigest()))


def test_what_is_no_recogniser_is_refused(directory: Path, recogniser: Given, tmp_path: Path) -> None:
    from vision.paddle import PaddleLines

    path = tmp_path / "noise.onnx"
    path.write_bytes(b"no model at all")
    with pytest.raises(Invalid, match="recogniser-unusable"):
        PaddleLines(Given(path, hashlib.sha256(b"no model at all").hexdigest()))
    with pytest.raises(Invalid, match="no characters"):
        PaddleLines(Given(directory / PLATES.file, PLATES.sha256))


def test_an_engine_is_refused_where_there_is_no_gpu(checkpoint: Given, tmp_path: Path) -> None:
    from vision.yolo import YoloPlates, cuda, export

    if cuda():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(ModelsMissing, match="no CUDA device"):
        export(checkpoint, tmp_path / "plates.engine", to="engine")
    path = tmp_path / "plates.engine"
    path.write_bytes(b"engine")
    with pytest.raises(ModelsMissing, match="no CUDA device"):
        YoloPlates(Given(path, hashlib.sha256(b"engine").hexdigest()))


def test_on_a_gpu_the_same_plates_are_found(checkpoint: Given) -> None:
    require("ultralytics")
    require_cuda()
    from vision.yolo import YoloPlates

    picture = frame().image
    on_cpu, on_gpu = (YoloPlates(checkpoint, device=device)(picture, 640) for device in ("cpu", "cuda:0"))
    assert np.stack([one.box for one in on_gpu]) == pytest.approx(np.stack([one.box for one in on_cpu]), abs=2)


def test_vehicles_are_told_by_their_classes_names_and_other_classes_are_dropped(
    checkpoint: Given, tmp_path: Path
) -> None:
    # No package carries a checkpoint of vehicles: this one's only class is called otherwise.
    from vision.yolo import YoloVehicles

    car, tree = (renamed(checkpoint, tmp_path / f"{name}.pt", name) for name in ("Truck", "tree"))
    found = YoloVehicles(car)(frame().image)
    assert {one.label for one in found} == {"truck"} <= set(VEHICLES.values())
    with pytest.raises(Invalid, match="no class that is looked for"):
        YoloVehicles(tree)


def renamed(checkpoint: Given, path: Path, name: str) -> Given:
    """The checkpoint with its class called `name`."""
    from vision.yolo import _library

    _library()
    import torch
    from ultralytics.nn.tasks import torch_safe_load

    loaded, _ = torch_safe_load(str(checkpoint.path), safe_only=True)
    loaded["model"].names = {0: name}
    torch.save(loaded, path)
    return Given(path, hashlib.sha256(path.read_bytes()).hexdigest())


def test_eyes_take_a_fitted_detector_and_say_so(directory: Path, checkpoint: Given) -> None:
    eyes, ours = fitted_eyes(directory, Fittings(plates=reference(checkpoint))), fitted_eyes(directory, Fittings())
    (seen,) = eyes.read_many([Look(encode_jpeg(frame().image))])
    assert [target.plate.text for target in seen.targets if target.plate is not None] == ["489AAC02"]
    assert eyes.reader != ours.reader
    assert len(eyes.reader) <= 64


def test_a_second_reader_takes_a_fitted_recogniser_and_says_so(directory: Path, recogniser: Given) -> None:
    second, ours = (
        fitted_second(directory, Fittings(second=reference(recogniser))),
        fitted_second(directory, Fittings()),
    )
    drawn = frame()
    assert drawn.truth.vehicles[0].plate_quad is not None
    quad = np.array(drawn.truth.vehicles[0].plate_quad)
    (x0, y0), (x1, y1) = quad.min(axis=0).astype(int), quad.max(axis=0).astype(int) + 1
    box = Box(x=int(x0), y=int(y0), width=int(x1 - x0), height=int(y1 - y0))
    (read,) = second.read([(encode_jpeg(drawn.image), box)])
    assert read.text == "489AAC02"
    assert second.reader not in {ours.reader, ""}
    assert len(second.reader) <= 64
    assert TEXT.sha256[:12] not in second.reader


def test_a_centre_sees_and_reads_with_what_its_settings_name(
    directory: Path, checkpoint: Given, recogniser: Given
) -> None:
    settings = Settings(models=directory, plate_detector=reference(checkpoint), second_reader=reference(recogniser))
    eyes, second = eyes_of(settings), second_of(settings)
    assert eyes is not None
    assert second is not None
    assert ".yolo-" in eyes.reader
    assert second.reader.startswith("paddle-")


def test_the_command_line_exports_what_can_then_be_fitted(checkpoint: Given, tmp_path: Path) -> None:
    from vision.yolo import YoloPlates

    told = CliRunner().invoke(app, ["export", reference(checkpoint), str(tmp_path / "plates.onnx")])
    assert told.exit_code == 0, told.output
    assert YoloPlates(given(told.stdout.splitlines()[-1]))(frame().image, 640)
    refused = CliRunner().invoke(app, ["export", reference(checkpoint), str(tmp_path / "plates.tflite")])
    assert refused.exit_code == 1
    assert not (tmp_path / "plates.tflite").exists()
