"""Outsiders in SUMO: puppets that SUMO's traffic sees and that it does not move itself."""

import math
from collections.abc import Sequence
from contextlib import suppress

import libsumo
import numpy as np
from libsumo.libsumo import TraCIException
from scipy.spatial import cKDTree

from cityloop.errors import ScenarioError
from cityloop.traffic.road_graph import DRIVER_CLASS
from cityloop.traffic.state import Outsider
from cityloop.traffic.sumo import yaw_to_sumo_angle
from cityloop.traffic.vehicle_types import OBSTACLE_LENGTH_M, OBSTACLE_TYPE, puppet_type
from cityloop.world.network import RoadNetwork
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

PREFIX = "outsider."
FREE_PLACEMENT = 2  # SUMO's keepRoute: anywhere, on the network or beside it
SAMPLE_M = 0.5  # between the points that a lane is found by
BESIDE_LANE_M = 0.3  # a person whose middle is this near to a lane is in the way of its drivers


class OutsiderMirror:
    """Keeps a puppet for each outsider where the outsider will be when SUMO's step ends.

    A person is a pedestrian to SUMO's pedestrians. SUMO's drivers look for pedestrians on crossings
    only, so a person on the carriageway is a small vehicle besides.
    """

    def __init__(self, network: RoadNetwork, ahead_s: float) -> None:
        """`ahead_s` is how far SUMO's next step lies ahead of the tick that outsiders are at."""
        self._carriageway = _Carriageway(network)
        self._ahead_s = ahead_s
        self._vehicles: set[str] = set()  # SUMO's names of the puppets
        self._people: set[str] = set()

    def place(self, outsiders: Sequence[Outsider]) -> None:
        """Move, add and remove puppets; to be called before each step of SUMO.

        An outsider whom SUMO cannot place (far off the map, at no finite position) has no puppet
        until it can be placed.

        Raises:
            ScenarioError: if a kind is unknown.
        """
        # SUMO takes a puppet away that gets to the end of what it takes for its route.
        self._vehicles -= set(libsumo.simulation.getArrivedIDList())
        self._people -= set(libsumo.simulation.getArrivedPersonIDList())
        vehicles: set[str] = set()
        people: set[str] = set()
        for outsider in outsiders:
            if outsider.kind not in VEHICLE_KINDS and outsider.kind not in PERSON_KINDS:
                known = ", ".join([*VEHICLE_KINDS, *PERSON_KINDS])
                raise ScenarioError(
                    f"{outsider.name!r} is of the unknown kind {outsider.kind!r}; use one of "
                    f"{known}."
                )
            name = PREFIX + outsider.name
            x, y = (float(v) for v in outsider.position[:2] + self._ahead_s * outsider.velocity[:2])
            if not np.isfinite([x, y, outsider.yaw_rad]).all():
                continue
            if outsider.kind in VEHICLE_KINDS:
                kind = VEHICLE_KINDS[outsider.kind]
                bumper = kind.wheelbase_m + kind.front_overhang_m
                type_id = puppet_type(outsider.kind)
                if self._place_vehicle(name, type_id, x, y, outsider.yaw_rad, bumper):
                    vehicles.add(name)
            else:
                if self._place_person(name, outsider.kind, x, y, outsider.yaw_rad):
                    people.add(name)
                lane_yaw = self._carriageway.yaw_at(x, y)
                if lane_yaw is not None:
                    half = OBSTACLE_LENGTH_M / 2
                    if self._place_vehicle(name, OBSTACLE_TYPE, x, y, lane_yaw, half):
                        vehicles.add(name)
        for name in sorted(self._vehicles - vehicles):
            if name in libsumo.vehicle.getIDList():
                libsumo.vehicle.remove(name)
        for name in sorted(self._people - people):
            if name in libsumo.person.getIDList():
                libsumo.person.remove(name)
        self._vehicles, self._people = vehicles, people

    def _place_vehicle(
        self, name: str, type_id: str, x: float, y: float, yaw_rad: float, bumper_m: float
    ) -> bool:
        """Put a vehicle whose origin is at (x, y) m and whose bumper is `bumper_m` ahead of it.

        Returns:
            False if SUMO cannot place it.
        """
        x += bumper_m * math.cos(yaw_rad)
        y += bumper_m * math.sin(yaw_rad)
        new = name not in self._vehicles
        try:
            if new:
                if name not in libsumo.route.getIDList():
                    libsumo.route.add(name, [_edge_near(x, y, DRIVER_CLASS)])
                libsumo.vehicle.add(name, name, typeID=type_id)
                # SUMO is not to correct speed or lane.
                libsumo.vehicle.setSpeedMode(name, 0)
                libsumo.vehicle.setLaneChangeMode(name, 0)
            angle = yaw_to_sumo_angle(yaw_rad)
            libsumo.vehicle.moveToXY(name, "", -1, x, y, angle, keepRoute=FREE_PLACEMENT)
        except TraCIException:
            if new:
                with suppress(TraCIException):  # it may not have come as far as being added
                    libsumo.vehicle.remove(name)
            return False
        return True

    def _place_person(self, name: str, kind: str, x: float, y: float, yaw_rad: float) -> bool:
        """Put a person at (x, y) m; return False if SUMO cannot place them."""
        new = name not in self._people
        try:
            if new:
                edge = _edge_near(x, y, "pedestrian")
                libsumo.person.add(name, edge, 0.0, typeID=kind)
                libsumo.person.appendWalkingStage(name, [edge], 0.0)
            angle = yaw_to_sumo_angle(yaw_rad)
            libsumo.person.moveToXY(name, "", x, y, angle, keepRoute=FREE_PLACEMENT)
        except TraCIException:
            if new:
                with suppress(TraCIException):  # they may not have come as far as being added
                    libsumo.person.remove(name)
            return False
        return True


class _Carriageway:
    """Finds the lane for cars that covers a point."""

    def __init__(self, network: RoadNetwork) -> None:
        points, yaws, reaches = [], [], []
        for lane in network.lanes.values():
            if lane.kind not in ("driving", "internal"):
                continue
            way = np.diff(lane.shape[:, :2], axis=0)
            lengths = np.linalg.norm(way, axis=1)
            for start, step, length in zip(lane.shape[:, :2], way, lengths, strict=False):
                count = max(1, math.ceil(length / SAMPLE_M))
                shares = (np.arange(count) + 0.5) / count
                points.append(start + shares[:, None] * step)
                yaws.append(np.full(count, math.atan2(step[1], step[0])))
                reaches.append(np.full(count, lane.width_m / 2 + BESIDE_LANE_M))
        self._tree = cKDTree(np.concatenate(points))
        self._yaws, self._reaches = np.concatenate(yaws), np.concatenate(reaches)

    def yaw_at(self, x: float, y: float) -> float | None:
        """Return the yaw (rad) of the lane at a point (m), or None off the carriageway."""
        distance, i = self._tree.query((x, y))
        # A distance that overflows is infinite and has no nearest point: i is the number of points.
        if not math.isfinite(distance) or distance > self._reaches[i]:
            return None
        return float(self._yaws[i])


def _edge_near(x: float, y: float, vehicle_class: str) -> str:
    """Return a road near a point: what SUMO wants to know before it lets a puppet be placed."""
    edge, _position, _lane = libsumo.simulation.convertRoad(x, y, False, vehicle_class)
    if not edge.startswith(":"):
        return str(edge)
    return next(e for e in libsumo.edge.getIDList() if not e.startswith(":"))
