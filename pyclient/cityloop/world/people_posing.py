"""Seat people: from hips, hands and feet to the bones of the rest of the body.

For who drives, rides or sits; how people walk is `cityloop.traffic.gaits`. Poses broadcast: many
people of one skeleton are seated at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.spatial.vectors import cross, length
from cityloop.world.people_assets import Skeleton
from cityloop.world.people_limbs import limb_frames, limb_joint

Array = NDArray[np.float64]
Point = tuple[float, float, float]

_LEFT = np.array([0.0, 1.0, 0.0])
_UP = np.array([0.0, 0.0, 1.0])
_AHEAD = np.array([1.0, 0.0, 0.0])
_SIDES = ((1.0, "_l"), (-1.0, "_r"))  # sign of y and suffix of the bones, left and right
_FINGERS = ("index", "middle", "ring", "pinky")
_CLOSED_RAD = (0.75, 1.9, 2.7)  # of the joints of a finger around a handle, from the palm
_PALM_M = 0.075  # wrist to where the palm lies on the handle
_PALM_OVER_HANDLE_M = 0.032


@dataclass(frozen=True)
class SeatedPose:
    """Where seated people's pelvis, hands and feet are; metres and radians, body frame.

    Angles are numbers or (...) arrays, points tuples or (..., 3), all of one shape (...).

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
        pelvis_roll: tilt of the pelvis, positive with the right side down.
        chest_yaw: turn of the chest to the left.
        head_yaw, head_roll: turn of the head to the left, and its tilt to the right.
        bar_x, bar_turn: the handle is turned to the left about the upright axis at this x.
    """

    hips: ArrayLike
    pelvis_lean: ArrayLike
    chest_lean: ArrayLike
    head_lean: ArrayLike
    ankles: tuple[ArrayLike, ArrayLike]
    foot_pitch: tuple[ArrayLike, ArrayLike]
    knees_out: float
    handle: "Handle"
    elbows: Point
    pelvis_roll: ArrayLike = 0.0
    chest_yaw: ArrayLike = 0.0
    head_yaw: ArrayLike = 0.0
    head_roll: ArrayLike = 0.0
    bar_x: float = 0.0
    bar_turn: ArrayLike = 0.0


def axis_rotation(axis: Array, angle: ArrayLike) -> Array:
    """Return the (..., 3, 3) rotations by `angle` (...) rad about `axis` (..., 3) (Rodrigues)."""
    unit = axis / length(axis)
    turn = np.asarray(angle, dtype=np.float64)[..., None, None]
    around = np.zeros((*unit.shape, 3))
    around[..., 0, 1], around[..., 0, 2], around[..., 1, 2] = (
        -unit[..., 2],
        unit[..., 1],
        -unit[..., 0],
    )
    around -= np.swapaxes(around, -1, -2)
    turned: Array = np.eye(3) + np.sin(turn) * around + (1.0 - np.cos(turn)) * around @ around
    return turned


def _lean(angle: ArrayLike) -> Array:
    return axis_rotation(_LEFT, angle)


def _halfway(forearm: Array, hand: Array, along: Array) -> Array:
    """Return `forearm` twisted about its own direction half of the way to the hand's twist."""
    axis = along / length(along)
    turn = hand @ np.swapaxes(forearm, -1, -2)
    spin = np.stack(
        [
            turn[..., 2, 1] - turn[..., 1, 2],
            turn[..., 0, 2] - turn[..., 2, 0],
            turn[..., 1, 0] - turn[..., 0, 1],
        ],
        axis=-1,
    )
    # Swing-twist: the quaternion's part along the axis, w from the trace.
    along_axis = np.einsum("...i,...i->...", spin, axis)
    twist = 2.0 * np.arctan2(along_axis / 2.0, (1.0 + np.einsum("...ii->...", turn)) / 2.0)
    half: Array = axis_rotation(axis, twist / 2.0) @ forearm
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


@dataclass(frozen=True)
class HeldHand:
    """A hand around a handle that is not turned: which bones it has, and where they are.

    Attributes:
        hand: its wrist and turns.
        bones: (K,) rows of the hand and its fingers.
        matrices: (K, 3, 4) their skinning matrices, m.
    """

    hand: Hand
    bones: NDArray[np.int64]
    matrices: Array


def hands_on(skeleton: Skeleton, handle: Handle) -> tuple[HeldHand, HeldHand]:
    """Return the left and the right hand around a handle."""
    held = []
    for side, (_, suffix) in enumerate(_SIDES):
        hand, first = gripping_hand(skeleton, handle, side), skeleton.index("hand" + suffix)
        rest = skeleton.heads[first]
        placed: dict[int, Array] = {}
        for i, (name, parent) in enumerate(
            zip(skeleton.names, skeleton.parents.tolist(), strict=True)
        ):
            if i == first:
                rest, joint = skeleton.heads[i], hand.wrist
            elif parent in placed:
                rest = skeleton.heads[i]
                joint = placed[parent][:, :3] @ rest + placed[parent][:, 3]
            else:
                continue
            turn = hand.turns[name] if name in hand.turns else placed[parent][:, :3]
            placed[i] = np.column_stack([turn, joint - turn @ rest])
        bones = np.array(list(placed), dtype=np.int64)
        held.append(HeldHand(hand, bones, np.array(list(placed.values()))))
    return held[0], held[1]


class _Seating:
    """Turns of the bones, and the joints that they lead to."""

    def __init__(
        self, skeleton: Skeleton, pose: SeatedPose, hands: tuple[HeldHand, HeldHand]
    ) -> None:
        self._skeleton = skeleton
        self._pose = pose
        self._hands = hands
        self._turns: dict[str, Array] = {}
        self._hips = np.asarray(pose.hips, dtype=np.float64)
        self._matrices = np.zeros((*self._hips.shape[:-1], len(skeleton.names), 3, 4))
        # Those that limbs hang on come first, up to the last shoulder or hip.
        self._trunk = 1 + max(map(skeleton.index, ("upperarm_l", "upperarm_r", "thigh_r")))

    def solve(self) -> Array:
        """Return the (..., B, 3, 4) skinning matrices."""
        pose = self._pose
        roll = axis_rotation(_AHEAD, pose.pelvis_roll)
        pelvis = roll @ _lean(pose.pelvis_lean)
        low, high, head = (
            np.asarray(x, dtype=np.float64)
            for x in (pose.pelvis_lean, pose.chest_lean, pose.head_lean)
        )
        self._turns = {"Root": pelvis, "pelvis": pelvis}
        for bone, share in (("spine_01", 1 / 3), ("spine_02", 2 / 3), ("spine_03", 1.0)):
            yaw, left = share * np.asarray(pose.chest_yaw), 1.0 - share
            turn = axis_rotation(_UP, yaw) @ _lean(low + (high - low) * share)
            self._turns[bone] = axis_rotation(_AHEAD, left * np.asarray(pose.pelvis_roll)) @ turn
        yaw, tilt = np.asarray(pose.head_yaw), np.asarray(pose.head_roll)
        neck = axis_rotation(_UP, (yaw + np.asarray(pose.chest_yaw)) / 2) @ _lean((high + head) / 2)
        self._turns["neck_01"] = axis_rotation(_AHEAD, tilt / 2) @ neck
        looking = axis_rotation(_UP, yaw) @ _lean(head)
        self._turns["head"] = axis_rotation(_AHEAD, tilt) @ looking
        self._chain(range(self._trunk))
        for side in range(2):
            self._leg(side)
            self._arm(side)
        held = {bone for hand in self._hands for bone in hand.bones.tolist()}
        rest = [i for i in range(len(self._skeleton.names)) if i not in held]
        self._chain(rest[rest.index(self._skeleton.index("thigh_l")) :])
        return self._matrices

    def _head(self, bone: str) -> Array:
        heads: Array = self._skeleton.heads[self._skeleton.index(bone)]
        return heads

    def _joint(self, bone: str) -> Array:
        matrix = self._matrices[..., self._skeleton.index(bone), :, :]
        moved: Array = matrix[..., :3] @ self._head(bone) + matrix[..., 3]
        return moved

    def _chain(self, bones: Iterable[int]) -> None:
        """Start bones, parents first, where their parents' motion takes their joints."""
        skeleton = self._skeleton
        hips = (self._head("thigh_l") + self._head("thigh_r")) / 2
        for i in bones:
            name = skeleton.names[i]
            above = self._matrices[..., skeleton.parents[i], :, :]
            turn = self._turns.get(name)
            if turn is None:  # goes with its parent
                self._matrices[..., i, :, :] = above
                continue
            if name in ("Root", "pelvis"):
                rest, joint = hips, self._hips
            else:
                rest = skeleton.heads[i]
                joint = above[..., :3] @ rest + above[..., 3]
            self._matrices[..., i, :, :3] = turn
            self._matrices[..., i, :, 3] = joint - turn @ rest

    def _leg(self, side: int) -> None:
        sign, suffix = _SIDES[side]
        hip, knee, ankle = (self._head(bone + suffix) for bone in ("thigh", "calf", "foot"))
        towards = np.array([1.0, sign * self._pose.knees_out, 0.4])
        start = self._joint("thigh" + suffix)
        end = np.asarray(self._pose.ankles[side], dtype=np.float64)
        posed = limb_joint(
            start,
            end,
            towards,
            np.linalg.norm(knee - hip),
            np.linalg.norm(ankle - knee),
        )
        hinge = cross(posed - start, end - posed)  # knees bend about it: to the left
        hinge *= np.sign(hinge @ _LEFT)[..., None]
        for bone, rest, now in (
            ("thigh", knee - hip, posed - start),
            ("calf", ankle - knee, end - posed),
        ):
            self._turns[bone + suffix] = limb_frames(now, hinge) @ limb_frames(rest, _LEFT).T
        foot = axis_rotation(_UP, sign * 0.4 * self._pose.knees_out) @ _lean(
            -np.asarray(self._pose.foot_pitch[side])
        )
        self._turns["foot" + suffix] = self._turns["ball" + suffix] = foot

    def _arm(self, side: int) -> None:
        pose = self._pose
        sign, suffix = _SIDES[side]
        shoulder, elbow, wrist = (
            self._head(bone + suffix) for bone in ("upperarm", "lowerarm", "hand")
        )
        held = self._hands[side]
        start = self._joint("upperarm" + suffix)
        bar, head = axis_rotation(_UP, pose.bar_turn), np.array([pose.bar_x, 0.0, 0.0])
        end = bar @ (held.hand.wrist - head) + head
        turned = bar[..., None, :, :] @ held.matrices
        turned[..., 3] += (head - bar @ head)[..., None, :]
        self._matrices[..., held.bones, :, :] = turned
        towards = np.array(pose.elbows) * [1.0, sign, 1.0]
        posed = limb_joint(
            start,
            end,
            towards,
            np.linalg.norm(elbow - shoulder),
            np.linalg.norm(wrist - elbow),
        )
        rest_hinge = cross(wrist - elbow, elbow - shoulder)
        hinge = cross(end - posed, posed - start)
        upper = limb_frames(posed - start, hinge) @ limb_frames(elbow - shoulder, rest_hinge).T
        lower = limb_frames(end - posed, hinge) @ limb_frames(wrist - elbow, rest_hinge).T
        self._turns["upperarm" + suffix] = upper
        self._turns["lowerarm" + suffix] = _halfway(lower, turned[..., 0, :, :3], end - posed)


def seated_bones(
    skeleton: Skeleton, pose: SeatedPose, hands: tuple[HeldHand, HeldHand] | None = None
) -> Array:
    """Return the (..., B, 3, 4) skinning matrices (rest mesh to posed mesh, m) of the seated.

    `hands` are `hands_on` the pose's handle, for who seats people again and again.
    """
    return _Seating(skeleton, pose, hands or hands_on(skeleton, pose.handle)).solve()
