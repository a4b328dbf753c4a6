"""What a driver minds: traffic in the way, who crosses it first, red lights, speed limits.

Whoever is in the corridor of the own path is followed or stopped for. Whoever is not, but is
predicted to get into it, has the right of way if they are people on the carriageway, if the own
way is a minor one (SUMO's link states "m", "=", "s", "w" and a light's "g"), or if they come first.
How they are predicted is in `prediction`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable, Array
from cityloop.simulation.prediction import CORNERS, predicted_outlines
from cityloop.spatial import rotation
from cityloop.spatial.compiled import compiled
from cityloop.spatial.halving import first_above
from cityloop.spatial.nearest import GridCells, grid_cells, nearest_row
from cityloop.spatial.turned import turned
from cityloop.world.network import RoadNetwork
from cityloop.world.road_areas import RoadAreas
from cityloop.world.semantics import SemanticClass

LOOK_AHEAD_M = 60.0
# Air on either side of the vehicle, within which others are in its way; less beside things that
# stand, such as parked cars.
BESIDE_M = 0.5
BESIDE_STANDING_M = 0.25
STOP_BEFORE_LINE_M = 1.0
# Harder than this nobody brakes for amber (m/s^2; Institute of Transportation Engineers, 3.05).
AMBER_DECELERATION_MPS2 = 3.05
# Who would have to brake harder for somebody who will cross goes on (m/s^2); people excepted.
YIELD_DECELERATION_MPS2 = 5.0
PREDICTION_S = 4.0
GAP_S = 1.0  # between two who pass one place one after the other
CONFLICT_LOOK_M = 40.0
CUT_IN_S = 2.0
BEYOND_END_M = 10.0

_PREDICTION_STEP_S = 0.25
_MOVING_MPS = 0.3  # slower ones are not predicted
_START_MPS2 = 1.5  # how a driver who waits sets off
_SAME_WAY_COS = 0.85
_ON_PATH_M = 0.5  # a lane whose end is this near to the path is part of it
_BEYOND_STEP_M = 0.5
_LONGEST_M = 20.0  # longer than any vehicle


@dataclass(frozen=True)
class Obstacle:
    """Something ahead: the free way to it in m and its speed along the path in m/s."""

    gap_m: float
    speed_mps: float


@dataclass(frozen=True)
class StopLine:
    """A signal on the way: its stop line's distance along the path, m, its lane and SUMO link."""

    s_m: float
    signal: str
    link: int
    lane_id: str


@dataclass(frozen=True)
class Passage:
    """The stretch of a path inside a junction, m, and who has the right of way there.

    Attributes:
        start_m, end_m: along the path.
        state: SUMO's state of the link, such as "M" (major) or "m" (minor).
        signal, link: the traffic light that rules instead, "" and -1 without one.
    """

    start_m: float
    end_m: float
    state: str
    signal: str
    link: int


class RoadAhead:
    """A path with distances along it, and the rules that hold on it.

    Attributes:
        path: (N + K, 3) where the rear axle goes, world, m, and K points straight on beyond it.
        s_m: (N + K,) distances along it.
        limits_mps: (N + K,) speed limits; inf where no lane is.
        stop_lines: by rising distance.
        passages: of a route, by rising distance.
    """

    def __init__(
        self,
        network: RoadNetwork,
        areas: RoadAreas,
        route: Sequence[str],
        path: Array,
        width_m: float,
    ) -> None:
        """Lay a path out.

        Args:
            network: the map.
            areas: of the map.
            route: edges that the path follows; none if it goes its own way.
            path: (N, 3), m.
            width_m: of the vehicle.
        """
        # The front of a vehicle gets ahead of its rear axle, and so beyond the end of the path.
        last = path[-1:] - path[-2:-1]
        last = last / max(float(np.linalg.norm(last[0, :2])), 1e-9)
        beyond = np.arange(_BEYOND_STEP_M, BEYOND_END_M + 1e-9, _BEYOND_STEP_M)[:, None]
        self.path: Array = np.concatenate([path, path[-1:] + beyond * last])
        self._points = grid_cells(self.path[:, :2])
        self._areas = areas
        self._half_width_m = width_m / 2
        way = np.diff(self.path[:, :2], axis=0)
        steps = np.linalg.norm(way, axis=1)
        self._spacing_m = float(steps.max())
        self._length = np.maximum(steps, 1e-9)
        self._unit = way / self._length[:, None]
        self.s_m: Array = np.concatenate([[0.0], np.cumsum(steps)])
        self.limits_mps = self._limits()
        self.stop_lines = self._stop_lines(network, route)
        self.passages = self._passages(network, route)

    def _limits(self) -> Array:
        """Return the limit of the lane at each point; in junctions and off lanes the last one."""
        middle = (self.path[1:, :2] + self.path[:-1, :2]) / 2
        way = np.diff(self.path[:, :2], axis=0)
        lane = self._areas.lane_at(middle, np.arctan2(way[:, 1], way[:, 0]))
        speeds = np.array([each.speed_mps for each in self._areas.lanes] + [np.nan])
        limits = speeds[lane]
        limits[self._areas.in_junction(middle)] = np.nan
        known = np.flatnonzero(np.isfinite(limits))
        if not len(known):
            return np.full(len(self.path), np.inf)
        before = np.searchsorted(known, np.arange(len(limits)), side="right") - 1
        last = known[np.maximum(before, 0)]
        return np.append(limits[last], limits[last[-1]])

    def _stop_lines(self, network: RoadNetwork, route: Sequence[str]) -> list[StopLine]:
        following = dict(pairwise(route))
        best: dict[str, tuple[float, StopLine]] = {}
        for head in network.signals:
            lane, to = network.lanes[head.from_lane], network.lanes[head.to_lane]
            if lane.kind != "driving" or (route and following.get(lane.edge_id) != to.edge_id):
                continue
            (s,), (aside,) = self.project(lane.shape[-1:, :2])
            way = lane.shape[-1, :2] - lane.shape[-2, :2]
            _, yaw = self.place(float(s))
            along = way @ [np.cos(yaw), np.sin(yaw)] / max(float(np.linalg.norm(way)), 1e-9)
            reach = _ON_PATH_M if route else lane.width_m / 2
            if abs(aside) >= reach or along < _SAME_WAY_COS:
                continue
            # Of several links from one lane that is taken which leads to where the path goes.
            _, (off,) = self.project(to.shape[:1, :2])
            line = StopLine(float(s), head.tls_id, head.link_index, head.from_lane)
            if head.from_lane not in best or abs(off) < best[head.from_lane][0]:
                best[head.from_lane] = (abs(float(off)), line)
        return sorted((line for _, line in best.values()), key=lambda line: line.s_m)

    def _passages(self, network: RoadNetwork, route: Sequence[str]) -> list[Passage]:
        following = dict(pairwise(route))
        found: dict[str, Passage] = {}
        for link in network.connections:
            if following.get(link.from_edge) != link.to_edge:
                continue
            ends = (
                network.lanes[f"{link.from_edge}_{link.from_lane}"].shape[-1:, :2],
                network.lanes[f"{link.to_edge}_{link.to_lane}"].shape[:1, :2],
            )
            (start,), (before,) = self.project(ends[0])
            (end,), (after,) = self.project(ends[1])
            if abs(before) < _ON_PATH_M and abs(after) < _ON_PATH_M:
                found[link.from_edge] = Passage(
                    float(start), float(end), link.state, link.tls_id, link.link_index
                )
        return sorted(found.values(), key=lambda p: p.start_m)

    def place(self, s_m: float) -> tuple[Array, float]:
        """Return the point (3,) m and the yaw in rad at a distance along the path."""
        before, point, after = _points_at(
            np.array([s_m - 0.5, s_m, s_m + 0.5], dtype=np.float64), self.s_m, self.path
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
        stretch = slice(first, last)
        line = self.path[stretch], self._unit[stretch], self._length[stretch], self.s_m[stretch]
        return _projected(np.ascontiguousarray(points), *line)

    def obstacles(
        self, front_s_m: float, actors: ActorTable, ignored: frozenset[str]
    ) -> list[Obstacle]:
        """Return the moving or standing actors in the way.

        Args:
            front_s_m: where the own front bumper is along the path, m.
            actors: everybody.
            ignored: names of those whom the driver does not see.
        """
        here, _ = self.place(front_s_m)
        reach = LOOK_AHEAD_M + _LONGEST_M
        near, center = _close(
            self._around(front_s_m - _LONGEST_M, front_s_m + reach),
            (here[0], here[1], reach),
            self._points,
            self._half_width_m + BESIDE_M + self._spacing_m / 2,
            (actors.position, actors.quaternion, actors.box_center, actors.dimension),
        )
        seen = [actors.name[i] not in ignored for i in near.tolist()]
        near, center = near[seen], center[seen]
        if not len(near):
            return []
        local = np.zeros((len(near), 5, 3))
        local[..., :2] = CORNERS * actors.dimension[near, None, :2]
        points = center[:, None] + rotation.rotate(actors.quaternion[near, None], local)
        window = (front_s_m - _LONGEST_M, front_s_m + reach)
        s, lateral = (
            a.reshape(-1, 5) for a in self.project(points[..., :2].reshape(-1, 2), window)
        )
        same_side = np.abs(np.sum(np.sign(lateral), axis=1)) == lateral.shape[1]
        stands = np.hypot(*actors.velocity[near, :2].T) < _MOVING_MPS
        stands &= actors.semantic[near] != SemanticClass.PERSON
        air = np.where(stands, BESIDE_STANDING_M, BESIDE_M)
        beside = same_side & (np.min(np.abs(lateral), axis=1) > self._half_width_m + air)
        gap = s.min(axis=1) - front_s_m
        ahead = ~beside & (gap > -1.0) & (gap < LOOK_AHEAD_M)
        found = []
        for i in np.flatnonzero(ahead):
            _, yaw = self.place(float(s[i, 4]))
            speed = float(actors.velocity[near[i], :2] @ [np.cos(yaw), np.sin(yaw)])
            found.append(Obstacle(max(0.0, float(gap[i])), max(0.0, speed)))
        return found

    def _around(self, start_m: float, end_m: float) -> tuple[float, float, float, float]:
        """Return least and greatest x, then y, of who may touch a stretch of the path, m."""
        first = max(int(np.searchsorted(self.s_m, start_m)) - 1, 0)
        last = int(np.searchsorted(self.s_m, end_m)) + 1
        stretch = self.path[first:last, :2]
        # From the origin of a body to its farthest corner, and the room that is left beside.
        room = _LONGEST_M + self._half_width_m + BESIDE_M
        (x0, y0), (x1, y1) = (
            (stretch.min(axis=0) - room).tolist(),
            (stretch.max(axis=0) + room).tolist(),
        )
        return x0, x1, y0, y1

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

    def crossing(
        self,
        front_s_m: float,
        speed_mps: float,
        length_m: float,
        actors: ActorTable,
        ignored: frozenset[str],
        signals: Mapping[str, str],
    ) -> list[Obstacle]:
        """Return those outside the own way who will be in it first or may go first.

        Each is a standing obstacle at the place where they will come into the way.

        Args:
            front_s_m: where the own front bumper is along the path, m.
            speed_mps: the own speed.
            length_m: the own length.
            actors: everybody.
            ignored: names of those whom the driver does not see.
            signals: traffic light id -> state.
        """
        rows = self._movers(front_s_m, actors, ignored)
        if not len(rows):
            return []
        times = np.arange(0.0, PREDICTION_S + 1e-9, _PREDICTION_STEP_S)
        points = predicted_outlines(actors, rows, times)
        n, steps = len(rows), len(times)
        window = (front_s_m - _LONGEST_M, front_s_m + CONFLICT_LOOK_M + _LONGEST_M)
        s, lateral = (a.reshape(n, steps, 5) for a in self.project(points.reshape(-1, 2), window))
        same_side = np.abs(np.sum(np.sign(lateral), axis=2)) == 5
        beside = same_side & (np.min(np.abs(lateral), axis=2) > self._half_width_m + BESIDE_M)
        reach = (s.max(axis=2) > front_s_m) & (s.min(axis=2) < front_s_m + CONFLICT_LOOK_M)
        inside = ~beside & reach
        found = []
        for i in np.flatnonzero(inside.any(axis=1) & ~inside[:, 0]):
            when = np.flatnonzero(inside[i])
            place_m = float(s[i, when].min())
            gap = max(0.0, place_m - front_s_m)
            is_person = actors.semantic[rows[i]] == SemanticClass.PERSON
            _, yaw = self.place(place_m)
            step = points[i, when[0], 4] - points[i, when[0] - 1, 4]
            step /= max(float(np.linalg.norm(step)), 1e-9)
            along = float(step @ [np.cos(yaw), np.sin(yaw)])
            here, gone = float(times[when[0]]), float(times[when[-1]])
            if along > _SAME_WAY_COS:
                # Who cuts in is followed; who comes from behind looks out themselves.
                between = float(s[i, 0].min()) - front_s_m
                if between > 0 and here < CUT_IN_S:
                    found.append(Obstacle(between, along * _speed(actors, rows[i])))
                continue
            leave_m = float(s[i, when].max()) - front_s_m + length_m
            arrive_s, clear_s = _time_to(gap, speed_mps), _time_to(leave_m, speed_mps)
            if arrive_s > gone + GAP_S or clear_s < here - GAP_S:
                continue
            too_late = speed_mps**2 / (2 * max(gap, 0.1)) > YIELD_DECELERATION_MPS2
            if is_person or (
                not too_late and self._gives_way(place_m, here < arrive_s, actors, rows[i], signals)
            ):
                found.append(Obstacle(max(0.0, gap - STOP_BEFORE_LINE_M), 0.0))
        return found

    def _movers(
        self, front_s_m: float, actors: ActorTable, ignored: frozenset[str]
    ) -> NDArray[np.intp]:
        """Return the rows of those who move nearby: vehicles, and people on the carriageway."""
        here, _ = self.place(front_s_m)
        reach = CONFLICT_LOOK_M + _LONGEST_M
        x, y = actors.position[:, 0], actors.position[:, 1]
        around = (x > here[0] - reach) & (x < here[0] + reach)
        around &= (y > here[1] - reach) & (y < here[1] + reach)
        rows = np.flatnonzero(around)
        speed = np.hypot(*actors.velocity[rows, :2].T)
        distance = np.hypot(*(actors.position[rows] - here)[:, :2].T)
        rows = rows[(speed > _MOVING_MPS) & (distance < reach)]
        rows = rows[[actors.name[i] not in ignored for i in rows]] if len(rows) else rows
        person = actors.semantic[rows] == SemanticClass.PERSON
        off = np.zeros(len(rows), dtype=np.bool_)
        off[person] = ~self._areas.on_carriageway(actors.position[rows[person], :2])
        return rows[~off]

    def _gives_way(
        self,
        place_m: float,
        other_first: bool,
        actors: ActorTable,
        row: int,
        signals: Mapping[str, str],
    ) -> bool:
        """Return whether another vehicle goes first at a place of the path."""
        for passage in self.passages:
            if not passage.start_m - 1.0 <= place_m <= passage.end_m + _LONGEST_M / 2:
                continue
            state = passage.state
            if passage.signal in signals:
                state = signals[passage.signal][passage.link]
            if state in "m=swg":
                return True
            inside = self._areas.in_junction(actors.position[row : row + 1, :2])
            return other_first and bool(inside[0])
        return other_first


@compiled
def _close(
    around: tuple[float, float, float, float],
    here: tuple[float, float, float],
    path: GridCells,
    beside_m: float,
    actors: tuple[Array, Array, Array, Array],
) -> tuple[NDArray[np.intp], Array]:
    """Return (K,) rows of who is near enough to a path to touch it, and (K, 3) their middles, m.

    Args:
        around: least and greatest x, then y, of the bodies' origins, m.
        here: x and y, m, and how far from there the middles are at most, m.
        path: its points.
        beside_m: between a path's point and a corner.
        actors: (N, 3) positions, (N, 4) quaternions, (N, 3) middles of boxes in the body frames and
            (N, 3) dimensions.
    """
    position, quaternion, box_center, dimension = actors
    rows, centers = np.empty(len(position), dtype=np.intp), np.empty((len(position), 3))
    count = 0
    for n in range(len(position)):
        x, y = position[n, 0], position[n, 1]
        if not (around[0] < x < around[1] and around[2] < y < around[3]):
            continue
        middle = box_center[n]
        dx, dy, dz = turned(quaternion[n], middle[0], middle[1], middle[2])
        x, y = x + dx, y + dy
        if not math.hypot(x - here[0], y - here[1]) < here[2]:
            continue
        row = nearest_row(path, x, y)
        # Most are beside the road: those whose middle is too far from it for a corner to be near.
        corner = math.hypot(dimension[n, 0], dimension[n, 1]) / 2
        if math.hypot(x - path.points[row, 0], y - path.points[row, 1]) < corner + beside_m:
            centers[count, 0], centers[count, 1] = x, y
            centers[count, 2] = position[n, 2] + dz
            rows[count] = n
            count += 1
    return rows[:count], centers[:count]


@compiled
def _points_at(at_m: Array, s_m: Array, path: Array) -> Array:
    """Return (K, 3) the points of a path at distances along it; those of its ends beyond them.

    Args:
        at_m: (K,) m.
        s_m: (N,) rising distances of the path's points, m.
        path: (N, 3) m.
    """
    result = np.empty((len(at_m), 3))
    last = len(s_m) - 1
    for k in range(len(at_m)):
        j = first_above(s_m, at_m[k]) - 1
        for c in range(3):
            if j < 0 or j >= last or at_m[k] == s_m[j]:
                result[k, c] = path[min(max(j, 0), last), c]
            else:
                slope = (path[j + 1, c] - path[j, c]) / (s_m[j + 1] - s_m[j])
                result[k, c] = slope * (at_m[k] - s_m[j]) + path[j, c]
    return result


@compiled
def _projected(
    points: Array, start: Array, unit: Array, length: Array, s_m: Array
) -> tuple[Array, Array]:
    """Return distances along a line of L segments and offsets to the left, (N,) m each.

    Args:
        points: (N, 2 or more) m.
        start: (L or more, 2 or more) where the segments begin, m.
        unit: (L, 2) their directions.
        length: (L,) m.
        s_m: (L or more,) distances of their beginnings along the line.
    """
    along, aside = np.empty(len(points)), np.empty(len(points))
    for n in range(len(points)):
        nearest = np.inf
        for k in range(len(unit)):
            x, y = points[n, 0] - start[k, 0], points[n, 1] - start[k, 1]
            on = min(max(x * unit[k, 0] + y * unit[k, 1], 0.0), length[k])
            off_x, off_y = x - unit[k, 0] * on, y - unit[k, 1] * on
            distance = off_x * off_x + off_y * off_y
            if distance < nearest:
                nearest, along[n] = distance, s_m[k] + on
                left = unit[k, 0] * y - unit[k, 1] * x
                aside[n] = math.copysign(math.sqrt(distance), left)
    return along, aside


def _speed(actors: ActorTable, row: int) -> float:
    return float(np.hypot(actors.velocity[row, 0], actors.velocity[row, 1]))


def _time_to(way_m: float, speed_mps: float) -> float:
    """Return the time in s to drive a way, for who speeds up gently from a low speed."""
    if way_m <= 0:
        return 0.0
    # 0.5 a t^2 + v t = way
    start = _START_MPS2 if speed_mps < 2.0 else 0.0
    if start == 0.0:
        return way_m / speed_mps
    return (np.sqrt(speed_mps**2 + 2 * start * way_m) - speed_mps) / start
