"""What nearer things hide is not drawn, and no pixel shows it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_scene import DT_S, LENS, PASSES, Thing, facing_quad, instances, rigid, view

from cityloop.embedded import occlusion
from cityloop.spatial import Intrinsics, rotation

WIDE = Intrinsics.from_fov(320, 180, 90.0)
WALL_M = 12.0


def box(low, high):
    """Return the (1, 8, 3) corners of a box in the camera's frame."""
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, 8).T
    return corners[None].astype(np.float64)


def window_depth(z, camera):
    """Return the depth buffer's number of a depth, m, as the projection defines it."""
    near, far = camera.near_m, camera.far_m
    clip = (far + near) / (far - near) * z - 2 * far * near / (far - near)
    return 0.5 + 0.5 * clip / z


def wall(camera, columns, depth_m):
    """Return the depths (H, W) of a wall that covers the first `columns`."""
    depths = np.ones((camera.height, camera.width), dtype=np.float32)
    depths[:, :columns] = window_depth(depth_m, camera)
    return depths


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ((-3.0, -1.0, 8.0), (-2.0, 1.0, 9.0), True),
        ((-3.0, -1.0, 4.0), (-2.0, 1.0, 9.0), False),  # comes out before the wall
        ((-3.0, -1.0, 8.0), (0.2, 1.0, 9.0), False),  # looks out beside it
        ((-3.0, -1.0, 0.05), (-2.0, 1.0, 9.0), False),  # reaches behind the camera
        ((-30.0, -1.0, 8.0), (-2.0, 1.0, 9.0), True),  # over the picture's edge as well
    ],
)
def test_hidden_is_what_lies_behind_the_wall_whole(low, high, expected):
    camera = view()
    boxes = occlusion.outlines(camera, box(low, high))
    found = occlusion.hidden(boxes, wall(camera, LENS.width // 2, 5.0))
    assert found.tolist() == [expected]


@given(
    depths=st.lists(st.floats(0.2, 900.0), min_size=12, max_size=12),
    middle=st.tuples(st.floats(-20, 20), st.floats(-20, 20), st.floats(0.0, 60.0)),
    half=st.tuples(*[st.floats(0.05, 10.0)] * 3),
)
def test_no_pixel_of_a_hidden_box_is_nearer_than_what_was_drawn(depths, middle, half):
    camera = view()
    patches = window_depth(np.array(depths).reshape(3, 4), camera)
    drawn = np.kron(patches, np.ones((LENS.height // 3, LENS.width // 4))).astype(np.float32)
    corners = box(np.subtract(middle, half), np.add(middle, half))
    if occlusion.hidden(occlusion.outlines(camera, corners), drawn)[0]:
        points = corners[0]
        assert (points[:, 2] > camera.near_m).all()
        pixels = LENS.project(points)
        at = [np.arange(n) + 0.5 for n in (LENS.width, LENS.height)]
        inside = [(a >= pixels[:, k].min()) & (a <= pixels[:, k].max()) for k, a in enumerate(at)]
        behind = drawn[np.ix_(inside[1], inside[0])]
        assert (behind <= window_depth(points[:, 2].min(), camera)).all()


def street(scene):
    """Return a wall with a gap, and squares of all sorts before it, behind it and beside it."""
    rng = np.random.Generator(np.random.PCG64(3))
    corners, triangles = facing_quad(6.0)
    broad = scene.part((scene.mesh(corners, triangles, scene.material()), 1e4))
    squares = [scene.quad(0.4), scene.quad(0.4, two_sided=True), scene.quad(1.5)]
    things = [
        Thing(broad, rigid((WALL_M, side, 0.0)), instance_id=1, static=True) for side in (-7.0, 7.0)
    ]
    for i in range(60):
        place = (rng.uniform(5.0, 60.0), rng.uniform(-25.0, 25.0), rng.uniform(-6.0, 6.0))
        pose = rigid(place, rotation.from_yaw(rng.uniform(-0.6, 0.6)))
        things.append(Thing(squares[i % 3], pose, body=10 + i, instance_id=10 + i))
    return things


def test_not_to_draw_what_is_hidden_changes_no_pixel(scene, monkeypatch):
    things, camera = street(scene), view(lens=WIDE)
    with_it, drawn = _drawn(scene, things, camera)
    monkeypatch.setattr(
        occlusion, "hidden", lambda boxes, _depths: np.zeros(len(boxes.low), dtype=bool)
    )
    without, all_drawn = _drawn(scene, things, camera)
    assert with_it == without
    assert drawn < 0.8 * all_drawn


def test_an_object_drawn_alone_has_its_hidden_parts(scene):
    half, near = scene.quad(0.5), scene.quad(2.0)
    both = [Thing(half, rigid((10.0, side, 0.0)), body=5, instance_id=5) for side in (-3.0, 1.0)]
    before = Thing(near, rigid((5.0, 2.0, 0.0)), instance_id=9)
    hides = Thing(near, rigid((5.0, -2.0, 0.0)), instance_id=8)
    camera = view(lens=WIDE)

    def silhouette(things):
        memory = memoryview(bytearray(scene.renderer.frame_size(320, 180, PASSES)))
        result = scene.renderer.draw(camera, instances(things), PASSES, DT_S, memory, True)
        return next(s for s in result.silhouettes if s.instance_id == 5)

    open_view = silhouette(both)
    assert silhouette([hides, *both]) == open_view
    assert silhouette([before, *both]) == open_view


def _drawn(scene, things, camera):
    memory = bytearray(scene.renderer.frame_size(camera.width, camera.height, PASSES))
    result = scene.renderer.draw(camera, instances(things), PASSES, DT_S, memoryview(memory))
    return bytes(memory), result.triangles
