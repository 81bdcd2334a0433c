"""Ultralytics: the only module that imports it. Detectors as it trains and exports them, in our detectors' places.

    YoloPlates(given)     where vision.detect.PlateDetector stands
    YoloVehicles(given)   where vision.detect.VehicleDetector stands
    export(given, …)      a `.pt` checkpoint as ONNX, or as a TensorRT engine for the GPU of this machine

The library reaches for the network by itself: for weights, for packages it lacks, for its makers' statistics. All of it
is switched off before it is imported, weights are files with a pinned digest, and it is refused where a switch did not
take.

A `.pt` checkpoint is a pickle, and a pickle can run code; a TensorRT engine is machine code. So the digest that an
operator pins is always demanded, and a checkpoint is besides read with `weights_only` and the library's own list of
classes: what a pinned file may do is still limited to building layers of a network.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import cv2
import numpy as np

from adjudication.errors import Invalid
from adjudication.units import Sha256
from vision.boxes import clipped
from vision.decode import Picture
from vision.detect import PLATE_IOU, PLATE_SCORE, VEHICLE_IOU, VEHICLE_SCORE, VEHICLES, Found
from vision.given import Given, private_copy
from vision.models import ModelsMissing

KINDS = (".pt", ".onnx", ".engine")
"""What is loaded. The library knows twenty formats more, some of them folders or archives with code in them."""
SWITCHES = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "0", "ULTRALYTICS_SAFE_LOAD": "1", "YOLO_VERBOSE": "0"}
"""The library's own variables, read once, when it is imported: no network, no pip, no pickled code, no chatter."""
VEHICLE_SIDE = 640
"""Pixels shown to a vehicle detector: what the published ones are trained at."""
WARM_SIDE = 640
"""The first picture, which makes the library open the file, has this side; other sides come later."""
REVISION = 1
"""Raised by any change of code or constants here that may alter what is found."""
EXPORT_SIDE = 640
"""The side an engine is tuned for; it takes pictures up to twice that, ONNX of any multiple of 32."""

ExportKind = Literal["onnx", "engine"]
EXPORTS: Mapping[str, ExportKind] = {".onnx": "onnx", ".engine": "engine"}
"""What is exported, by the target's suffix."""
_Runner = Callable[[Picture, int], list[Found]]


class YoloPlates:
    """Plates, found by a detector that ultralytics runs. Safe to use from several threads, one at a time inside.

    A model of one class finds plates, whatever the class is called; of several, those whose name says plate.
    """

    def __init__(self, weights: Given, *, threads: int = 1, device: str | None = None) -> None:
        """Loads the weights.

        `device` is torch's (`cpu`, `cuda:0`); None takes the first CUDA device, else the CPU.

        Raises:
            ModelsMissing: ultralytics is not installed, the file is not there or not the pinned one, or a device is
                lacking.
            Invalid: `detector-unusable`, the file is no detector that is loaded here, or finds no plates.
        """
        self.reader = reader_of(weights)
        self._find = _opened(weights, _plate_labels, (PLATE_SCORE, PLATE_IOU), threads, device)

    def __call__(self, picture: Picture, side: int) -> list[Found]:
        """Plates, best first; the picture is shown at `side` pixels, or at the side that the export fixed."""
        return self._find(picture, side)


class YoloVehicles:
    """Vehicles, found by a detector that ultralytics runs; classes are told by their COCO names, others are dropped."""

    def __init__(self, weights: Given, *, threads: int = 1, device: str | None = None) -> None:
        """Loads the weights; raises as `YoloPlates` does, `detector-unusable` where no class is a vehicle."""
        self.reader = reader_of(weights)
        self._find = _opened(weights, _vehicle_labels, (VEHICLE_SCORE, VEHICLE_IOU), threads, device)

    def __call__(self, picture: Picture) -> list[Found]:
        """Vehicles, best first."""
        return self._find(picture, VEHICLE_SIDE)


def reader_of(weights: Given) -> str:
    """Names weights, library and revision together: `yolo-` and 12 hex digits."""
    version = _library().__version__
    return f"yolo-{hashlib.sha256(f'{weights.sha256} {version} {REVISION}'.encode()).hexdigest()[:12]}"


def export(weights: Given, target: Path, *, to: ExportKind, side: int = EXPORT_SIDE) -> Sha256:
    """Write a checkpoint to `target` as ONNX, or as an engine for this machine's GPU, and return its SHA-256.

    Both take pictures of changing shape; an engine those up to twice `side`. An engine is of one kind of GPU and of the
    TensorRT that built it: it is to be built where it will run.

    Raises:
        ModelsMissing: as `YoloPlates`; an engine was asked for where there is no CUDA device.
        Invalid: `detector-unusable`, the file is no checkpoint; `export-target`, the target's suffix is not `to`;
            `export-failed`, the library could not, TensorRT missing for one.
    """
    if weights.kind != ".pt":
        raise Invalid("detector-unusable", f"{weights.path.name}: only a .pt checkpoint can be exported")
    if target.suffix.lower() != f".{to}":
        raise Invalid("export-target", f"{target.name}: what is exported as {to} is to be called so")
    device = _device(None if to == "engine" else "cpu", needs_cuda=to == "engine")
    with private_copy(weights) as copy:
        model = _model(copy, weights)
        data = _exported(model, {"format": to, "imgsz": side, "device": device})
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(data)
    partial.replace(target)
    return hashlib.sha256(data).hexdigest()


def _exported(model: Any, wanted: Mapping[str, Any]) -> bytes:
    try:
        # `simplify` would need one more package, and nothing here reads the graph.
        return Path(model.export(**wanted, dynamic=True, simplify=False, verbose=False)).read_bytes()
    except Exception as error:  # the library raises what its exporters raise
        raise Invalid("export-failed", f"{wanted['format']}: {type(error).__name__}: {error}") from error


def cuda() -> bool:
    """Whether there is a CUDA device that torch can use."""
    import torch

    return bool(torch.cuda.is_available())


@lru_cache(maxsize=1)
def _library() -> Any:
    """Ultralytics, imported once with its switches set.

    Raises:
        ModelsMissing: it is not installed, is too old to know the switches, or was imported before they were set.
    """
    os.environ.update(SWITCHES, YOLO_CONFIG_DIR=_folder().name)
    threads = cv2.getNumThreads()
    try:
        import torch
        import ultralytics
        from ultralytics import utils
    except ImportError as error:
        raise ModelsMissing("ultralytics is not installed: `make setup-extra`, or the extra `ultralytics`") from error
    finally:
        cv2.setNumThreads(threads)  # the library takes OpenCV's threads away from the whole process
    safe = getattr(utils, "SAFE_LOAD", False) and hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint")
    if utils.ONLINE or utils.AUTOINSTALL or not safe:
        raise ModelsMissing(
            "ultralytics does not keep to its switches: it is too old, or was imported by something else"
        )
    return ultralytics


@lru_cache(maxsize=1)
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Where the library writes its settings, as long as this process lives: never into the home of who runs it."""
    return tempfile.TemporaryDirectory(prefix="tarazy-ultralytics-")


def _opened(
    weights: Given,
    labels_of: Callable[[Mapping[int, str]], dict[int, str]],
    limits: tuple[float, float],
    threads: int,
    device: str | None,
) -> _Runner:
    """The detector as a function. `limits` are the least score and the largest overlap of two boxes."""
    if weights.kind not in KINDS:
        raise Invalid("detector-unusable", f"{weights.path.name}: {', '.join(KINDS)} are loaded, nothing else")
    _library()
    chosen = _device(device, needs_cuda=weights.kind == ".engine")
    _limit_threads(threads)
    with private_copy(weights) as copy:
        model = _model(copy, weights)
        try:
            # Exports are opened by the first picture: it comes while the copy is there.
            model.predict(np.zeros((WARM_SIDE, WARM_SIDE, 3), np.uint8), imgsz=WARM_SIDE, device=chosen, verbose=False)
            labels = labels_of({int(number): str(name) for number, name in model.names.items()})
        except Exception as error:  # whatever a broken export makes a runtime raise
            raise Invalid("detector-unusable", f"{weights.path.name}: {type(error).__name__}") from error
    if not labels:
        raise Invalid("detector-unusable", f"{weights.path.name} has no class that is looked for")
    return _runner(model, labels, limits, chosen)


def _model(copy: Path, weights: Given) -> Any:
    """The library's model of a private copy.

    Raises:
        Invalid: `detector-unusable`, it is no detector, or a checkpoint with other classes than layers of networks.
    """
    library = _library()
    try:
        model = library.YOLO(str(copy), task="detect")
    except Exception as error:  # the library raises TypeError, RuntimeError, KeyError and its pickles' errors
        raise Invalid("detector-unusable", f"{weights.path.name} is no detector: {type(error).__name__}") from error
    if model.task != "detect":
        raise Invalid("detector-unusable", f"{weights.path.name} does not detect: its task is {model.task!r}")
    return model


def _runner(model: Any, labels: Mapping[int, str], limits: tuple[float, float], device: str) -> _Runner:
    one_at_a_time = Lock()  # the library keeps the last call's arguments and results in the model
    fixed = {"conf": limits[0], "iou": limits[1], "classes": list(labels), "device": device, "verbose": False}

    def find(picture: Picture, side: int) -> list[Found]:
        with one_at_a_time:
            (result,) = model.predict(np.ascontiguousarray(picture), imgsz=side, **fixed)
            boxes = result.boxes.cpu().numpy()
        height, width = picture.shape[:2]
        found = [
            Found(clipped(np.asarray(box, np.float32), width, height), float(score), labels[int(number)])
            for box, score, number in zip(boxes.xyxy, boxes.conf, boxes.cls, strict=True)
        ]
        return sorted(found, key=lambda one: -one.score)

    return find


def _plate_labels(names: Mapping[int, str]) -> dict[int, str]:
    """Which classes are plates."""
    return {number: "plate" for number, name in names.items() if len(names) == 1 or "plate" in name.lower()}


def _vehicle_labels(names: Mapping[int, str]) -> dict[int, str]:
    """Which classes are vehicles of ours."""
    known: Sequence[str] = tuple(VEHICLES.values())
    return {number: name.lower() for number, name in names.items() if name.lower() in known}


def _device(wanted: str | None, *, needs_cuda: bool) -> str:
    """Torch's device.

    Raises:
        ModelsMissing: a CUDA device is wanted or needed, and there is none.
    """
    _library()
    available = cuda()
    chosen = wanted or ("cuda:0" if available else "cpu")
    if (needs_cuda or chosen.startswith("cuda")) and not available:
        raise ModelsMissing("there is no CUDA device here, which TensorRT engines and device cuda need")
    if needs_cuda and not chosen.startswith("cuda"):
        raise ModelsMissing("a TensorRT engine runs on a CUDA device only")
    return chosen


def _limit_threads(threads: int) -> None:
    """Torch's threads, of the whole process."""
    import torch

    torch.set_num_threads(threads)
