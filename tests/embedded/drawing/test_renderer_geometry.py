import numpy as np
import pytest
from small_scene import (
    DT_S,
    LENS,
    PASSES,
    Thing,
    camera_pose,
    facing_quad,
    flow_of,
    instances,
    rigid,
    view,
    world_points,
)

from cityloop.protocol import capture_pb2
from cityloop.spatial import Intrinsics, rotation

SKY = 10
CENTER = (24, 32)  # row, column of a pixel at (32.5, 24.5)


def test_a_quad_at_ten_metres_reads_ten_metres(scene):
    frame = scene.draw([Thing(scene.quad(), rigid((10, 0, 0)))])
    on_quad = frame["instance"] == 7
    assert on_quad.sum() == 8 * 8
    np.testing.assert_allclose(frame["depth"][on_quad], 10.0, atol=1e-5)
    assert np.isposinf(frame["depth"][~on_quad]).all()


def test_depth_is_along_the_axis_not_along_the_ray(scene):
    camera = camera_pose()
    frame = scene.draw([Thing(scene.floor(z=-1.4), rigid())])
    on_floor = frame["instance"] == 7
    assert on_floor.sum() > 1000
    points = world_points(frame, camera)[on_floor]
    np.testing.assert_allclose(points[:, 2], -1.4, atol=1e-3)


def test_depth_keeps_its_precision_far_from_the_origin(scene):
    part = scene.quad()
    near_by = scene.draw([Thing(part, rigid((10, 0, 0)))])
    offset = np.array([30000.0, -70000.0, 120.0])
    far = scene.draw([Thing(part, rigid((10, 0, 0) + offset))], view(current=camera_pose(offset)))
    np.testing.assert_allclose(far["depth"], near_by["depth"], rtol=1e-6)
    np.testing.assert_array_equal(far["instance"], near_by["instance"])


def test_rows_run_from_the_top_and_columns_from_the_left(scene):
    # 2 m up and to the left of the axis.
    frame = scene.draw([Thing(scene.quad(half=0.5, center=(2.0, 2.0)), rigid((10, 0, 0)))])
    rows, columns = np.nonzero(frame["instance"])
    assert (rows.min(), rows.max()) == (14, 17)
    assert (columns.min(), columns.max()) == (22, 25)


@pytest.mark.parametrize(("edge", "first"), [(20.3, 20), (20.49, 20), (20.51, 21), (20.7, 21)])
def test_the_pixel_centre_decides(scene, edge, first):
    # A quad from u = edge to u = 40 and v = 10 to 30, at 10 m.
    left, right = -(edge - LENS.cx) / 4, -(40.0 - LENS.cx) / 4
    top, bottom = -(10.0 - LENS.cy) / 4, -(30.0 - LENS.cy) / 4
    corners = [[0, left, bottom], [0, right, bottom], [0, right, top], [0, left, top]]
    mesh = scene.mesh(corners, [[0, 1, 2], [0, 2, 3]], scene.material())
    frame = scene.draw([Thing(scene.part((mesh, 1e4)), rigid((10, 0, 0)))])
    rows, columns = np.nonzero(frame["instance"])
    assert columns.min() == first
    assert (columns.max(), rows.min(), rows.max()) == (39, 10, 29)


def test_ids_and_classes_are_exact_and_a_material_may_override_the_class(scene):
    big = 4_000_000_001  # not a float32
    near = Thing(scene.quad(half=0.25), rigid((5, 0, 0)), instance_id=big, semantic=11)
    far = Thing(scene.quad(semantic=21), rigid((10, 0, 0)), instance_id=3, semantic=13)
    frame = scene.draw([far, near])
    assert frame["instance"].dtype == np.uint32
    assert set(np.unique(frame["instance"])) == {0, 3, big}
    assert (frame["semantic"][frame["instance"] == big] == 11).all()
    assert (frame["semantic"][frame["instance"] == 3] == 21).all()
    assert (frame["semantic"][frame["instance"] == 0] == SKY).all()
    assert (frame["instance"] == big).sum() == 16


def test_the_first_vertex_decides_the_material_of_a_triangle(scene):
    plain, marked = scene.material(), scene.material(semantic=19)
    corners = [[0, 1, -1], [0, -1, -1], [0, -1, 1], [0, 1, 1]]
    mesh = scene.mesh(corners, [[0, 1, 2], [3, 0, 2]], [plain, plain, plain, marked])
    frame = scene.draw([Thing(scene.part((mesh, 1e4)), rigid((10, 0, 0)))])
    lower_right, upper_left = frame["semantic"][26, 34], frame["semantic"][21, 29]
    assert (lower_right, upper_left) == (13, 19)


def test_a_box_that_moves_sideways_has_the_flow_of_the_pinhole_formula(scene):
    thing = Thing(
        scene.quad(),
        rigid((10, 0, 0)),
        previous=rigid((10, 1, 0)),
        following=rigid((8, -1, 0.5)),
        velocity=(-20.0, -20.0, 5.0),
    )
    frame = scene.draw([thing])
    on_quad = frame["instance"] == 7
    # One metre to the right at 10 m is 40 / 10 pixels.
    np.testing.assert_allclose(frame["flow_backward"][on_quad], [[-4.0, 0.0]] * 64, atol=1e-4)
    points = world_points(frame, camera_pose())
    for row, column in np.argwhere(on_quad)[::7]:
        p = points[row, column]
        expected = flow_of(p, p + [-2.0, -1.0, 0.5], camera_pose(), camera_pose())
        np.testing.assert_allclose(frame["flow_forward"][row, column], expected, atol=1e-3)
    np.testing.assert_allclose(frame["velocity"][on_quad], [[-20.0, -20.0, 5.0]] * 64, rtol=1e-6)


def test_a_moving_camera_gives_the_flow_of_the_static_world(scene):
    lens = Intrinsics.from_fov(320, 180, 80.0)
    before, now, after = (
        camera_pose((x, 0.1 * x, 1.4), yaw) for x, yaw in ((-0.6, -0.02), (0.0, 0.01), (0.7, 0.05))
    )
    frame = scene.draw([Thing(scene.floor(), rigid(), static=True)], view(before, now, after, lens))
    on_floor = frame["instance"] == 7
    points = world_points(frame, now, lens)
    checked = 0
    for row, column in np.argwhere(on_floor & (frame["depth"] < 40))[::97]:
        p = points[row, column]
        for name, then in (("flow_backward", before), ("flow_forward", after)):
            expected = flow_of(p, p, now, then, lens)
            np.testing.assert_allclose(frame[name][row, column], expected, atol=5e-3)
        checked += 1
    assert checked > 100
    assert (frame["velocity"][on_floor] == 0.0).all()


def test_what_stands_is_labelled_as_what_could_move_and_does_not(scene):
    wall, floor = scene.quad(half=3.0), scene.floor(z=-1.4)
    moving = view(
        camera_pose((-0.4, 0.1, 0.0), -0.02),
        camera_pose(),
        camera_pose((0.6, -0.1, 0.02), 0.03),
    )

    def drawn(static):
        pose = rigid((9.0, 1.0, 0.3), rotation.from_yaw(0.4))
        things = [Thing(wall, pose, static=static), Thing(floor, rigid(), static=static)]
        return scene.draw(things, moving)

    standing, movable = drawn(True), drawn(False)
    for name in ("depth", "instance", "semantic", "normal", "rgb"):
        np.testing.assert_array_equal(standing[name], movable[name], err_msg=name)
    for name in ("flow_backward", "flow_forward", "velocity"):
        np.testing.assert_allclose(standing[name], movable[name], atol=1e-3, err_msg=name)
    for name in ("depth_change_backward", "depth_change_forward"):
        np.testing.assert_allclose(standing[name], movable[name], atol=1e-4, err_msg=name)


def test_a_static_scene_has_no_flow_at_all(scene):
    camera = view(current=camera_pose((1.234, 5.678, 1.4), yaw_rad=0.3))
    pose = rigid((13.3, 8.1, 0.2), rotation.from_yaw(0.7))
    frame = scene.draw([Thing(scene.floor(), rigid()), Thing(scene.quad(), pose)], camera)
    assert len(np.unique(frame["depth"])) > 50
    for name in ("flow_backward", "flow_forward", "velocity"):
        assert (frame[name] == 0.0).all()


def test_a_point_behind_the_other_camera_has_a_finite_flow(scene):
    camera = view(previous=camera_pose((12, 0, 0)), following=camera_pose((10, 0, 0)))
    frame = scene.draw([Thing(scene.quad(), rigid((10, 0, 0)))], camera)
    assert np.isfinite(frame["flow_backward"]).all()
    assert np.isfinite(frame["flow_forward"]).all()


def test_a_turning_body_has_the_velocity_of_a_rigid_body(scene):
    thing = Thing(
        scene.quad(),
        rigid((10, 0.4, 0)),
        velocity=(1.0, 2.0, 3.0),
        angular_velocity=(0.5, -1.0, 2.0),
    )
    frame = scene.draw([thing])
    on_quad = frame["instance"] == 7
    points = world_points(frame, camera_pose())[on_quad]
    expected = [1.0, 2.0, 3.0] + np.cross([0.5, -1.0, 2.0], points - [10, 0.4, 0])
    np.testing.assert_allclose(frame["velocity"][on_quad], expected, atol=1e-4)


def test_normals_are_in_the_camera_frame(scene):
    quarter = rotation.from_yaw(np.radians(30.0))
    frame = scene.draw([Thing(scene.quad(), rigid((10, 0, 0), quarter))])
    on_quad = frame["instance"] == 7
    # The face looks along (-cos 30, -sin 30, 0) of the world: right by sin 30, back by cos 30.
    expected = [0.5, 0.0, -np.sqrt(0.75)]
    np.testing.assert_allclose(
        frame["normal"][on_quad], np.tile(expected, (on_quad.sum(), 1)), atol=1e-6
    )
    assert (frame["normal"][~on_quad] == 0.0).all()


def test_the_sky_is_infinitely_far_and_flows_with_the_turning_camera_alone(scene):
    angle = 0.04
    camera = view(previous=camera_pose((-2, 0, 0), -angle), following=camera_pose((3, 1, 0), angle))
    frame = scene.draw([], camera)
    assert np.isposinf(frame["depth"]).all()
    assert (frame["semantic"] == SKY).all()
    assert not frame["instance"].any()
    assert not frame["normal"].any()
    assert not frame["velocity"].any()
    # Turning to the left moves the axis' far point to the right: tan(angle) focal lengths.
    u = LENS.rays()[..., 0]
    moved = LENS.fx * (np.tan(np.arctan(u) + angle) - u)
    np.testing.assert_allclose(frame["flow_forward"][..., 0], moved, atol=1e-4)
    moved_before = LENS.fx * (np.tan(np.arctan(u) - angle) - u)
    np.testing.assert_allclose(frame["flow_backward"][..., 0], moved_before, atol=1e-4)


def test_road_markings_four_millimetres_up_are_not_swallowed(scene):
    lens = Intrinsics.from_fov(640, 360, 60.0)
    floor = Thing(scene.floor(half=400.0), rigid(), static=True, instance_id=1)
    corners = [[5, -1.5, 0.004], [100, -1.5, 0.004], [100, 1.5, 0.004], [5, 1.5, 0.004]]
    strip = scene.mesh(corners, [[0, 1, 2], [0, 2, 3]], scene.material())
    marking = Thing(scene.part((strip, 1e4)), rigid(), static=True, instance_id=2)
    camera = view(current=camera_pose((0, 0, 1.4), 0.003), lens=lens)
    both = scene.draw([floor, marking], camera)["instance"]
    alone = scene.draw([marking], camera)["instance"]
    assert (alone == 2).sum() > 2000
    np.testing.assert_array_equal(both == 2, alone == 2)


def test_only_the_passes_asked_for_take_room(scene, gpu):
    part = scene.quad()
    some = [capture_pb2.PASS_SEMANTIC, capture_pb2.PASS_FLOW_FORWARD]
    frame = scene.draw([Thing(part, rigid((10, 0, 0)))], passes=some)
    assert list(frame) == ["semantic", "flow_forward"]
    assert gpu.frame_size(64, 48, some) == 64 * 48 * (1 + 16)
    everything = scene.draw([Thing(part, rigid((10, 0, 0)))])
    np.testing.assert_array_equal(frame["semantic"], everything["semantic"])


def test_only_the_memory_it_was_given_is_written(scene, gpu):
    part = scene.quad()
    size = gpu.frame_size(64, 48, PASSES)
    memory = bytearray(b"\xa5" * (64 + size + 64))
    things = instances([Thing(part, rigid((10, 0, 0)))])
    gpu.draw(view(), things, PASSES, DT_S, memoryview(memory)[64 : 64 + size])
    assert memory[:64] == memory[-64:] == b"\xa5" * 64
    whole = bytearray(size)
    gpu.draw(view(), things, PASSES, DT_S, memoryview(whole))
    assert memory[64:-64] == whole


def test_a_skinned_arm_moves_as_its_bones_say(scene):
    """Two bones, a vertex in the middle shared by both: against skinning on the CPU."""
    corners = np.array(
        [[0, 1, -0.5], [0, 0, -0.5], [0, 0, 0.5], [0, 1, 0.5], [0, -1, -0.5], [0, -1, 0.5]]
    )
    triangles = [[0, 1, 2], [0, 2, 3], [1, 4, 5], [1, 5, 2]]
    joints = [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    weights = [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]] + [[1, 0, 0, 0]] * 3
    mesh = scene.mesh(
        corners, triangles, scene.material(two_sided=True), joints=joints, weights=weights
    )

    def posed(angle, shift):
        return np.stack(
            [rigid((0, shift, 0)), rigid((0, 0, shift), rotation.from_axis_angle([1, 0, 0], angle))]
        )

    poses = [posed(-0.1, 0.0), posed(0.1, 0.05), posed(0.35, 0.1)]
    bodies = [rigid((8, y, 0.1)) for y in (0.2, 0.25, 0.3)]
    before, now, after = (
        _skin(corners, joints, weights, bones) + body[:, 3]
        for bones, body in zip(poses, bodies, strict=True)
    )
    frame = scene.draw(
        [
            Thing(
                scene.part((mesh, 100.0)),
                bodies[1],
                previous=bodies[0],
                following=bodies[2],
                bones=tuple(poses),
            )
        ]
    )
    points = world_points(frame, camera_pose())
    checked = 0
    for row, column in np.argwhere(frame["instance"] == 7):
        p = points[row, column]
        for triangle in triangles:
            shares = _shares(p, *now[triangle])
            if shares.min() < -1e-3:
                continue
            was, will = shares @ before[triangle], shares @ after[triangle]
            back = flow_of(p, was, camera_pose(), camera_pose())
            forth = flow_of(p, will, camera_pose(), camera_pose())
            np.testing.assert_allclose(frame["flow_backward"][row, column], back, atol=5e-3)
            np.testing.assert_allclose(frame["flow_forward"][row, column], forth, atol=5e-3)
            speed = (will - was) / (2 * DT_S)
            np.testing.assert_allclose(frame["velocity"][row, column], speed, atol=5e-3)
            checked += 1
            break
    assert checked > 30


def test_posed_meshes_that_are_drawn_together_keep_their_own_bones_and_names(scene):
    """One-sided, two-sided and perforated ones of a bone each, and one that has no pose."""
    corners, triangles = facing_quad(half=0.5)
    texture = scene.texture(np.full((512, 512, 4), 255, dtype=np.uint8))
    looks = ({}, {"two_sided": True}, {"alpha_cutout": True, "texture": texture}, {})
    things = []
    for i, traits in enumerate(looks):
        mesh = scene.mesh(
            corners,
            triangles,
            scene.material(**traits),
            joints=np.zeros((4, 4)),
            weights=np.tile([1.0, 0, 0, 0], (4, 1)),
        )
        left = 2.0 * i - 3.0
        bones = tuple(rigid((0, left, up))[None] for up in (-0.1, 0.0, 0.2))
        things.append(
            Thing(
                scene.part((mesh, 100.0)),
                rigid((10, 0, 0) if i < 3 else (10, left, 0)),
                instance_id=20 + i,
                bones=bones if i < 3 else (),
            )
        )
    frame = scene.draw(things)
    for i in range(4):
        at = (24, round(LENS.cx - LENS.fx * (2.0 * i - 3.0) / 10))
        assert frame["instance"][at] == 20 + i
        up_mps = 3.0 if i < 3 else 0.0
        np.testing.assert_allclose(frame["velocity"][at], (0, 0, up_mps), atol=1e-4)


def _skin(corners, joints, weights, bones):
    out = np.zeros((len(corners), 3))
    for vertex, corner in enumerate(corners):
        for joint, weight in zip(joints[vertex], weights[vertex], strict=True):
            out[vertex] += weight * (bones[joint][:, :3] @ corner + bones[joint][:, 3])
    return out


def _shares(p, a, b, c):
    """Return (3,) barycentric coordinates of a point in the plane of a triangle."""
    solution, *_ = np.linalg.lstsq(np.stack([b - a, c - a], axis=1), p - a, rcond=None)
    return np.array([1 - solution.sum(), *solution])


def test_a_posed_arm_outside_the_rest_bounds_is_not_culled(scene):
    corners = np.array([[0, 1, -0.5], [0, 0, -0.5], [0, 0, 0.5]])
    mesh = scene.mesh(
        corners,
        [[0, 1, 2]],
        scene.material(two_sided=True),
        joints=[[0, 0, 0, 0]] * 3,
        weights=[[1, 0, 0, 0]] * 3,
    )
    carried = (rigid((30, 0, 0))[None],) * 3
    thing = Thing(scene.part((mesh, 1e3)), rigid((-20, 0, 0)), bones=carried)
    assert (scene.draw([thing])["instance"] == 7).any()


# A lens of 1280 px shows things twice as large as the longest for which distances are made.
@pytest.mark.parametrize(("focal_px", "longer"), [(40.0, 1.0), (640.0, 1.0), (1280.0, 2.0)])
@pytest.mark.parametrize(("distance", "expected"), [(19.9, 1), (20.1, 2), (39.9, 2), (40.1, None)])
def test_levels_of_detail_switch_at_their_distance(scene, distance, expected, focal_px, longer):
    fine, coarse = (
        scene.mesh([[0, 1, -1], [0, -1, -1], [0, 0, 1]], [[0, 1, 2]], scene.material(semantic=s))
        for s in (1, 2)
    )
    part = scene.part((fine, 20.0), (coarse, 40.0))
    lens = Intrinsics(width=64, height=48, fx=focal_px, fy=focal_px, cx=32.0, cy=24.0)
    frame = scene.draw([Thing(part, rigid((distance * longer, 0, 0)))], view(lens=lens))
    drawn = set(np.unique(frame["semantic"])) - {SKY}
    assert drawn == ({expected} if expected else set())


def test_what_is_behind_or_beside_the_camera_is_not_sent(scene, gpu):
    part = scene.quad()
    places = [(-10, 0, 0), (10, 40, 0), (10, 0, -40), (2000, 0, 0)]
    assert not scene.draw([Thing(part, rigid(p)) for p in places])["instance"].any()
    edge = [Thing(part, rigid((10, 8.5, 0)))]  # reaches into the image by half a metre
    assert scene.draw(edge)["instance"].any()
