"""People who push a pram: hands stay on its handle, and the pram stays where the body is."""

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


def test_nobody_else_is_moved():
    alone = gait_poses(["man", "woman"], [0.3, 1.1], [1.2, 1.2])
    among = gait_poses(["man", PUSHING[0], "woman"], [0.3, 2.0, 1.1], [1.2, 1.1, 1.2])
    np.testing.assert_array_equal(alone, among[[0, 2]])
