"""How a scripted passage looks: the scene of its kind and vehicle, without hour and caption."""

from dataclasses import replace
from random import Random
from typing import Literal

from adjudication.answers import Vehicle
from adjudication.plates import classify
from dashboards.demo.kinds import Kind
from vision.bodies import BodyName, View
from vision.scene import DrawnPlate, DrawnVehicle, Scene, Weather

WEATHERS: tuple[Weather, ...] = ("clear",) * 6 + ("overcast",) * 3 + ("rain", "snow")
ABREAST_M = (24.0, 25.0)
ALONE_M = (20.3, 21.6)
HEAVY_M = (22.0, 23.0)
FOREIGN_COLOURS = ("white", "black", "silver", "grey", "blue")
SHARE_FROM_BEHIND = 0.5
FROM_THE_FRONT = "red"
"""Measured: drawn red cars pass for cars from the front only (vision/painting.py), any car in snow from behind only."""


def scene_of(rng: Random, kind: Kind, plate: str, vehicles: tuple[Vehicle, ...], *, place: int) -> Scene:
    """The scene; `vehicles` are as registered, () for a foreign one, whose plate is `plate`."""
    weather = rng.choice(WEATHERS)
    noise = rng.uniform(1.0, 3.0)
    if kind.sight == "empty":
        return Scene((), weather=weather, noise=noise, place=place)
    plates = [vehicle.plate for vehicle in vehicles] or [plate]
    colours = [vehicle.colour for vehicle in vehicles] or [rng.choice(FOREIGN_COLOURS)]
    drawn = tuple(
        _drawn(rng, kind, *seen, weather=weather) for seen in zip(plates, colours, _sides(kind), strict=False)
    )
    scene = Scene(drawn, weather=weather, noise=noise, jpeg_quality=rng.randrange(86, 94), place=place)
    return _spoiled(rng, scene) if kind.sight == "unreadable" else scene


def _sides(kind: Kind) -> tuple[float, ...]:
    return (-1.72, 1.72) if kind.sight == "two" else (0.0,)


def _drawn(rng: Random, kind: Kind, plate: str, colour: str, side: float, *, weather: Weather) -> DrawnVehicle:
    heavy = kind.sight == "truck"
    body: BodyName = "truck" if heavy else "sedan"
    from_behind = colour != FROM_THE_FRONT and (weather == "snow" or rng.random() < SHARE_FROM_BEHIND)
    view: View = "rear" if from_behind and not heavy else "front"
    near = HEAVY_M if heavy else ABREAST_M if kind.sight == "two" else ALONE_M
    return DrawnVehicle(
        body=body,
        view=view,
        colour=colour,
        plate=DrawnPlate(plate, classify(plate)[0].id),
        x_m=side + rng.uniform(-0.1, 0.1) if side else rng.uniform(-0.5, 0.5),
        z_m=rng.uniform(*near),
        heading_rad=rng.gauss(0, 0.012),
        style=rng.randrange(18),
    )


def _spoiled(rng: Random, scene: Scene) -> Scene:
    """The scene with a plate nobody can read: muddy, burned out, or smeared by a long exposure."""
    how: Literal["dirt", "glare", "smear"] = rng.choice(("dirt", "glare", "smear"))
    if how == "smear":
        return replace(scene, motion_blur_px=30.0)
    (car,) = scene.vehicles
    assert car.plate is not None
    dirt, glare = (0.95, 0.0) if how == "dirt" else (0.0, 0.95)
    return replace(scene, vehicles=(replace(car, plate=replace(car.plate, dirt=dirt, glare=glare)),))
