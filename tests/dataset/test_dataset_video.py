from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cityloop.annotation import ActorTable, Kinds, ObjectTable, Sight, label
from cityloop.dataset import overlay
from cityloop.dataset.video import VideoWriter
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, Silhouettes, rotation

# Looks along world x from 2 m up, so that the ground at distance x lies 2/x below the middle.
POSE = Pose.from_matrix(np.c_[BODY_FROM_CAMERA_AXES, [0.0, 0.0, 2.0]])
K = Intrinsics(640, 360, 320.0, 320.0, 320.0, 180.0)


def seen(
    velocity: list[float], at: tuple[float, float] = (10.0, 0.0), yaw: float = 0.0
) -> ObjectTable:
    """Return the label of a 4 x 2 x 1.5 m car at a place, of which a patch is visible."""
    actors = ActorTable(
        id=np.array([7], np.uint32),
        name=("car",),
        kind=("sedan",),
        semantic=np.array([13], np.uint8),
        position=np.array([[*at, 0.0]]),
        quaternion=rotation.from_yaw([yaw]),
        velocity=np.array([velocity]),
        acceleration=np.zeros((1, 3)),
        angular_velocity=np.zeros((1, 3)),
        dimension=np.array([[4.0, 2.0, 1.5]]),
        box_center=np.array([[0.0, 0.0, 0.75]]),
        activity=("driving",),
        lamps=np.zeros(1, np.uint32),
        indicating=np.zeros(1, np.uint8),
        crossing=np.zeros(1, np.bool_),
    )
    instance = np.zeros((360, 640), np.uint32)
    instance[150:240, 280:360] = 7
    alone = Silhouettes(
        np.array([7], np.uint32),
        np.array([[280.0, 150.0, 360.0, 240.0]]),
        np.array([[280, 150]]),
        (np.ones((90, 80), bool),),
    )
    return labels(actors, instance, alone, K)


def labels(
    actors: ActorTable, instance: np.ndarray, alone: Silhouettes, k: Intrinsics
) -> ObjectTable:
    depth = np.full(instance.shape, 9, np.float32)
    sight = Sight(instance, depth, np.zeros(instance.shape, np.uint8), alone, k, POSE)
    return label(actors, sight, {}, Kinds.none()).objects


def test_the_arrow_lies_on_the_ground_from_the_bumper_along_the_velocity() -> None:
    arrow = overlay.arrow_on_ground(seen([8.0, 0.0, 0.0]), 0, K, POSE)
    # The front bumper is at x = 12, the tip 0.75 s of travel further: x = 18, on the ground.
    tip = arrow[np.argmin(arrow[:, 1])]
    np.testing.assert_allclose(tip, [320.0, 180 + 320 * 2 / 18], atol=1e-9)
    assert arrow[:, 1].max() == pytest.approx(180 + 320 * 2 / 12)


def test_the_arrow_starts_at_the_side_that_the_object_moves_to() -> None:
    arrow = overlay.arrow_on_ground(seen([0.0, -4.0, 0.0]), 0, K, POSE)
    # Sideways to the right, half the width of 2 m away, then 3 m of travel, all at depth 10.
    assert arrow[:, 0].min() == pytest.approx(320 + 320 * 1 / 10.14, abs=1)
    tip = arrow[np.argmax(arrow[:, 0])]
    np.testing.assert_allclose(tip, [320 + 320 * 4 / 10, 180 + 320 * 2 / 10], atol=1e-9)


def test_the_arrow_points_where_the_object_goes_not_where_it_faces() -> None:
    arrow = overlay.arrow_on_ground(seen([-4.0, 0.0, 0.0], yaw=np.pi / 2), 0, K, POSE)
    tip = arrow[np.argmax(arrow[:, 1])]
    np.testing.assert_allclose(tip, [320, 180 + 320 * 2 / 6], atol=1e-9)


def test_an_arrow_that_ends_behind_the_camera_is_clipped() -> None:
    arrow = overlay.arrow_on_ground(seen([-40.0, 0.0, 0.0]), 0, K, POSE)
    assert len(arrow) >= 4
    assert np.isfinite(arrow).all()
    assert arrow[:, 1].max() == pytest.approx(180 + 320 * 2 / 0.3)
    behind = overlay.arrow_on_ground(seen([4.0, 0.0, 0.0], at=(-20.0, 0.0)), 0, K, POSE)
    assert behind.shape == (0, 2)


def test_what_stands_has_no_arrow_and_no_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    draw = overlay.cv2.putText
    monkeypatch.setattr(
        overlay.cv2, "putText", lambda p, text, *rest: (texts.append(text), draw(p, text, *rest))[1]
    )
    grey = np.full((360, 640, 3), 90, np.uint8)
    assert overlay.arrow_on_ground(seen([0.1, 0.0, 0.0]), 0, K, POSE).shape == (0, 2)
    overlay.draw_labels(grey, seen([0.1, 0.0, 0.0]), K, POSE)
    overlay.draw_labels(grey, seen([3.0, 4.0, 0.0]), K, POSE)
    assert texts == ["#7", "#7 18 km/h"]


def test_labels_change_a_copy_and_mark_the_box() -> None:
    grey = np.full((360, 640, 3), 90, np.uint8)
    drawn = overlay.draw_labels(grey, seen([8.0, 0.0, 0.0]), K, POSE)
    assert (grey == 90).all()
    color = np.array(overlay.class_color(13))
    np.testing.assert_array_equal(drawn[200, 280], color)
    np.testing.assert_array_equal(drawn[200, 359], color)
    np.testing.assert_array_equal(drawn[239, 290], color)


@pytest.mark.parametrize("moves", [True, False])
def test_tags_cover_neither_one_another_nor_whom_they_do_not_name(moves: bool) -> None:
    taken: list[overlay.Rectangle] = []
    picture = np.zeros((360, 640, 3), np.uint8)
    box, color, child = (300, 150, 340, 180), (200, 80, 80), np.array([[310, 60, 325, 105]])
    for i in range(12):
        overlay._draw_tag(picture, f"#{i} 50 km/h", box, color, taken, child, moves=moves)
    assert len(taken) >= 4
    tags = np.array(taken)
    assert not overlay._covered(child, tags).any()
    for i, a in enumerate(taken):
        assert a[0] >= 0
        assert a[1] >= 0
        assert a[2] <= 640
        assert a[3] <= 360
        assert not overlay._covered(tags[:i], tags[i : i + 1]).any()


def test_a_tag_without_a_free_place_covers_a_little_of_something_big_or_is_left_out() -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    everywhere = (0, 0, 640, 360)
    small = [(x, y, x + 9, y + 20) for x in range(0, 640, 10) for y in range(0, 360, 24)]
    for others, moves, tags in (
        ([everywhere], True, 1),
        ([everywhere], False, 0),
        (small, True, 0),
    ):
        taken: list[overlay.Rectangle] = []
        where = (300, 150, 340, 180)
        boxes = np.array(others)
        overlay._draw_tag(picture, "#7", where, (200, 80, 80), taken, boxes, moves=moves)
        assert len(taken) == tags


def test_how_much_of_a_box_a_tag_covers() -> None:
    boxes = np.array([[0, 0, 10, 20], [5, 10, 9, 14]])
    tags = np.array([[0, 0, 10, 5], [7, 10, 30, 14], [10, 0, 12, 9], [5, 19, 6, 20]])
    # Of the first box a quarter; of the second a half; beside both; one of 200 pixels.
    assert overlay._covered(boxes, tags).tolist() == [0.25, 0.5, 0.0, 0.005]


@pytest.mark.parametrize(("moves", "tags"), [(True, 1), (False, 0)])
def test_what_stands_and_is_smaller_than_its_tag_has_none(moves: bool, tags: int) -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    taken: list[overlay.Rectangle] = []
    nobody = np.zeros((0, 4), np.int64)
    overlay._draw_tag(picture, "#7", (300, 150, 306, 158), (9, 9, 9), taken, nobody, moves=moves)
    assert len(taken) == tags


def _write(path: Path, k: Intrinsics, dt: float, frames: int) -> None:
    video = VideoWriter(path, (k.width, k.height), dt)
    rng = np.random.default_rng(0)
    for n in range(frames):
        rgb = np.full((k.height, k.width, 3), 20 * n, np.uint8)
        rgb[: k.height // 2] = rng.integers(0, 255, 3)
        video.add(rgb)
    video.finish()


@pytest.mark.parametrize(("size", "coded"), [((64, 48), (64, 48)), ((65, 47), (66, 48))])
@pytest.mark.parametrize("dt", [1 / 20, 1 / 30, 0.016])
def test_a_video_has_a_picture_per_tick_at_exact_times(
    tmp_path: Path, size: tuple[int, int], coded: tuple[int, int], dt: float
) -> None:
    path = tmp_path / "labels.mp4"
    _write(path, Intrinsics.from_fov(*size, 60), dt, 7)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        pictures = list(container.decode(stream))
    assert len(pictures) == 7
    step = Fraction(dt).limit_denominator(100_000)
    for n, picture in enumerate(pictures):
        assert (picture.width, picture.height) == coded
        assert picture.pts is not None
        assert picture.pts * picture.time_base == n * step
        grey = picture.to_ndarray(format="rgb24")[-8:].mean()
        assert grey == pytest.approx(20 * n, abs=4)


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    k = Intrinsics.from_fov(96, 64, 60)
    _write(tmp_path / "a.mp4", k, 0.05, 5)
    _write(tmp_path / "b.mp4", k, 0.05, 5)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_video_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    video = VideoWriter(tmp_path / "labels.mp4", (64, 48), 0.05)
    video.close()
    assert list(tmp_path.iterdir()) == []
