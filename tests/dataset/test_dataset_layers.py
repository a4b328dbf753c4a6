"""Layers over the pictures of a video show what the passes and labels say."""

import av
import numpy as np
import pytest

from cityloop.dataset import Dataset
from cityloop.dataset.film import check_film, film
from cityloop.dataset.layers import LAYERS, Layers
from cityloop.dataset.pictures import flow_wheel, picture_of
from cityloop.errors import DatasetError


@pytest.fixture(scope="module")
def sequence(recorded):
    (only,) = Dataset(recorded).sequences
    return only


@pytest.fixture(scope="module")
def camera(sequence):
    return next(iter(sequence.cameras))


def drawn(sequence, camera, *names, number=0):
    return Layers(names).draw(sequence.frame(camera, number))


def test_no_layer_is_the_picture(sequence, camera):
    rgb = sequence.frame(camera, 0).read("rgb")
    np.testing.assert_array_equal(drawn(sequence, camera), rgb)


@pytest.mark.parametrize("name", [n for n in LAYERS if n not in ("tracks", "keypoints")])
def test_each_layer_shows_something(sequence, camera, name):
    assert (drawn(sequence, camera, name) != drawn(sequence, camera)).any()


def test_masks_change_the_pixels_of_objects_alone(sequence, camera):
    ids = sequence.frame(camera, 0).read("instance")
    changed = (drawn(sequence, camera, "masks") != drawn(sequence, camera)).any(axis=-1)
    assert not changed[ids == 0].any()
    assert changed[ids != 0].mean() > 0.9


def test_depth_replaces_the_picture(sequence, camera):
    depth = sequence.frame(camera, 0).read("depth")
    np.testing.assert_array_equal(drawn(sequence, camera, "depth"), picture_of("depth", depth))


def test_tracks_grow_with_the_frames(sequence, camera):
    layers, plain = Layers(["tracks"]), Layers([])
    changed = []
    for number in range(min(4, sequence.frame_count)):
        frame = sequence.frame(camera, number)
        changed.append(int((layers.draw(frame) != plain.draw(frame)).any(axis=-1).sum()))
    assert changed[0] == 0
    assert changed[-1] > 0


def test_the_wheel_points_where_its_colour_goes():
    wheel, inside = flow_wheel(65)
    right = picture_of("flow_forward", np.full((4, 4, 2), [5.0, 0.0], np.float32))[0, 0]
    down = picture_of("flow_forward", np.full((4, 4, 2), [0.0, 5.0], np.float32))[0, 0]
    np.testing.assert_allclose(wheel[32, 64], right, atol=12)
    np.testing.assert_allclose(wheel[64, 32], down, atol=12)
    assert inside[32, 32]
    assert not inside[0, 0]


def test_an_unknown_layer_is_refused_with_those_there_are(sequence):
    with pytest.raises(DatasetError, match="no layer 'boxs' to show: choose among depth, flow"):
        Layers(["boxs"])


@pytest.mark.parametrize(
    ("by", "name", "layers", "says"),
    [
        ("back", "a.mp4", ["boxes"], "no camera 'back' to film: choose among "),
        ("front", "a.mp4", ["gird"], "no layer 'gird' to show: choose among"),
        ("front", "a.mp4", ["boxes", "grid"], "'grid' shows all passes and stands alone"),
        ("front", "a.txt", ["grid"], "choose one that ends in .mp4"),
        ("front", "a", ["boxes"], "choose one that ends in .mp4"),
        ("front", "file/a.mp4", ["boxes"], "Not a directory"),
    ],
)
def test_a_film_that_cannot_be_is_refused_at_once(sequence, tmp_path, by, name, layers, says):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=says):
        check_film(sequence, by, tmp_path / name, layers)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_film_that_can_be_is_not_begun_by_asking(sequence, camera, tmp_path):
    check_film(sequence, camera, tmp_path / "new" / "a.MP4", ["boxes", "tracks"])
    check_film(sequence, camera, tmp_path / "a.mp4", ["grid"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("names", [("boxes", "masks", "tracks"), ("grid",)])
def test_a_film_has_a_picture_for_each_frame_at_its_time(sequence, camera, tmp_path, names):
    path = tmp_path / "film.mp4"
    done = []
    film(sequence, camera, path, names, progress=done.append)
    with av.open(str(path)) as container:
        times = [p.time for p in container.decode(video=0)]
    assert times == pytest.approx([n * sequence.dt_s for n in range(sequence.frame_count)])
    assert done == list(range(1, sequence.frame_count + 1))


def test_a_film_that_fails_leaves_nothing(sequence, camera, tmp_path):
    with pytest.raises(DatasetError):
        film(sequence, "nobody", tmp_path / "film.mp4", ["boxes"])
    assert list(tmp_path.iterdir()) == []
