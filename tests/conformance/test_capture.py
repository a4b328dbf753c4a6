import numpy as np
import pytest
import tiny_world

from cityloop.engine import (
    PASSES,
    BodySpec,
    CameraSpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    KinematicTargets,
)
from cityloop.errors import RequestError
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.world.environment import Environment

pytestmark = pytest.mark.needs("pixels")

DT = 0.05
LENS = Intrinsics.from_fov(64, 48, 90.0)
FORWARD = rotation.from_matrix(BODY_FROM_CAMERA_AXES)
SHAPES = {
    "rgb": ((48, 64, 3), np.uint8),
    "depth": ((48, 64), np.float32),
    "instance": ((48, 64), np.uint32),
    "semantic": ((48, 64), np.uint8),
    "flow_backward": ((48, 64, 2), np.float32),
    "flow_forward": ((48, 64, 2), np.float32),
    "normal": ((48, 64, 3), np.float32),
    "velocity": ((48, 64, 3), np.float32),
    "depth_change_backward": ((48, 64), np.float32),
    "depth_change_forward": ((48, 64), np.float32),
}


def camera(name="front", body=0, height=0.5, **more):
    """Looks along x, from the height of a crate's centre."""
    mount = Pose(np.array([0.0, 0.0, height]), FORWARD)
    return CameraSpec(name, LENS, mount, body, near_m=0.1, far_m=500.0, **more)


def crate_at(x, y=0.0, body_id=2, **more):
    kind = more.pop("kind", "kinematic")
    return BodySpec(
        body_id,
        "crate",
        kind,
        Pose.from_xyz_yaw(x, y),
        instance_id=70 + body_id,
        semantic=13,
        **more,
    )


def center(image):
    return image[24, 32]


def move(engine, x, y=0.0, velocity=(0.0, 0.0, 0.0), **more):
    target = KinematicTarget(2, Pose.from_xyz_yaw(x, y), np.array(velocity), **more)
    return engine.advance(DT, 5, Commands(kinematic=KinematicTargets.of([target])))


def test_every_pass_has_its_shape_and_type(ground):
    ground.spawn([crate_at(10.5)])
    ground.advance(DT)
    (images,) = ground.capture([camera()])
    assert {name: (a.shape, a.dtype.type) for name, a in images.passes.items()} == SHAPES
    assert (images.camera, images.tick, images.time_s) == ("front", 0, 0.0)
    assert images.triangles > 0
    assert images.world_from_camera.position == pytest.approx([0.0, 0.0, 0.5])
    assert images.world_from_camera.quaternion == pytest.approx(FORWARD)


def test_a_crate_ten_metres_ahead(ground):
    ground.spawn([crate_at(10.5)])
    ground.advance(DT)
    (images,) = ground.capture([camera()])
    assert center(images.passes["depth"]) == pytest.approx(10.0, abs=1e-3)
    assert center(images.passes["instance"]) == 72
    assert center(images.passes["semantic"]) == 13
    assert center(images.passes["normal"]) == pytest.approx([0.0, 0.0, -1.0], abs=1e-5)
    sky = images.passes["depth"][0, 0]
    assert np.isinf(sky)
    # One metre at 10 m with f = 32: 3.2 pixels, which hold 4 pixel centres a side.
    assert int((images.passes["instance"] == 72).sum()) == 16


def test_a_frame_shows_the_tick_before_the_newest(ground):
    ground.spawn([crate_at(10.5)])
    with pytest.raises(RequestError, match="advance"):
        ground.capture([camera()])
    move(ground, 10.3)
    move(ground, 10.1)
    (images,) = ground.capture([camera()], ("depth",))
    assert (images.tick, images.time_s) == (1, pytest.approx(DT))
    assert center(images.passes["depth"]) == pytest.approx(9.8, abs=1e-3)


def test_flow_and_velocity_of_a_sideways_motion(ground):
    """The pinhole formula: a step of dy to the left at 10 m moves a pixel by -f dy / 10."""
    v = np.array([0.0, 4.0, 0.0])
    ground.spawn([crate_at(10.5, 0.0, velocity=v)])
    move(ground, 10.5, 0.2, v)
    move(ground, 10.5, 0.3, v)
    (images,) = ground.capture([camera()])
    spot = images.passes["instance"] == 72
    assert spot.any()
    forward, backward = images.passes["flow_forward"], images.passes["flow_backward"]
    assert forward[spot] == pytest.approx(np.tile([-32 * 0.1 / 10, 0.0], (spot.sum(), 1)), abs=1e-3)
    assert backward[spot] == pytest.approx(np.tile([32 * 0.2 / 10, 0.0], (spot.sum(), 1)), abs=1e-3)
    assert images.passes["velocity"][spot] == pytest.approx(np.tile(v, (spot.sum(), 1)), abs=1e-4)
    assert np.abs(forward[~spot & np.isfinite(images.passes["depth"])]).max() < 1e-3


def test_a_spawned_body_came_from_where_its_velocity_says(ground):
    ground.advance(DT)
    ground.spawn([crate_at(10.5, velocity=np.array([0.0, -2.0, 0.0]))])
    move(ground, 10.5, -0.1, (0.0, -2.0, 0.0))
    (images,) = ground.capture([camera()])
    assert images.tick == 1
    assert center(images.passes["flow_backward"]) == pytest.approx([-32 * 0.1 / 10, 0.0], abs=1e-3)
    assert center(images.passes["flow_forward"]) == pytest.approx([32 * 0.1 / 10, 0.0], abs=1e-3)


def test_a_despawned_body_is_drawn_once_more(ground):
    ground.spawn([crate_at(10.5, velocity=np.array([0.0, -2.0, 0.0]))])
    ground.advance(DT)
    ground.despawn([2])
    (images,) = ground.capture([camera()])
    assert center(images.passes["instance"]) == 72
    assert center(images.passes["flow_forward"]) == pytest.approx([32 * 0.1 / 10, 0.0], abs=1e-3)
    ground.advance(DT)
    (images,) = ground.capture([camera()])
    assert not (images.passes["instance"] == 72).any()


def test_a_jump_is_no_motion(ground):
    ground.spawn([crate_at(10.5)])
    move(ground, 10.5)
    move(ground, 6.5, 0.0, (0.0, 1.0, 0.0), teleport=True)
    (before,) = ground.capture([camera()], slot=0)
    assert center(before.passes["depth"]) == pytest.approx(10.0, abs=1e-3)
    assert center(before.passes["flow_forward"]) == pytest.approx([0.0, 0.0], abs=1e-4)
    move(ground, 6.5, 0.05, (0.0, 1.0, 0.0))
    (after,) = ground.capture([camera()], slot=1)
    assert center(after.passes["depth"]) == pytest.approx(6.0, abs=1e-3)
    assert center(after.passes["flow_backward"]) == pytest.approx([32 * 0.05 / 6, 0.0], abs=1e-3)
    assert center(after.passes["velocity"]) == pytest.approx([0.0, 1.0, 0.0], abs=1e-4)


def test_a_camera_rides_with_its_body(ground):
    ground.spawn(
        [
            BodySpec(2, "car", "kinematic", velocity=np.array([10.0, 0.0, 0.0]), instance_id=5),
            crate_at(30.5, body_id=3),
        ]
    )
    move(ground, 0.5, 0.0, (10.0, 0.0, 0.0))
    move(ground, 1.0, 0.0, (10.0, 0.0, 0.0))
    rider = camera(body=2)
    (images,) = ground.capture([rider])
    assert images.world_from_camera.position == pytest.approx([0.5, 0.0, 0.5])
    assert center(images.passes["depth"]) == pytest.approx(29.5, abs=1e-2)
    assert not (images.passes["instance"] == 5).any()
    # At the crate's centre the camera's own motion along its axis moves nothing ...
    assert center(images.passes["flow_forward"]) == pytest.approx([0.0, 0.0], abs=0.02)
    # ... and on the ground below it does: v = f h / z with z falling by 0.5 m.
    z = float(images.passes["depth"][44, 32])
    expected = 32 * 0.5 / (z - 0.5) - 32 * 0.5 / z
    assert images.passes["flow_forward"][44, 32, 1] == pytest.approx(expected, rel=1e-3)
    (shown,) = ground.capture([camera(body=2, height=1.0, hide_host=False)], ("instance",))
    assert (shown.passes["instance"] == 5).any()


@pytest.mark.needs("driven")
def test_wheels_turn_with_the_car(ground):
    """A rolling wheel stands still where it meets the ground, and its top moves twice as fast."""
    ground.spawn([BodySpec(2, "car", "driven", velocity=np.array([5.0, 0.0, 0.0]), instance_id=5)])
    for _ in range(5):
        ground.advance(DT, 5, Commands(drive=[DriveCommand(2)]))
    side = Pose(
        np.array([ground.state.bodies.position[0, 0] - 0.25, 3.0, 0.32]),
        rotation.multiply(rotation.from_yaw(-np.pi / 2), FORWARD),
    )
    lens = Intrinsics(128, 128, 256.0, 256.0, 64.0, 64.0)
    (images,) = ground.capture([CameraSpec("side", lens, side)])
    velocity, depth = images.passes["velocity"], images.passes["depth"]
    wheel = (images.passes["instance"] == 5) & (np.abs(depth - 2.1) < 0.02)
    assert wheel.sum() > 100
    points = side.apply(
        lens.unproject(np.argwhere(wheel)[:, ::-1] + 0.5, depth[wheel].astype(np.float64))
    )
    # v = w x r about the hub, which is 0.32 m high: vx grows with height, 5 m/s at the hub.
    expected = 5.0 * points[:, 2] / tiny_world.WHEEL_RADIUS
    assert velocity[wheel][:, 0] == pytest.approx(expected, abs=0.15)


def test_lamps_are_those_of_the_drawn_tick(ground):
    right = Pose.from_xyz_yaw(10.5, -2.0)
    ground.set_environment(Environment((0.0, 0.0, 1.0), (0.0,) * 3, (0.0,) * 3, (0.0,) * 3))
    ground.spawn(
        [
            BodySpec(2, "lamp", "static", Pose.from_xyz_yaw(10.5, 0.0)),
            BodySpec(3, "lamp", "kinematic", right, lamps=1),
        ]
    )
    shown = []
    for lamps in ({2: 1, 3: 0}, {2: 0}, {}):
        ground.advance(DT, 5, Commands(lamps=lamps))
        (images,) = ground.capture([camera()], ("rgb",))
        lit = images.passes["rgb"].max(axis=2) > 100
        shown.append((bool(lit[24, 32]), bool(lit[24, 38])))
    assert shown == [(False, True), (True, False), (False, False)]


def test_depth_changes_as_the_point_comes_nearer(ground):
    ground.spawn([crate_at(10.5)])
    for x in (10.4, 10.2, 9.9):
        move(ground, x)
    (images,) = ground.capture([camera()])
    assert center(images.passes["depth_change_backward"]) == pytest.approx(0.2, abs=1e-4)
    assert center(images.passes["depth_change_forward"]) == pytest.approx(-0.3, abs=1e-4)
    assert images.passes["depth_change_forward"][0, 0] == 0  # the sky


def placed(silhouettes, row):
    """Return a silhouette's mask in the image."""
    whole = np.zeros((48, 64), bool)
    (left, top), mask = silhouettes.corner[row], silhouettes.masks[row]
    whole[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    return whole


def test_what_is_partly_hidden_is_drawn_alone_as_if_nothing_hid_it(ground):
    ground.spawn([crate_at(10.5, 0.6)])
    move(ground, 10.5, 0.6)
    (free,) = ground.capture([camera()], ("instance",))
    unhidden = free.passes["instance"] == 72
    ground.spawn([crate_at(6.0, 0.0, body_id=3)])
    ground.advance(DT)
    ground.advance(DT)
    (images,) = ground.capture([camera()], ("instance",), silhouettes=True)
    ids, alone = images.passes["instance"], images.silhouettes
    assert alone.id.tolist() == [72, 73]
    assert 0 < (ids == 72).sum() < unhidden.sum()
    assert np.array_equal(placed(alone, 0), unhidden)
    assert np.array_equal(placed(alone, 1), ids == 73)
    v, u = np.nonzero(unhidden)
    assert alone.box[0].tolist() == [u.min(), v.min(), u.max() + 1, v.max() + 1]


def test_the_box_of_what_leaves_the_image_is_not_cut_off(ground):
    ground.spawn([crate_at(5.5, 5.0)])
    move(ground, 5.5, 5.0)
    (images,) = ground.capture([camera()], ("instance",), silhouettes=True)
    (box,) = images.silhouettes.box
    # Its far left edge is at 32 - 32 * 5.5 / 5, its right one at 32 - 32 * 4.5 / 6.
    assert box == pytest.approx([-3.2, 20.8, 8.0, 27.2], abs=1e-3)
    assert placed(images.silhouettes, 0).sum() == (images.passes["instance"] == 72).sum()


def test_nothing_is_drawn_alone_unless_it_is_asked_for(ground):
    ground.spawn([crate_at(10.5)])
    move(ground, 10.5)
    (images,) = ground.capture([camera()], ("instance",))
    assert len(images.silhouettes) == 0


@pytest.mark.needs("shared_memory")
@pytest.mark.parametrize("passes", [PASSES, ("instance", "depth")])
def test_streamed_pixels_are_those_of_the_shared_memory(join, passes):
    pictures = []
    for shared in (True, False):
        with join(shared_memory=shared) as engine:
            assert engine.info.shared_memory is shared
            engine.load_scene(tiny_world.scene())
            engine.spawn([BodySpec(1, "ground"), crate_at(10.5)])
            move(engine, 10.4, 0.1, (-2.0, 2.0, 0.0))
            images = engine.capture([camera("a"), camera("b", height=3.0)], passes)
            pictures.append([{k: v.copy() for k, v in i.passes.items()} for i in images])
    for mapped, streamed in zip(*pictures, strict=True):
        assert list(mapped) == list(streamed) == list(passes)
        for name in passes:
            assert mapped[name].tobytes() == streamed[name].tobytes(), name


def test_slots_keep_their_pictures(ground):
    ground.spawn([crate_at(10.5)])
    kept = []
    for slot, x in enumerate((10.5, 9.5, 8.5)):
        move(ground, x)
        ground.advance(DT)
        kept.append(ground.capture([camera()], ("depth",), slot)[0])
    assert [float(center(i.passes["depth"])) for i in kept] == pytest.approx([10, 9, 8], abs=1e-3)


def test_a_capture_runs_beside_the_client(ground):
    ground.spawn([crate_at(10.5)])
    move(ground, 10.5)
    future = ground.capture_async([camera()], ("depth",))
    # The next call waits for the capture: it cannot overtake it.
    assert ground.advance(DT).tick == 2
    assert future.done()
    assert future.result()[0].tick == 0


WRONG_CAPTURES = {
    "at least one": ([], PASSES, 0),
    "share a name": ([camera(), camera()], PASSES, 0),
    "no pass": ([camera()], (), 0),
    "'infrared'": ([camera()], ("infrared",), 0),
    "Slot 8": ([camera()], PASSES, 8),
    "body 99": ([camera(body=99)], PASSES, 0),
    "width of 0": ([CameraSpec("w", Intrinsics(0, 48, 1, 1, 0, 0), Pose())], PASSES, 0),
    "far": ([CameraSpec("w", LENS, Pose(), near_m=2.0, far_m=1.0)], PASSES, 0),
    "fx": ([CameraSpec("w", Intrinsics(9, 9, -1, 1, 0, 0), Pose())], PASSES, 0),
}


@pytest.mark.parametrize("why", WRONG_CAPTURES)
def test_wrong_captures_are_refused(ground, why):
    ground.advance(DT)
    with pytest.raises(RequestError, match=why):
        ground.capture(*WRONG_CAPTURES[why])
    assert ground.capture([camera()], ("depth",))[0].passes["depth"].shape == (48, 64)
