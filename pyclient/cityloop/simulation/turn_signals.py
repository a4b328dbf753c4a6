"""When a driver indicates: before turns of the way, and in them."""

import numpy as np

from cityloop.annotation.actors import Array
from cityloop.spatial.spline import curvature
from cityloop.world.polylines import lengths
from cityloop.world.vehicles import VehicleLamp

BEFORE_TURN_M = 30.0
# Gentler bends are the road's, shorter ones a lane change or a swerve.
TURN_CURVATURE_1PM = 1.0 / 40.0
TURN_RAD = np.radians(35.0)

_CURVATURE_REACH_M = 2.0


class TurnSignals:
    """The turns of a path, and which indicator is on along it."""

    def __init__(self, path: Array) -> None:
        """Find the turns of a path (N, 2 or 3), m: bends to one side by `TURN_RAD` and more."""
        s = lengths(path)
        bend = curvature(path, _CURVATURE_REACH_M)
        side = np.where(np.abs(bend) > TURN_CURVATURE_1PM, np.sign(bend), 0.0)
        step = np.gradient(s)
        starts = np.concatenate([[0], np.flatnonzero(np.diff(side)) + 1])
        ends = np.append(starts[1:], len(side))
        # (start_m, end_m, to the left) of each turn, by rising distance.
        self.turns: list[tuple[float, float, bool]] = []
        for first, last in zip(starts, ends, strict=True):
            turned = float(np.sum(np.abs(bend[first:last]) * step[first:last]))
            if side[first] != 0 and turned > TURN_RAD:
                self.turns.append((float(s[first]), float(s[last - 1]), bool(side[first] > 0)))

    def at(self, progress_m: float) -> VehicleLamp:
        """Return the indicator that is on where the rear axle is at a distance along the path."""
        for start, end, left in self.turns:
            if start - BEFORE_TURN_M <= progress_m <= end:
                return VehicleLamp.LEFT if left else VehicleLamp.RIGHT
        return VehicleLamp(0)
