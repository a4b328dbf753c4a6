"""Waving and sitting: poses that one person takes up from their gait, and back.

A gesture is a pose and how far it has been taken up, 0 to 1; between, every bone turns the shorter
way from the gait's pose, while bones keep their lengths.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import rotation
from cityloop.world.people import Skeleton, skeleton
from cityloop.world.people_limbs import limb_frames, limb_joint
from cityloop.world.people_posing import Handle, SeatedPose, seated_bones

Array = NDArray[np.float64]

SIT_S = 1.4  # that sitting down or standing up takes
RAISE_S = 0.5  # that raising or lowering an arm takes
WAVES_PER_S = 1.7
_ROOTS = ("Root", "pelvis")
_SIGHT = ("neck_01", "head", "eye_l", "eye_r")  # they turn by themselves
# Of a raised hand from the shoulder, in lengths of the arm, and how far it waves to either side.
_RAISED, _WAVING = np.array([0.24, -0.40, 0.32]), 0.17
_ELBOW = np.array([-0.2, -0.7, -0.7])  # where it points


@lru_cache(maxsize=64)
def seated(kind: str) -> Array:
    """Return the (B, 3, 4) skinning matrices of a kind of person on a seat behind their feet.

    The thighs are level: the seat is as high as the hollow of the knee. Hands lie on the thighs.
    """
    bones = skeleton(kind)

    def head(name: str) -> Array:
        return np.asarray(bones.heads[bones.index(name)])

    hip, knee, ankle = (head(f"{bone}_l") for bone in ("thigh", "calf", "foot"))
    thigh, shank = np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)
    knee_x, knee_z = float(ankle[0] + 0.04), float(ankle[2] + shank)
    left = (float(ankle[0]), float(ankle[1]), float(ankle[2]))
    pose = SeatedPose(
        hips=(knee_x - 0.98 * float(thigh), 0.0, knee_z + 0.01),
        pelvis_lean=-0.08,
        chest_lean=0.06,
        head_lean=0.0,
        ankles=(left, (left[0], -left[1], left[2])),
        foot_pitch=(0.0, 0.0),
        knees_out=0.10,
        handle=Handle(
            grip=(knee_x - 0.30 * float(thigh), 1.25 * left[1], knee_z + 0.20 * float(thigh)),
            along=(0.0, -1.0, 0.0),
            reach=(1.0, 0.0, -0.2),
        ),
        elbows=(-0.7, 0.5, -0.5),
    )
    return seated_bones(bones, pose)


def waving(kind: str, matrices: Array, time_s: float) -> Array:
    """Return a pose (B, 3, 4) with the right hand raised, `time_s` after it began to wave."""
    bones, posed = skeleton(kind), matrices.copy()
    upper, lower, hand = (bones.index(f"{b}_r") for b in ("upperarm", "lowerarm", "hand"))
    clavicle = posed[bones.index("clavicle_r")]
    first, elbow, wrist = bones.heads[upper], bones.heads[lower], bones.heads[hand]
    lengths = float(np.linalg.norm(elbow - first)), float(np.linalg.norm(wrist - elbow))
    shoulder = clavicle[:, :3] @ first + clavicle[:, 3]
    sway = np.sin(2 * np.pi * WAVES_PER_S * time_s)
    goal = shoulder + sum(lengths) * (_RAISED + [0.0, _WAVING * sway, 0.0])
    bend = limb_joint(shoulder, goal, _ELBOW, np.float64(lengths[0]), np.float64(lengths[1]))
    rest_hinge = np.cross(wrist - elbow, elbow - first)
    hinge = np.cross(goal - bend, bend - shoulder)
    for bone, rest, now, start, joint in (
        (upper, elbow - first, bend - shoulder, first, shoulder),
        (lower, wrist - elbow, goal - bend, elbow, bend),
    ):
        turn = limb_frames(now, hinge) @ limb_frames(rest, rest_hinge).T
        posed[bone] = np.column_stack([turn, joint - turn @ start])
    across = bones.heads[bones.index("index_01_r")] - bones.heads[bones.index("pinky_01_r")]
    along = bones.heads[bones.index("middle_01_r")] - wrist
    # Fingers up, the palm to the front.
    turn = limb_frames(np.array([0.1, 0.35 * sway, 1.0]), np.array([0.0, 1.0, 0.0]))
    turn = turn @ limb_frames(along, across).T
    below = {hand}
    for bone, parent in enumerate(bones.parents.tolist()):
        if bone == hand or parent in below:
            below.add(bone)
            posed[bone] = np.column_stack([turn, goal - turn @ wrist])
    return posed


def taken_up(kind: str, matrices: Array, goal: Array, share: float) -> Array:
    """Return the pose (B, 3, 4) that has gone `share` of the way from `matrices` to `goal`.

    The ankles' middle stays where it is in `matrices`, and so do the looks.
    """
    if share <= 0.0:
        return matrices
    bones = skeleton(kind)
    posed = np.empty_like(matrices)
    for bone, (name, parent) in enumerate(zip(bones.names, bones.parents.tolist(), strict=True)):
        turn = matrices[bone, :, :3]
        if name not in _SIGHT:
            turn = _between(turn, goal[bone, :, :3], share)
        rest = bones.heads[bone]
        if name in _ROOTS:
            ends = (m[bone, :, :3] @ rest + m[bone, :, 3] for m in (matrices, goal))
            joint = (1 - share) * next(ends) + share * next(ends)
        else:
            joint = posed[parent, :, :3] @ rest + posed[parent, :, 3]
        posed[bone] = np.column_stack([turn, joint - turn @ rest])
    posed[:, :, 3] += _ankles(bones, matrices) - _ankles(bones, posed)
    return posed


def _between(a: Array, b: Array, share: float) -> Array:
    way = rotation.rotation_vector(rotation.from_matrix(a.T @ b))
    return np.asarray(a @ rotation.to_matrix(rotation.from_rotation_vector(share * way)))


def _ankles(bones: Skeleton, matrices: Array) -> Array:
    feet = [bones.index("foot_l"), bones.index("foot_r")]
    places = np.einsum("nij,nj->ni", matrices[feet, :, :3], bones.heads[feet])
    return np.asarray((places + matrices[feet, :, 3]).mean(axis=0))
