"""Riders: feet on the pedals, hands on the grips, knees that bend as knees do."""

import numpy as np
import pytest

from cityloop.world.people import skin
from cityloop.world.riding import PEDAL_HALF_M, Riding, rider_figure, riding_bones
from cityloop.world.vehicles import MAX_STEERING_ANGLE_RAD, rider_box, rider_of, vehicle_scene

LOCKS = np.array([-MAX_STEERING_ANGLE_RAD, MAX_STEERING_ANGLE_RAD])
EVERY_KIND = pytest.mark.parametrize("kind", ["bicycle", "motorcycle"])


@pytest.fixture(scope="module")
def scene():
    return vehicle_scene(["bicycle", "motorcycle"])


def doing(count, **what):
    columns = {name: np.zeros(count) for name in Riding.__dataclass_fields__}
    return Riding(**columns | {name: np.broadcast_to(v, count) for name, v in what.items()})


def mesh_of(scene, name):
    return next(m for m in scene.meshes if m.name == name)


def joints(kind, bones, name):
    """(N, 3) where a bone starts."""
    i, rest = row(kind, name), at_rest(kind, name)
    return bones[:, i, :, :3] @ rest + bones[:, i, :, 3]


def row(kind, name):
    return rider_figure(rider_of(kind)).names.index(name)


def at_rest(kind, name):
    return rider_figure(rider_of(kind)).joints[row(kind, name)]


def postures(kind):
    """A revolution, both locks riding and standing, and the way from one to the other."""
    turns = 2 * np.pi * np.arange(24) / 24
    return [
        doing(24, crank_rad=turns),
        doing(2, steering_rad=LOCKS, look_rad=LOCKS),
        doing(2, steering_rad=LOCKS, standing=1.0),
        doing(6, crank_rad=2.0, standing=np.linspace(0.0, 1.0, 6)),
    ]


@EVERY_KIND
def test_meshes_are_riders_at_rest(kind, scene):
    bones = riding_bones(rider_of(kind), Riding.at_rest(2))
    prototype = next(p for p in scene.prototypes if p.name == kind)
    assert bones.shape == (2, len(prototype.joint_names), 3, 4)
    assert bones == pytest.approx(np.tile(np.eye(3, 4), (*bones.shape[:2], 1, 1)), abs=1e-6)


def test_feet_stay_on_the_pedals_over_a_revolution(scene):
    turns = 2 * np.pi * np.arange(24) / 24
    bones = riding_bones(rider_of("bicycle"), doing(24, crank_rad=turns))
    mesh = mesh_of(scene, "bicycle/rider/0")
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    for side, sign in (("l", 1), ("r", -1)):
        on_foot = np.isin(strongest, [row("bicycle", f"{b}_{side}") for b in ("foot", "ball")])
        foot = mesh.positions[on_foot]
        pedals = joints("bicycle", bones, f"pedal_{side}")
        assert np.ptp(pedals[:, 2]) == pytest.approx(0.34, abs=0.002)
        assert (np.sign(pedals[:, 1]) == sign).all()
        i = row("bicycle", f"foot_{side}")
        for k, pedal in enumerate(pedals):
            moved = foot @ bones[k, i, :, :3].T + bones[k, i, :, 3]
            up = bones[k, row("bicycle", f"pedal_{side}"), :, :3] @ np.array([0, 0, 1.0])
            above = (moved - pedal) @ up  # of the pedal's axle
            near = np.linalg.norm(moved - pedal - above[:, None] * up, axis=1) < 0.04
            sole = above[near].min()
            assert abs(sole - PEDAL_HALF_M) < 0.01


@EVERY_KIND
def test_hands_hold_the_grips_at_full_lock(kind, scene):
    prototype = next(p for p in scene.prototypes if p.name == kind)
    bar = next(p for p in prototype.parts if p.name == "bar")
    head = bar.body_from_part.position
    for standing in (0.0, 1.0):
        bones = riding_bones(rider_of(kind), doing(2, steering_rad=LOCKS, standing=standing))
        for steering, posed in zip(LOCKS, bones, strict=True):
            c, s = np.cos(steering), np.sin(steering)
            turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
            for name in ("hand_l", "hand_r", "middle_02_l", "index_03_r"):
                there = joints(kind, posed[None], name)[0]
                held = turn @ (at_rest(kind, name) - head) + head
                assert np.linalg.norm(held - there) < 0.01
            # Arms are as long as ever: nobody reaches by stretching.
            for upper, lower in (("upperarm", "lowerarm"), ("lowerarm", "hand")):
                for side in "lr":
                    ends = (f"{upper}_{side}", f"{lower}_{side}")
                    now = np.subtract(*(joints(kind, posed[None], e)[0] for e in ends))
                    was = np.subtract(*(at_rest(kind, e) for e in ends))
                    assert np.linalg.norm(now) == pytest.approx(np.linalg.norm(was), abs=1e-3)


@EVERY_KIND
def test_knees_bend_forward_and_legs_keep_their_length(kind):
    for posture in postures(kind):
        bones = riding_bones(rider_of(kind), posture).astype(np.float64)
        for side in "lr":
            hip, knee, ankle = (
                joints(kind, bones, f"{bone}_{side}") for bone in ("thigh", "calf", "foot")
            )
            # The knee lies before the line from hip to ankle.
            along = (ankle - hip) / np.linalg.norm(ankle - hip, axis=1)[:, None]
            out = knee - hip - np.einsum("nk,nk->n", knee - hip, along)[:, None] * along
            assert (out[:, 0] > 0.05).all()
            for a, b, bones_of in ((hip, knee, ("thigh", "calf")), (knee, ankle, ("calf", "foot"))):
                rest = np.subtract(*(at_rest(kind, f"{bone}_{side}") for bone in bones_of))
                length = np.linalg.norm(rest)
                assert np.linalg.norm(b - a, axis=1) == pytest.approx(length, abs=1e-3)


def test_cranks_turn_forward_and_pedals_lie_opposite():
    rest, turned = riding_bones(rider_of("bicycle"), doing(2, crank_rad=[0.0, 0.3]))
    crank = at_rest("bicycle", "crank")
    spokes = {}
    for side in "lr":
        before, after = (
            joints("bicycle", b[None], f"pedal_{side}")[0] - crank for b in (rest, turned)
        )
        # Rolling forward turns x down, as a wheel's spin does.
        c, s = np.cos(0.3), np.sin(0.3)
        expected = [c * before[0] + s * before[2], before[1], c * before[2] - s * before[0]]
        assert after == pytest.approx(expected, abs=1e-6)
        spokes[side] = after
    assert spokes["l"] == pytest.approx(-spokes["r"], abs=1e-6)


@EVERY_KIND
def test_who_stands_has_the_left_foot_on_the_ground_and_fits_the_box(kind, scene):
    rider = rider_of(kind)
    mesh = mesh_of(scene, f"{kind}/rider/0")
    prototype = next(p for p in scene.prototypes if p.name == kind)
    (length, width, height), (x, _, _) = prototype.dimension, prototype.box_center
    half = np.array([length / 2, width / 2, height / 2])
    for posture in postures(kind):
        for standing, bones in zip(posture.standing, riding_bones(rider, posture), strict=True):
            points = skin(mesh, bones)
            if standing == 1.0:
                assert abs(points[:, 2].min()) < 0.01
                assert points[points[:, 2] < 0.02, 1].min() > 0.1
            # The box of both does not change; elbows may stand out a little.
            assert (np.abs(points - [x, 0.0, height / 2]) - half).max() < 0.07
            dimension, center = rider_box(kind, bones)
            materials = np.array([n.startswith("rider/") for n in mesh.material_names])
            own = points[materials[mesh.materials]]
            assert own.min(axis=0) == pytest.approx(center - dimension / 2, abs=0.012)
            assert own.max(axis=0) == pytest.approx(center + dimension / 2, abs=0.012)


@EVERY_KIND
@pytest.mark.parametrize("lean_rad", [-0.35, -0.1, 0.04])
def test_the_foot_of_who_stands_is_on_the_ground_that_the_machine_leans_over(kind, scene, lean_rad):
    bones = riding_bones(rider_of(kind), doing(1, standing=1.0, lean_rad=lean_rad))[0]
    points = skin(mesh_of(scene, f"{kind}/rider/0"), bones)
    points = points[points[:, 1] > 0.1]  # of the left leg
    heights = points[:, 2] * np.cos(lean_rad) + points[:, 1] * np.sin(lean_rad)
    # The sole stays level with the machine: one edge of it is lower than its middle.
    assert -0.06 * abs(np.sin(lean_rad)) - 0.01 < heights.min() < 0.01


def test_the_head_turns_where_the_rider_looks():
    bones = riding_bones(rider_of("bicycle"), doing(2, look_rad=[0.0, 0.6]))
    eye = row("bicycle", "eye_l")
    before, after = (b[eye, :, :3] @ np.array([1.0, 0.0, 0.0]) for b in bones)
    assert np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0]) == pytest.approx(
        0.6, abs=0.02
    )
    # The seat does not turn with it.
    pelvis = row("bicycle", "pelvis")
    assert bones[1, pelvis] == pytest.approx(bones[0, pelvis], abs=1e-6)
