"""What is drawn at tick n is n-1, n and n+1 of the same bodies, whatever came and went."""

import numpy as np
import pytest
import tiny_world

from cityloop.engine import BodySpec, Commands, KinematicTarget, KinematicTargets, encode
from cityloop.spatial import Pose, rotation

DT = 0.1
ABOUT_Z = np.array([0.0, 0.0, 1.0])


def spawn(stage, *specs):
    stage.spawn(encode.bodies(specs).bodies)


def tick(stage, *targets, lamps=None, dt_s=DT):
    stage.advance(
        encode.advance(dt_s, 2, Commands(kinematic=KinematicTargets.of(targets), lamps=lamps or {}))
    )


def at(body_id, x, yaw=0.0, v=0.0, turn=0.0, **more):
    return KinematicTarget(
        body_id,
        Pose.from_xyz_yaw(x, 0.0, 0.0, yaw),
        np.array([v, 0.0, 0.0]),
        turn * ABOUT_Z,
        **more,
    )


def drawn(stage):
    return stage.build_instances(stage.instants())


def xs(instances, body, part=0):
    """The x of a body's part before, at and after the drawn tick."""
    i = np.flatnonzero(instances.body == body)[part]
    return [float(m[i, 0, 3]) for m in (instances.previous, instances.current, instances.next)]


def test_three_known_instants(stage):
    spawn(stage, BodySpec(5, "crate", "kinematic"))
    for x in (1.0, 3.0, 6.0):
        tick(stage, at(5, x))
    assert xs(drawn(stage), 5) == [1.0, 3.0, 6.0]


def test_before_the_first_tick_is_extrapolated(stage):
    spawn(stage, BodySpec(5, "crate", "kinematic", velocity=np.array([4.0, 0.0, 0.0])))
    tick(stage, at(5, 1.0))
    assert xs(drawn(stage), 5) == pytest.approx([-0.4, 0.0, 1.0])


def test_a_newcomer_comes_from_its_velocities(stage):
    tick(stage)
    tick(stage)
    turn = np.array([0.0, 0.0, 2.0])
    newcomer = BodySpec(
        5, "crate", "kinematic", velocity=np.array([4.0, 0, 0]), angular_velocity=turn
    )
    spawn(stage, newcomer)
    tick(stage, at(5, 1.0))
    instances = drawn(stage)
    assert xs(instances, 5) == pytest.approx([-0.4, 0.0, 1.0])
    yaw = Pose.from_matrix(instances.previous[0]).yaw_rad
    assert yaw == pytest.approx(-0.2)


def test_a_body_that_left_is_drawn_going_on(stage):
    spawn(stage, BodySpec(4, "crate", "kinematic"), BodySpec(5, "crate", "kinematic"))
    tick(stage, at(5, 1.0))
    tick(stage, at(5, 2.0, v=10.0))
    tick(stage, at(5, 3.0))
    stage.despawn([5])
    instances = drawn(stage)
    assert xs(instances, 5) == pytest.approx([1.0, 2.0, 3.0])
    assert xs(instances, 4) == [0.0, 0.0, 0.0]
    tick(stage)
    assert set(drawn(stage).body.tolist()) == {4}


def test_neither_side_of_a_jump_spans_it(stage):
    spawn(stage, BodySpec(5, "crate", "kinematic"))
    tick(stage, at(5, 1.0))
    tick(stage, at(5, 2.0, v=10.0))
    tick(stage, at(5, 50.0, v=20.0, teleport=True))
    assert xs(drawn(stage), 5) == pytest.approx([1.0, 2.0, 3.0])
    tick(stage, at(5, 53.0))
    assert xs(drawn(stage), 5) == pytest.approx([48.0, 50.0, 53.0])
    tick(stage, at(5, 54.0))
    assert xs(drawn(stage), 5) == [50.0, 53.0, 54.0]


def test_unequal_ticks_are_extrapolated_by_their_own_lengths(stage):
    spawn(stage, BodySpec(4, "crate", "kinematic"))
    tick(stage, dt_s=0.2)
    spawn(stage, BodySpec(5, "crate", "kinematic", velocity=np.array([1.0, 0.0, 0.0])))
    tick(stage, at(5, 0.3), dt_s=0.3)
    assert xs(drawn(stage), 5) == pytest.approx([-0.2, 0.0, 0.3])


def test_lamps_and_membership_are_those_of_the_drawn_tick(stage):
    spawn(
        stage,
        BodySpec(4, "crate", "static", lamps=1),
        BodySpec(5, "crate", "kinematic", lamps=1),
    )
    tick(stage, lamps={4: 2, 5: 4})
    spawn(stage, BodySpec(6, "crate", "static"), BodySpec(7, "crate", "kinematic"))
    lamps = dict(zip(drawn(stage).body.tolist(), drawn(stage).lamps.tolist(), strict=True))
    assert lamps == {4: 1, 5: 1}
    tick(stage)
    lamps = dict(zip(drawn(stage).body.tolist(), drawn(stage).lamps.tolist(), strict=True))
    assert lamps == {4: 2, 5: 4, 6: 0, 7: 0}
    stage.despawn([4])
    assert 4 in drawn(stage).body
    tick(stage)
    assert 4 not in drawn(stage).body


def test_static_parts_stand_still_and_say_so(stage):
    spawn(
        stage,
        BodySpec(4, "crate", "static", Pose.from_xyz_yaw(3.0, 0.0, 0.0, np.pi / 2), instance_id=9),
        BodySpec(5, "car", "kinematic", semantic=13),
    )
    tick(stage)
    instances = drawn(stage)
    i = instances.body.tolist().index(4)
    assert instances.static.tolist() == [body == 4 for body in instances.body]
    expected = Pose.from_xyz_yaw(3.0, 0.0, 0.0, np.pi / 2).matrix[:3]
    for m in (instances.previous, instances.current, instances.next):
        assert m[i] == pytest.approx(expected)
    assert instances.origin[i].tolist() == [3.0, 0.0, 0.0]
    assert (instances.instance_id[i], instances.semantic[instances.body == 5][0]) == (9, 13)


def test_bones_of_three_instants(stage):
    def bones(x):
        out = tiny_world.rest_bones()
        out[:, 0, 3] = x
        return out

    spawn(
        stage,
        BodySpec(3, "crate", "kinematic"),
        BodySpec(5, "person", "kinematic", bones=bones(0.0)),
        BodySpec(6, "person", "kinematic", bones=bones(7.0)),
    )
    tick(stage, at(5, 0.0, bones=bones(1.0)))
    first = drawn(stage)
    assert first.bones.tolist() == [-1, 0, 2]
    assert first.bones_previous[:, 0, 3].tolist() == [0.0, 0.0, 7.0, 7.0]
    assert first.bones_next[:, 0, 3].tolist() == [1.0, 1.0, 7.0, 7.0]
    tick(stage, at(5, 0.0))
    second = drawn(stage)
    assert second.bones_current[:, 0, 3].tolist() == [1.0, 1.0, 7.0, 7.0]
    assert second.bones_next[:, 0, 3].tolist() == [1.0, 1.0, 7.0, 7.0]


def test_velocity_of_every_point_of_a_wheel_is_exact(stage):
    """v + w x r of a steering, springing, spinning wheel against central differences."""
    dt, v, turn = 1e-3, 9.0, 0.7

    def target(t):
        wheels = np.zeros((4, 5))
        wheels[:, 0] = 0.3 + 0.8 * t
        wheels[:, 1], wheels[:, 2] = 28.0 * t, 28.0
        wheels[:, 3] = 0.05 * np.sin(6.0 * t)
        pose = Pose(
            np.array([v / turn * np.sin(turn * t), v / turn * (1 - np.cos(turn * t)), 0.0]),
            rotation.from_yaw(turn * t),
        )
        velocity = v * np.array([np.cos(turn * t), np.sin(turn * t), 0.0])
        return KinematicTarget(5, pose, velocity, turn * ABOUT_Z, wheels=wheels)

    spawn(stage, BodySpec(5, "car", "kinematic"))
    for i in range(1, 4):
        tick(stage, target(i * dt), dt_s=dt)
    instances = drawn(stage)
    points = np.array([[0.3, 0.1, 0.0], [0.0, -0.1, -0.32], [-0.2, 0.0, 0.2]])
    for i in range(len(instances.part)):
        before, now, after = (
            points @ m[i, :, :3].T + m[i, :, 3]
            for m in (instances.previous, instances.current, instances.next)
        )
        lever = now - instances.current[i, :, 3]
        exact = instances.velocity[i] + np.cross(instances.angular_velocity[i], lever)
        assert exact == pytest.approx((after - before) / (2 * dt), abs=2e-3)


@pytest.mark.parametrize("there_and_back", [("driven", "kinematic"), ("walker", "kinematic")])
def test_a_change_of_kind_breaks_no_history(stage, there_and_back):
    """Each instant that is drawn is a state that was told, on both sides of the change."""
    prototype = "car" if "driven" in there_and_back else "person"
    spawn(
        stage,
        BodySpec(4, "crate", "kinematic", Pose.from_xyz_yaw(0.0, 30.0)),
        BodySpec(5, prototype, "kinematic", velocity=np.array([2.0, 0.0, 0.0]), lamps=3),
    )
    told = [0.0]
    for k in range(1, 10):
        kinds = {3: {5: there_and_back[0]}, 6: {5: there_and_back[1]}}.get(k, {})
        targets = [] if 3 <= k < 6 else [at(5, 2.0 * DT * k, v=2.0)]
        commands = Commands(kinematic=KinematicTargets.of(targets), kinds=kinds)
        stage.advance(encode.advance(DT, 5, commands))
        row = stage.newest.cast.row_of(5)
        told.append(float(stage.newest.motions.position[row, 0]))
        if k >= 2:
            instances = drawn(stage)
            assert xs(instances, 5) == pytest.approx(told[-3:], abs=1e-12)
            assert set(instances.lamps[instances.body == 5].tolist()) == {3}
            if prototype == "car":
                speed = float(instances.velocity[instances.body == 5][0, 0])
                assert speed == pytest.approx((told[-1] - told[-3]) / (2 * DT), abs=0.01)
