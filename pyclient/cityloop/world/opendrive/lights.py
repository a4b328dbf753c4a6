"""Traffic lights where the file puts them (ASAM OpenDRIVE 1.7, chapter "Signals").

A light is tied to the signal of SUMO's network whose stop line or crossing it belongs to: the
nearest one that it faces. One that belongs to none stands at a place that SUMO leaves to the rules
of priority: it goes on showing what holds there, green for vehicles and red for people who have not
pressed the button.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.world.network import RoadNetwork, SignalHead
from cityloop.world.opendrive.reading import OpenDriveMap

Array = NDArray[np.float64]

# Types of the catalogue that OpenDRIVE takes for any country ("OpenDRIVE" or Germany's numbers).
_PEDESTRIAN = frozenset({"1000002", "1000003", "1000007"})
_LIGHTS_FROM = 1_000_001
_STOP_LINE_M = 20.0  # a light stands at most this far from its stop line
_CROSSING_M = 8.0


@dataclass(frozen=True)
class MappedLight:
    """A traffic light of the map.

    Attributes:
        xy: (2,) its place, world's plane, metres.
        facing_rad: where its lamps point to.
        pedestrian: whether it is for people.
        head: SUMO's signal that it shows, or None.
    """

    xy: Array
    facing_rad: float
    pedestrian: bool
    head: SignalHead | None


def find_lights(source: OpenDriveMap, network: RoadNetwork) -> list[MappedLight]:
    """Return the traffic lights of a map, tied to the network's signals where possible."""
    lights = []
    for road in source.roads:
        for signal in road.signals:
            if not signal.dynamic or not _is_light(signal.kind):
                continue
            (xy,), (heading,) = road.place(signal.s, signal.t)
            # A signal for traffic along s looks back against s.
            facing = float(heading) + (0.0 if signal.forward is False else math.pi)
            facing = math.remainder(facing + signal.heading_rad, math.tau)
            people = signal.kind in _PEDESTRIAN
            head = _crossing(network, xy) if people else _stop_line(network, xy, facing)
            lights.append(MappedLight(xy, facing, people, head))
    return lights


def _is_light(kind: str) -> bool:
    return kind.isdigit() and int(kind) >= _LIGHTS_FROM


def _stop_line(network: RoadNetwork, xy: Array, facing: float) -> SignalHead | None:
    """Return the signal of the nearest stop line whose traffic sees a light at `xy`."""
    best, nearest = None, _STOP_LINE_M
    for head in network.signals:
        lane = network.lanes.get(head.from_lane)
        if lane is None or lane.kind != "driving":
            continue
        way = lane.shape[-1, :2] - lane.shape[-2, :2]
        looks_back = math.cos(math.atan2(-way[1], -way[0]) - facing) > 0.7
        distance = float(np.linalg.norm(lane.shape[-1, :2] - xy))
        # Of one stop line's signals that of the way straight on is the first choice.
        distance += 0.0 if head.direction == "s" else 0.1
        if looks_back and distance < nearest:
            best, nearest = head, distance
    return best


def _crossing(network: RoadNetwork, xy: Array) -> SignalHead | None:
    best, nearest = None, _CROSSING_M
    for head in network.signals:
        lane = network.lanes.get(head.to_lane)
        if lane is None or lane.kind != "crossing":
            continue
        distance = min(float(np.linalg.norm(end - xy)) for end in lane.shape[[0, -1], :2])
        if distance < nearest:
            best, nearest = head, distance
    return best
