"""Scripted people while the scenario runs: where they stand, how they walk, what else they do."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cityloop.engine import BodySpec, KinematicTarget
from cityloop.scenario.model import PedestrianModel
from cityloop.simulation.crossing import way_across
from cityloop.spatial import rotation
from cityloop.traffic.gaits import gait_poses
from cityloop.traffic.gaits_footing import Footing, Walkers
from cityloop.traffic.gaze import Attention, follow, wanted_looks
from cityloop.traffic.gestures import RAISE_S, SIT_S, seated, taken_up, waving
from cityloop.traffic.person_motion import SHIFTING_RADPS
from cityloop.traffic.state import Outsider
from cityloop.traffic.walkers import ScriptedWalk
from cityloop.world.city import City, Roadside
from cityloop.world.people import PERSON_KINDS, pick_clothes, skeleton
from cityloop.world.scene import Rgb
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream

Array = NDArray[np.float64]
# (3,) world place of an actor's face or middle, None while there is no such actor.
Sight = Callable[[str], Array | None]

RUNNING_MPS = 2.2  # from here on people run rather than walk
_ALONE = np.zeros(1, dtype=np.int64)
_STANDING_PLAN_MPS = 1.0  # any speed: before it starts, a walk stands at its beginning


class ScriptedPerson:
    """A person who stands and, once told, crosses the road or walks along their waypoints.

    Ticks count from the spawn; `target` takes them one after another.
    """

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
        self._footing = Footing(self._ground_height, dt_s)
        self._dt_s = dt_s
        self._walk = self._plan(_STANDING_PLAN_MPS)
        self._start_tick: int | None = None
        self._waves: list[tuple[int, float]] = []  # first tick and duration, s
        self._sat_tick: int | None = None
        self._rose_tick: int | None = None
        self._looked_at: str | None = None
        self._waits = spot is not None  # for a moment to cross
        # Whoever they are, they look around in their own time.
        self._number = np.array([int(stream(seed, f"scenario/{name}/looks").integers(1 << 31))])
        self._sway_rad = 0.0
        self._look = self._look_rate = np.zeros((1, 2))
        self._move_to(0, lambda _: None)

    @property
    def activity(self) -> str:
        """What they are doing, as `ActorTable.activity` says it."""
        speed = self._step.gait_speed_mps
        if self._sat_tick is not None and self._rose_tick is None:
            return "sitting"
        return "standing" if speed <= 0.0 else "running" if speed > RUNNING_MPS else "walking"

    def _plan(self, speed_mps: float) -> ScriptedWalk:
        return ScriptedWalk(self.kind, self._way, self._heading_rad, speed_mps, self._ground_height)

    def _move_to(self, tick: int, sight: Sight) -> None:
        since = 0 if self._start_tick is None else max(0, tick - self._start_tick)
        step = self._step = self._walk.at(since * self._dt_s)
        if step.gait_speed_mps <= 0.0:
            self._sway_rad += SHIFTING_RADPS * self._dt_s
        self._look_on(tick, sight)
        # (bones, 3, 4) skinning matrices of the newest step.
        phase, speed = np.array([step.gait_phase_rad]), np.array([step.gait_speed_mps])
        strides = np.array([step.gait_stride])
        feet = self._footing.step(
            Walkers(
                keys=_ALONE,
                kinds=[self.kind],
                position=step.pose.position[None],
                yaw_rad=np.array([step.pose.yaw_rad]),
                velocity=step.velocity[None],
                yaw_rate_radps=step.angular_velocity[2:],
                gait_phase_rad=phase,
                gait_speed_mps=speed,
                strides=strides,
            )
        )
        self.bones = gait_poses(
            [self.kind],
            phase,
            speed,
            self._look,
            sways_rad=[self._sway_rad],
            strides=strides,
            feet=feet,
        )[0]
        gestures = self._gestures(tick)
        if gestures:
            posed = self.bones.astype(np.float64)
            for goal, share in gestures:
                posed = taken_up(self.kind, posed, goal(posed), share)
            self.bones = posed.astype(np.float32)

    def _gestures(self, tick: int) -> list[tuple[Callable[[Array], Array], float]]:
        """Return the poses that they take up, and how far they have done so."""
        found: list[tuple[Callable[[Array], Array], float]] = []
        if self._sat_tick is not None:
            share = _rise((tick - self._sat_tick) * self._dt_s / SIT_S)
            if self._rose_tick is not None:
                share = min(share, 1 - _rise((tick - self._rose_tick) * self._dt_s / SIT_S))
            found.append((lambda _: seated(self.kind), share))
        for start, duration_s in self._waves:
            time_s = (tick - start) * self._dt_s
            share = min(_rise(time_s / RAISE_S), _rise((duration_s - time_s) / RAISE_S))
            found.append((partial(waving, self.kind, time_s=time_s), share))
        return [(goal, share) for goal, share in found if share > 0.0]

    def _look_on(self, tick: int, sight: Sight) -> None:
        """Turn head and eyes to what they attend to."""
        moving = np.array([self._step.gait_speed_mps > 0.0])
        attention = Attention(
            number=self._number,
            moving=moving,
            waiting=~moving & self._waits & (self._start_tick is None),
            crossing=moving & self._waits,
            phone=np.array([PERSON_KINDS[self.kind].thing == "phone"]),
        )
        wanted = wanted_looks(attention, tick * self._dt_s)
        place = sight(self._looked_at) if self._looked_at else None
        if place is not None:
            wanted = self._towards(place)[None]
        self._look, self._look_rate = follow(self._look, self._look_rate, wanted, self._dt_s)

    def _towards(self, place: Array) -> Array:
        """Return (2,) the look, yaw and pitch, to a place in the world."""
        bones, pose = skeleton(self.kind), self._step.pose
        eyes = (bones.heads[bones.index("eye_l")] + bones.heads[bones.index("eye_r")]) / 2
        x, y, z = rotation.rotate(rotation.inverse(pose.quaternion), place - pose.position) - eyes
        return np.array([np.arctan2(y, x), -np.arctan2(z, np.hypot(x, y))])

    def go(self, speed_mps: float, tick: int) -> None:
        """Start to cross or to walk at `tick`, at up to `speed_mps`; who sits stands up first."""
        self._walk = self._plan(speed_mps)
        self._start_tick = tick
        if self._sat_tick is not None:
            self._rose_tick = tick
            self._start_tick += round(SIT_S / self._dt_s)

    def wave(self, duration_s: float, tick: int) -> None:
        """Wave from `tick` on."""
        self._waves.append((tick, duration_s))

    def sit(self, tick: int) -> None:
        """Sit down from `tick` on; who is under way or sits already goes on as they are."""
        if self._start_tick is None and self._sat_tick is None:
            self._sat_tick = tick

    def look_at(self, name: str) -> None:
        """Look at the actor `name` from now on."""
        self._looked_at = name

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

    def target(self, body_id: int, tick: int, sight: Sight) -> KinematicTarget:
        """Move on to `tick` and return the exact pose there; `sight` says where others are."""
        self._move_to(tick, sight)
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


def _rise(x: float) -> float:
    """Return a rise from 0 to 1 over x in [0, 1], level at both ends."""
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)
