"""Waving and sitting: joints hold together, feet stay, and the pose is what its name says."""

import numpy as np
import pytest

from cityloop.traffic.gaits import gait_pose
from cityloop.traffic.gestures import seated, taken_up, waving
from cityloop.world.people import person_mesh, skeleton, skin

KINDS = pytest.mark.parametrize("kind", ["man", "woman_dress", "child", "woman_elder"])


def standing(kind, look=(0.0, 0.0)):
    return gait_pose(kind, 1.0, 0.0, look).astype(np.float64)


def joint(kind, pose, name):
    bones = skeleton(kind)
    i = bones.index(name)
    return pose[i, :, :3] @ bones.heads[i] + pose[i, :, 3]


def torn(kind, pose):
    """The greatest gap between where a bone starts and where its parent takes that joint, m."""
    bones = skeleton(kind)
    gaps = [
        joint(kind, pose, name) - (pose[p, :, :3] @ bones.heads[i] + pose[p, :, 3])
        for i, (name, p) in enumerate(zip(bones.names, bones.parents, strict=True))
        if p >= 0 and name != "pelvis"
    ]
    return np.linalg.norm(gaps, axis=1).max()


@KINDS
def test_who_sits_has_level_thighs_and_feet_on_the_ground(kind):
    pose = taken_up(kind, standing(kind), seated(kind), 1.0)
    hip, knee, ankle = (joint(kind, pose, f"{b}_l") for b in ("thigh", "calf", "foot"))
    assert abs(hip[2] - knee[2]) < 0.05
    assert np.hypot(*(knee - ankle)[:2]) < 0.25 * (knee - ankle)[2]
    assert hip[0] < ankle[0] - 0.2
    points = skin(person_mesh(kind, 0), pose)
    assert -0.02 < points[:, 2].min() < 0.02
    assert 0.6 < points[:, 2].max() / person_mesh(kind, 0).positions[:, 2].max() < 0.85
    assert torn(kind, pose) < 0.02


@KINDS
def test_sitting_down_keeps_feet_where_they_are_and_the_body_whole(kind):
    start = standing(kind)
    feet = [joint(kind, start, f"foot_{side}") for side in "lr"]
    heights = []
    for share in np.linspace(0.0, 1.0, 9):
        pose = taken_up(kind, start, seated(kind), share)
        now = [joint(kind, pose, f"foot_{side}") for side in "lr"]
        assert np.linalg.norm(np.subtract(now, feet), axis=1).max() < 0.03
        assert torn(kind, pose) < 0.02
        heights.append(joint(kind, pose, "pelvis")[2])
    assert (np.diff(heights) < 0).all()
    np.testing.assert_array_equal(taken_up(kind, start, seated(kind), 0.0), start)


@KINDS
def test_who_waves_has_the_hand_beside_the_head_and_moves_it(kind):
    start = standing(kind)
    wrists = []
    for time_s in np.linspace(0.0, 0.6, 7):
        pose = taken_up(kind, start, waving(kind, start, time_s), 1.0)
        shoulder, elbow, wrist = (
            joint(kind, pose, f"{b}_r") for b in ("upperarm", "lowerarm", "hand")
        )
        assert wrist[2] > shoulder[2]
        assert wrist[2] > elbow[2] + 0.1
        assert torn(kind, pose) < 0.02
        fingers = joint(kind, pose, "middle_02_r")
        assert fingers[2] > wrist[2] + 0.03
        wrists.append(wrist)
        for bone in ("hand_l", "foot_l", "foot_r"):
            np.testing.assert_allclose(joint(kind, pose, bone), joint(kind, start, bone), atol=1e-6)
    assert np.ptp(np.array(wrists)[:, 1]) > 0.08


def test_looks_stay_what_they_were():
    start = standing("woman", (0.5, 0.2))
    eye = skeleton("woman").index("eye_l")
    for goal in (seated("woman"), waving("woman", start, 0.2)):
        pose = taken_up("woman", start, goal, 0.7)
        np.testing.assert_allclose(pose[eye, :, :3], start[eye, :, :3], atol=1e-9)
