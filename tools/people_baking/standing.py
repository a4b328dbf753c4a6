"""Bring a body from MakeHuman's rest pose (arms spread) to relaxed standing, arms hanging.

The result is the rest mesh of the skeleton, so that walking bends the shoulders but little.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from people_baking.makehuman import Rig

Array = NDArray[np.float64]

UPPER_ARM_ABDUCTION_RAD = np.radians(8.0)
FOREARM_ABDUCTION_RAD = np.radians(2.0)
ELBOW_FLEXION_RAD = np.radians(16.0)
UPPER_ARM_EXTENSION_RAD = np.radians(3.0)
CLAVICLE_DROP_RAD = np.radians(5.0)
TOE_OUT_RAD = np.radians(5.0)
FINGER_CURL_RAD = np.radians(14.0)  # of each finger joint
STANCE_HALF_WIDTH = 0.078  # lateral distance of the ankles from the middle, in leg lengths
KNEE_REACH = 0.9965  # hip to ankle, in lengths of the stretched leg: knees not locked


def axis_rotation(axis: Array, angle: float) -> Array:
    """Return the (3, 3) rotation by `angle` rad about `axis` (Rodrigues' formula)."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _frame(direction: Array, hinge: Array) -> Array:
    """Return the (3, 3) frame with columns along a limb, along its hinge, and across both."""
    along = direction / np.linalg.norm(direction)
    across = np.cross(along, hinge)
    across /= np.linalg.norm(across)
    return np.stack([along, np.cross(across, along), across], axis=1)


def _turn(rest: Array, rest_hinge: Array, posed: Array, posed_hinge: Array) -> Array:
    return _frame(posed, posed_hinge) @ _frame(rest, rest_hinge).T


@dataclass(frozen=True)
class Standing:
    """The body in relaxed standing: (V, 3) positions and the rig whose joints are there."""

    positions: Array
    rig: Rig


def _arm(rig: Rig, side: str, turns: dict[str, Array]) -> None:
    sign = 1.0 if side == "l" else -1.0
    upper, lower, hand = (rig.names.index(f"{n}_{side}") for n in ("upperarm", "lowerarm", "hand"))
    u = rig.heads[lower] - rig.heads[upper]
    f = rig.heads[hand] - rig.heads[lower]
    hinge = np.cross(f, u)  # flexion brings the forearm forward about -hinge
    swing, flex = UPPER_ARM_EXTENSION_RAD, ELBOW_FLEXION_RAD - UPPER_ARM_EXTENSION_RAD
    a, b = UPPER_ARM_ABDUCTION_RAD, FOREARM_ABDUCTION_RAD
    down = np.array([-np.sin(swing), sign * np.sin(a), -np.cos(a)])
    fore = np.array([np.sin(flex), sign * np.sin(b), -np.cos(flex)])
    lateral = np.cross(fore, down)
    turns[f"clavicle_{side}"] = axis_rotation(np.array([1.0, 0, 0]), -sign * CLAVICLE_DROP_RAD)
    turns[f"upperarm_{side}"] = _turn(u, hinge, down, lateral)
    turns[f"lowerarm_{side}"] = turns[f"hand_{side}"] = _turn(f, hinge, fore, lateral)


def _fingers(rig: Rig, side: str, turns: dict[str, Array]) -> None:
    """Curl the fingers about the axis across the knuckles."""
    hand = turns[f"hand_{side}"]
    index, little = (rig.heads[rig.names.index(f"{n}_01_{side}")] for n in ("index", "pinky"))
    across = hand @ (index - little)
    # The curl turns the fingers towards the palm, which faces the body.
    finger = hand @ (
        rig.tails[rig.names.index(f"middle_01_{side}")]
        - rig.heads[rig.names.index(f"middle_01_{side}")]
    )
    inward = np.array([0.0, -1.0 if side == "l" else 1.0, 0.0])
    if np.dot(np.cross(across, finger), inward) < 0:
        across = -across
    for finger_name in ("index", "middle", "ring", "pinky"):
        for joint in (1, 2, 3):
            turn = axis_rotation(across, FINGER_CURL_RAD * joint)
            turns[f"{finger_name}_0{joint}_{side}"] = turn @ hand
    for joint in (1, 2, 3):
        turns[f"thumb_0{joint}_{side}"] = hand


def _leg(rig: Rig, side: str, turns: dict[str, Array]) -> None:
    sign = 1.0 if side == "l" else -1.0
    thigh, calf, foot = (rig.names.index(f"{n}_{side}") for n in ("thigh", "calf", "foot"))
    hip, knee, ankle = rig.heads[[thigh, calf, foot]]
    upper, lower = np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)
    reach = KNEE_REACH * (upper + lower)
    dy = sign * STANCE_HALF_WIDTH * (upper + lower) - hip[1]
    dx = -0.02 * reach
    to_ankle = np.array([dx, dy, -np.sqrt(reach**2 - dx**2 - dy**2)])
    along = (reach**2 + upper**2 - lower**2) / (2 * reach)
    direction = to_ankle / reach
    forward = np.array([1.0, 0, 0]) - direction[0] * direction
    forward /= np.linalg.norm(forward)
    posed_knee = along * direction + np.sqrt(upper**2 - along**2) * forward
    lateral = np.array([0.0, 1.0, 0.0])
    turns[f"thigh_{side}"] = _turn(knee - hip, lateral, posed_knee, lateral)
    turns[f"calf_{side}"] = _turn(ankle - knee, lateral, to_ankle - posed_knee, lateral)
    turns[f"foot_{side}"] = axis_rotation(np.array([0.0, 0, 1]), sign * TOE_OUT_RAD)
    turns[f"ball_{side}"] = turns[f"foot_{side}"]


def _spine(stoop_rad: float, turns: dict[str, Array]) -> None:
    """Bend the back forward by up to `stoop_rad` at the chest; the head looks ahead again."""
    lateral = np.array([0.0, 1.0, 0.0])
    shares = {"spine_01": 0.25, "spine_02": 0.6, "spine_03": 1.0, "neck_01": 1.3, "head": 0.25}
    for bone, share in shares.items():
        turns[bone] = axis_rotation(lateral, stoop_rad * share)
    turns["eye_l"] = turns["eye_r"] = turns["head"]


def stand(positions: Array, rig: Rig, stoop_rad: float = 0.0) -> Standing:
    """Pose (V, 3) body-frame `positions`; the joints come back exactly mirrored left to right."""
    turns: dict[str, Array] = {}
    _spine(stoop_rad, turns)
    for side in ("l", "r"):
        _arm(rig, side, turns)
        turns[f"clavicle_{side}"] = turns["spine_03"] @ turns[f"clavicle_{side}"]
        _fingers(rig, side, turns)
        _leg(rig, side, turns)
    rotations = np.stack([turns.get(name, np.eye(3)) for name in rig.names])
    heads = rig.heads.copy()
    for bone, parent in enumerate(rig.parents):
        if parent >= 0:
            offset = rig.heads[bone] - rig.heads[parent]
            heads[bone] = heads[parent] + rotations[parent] @ offset
    tails = heads + np.einsum("bij,bj->bi", rotations, rig.tails - rig.heads)
    moved = np.einsum("bij,bj->bi", rotations, rig.heads)
    skin = np.einsum("vb,bij->vij", rig.weights, rotations)
    shift = rig.weights @ (heads - moved)
    posed = np.einsum("vij,vj->vi", skin, positions) + shift
    return Standing(posed, replace(rig, heads=heads, tails=tails))
