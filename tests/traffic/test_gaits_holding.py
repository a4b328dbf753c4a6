"""People who push or hold something: hands stay on it, and it stays where it belongs."""

import numpy as np
import pytest

from cityloop.traffic.gaits import gait_pose, gait_poses
from cityloop.world.people import PERSON_KINDS, person_mesh, skeleton, skin
from cityloop.world.people_prams import GRIP

PUSHING = [name for name, kind in PERSON_KINDS.items() if kind.pram]


@pytest.mark.parametrize("kind", PUSHING)
@pytest.mark.parametrize("speed_mps", [0.0, 0.6, 1.2, 2.0])
def test_hands_hold_the_handle_through_the_stride(kind, speed_mps):
    bones = skeleton(kind)
    mesh = person_mesh(kind, 0)
    pram = np.array([n.startswith("pram/") for n in mesh.material_names])[mesh.materials]
    for phase in np.linspace(0.0, 2 * np.pi, 9):
        matrices = gait_pose(kind, phase, speed_mps).astype(np.float64)
        points = skin(mesh, matrices)
        np.testing.assert_allclose(points[pram], mesh.positions[pram], atol=1e-6)
        for suffix, sign in (("_l", 1.0), ("_r", -1.0)):
            # The hand's skin lies around the place where it grips.
            fingers = [i for i, n in enumerate(bones.names) if n == f"middle_01{suffix}"]
            near = points[(mesh.weights * np.isin(mesh.joints, fingers)).sum(axis=1) > 0.5]
            grip = np.array(GRIP.grip) * [1.0, sign, 1.0]
            assert np.linalg.norm(near.mean(axis=0) - grip) < 0.05
            # The forearm ends where the hand begins.
            hand, lower = bones.index("hand" + suffix), bones.index("lowerarm" + suffix)
            wrist = bones.heads[hand]
            ends = [matrices[i, :, :3] @ wrist + matrices[i, :, 3] for i in (hand, lower)]
            assert np.linalg.norm(ends[0] - ends[1]) < 0.03


@pytest.mark.parametrize("kind", [n for n, k in PERSON_KINDS.items() if k.thing == "umbrella"])
def test_umbrellas_stay_upright_over_the_head(kind):
    mesh = person_mesh(kind, 2)
    names = np.array(mesh.material_names)[mesh.materials]
    for phase in (0.0, 2.0, 4.0):
        points = skin(mesh, gait_pose(kind, phase, 1.2))
        head = points[names == "person/hair"]
        canopy, shaft = points[names == "held/canopy"], points[names == "held/shaft"]
        assert canopy[:, 2].min() > head[:, 2].max() - 0.03
        low, high = canopy[:, :2].min(axis=0), canopy[:, :2].max(axis=0)
        assert (low < head[:, :2].min(axis=0)).all()
        assert (high > head[:, :2].max(axis=0)).all()
        low, high = shaft[shaft[:, 2].argmin()], shaft[shaft[:, 2].argmax()]
        axis = (high - low) / np.linalg.norm(high - low)
        assert axis[2] > 0.94
        strongest = mesh.joints[np.arange(len(points)), mesh.weights.argmax(axis=1)]
        fingers = [n.startswith(("index", "middle", "ring")) for n in skeleton(kind).names]
        right = mesh.positions[:, 1] < 0
        hand = points[np.array(fingers)[strongest] & (names == "person/skin") & right]
        assert np.linalg.norm(np.cross(hand - low, axis), axis=1).min() < 0.05


@pytest.mark.parametrize("kind", [n for n, k in PERSON_KINDS.items() if k.thing == "phone"])
def test_phones_are_held_before_the_chest_facing_the_eyes(kind):
    mesh, bones = person_mesh(kind, 0), skeleton(kind)
    names = np.array(mesh.material_names)[mesh.materials]
    matrices = gait_pose(kind, 1.0, 1.2).astype(np.float64)
    screen = names == "held/screen"
    points = skin(mesh, matrices)
    center, back = points[screen].mean(axis=0), points[names == "held/phone"].mean(axis=0)
    eye = bones.index("eye_r")
    to_eye = matrices[eye, :, :3] @ bones.heads[eye] + matrices[eye, :, 3] - center
    assert 0.2 < np.linalg.norm(to_eye) < 0.6
    normal = (center - back) / np.linalg.norm(center - back)
    assert normal @ to_eye / np.linalg.norm(to_eye) > 0.6


def test_nobody_else_is_moved():
    alone = gait_poses(["man", "woman"], [0.3, 1.1], [1.2, 1.2])
    among = gait_poses(["man", PUSHING[0], "woman"], [0.3, 2.0, 1.1], [1.2, 1.1, 1.2])
    np.testing.assert_array_equal(alone, among[[0, 2]])
