"""Reading plates: pictures a second on one core, whole and by step, on drawn frames of 1280 × 960.

The floor is the networks alone (detector at 640 pixels, vehicles at 300, two lines of text): what is left is ours.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from vision.decode import decode
from vision.detect import PlateDetector, VehicleDetector
from vision.eyes import WHOLE_SIDE, open_eyes
from vision.models import default_directory, paths
from vision.onnx import Network
from vision.ports import Look
from vision.random_scenes import random_scene
from vision.render import encode_jpeg, render_frame

FRAMES = 24
"""Enough for a median that repeats within a tenth."""


def run() -> dict[str, float]:
    """Milliseconds a picture and pictures a second, one thread."""
    pictures = [encode_jpeg(render_frame(random_scene(np.random.default_rng(n)), n).image) for n in range(FRAMES)]
    where = paths(default_directory())
    vehicles = VehicleDetector(Network(where["vehicles"], threads=1))
    plates = PlateDetector(Network(where["plates"], threads=1))
    eyes = open_eyes(default_directory(), threads=1)
    decoded = [picture for picture in map(decode, pictures) if not isinstance(picture, str)]
    whole_ms = _median_ms(lambda n: eyes.read_many([Look(pictures[n])]))
    steps = {
        "decode JPEG, ms": _median_ms(lambda n: decode(pictures[n])),
        "vehicles, SSD at 300 px, ms": _median_ms(lambda n: vehicles(decoded[n])),
        "plates, YOLOv8n at 640 px, ms": _median_ms(lambda n: plates(decoded[n], WHOLE_SIDE)),
    }
    return {
        "picture to text, ms": whole_ms,
        "pictures/s on one core": 1000 / whole_ms,
        **steps,
        "text, levelling and the rest, ms": whole_ms - sum(steps.values()),
    }


def _median_ms(step: Callable[[int], object]) -> float:
    times = []
    for number in range(FRAMES):
        started = time.perf_counter()
        step(number)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[2:])
