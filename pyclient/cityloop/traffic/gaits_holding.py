"""Arms of people who push or hold something: hands that the body's sway does not turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.world.people import PERSON_KINDS, skeleton
from cityloop.world.people_holding import holding_hands
from cityloop.world.people_limbs import limb_frames, limb_joint
from cityloop.world.people_posing import Hand
from cityloop.world.people_prams import ROOT_BONE

Array = NDArray[np.float64]

_SIDES = (("_l", 1.0), ("_r", -1.0))
_ELBOW_OUT = 0.45  # elbows point down, back and this much outwards


@dataclass(frozen=True)
class _Arm:
    """An arm of a kind of person.

    Attributes:
        clavicle, upper, lower: indices of the bones.
        shoulder, elbow, wrist: (3,) joints at rest, m.
        grip: (3,) the wrist when the hand holds the thing, m.
        hand_bones: (H,) indices of hand and fingers.
        hand: (H, 3, 4) their skinning matrices then.
        outwards: sign of y.
    """

    clavicle: int
    upper: int
    lower: int
    shoulder: Array
    elbow: Array
    wrist: Array
    grip: Array
    hand_bones: NDArray[np.intp]
    hand: Array
    outwards: float


@lru_cache(maxsize=64)
def _arms(kind: str) -> tuple[_Arm, ...]:
    bones = skeleton(kind)

    def arm(side: int, held: Hand) -> _Arm:
        suffix, outwards = _SIDES[side]
        clavicle, upper, lower, hand = (
            bones.index(name + suffix) for name in ("clavicle", "upperarm", "lowerarm", "hand")
        )
        matrices: dict[int, Array] = {}
        for bone, (name, parent) in enumerate(zip(bones.names, bones.parents, strict=True)):
            if bone == hand:
                turn, joint = held.turns[name], held.wrist
            elif int(parent) in matrices:
                above = matrices[int(parent)]
                turn = held.turns.get(name, above[:, :3])
                joint = above[:, :3] @ bones.heads[bone] + above[:, 3]
            else:
                continue
            matrices[bone] = np.column_stack([turn, joint - turn @ bones.heads[bone]])
        return _Arm(
            clavicle=clavicle,
            upper=upper,
            lower=lower,
            shoulder=bones.heads[upper],
            elbow=bones.heads[lower],
            wrist=bones.heads[hand],
            grip=held.wrist,
            hand_bones=np.array(list(matrices), dtype=np.intp),
            hand=np.stack(list(matrices.values())),
            outwards=outwards,
        )

    return tuple(arm(*held) for held in holding_hands(PERSON_KINDS[kind].thing, bones).items())


def _bone(turn: Array, rest: Array, joint: Array) -> Array:
    """Return (N, 3, 4) matrices that turn about a joint at rest (3,) and take it to (N, 3)."""
    return np.concatenate([turn, (joint - turn @ rest)[:, :, None]], axis=2)


def _hold(arm: _Arm, matrices: Array, *, carried: bool) -> None:
    """Put one arm of N people where it holds something, in place.

    What is `carried` goes with the shoulder without turning; a pram's handle stays.
    """
    clavicle = matrices[:, arm.clavicle]
    shoulder = clavicle[:, :, :3] @ arm.shoulder + clavicle[:, :, 3]
    count = len(matrices)
    along = shoulder - arm.shoulder if carried else np.zeros((count, 3))
    wrist = arm.grip + along
    upper, lower = arm.elbow - arm.shoulder, arm.wrist - arm.elbow
    elbow = limb_joint(
        shoulder,
        wrist,
        np.tile([-0.4, _ELBOW_OUT * arm.outwards, -1.0], (count, 1)),
        np.full((count, 1), np.linalg.norm(upper)),
        np.full((count, 1), np.linalg.norm(lower)),
    )
    rest_hinge, hinge = np.cross(lower, upper), np.cross(wrist - elbow, elbow - shoulder)
    for bone, rest, posed, start, joint in (
        (arm.upper, upper, elbow - shoulder, arm.shoulder, shoulder),
        (arm.lower, lower, wrist - elbow, arm.elbow, elbow),
    ):
        turn = limb_frames(posed, hinge) @ limb_frames(rest, rest_hinge).T
        matrices[:, bone] = _bone(turn, start, joint)
    hand = np.repeat(arm.hand[None], count, axis=0)
    hand[..., 3] += along[:, None]
    matrices[:, arm.hand_bones] = hand


def hold_things(kinds: Sequence[str], matrices: NDArray[np.float32]) -> None:
    """Put the hands of those of N `kinds` who push or hold something where it is, in place.

    Args:
        kinds: N keys of PERSON_KINDS.
        matrices: (N, B, 3, 4) skinning matrices; the root's of those who push a pram, which it
            carries, becomes the identity: the pram keeps its place in the body frame.
    """
    holding = {kind for kind in kinds if PERSON_KINDS[kind].thing}
    for kind in sorted(holding):
        rows = np.array([i for i, k in enumerate(kinds) if k == kind], dtype=np.intp)
        posed = matrices[rows].astype(np.float64)
        if PERSON_KINDS[kind].pram:
            posed[:, skeleton(kind).index(ROOT_BONE)] = np.eye(3, 4)
        for arm in _arms(kind):
            _hold(arm, posed, carried=not PERSON_KINDS[kind].pram)
        matrices[rows] = posed
