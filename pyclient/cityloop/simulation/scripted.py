"""Scripted people while the scenario runs: where they stand and how they walk."""

import numpy as np

from cityloop.engine import BodySpec, KinematicTarget
from cityloop.scenario.model import PedestrianModel
from cityloop.simulation.crossing import way_across
from cityloop.traffic.gaits import gait_pose
from cityloop.traffic.state import Outsider
from cityloop.traffic.walkers import ScriptedWalk
from cityloop.world.city import City, Roadside
from cityloop.world.people import pick_clothes
from cityloop.world.scene import Rgb
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream

RUNNING_MPS = 2.2  # from here on people run rather than walk
_STANDING_PLAN_MPS = 1.0  # any speed: before it starts, a walk stands at its beginning


class ScriptedPerson:
    """A person who stands and, once told, crosses the road or walks along their waypoints."""

    def __init__(
        self,
        name: str,
        model: PedestrianModel,
        city: City,
        spot: Roadside | None,
        seed: int,
        dt_s: float,
    ) -> None:
        self.name = name
        self.kind = model.pedestrian
        self.tints: tuple[Rgb, ...] = pick_clothes(
            self.kind, stream(seed, f"scenario/{name}/clothes")
        )
        if spot is not None:
            self._way = way_across(city.network, spot)
            self._heading_rad = spot.heading_rad
        else:
            self._way = np.array(model.waypoints)
            first = self._way[1] - self._way[0]
            self._heading_rad = float(np.arctan2(first[1], first[0]))
        self._ground_height = city.network.ground_height
        self._dt_s = dt_s
        self._walk = self._plan(_STANDING_PLAN_MPS)
        self._start_tick: int | None = None
        self._move_to(0.0)

    @property
    def activity(self) -> str:
        """What they are doing, as `ActorTable.activity` says it."""
        speed = self._step.gait_speed_mps
        return "standing" if speed <= 0.0 else "running" if speed > RUNNING_MPS else "walking"

    def _plan(self, speed_mps: float) -> ScriptedWalk:
        return ScriptedWalk(self.kind, self._way, self._heading_rad, speed_mps, self._ground_height)

    def _move_to(self, time_s: float) -> None:
        self._step = self._walk.at(time_s)
        # (bones, 3, 4) skinning matrices of the newest step.
        self.bones = gait_pose(self.kind, self._step.gait_phase_rad, self._step.gait_speed_mps)

    def go(self, speed_mps: float, tick: int) -> None:
        """Start to cross or to walk at `tick` (ticks since spawn), at up to `speed_mps`."""
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
