"""Red lights for vehicles that lag behind their plans.

A plan stops for the light that it comes to. A body that is late may come to a stop line that its
plan has passed while the light was green.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cityloop.simulation.stop_lines import StopLines

Array = NDArray[np.float64]

LATE_M = 0.5  # behind the plan; less is no delay
# Who is later than this stops for amber as well, unless that takes harder braking (Institute of
# Transportation Engineers, 3.05 m/s^2).
VERY_LATE_M, AMBER_DECEL_MPS2 = 1.5, 3.05
HARDEST_MPS2 = 8.0  # who would have to brake harder for red goes on
BEFORE_LINE_M = 0.5
HOLDING_M, HOLDING_MPS2 = 1.0, 0.5  # so near to the line one does not creep on


def room_before_red(
    lines: StopLines,
    signals: Mapping[str, str],
    ways: Array,
    spacing_m: Array,
    speed_mps: Array,
    lag_m: Array,
) -> Array:
    """Return (n,) the acceleration that red lights leave room for, m/s^2; inf: none is in the way.

    Args:
        lines: of the map.
        signals: traffic light id -> state.
        ways: (n, Q, 2) from the front bumpers on, world, m.
        spacing_m: (n,) between their points.
        speed_mps: (n,) of the vehicles.
        lag_m: (n,) how far they are behind their plans.
    """
    room = np.full(len(lag_m), np.inf)
    late = np.flatnonzero(lag_m > LATE_M)
    if not len(late) or not lines.lines:
        return room
    way, line, distance = lines.on_ways(ways[late], spacing_m[late])
    who = late[way]
    shown = np.array(lines.shown(signals))[line]
    needed = np.maximum(speed_mps[who], 0.0) ** 2 / 2
    needed = needed / np.maximum(distance - BEFORE_LINE_M, 0.1)
    stops = (shown == "r") & (needed < HARDEST_MPS2)
    stops |= (shown == "y") & (needed < AMBER_DECEL_MPS2) & (lag_m[who] > VERY_LATE_M)
    # What lies beyond the plan is the plan's own business.
    stops &= distance < lag_m[who]
    needed = np.where(distance < HOLDING_M, np.maximum(needed, HOLDING_MPS2), needed)
    np.minimum.at(room, who[stops], -needed[stops])
    return room
