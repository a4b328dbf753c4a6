"""What a route-following driver minds: traffic in its way and red lights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cityloop.annotation.actors import ActorTable, Array
from cityloop.spatial import rotation
from cityloop.world.network import RoadNetwork

LOOK_AHEAD_M = 60.0
HALF_WIDTH_M = 1.4  # of the corridor that must be free: half a car and a little air
STOP_BEFORE_LINE_M = 1.0
# Harder than this nobody brakes for amber (m/s^2; Institute of Transportation Engineers, 3.05).
AMBER_DECELERATION_MPS2 = 3.05

_LONGEST_M = 20.0  # longer than any vehicle
# Corners of a box's ground plane and its centre, in shares of length and width.
_CORNERS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [0, 0]]) * 0.5


@dataclass(frozen=True)
class Obstacle:
    """Something ahead: the free way to it in m and its speed along the path in m/s."""

    gap_m: float
    speed_mps: float


@dataclass(frozen=True)
class StopLine:
    """A signal on the route: distance of its stop line along the path, m, and its SUMO link."""

    s_m: float
    signal: str
    link: int


class RoadAhead:
    """A route's path with distances along it."""

    def __init__(self, network: RoadNetwork, route: Sequence[str], path: Array) -> None:
        self.path = path
        steps = np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1)
        self.s_m: Array = np.concatenate([[0.0], np.cumsum(steps)])
        self.stop_lines = self._stop_lines(network, route)

    def _stop_lines(self, network: RoadNetwork, route: Sequence[str]) -> list[StopLine]:
        following = dict(pairwise(route))
        lines = []
        for link in network.signals:
            lane = network.lanes[link.from_lane]
            to = network.lanes[link.to_lane].edge_id
            if following.get(lane.edge_id) != to or lane.kind != "driving":
                continue
            s, lateral = self.project(lane.shape[-1:, :2])
            if abs(lateral[0]) < 0.5:
                lines.append(StopLine(float(s[0]), link.tls_id, link.link_index))
        return sorted(lines, key=lambda line: line.s_m)

    def place(self, s_m: float) -> tuple[Array, float]:
        """Return the point (3,) m and the yaw in rad at a distance along the path."""
        point = np.array([np.interp(s_m, self.s_m, self.path[:, k]) for k in range(3)])
        before, after = (
            np.array([np.interp(s, self.s_m, self.path[:, k]) for k in range(2)])
            for s in (s_m - 0.5, s_m + 0.5)
        )
        direction = after - before
        return point, float(np.arctan2(direction[1], direction[0]))

    def project(
        self, points: Array, between_m: tuple[float, float] = (-np.inf, np.inf)
    ) -> tuple[Array, Array]:
        """Return distance along the path and offset to the left, (N,) m each, of (N, 2) points.

        Only the stretch of the path between the two distances `between_m` is looked at.
        """
        first = max(int(np.searchsorted(self.s_m, between_m[0])) - 1, 0)
        last = max(int(np.searchsorted(self.s_m, between_m[1])), first + 1)
        stretch = self.path[first : last + 1, :2]
        start, way = stretch[:-1], np.diff(stretch, axis=0)
        length = np.maximum(np.linalg.norm(way, axis=1), 1e-9)
        unit = way / length[:, None]
        delta = points[:, None, :] - start[None]
        along = np.clip(np.einsum("nsk,sk->ns", delta, unit), 0.0, length)
        off = delta - unit * along[..., None]
        best = np.argmin(np.einsum("nsk,nsk->ns", off, off), axis=1)
        rows = np.arange(len(points))
        distance = np.linalg.norm(off[rows, best], axis=1)
        cross = unit[best, 0] * delta[rows, best, 1] - unit[best, 1] * delta[rows, best, 0]
        return self.s_m[first + best] + along[rows, best], np.copysign(distance, cross)

    def obstacles(
        self, front_s_m: float, actors: ActorTable, ignored: frozenset[str]
    ) -> list[Obstacle]:
        """Return the moving or standing actors in the way.

        Args:
            front_s_m: where the own front bumper is along the path, m.
            actors: everybody.
            ignored: names of those whom the driver does not see.
        """
        center = actors.position + rotation.rotate(actors.quaternion, actors.box_center)
        here, _ = self.place(front_s_m)
        seen = np.array([name not in ignored for name in actors.name], dtype=bool)
        reach = LOOK_AHEAD_M + _LONGEST_M
        near = np.flatnonzero(seen & (np.hypot(*(center - here)[:, :2].T) < reach))
        if not len(near):
            return []
        local = np.zeros((len(near), 5, 3))
        local[..., :2] = _CORNERS * actors.dimension[near, None, :2]
        points = center[near, None] + rotation.rotate(actors.quaternion[near, None], local)
        window = (front_s_m - _LONGEST_M, front_s_m + reach)
        s, lateral = (
            a.reshape(-1, 5) for a in self.project(points[..., :2].reshape(-1, 2), window)
        )
        same_side = np.abs(np.sum(np.sign(lateral), axis=1)) == lateral.shape[1]
        beside = same_side & (np.min(np.abs(lateral), axis=1) > HALF_WIDTH_M)
        gap = s.min(axis=1) - front_s_m
        ahead = ~beside & (gap > -1.0) & (gap < LOOK_AHEAD_M)
        found = []
        for i in np.flatnonzero(ahead):
            _, yaw = self.place(float(s[i, 4]))
            speed = float(actors.velocity[near[i], :2] @ [np.cos(yaw), np.sin(yaw)])
            found.append(Obstacle(max(0.0, float(gap[i])), max(0.0, speed)))
        return found

    def red_lights(
        self, front_s_m: float, speed_mps: float, signals: Mapping[str, str]
    ) -> list[Obstacle]:
        """Return the next stop line as an obstacle if its signal asks to stop and one still can."""
        for line in self.stop_lines:
            gap = line.s_m - STOP_BEFORE_LINE_M - front_s_m
            if gap < -STOP_BEFORE_LINE_M:
                continue
            aspect = signals[line.signal][line.link]
            needed = speed_mps**2 / (2 * max(gap, 0.1))
            if aspect in "rRu" or (aspect in "yY" and needed < AMBER_DECELERATION_MPS2):
                return [Obstacle(max(0.0, gap), 0.0)]
            return []
        return []
