"""Gaits: feet that stay put, knees that bend one way, symmetry, periodicity, determinism."""

import numpy as np
import pytest

from cityloop.errors import ScenarioError
from cityloop.traffic.gaits import gait_phase_rate, gait_pose, gait_poses
from cityloop.world.people import PERSON_KINDS, person_mesh, skeleton, skin

PHASES = np.linspace(0, 2 * np.pi, 48, endpoint=False)
GAITS = [
    ("man", 1.35),
    ("woman_skirt", 1.0),
    ("man_stout", 0.7),
    ("child", 1.2),
    ("girl", 3.0),
    ("child", 3.0),
    ("boy_small", 1.0),
    ("woman_heavy", 1.1),
    ("woman_runner", 3.4),
    ("man_elder_hat", 0.9),
]


def joint(kind, poses, name):
    """(N, 3) posed joint at the start of a bone."""
    bones = skeleton(kind)
    i = bones.index(name)
    return poses[:, i, :, :3].astype(float) @ bones.heads[i] + poses[:, i, :, 3]


def sole_vertices(kind, side):
    mesh = person_mesh(kind, 0)
    sole = mesh.materials == mesh.material_names.index("person/sole")
    sign = 1 if side == "l" else -1
    return mesh, np.flatnonzero(sole & (mesh.positions[:, 1] * sign > 0))


def posed_soles(kind, side, poses):
    """(N, V, 3) the vertices of one sole."""
    mesh, chosen = sole_vertices(kind, side)
    matrices = poses.astype(float)[:, mesh.joints[chosen]]
    blended = np.einsum("vj,nvjrc->nvrc", mesh.weights[chosen], matrices)
    rest = mesh.positions[chosen].astype(float)
    return np.einsum("nvrc,vc->nvr", blended[..., :3], rest) + blended[..., 3]


@pytest.mark.parametrize(("kind", "speed"), GAITS)
def test_feet_touch_the_ground_and_never_sink(kind, speed):
    poses = gait_poses(kind, PHASES, np.full(len(PHASES), speed))
    lowest = np.stack([posed_soles(kind, s, poses)[:, :, 2].min(axis=1) for s in "lr"])
    assert lowest.min() > -0.01
    grounded = lowest.min(axis=0) < 0.01
    if speed < 1.5:
        assert grounded.all(), "a walker always has a foot on the ground"
    else:
        assert 0.5 < grounded.mean() < 0.98, "a runner flies between the steps"


@pytest.mark.parametrize(("kind", "speed"), GAITS)
def test_planted_feet_do_not_slide(kind, speed):
    rate = gait_phase_rate(kind, speed)
    phases = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    poses = gait_poses(kind, phases, np.full(len(phases), speed))
    sole = posed_soles(kind, "l", poses)
    walked = phases / rate
    world = sole + np.stack([walked, 0 * walked, 0 * walked], axis=1)[:, None]
    low = world[:, :, 2] < 0.004
    slid = 0.0
    touched = 0
    for vertex in range(world.shape[1]):
        runs = np.split(np.arange(len(phases)), np.flatnonzero(np.diff(low[:, vertex])) + 1)
        for run in runs:
            # Contacts, without the instants of landing and leaving.
            if low[run[0], vertex] and len(run) > 12:
                touched += 1
                points = world[run[2:-2], vertex, :2]
                slid = max(slid, float(np.linalg.norm(points - points[0], axis=1).max()))
    assert touched > 10
    assert slid < 0.03


@pytest.mark.parametrize(("kind", "speed"), GAITS)
def test_half_a_stride_later_is_the_mirror_image(kind, speed):
    poses = gait_poses(kind, PHASES, np.full(len(PHASES), speed))
    later = gait_poses(kind, PHASES + np.pi, np.full(len(PHASES), speed))
    for bone in ("foot", "calf", "hand", "lowerarm", "thigh"):
        left = joint(kind, poses, f"{bone}_l")
        right = joint(kind, later, f"{bone}_r")
        np.testing.assert_allclose(left, right * [1, -1, 1], atol=0.004)
    head = joint(kind, poses, "head")
    np.testing.assert_allclose(head, joint(kind, later, "head") * [1, -1, 1], atol=0.003)


def flexions(kind, poses, side):
    """Knee and elbow bend in rad, positive the natural way."""
    hip, knee, ankle = (joint(kind, poses, f"{b}_{side}") for b in ("thigh", "calf", "foot"))
    shoulder, elbow, wrist = (
        joint(kind, poses, f"{b}_{side}") for b in ("upperarm", "lowerarm", "hand")
    )

    def bend(a, b, c, way):
        first, second = b - a, c - b
        turn = np.cross(first, second)[:, 1] * way
        cosine = (
            (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
        )
        return np.copysign(np.arccos(np.clip(cosine, -1, 1)), turn)

    return bend(hip, knee, ankle, 1.0), bend(shoulder, elbow, wrist, -1.0)


@pytest.mark.parametrize("kind", sorted(PERSON_KINDS))
@pytest.mark.parametrize("speed", [0.0, 0.2, 0.6, 1.3, 1.9, 2.4, 3.0, 5.0])
def test_knees_bend_backwards_and_elbows_forwards(kind, speed):
    poses = gait_poses(kind, PHASES, np.full(len(PHASES), speed))
    for side in "lr":
        knee, elbow = flexions(kind, poses, side)
        assert knee.min() > np.radians(2)
        assert knee.max() < np.radians(135)
        assert elbow.min() > np.radians(2)
        assert elbow.max() < np.radians(140 if PERSON_KINDS[kind].thing else 120)


def test_walking_knee_has_the_known_shape():
    """Winter: at natural cadence the knee bends by about 65 degrees in swing, 20 in stance."""
    poses = gait_poses("man", PHASES, np.full(len(PHASES), 1.35))
    knee, _ = flexions("man", poses, "l")
    cycle = PHASES / (2 * np.pi)
    swing, single_support = (cycle > 0.6), (cycle > 0.05) & (cycle < 0.4)
    assert 52 < np.degrees(knee[swing].max()) < 78
    assert np.degrees(knee[single_support].max()) < 30
    assert 0.68 < cycle[knee.argmax()] < 0.80


def test_stride_length_is_that_of_people():
    for speed, stride in ((1.35, 1.42), (0.8, 1.05)):  # Winter; Grieve and Gear 1966
        assert 2 * np.pi / gait_phase_rate("man", speed) == pytest.approx(stride, rel=0.12)
    # A child of eight running at 3 m/s takes about 3.3 steps a second.
    steps_per_s = 3.0 * gait_phase_rate("child", 3.0) / np.pi
    assert 2.9 < steps_per_s < 3.8


def test_pose_is_periodic_and_pure():
    for kind, speed in GAITS:
        once = gait_pose(kind, 1.234, speed)
        assert once.shape == (len(skeleton(kind).names), 3, 4)
        assert once.dtype == np.float32
        np.testing.assert_array_equal(once, gait_pose(kind, 1.234, speed))
        np.testing.assert_allclose(once, gait_pose(kind, 1.234 + 20 * np.pi, speed), atol=1e-5)
        batch = gait_poses(kind, [0.3, 1.234], [0.0, speed])
        np.testing.assert_allclose(once, batch[1], atol=1e-6)


@pytest.mark.parametrize("kind", ["man", "child"])
def test_pose_changes_smoothly_with_phase_and_speed(kind):
    mesh = person_mesh(kind, 2)
    fine = np.linspace(0, 2 * np.pi, 400)
    for speed in (0.3, 1.3, 2.1, 3.0):
        poses = gait_poses(kind, fine, np.full(400, speed))
        jumps = np.linalg.norm(np.diff([skin(mesh, p) for p in poses], axis=0), axis=2).max()
        assert jumps < 0.06, (speed, jumps)
    speeds = np.linspace(0, 4, 400)
    poses = gait_poses(kind, np.full(400, 1.0), speeds)
    jumps = np.linalg.norm(np.diff([skin(mesh, p) for p in poses], axis=0), axis=2).max()
    assert jumps < 0.03


def test_standing_is_on_both_feet_with_arms_down():
    for kind in PERSON_KINDS:
        poses = gait_poses(kind, PHASES, np.zeros(len(PHASES)))
        for side in "lr":
            assert np.abs(posed_soles(kind, side, poses)[:, :, 2].min(axis=1)).max() < 0.005
            shoulder, wrist = (joint(kind, poses, f"{b}_{side}") for b in ("upperarm", "hand"))
            if PERSON_KINDS[kind].thing in ("phone", "umbrella") and side == "r":
                continue
            assert (wrist[:, 2] < shoulder[:, 2] - 0.2).all()
            assert (np.abs(wrist[:, 1]) < np.abs(shoulder[:, 1]) + 0.12).all()


def test_people_do_not_depend_on_their_company():
    kinds = sorted(PERSON_KINDS)
    phases, speeds = np.linspace(0, 5, len(kinds)), np.linspace(0, 3, len(kinds))
    together = gait_poses(kinds, phases, speeds)
    for row, (kind, phase, speed) in enumerate(zip(kinds, phases, speeds, strict=True)):
        np.testing.assert_array_equal(together[row], gait_pose(kind, phase, speed))
    assert gait_poses([], [], []).shape == (0, 55, 3, 4)


def test_unknown_kind_is_named():
    with pytest.raises(ScenarioError, match="'giant'"):
        gait_pose("giant", 0.0, 1.0)
