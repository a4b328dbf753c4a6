import dataclasses

import grpc
import numpy as np
import pytest
import tiny_world

from cityloop.engine import (
    BodySpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    KinematicTargets,
    WalkCommand,
)
from cityloop.errors import EngineError, RequestError
from cityloop.protocol import engine_pb2, engine_pb2_grpc
from cityloop.spatial import Pose


def test_the_handshake_says_who_answers(engine):
    assert engine.info.name
    assert engine.info.version
    assert engine.info.protocol[0] == 2
    assert engine.info.renderer


def test_a_client_of_another_major_version_is_refused(address):
    with grpc.insecure_channel(address) as channel:
        stub = engine_pb2_grpc.EngineServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.Handshake(engine_pb2.HandshakeRequest(protocol_major=99))
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "99" in refused.value.details()


def test_a_call_without_a_session_is_refused(address):
    with grpc.insecure_channel(address) as channel:
        stub = engine_pb2_grpc.EngineServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.Advance(engine_pb2.AdvanceRequest(dt_s=0.05, substeps=1))
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_second_client_takes_over_and_finds_an_empty_stage(join, ground):
    with join() as newcomer:
        newcomer.load_scene(tiny_world.scene())
        assert len(newcomer.spawn([BodySpec(1, "car", "kinematic")]).ids) == 1
        with pytest.raises(EngineError, match="session"):
            ground.advance(0.05)


def test_an_engine_outlives_a_client_that_vanishes(join):
    lost = join()
    lost._channel.close()
    with join() as next_one:
        assert next_one.advance(0.05).tick == 1
    lost.close()


def test_a_scene_counts_its_triangles(engine):
    assert engine.load_scene(tiny_world.scene()) == 2 + 7 * 12


def test_loading_a_scene_starts_again(ground):
    ground.spawn([BodySpec(2, "car", "kinematic")])
    ground.advance(0.05)
    ground.load_scene(tiny_world.scene())
    state = ground.advance(0.05)
    assert (state.tick, len(state.bodies.ids)) == (1, 0)


def test_ticks_and_time_count_up(ground):
    states = [ground.advance(0.05), ground.advance(0.1), ground.advance(0.025)]
    assert [s.tick for s in states] == [1, 2, 3]
    assert states[-1].time_s == pytest.approx(0.175)


def test_states_come_by_rising_id_without_static_bodies(ground):
    new = ground.spawn(
        [
            BodySpec(9, "car", "kinematic"),
            BodySpec(4, "crate", "static", Pose.from_xyz_yaw(9, 9)),
            BodySpec(5, "person", "kinematic", Pose.from_xyz_yaw(20, 3)),
        ]
    )
    assert new.ids.tolist() == [5, 9]
    assert ground.state.bodies.ids.tolist() == [5, 9]
    assert ground.advance(0.05).bodies.ids.tolist() == [5, 9]
    ground.despawn([9, 4])
    assert ground.state.bodies.ids.tolist() == [5]
    assert ground.advance(0.05).bodies.ids.tolist() == [5]


def test_kinematic_bodies_go_exactly_where_they_are_told(ground):
    ground.spawn([BodySpec(5, "person", "kinematic"), BodySpec(6, "person", "kinematic")])
    pose = Pose(np.array([123.456789012, -7.1, 0.25]), np.array([0.0, 0.0, 0.6, 0.8]))
    v, w, a = np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.3]), np.array([4.0, 5.0, 6.0])
    bodies = ground.advance(
        0.05, 5, Commands(kinematic=KinematicTargets.of([KinematicTarget(5, pose, v, w, a)]))
    ).bodies
    i, j = bodies.row(5), bodies.row(6)
    assert bodies.position[i].tolist() == pose.position.tolist()
    assert bodies.quaternion[i] == pytest.approx(pose.quaternion, abs=1e-15)
    assert bodies.velocity[i].tolist() == v.tolist()
    assert bodies.angular_velocity[i].tolist() == w.tolist()
    assert bodies.acceleration[i].tolist() == a.tolist()
    assert bodies.position[j].tolist() == [0.0, 0.0, 0.0]
    # Not named any more: it stays, at rest.
    bodies = ground.advance(0.05).bodies
    assert bodies.position[i].tolist() == pose.position.tolist()
    assert bodies.velocity[i].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.needs("cast_rays")
def test_rays_hit_the_nearest_body(ground):
    ground.spawn(
        [
            BodySpec(3, "crate", pose=Pose.from_xyz_yaw(5.0, 0.0)),
            BodySpec(4, "crate", "kinematic", Pose.from_xyz_yaw(0.0, 8.0)),
        ]
    )
    origins = [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 2.0], [0, 0, 0.5], [0, 0, 0.5]]
    directions = [[2, 0, 0], [0, 1, 0], [0, 0, -3], [0, 0, 1], [-1, 0, 0]]
    hits = ground.cast_rays(origins, directions, 100.0)
    assert hits.body.tolist() == [3, 4, 1, 0, 0]
    assert hits.distance_m == pytest.approx([4.5, 7.5, 2.0, 0.0, 0.0], abs=1e-4)
    assert hits.normal[:3] == pytest.approx(
        np.array([[-1, 0, 0], [0, -1, 0], [0, 0, 1]], float), abs=1e-5
    )
    assert ground.cast_rays([[0, 0, 0.5]], [[1, 0, 0]], 4.0).body.tolist() == [0]
    target = KinematicTarget(4, Pose.from_xyz_yaw(0.0, 4.0), teleport=True)
    ground.advance(0.05, 5, Commands(kinematic=KinematicTargets.of([target])))
    assert ground.cast_rays([[0, 0, 0.5]], [[0, 1, 0]], 100.0).distance_m == pytest.approx([3.5])


def car(**more):
    return BodySpec(2, "car", **more)


WRONG_SPAWNS = {
    "id 0": dataclasses.replace(car(), id=0),
    "already used": dataclasses.replace(car(), id=1),
    "'lorry'": BodySpec(2, "lorry"),
    "unit quaternion": car(pose=Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 2.0]))),
    "finite": car(pose=Pose.from_xyz_yaw(np.nan, 0.0)),
    "no dynamics": BodySpec(2, "crate", "driven"),
    "not a capsule": BodySpec(2, "crate", "walker"),
    "meshes are for static": BodySpec(2, "wall", "kinematic"),
    "static, but its prototype 'person' has bones": BodySpec(2, "person", "static"),
    "2 bones": BodySpec(2, "person", "kinematic", bones=np.zeros((3, 3, 4), np.float32)),
    "tints": car(tints=((1.0, 1.0, 1.0),) * 9),
    "class id": car(semantic=300),
}


@pytest.mark.parametrize("why", WRONG_SPAWNS)
def test_wrong_bodies_are_refused_and_none_is_placed(ground, why):
    with pytest.raises(RequestError, match=why):
        ground.spawn([BodySpec(8, "car", "kinematic"), WRONG_SPAWNS[why]])
    assert len(ground.advance(0.05).bodies.ids) == 0
    # The ids of a refused request are still free.
    ground.spawn([BodySpec(8, "car", "kinematic")])


WRONG_TICKS = {
    "dt_s": (0.0, 5, Commands()),
    "substeps": (0.05, 0, Commands()),
    "no body 77": (0.05, 5, Commands(lamps={77: 1})),
    "throttle": (0.05, 5, Commands(drive=[DriveCommand(2, throttle=1.5)])),
    "brake": (0.05, 5, Commands(drive=[DriveCommand(2, brake=-0.1)])),
    "steering": (0.05, 5, Commands(drive=[DriveCommand(2, steering=float("nan"))])),
    "not kinematic": (
        0.05,
        5,
        Commands(kinematic=KinematicTargets.of([KinematicTarget(2, Pose())])),
    ),
    "not a walker": (0.05, 5, Commands(walk=[WalkCommand(2)])),
    "heading": (0.05, 5, Commands(walk=[WalkCommand(3, heading_rad=float("inf"))])),
}


@pytest.mark.needs("driven", "walker")
@pytest.mark.parametrize("why", WRONG_TICKS)
def test_wrong_commands_are_refused_and_time_stands_still(ground, why):
    ground.spawn(
        [
            BodySpec(2, "car", "driven"),
            BodySpec(3, "person", "walker", Pose.from_xyz_yaw(0.0, 5.0)),
        ]
    )
    dt_s, substeps, commands = WRONG_TICKS[why]
    with pytest.raises(RequestError, match=why):
        ground.advance(dt_s, substeps, commands)
    assert ground.advance(0.05).tick == 1


@pytest.mark.needs("cast_rays", "save_restore")
def test_unknown_bodies_and_states_are_not_found(ground):
    with pytest.raises(RequestError, match="no body 12"):
        ground.despawn([1, 12])
    with pytest.raises(RequestError, match="no kept state 3"):
        ground.restore(3)
    assert ground.cast_rays([[0, 0, 1]], [[0, 0, -1]], 9.0).body.tolist() == [1]


@pytest.mark.needs("cast_rays")
def test_rays_see_out_of_what_they_start_in(ground):
    ground.spawn(
        [
            BodySpec(3, "crate", pose=Pose.from_xyz_yaw(0.0, 0.0)),
            BodySpec(4, "car", "kinematic", Pose.from_xyz_yaw(-1.0, 0.0)),
            BodySpec(5, "person", "kinematic", Pose.from_xyz_yaw(0.3, 0.0)),
            BodySpec(6, "crate", pose=Pose.from_xyz_yaw(9.0, 0.0)),
        ]
    )
    inside = [0.2, 0.0, 0.5]
    directions = [[1, 0, 0], [0, 1, 0], [0, 0, -1]]
    hits = ground.cast_rays([inside] * 3, directions, 50.0)
    assert hits.body.tolist() == [6, 0, 1]
    assert hits.distance_m == pytest.approx([8.3, 0.0, 0.5], abs=1e-4)
    assert ground.cast_rays([inside], [[1, 0, 0]], 8.0).body.tolist() == [0]


@pytest.mark.needs("cast_rays")
def test_rays_hit_meshes_from_both_sides(ground):
    hits = ground.cast_rays([[3, 3, -2], [3, 3, 2]], [[0, 0, 1], [0, 0, -1]], 50.0)
    assert hits.body.tolist() == [1, 1]
    assert hits.distance_m == pytest.approx([2.0, 2.0], abs=1e-4)
    np.testing.assert_allclose(hits.normal, [[0, 0, -1], [0, 0, 1]], atol=1e-5)


@pytest.mark.needs("cast_rays")
def test_rays_without_direction_are_refused(ground):
    with pytest.raises(RequestError, match="direction"):
        ground.cast_rays([[0, 0, 1]], [[0, 0, 0]], 9.0)
    with pytest.raises(RequestError, match="max_distance_m"):
        ground.cast_rays([[0, 0, 1]], [[0, 0, 1]], -1.0)


def broken_scene(which):
    scene = tiny_world.scene()
    crate = next(i for i, mesh in enumerate(scene.meshes) if mesh.name == "crate")
    mesh = scene.meshes[crate]
    if which == "two mesh items":
        scene.meshes.append(mesh)
    elif which == "index 99":
        scene.meshes[crate] = dataclasses.replace(mesh, indices=mesh.indices + np.uint32(76))
    elif which == "normals":
        scene.meshes[crate] = dataclasses.replace(mesh, normals=mesh.normals[1:])
    elif which == "'nowhere'":
        part = dataclasses.replace(scene.prototypes[0].parts[0], wheel=None)
        lod = dataclasses.replace(part.lods[0], mesh="nowhere")
        scene.prototypes[0] = dataclasses.replace(
            scene.prototypes[0], parts=(dataclasses.replace(part, lods=(lod,)),)
        )
    else:
        part = dataclasses.replace(scene.prototypes[0].parts[0], wheel=3)
        scene.prototypes[0] = dataclasses.replace(scene.prototypes[0], parts=(part,))
    return scene


@pytest.mark.parametrize(
    "why", ["two mesh items", "index 99", "normals", "'nowhere'", "follows wheel 3"]
)
def test_broken_scenes_are_refused(engine, why):
    with pytest.raises(RequestError, match=why):
        engine.load_scene(broken_scene(why))
    with pytest.raises(RequestError, match="'crate'"):
        engine.spawn([BodySpec(2, "crate")])
    engine.load_scene(tiny_world.scene())
    engine.spawn([BodySpec(2, "crate")])
