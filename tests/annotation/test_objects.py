import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cityloop.annotation import ActorTable, Kinds, ObjectTable, Sight, label
from cityloop.errors import EngineError
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, Silhouettes, rotation

# Looks along world x from 2 m up.
WORLD_FROM_CAMERA = Pose.from_matrix(np.c_[BODY_FROM_CAMERA_AXES, [1.0, 0.0, 2.0]])


def actors(*ids: int) -> ActorTable:
    n = len(ids)
    i = np.array(ids, dtype=float)[:, None]
    return ActorTable(
        id=np.array(ids, np.uint32),
        name=tuple(f"actor/{k}" for k in ids),
        kind=("sedan",) * n,
        semantic=np.full(n, 13, np.uint8),
        position=i * [10.0, 1.0, 0.0],
        quaternion=rotation.from_yaw(np.full(n, np.pi / 2)),
        velocity=i * [0.0, 3.0, 0.0],
        acceleration=i * [0.0, 0.5, 0.0],
        angular_velocity=i * [0.0, 0.0, 0.1],
        dimension=np.tile([4.0, 2.0, 1.5], (n, 1)),
        box_center=np.tile([1.0, 0.0, 0.75], (n, 1)),
        activity=("driving",) * n,
        lamps=np.array(ids, np.uint32),
        indicating=np.zeros(n, np.uint8),
        crossing=np.zeros(n, np.bool_),
    )


def alone(instance: np.ndarray) -> Silhouettes:
    """Return every object drawn alone where nothing hides anything."""
    ids = np.setdiff1d(instance, [0]).astype(np.uint32)
    boxes, masks = [], []
    for i in ids:
        v, u = np.nonzero(instance == i)
        boxes.append([u.min(), v.min(), u.max() + 1, v.max() + 1])
        masks.append((instance == i)[v.min() : v.max() + 1, u.min() : u.max() + 1])
    box = np.array(boxes, dtype=np.int64).reshape(-1, 4)
    return Silhouettes(ids, box.astype(float), box[:, :2], tuple(masks))


def label_objects(
    table: ActorTable, instance: np.ndarray, depth: np.ndarray, k: Intrinsics, pose: Pose
) -> ObjectTable:
    sight = Sight(instance, depth, np.zeros(instance.shape, np.uint8), alone(instance), k, pose)
    return label(table, sight, {}, Kinds.none()).objects


def picture(rows: list[str]) -> np.ndarray:
    return np.array([[int(c) for c in row] for row in rows], np.uint32)


def test_a_known_picture_gives_known_labels() -> None:
    instance = picture(["000000", "001100", "001000", "000020"])
    depth = np.full((4, 6), np.inf, np.float32)
    depth[instance == 1] = 8.0
    depth[1, 3] = 6.0
    depth[instance == 2] = 20.0
    k = Intrinsics(6, 4, 5.0, 5.0, 3.0, 2.0)
    labels = label_objects(actors(1, 2, 3), instance, depth, k, WORLD_FROM_CAMERA)

    assert list(labels.id) == [1, 2]
    assert labels.name == ("actor/1", "actor/2")
    np.testing.assert_array_equal(labels.box_2d, [[2, 1, 4, 3], [4, 3, 5, 4]])
    np.testing.assert_array_equal(labels.visible_pixels, [3, 1])
    # Pixel (3, 1) has its centre at (3.5, 1.5): 0.1 to the right, 0.1 up at depth 1.
    near = 6.0 * np.sqrt(1 + 0.1**2 + 0.1**2)
    far = 20.0 * np.sqrt(1 + 0.3**2 + 0.3**2)
    np.testing.assert_allclose(labels.distance_m, [near, far], rtol=1e-6)
    # Turned by 90 degrees, a box centre 1 m ahead of the origin lies 1 m to the north.
    np.testing.assert_allclose(labels.center_world[0], [10.0, 2.0, 0.75], atol=1e-12)
    np.testing.assert_allclose(labels.center_camera[0], [-2.0, 1.25, 9.0], atol=1e-12)
    np.testing.assert_allclose(labels.range_to_center_m[0], np.sqrt(4 + 1.25**2 + 81))
    # North is to the left of a camera that looks east.
    np.testing.assert_allclose(labels.velocity_camera[1], [-6.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(labels.speed_mps, [3.0, 6.0])
    np.testing.assert_allclose(labels.yaw_rate_radps, [0.1, 0.2])
    assert labels.activity == ("driving", "driving")
    assert labels.lamps.tolist() == [1, 2]
    forward = rotation.rotate(labels.quaternion_camera[0], [1.0, 0.0, 0.0])
    np.testing.assert_allclose(forward, [-1.0, 0.0, 0.0], atol=1e-12)


def test_the_clipped_box_is_around_the_pixels_alone_not_around_vertices_far_out() -> None:
    instance = picture(["00000", "00110", "00000", "00000"])
    # Alone it also fills what another object hides, and leaves columns of its mask's window empty.
    mask = picture(["0000", "0111", "0010"]).astype(bool)
    box = np.array([[-700.0, -50.0, 90.0, 60.0]])
    drawn = Silhouettes(np.array([1], np.uint32), box, np.array([[1, 0]]), (mask,))
    k = Intrinsics(5, 4, 5.0, 5.0, 2.5, 2.0)
    depth = np.ones((4, 5), np.float32)
    sight = Sight(instance, depth, np.zeros((4, 5), np.uint8), drawn, k, WORLD_FROM_CAMERA)
    labels = label(actors(1), sight, {}, Kinds.none()).objects
    np.testing.assert_array_equal(labels.clipped_box, [[2, 1, 5, 3]])
    np.testing.assert_array_equal(labels.amodal_box, box)
    assert labels.truncation[0] == pytest.approx(1 - 5 * 4 / (790 * 110))


def test_an_object_that_ends_one_row_and_starts_the_next_is_as_wide_as_the_picture() -> None:
    instance = picture(["0001", "1000"])
    depth = np.ones((2, 4), np.float32)
    labels = label_objects(
        actors(1), instance, depth, Intrinsics(4, 2, 2, 2, 2, 1), WORLD_FROM_CAMERA
    )
    np.testing.assert_array_equal(labels.box_2d, [[0, 0, 4, 2]])
    np.testing.assert_array_equal(labels.visible_pixels, [2])


def test_an_empty_picture_gives_no_rows() -> None:
    k = Intrinsics(4, 2, 2, 2, 2, 1)
    empty = np.zeros((2, 4), np.uint32)
    labels = label_objects(actors(1), empty, np.ones((2, 4), np.float32), k, WORLD_FROM_CAMERA)
    assert len(labels) == 0
    assert labels.box_2d.shape == (0, 4)
    assert labels.center_camera.shape == (0, 3)


@pytest.mark.parametrize("known", [(1, 2), (1, 9), ()])
def test_an_id_that_no_actor_has_is_named(known: tuple[int, ...]) -> None:
    k = Intrinsics(4, 2, 2, 2, 2, 1)
    with pytest.raises(EngineError, match="instance id 7 on 3 pixels"):
        label_objects(
            actors(*known), picture(["0770", "0700"]), np.ones((2, 4), np.float32), k,
            WORLD_FROM_CAMERA,
        )  # fmt: skip


def test_a_picture_of_another_size_than_the_camera_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 4\)"):
        label_objects(
            actors(1),
            picture(["000", "000"]),
            np.ones((2, 3), np.float32),
            Intrinsics(4, 2, 2, 2, 2, 1),
            WORLD_FROM_CAMERA,
        )


@settings(max_examples=60)
@given(
    instance=arrays(np.uint32, (7, 9), elements=st.sampled_from([0, 1, 2, 3, 40, 2**32 - 1])),
    depth=arrays(np.float32, (7, 9), elements=st.floats(0.5, 500, width=32)),
)
def test_boxes_counts_and_distances_agree_with_counting_pixel_by_pixel(
    instance: np.ndarray, depth: np.ndarray
) -> None:
    k = Intrinsics(9, 7, 6.0, 5.0, 4.2, 3.1)
    labels = label_objects(actors(1, 2, 3, 40, 2**32 - 1), instance, depth, k, WORLD_FROM_CAMERA)
    assert list(labels.id) == sorted(set(instance.ravel()) - {0})
    for row, actor in enumerate(labels.id):
        v, u = np.nonzero(instance == actor)
        assert list(labels.box_2d[row]) == [u.min(), v.min(), u.max() + 1, v.max() + 1]
        assert labels.visible_pixels[row] == len(u)
        points = k.unproject(np.stack([u, v], -1) + 0.5, depth[v, u])
        nearest = np.linalg.norm(points, axis=-1).min()
        assert labels.distance_m[row] == pytest.approx(nearest, rel=1e-6)
