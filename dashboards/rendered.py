"""Synthetic shots for a camera of the command line, one car a frame; a demonstration has its own traffic."""

import random
from collections.abc import Iterator

from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene

LETTERS = "ABCDEFHKLMNOPRSTUVWXYZ"
"""Letters of Kazakhstan's plates before 2018: those whose look-alikes cause no argument."""


def rendered_shots(seed: int) -> Iterator[bytes]:
    """Synthetic frames without end: a car seen from behind with a plate of Kazakhstan, all from the seed."""
    rng = random.Random(seed)  # noqa: S311 - draws pictures; no secret
    while True:
        text = f"{rng.randrange(1, 1000):03d}{''.join(rng.choices(LETTERS, k=3))}{rng.randrange(1, 21):02d}"
        car = DrawnVehicle(
            body=rng.choice(("sedan", "hatchback", "suv")),
            view="rear",
            colour=rng.choice(("white", "black", "silver", "blue")),
            plate=DrawnPlate(text, "KZ2012-P"),
            x_m=rng.uniform(-0.6, 0.6),
            z_m=rng.uniform(19.5, 22.0),
            style=rng.randrange(8),
        )
        scene = Scene(vehicles=(car,), place=seed % 8)
        yield encode_jpeg(render_frame(scene, rng.randrange(2**31)).image)
