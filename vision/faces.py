"""What a vehicle's ends wear: lamps, grilles, windows of flat fronts, mirrors, wheels; as polygons to paint in order.

Everything is in the vehicle's own metres (vision/bodies.py); `style` varies what carries no meaning.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from vision.bodies import BODIES, Body, BodyName, View
from vision.perspective import Points

Stuff = Literal["black", "dark", "chrome", "lamp", "tail", "amber", "glass", "paint", "seam", "cloth"]


@dataclass(frozen=True, slots=True)
class Decal:
    """One polygon, [N,3], of one stuff; lamps and tails can shine. `behind`: painted before the body."""

    points: Points
    stuff: Stuff
    behind: bool = False


NOSE_DEPTH: Final = 0.10
"""A nose bends back by this much at its outer edge."""


def decals(name: BodyName, view: View, style: int) -> list[Decal]:
    """All polygons of one end, far to near."""
    body = BODIES[name]
    if name == "motorcycle":
        return _rider()
    if name in {"bus", "truck"}:
        return _flat_end(body, name, view)
    return _nose(body, style) if view == "front" else _tail(body, style)


def wheels(name: BodyName) -> list[Decal]:
    """The tyres under the seen end; painted before the body."""
    body = BODIES[name]
    if name == "motorcycle":
        return []
    wide = 0.30 if name in {"bus", "truck"} else 0.22
    high = body.clearance + 0.25
    found = []
    for side in (-1, 1):
        outer = side * (body.width / 2 - 0.06)
        inner = outer - side * wide
        found.append(_quad(outer, inner, 0.0, high, 0.55, "black"))
        found.append(_quad(outer - side * 0.02, inner, 0.02, high, 0.52, "dark"))
    return found


def _at(body: Body, x: float) -> float:
    """How far back the nose is at x."""
    half = body.width / 2
    return NOSE_DEPTH * max(0.0, (abs(x) / half - 0.62) / 0.38) - 0.012


def _poly(body: Body, outline: tuple[tuple[float, float], ...], stuff: Stuff) -> Decal:
    return Decal(np.array([(x, y, _at(body, x)) for x, y in outline]), stuff)


def _quad(x0: float, x1: float, low: float, high: float, z: float, stuff: Stuff) -> Decal:  # noqa: PLR0917 - a drawing's word
    return Decal(np.array(((x0, low, z), (x1, low, z), (x1, high, z), (x0, high, z))), stuff)


def _disc(x: float, y: float, radius: float, z: float, stuff: Stuff, *, flat: float = 1.0) -> Decal:
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    return Decal(np.stack((x + radius * np.cos(turn), y + flat * radius * np.sin(turn), np.full(20, z)), axis=1), stuff)


def _both(body: Body, outline: tuple[tuple[float, float], ...], stuff: Stuff) -> list[Decal]:
    mirrored = tuple((-x, y) for x, y in outline)
    return [_poly(body, outline, stuff), _poly(body, mirrored, stuff)]


def _nose(body: Body, style: int) -> list[Decal]:
    """A car's front: grille, head lamps, lower intake, fog lamps, badge; the plate hangs between grille and intake."""
    half, plate = body.width / 2, body.plates[0] or 0.45
    lamp = body.stations[0][1] - 0.03
    wide = (0.41, 0.45, 0.50)[style % 3] * half / 0.9
    slim = (0.10, 0.13, 0.16)[style // 3 % 3]
    low, sill = plate + 0.085, body.clearance
    grille = ((-wide, lamp - 0.01), (wide, lamp - 0.01), (0.86 * wide, low), (-0.86 * wide, low))
    found = [_poly(body, grille, "chrome")]
    inner = tuple((0.96 * x, low + 0.12 * (lamp - low) + 0.76 * (y - low)) for x, y in grille)
    found.append(_poly(body, inner, "black"))
    bars = 3 + style % 2
    for bar in range(1, bars + 1):
        y = inner[2][1] + (inner[0][1] - inner[2][1]) * bar / (bars + 1)
        found.append(_quad(-0.9 * wide, 0.9 * wide, y - 0.006, y + 0.006, -0.014, "chrome"))
    found.append(_disc(0.0, 0.5 * (lamp + low), 0.045, -0.02, "chrome"))
    edge = 0.955 * half
    shell = ((1.08 * wide, lamp), (edge, lamp + 0.05), (edge, lamp - 0.8 * slim), (1.12 * wide, lamp - slim))
    found += _both(body, shell, "black")
    glass = tuple(
        (x + (0.012 if index in {0, 3} else -0.02), y + (-0.014 if index < 2 else 0.014))
        for index, (x, y) in enumerate(shell)
    )
    found += _both(body, glass, "chrome")
    for side in (-1, 1):
        x = side * (0.5 * (1.1 * wide + edge))
        found.append(_disc(x, lamp - 0.30 * slim, 0.36 * slim, _at(body, x) - 0.02, "lamp"))
        found.append(
            _disc(side * 0.70 * half, sill + 0.17, 0.045, _at(body, 0.7 * half) - 0.02, "lamp" if style % 2 else "dark")
        )
    intake = (
        (-0.62 * half, plate - 0.085),
        (0.62 * half, plate - 0.085),
        (0.55 * half, sill + 0.07),
        (-0.55 * half, sill + 0.07),
    )
    found.append(_poly(body, intake, "black"))
    lip = (
        (-0.9 * half, sill + 0.055),
        (0.9 * half, sill + 0.055),
        (0.86 * half, sill - 0.01),
        (-0.86 * half, sill - 0.01),
    )
    found.append(_poly(body, lip, "dark"))
    found.append(_quad(-0.275, 0.275, plate - 0.068, plate + 0.068, -0.02, "dark"))
    return found + _mirrors(body)


def _tail(body: Body, style: int) -> list[Decal]:
    """A car's rear: tail lamps, seam of the lid, bumper, exhaust; the plate hangs in the lid."""
    half, plate = body.width / 2, body.plates[1]
    top = body.stations[-1][1] - 0.03
    deep = (0.16, 0.22, 0.28)[style % 3]
    inner = (0.52, 0.58, 0.64)[style // 3 % 3] * half
    sill = body.clearance
    found = []
    shell = ((inner, top), (0.99 * half, top), (0.99 * half, top - deep), (inner + 0.08, top - 0.85 * deep))
    found += _both(body, shell, "tail")
    amber = (
        (0.80 * half, top - 0.62 * deep),
        (0.97 * half, top - 0.62 * deep),
        (0.97 * half, top - 0.92 * deep),
        (0.80 * half, top - 0.90 * deep),
    )
    found += _both(body, amber, "amber")
    # Close around the plate: a detector takes a dark niche with a bright bar for the plate itself.
    found.append(_quad(-0.275, 0.275, plate - 0.068, plate + 0.068, -0.02, "dark"))
    line = sill + 0.34
    found.append(
        _poly(
            body,
            ((-0.97 * half, line), (0.97 * half, line), (0.97 * half, line - 0.012), (-0.97 * half, line - 0.012)),
            "seam",
        )
    )
    bumper = (
        (-0.72 * half, sill + 0.15),
        (0.72 * half, sill + 0.15),
        (0.66 * half, sill - 0.01),
        (-0.66 * half, sill - 0.01),
    )
    found.append(_poly(body, bumper, "dark"))
    for side in (-1, 1):
        red = (
            (side * 0.70 * half, sill + 0.24),
            (side * 0.88 * half, sill + 0.24),
            (side * 0.88 * half, sill + 0.20),
            (side * 0.70 * half, sill + 0.20),
        )
        found.append(_poly(body, red, "tail"))
    found.append(_disc(0.55 * half, sill + 0.02, 0.035, -0.03, "chrome"))
    return found


def _mirrors(body: Body) -> list[Decal]:
    cabin = body.glass[0][0] + 0.25
    y = body.stations[3][1] + 0.10
    found = []
    for side in (-1, 1):
        x = side * (body.width / 2 + 0.03)
        shell = _quad(x - 0.10, x + 0.10, y, y + 0.11, cabin, "paint")
        foot = _quad(x - 0.10, x + 0.10, y - 0.02, y + 0.02, cabin, "dark")
        found += [replace(shell, behind=True), replace(foot, behind=True)]
    return found


def _flat_end(body: Body, name: BodyName, view: View) -> list[Decal]:
    """A bus's or truck's end: one large window, lamps low down, a route sign or none."""
    half = body.width / 2
    sill = body.clearance
    if view == "rear" and name == "truck":
        return _truck_doors(half)
    low, high = (1.10, 2.52) if name == "bus" else (1.62, 2.55)
    if view == "rear":
        low, high = 1.75, 2.55
    rim = 0.93 * half
    pane = ((-rim, low), (rim, low), (0.95 * rim, high), (-0.95 * rim, high))
    found = [_poly(body, pane, "glass")]
    if name == "bus":
        found.append(_quad(-0.8 * half, 0.8 * half, 2.60, 2.86, -0.02, "black"))
        if view == "front":
            found.append(_quad(-0.012, 0.012, low, high, -0.02, "black"))
            found.append(_quad(-0.45 * half, 0.45 * half, 2.68, 2.78, -0.03, "amber"))
    else:
        found.append(_quad(-0.72 * half, 0.72 * half, 0.95, 1.48, -0.02, "black"))
        found += [_quad(-0.70 * half, 0.70 * half, y, y + 0.025, -0.03, "chrome") for y in (1.05, 1.17, 1.29, 1.41)]
    found.append(_quad(-0.98 * half, 0.98 * half, sill, sill + 0.46, -0.012, "dark" if name == "truck" else "seam"))
    stuff: Stuff = "lamp" if view == "front" else "tail"
    for side in (-1, 1):
        x = side * 0.76 * half
        found.append(_quad(x - 0.20, x + 0.20, 0.64, 0.86, -0.02, "black"))
        found.append(_quad(x - 0.15, x + 0.04, 0.67, 0.83, -0.03, stuff))
        found.append(_quad(x + 0.07, x + 0.16, 0.69, 0.81, -0.03, "amber"))
        if view == "front":
            found.append(_quad(side * (half + 0.02), side * (half + 0.20), 1.80, 2.20, -0.05, "black"))
    return found


def _truck_doors(half: float) -> list[Decal]:
    """The doors of a truck's box, with bars, lamps and the bumper below."""
    found = [_quad(-0.02, 0.02, 0.95, 3.65, -0.02, "dark")]
    found += [_quad(x - 0.025, x + 0.025, 0.95, 3.65, -0.03, "chrome") for x in (-0.85, -0.35, 0.35, 0.85)]
    found.append(_quad(-half, half, 0.50, 0.78, -0.02, "dark"))
    for side in (-1, 1):
        x = side * 0.84 * half
        found += [
            _quad(x - 0.20, x + 0.20, 0.56, 0.72, -0.03, "tail"),
            _quad(x - 0.04, x + 0.06, 0.57, 0.71, -0.04, "amber"),
        ]
    found.append(_quad(-0.36, 0.36, 0.86, 1.04, -0.015, "black"))
    return found


def _rider() -> list[Decal]:
    """A motorcycle with its rider, from the rear."""
    turn = np.linspace(0, np.pi, 14)
    back = np.stack((0.30 * np.cos(turn), 1.18 + 0.30 * np.sin(turn), np.full(14, 0.55)), axis=1)
    torso = np.concatenate((back, ((-0.22, 0.80, 0.55), (0.22, 0.80, 0.55))))
    found = [_quad(-0.10, 0.10, 0.0, 0.62, 0.15, "black"), _quad(-0.06, 0.06, 0.02, 0.60, 0.14, "dark")]
    for side in (-1, 1):
        arm = ((side * 0.26, 1.36, 0.6), (side * 0.40, 1.05, 0.9), (side * 0.36, 0.98, 0.9), (side * 0.20, 1.20, 0.6))
        leg = (
            (side * 0.12, 0.86, 0.5),
            (side * 0.33, 0.74, 0.6),
            (side * 0.30, 0.28, 0.5),
            (side * 0.18, 0.28, 0.5),
            (side * 0.18, 0.66, 0.5),
        )
        found += [Decal(np.array(arm), "cloth"), Decal(np.array(leg), "cloth")]
        found.append(_quad(side * 0.30, side * 0.46, 1.00, 1.04, 0.95, "black"))
        found.append(_disc(side * 0.42, 1.16, 0.06, 0.95, "dark", flat=0.7))
        found.append(_disc(side * 0.20, 0.74, 0.03, 0.02, "amber"))
    found.append(Decal(torso, "cloth"))
    found.append(_disc(0.0, 1.58, 0.145, 0.5, "paint", flat=1.15))
    found.append(
        Decal(np.array(((-0.17, 0.92, 0.1), (0.17, 0.92, 0.1), (0.12, 0.72, 0.0), (-0.12, 0.72, 0.0))), "paint")
    )
    found.append(_quad(-0.10, 0.10, 0.80, 0.86, -0.01, "tail"))
    found.append(_quad(-0.14, 0.14, 0.52, 0.74, 0.0, "dark"))
    return found
