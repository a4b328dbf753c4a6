"""Skeleton poses of standing, walking and running people, as pure functions of phase and speed.

The phase is 0 when the left heel lands and pi when the right one does; 2 pi is a stride of two
steps. Somebody who covers ds metres advances it by `gait_phase_rate(kind, speed) * ds`: then the
feet on the ground stay where they are. At PASSING_RAD one foot swings past the other, which stands
below the body: from there people set out and there they stop, or that foot would have to slide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.traffic.gaits_holding import hold_things
from cityloop.traffic.gaits_legs import FootPath, FootShape, PlacedFoot, foot_path
from cityloop.traffic.gaits_style import GaitStyle, gait_style, stride_length
from cityloop.world.people import PERSON_KINDS, Skeleton, skeleton
from cityloop.world.people_limbs import limb_frames, limb_joint

Array = NDArray[np.float64]

LEG_STRETCH = 0.9985  # hip to ankle, in lengths of the straight leg, when most stretched
LOWEST = 0.25  # of the length of a leg the hips go down at most to reach a foot
BOB_LEAD_RAD = 0.2  # the hips turn a little before the middle of stance and double support
# Of where somebody looks the head takes this much (yaw, pitch), within these bounds.
HEAD_SHARE, HEAD_MOST_RAD = 0.75, (1.2, 0.7)
EYES_MOST_RAD = 0.5  # of the eyes in the head, to any side
PASSING_RAD = 1.72  # the right foot swings past the left one; half a stride later the left does
FASTEST_MPS = 8.0  # faster people move as at this speed
_SPEED_STEP_MPS = 0.1
_Y = np.array([0.0, 1.0, 0.0])
_SIDES = (("l", 1.0, 0.0), ("r", -1.0, np.pi))  # bone suffix, sign of y, phase ahead


@dataclass(frozen=True)
class _Bodies:
    """What the gait needs to know of N people (or of each kind of person); arrays by person.

    Attributes:
        bones: a skeleton with the names and parents that all share.
        heads: (N, B, 3) joints at rest, m.
        feet: left and right.
        hip_center: (N, 3) midway between the hip joints at rest, m.
        hip_drops_m: (N, T) how far the hips go down, by speed in steps of _SPEED_STEP_MPS.
        limb_from_body: (N, 3, 3) by leg bone: into the frame along the bone at rest.
        lengths_m: (N, 1) by leg bone.
    """

    bones: Skeleton
    heads: Array
    feet: tuple[FootShape, FootShape]
    hip_center: Array
    hip_drops_m: Array
    limb_from_body: dict[str, Array]
    lengths_m: dict[str, Array]

    def head(self, name: str) -> Array:
        """Return the (N, 3) joints at the start of a bone."""
        return self.heads[:, self.bones.index(name)]

    @property
    def hip_height_m(self) -> Array:
        """(N,) height of the hip joints at rest."""
        return self.hip_center[:, 2]

    def take(self, rows: NDArray[np.intp]) -> "_Bodies":
        """Return the bodies of some rows."""
        left, right = (foot.take(rows) for foot in self.feet)
        return _Bodies(
            self.bones,
            self.heads[rows],
            (left, right),
            self.hip_center[rows],
            self.hip_drops_m[rows],
            {name: frame[rows] for name, frame in self.limb_from_body.items()},
            {name: length[rows] for name, length in self.lengths_m.items()},
        )


@dataclass(frozen=True)
class GaitFeet:
    """Where the gait has the feet of N people, left and right; body frame, m and rad.

    Attributes:
        rest: (N, 2, 2) ankle when they stand, x and y.
        ahead: (N, 2) how far the ankle over the flat foot is ahead of that.
        landing: (N, 2) how far it will be when the foot lands.
        z, flat_z: (N, 2) height of the ankle, and over the flat foot.
        clearance: (N, 2) height of the sole's lowest end.
        roll: (N, 2) how far the pitch takes the ankle ahead of where it is over the flat foot.
        pitch, toes: (N, 2) of the foot and of the toes, positive with the toes up.
        sole: (N, 2, 2) x of the sole's rear and front end from the ankle.
        planted: (N, 2) whether the foot is on the ground.
        swing: (N, 2) 0 when the toes leave the ground, 1 when the heel lands.
        stepping: (N,) 0 standing, 1 stepping fully.
        stance_s, swing_s: (N,) how long a foot is on the ground and in the air.
        hip_height_m: (N,) of the hip joints at rest.
    """

    rest: Array
    ahead: Array
    landing: Array
    z: Array
    flat_z: Array
    clearance: Array
    roll: Array
    pitch: Array
    toes: Array
    sole: Array
    planted: NDArray[np.bool_]
    swing: Array
    stepping: Array
    stance_s: Array
    swing_s: Array
    hip_height_m: Array


@lru_cache(maxsize=1)
def _kinds() -> tuple[dict[str, int], _Bodies]:
    """Return the row of each kind's body, and all bodies."""
    one_of_each = {kind.body: kind for kind in PERSON_KINDS.values()}
    skeletons = [skeleton(kind.name) for kind in one_of_each.values()]
    bones = skeletons[0]
    heads = np.stack([s.heads for s in skeletons])
    heels = np.array([kind.heel_x_m for kind in one_of_each.values()])
    toes = np.array([kind.toe_x_m for kind in one_of_each.values()])

    def foot(side: str) -> FootShape:
        ankle, ball = (heads[:, bones.index(f"{b}_{side}")] for b in ("foot", "ball"))
        return FootShape(
            ankle_x=ankle[:, 0],
            ankle_z=ankle[:, 2],
            heel=heels - ankle[:, 0],
            toe=toes - ankle[:, 0],
            ball=ball[:, 0] - ankle[:, 0],
            ball_z=ball[:, 2],
        )

    center = heads[:, [bones.index("thigh_l"), bones.index("thigh_r")]].mean(axis=1)
    frames, lengths = {}, {}
    for side, _, _ in _SIDES:
        for bone, end in (("thigh", "calf"), ("calf", "foot")):
            start, stop = (heads[:, bones.index(f"{b}_{side}")] for b in (bone, end))
            frames[f"{bone}_{side}"] = limb_frames(stop - start, _Y).transpose(0, 2, 1)
            lengths[f"{bone}_{side}"] = np.linalg.norm(stop - start, axis=1, keepdims=True)
    feet, drops = (foot("l"), foot("r")), np.zeros((len(heads), 0))
    bodies = _Bodies(bones, heads, feet, center, drops, frames, lengths)
    row_of_body = {body: row for row, body in enumerate(one_of_each)}
    rows = {name: row_of_body[kind.body] for name, kind in PERSON_KINDS.items()}
    return rows, replace(bodies, hip_drops_m=_hip_drops(bodies))


@lru_cache(maxsize=8)  # who is there changes now and then only
def _bodies(kinds: tuple[str, ...]) -> _Bodies:
    rows, bodies = _kinds()
    for kind in kinds:
        if kind not in rows:
            skeleton(kind)  # says what is wrong
    return bodies.take(np.array([rows[kind] for kind in kinds], dtype=np.intp))


def _hip_drops(bodies: _Bodies) -> Array:
    """Return how far below their rest height the hips must be so that both legs always reach.

    The hips go up and down as a sine of twice the phase around that; a foot is looked at over a
    whole stride, for each speed of the table.
    """
    speeds = np.arange(0.0, FASTEST_MPS + _SPEED_STEP_MPS, _SPEED_STEP_MPS)
    phases = np.linspace(0.0, 2 * np.pi, 64, endpoint=False)
    row, at_speed, at_phase = np.indices((len(bodies.heads), len(speeds), len(phases)))
    each, phase = bodies.take(row.ravel()), phases[at_phase.ravel()]
    style = gait_style(speeds[at_speed.ravel()], each.hip_height_m)
    hip, knee, ankle = (each.head(f"{b}_l") for b in ("thigh", "calf", "foot"))
    leg = np.linalg.norm(knee - hip, axis=1) + np.linalg.norm(ankle - knee, axis=1)
    foot = foot_path(phase, style, each.feet[0])
    away = (foot.x - hip[:, 0]) ** 2 + (ankle[:, 1] - hip[:, 1]) ** 2
    highest = foot.z + np.sqrt(np.maximum((LEG_STRETCH * leg) ** 2 - away, 0.0))
    room = highest - _bob(phase, style) - each.hip_height_m
    drops: Array = np.minimum(room.reshape(row.shape).min(axis=2), 0.0)
    return drops


def _bob(phase: Array, style: GaitStyle) -> Array:
    """Return the rise of the hips, m: highest (walking) or lowest (running) over mid-stance."""
    middle = np.pi * style.duty - BOB_LEAD_RAD
    rise: Array = style.bob_m * np.cos(2.0 * (phase - middle)) - style.crouch_m
    return rise


def _rotations(yaw: Array, pitch: Array, roll: Array) -> Array:
    """Return (N, 3, 3) Rz(yaw) Ry(pitch) Rx(roll); pitch leans forward, roll lifts the left."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    matrices = np.empty((len(yaw), 3, 3))
    matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 0, 2] = (
        cy * cp,
        cy * sp * sr - sy * cr,
        cy * sp * cr + sy * sr,
    )
    matrices[:, 1, 0], matrices[:, 1, 1], matrices[:, 1, 2] = (
        sy * cp,
        sy * sp * sr + cy * cr,
        sy * sp * cr - cy * sr,
    )
    matrices[:, 2, 0], matrices[:, 2, 1], matrices[:, 2, 2] = -sp, cp * sr, cp * cr
    return matrices


def gait_phase_rate(kind: str, speed_mps: float) -> float:
    """Return how far the phase goes on per metre walked, rad/m; ScenarioError for unknown kinds."""
    speed = np.array([min(max(speed_mps, 0.0), FASTEST_MPS)])
    return float(2.0 * np.pi / stride_length(speed, _bodies((kind,)).hip_height_m)[0])


def gait_pose(
    kind: str,
    phase_rad: float,
    speed_mps: float,
    look_rad: ArrayLike | None = None,
    *,
    sway_rad: float | None = None,
    stride: float = 1.0,
) -> NDArray[np.float32]:
    """Return one person's (B, 3, 4) skinning matrices; for many, `gait_poses` is far faster."""
    looks = None if look_rad is None else np.asarray(look_rad, dtype=np.float64)[None]
    sways = None if sway_rad is None else [sway_rad]
    return gait_poses([kind], [phase_rad], [speed_mps], looks, sways_rad=sways, strides=[stride])[0]


def gait_poses(
    kinds: str | Sequence[str],
    phases_rad: ArrayLike,
    speeds_mps: ArrayLike,
    looks_rad: ArrayLike | None = None,
    *,
    sways_rad: ArrayLike | None = None,
    strides: ArrayLike | None = None,
    feet: tuple[PlacedFoot, PlacedFoot] | None = None,
) -> NDArray[np.float32]:
    """Return the skinning matrices (rest mesh to posed mesh, body frame, m) of N people.

    Args:
        kinds: N keys of PERSON_KINDS, or one for all.
        phases_rad: (N,) any real numbers, 2 pi a stride. At speed 0 the phase chooses how somebody
            stands: weight on one leg or the other, where they look.
        speeds_mps: (N,) forward speed over the ground, 0 for standing.
        looks_rad: (N, 2) where they look: yaw to the left and pitch downwards, body frame; the head
            turns most of the way and the eyes the rest, as far as they can. Without it people look
            ahead or, standing, somewhat aside.
        sways_rad: (N,) where somebody who stands is between one leg and the other, 2 pi to and fro;
            without it the phase says so.
        strides: (N,) lengths of strides in those that `gait_phase_rate` takes, without it 1.
        feet: where the left and the right foot are, from `Footing`; the hips go down as far as the
            legs need to reach them. Without it the feet go as phase and speed say.

    Returns:
        (N, B, 3, 4) float32 in the order of `skeleton(kind).names`, the same for every kind. A
        person's matrices do not depend on who else is asked for.

    Raises:
        ScenarioError: for an unknown kind.
    """
    phase = np.asarray(phases_rad, dtype=np.float64)
    everybody = (kinds,) * len(phase) if isinstance(kinds, str) else tuple(kinds)
    body = _bodies(everybody)
    speed = np.clip(np.asarray(speeds_mps, dtype=np.float64), 0.0, FASTEST_MPS)
    style = _style(body, speed, strides)
    sway = phase if sways_rad is None else np.asarray(sways_rad, dtype=np.float64)
    turns: dict[str, Array] = {}
    joints: dict[str, Array] = {}
    if looks_rad is None:
        aside = 0.25 * (1.0 - style.stepping) * np.sin(2.0 * sway + 0.5)
        look = np.column_stack([aside, np.zeros_like(aside)])
    else:
        look = np.asarray(looks_rad, dtype=np.float64)
    _trunk(body, phase, sway, speed, style, look, turns, joints)
    if feet is None:
        left, right = (
            PlacedFoot(path.x, y, path.z, np.zeros_like(y), path.pitch, path.toes)
            for path, y in _paths(body, phase, style)
        )
        feet = left, right
    else:
        _lower_hips(body, feet, turns, joints)
    for (side, sign, ahead), foot in zip(_SIDES, feet, strict=True):
        _leg(body, side, foot, turns, joints)
        _arm(side, sign, phase + ahead, style, turns)
    matrices = _assemble(body, turns, joints)
    hold_things(everybody, matrices)
    return matrices


def _moved(turn: Array, offset: Array) -> Array:
    """Return (N, 3) offsets under (N, 3, 3) rotations."""
    moved: Array = np.einsum("nij,nj->ni", turn, offset)
    return moved


def _trunk(
    body: _Bodies,
    phase: Array,
    sway: Array,
    speed: Array,
    style: GaitStyle,
    look: Array,
    turns: dict[str, Array],
    joints: dict[str, Array],
) -> None:
    """Turn pelvis, spine, neck, head and eyes, and place the pelvis."""
    idle = 1.0 - style.stepping
    yaw = -style.hip_yaw * np.cos(phase)  # the hip of the leading leg goes ahead
    roll = style.hip_list * np.sin(phase - 0.2) + idle * 0.03 * np.sin(sway)
    pitch = 0.4 * style.lean
    chest_yaw = style.chest_yaw * np.cos(phase) + idle * 0.05 * np.sin(sway + 1.0)
    pelvis = _rotations(yaw, pitch, roll)
    turns["Root"] = turns["pelvis"] = pelvis
    for bone, share in (("spine_01", 1 / 3), ("spine_02", 2 / 3), ("spine_03", 1.0)):
        turns[bone] = _rotations(
            yaw + (chest_yaw - yaw) * share,
            pitch + (style.lean - pitch) * share,
            roll * (1.0 - 1.15 * share),
        )
    lean, level = style.lean, np.zeros_like(roll)
    most = np.array(HEAD_MOST_RAD)
    head = np.clip(HEAD_SHARE * look, -most, most)
    turned, nod = head[:, 0], head[:, 1]
    turns["neck_01"] = _rotations(0.5 * (chest_yaw + turned), 0.6 * lean + 0.4 * nod, -0.05 * roll)
    turns["head"] = _rotations(turned, 0.15 * lean + nod, level)
    sight = head + np.clip(look - head, -EYES_MOST_RAD, EYES_MOST_RAD)
    turns["eye_l"] = turns["eye_r"] = _rotations(sight[:, 0], sight[:, 1], level)
    for side in ("l", "r"):
        turns[f"clavicle_{side}"] = turns["spine_03"]
    step = speed / _SPEED_STEP_MPS
    low = np.minimum(step.astype(np.intp), body.hip_drops_m.shape[1] - 2)
    person = np.arange(len(phase))
    before, after = body.hip_drops_m[person, low], body.hip_drops_m[person, low + 1]
    drop = before + (step - low) * (after - before)
    center = body.hip_center.copy()
    center[:, 1] += style.sway_m * np.sin(phase - 0.35) + idle * 0.014 * np.sin(sway)
    center[:, 2] += drop + _bob(phase, style) - idle * 0.0015 * (1 - np.cos(2 * sway))
    for bone in ("Root", "pelvis"):
        joints[bone] = center + _moved(pelvis, body.head(bone) - body.hip_center)


def _style(body: _Bodies, speed: Array, strides: ArrayLike | None) -> GaitStyle:
    style = gait_style(speed, body.hip_height_m)
    if strides is None:
        return style
    return replace(style, stride_m=style.stride_m * np.asarray(strides, dtype=np.float64))


def _paths(body: _Bodies, phase: Array, style: GaitStyle) -> list[tuple[FootPath, Array]]:
    """Return the path of the left and the right foot, and y of its ankle."""
    narrow = 1.0 - style.stepping * (0.28 + 0.3 * style.running)
    return [
        (foot_path(phase + ahead, style, foot), body.head(f"foot_{side}")[:, 1] * narrow)
        for (side, _, ahead), foot in zip(_SIDES, body.feet, strict=True)
    ]


def gait_feet(
    kinds: Sequence[str], phases_rad: Array, speeds_mps: Array, strides: Array | None = None
) -> GaitFeet:
    """Return where the feet of N people go; arguments as those of `gait_poses`."""
    body = _bodies(tuple(kinds))
    speed = np.clip(speeds_mps, 0.0, FASTEST_MPS)
    style = _style(body, speed, strides)
    paths = _paths(body, phases_rad, style)

    def both(values: Iterable[Array]) -> Array:
        return np.stack(list(values), axis=1)

    stride_s = style.stride_m / np.maximum(speed, _SPEED_STEP_MPS)
    return GaitFeet(
        rest=both(
            np.column_stack([foot.ankle_x, y])
            for (_, y), foot in zip(paths, body.feet, strict=True)
        ),
        ahead=both(
            p.x - p.roll - foot.ankle_x for (p, _), foot in zip(paths, body.feet, strict=True)
        ),
        landing=both(
            p.landing - foot.ankle_x for (p, _), foot in zip(paths, body.feet, strict=True)
        ),
        z=both(p.z for p, _ in paths),
        flat_z=both(foot.ankle_z for foot in body.feet),
        clearance=both(p.clearance for p, _ in paths),
        roll=both(p.roll for p, _ in paths),
        pitch=both(p.pitch for p, _ in paths),
        toes=both(p.toes for p, _ in paths),
        sole=both(np.column_stack([foot.heel, foot.toe]) for foot in body.feet),
        planted=np.column_stack([p.planted for p, _ in paths]),
        swing=both(p.swing for p, _ in paths),
        stepping=style.stepping,
        stance_s=style.duty * stride_s,
        swing_s=(1.0 - style.duty) * stride_s,
        hip_height_m=body.hip_height_m,
    )


def _lower_hips(
    body: _Bodies,
    feet: tuple[PlacedFoot, PlacedFoot],
    turns: dict[str, Array],
    joints: dict[str, Array],
) -> None:
    """Let the hips down as far as the legs need to reach the feet."""
    down = np.zeros(len(body.heads))
    for (side, _, _), foot in zip(_SIDES, feet, strict=True):
        hip = joints["pelvis"] + _moved(
            turns["pelvis"], body.head(f"thigh_{side}") - body.head("pelvis")
        )
        leg = (body.lengths_m[f"thigh_{side}"] + body.lengths_m[f"calf_{side}"])[:, 0]
        away = (foot.x - hip[:, 0]) ** 2 + (foot.y - hip[:, 1]) ** 2
        highest = foot.z + np.sqrt(np.maximum((LEG_STRETCH * leg) ** 2 - away, 0.0))
        low = np.minimum(hip[:, 2] - highest, LOWEST * leg)
        down = np.maximum(down, low)
    for bone in ("Root", "pelvis"):
        joints[bone][:, 2] -= down


def _leg(
    body: _Bodies,
    side: str,
    foot: PlacedFoot,
    turns: dict[str, Array],
    joints: dict[str, Array],
) -> None:
    """Reach from the hip to the foot."""
    hip, pelvis = body.head(f"thigh_{side}"), turns["pelvis"]
    posed_hip = joints["pelvis"] + _moved(pelvis, hip - body.head("pelvis"))
    posed_ankle = np.stack([foot.x, foot.y, foot.z], axis=1)
    zero = np.zeros_like(foot.yaw)
    along = _rotations(foot.yaw, zero, zero)
    # Knees point where the pelvis and the foot point, half and half.
    forward, lateral = (0.5 * pelvis[:, :, k] + 0.5 * along[:, :, k] for k in (0, 1))
    posed_knee = limb_joint(
        posed_hip,
        posed_ankle,
        forward,
        body.lengths_m[f"thigh_{side}"],
        body.lengths_m[f"calf_{side}"],
    )
    shank = posed_ankle - posed_knee
    for bone, posed in (("thigh", posed_knee - posed_hip), ("calf", shank)):
        name = f"{bone}_{side}"
        turns[name] = limb_frames(posed, lateral) @ body.limb_from_body[name]
    turns[f"foot_{side}"] = _rotations(foot.yaw, -foot.pitch, zero)
    turns[f"ball_{side}"] = _rotations(foot.yaw, -foot.toes, zero)


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
    body: _Bodies, turns: dict[str, Array], joints: dict[str, Array]
) -> NDArray[np.float32]:
    """Chain the bones: each starts where its parent's motion takes its joint."""
    count, bones = body.heads.shape[:2]
    matrices = np.empty((bones, count, 3, 4))
    for bone, (name, parent) in enumerate(zip(body.bones.names, body.bones.parents, strict=True)):
        turn = turns.get(name)
        if turn is None:  # fingers stay as they are in the hand
            matrices[bone] = matrices[parent]
            continue
        start = body.heads[:, bone]
        joint = joints.get(name)
        if joint is None:
            joint = _moved(matrices[parent, :, :, :3], start) + matrices[parent, :, :, 3]
        matrices[bone, :, :, :3] = turn
        matrices[bone, :, :, 3] = joint - _moved(turn, start)
    return np.ascontiguousarray(matrices.transpose(1, 0, 2, 3), dtype=np.float32)
