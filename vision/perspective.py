"""The camera of a drawn scene: where a point of the world falls in its picture.

World: metres, x to the right, y up, z away from the camera along the road; the road is y = 0 and the camera stands at
z = 0. Vehicles have their own coordinates: x right as seen, y up, z from the end that is seen towards the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera. `focal_px` is its focal length in pixels; `pitch_rad` looks down, `roll_rad` turns the picture.

    As it stands it sees a lane and a half: a plate 20 m away is about 145 px wide, enough for a reader.
    """

    width: int = 1280
    height: int = 960
    focal_px: float = 5_600.0
    mast_m: float = 4.5
    aside_m: float = 0.0
    pitch_rad: float = 0.13
    yaw_rad: float = 0.0
    roll_rad: float = 0.0

    def project(self, points: Points) -> Points:
        """Pixels, [N,2] (x right, y down), of world points, [N,3]. Points must lie before the camera (z > 0)."""
        relative = (points - (self.aside_m, self.mast_m, 0.0)) @ self._axes().T
        flat = relative[:, :2] / relative[:, 2:] * self.focal_px
        cos, sin = np.cos(self.roll_rad), np.sin(self.roll_rad)
        turned = flat @ np.array(((cos, sin), (-sin, cos)))
        return np.asarray(np.array((self.width / 2, self.height / 2)) + turned * (1.0, -1.0))

    def _axes(self) -> Points:
        """Rows: the camera's right, up and forward, in world coordinates."""
        cos_p, sin_p = np.cos(self.pitch_rad), np.sin(self.pitch_rad)
        cos_y, sin_y = np.cos(self.yaw_rad), np.sin(self.yaw_rad)
        return np.array(
            (
                (cos_y, 0.0, -sin_y),
                (sin_y * sin_p, cos_p, cos_y * sin_p),
                (sin_y * cos_p, -sin_p, cos_y * cos_p),
            )
        )


def placed(local: Points, x_m: float, z_m: float, heading_rad: float) -> Points:
    """World points, [N,3], of a vehicle's own points: its seen end's middle stands at (x_m, 0, z_m)."""
    cos, sin = np.cos(heading_rad), np.sin(heading_rad)
    x, y, z = local[:, 0], local[:, 1], local[:, 2]
    return np.stack((x_m + x * cos + z * sin, y, z_m - x * sin + z * cos), axis=1)
