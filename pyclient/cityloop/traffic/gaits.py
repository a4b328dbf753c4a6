"""Skeleton poses of standing, walking and running people, as pure functions of phase and speed.

The phase is 0 when the left heel lands and pi when the right one does; 2 pi is a stride of two
steps. Somebody who covers ds metres advances it by `gait_phase_rate(kind, speed) * ds`: then the
feet on the ground stay where they are.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.gaits_legs import FootPath, FootShape, foot_path, limb_frames, reach
from cityloop.traffic.gaits_style import GaitStyle, gait_style, stride_length
from cityloop.world.people import PERSON_KINDS, Skeleton, skeleton

Array = NDArray[np.float64]

LEG_STRETCH = 0.9985  # hip to ankle, in lengths of the straight leg, when most stretched
BOB_LEAD_RAD = 0.2  # the hips turn a little before the middle of stance and double support
FASTEST_MPS = 8.0  # faster people move as at this speed
_SPEED_STEP_MPS = 0.05
_Y = np.array([0.0, 1.0, 0.0])
_SIDES = (("l", 1.0, 0.0), ("r", -1.0, np.pi))  # bone suffix, sign of y, phase ahead


@dataclass(frozen=True)
class _Body:
    """A skeleton with what the gait needs of it."""

    bones: Skeleton
    feet: tuple[FootShape, FootShape]
    hip_center: Array
    hip_height_m: float
    hip_drops_m: Array  # by speed in steps of _SPEED_STEP_MPS

    def head(self, name: str) -> Array:
        return self.bones.heads[self.bones.index(name)]


def _foot_shape(kind: str, bones: Skeleton, side: str) -> FootShape:
    ankle = bones.heads[bones.index(f"foot_{side}")]
    ball = bones.heads[bones.index(f"ball_{side}")]
    return FootShape(
        ankle_x=float(ankle[0]),
        ankle_z=float(ankle[2]),
        heel=PERSON_KINDS[kind].heel_x_m - float(ankle[0]),
        ball=float(ball[0] - ankle[0]),
        ball_z=float(ball[2]),
    )


@lru_cache(maxsize=32)
def _body(kind: str) -> _Body:
    bones = skeleton(kind)
    feet = (_foot_shape(kind, bones, "l"), _foot_shape(kind, bones, "r"))
    hips = bones.heads[[bones.index("thigh_l"), bones.index("thigh_r")]]
    center = hips.mean(axis=0)
    body = _Body(bones, feet, center, float(center[2]), np.zeros(0))
    return _Body(bones, feet, center, float(center[2]), _hip_drops(body))


def _hip_drops(body: _Body) -> Array:
    """Return how far below their rest height the hips must be so that both legs always reach.

    The hips go up and down as a sine of twice the phase around that; both feet are looked at over
    a whole stride, for each speed of the table.
    """
    speeds = np.arange(0.0, FASTEST_MPS + _SPEED_STEP_MPS, _SPEED_STEP_MPS)
    phases = np.linspace(0.0, 2 * np.pi, 96, endpoint=False)
    grid = np.repeat(speeds, len(phases))
    phase = np.tile(phases, len(speeds))
    style = gait_style(grid, body.hip_height_m)
    thigh, knee, ankle = (body.head(f"{b}_l") for b in ("thigh", "calf", "foot"))
    longest = LEG_STRETCH * (np.linalg.norm(knee - thigh) + np.linalg.norm(ankle - knee))
    foot = foot_path(phase, style, body.feet[0])
    away = (foot.x - thigh[0]) ** 2 + (ankle[1] - thigh[1]) ** 2
    highest = foot.z + np.sqrt(np.maximum(longest**2 - away, 0.0)) - _bob(phase, style)
    lowest = highest.reshape(len(speeds), -1).min(axis=1)
    drops: Array = np.minimum(lowest - body.hip_height_m, 0.0)
    return drops


def _bob(phase: Array, style: GaitStyle) -> Array:
    """Return the rise of the hips, m: highest (walking) or lowest (running) over mid-stance."""
    middle = np.pi * style.duty - BOB_LEAD_RAD
    rise: Array = style.bob_m * np.cos(2.0 * (phase - middle)) - style.crouch_m
    return rise


def _rotations(yaw: Array, pitch: Array, roll: Array) -> Array:
    """Return (N, 3, 3) Rz(yaw) Ry(pitch) Rx(roll); pitch leans forward, roll lifts the left."""
    cy, sy, cp, sp, cr, sr = (
        f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin)
    )
    matrices = np.empty((len(yaw), 3, 3))
    matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 0, 2] = cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr
    matrices[:, 1, 0], matrices[:, 1, 1], matrices[:, 1, 2] = sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr
    matrices[:, 2, 0], matrices[:, 2, 1], matrices[:, 2, 2] = -sp, cp * sr, cp * cr
    return matrices


def gait_phase_rate(kind: str, speed_mps: float) -> float:
    """Return how far the phase goes on per metre walked, rad/m; ScenarioError for unknown kinds."""
    body = _body(kind)
    speed = np.array([min(max(speed_mps, 0.0), FASTEST_MPS)])
    return float(2.0 * np.pi / stride_length(speed, body.hip_height_m)[0])


def gait_pose(kind: str, phase_rad: float, speed_mps: float) -> NDArray[np.float32]:
    """Return one person's (B, 3, 4) skinning matrices; see `gait_poses`."""
    return gait_poses(kind, np.array([phase_rad]), np.array([speed_mps]))[0]


def gait_poses(kind: str, phases_rad: Array, speeds_mps: Array) -> NDArray[np.float32]:
    """Return the skinning matrices (rest mesh to posed mesh, body frame, m) of N people of a kind.

    Args:
        kind: a key of PERSON_KINDS.
        phases_rad: (N,) any real numbers, 2 pi a stride. At speed 0 the phase chooses how somebody
            stands: weight on one leg or the other, where they look.
        speeds_mps: (N,) forward speed over the ground, 0 for standing.

    Returns:
        (N, B, 3, 4) float32 in the order of `skeleton(kind).names`.

    Raises:
        ScenarioError: for an unknown kind.
    """
    body = _body(kind)
    phase = np.asarray(phases_rad, dtype=np.float64)
    speed = np.clip(np.asarray(speeds_mps, dtype=np.float64), 0.0, FASTEST_MPS)
    style = gait_style(speed, body.hip_height_m)
    turns: dict[str, Array] = {}
    joints: dict[str, Array] = {}
    _trunk(body, phase, speed, style, turns, joints)
    for (side, sign, ahead), foot in zip(_SIDES, body.feet, strict=True):
        _leg(body, side, foot_path(phase + ahead, style, foot), style, turns, joints)
        _arm(side, sign, phase + ahead, style, turns)
    return _assemble(body.bones, turns, joints, len(phase))


def _trunk(
    body: _Body,
    phase: Array,
    speed: Array,
    style: GaitStyle,
    turns: dict[str, Array],
    joints: dict[str, Array],
) -> None:
    """Turn pelvis, spine, neck and head, and place the pelvis."""
    idle = 1.0 - style.stepping
    yaw = -style.hip_yaw * np.cos(phase)  # the hip of the leading leg goes ahead
    roll = style.hip_list * np.sin(phase - 0.2) + idle * 0.03 * np.sin(phase)
    pitch = 0.4 * style.lean
    chest_yaw = style.chest_yaw * np.cos(phase) + idle * 0.05 * np.sin(phase + 1.0)
    pelvis = _rotations(yaw, pitch, roll)
    turns["Root"] = turns["pelvis"] = pelvis
    for bone, share in (("spine_01", 1 / 3), ("spine_02", 2 / 3), ("spine_03", 1.0)):
        turns[bone] = _rotations(
            yaw + (chest_yaw - yaw) * share,
            pitch + (style.lean - pitch) * share,
            roll * (1.0 - 1.15 * share),
        )
    look = idle * 0.25 * np.sin(2.0 * phase + 0.5)
    turns["neck_01"] = _rotations(0.5 * (chest_yaw + look), 0.6 * style.lean, -0.05 * roll)
    turns["head"] = _rotations(look, 0.15 * style.lean, np.zeros_like(roll))
    for side in ("l", "r"):
        turns[f"clavicle_{side}"] = turns["spine_03"]
    drop = np.interp(speed, _SPEED_STEP_MPS * np.arange(len(body.hip_drops_m)), body.hip_drops_m)
    center = np.tile(body.hip_center, (len(phase), 1))
    center[:, 1] += style.sway_m * np.sin(phase - 0.35) + idle * 0.014 * np.sin(phase)
    center[:, 2] += drop + _bob(phase, style) - idle * 0.0015 * (1 - np.cos(2 * phase))
    for bone in ("Root", "pelvis"):
        joints[bone] = center + pelvis @ (body.head(bone) - body.hip_center)


def _leg(
    body: _Body,
    side: str,
    foot: FootPath,
    style: GaitStyle,
    turns: dict[str, Array],
    joints: dict[str, Array],
) -> None:
    """Reach from the hip to the foot."""
    hip, knee, ankle = (body.head(f"{b}_{side}") for b in ("thigh", "calf", "foot"))
    pelvis = turns["pelvis"]
    posed_hip = joints["pelvis"] + pelvis @ (hip - body.head("pelvis"))
    narrow = 1.0 - style.stepping * (0.28 + 0.3 * style.running)
    posed_ankle = np.stack([foot.x, ankle[1] * narrow, foot.z], axis=1)
    # Knees point where the pelvis and the foot point, half and half.
    forward = 0.5 * pelvis[:, :, 0] + np.array([0.5, 0.0, 0.0])
    lateral = 0.5 * pelvis[:, :, 1] + 0.5 * _Y
    posed_knee = reach(
        posed_hip,
        posed_ankle,
        forward,
        float(np.linalg.norm(knee - hip)),
        float(np.linalg.norm(ankle - knee)),
    )
    shank = posed_ankle - posed_knee
    turns[f"thigh_{side}"] = limb_frames(posed_knee - posed_hip, lateral) @ limb_frames(knee - hip, _Y).T
    turns[f"calf_{side}"] = limb_frames(shank, lateral) @ limb_frames(ankle - knee, _Y).T
    zero = np.zeros_like(foot.pitch)
    turns[f"foot_{side}"] = _rotations(zero, -foot.pitch, zero)
    turns[f"ball_{side}"] = _rotations(zero, -foot.toes, zero)


def _arm(side: str, sign: float, phase: Array, style: GaitStyle, turns: dict[str, Array]) -> None:
    """Swing an arm against the leg of its side, whose heel lands at `phase` 0."""
    swing = -np.cos(phase - 0.25)  # the arm is back a little after the heel has landed
    forward = style.arm_swing * swing - style.arm_back
    zero = np.zeros_like(phase)
    out = sign * 0.05 * style.running
    inward = -sign * style.arm_inward
    upper = turns["spine_03"] @ _rotations(zero, -forward, out) @ _rotations(inward, zero, zero)
    bend = style.elbow + style.elbow_swing * (swing + 0.5)
    lower = upper @ _rotations(zero, -bend, zero)
    turns[f"upperarm_{side}"] = upper
    turns[f"lowerarm_{side}"] = lower
    turns[f"hand_{side}"] = lower


def _assemble(
    bones: Skeleton, turns: dict[str, Array], joints: dict[str, Array], count: int
) -> NDArray[np.float32]:
    """Chain the bones: each starts where its parent's motion takes its joint."""
    matrices = np.empty((len(bones.names), count, 3, 4))
    for bone, (name, parent) in enumerate(zip(bones.names, bones.parents, strict=True)):
        turn = turns.get(name)
        if turn is None:  # fingers stay as they are in the hand
            matrices[bone] = matrices[parent]
            continue
        start = bones.heads[bone]
        joint = joints.get(name)
        if joint is None:
            joint = matrices[parent, :, :, :3] @ start + matrices[parent, :, :, 3]
        matrices[bone, :, :, :3] = turn
        matrices[bone, :, :, 3] = joint - turn @ start
    return np.ascontiguousarray(matrices.transpose(1, 0, 2, 3), dtype=np.float32)
