"""Ways across a junction that SUMO lets be used at once, although vehicles on them would touch.

To SUMO a way across a junction is a line, and two of them are foes if they cross. Opposite left
turns that pass nose to nose, or bends side by side, do not cross; but vehicles are wide. So the
first to come takes such a way, and who would touch it waits at its own line until it is clear: a
reservation, as in K. Dresner and P. Stone, "A multiagent approach to autonomous intersection
management" (JAIR 31, 2008). Where others sweep over the line itself one waits before it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libsumo
import numpy as np

from cityloop.traffic.junction_ways import RUN_IN_M, Way, touching
from cityloop.world.network import Lane

CLEARED_M = 1.5  # behind a rear axle; a body lags a little behind SUMO's vehicle
OVERHANG_M = 1.0  # of a vehicle behind its rear axle
SIGHT_M = 60.0
CLAIM_S, CLAIM_M = 2.0, 6.0  # ahead of its line a vehicle takes its way
DECEL_MPS2, HARD_DECEL_MPS2 = 2.0, 4.5
STOP_M = 0.8  # before the line
ABREAST_M = 1.0  # of one another at the line, such as a bicycle beside a car
GAIN_MPS = 0.3  # of speed in a step, at most
WAITED_S = 8.0  # who has waited for so long is next
IDLE_S, STANDING_MPS = 3.0, 0.1  # after standing for so long a promise is void
RED = frozenset("ru")


@dataclass(frozen=True)
class _Coming:
    """A vehicle on its way to a junction.

    Attributes:
        via: the first lane of its way across.
        distance_m: to where it would wait.
        first: nobody is ahead of it in its lane; some may be beside it.
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

    def __init__(self, ways: Mapping[str, Way], lanes: Mapping[str, Lane], step_s: float) -> None:
        """Find the ways that touch.

        Args:
            ways: across the junctions of the network that SUMO has open.
            lanes: of the network, by id.
            step_s: length of SUMO's step.
        """
        self._step_s = step_s
        self._touching = touching(ways)
        self._way_of = {
            part: (via, begins)
            for via in self._touching
            for part, begins in zip(ways[via].parts, _begins(ways[via].parts), strict=True)
        }
        self._length = {via: ways[via].length_m for via in self._touching}
        entries = sorted({ways[via].entry for via in self._touching})
        self._entries = {lane: libsumo.lane.getLength(lane) for lane in entries}
        self._back = {
            via: max(
                ways[via].swept_m(ways[other], lanes[ways[via].entry].shape[:, :2])
                for other in others
            )
            for via, others in self._touching.items()
        }
        self._left: dict[str, str] = {}  # vehicles that are on a way or have just left it
        self._going: set[str] = set()  # vehicles that have been promised a way
        self._idle: dict[str, float] = {}  # of these, who stand: since when, s
        self._since: dict[str, float] = {}  # vehicles that wait: since when, s

    def limits(self, vehicles: Iterable[str]) -> dict[str, float]:
        """Return the speeds, m/s, of SUMO's vehicles that have to stop for others."""
        if not self._touching:
            return {}
        on, coming = self._look(vehicles)
        taken = list(on.values())
        now = libsumo.simulation.getTime()
        since = self._since
        self._since = {}
        limits: dict[str, float] = {}
        going, self._going = self._going, set()
        idle, self._idle = self._idle, {}
        # Who stands although a way is free, such as for a queue beyond the junction, does not keep
        # it from others.
        going.difference_update(name for name, time_s in idle.items() if now - time_s > IDLE_S)
        # Who has been promised a way keeps it; then who has waited longest.
        coming.sort(
            key=lambda c: (c.name not in going, since.get(c.name, now), c.distance_m, c.name)
        )
        for c in coming:
            cleared = self._touching[c.via]
            blocked = any(axle_m < cleared.get(via, -math.inf) for via, axle_m in taken)
            stops = c.speed_mps**2 / (2 * HARD_DECEL_MPS2) < c.distance_m
            if blocked and stops:
                limits[c.name] = self._braking(c)
                if c.first and not c.red:
                    self._since[c.name] = since.get(c.name, now)
                    if now - self._since[c.name] > WAITED_S:
                        taken.append((c.via, -math.inf))
            elif c.first and not c.red and c.distance_m < CLAIM_M + CLAIM_S * c.speed_mps:
                taken.append((c.via, -math.inf))
                self._going.add(c.name)
                if c.speed_mps < STANDING_MPS and (c.name in going or c.name not in idle):
                    self._idle[c.name] = idle.get(c.name, now)
        return limits

    def _braking(self, c: _Coming) -> float:
        """Return the speed, m/s, after a step of braking to stop short of the line."""
        room = max(c.distance_m - STOP_M, 0.0)
        comfortable = float(np.sqrt(2 * DECEL_MPS2 * room))
        if c.speed_mps <= comfortable:
            return comfortable
        needed = min(c.speed_mps**2 / (2 * max(room, 0.01)), HARD_DECEL_MPS2)
        return max(c.speed_mps - needed * self._step_s, 0.0)

    def _look(self, vehicles: Iterable[str]) -> tuple[dict[str, tuple[str, float]], list[_Coming]]:
        """Return who is on ways, and who is about to take one.

        Of the former, the way and where along it their rear axles are, m.
        """
        vehicle = libsumo.vehicle
        on: dict[str, tuple[str, float]] = {}
        near: dict[str, list[tuple[float, str]]] = {}
        for name in vehicles:
            lane, position = vehicle.getLaneID(name), vehicle.getLanePosition(name)
            axle = position - vehicle.getLength(name) + OVERHANG_M - CLEARED_M
            if lane in self._way_of:
                via, begins = self._way_of[lane]
                on[name] = via, begins + axle
                continue
            if name in self._left and axle < 0:
                via = self._left[name]
                on[name] = via, self._length[via] + axle
            if lane in self._entries:
                distance = self._entries[lane] - position
                if distance < SIGHT_M:
                    near.setdefault(lane, []).append((distance, name))
        self._left = {name: via for name, (via, _) in on.items()}
        coming = []
        for queue in near.values():
            first = min(queue)[0]
            for distance, name in sorted(queue):
                speed = vehicle.getSpeed(name)
                if not _is_due(distance - RUN_IN_M, speed):
                    continue
                for link in vehicle.getNextLinks(name)[:1]:
                    via, back = link[4], self._back.get(link[4], 0.0)
                    if distance < back:
                        on[name] = via, -math.inf  # where others sweep
                    elif via in self._touching:
                        ahead = distance > first + ABREAST_M
                        room = distance - back
                        coming.append(_Coming(name, via, room, speed, not ahead, link[5] in RED))
        return on, coming


def _is_due(distance_m: float, speed_mps: float) -> bool:
    """Tell whether a vehicle this far from its line takes its way now, or brakes if it may not."""
    room = max(distance_m - STOP_M, 0.0)
    return distance_m < CLAIM_M + CLAIM_S * speed_mps or (
        (speed_mps + GAIN_MPS) ** 2 > 2 * DECEL_MPS2 * room
    )


def _begins(parts: Sequence[str]) -> list[float]:
    """Return where along a way its lanes begin, m."""
    lengths = [libsumo.lane.getLength(part) for part in parts]
    return [sum(lengths[:k]) for k in range(len(parts))]
