"""Scripted actors while the scenario runs: a vehicle with its driver, a person with their walk."""

from collections.abc import Sequence
from dataclasses import dataclass

from cityloop.annotation.actors import Array
from cityloop.engine import BodySpec, BodyStates, DriveCommand, KinematicTarget
from cityloop.scenario.model import PedestrianModel, VehicleModel
from cityloop.simulation.ahead import Obstacle, RoadAhead
from cityloop.simulation.crossing import way_across
from cityloop.spatial import Pose, rotation
from cityloop.traffic.drivers import RouteDriver
from cityloop.traffic.gaits import gait_pose
from cityloop.traffic.state import Outsider
from cityloop.traffic.walkers import ScriptedWalk
from cityloop.world.city import City, Roadside
from cityloop.world.people import pick_clothes
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


_STANDING_PLAN_MPS = 1.0  # any speed: before it starts, a walk stands at its beginning


class ScriptedVehicle:
    """A vehicle on physics wheels, steered along its route unless the user's code takes over."""

    def __init__(
        self,
        name: str,
        model: VehicleModel,
        city: City,
        dynamics: VehicleDynamics,
        *,
        seed: int,
        dt_s: float,
        dark: bool,
    ) -> None:
        self.name = name
        self._dynamics, self._dt_s = dynamics, dt_s
        self.kind = VEHICLE_KINDS[model.vehicle]
        route = city.route(*model.route)
        path = city.network.path(route)
        self.ahead = RoadAhead(city.network, route, path)
        self._halted = False
        self.set_speed(model.speed_mps)
        self.tints: tuple[Rgb, ...] = pick_paint(
            model.vehicle, stream(seed, f"scenario/{name}/paint")
        )
        self._night_lamps = int(VehicleLamp.HEAD | VehicleLamp.TAIL) if dark else 0
        self.lamps = self._night_lamps
        position, yaw = self.ahead.place(model.start_m)
        self.start = Pose(position, rotation.from_yaw(yaw))
        self.start_velocity: Array = self.start.rotate([model.speed_mps, 0.0, 0.0])

    def set_speed(self, speed_mps: float) -> None:
        """Drive at up to `speed_mps` from now on; 0 stops."""
        self._halted = speed_mps == 0
        if not self._halted:
            self._driver = RouteDriver(
                self.ahead.path, speed_mps, self._dynamics, self.kind.wheelbase_m, self._dt_s
            )

    def body(self, body_id: int) -> BodySpec:
        """Return what to spawn."""
        return BodySpec(
            id=body_id,
            prototype=self.kind.name,
            kind="driven",
            pose=self.start,
            velocity=self.start_velocity,
            instance_id=body_id,
            semantic=self.kind.semantic,
            tints=self.tints,
            lamps=self.lamps,
        )

    def drive(
        self, body_id: int, states: BodyStates, obstacle: Obstacle | None, control: Control | None
    ) -> DriveCommand:
        """Return pedals and steering for the next tick and set the lamps to match."""
        row = states.row(body_id)
        gap = (obstacle.gap_m, obstacle.speed_mps) if obstacle is not None else None
        gap = (0.0, 0.0) if self._halted else gap
        throttle, brake, steering = self._driver.drive(
            states.position[row],
            float(rotation.yaw_of(states.quaternion[row])),
            states.velocity[row],
            obstacle=gap,
        )
        if control is not None:
            if control.brake is not None:
                brake = control.brake
                # A foot on the brake is not on the throttle, unless both are asked for.
                throttle = 0.0 if brake > 0 else throttle
            throttle = throttle if control.throttle is None else control.throttle
            steering = steering if control.steering is None else control.steering
        braking = int(VehicleLamp.BRAKE) if brake > 0.02 else 0
        self.lamps = self._night_lamps | braking
        return DriveCommand(body_id, throttle, brake, steering)

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


class ScriptedPerson:
    """A person who stands at the roadside and, once told, crosses the road."""

    def __init__(
        self, name: str, model: PedestrianModel, city: City, spot: Roadside, seed: int, dt_s: float
    ) -> None:
        self.name = name
        self.kind = model.pedestrian
        self.tints: tuple[Rgb, ...] = pick_clothes(
            self.kind, stream(seed, f"scenario/{name}/clothes")
        )
        self._way = way_across(city.network, spot)
        self._heading_rad = spot.heading_rad
        self._ground_height = city.network.ground_height
        self._dt_s = dt_s
        self._walk = self._plan(_STANDING_PLAN_MPS)
        self._start_tick: int | None = None
        self._move_to(0.0)

    def _plan(self, speed_mps: float) -> ScriptedWalk:
        return ScriptedWalk(self.kind, self._way, self._heading_rad, speed_mps, self._ground_height)

    def _move_to(self, time_s: float) -> None:
        self._step = self._walk.at(time_s)
        # (bones, 3, 4) skinning matrices of the newest step.
        self.bones = gait_pose(self.kind, self._step.gait_phase_rad, self._step.gait_speed_mps)

    def run_across(self, speed_mps: float, tick: int) -> None:
        """Start to cross at `tick` (ticks since spawn), at up to `speed_mps`."""
        self._walk = self._plan(speed_mps)
        self._start_tick = tick

    def body(self, body_id: int) -> BodySpec:
        """Return what to spawn, standing at the spot."""
        step = self._step
        return BodySpec(
            id=body_id,
            prototype=self.kind,
            kind="kinematic",
            pose=step.pose,
            velocity=step.velocity,
            angular_velocity=step.angular_velocity,
            instance_id=body_id,
            semantic=SemanticClass.PERSON,
            tints=self.tints,
            bones=self.bones,
        )

    def target(self, body_id: int, tick: int) -> KinematicTarget:
        """Move on to `tick` (ticks since spawn) and return the exact pose there."""
        since = 0 if self._start_tick is None else tick - self._start_tick
        self._move_to(since * self._dt_s)
        step = self._step
        return KinematicTarget(
            id=body_id,
            pose=step.pose,
            velocity=step.velocity,
            angular_velocity=step.angular_velocity,
            acceleration=step.acceleration,
            bones=self.bones,
        )

    def outsider(self) -> Outsider:
        """Return them as background traffic sees them."""
        step = self._step
        return Outsider(self.name, self.kind, step.pose.position, step.pose.yaw_rad, step.velocity)


def nearest(obstacles: Sequence[Obstacle]) -> Obstacle | None:
    """Return the obstacle with the smallest gap, None if there is none."""
    return min(obstacles, key=lambda o: o.gap_m, default=None)
