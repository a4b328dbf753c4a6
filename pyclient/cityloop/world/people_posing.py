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
_X, _Y, _Z = range(3)
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


def turns_about(axis: int, angle: ArrayLike) -> Array:
    """Return the (..., 3, 3) rotations by `angle` (...) rad about x, y or z (0, 1, 2)."""
    rad = np.asarray(angle, dtype=np.float64)
    cos, sin = np.cos(rad), np.sin(rad)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    turned = np.zeros((*rad.shape, 3, 3))
    turned[..., axis, axis] = 1.0
    turned[..., i, i] = turned[..., j, j] = cos
    turned[..., i, j], turned[..., j, i] = -sin, sin
    return turned


def _lean(angle: ArrayLike) -> Array:
    return turns_about(_Y, angle)


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


@dataclass(frozen=True)
class _Limbs:
    """Both arms, or both legs: axis 0 is left and right, axis 1 the upper and the lower bone.

    Attributes:
        bones: names of the two bones and of what hangs on them, without side.
        back: (2, 2, 3, 3) turns that lay the bones at rest along x with their hinge along y.
        length_m: (2, 2, 1).
    """

    bones: tuple[str, str, str]
    back: Array
    length_m: Array

    @staticmethod
    def of(skeleton: Skeleton, bones: tuple[str, str, str], hinge: Array | None) -> "_Limbs":
        """Return limbs that bend about `hinge` (3,) at rest, or as they are bent then."""
        back, lengths = np.empty((2, 2, 3, 3)), np.empty((2, 2, 1))
        for side, (_, suffix) in enumerate(_SIDES):
            first, joint, last = (skeleton.heads[skeleton.index(b + suffix)] for b in bones)
            around = cross(last - joint, joint - first) if hinge is None else hinge
            for k, bone in enumerate((joint - first, last - joint)):
                back[side, k] = limb_frames(bone, around).T
                lengths[side, k] = np.linalg.norm(bone)
        return _Limbs(bones, back, lengths)

    def joint(self, start: Array, end: Array, towards: Array) -> Array:
        """Return (..., 2, 3) the joints of limbs (..., 2, 3) bent `towards` (2, 3)."""
        return limb_joint(start, end, towards, self.length_m[:, 0], self.length_m[:, 1])

    def turns(self, start: Array, joint: Array, end: Array, hinge: Array) -> tuple[Array, Array]:
        """Return (..., 2, 3, 3) turns of upper and lower bones, (..., 2, 3) each given."""
        return (
            limb_frames(joint - start, hinge) @ self.back[:, 0],
            limb_frames(end - joint, hinge) @ self.back[:, 1],
        )


class Seating:
    """Seats people of a skeleton, whose hands hold a handle."""

    def __init__(self, skeleton: Skeleton, handle: Handle) -> None:
        self._skeleton = skeleton
        self._hands = hands_on(skeleton, handle)
        self._wrists = np.array([held.hand.wrist for held in self._hands])
        self._legs = _Limbs.of(skeleton, ("thigh", "calf", "foot"), _LEFT)
        self._arms = _Limbs.of(skeleton, ("upperarm", "lowerarm", "hand"), None)
        self._hips = (self._head("thigh_l") + self._head("thigh_r")) / 2
        # What limbs hang on comes first, up to the last shoulder or hip; held hands are done.
        count, held = len(skeleton.names), {b for h in self._hands for b in h.bones.tolist()}
        last = max(map(skeleton.index, ("upperarm_l", "upperarm_r", "thigh_r")))
        self._trunk = range(last + 1)
        self._limbs = [i for i in range(skeleton.index("thigh_l"), count) if i not in held]

    def bones(self, pose: SeatedPose) -> Array:
        """Return (..., B, 3, 4) skinning matrices, rest mesh to posed mesh, m.

        The pose's handle is the one that this was made for.
        """
        hips = np.asarray(pose.hips, dtype=np.float64)
        matrices = np.zeros((*hips.shape[:-1], len(self._skeleton.names), 3, 4))
        turns = self._trunk_turns(pose)
        self._chain(self._trunk, turns, matrices, hips)
        self._pose_legs(pose, turns, matrices)
        self._pose_arms(pose, turns, matrices)
        self._chain(self._limbs, turns, matrices, hips)
        return matrices

    def _trunk_turns(self, pose: SeatedPose) -> dict[str, Array]:
        low, high, head, roll, yaw = (
            np.asarray(x, dtype=np.float64)
            for x in (
                *(pose.pelvis_lean, pose.chest_lean, pose.head_lean),
                *(pose.pelvis_roll, pose.chest_yaw),
            )
        )
        pelvis = turns_about(_X, roll) @ _lean(low)
        turns = {"Root": pelvis, "pelvis": pelvis}
        for bone, share in (("spine_01", 1 / 3), ("spine_02", 2 / 3), ("spine_03", 1.0)):
            turn = turns_about(_Z, share * yaw) @ _lean(low + (high - low) * share)
            turns[bone] = turns_about(_X, (1.0 - share) * roll) @ turn if share < 1.0 else turn
        look, tilt = np.asarray(pose.head_yaw), np.asarray(pose.head_roll)
        neck = turns_about(_Z, (look + yaw) / 2) @ _lean((high + head) / 2)
        turns["neck_01"] = turns_about(_X, tilt / 2) @ neck
        turns["head"] = turns_about(_X, tilt) @ turns_about(_Z, look) @ _lean(head)
        return turns

    def _head(self, bone: str) -> Array:
        heads: Array = self._skeleton.heads[self._skeleton.index(bone)]
        return heads

    def _joints(self, bone: str, matrices: Array) -> Array:
        """Return (..., 2, 3) where the left and the right bone start."""
        joints = []
        for _, suffix in _SIDES:
            matrix = matrices[..., self._skeleton.index(bone + suffix), :, :]
            joints.append(matrix[..., :3] @ self._head(bone + suffix) + matrix[..., 3])
        return np.stack(joints, axis=-2)

    def _chain(
        self, bones: Iterable[int], turns: dict[str, Array], matrices: Array, hips: Array
    ) -> None:
        """Start bones, parents first, where their parents' motion takes their joints."""
        skeleton = self._skeleton
        for i in bones:
            name = skeleton.names[i]
            above = matrices[..., skeleton.parents[i], :, :]
            turn = turns.get(name)
            if turn is None:  # goes with its parent
                matrices[..., i, :, :] = above
                continue
            if name in ("Root", "pelvis"):
                rest, joint = self._hips, hips
            else:
                rest = skeleton.heads[i]
                joint = above[..., :3] @ rest + above[..., 3]
            matrices[..., i, :, :3] = turn
            matrices[..., i, :, 3] = joint - turn @ rest

    def _pose_legs(self, pose: SeatedPose, turns: dict[str, Array], matrices: Array) -> None:
        out = pose.knees_out
        towards = np.array([[1.0, sign * out, 0.4] for sign, _ in _SIDES])
        start = self._joints("thigh", matrices)
        end = np.stack([np.asarray(a, dtype=np.float64) for a in pose.ankles], axis=-2)
        knee = self._legs.joint(start, end, towards)
        hinge = cross(knee - start, end - knee)  # knees bend about it: to the left
        hinge *= np.sign(hinge[..., 1:2])
        thigh, calf = self._legs.turns(start, knee, end, hinge)
        pitch = np.stack([np.asarray(p, dtype=np.float64) for p in pose.foot_pitch], axis=-1)
        foot = turns_about(_Z, [sign * 0.4 * out for sign, _ in _SIDES]) @ _lean(-pitch)
        for side, (_, suffix) in enumerate(_SIDES):
            for bone, turn in (("thigh", thigh), ("calf", calf), ("foot", foot), ("ball", foot)):
                turns[bone + suffix] = turn[..., side, :, :]

    def _pose_arms(self, pose: SeatedPose, turns: dict[str, Array], matrices: Array) -> None:
        start = self._joints("upperarm", matrices)
        bar, head = turns_about(_Z, pose.bar_turn), np.array([pose.bar_x, 0.0, 0.0])
        end = (self._wrists - head) @ np.swapaxes(bar, -1, -2) + head
        towards = np.array(pose.elbows) * [[1.0, sign, 1.0] for sign, _ in _SIDES]
        elbow = self._arms.joint(start, end, towards)
        hinge = cross(end - elbow, elbow - start)
        upper, lower = self._arms.turns(start, elbow, end, hinge)
        moved = (head - bar @ head)[..., None, :]
        hands = []
        for held in self._hands:
            turned = bar[..., None, :, :] @ held.matrices
            turned[..., 3] += moved
            matrices[..., held.bones, :, :] = turned
            hands.append(turned[..., 0, :, :3])
        forearm = _halfway(lower, np.stack(hands, axis=-3), end - elbow)
        for side, (_, suffix) in enumerate(_SIDES):
            turns["upperarm" + suffix] = upper[..., side, :, :]
            turns["lowerarm" + suffix] = forearm[..., side, :, :]


def seated_bones(skeleton: Skeleton, pose: SeatedPose) -> Array:
    """Return the (..., B, 3, 4) skinning matrices (rest mesh to posed mesh, m) of the seated."""
    return Seating(skeleton, pose.handle).bones(pose)
