"""The readers as an operator fits them: our own networks, or a network of theirs in the place of one.

Only what is asked for is imported: ultralytics and paddleocr are extras.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adjudication.errors import Invalid
from vision import second, spacing
from vision.corners import open_corners
from vision.eyes import OnnxEyes, open_eyes
from vision.given import given
from vision.onnx import CPU, Device
from vision.second import OcrSecond, open_second

if TYPE_CHECKING:
    from vision.yolo import YoloPlates, YoloVehicles


@dataclass(frozen=True, slots=True)
class Fittings:
    """Weights in the place of ours, each as `PATH@sha256:HEX` (vision.given); empty leaves ours.

    `plates` and `vehicles` are detectors that ultralytics runs, `second` is a recogniser of lines that paddleocr runs.
    """

    plates: str = ""
    vehicles: str = ""
    second: str = ""


def fitted_eyes(directory: Path, fittings: Fittings, *, threads: int = 1, device: Device = CPU) -> OnnxEyes:
    """Eyes with the models of `directory`, but for the detectors that were fitted.

    The reader's name tells what was fitted: readings are comparable only where the same networks saw.

    Raises:
        ModelsMissing: a file or a library is absent, or a file is not the pinned one.
        Invalid: a reference, a detector or the device is not what it must be.
    """
    plates = fitted_plates(fittings, threads=threads, device=device)
    vehicles = fitted_vehicles(fittings, threads=threads, device=device)
    names = " ".join(f"{role} {one.reader}" for role, one in (("plates", plates), ("vehicles", vehicles)) if one)
    mark = f".yolo-{hashlib.sha256(names.encode()).hexdigest()[:12]}" if names else ""
    return open_eyes(
        directory, threads=threads, device=device, plate_detector=plates, vehicle_detector=vehicles, mark=mark
    )


def fitted_plates(fittings: Fittings, *, threads: int = 1, device: Device = CPU) -> "YoloPlates | None":
    """The plate detector that was fitted; raises as `fitted_eyes`."""
    if not fittings.plates:
        return None
    from vision.yolo import YoloPlates

    return YoloPlates(given(fittings.plates), threads=threads, device=torch_device(device))


def fitted_vehicles(fittings: Fittings, *, threads: int = 1, device: Device = CPU) -> "YoloVehicles | None":
    """The vehicle detector that was fitted; raises as `fitted_eyes`."""
    if not fittings.vehicles:
        return None
    from vision.yolo import YoloVehicles

    return YoloVehicles(given(fittings.vehicles), threads=threads, device=torch_device(device))


def fitted_second(directory: Path, fittings: Fittings, *, threads: int = 1, device: Device = CPU) -> OcrSecond:
    """The second reader with the model of `directory` or the recogniser that was fitted; raises as `fitted_eyes`.

    A fitted recogniser runs on the processor alone: asked to run elsewhere it is refused (`provider-unavailable`).
    """
    if not fittings.second:
        return open_second(directory, threads=threads, device=device)
    if device.provider != "cpu":
        raise Invalid(
            "provider-unavailable",
            f"TARAZY_PROVIDER={device.provider}: a fitted second reader runs on cpu alone; "
            "unset TARAZY_SECOND_READER, or set TARAZY_PROVIDER=cpu",
        )
    from vision.paddle import PaddleLines

    lines = PaddleLines(given(fittings.second), threads=threads)
    return OcrSecond(lines, f"{lines.reader}-r{second.REVISION}", open_corners(threads=threads), spacing.shipped())


def torch_device(device: Device) -> str:
    """Where ultralytics is to run, in torch's words.

    Raises:
        Invalid: `provider-unavailable`, it does not run there.
    """
    if device.provider == "cpu":
        return "cpu"
    if device.provider in ("cuda", "tensorrt"):
        return f"cuda:{device.number}"
    raise Invalid("provider-unavailable", f"a fitted detector runs on cpu, cuda or tensorrt, not on {device.provider}")
