"""The eyes' speed: whole frames, regions that the device points at, one worker and two; and their memory.

    python -m benchmarks eyes                     figures of one thread, of two workers, of each step, of the peer
    python -m benchmarks.bench_eyes --memory N    N pictures of every kind, and what they leave in memory

Frames are drawn in full HD and encoded as JPEG at quality 85. Clear drawn surfaces would give 150 kB; the grain of a
sensor, of standard deviation 4 grey levels, brings them to 330–350 kB, as cameras send. A worker is a process with one
thread, for a device is given to one process. Everything is read with the weights and the settings of the product,
without the second reader.
"""

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import numpy as np

from adjudication.facts import Box
from benchmarks.peer import command, is_installed
from vision.decode import decode
from vision.detect import PlateDetector, VehicleDetector
from vision.evaluate.peer import peer_program
from vision.eyes import WHOLE_SIDE, OnnxEyes, open_eyes
from vision.models import default_directory, paths
from vision.onnx import Network
from vision.ports import Eyes, Look, Seen
from vision.random_scenes import random_scene
from vision.region import prepare
from vision.render import encode_jpeg, render_frame

FRAMES = 24
"""Different ones: enough for a median that repeats within a tenth."""
GRAIN, QUALITY = 4.0, 85
"""See this module's head."""
WORKERS_S = 20.0
"""How long workers count: a hundred frames of the slowest kind each."""
SETTLED = 0.25
"""Share of a run after which memory is watched: before, models warm up and the allocator finds its size."""
WHOLE_EACH = 50
"""Of a run for memory, one picture in so many is read as a whole: the others, at a device's box, are ten times as fast,
so that 100,000 pictures take under an hour."""
SAMPLES = 200
"""How often memory is looked at in a run."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame with its truth: the plate's text and box, and the vehicle's box."""

    body: bytes
    text: str
    plate: Box
    vehicle: Box

    @property
    def looks(self) -> dict[str, Look]:
        """The ways to show it to the eyes."""
        return {
            "whole frame": Look(self.body),
            "device's plate and vehicle": Look(self.body, self.plate, self.vehicle),
            "device's plate alone": Look(self.body, self.plate),
        }


WAYS = ("whole frame", "device's plate and vehicle", "device's plate alone")


def run() -> dict[str, object]:
    """Pictures a second and milliseconds, one thread each."""
    frames = [*shown(FRAMES)]
    eyes = open_eyes(default_directory(), threads=1)
    figures: dict[str, object] = {"frames, kB": statistics.mean(len(one.body) for one in frames) / 1000}
    for way in WAYS:
        figures |= _one_thread(eyes, frames, way)
    figures |= _steps(frames)
    for way in WAYS:
        one, two = (_workers(count, way) for count in (1, 2))
        figures |= {f"{way}: 1 worker, /s": one, f"{way}: 2 workers, /s": two, f"{way}: ratio": two / one}
    return figures | _peer(frames, float(str(figures["whole frame, ms"])))


def shown(count: int) -> Iterator[Shown]:
    """Frames of one car each by day, plates that a person can read; the same ones each time."""
    number = 0
    while count:
        number += 1
        drawn = random_scene(np.random.default_rng(number))
        camera = replace(drawn.camera, width=1920, height=1080)
        scene = replace(
            drawn, camera=camera, daylight="day", weather="clear", motion_blur_px=0.0, defocus_px=0.0, noise=GRAIN
        )
        rendered = render_frame(scene, number)
        (truth,) = rendered.truth.vehicles
        if not truth.readable or truth.plate_quad is None or truth.plate_text is None:
            continue
        count -= 1
        (x0, y0), (x1, y1) = (pick(truth.plate_quad, axis=0) for pick in (np.min, np.max))
        plate = Box(x=int(x0), y=int(y0), width=round(x1 - x0), height=round(y1 - y0))
        yield Shown(encode_jpeg(rendered.image, QUALITY), truth.plate_text, plate, truth.box)


def _one_thread(eyes: OnnxEyes, frames: Sequence[Shown], way: str) -> dict[str, object]:
    """Median time of one picture, the processor's and the clock's, and how many plates were read right."""
    answers: list[Seen] = []
    spent = [_timed(lambda n: answers.extend(eyes.read_many([frames[n].looks[way]])), n) for n in range(len(frames))]
    right = sum(one.text in _texts(seen) for one, seen in zip(frames, answers, strict=True))
    refused = sum("region_refused" in seen.flags for seen in answers)
    clock_ms, cpu_ms = (statistics.median(times) for times in zip(*spent[2:], strict=True))
    return {
        f"{way}, ms": clock_ms,
        f"{way}, processor ms": cpu_ms,
        f"{way}, /s": 1000 / clock_ms,
        f"{way}, read right": f"{right} of {len(frames)}",
        f"{way}, region refused": refused,
    }


def _steps(frames: Sequence[Shown]) -> dict[str, object]:
    """Processor milliseconds of each step alone: what is left of a whole frame is text, levelling and the rest."""
    where = paths(default_directory())
    vehicles = VehicleDetector(Network(where["vehicles"]))
    plates = PlateDetector(Network(where["plates"]))
    pictures = [picture for picture in (decode(one.body) for one in frames) if not isinstance(picture, str)]
    return {
        "step: decode whole, processor ms": _cpu_ms(lambda n: decode(frames[n].body)),
        "step: decode and check a plate's region": _cpu_ms(lambda n: prepare(Look(frames[n].body, frames[n].plate))),
        "step: vehicles": _cpu_ms(lambda n: vehicles(pictures[n])),
        f"step: plates at {WHOLE_SIDE} px": _cpu_ms(lambda n: plates(pictures[n], WHOLE_SIDE)),
    }


def _workers(count: int, way: str) -> float:
    """Pictures a second of so many processes at once, each with eyes and frames of its own."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=_work, args=(there, way), daemon=True) for _, there in pipes]
    for process in processes:
        process.start()
    for here, _ in pipes:
        assert here.recv() == "ready"
    for here, _ in pipes:
        here.send("go")
    rate = sum(float(here.recv()) for here, _ in pipes)
    for process in processes:
        process.join()
    return rate


def _work(pipe: Connection, way: str) -> None:
    cv2.setNumThreads(1)
    looks = [one.looks[way] for one in shown(FRAMES // 2)]
    eyes = open_eyes(default_directory(), threads=1)
    eyes.read_many(looks[:2])
    pipe.send("ready")
    pipe.recv()
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < WORKERS_S:
        eyes.read_many([looks[done % len(looks)]])
        done += 1
    pipe.send(done / (time.perf_counter() - started))


def _peer(frames: Sequence[Shown], ours_ms: float) -> dict[str, object]:
    """The peer on the same frames in the same run, whole frames only; a word where it is not installed."""
    if not is_installed():
        return {"peer": "not installed: python benchmarks/peer.py --install"}
    with tempfile.TemporaryDirectory() as folder, peer_program(command("--countries", "region")) as peer:
        files = [Path(folder) / f"{number}.jpg" for number in range(len(frames))]
        for file, one in zip(files, frames, strict=True):
            file.write_bytes(one.body)
        answers = [peer.ask(file, "kz") for file in files]
        ms = statistics.median(answer.ms for answer in answers[2:])
        right = sum(
            one.text in {plate.text for plate in answer.plates[:1]} for one, answer in zip(frames, answers, strict=True)
        )
        return {
            "peer": f"{peer.about.name}: {peer.about.settings}",
            "peer, ms": ms,
            "peer, /s": 1000 / ms,
            "peer, read right": f"{right} of {len(frames)}",
            "peer's time to ours, whole frame": ms / ours_ms,
        }


def memory(count: int, eyes: Eyes, looks: Sequence[Look]) -> dict[str, object]:
    """Reads `count` pictures, the looks in turn, and says what memory did once it had settled."""
    every = max(count // SAMPLES, 1)
    held: list[tuple[int, float]] = []
    for number in range(count):
        eyes.read_many([looks[number % len(looks)]])
        if number % every == 0 and number >= SETTLED * count:
            held.append((number, _held_kib()))
    numbers, sizes = np.array(held).T
    slope = float(np.polyfit(numbers, sizes, 1)[0])
    return {
        "pictures": count,
        "held, MiB, least": sizes.min() / 1024,
        "held, MiB, most": sizes.max() / 1024,
        "growth, bytes a picture (least squares)": 1024 * slope,
        "growth over 100,000 pictures, MiB": slope * 100_000 / 1024,
    }


def _memory(count: int) -> dict[str, object]:
    return memory(count, open_eyes(default_directory()), assorted([*shown(6)]))


def assorted(frames: Sequence[Shown]) -> list[Look]:
    """Pictures of every kind and size, most at the device's box, some whole, some broken."""
    looks = [one.looks["device's plate alone"] for one in frames] * (WHOLE_EACH // len(frames) + 1)
    body = frames[0].body
    broken = [Look(b""), Look(body[:9_000]), Look(bytes(9_000)), Look(body[:5_000] + body[6_000:])]
    reduced = decode(body, 4)
    assert not isinstance(reduced, str), "a drawn frame is a picture"
    return [*looks[:WHOLE_EACH], Look(body), *broken[:3], Look(encode_jpeg(reduced)), broken[3]]


def _texts(seen: Seen) -> set[str]:
    return {target.plate.text for target in seen.targets if target.plate is not None}


def _timed(step: Callable[[int], object], number: int) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor."""
    clock, cpu = time.perf_counter(), time.process_time()
    step(number)
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - cpu)


def _cpu_ms(step: Callable[[int], object]) -> float:
    return statistics.median(_timed(step, number)[1] for number in range(2, FRAMES))


def _held_kib() -> float:
    """Memory that this process has taken for itself, also where the system has put it aside: pages of files and pages
    swapped out come and go with what else the machine does. Source: proc(5), status: RssAnon, VmSwap."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    return float(sum(int(told[name].split()[0]) for name in ("RssAnon", "VmSwap")))


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_eyes", description=__doc__)
    parser.add_argument("--memory", type=int, metavar="N", help="only read N pictures and watch memory")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    figures = run() if asked.memory is None else _memory(asked.memory)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
