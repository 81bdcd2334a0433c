"""The demonstration that goes on: one passage after another, script after script, for people to look at."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from dashboards.demo.script import Script, ScriptedPassage, write_script
from dashboards.demo.world import World, send

PACE_S = 2.0
"""Between two passages: slow enough to watch, and a third of what two cores read."""
LOOK_S = 0.2
PUSHING = "demo"
"""The device that `tarazy push` speaks as (dashboards/devices.py)."""


def keep_going(place: World, seed: int, passages: int, stop: threading.Event, tell: Callable[[str], None]) -> None:
    """Sends passages until told to stop; tells when the first act is signed."""
    started = time.monotonic()
    threading.Thread(target=_tell_of_the_first_act, args=(place, started, stop, tell), daemon=True).start()
    first = write_script(seed, place.population, passages)
    with ExitStack() as open_cameras:
        cameras = {
            device.device_id: open_cameras.enter_context(place.camera(place.enrol(device))) for device in first.devices
        }
        place.enrol(replace(first.devices[0], device_id=PUSHING, serial="SN-PUSH"))
        for script, passage in _endless(place, first, passages):
            if stop.wait(PACE_S):
                return
            send(cameras[passage.device.device_id], script, passage)


def _endless(place: World, script: Script, passages: int) -> Iterator[tuple[Script, ScriptedPassage]]:
    while True:
        yield from ((script, passage) for passage in script.passages)
        script = write_script(script.seed + 1, place.population, passages)


def _tell_of_the_first_act(place: World, started: float, stop: threading.Event, tell: Callable[[str], None]) -> None:
    casebook = place.faced.centre.casebook
    while not stop.wait(LOOK_S):
        acts = casebook.acts.latest(1)
        if acts:
            link = place.faced.centre.link(casebook.acts.token(acts[0].act.act_id))
            tell(f"the first act, {acts[0].act.number}, was signed after {time.monotonic() - started:.0f} s: {link}")
            return
