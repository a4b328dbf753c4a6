"""The ways across junctions as vehicles drive them, and where two of them come too near.

SUMO's ways are lines for the front bumper, as tight as the map has them. A vehicle has a length, a
width and a tightest circle: its nose swings out, across the next lane or over a line where others
wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import libsumo
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.world import polylines
from cityloop.world.network import Lane

Array = NDArray[np.float64]

ABREAST_M = 2.4  # between the middles of wide vehicles that pass each other
NOSE_M = 3.7  # from a rear axle, which follows the way, to the bumper
TIGHTEST_M = 5.5  # circle of a rear axle
PURSUIT_M = 3.0  # ahead of the axle the driver looks
RUN_IN_M, RUN_OUT_M = 10.0, 4.0  # before and after the junction; by then the way is straight
SAMPLE_M = 0.5


@dataclass(frozen=True)
class Way:
    """A way across a junction.

    Attributes:
        entry, exit: the lanes before and after it.
        source, target: the edges that it leads from and to.
        parts: its lanes, in order.
        line: (N, 2) m.
        foes: ways, or parts of them, that SUMO keeps apart from it.
    """

    entry: str
    exit: str
    source: str
    target: str
    parts: tuple[str, ...]
    line: Array
    foes: frozenset[str]

    @property
    def junction(self) -> str:
        """What the names of all lanes of the junction begin with."""
        return self.parts[0].rsplit("_", 2)[0]

    @cached_property
    def length_m(self) -> float:
        """Of its line."""
        return float(polylines.lengths(self.line)[-1])

    @cached_property
    def driven(self) -> tuple[Array, Array, Array]:
        """Lengths (N,) along the line, and where axle (N, 2) and nose (N, 2) of a vehicle are, m.

        Pure pursuit (R. C. Coulter, "Implementation of the pure pursuit path tracking algorithm",
        1992) with the curvature that steering allows.
        """
        reaches = np.arange(-RUN_IN_M, self.length_m + RUN_OUT_M, SAMPLE_M)
        way = polylines.at(self.line, np.append(reaches, reaches[-1] + NOSE_M + PURSUIT_M))
        place, heading = way[0], float(np.arctan2(*(way[1] - way[0])[::-1]))
        arc, axles, noses = [], [], []
        for _ in reaches:
            reached, _ = polylines.project(way, place)
            ahead = np.array([np.cos(heading), np.sin(heading)])
            arc.append(reached - RUN_IN_M)
            axles.append(place)
            noses.append(place + NOSE_M * ahead)
            to = polylines.at(way, reached + PURSUIT_M)[0] - place
            aside = ahead[0] * to[1] - ahead[1] * to[0]
            bend = np.clip(2 * aside / (to @ to), -1 / TIGHTEST_M, 1 / TIGHTEST_M)
            heading += float(bend) * SAMPLE_M
            place = place + SAMPLE_M * ahead
        return np.array(arc), np.array(axles), np.array(noses)

    def cleared_m(self, other: "Way") -> float:
        """Return where along this way its vehicles have left `other` free for others, m; or -inf.

        Of this way, what lies before the junction does not count: there they can wait.
        """
        arc, axles, noses = self.driven
        _, other_axles, other_noses = other.driven
        tree = cKDTree(np.concatenate([other_axles, other_noses]))
        near = np.minimum(tree.query(axles)[0], tree.query(noses)[0]) < ABREAST_M
        near &= arc > -NOSE_M
        return float(arc[near].max(initial=-np.inf))

    def swept_m(self, other: "Way", entry: Array) -> float:
        """Return how much of the end of this way's entry lane (N, 2) is swept over on `other`."""
        _, axles, noses = other.driven
        line = polylines.spaced(entry, SAMPLE_M)
        to_end = polylines.lengths(line)[-1] - polylines.lengths(line)
        apart = cKDTree(np.concatenate([axles, noses])).query(line)[0]
        return float(to_end[(apart < ABREAST_M) & (to_end < RUN_IN_M)].max(initial=0.0))


def ways_across(lanes: Mapping[str, Lane]) -> dict[str, Way]:
    """Return the ways across all junctions of the network that SUMO has open, by first lane."""
    edge_of = libsumo.lane.getEdgeID
    ways: dict[str, Way] = {}
    for entry in (lane.id for lane in lanes.values() if lane.kind == "driving"):
        for link in libsumo.lane.getLinks(entry):
            parts: list[str] = []
            part = link[4]
            while part and part in lanes and part not in parts:
                parts.append(part)
                part = next((onward[4] for onward in libsumo.lane.getLinks(part)), "")
            if not parts:
                continue
            line = np.concatenate([lanes[p].shape[:, :2] for p in parts])
            foes = frozenset(foe for p in parts for foe in libsumo.lane.getInternalFoes(p))
            line = polylines.spaced(line, SAMPLE_M)
            sides = edge_of(entry), edge_of(link[0])
            ways[parts[0]] = Way(entry, link[0], *sides, tuple(parts), line, foes)
    return ways


def touching(ways: Mapping[str, Way]) -> dict[str, dict[str, float]]:
    """Return the pairs of ways that come too near, though SUMO lets both be used at once.

    Returns:
        For each such way the others, each with the length along the other, m, from where its
        vehicles are clear of this one.
    """
    found: dict[str, dict[str, float]] = {}
    names = list(ways)
    for i, one in enumerate(names):
        for other in names[:i]:
            a, b = ways[one], ways[other]
            if a.source == b.source or a.target == b.target or a.junction != b.junction:
                continue
            if not a.foes.isdisjoint(b.parts) or not b.foes.isdisjoint(a.parts):
                continue
            clear_a, clear_b = a.cleared_m(b), b.cleared_m(a)
            if max(clear_a, clear_b) > -np.inf:
                found.setdefault(one, {})[other] = clear_b
                found.setdefault(other, {})[one] = clear_a
    return found
