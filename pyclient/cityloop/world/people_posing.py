"""Seat a person: from hips, hands and feet to the bones of the rest of the body.

Used once when a scene is built, for riders; how people walk is `cityloop.traffic.gaits`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.world.people_assets import Skeleton
from cityloop.world.people_limbs import limb_frames, limb_joint

Array = NDArray[np.float64]
Point = tuple[float, float, float]

_LEFT = np.array([0.0, 1.0, 0.0])
_UP = np.array([0.0, 0.0, 1.0])
_SIDES = ((1.0, "_l"), (-1.0, "_r"))  # sign of y and suffix of the bones, left and right
_FINGERS = ("index", "middle", "ring", "pinky")
_CLOSED_RAD = (0.75, 1.9, 2.7)  # of the joints of a finger around a handle, from the palm
_PALM_M = 0.075  # wrist to where the palm lies on the handle
_PALM_OVER_HANDLE_M = 0.032


@dataclass(frozen=True)
class SeatedPose:
    """Where a seated person's pelvis, hands and feet are; metres and radians, body frame.

    Attributes:
        hips: midway between the hip joints.
        pelvis_lean: forward tilt of the pelvis.
        chest_lean: forward tilt of the chest.
        head_lean: forward tilt of the head, 0 looks ahead.
        ankles: left and right.
        foot_pitch: left and right, positive with the toes up.
        knees_out: sideways turn of the knees, 0 straight ahead; a tangent.
        handle: what the hands hold.
        elbows: direction in which the left elbow points.
    """

    hips: Point
    pelvis_lean: float
    chest_lean: float
    head_lean: float
    ankles: tuple[Point, Point]
    foot_pitch: tuple[float, float]
    knees_out: float
    handle: "Handle"
    elbows: Point


def axis_rotation(axis: Array, angle: float) -> Array:
    """Return the (3, 3) rotation by `angle` rad about `axis` (3,) (Rodrigues' formula)."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turned: Array = np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross
    return turned


def _lean(angle: float) -> Array:
    return axis_rotation(_LEFT, angle)


def _halfway(forearm: Array, hand: Array, along: Array) -> Array:
    """Return `forearm` twisted about its own direction half of the way to the hand's twist."""
    axis = along / np.linalg.norm(along)
    turn = hand @ forearm.T
    spin = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    # Swing-twist: the quaternion's part along the axis, w from the trace.
    twist = 2.0 * np.arctan2(spin @ axis / 2.0, (1.0 + np.trace(turn)) / 2.0)
    half: Array = axis_rotation(axis, float(twist) / 2.0) @ forearm
    return half


@dataclass(frozen=True)
class Handle:
    """What hands hold; a point and directions of the left side, the right one mirrors them.

    Attributes:
        grip: middle of the palm's place, body frame, m.
        along: direction of the handle towards the middle of the body.
        reach: direction from the wrist to the grip.
    """

    grip: Point
    along: Point
    reach: Point


@dataclass(frozen=True)
class Hand:
    """A closed hand: (3,) its wrist in the body frame, m, and (3, 3) turns of its bones by name."""

    wrist: Array
    turns: dict[str, Array]


def gripping_hand(skeleton: Skeleton, handle: Handle, side: int) -> Hand:
    """Return the left (0) or right (1) hand around a handle."""
    sign, suffix = _SIDES[side]
    mirrored = np.array([1.0, sign, 1.0])

    def head(bone: str) -> Array:
        heads: Array = skeleton.heads[skeleton.index(bone + suffix)]
        return heads

    reach = np.array(handle.reach) * mirrored
    reach /= np.linalg.norm(reach)
    across, middle = head("index_01") - head("pinky_01"), head("middle_01") - head("hand")
    # Knuckles along the handle, the palm on top of it.
    hand = limb_frames(reach, np.array(handle.along) * mirrored) @ limb_frames(middle, across).T
    # Fingers close about the line across the knuckles, towards the palm, which faces the body.
    knuckles, palm = hand @ across, hand @ np.array([0.0, -sign, 0.0])
    if np.cross(knuckles, hand @ middle) @ palm < 0:
        knuckles = -knuckles
    turns = {f"hand{suffix}": hand}
    for finger in _FINGERS:
        for joint, angle in enumerate(_CLOSED_RAD, start=1):
            turns[f"{finger}_0{joint}{suffix}"] = axis_rotation(knuckles, angle) @ hand
    wrist = np.array(handle.grip) * mirrored - _PALM_M * reach + _PALM_OVER_HANDLE_M * _UP
    return Hand(wrist, turns)


class _Seating:
    """Turns of the bones, and the joints that they lead to."""

    def __init__(self, skeleton: Skeleton, pose: SeatedPose) -> None:
        self._skeleton = skeleton
        self._pose = pose
        self._turns: dict[str, Array] = {}
        self._matrices = np.zeros((len(skeleton.names), 3, 4))

    def solve(self) -> Array:
        """Return the (B, 3, 4) skinning matrices."""
        pose = self._pose
        pelvis = _lean(pose.pelvis_lean)
        bend = pose.chest_lean - pose.pelvis_lean
        self._turns = {"Root": pelvis, "pelvis": pelvis}
        for i, bone in enumerate(("spine_01", "spine_02", "spine_03")):
            self._turns[bone] = _lean(pose.pelvis_lean + bend * (i + 1) / 3)
        self._turns["neck_01"] = _lean((pose.chest_lean + pose.head_lean) / 2)
        self._turns["head"] = _lean(pose.head_lean)
        self._chain()
        for side in range(2):
            self._leg(side)
            self._arm(side)
        self._chain()
        return self._matrices

    def _head(self, bone: str) -> Array:
        heads: Array = self._skeleton.heads[self._skeleton.index(bone)]
        return heads

    def _joint(self, bone: str) -> Array:
        matrix = self._matrices[self._skeleton.index(bone)]
        moved: Array = matrix[:, :3] @ self._head(bone) + matrix[:, 3]
        return moved

    def _chain(self) -> None:
        """Start every bone where its parent's motion takes its joint."""
        skeleton = self._skeleton
        hips = (self._head("thigh_l") + self._head("thigh_r")) / 2
        for i, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
            above = self._matrices[parent]
            turn = self._turns.get(name, above[:, :3])
            if name in ("Root", "pelvis"):
                rest, joint = hips, np.array(self._pose.hips)
            else:
                rest = skeleton.heads[i]
                joint = above[:, :3] @ rest + above[:, 3]
            self._matrices[i, :, :3] = turn
            self._matrices[i, :, 3] = joint - turn @ rest

    def _leg(self, side: int) -> None:
        sign, suffix = _SIDES[side]
        hip, knee, ankle = (self._head(bone + suffix) for bone in ("thigh", "calf", "foot"))
        towards = np.array([1.0, sign * self._pose.knees_out, 0.4])
        start, end = self._joint("thigh" + suffix), np.array(self._pose.ankles[side])
        posed = limb_joint(
            start,
            end,
            towards,
            np.linalg.norm(knee - hip),
            np.linalg.norm(ankle - knee),
        )
        hinge = np.cross(posed - start, end - posed)  # knees bend about it: to the left
        hinge *= np.sign(hinge @ _LEFT)
        for bone, rest, now in (
            ("thigh", knee - hip, posed - start),
            ("calf", ankle - knee, end - posed),
        ):
            self._turns[bone + suffix] = limb_frames(now, hinge) @ limb_frames(rest, _LEFT).T
        foot = axis_rotation(np.array([0.0, 0.0, 1.0]), sign * 0.4 * self._pose.knees_out) @ _lean(
            -self._pose.foot_pitch[side]
        )
        self._turns["foot" + suffix] = self._turns["ball" + suffix] = foot

    def _arm(self, side: int) -> None:
        sign, suffix = _SIDES[side]
        shoulder, elbow, wrist = (
            self._head(bone + suffix) for bone in ("upperarm", "lowerarm", "hand")
        )
        hand = gripping_hand(self._skeleton, self._pose.handle, side)
        start = self._joint("upperarm" + suffix)
        end = hand.wrist
        towards = np.array(self._pose.elbows) * [1.0, sign, 1.0]
        posed = limb_joint(
            start,
            end,
            towards,
            np.linalg.norm(elbow - shoulder),
            np.linalg.norm(wrist - elbow),
        )
        rest_hinge = np.cross(wrist - elbow, elbow - shoulder)
        hinge = np.cross(end - posed, posed - start)
        upper = limb_frames(posed - start, hinge) @ limb_frames(elbow - shoulder, rest_hinge).T
        lower = limb_frames(end - posed, hinge) @ limb_frames(wrist - elbow, rest_hinge).T
        self._turns["upperarm" + suffix] = upper
        self._turns["lowerarm" + suffix] = _halfway(lower, hand.turns["hand" + suffix], end - posed)
        self._turns |= hand.turns


def seated_bones(skeleton: Skeleton, pose: SeatedPose) -> Array:
    """Return the (B, 3, 4) skinning matrices (rest mesh to posed mesh, m) of a seated person."""
    return _Seating(skeleton, pose).solve()
