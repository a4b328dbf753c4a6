"""How riders move on their machines: feet on pedals or on the ground, hands on the bar.

A rider is a person whose meshes are seated on the machine at rest: bars straight, cranks as they
are built. Skinning matrices lead from there to any other posture. Everything broadcasts over riders
of one kind. Body frame: the machine's.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.spatial import Figure
from cityloop.world.people import figure, skeleton
from cityloop.world.people_posing import Point, SeatedPose, Seating, turns_about

Array = NDArray[np.float64]

CRANK_BONES = ("crank", "pedal_l", "pedal_r")  # after the person's
PEDAL_HALF_M = 0.011  # of a pedal's thickness
# Toes point down, most on the way up behind the axle.
_TOES_DOWN_RAD, _ANKLING_RAD, _MOST_DOWN_AT_RAD = 0.25, 0.13, np.radians(225.0)
_RISE_M = 0.02  # of the hips on the way over the saddle's nose
# Leaning machines bring the ground nearer to the foot that stands, or farther off than legs reach.
_MOST_LEAN_RAD, _FARTHEST_DOWN_RAD = 0.6, 0.05


@dataclass(frozen=True)
class Crank:
    """Cranks of a bicycle; angles are those of the left one, from straight ahead, up positive.

    Attributes:
        axle: of the bottom bracket.
        length_m: from there to a pedal's axle.
        pedal_y_m: middle of the left pedal.
        angle_rad: at rest.
        coasting_rad: where a rider holds them who does not pedal.
        gear: turns per turn of the rear wheel.
    """

    axle: Point
    length_m: float
    pedal_y_m: float
    angle_rad: float
    coasting_rad: float
    gear: float

    def pedal(self, side: int, turned_rad: Array) -> Array:
        """Return (..., 3) the axle of the left (0) or right (1) pedal after turning (...)."""
        angle = self.angle(side, turned_rad)
        sign = 1.0 - 2.0 * side
        around = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], axis=-1)
        found: Array = self.axle + self.length_m * around + [0.0, sign * self.pedal_y_m, 0.0]
        return found

    def angle(self, side: int, turned_rad: Array) -> Array:
        """Return (...) the angle of a crank after turning; forward is downward ahead."""
        found: Array = self.angle_rad + np.pi * side - turned_rad
        return found

    def foot_pitch(self, side: int, turned_rad: Array) -> Array:
        """Return (...) the pitch of a pedal and the foot on it, toes up positive."""
        behind = np.cos(self.angle(side, turned_rad) - _MOST_DOWN_AT_RAD)
        found: Array = -_TOES_DOWN_RAD - _ANKLING_RAD * behind
        return found


@dataclass(frozen=True)
class Standing:
    """How a rider stands with the left foot on the ground; as in `SeatedPose`.

    Attributes:
        pelvis_roll: positive with the left side down.
        sole: where the ball of the foot is.
    """

    hips: Point
    pelvis_lean: float
    chest_lean: float
    pelvis_roll: float
    sole: Point
    foot_pitch: float


@dataclass(frozen=True)
class Rider:
    """Who rides, and how.

    Attributes:
        person: a key of `PERSON_KINDS`.
        pose: at rest; where there are cranks, the feet are on their pedals instead.
        standing: at a stop.
        crank: of a bicycle.
        twist, bend: by how much of the bar's angle the chest turns with it, and by how much of its
            square, rad per rad^2, it bends forward, so that both hands reach.
        motorcycle_gear: jacket, gloves, full helmet.
    """

    person: str
    pose: SeatedPose
    standing: Standing
    crank: Crank | None = None
    twist: float = 0.0
    bend: float = 0.0
    motorcycle_gear: bool = False


@dataclass(frozen=True)
class Riding:
    """What N riders of a kind do, each (N,).

    Attributes:
        crank_rad: how far the cranks have turned from rest, forward positive.
        steering_rad: angle of the bar, positive to the left.
        standing: 0 rides, 1 stands with the left foot on the ground.
        look_rad: turn of the head to the left.
        tilt_rad: of the head to the right, against the machine's lean.
        lean_rad: of the machine to the right; the ground under the left foot is level.
    """

    crank_rad: Array
    steering_rad: Array
    standing: Array
    look_rad: Array
    tilt_rad: Array
    lean_rad: Array

    @staticmethod
    def at_rest(count: int = 1) -> "Riding":
        """Return riders as their meshes are."""
        return Riding(*np.zeros((6, count)))


def _foot(person: str, pitch: Array, knees_out: float, side: int) -> tuple[Array, Array]:
    """Return (..., 3, 3) turns of a foot, and (..., 3) from the sole under the ball to the ankle.

    A foot points outward as its knee does.
    """
    bones = skeleton(person)
    suffix = ("_l", "_r")[side]
    ankle, ball = (bones.heads[bones.index(name + suffix)] for name in ("foot", "ball"))
    sign = 1.0 - 2.0 * side
    turn = turns_about(2, sign * 0.4 * knees_out) @ turns_about(1, -pitch)
    return turn, turn @ (ankle - ball * [1.0, 1.0, 0.0])


def _posture(rider: Rider, doing: Riding) -> SeatedPose:
    pose, stand = rider.pose, rider.standing
    share = doing.standing
    steering = doing.steering_rad

    def between(seated: ArrayLike, standing: ArrayLike, share: Array = share) -> Array:
        a, b = np.asarray(seated, dtype=np.float64), np.asarray(standing, dtype=np.float64)
        found: Array = a + (b - a) * share
        return found

    hips = between(pose.hips, stand.hips, share[:, None])
    hips[:, 2] += 4.0 * share * (1.0 - share) * _RISE_M * (rider.crank is not None)
    ankles, pitches = [], []
    for side in range(2):
        ankle = np.broadcast_to(np.asarray(pose.ankles[side], dtype=np.float64), (len(share), 3))
        pitch = np.full(len(share), pose.foot_pitch[side])
        if rider.crank is not None:
            pitch = rider.crank.foot_pitch(side, doing.crank_rad)
            turn, ankle = _foot(rider.person, pitch, pose.knees_out, side)
            ankle = rider.crank.pedal(side, doing.crank_rad) + PEDAL_HALF_M * turn[..., 2] + ankle
        if side == 0:
            down = np.full(len(share), stand.foot_pitch)
            _, up = _foot(rider.person, down, pose.knees_out, side)
            sole = np.tile(np.asarray(stand.sole, dtype=np.float64), (len(share), 1))
            lean = np.clip(doing.lean_rad, -_MOST_LEAN_RAD, _FARTHEST_DOWN_RAD)
            sole[:, 2] -= sole[:, 1] * np.tan(lean)
            ankle = between(ankle, up + sole, share[:, None])
            pitch = between(pitch, down)
        ankles.append(ankle)
        pitches.append(pitch)
    return replace(
        pose,
        hips=hips,
        pelvis_lean=between(pose.pelvis_lean, stand.pelvis_lean),
        chest_lean=between(pose.chest_lean, stand.chest_lean) + rider.bend * steering**2,
        head_lean=np.full(len(share), pose.head_lean),
        ankles=(ankles[0], ankles[1]),
        foot_pitch=(pitches[0], pitches[1]),
        pelvis_roll=-stand.pelvis_roll * share,
        chest_yaw=rider.twist * steering,
        head_yaw=doing.look_rad,
        head_roll=doing.tilt_rad,
        bar_turn=steering,
    )


def seated_rider(rider: Rider, doing: Riding) -> Array:
    """Return (N, B, 3, 4) matrices from the standing person's meshes to those of riders."""
    return _seating(rider).bones(_posture(rider, doing))


@cache
def _seating(rider: Rider) -> Seating:
    return Seating(skeleton(rider.person), rider.pose.handle)


@cache
def rider_at_rest(rider: Rider) -> Array:
    """Return (B, 3, 4) matrices from the standing person's mesh to the rider at rest."""
    found: Array = seated_rider(rider, Riding.at_rest())[0]
    return found


@cache
def rider_figure(rider: Rider) -> Figure:
    """Return bones and keypoints of a rider at rest; a bicycle's cranks and pedals are bones."""
    standing, seated = figure(rider.person), rider_at_rest(rider)

    def moved(bones: NDArray[np.int64], points: Array) -> Array:
        found: Array = np.einsum("kij,kj->ki", seated[bones, :, :3], points) + seated[bones, :, 3]
        return found

    names, parents = standing.names, standing.parents
    joints = moved(np.arange(len(names)), standing.joints)
    if rider.crank is not None:
        still = np.zeros(1)
        pedals = [rider.crank.pedal(side, still)[0] for side in range(2)]
        joints = np.vstack([joints, rider.crank.axle, *pedals])
        parents = np.append(parents, [-1, len(names), len(names)])
        names = (*names, *CRANK_BONES)
    keypoints = moved(standing.keypoint_bones, standing.keypoints)
    return Figure(names, parents, joints, standing.keypoint_bones, keypoints)


def riding_bones(rider: Rider, doing: Riding) -> NDArray[np.float32]:
    """Return (N, B, 3, 4) skinning matrices of riders: from the meshes at rest to the posture."""
    rest, now = rider_at_rest(rider), seated_rider(rider, doing)
    back = np.swapaxes(rest[:, :, :3], -1, -2)
    bones = np.empty((len(now), len(rider_figure(rider).names), 3, 4))
    person = bones[:, : len(rest)]
    person[..., :3] = now[..., :3] @ back
    person[..., 3] = now[..., 3] - (person[..., :3] @ rest[:, :, 3, None])[..., 0]
    if rider.crank is not None:
        bones[:, len(rest) :] = _crank_bones(rider.crank, doing.crank_rad)
    return bones.astype(np.float32)


def _crank_bones(crank: Crank, turned_rad: Array) -> Array:
    """Return (N, 3, 3, 4) matrices of crank, left and right pedal."""
    bones = np.empty((len(turned_rad), 3, 3, 4))
    bones[:, 0, :, :3] = turns_about(1, turned_rad)
    bones[:, 0, :, 3] = crank.axle - bones[:, 0, :, :3] @ np.array(crank.axle)
    for side in range(2):
        still = np.zeros_like(turned_rad)
        pitch = crank.foot_pitch(side, turned_rad) - crank.foot_pitch(side, still)
        turn = turns_about(1, -pitch)
        rest, now = crank.pedal(side, still), crank.pedal(side, turned_rad)
        bones[:, 1 + side, :, :3] = turn
        bones[:, 1 + side, :, 3] = now - (turn @ rest[..., None])[..., 0]
    return bones
