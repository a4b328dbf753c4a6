"""Looks: head and eyes go where they are told, smoothly; people watch traffic, way and phone."""

from dataclasses import replace

import numpy as np
import pytest

from cityloop.traffic.gaits import gait_pose, gait_poses
from cityloop.traffic.gaze import PHONE_RAD, Attention, follow, wanted_looks
from cityloop.world.people import PERSON_KINDS, person_mesh, skeleton, skin

PEOPLE = 200
TIMES = np.arange(0.0, 30.0, 0.5)


def attention(**said):
    none = np.zeros(PEOPLE, dtype=bool)
    calm = Attention(np.arange(PEOPLE), moving=none, waiting=none, crossing=none, phone=none)
    return replace(calm, **{word: np.ones(PEOPLE, dtype=bool) for word in said})


def yaw_and_pitch(bones):
    """(..., 2) of where a bone looks, from its (..., 3, 4) matrix."""
    way = bones[..., :3, 0].astype(float)
    return np.stack([np.arctan2(way[..., 1], way[..., 0]), -np.arcsin(way[..., 2])], axis=-1)


@pytest.mark.parametrize("speed", [0.0, 1.3, 3.0])
def test_eyes_look_where_they_are_told(speed):
    looks = np.array([[0.0, 0.0], [0.8, 0.1], [-1.2, 0.0], [0.3, 0.7], [-0.4, -0.3]])
    count = len(looks)
    poses = gait_poses("woman", np.linspace(0, 5, count), np.full(count, speed), looks)
    bones = skeleton("woman")
    for eye in ("eye_l", "eye_r"):
        np.testing.assert_allclose(yaw_and_pitch(poses[:, bones.index(eye)]), looks, atol=1e-5)
    # The head takes most of it, between the body and the eyes.
    head = yaw_and_pitch(poses[:, bones.index("head")])[:, 0]
    assert (np.abs(head[1:]) > 0.6 * np.abs(looks[1:, 0])).all()
    assert (np.abs(head) <= np.abs(looks[:, 0]) + 1e-6).all()


def test_nobody_looks_behind_themselves():
    poses = gait_poses("man", [0.0, 1.0], [0.0, 1.0], [[3.0, 0.0], [-3.0, 1.5]])
    bones = skeleton("man")
    assert np.abs(yaw_and_pitch(poses[:, bones.index("head")])[:, 0]).max() < np.radians(75)
    assert np.abs(yaw_and_pitch(poses[:, bones.index("eye_l")])[:, 0]).max() < np.radians(105)


@pytest.mark.parametrize("kind", [n for n, k in PERSON_KINDS.items() if k.thing == "phone"])
def test_who_looks_at_a_phone_sees_it(kind):
    bones, mesh = skeleton(kind), person_mesh(kind, 0)
    matrices = gait_pose(kind, 2.0, 1.1, PHONE_RAD).astype(float)
    names = np.array(mesh.material_names)[mesh.materials]
    screen = skin(mesh, matrices)[names == "held/screen"].mean(axis=0)
    for eye in (bones.index("eye_l"), bones.index("eye_r")):
        way = screen - (matrices[eye, :, :3] @ bones.heads[eye] + matrices[eye, :, 3])
        cosine = matrices[eye, :, 0] @ way / np.linalg.norm(way)
        assert np.degrees(np.arccos(cosine)) < 12


def test_people_watch_the_traffic_before_and_while_they_cross():
    for word in ("waiting", "crossing"):
        yaw = np.array([wanted_looks(attention(**{word: 1}), t)[:, 0] for t in TIMES])
        for side in (1.0, -1.0):
            assert ((side * yaw > 0.8).mean(axis=0) > 0.1).all(), "everybody looks both ways"
        assert (np.abs(yaw) < 1.25).all()


def test_walkers_mostly_look_where_they_go_and_phones_are_looked_at():
    looks = np.array([wanted_looks(attention(moving=1), t) for t in TIMES])
    assert 0.5 < (np.abs(looks[..., 0]) < 0.05).mean() < 0.75
    assert (looks[..., 1] > 0).all()
    phone = np.array([wanted_looks(attention(moving=1, phone=1), t) for t in TIMES])
    assert 0.7 < (phone[..., 1] > 0.6).mean() < 0.9


def test_looks_depend_on_nobody_else():
    all_of_them = attention(moving=1)
    some = Attention(
        *(getattr(all_of_them, f)[[3, 77]] for f in ("number", "moving", "waiting", "crossing")),
        phone=all_of_them.phone[[3, 77]],
    )
    both = wanted_looks(all_of_them, 4.2)
    np.testing.assert_array_equal(wanted_looks(some, 4.2), both[[3, 77]])
    assert len(np.unique(both[:, 1])) > 150


def test_following_is_smooth_and_arrives_without_overshoot():
    look, rate, wanted = np.zeros((1, 2)), np.zeros((1, 2)), np.array([[1.0, -0.4]])
    seen = [look]
    for _ in range(30):
        look, rate = follow(look, rate, wanted, 0.05)
        seen.append(look)
    path = np.array(seen)[:, 0, 0]
    assert (np.diff(path) >= 0).all()
    assert path[-1] == pytest.approx(1.0, abs=1e-3)
    assert np.abs(np.diff(path, 2)).max() < 0.1
    # Two half ticks are a tick.
    half = follow(*follow(np.zeros((1, 2)), np.ones((1, 2)), wanted, 0.025), wanted, 0.025)
    np.testing.assert_allclose(half, follow(np.zeros((1, 2)), np.ones((1, 2)), wanted, 0.05))
