"""The velocity pass against the motion of the surfaces that depth and states give."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.per_object import ObjectMedians
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial.compiled import compiled

TOLERANCE_MPS = 0.05


class SurfaceVelocityCheck:
    """Velocity pass, pixel by pixel: v + w x r on rigid parts, central differences on people."""

    def __init__(self) -> None:
        self._tallies = {
            label: Tally(f"velocity: {title}", "m/s", TOLERANCE_MPS, 0.999)
            for label, title in (
                ("background", "background and sky"),
                ("rigid", "objects"),
                ("wheels", "wheels"),
                ("people", "people"),
            )
        }
        self._objects = ObjectMedians("velocity: each object's median", "m/s", TOLERANCE_MPS)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the velocity pass of a picture with the motion of its surfaces."""
        if "velocity" not in picture.sequence.passes:
            return
        recorded = picture.flat("velocity").astype(np.float32)
        for group in groups:
            error = np.full(len(group.pixels), np.inf)
            known = np.zeros(len(group.pixels), dtype=np.bool_)
            for motion in group.motions:
                _compare(motion.velocity, group.pixels, recorded, error, known)
            label = "background" if group.label == "sky" else group.label
            pixels = group.pixels[known]
            self._tallies[label].add(error[known], picture.places(pixels))
            self._objects.add_group(picture, group, error, known)

    def rows(self) -> list[Row]:
        """Return a row per kind of surface, and one for each object by itself."""
        return [*(tally.row() for tally in self._tallies.values()), self._objects.row()]


@compiled
def _compare(
    expected: NDArray[np.float64],
    pixels: NDArray[np.intp],
    recorded: NDArray[np.float32],
    error: NDArray[np.float64],
    known: NDArray[np.bool_],
) -> None:
    """Lessen `error` (n,) where the pass (H * W, 3) is nearer to the velocities (n, 3), m/s."""
    for i in range(len(pixels)):
        x, y, z = expected[i, 0], expected[i, 1], expected[i, 2]
        if not (np.isfinite(x) and np.isfinite(y) and np.isfinite(z)):
            continue
        known[i] = True
        pixel = pixels[i]
        off_x, off_y = np.float64(recorded[pixel, 0]) - x, np.float64(recorded[pixel, 1]) - y
        off_z = np.float64(recorded[pixel, 2]) - z
        distance = np.sqrt(off_x * off_x + off_y * off_y + off_z * off_z)
        if distance < error[i]:
            error[i] = distance
