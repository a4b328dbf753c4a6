"""The velocity pass against the motion of the surfaces that depth and states give."""

import numpy as np

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally

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

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the velocity pass of a picture with the motion of its surfaces."""
        if "velocity" not in picture.sequence.passes:
            return
        recorded = picture.flat("velocity")
        for group in groups:
            said = recorded[group.pixels].astype(np.float64)
            expected = np.stack([motion.velocity for motion in group.motions])
            distance = np.linalg.norm(said - expected, axis=-1)
            known = np.isfinite(expected).all(axis=-1)
            error = np.where(known & ~np.isnan(distance), distance, np.inf).min(axis=0)
            chosen = known.any(axis=0)
            pixels = group.pixels[chosen]
            label = "background" if group.label == "sky" else group.label
            self._tallies[label].add(error[chosen], picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return a row per kind of surface."""
        return [tally.row() for tally in self._tallies.values()]
