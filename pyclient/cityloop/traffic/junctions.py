"""Ways across a junction that SUMO lets be used at once, although vehicles on them would touch.

To SUMO a way across a junction is a line, and two of them are foes if they cross. Opposite left
turns that pass nose to nose, or bends side by side, do not cross; but vehicles are wide. So the
first to come takes such a way, and who would touch it waits at its own line until it is clear: a
reservation, as in K. Dresner and P. Stone, "A multiagent approach to autonomous intersection
management" (JAIR 31, 2008).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import libsumo
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.traffic.turns import tightest_radius_m
from cityloop.world import polylines
from cityloop.world.network import Lane

Array = NDArray[np.float64]

HALF_WIDTH_M = 1.1  # of wide vehicles
NOSE_M = 3.7  # from a rear axle, which follows the way, to the bumper, which swings out in bends
MOST_SWING_M = 1.0
CLEARED_M = 3.0  # behind a vehicle; its body lags a little behind SUMO's
SIGHT_M = 60.0
CLAIM_S, CLAIM_M = 2.0, 6.0  # ahead of its line a vehicle takes its way
DECEL_MPS2, HARD_DECEL_MPS2 = 2.0, 4.5
STOP_M = 0.8  # before the line
WAITED_S = 8.0  # who has waited for so long is next
RED = frozenset("ru")
SAMPLE_M = 0.5


@dataclass(frozen=True)
class _Coming:
    """A vehicle on its way to a junction.

    Attributes:
        via: the first lane of its way across.
        distance_m: to the line.
        first: nobody is ahead of it in its lane.
        red: it may not go.
    """

    name: str
    via: str
    distance_m: float
    speed_mps: float
    first: bool
    red: bool


class Junctions:
    """Who has to wait for a way across a junction to be clear."""

    def __init__(self, lanes: Mapping[str, Lane], step_s: float) -> None:
        """Find the ways that touch in the network that SUMO has open.

        Args:
            lanes: of the network, by id.
            step_s: length of SUMO's step.
        """
        self._step_s = step_s
        ways = _ways_across(lanes)
        self._touching = _touching(ways)
        self._way_of = {part: via for via in self._touching for part in ways[via].parts}
        entries = sorted({ways[via].entry for via in self._touching})
        self._entries = {lane: libsumo.lane.getLength(lane) for lane in entries}
        self._on: dict[str, str] = {}  # vehicles that have not left a way yet
        self._going: set[str] = set()  # vehicles that have been promised a way
        self._since: dict[str, float] = {}  # vehicles that wait: since when, s

    def limits(self, vehicles: Iterable[str]) -> dict[str, float]:
        """Return the speeds, m/s, of SUMO's vehicles that have to stop for others."""
        if not self._touching:
            return {}
        taken, coming = self._look(vehicles)
        now = libsumo.simulation.getTime()
        since = self._since
        self._since = {}
        limits: dict[str, float] = {}
        going, self._going = self._going, set()
        # Who has been promised a way keeps it; then who has waited longest.
        coming.sort(
            key=lambda c: (c.name not in going, since.get(c.name, now), c.distance_m, c.name)
        )
        for c in coming:
            blocked = not self._touching[c.via].isdisjoint(taken)
            stops = c.speed_mps**2 / (2 * HARD_DECEL_MPS2) < c.distance_m
            if blocked and stops:
                limits[c.name] = self._braking(c)
                if c.first and not c.red:
                    self._since[c.name] = since.get(c.name, now)
                    if now - self._since[c.name] > WAITED_S:
                        taken.add(c.via)
            elif c.first and not c.red and c.distance_m < CLAIM_M + CLAIM_S * c.speed_mps:
                taken.add(c.via)
                self._going.add(c.name)
        return limits

    def _braking(self, c: _Coming) -> float:
        """Return the speed, m/s, after a step of braking to stop short of the line."""
        room = max(c.distance_m - STOP_M, 0.0)
        comfortable = float(np.sqrt(2 * DECEL_MPS2 * room))
        if c.speed_mps <= comfortable:
            return comfortable
        needed = min(c.speed_mps**2 / (2 * max(room, 0.01)), HARD_DECEL_MPS2)
        return max(c.speed_mps - needed * self._step_s, 0.0)

    def _look(self, vehicles: Iterable[str]) -> tuple[set[str], list[_Coming]]:
        """Return the ways that vehicles are on, and those vehicles that are about to take one."""
        vehicle = libsumo.vehicle
        on: dict[str, str] = {}
        near: dict[str, list[tuple[float, str]]] = {}
        for name in vehicles:
            lane, position = vehicle.getLaneID(name), vehicle.getLanePosition(name)
            if lane in self._way_of:
                on[name] = self._way_of[lane]
                continue
            if name in self._on and position < vehicle.getLength(name) + CLEARED_M:
                on[name] = self._on[name]  # its rear end has not left
            if lane in self._entries:
                distance = self._entries[lane] - position
                if distance < SIGHT_M:
                    near.setdefault(lane, []).append((distance, name))
        self._on = on
        coming = [
            _Coming(name, link[4], distance, vehicle.getSpeed(name), rank == 0, link[5] in RED)
            for queue in near.values()
            for rank, (distance, name) in enumerate(sorted(queue))
            for link in vehicle.getNextLinks(name)[:1]
            if link[4] in self._touching
        ]
        return set(on.values()), coming


@dataclass(frozen=True)
class _Way:
    """A way across a junction.

    Attributes:
        entry: the lane before it.
        source, target: the edges that it leads from and to.
        parts: its lanes, in order.
        line: (N, 2) m.
        foes: ways, or parts of them, that SUMO keeps apart from it.
    """

    entry: str
    source: str
    target: str
    parts: tuple[str, ...]
    line: Array
    foes: frozenset[str]

    @property
    def junction(self) -> str:
        """What the names of all lanes of the junction begin with."""
        return self.parts[0].rsplit("_", 2)[0]

    @property
    def half_width_m(self) -> float:
        """Of what vehicles on it sweep over, about."""
        radius = min(tightest_radius_m(self.line), 1e6)
        return HALF_WIDTH_M + min(float(np.hypot(radius, NOSE_M)) - radius, MOST_SWING_M)


def _ways_across(lanes: Mapping[str, Lane]) -> dict[str, _Way]:
    """Return the ways across all junctions by their first lane."""
    edge_of = libsumo.lane.getEdgeID
    ways: dict[str, _Way] = {}
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
            ways[parts[0]] = _Way(entry, edge_of(entry), edge_of(link[0]), tuple(parts), line, foes)
    return ways


def _touching(ways: Mapping[str, _Way]) -> dict[str, frozenset[str]]:
    """Return for each way those that are too near to it, of whom SUMO knows nothing."""
    touching: dict[str, set[str]] = {}
    names = list(ways)
    for i, one in enumerate(names):
        for other in names[:i]:
            a, b = ways[one], ways[other]
            if a.source == b.source or a.target == b.target or a.junction != b.junction:
                continue
            if not a.foes.isdisjoint(b.parts) or not b.foes.isdisjoint(a.parts):
                continue
            apart = np.asarray(cKDTree(a.line).query(b.line)[0])
            if float(apart.min()) < a.half_width_m + b.half_width_m:
                touching.setdefault(one, set()).add(other)
                touching.setdefault(other, set()).add(one)
    return {via: frozenset(others) for via, others in touching.items()}
