"""How fast one drives round the bends inside junctions."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.junction_ways import Way
from cityloop.world import polylines
from cityloop.world.network import Lane

Array = NDArray[np.float64]

# What drivers bear sideways in a turn (G. Reymond et al., "Role of lateral acceleration in curve
# driving", Human Factors 43, 2001).
LATERAL_ACCEL_MPS2 = 3.0
SLOWEST_MPS = 2.0
STEP_M = 0.5  # between the places where a bend is measured
ALONG_M = 3.0  # over which a heading changes: a vehicle is no point


def turning_speeds(ways: Iterable[Way], lanes: Mapping[str, Lane]) -> dict[str, float]:
    """Return the speed (m/s) of each lane of the ways that are too tight for its limit.

    A way may be bent where it meets the lanes before and after it, so their ends count too.
    """
    speeds: dict[str, float] = {}
    for way in ways:
        before, after = lanes[way.entry].shape[:, :2], lanes[way.exit].shape[:, :2]
        end = float(polylines.lengths(before)[-1])
        line = np.concatenate(
            [
                polylines.between(before, max(end - ALONG_M, 0.0), end),
                way.line,
                polylines.between(after, 0.0, min(ALONG_M, float(polylines.lengths(after)[-1]))),
            ]
        )
        speed = max(SLOWEST_MPS, float(np.sqrt(LATERAL_ACCEL_MPS2 * tightest_radius_m(line))))
        speeds |= {part: speed for part in way.parts if speed < lanes[part].speed_mps}
    return speeds


def tightest_radius_m(line: Array) -> float:
    """Return the smallest radius of a line (N, 2 or 3), m; inf if it is straight."""
    points = line[:, :2]
    length = float(polylines.lengths(points)[-1])
    if length < STEP_M:
        return np.inf
    there = np.linspace(0.0, length, max(3, int(length / STEP_M) + 1))
    way = polylines.directions(points, there)[:, :2]
    heading = np.unwrap(np.arctan2(way[:, 1], way[:, 0]))
    apart = min(len(there) - 1, max(1, round(ALONG_M / (there[1] - there[0]))))
    turned = np.abs(heading[apart:] - heading[:-apart]).max()
    return float((there[apart] - there[0]) / turned) if turned > 1e-6 else np.inf
