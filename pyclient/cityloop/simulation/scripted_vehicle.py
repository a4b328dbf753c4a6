"""A scripted vehicle while the scenario runs: its way, its driver, its lamps."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cityloop.annotation.actors import ActorTable, Array
from cityloop.engine import BodySpec, BodyStates, DriveCommand
from cityloop.scenario.model import VehicleModel
from cityloop.scenario.places import vehicle_path
from cityloop.simulation.ahead import Obstacle, RoadAhead
from cityloop.simulation.turn_signals import TurnSignals
from cityloop.spatial import Pose, rotation
from cityloop.traffic.drivers import RouteDriver
from cityloop.traffic.state import Outsider
from cityloop.traffic.vehicle_lamps import BLINK_PERIOD_S
from cityloop.world.city import City
from cityloop.world.road_areas import RoadAreas
from cityloop.world.scene import Rgb, VehicleDynamics
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.vehicles import VEHICLE_KINDS, VehicleLamp, pick_paint


@dataclass
class Control:
    """What the user's code asks of a vehicle for the next tick; None leaves it to the driver.

    Attributes:
        throttle: share of the drive force, -1 to 1.
        brake: share of the brake force, 0 to 1.
        steering: share of the greatest steering angle, -1 to 1, positive to the left.
    """

    throttle: float | None = None
    brake: float | None = None
    steering: float | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a driver can see.

    Attributes:
        time_s: since frame 0.
        states: the engine's.
        actors: everybody.
        signals: traffic light id -> state.
    """

    time_s: float
    states: BodyStates
    actors: ActorTable
    signals: Mapping[str, str]


class ScriptedVehicle:
    """A vehicle on physics wheels, steered along its way unless the user's code takes over.

    Attributes:
        ahead: its way.
        collided: whether it has had a collision; its driver stops then.
        lamps: bit set of `VehicleLamp`.
    """

    def __init__(
        self,
        name: str,
        model: VehicleModel,
        city: City,
        areas: RoadAreas,
        dynamics: VehicleDynamics,
        *,
        seed: int,
        dt_s: float,
        dark: bool,
    ) -> None:
        self.name = name
        self.kind = VEHICLE_KINDS[model.vehicle]
        self._ignores = frozenset(model.ignores)
        route = () if model.route is None else city.route(*model.route)
        path = vehicle_path(city, model)
        self.ahead = RoadAhead(city.network, areas, route, path, self.kind.width_m)
        limits = None if "speed_limit" in self._ignores else self.ahead.limits_mps[: len(path)]
        self._driver = RouteDriver(
            path, model.speed_mps, dynamics, self.kind.wheelbase_m, dt_s, limits_mps=limits
        )
        self._turn_signals = TurnSignals(path)
        self._halted = False
        self.collided = False
        self.tints: tuple[Rgb, ...] = pick_paint(
            model.vehicle, stream(seed, f"scenario/{name}/paint")
        )
        self._night_lamps = int(VehicleLamp.HEAD | VehicleLamp.TAIL) if dark else 0
        self.lamps = self._night_lamps
        start_m = model.start_m or 0.0
        position, yaw = self.ahead.place(start_m)
        self.start = Pose(position, rotation.from_yaw(yaw))
        speed = self._driver.planned_mps(start_m)
        self.start_velocity: Array = self.start.rotate([speed, 0.0, 0.0])

    @property
    def links(self) -> dict[str, int]:
        """Lane id -> the traffic light's link that the way takes from this lane."""
        return {line.lane_id: line.link for line in self.ahead.stop_lines}

    def set_speed(self, speed_mps: float) -> None:
        """Drive at up to `speed_mps` from now on; 0 stops."""
        self._halted = speed_mps == 0
        if not self._halted:
            self._driver.set_speed(speed_mps)

    def body(self, body_id: int, prototype: str) -> BodySpec:
        """Return what to spawn, of a prototype of the vehicle's kind."""
        return BodySpec(
            id=body_id,
            prototype=prototype,
            kind="driven",
            pose=self.start,
            velocity=self.start_velocity,
            instance_id=body_id,
            semantic=self.kind.semantic,
            tints=self.tints,
            lamps=self.lamps,
        )

    def drive(self, body_id: int, around: Surroundings, control: Control | None) -> DriveCommand:
        """Return pedals and steering for the next tick and set the lamps to match."""
        row = around.states.row(body_id)
        position, velocity = around.states.position[row], around.states.velocity[row]
        throttle, brake, steering = self._driver.drive(
            position,
            float(rotation.yaw_of(around.states.quaternion[row])),
            velocity,
            obstacles=self._obstacles(position, velocity, around),
        )
        if control is not None:
            if control.brake is not None:
                brake = control.brake
                # A foot on the brake is not on the throttle, unless both are asked for.
                throttle = 0.0 if brake > 0 else throttle
            throttle = throttle if control.throttle is None else control.throttle
            steering = steering if control.steering is None else control.steering
        self.lamps = self._lit(throttle, brake, around.time_s)
        return DriveCommand(body_id, throttle, brake, steering)

    def _obstacles(
        self, position: Array, velocity: Array, around: Surroundings
    ) -> list[tuple[float, float]]:
        """Return (gap in m, speed along the path in m/s) of all that the driver brakes for."""
        if self._halted or self.collided:
            return [(0.0, 0.0)]
        speed = float(np.linalg.norm(velocity[:2]))
        front = self._driver.progress_at(position) + self.kind.wheelbase_m
        front += self.kind.front_overhang_m
        unseen = self._unseen(around.actors)
        found: list[Obstacle] = []
        if not {"people", "vehicles"} <= self._ignores:
            found += self.ahead.obstacles(front, around.actors, unseen)
            found += self.ahead.crossing(
                front, speed, self.kind.length_m, around.actors, unseen, around.signals
            )
        if "signals" not in self._ignores:
            found += self.ahead.red_lights(front, speed, around.signals)
        return [(o.gap_m, o.speed_mps) for o in found]

    def _unseen(self, actors: ActorTable) -> frozenset[str]:
        person = actors.semantic == SemanticClass.PERSON
        blind = np.zeros(len(actors.name), dtype=np.bool_)
        if "people" in self._ignores:
            blind |= person
        if "vehicles" in self._ignores:
            blind |= ~person
        return frozenset((self.name, *(actors.name[i] for i in np.flatnonzero(blind))))

    def _lit(self, throttle: float, brake: float, time_s: float) -> int:
        lamps = self._night_lamps
        if brake > 0.02:
            lamps |= VehicleLamp.BRAKE
        if throttle < 0:
            lamps |= VehicleLamp.REVERSE
        if (time_s / BLINK_PERIOD_S) % 1.0 < 0.5:
            if self.collided:
                lamps |= VehicleLamp.LEFT | VehicleLamp.RIGHT
            else:
                lamps |= self._turn_signals.at(self._driver.progress_m)
        return int(lamps)

    def outsider(self, body_id: int, states: BodyStates) -> Outsider:
        """Return it as background traffic sees it."""
        row = states.row(body_id)
        return Outsider(
            self.name,
            self.kind.name,
            states.position[row],
            float(rotation.yaw_of(states.quaternion[row])),
            states.velocity[row],
        )
