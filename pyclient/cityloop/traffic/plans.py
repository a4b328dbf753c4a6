"""Where vehicles of the background mean to drive: the way so far, and a little of what comes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.path_trace import PathTraces

Array = NDArray[np.float64]

# Channels of a plan's points: rear axle x and y (m), heading (rad, unwrapped), curvature of the
# rear axle's way (1/m, positive to the left), speed (m/s).
X, Y, YAW, CURVATURE, SPEED = range(5)
CHANNELS = 5
FORECAST_S = 0.4


@dataclass(frozen=True)
class Plans:
    """The plans of n vehicles, by the distance along them.

    Attributes:
        traces: of all vehicles, up to the newest shown tick; channels as above.
        rows: (n,) which of them these are.
        arc_before_m: (n,) how far along itself each plan was a tick ago.
        speed_before_mps: (n,) how fast it went then.
        arc_m: (n, J + 1) where the plan is at the newest shown tick and at each of J later ones.
        points: (n, J + 1, 5) the plan's points there.
        acceleration: (n, J + 1) along the plan, m/s^2.
    """

    traces: PathTraces
    rows: NDArray[np.intp]
    arc_before_m: Array
    speed_before_mps: Array
    arc_m: Array
    points: Array
    acceleration: Array

    def at(self, arc_m: Array) -> Array:
        """Return (n, 5) the plans' points at distances (n,) along them, straight on beyond."""
        later = np.count_nonzero(self.arc_m <= arc_m[:, None], axis=1)
        every = np.arange(len(arc_m))
        low = np.clip(later - 1, 0, self.arc_m.shape[1] - 1)
        high = np.clip(later, 0, self.arc_m.shape[1] - 1)
        start, end = self.arc_m[every, low], self.arc_m[every, high]
        share = (arc_m - start) / np.maximum(end - start, 1e-9)
        share = np.minimum(np.maximum(share, 0.0), 1.0)[:, None]
        a, b = self.points[every, low], self.points[every, high]
        found: Array = a + share * (b - a)
        past = np.flatnonzero(later == 0)
        found[past] = self.traces.at(arc_m[past], self.rows[past])
        beyond = np.maximum(arc_m - self.arc_m[:, -1], 0.0)
        found[:, X] += beyond * np.cos(found[:, YAW])
        found[:, Y] += beyond * np.sin(found[:, YAW])
        return found
