import itertools
import threading

import numpy as np
import pytest
import tiny_world

from cityloop.embedded import shared_frames
from cityloop.embedded.refusal import RefusalError
from cityloop.embedded.shared_frames import SharedFrames
from cityloop.engine import BodySpec, CameraSpec, connect
from cityloop.errors import EngineError, RequestError
from cityloop.protocol import capture_pb2
from cityloop.spatial import Intrinsics, Pose
from cityloop.world.environment import Environment


def camera(name, width, height):
    return CameraSpec(name, Intrinsics(width, height, 10.0 + width, 10.0, 0.0, 0.0), Pose())


def test_the_access_token_is_asked_for(guarded_address):
    for token in ("", "open sesam"):
        with pytest.raises(EngineError, match="access token"):
            connect(guarded_address, token=token)
    with connect(guarded_address, token="open sesame") as engine:
        assert engine.advance(0.05).tick == 1


def test_the_renderer_is_used_on_one_thread(address, renderer):
    threads = set()
    draw = renderer.draw

    def noting(*arguments):
        threads.add(threading.current_thread().name)
        return draw(*arguments)

    renderer.draw = noting
    for _ in range(2):
        with connect(address) as engine:
            engine.advance(0.05)
            engine.capture([camera("a", 8, 4)], ("depth",))
    assert len(threads) == 1


@pytest.mark.parametrize("shared", [True, False])
def test_pixels_arrive_where_the_layout_says(address, shared):
    with connect(address, shared_memory=shared) as engine:
        engine.advance(0.05)
        rig = [camera("a", 7, 5), camera("b", 640, 512)]
        images = engine.capture(rig, ("depth", "normal"))
        for spec, image in zip(rig, images, strict=True):
            k = spec.intrinsics
            ramp = np.arange(k.width * k.height, dtype=np.float32).reshape(k.height, k.width)
            assert (image.passes["depth"] == ramp + np.float32(k.fx)).all()
            assert (image.passes["normal"] == ramp + np.float32(1000 + k.fx)).all()
            assert not image.passes["depth"].flags.writeable


def test_a_slot_grows_and_old_views_stay_readable(address):
    with connect(address) as engine:
        engine.advance(0.05)
        (small,) = engine.capture([camera("a", 8, 8)], ("depth",), 0)
        for _ in range(2):
            (large,) = engine.capture([camera("b", 400, 300)], ("depth",), 1)
            (larger,) = engine.capture([camera("c", 800, 600)], ("depth",), 1)
        assert small.passes["depth"][0, 0] == 18.0
        assert larger.passes["depth"][599, 799] == pytest.approx(800 * 600 - 1 + 810)
        assert large.passes["depth"].shape == (300, 400)


def test_the_file_is_gone_with_the_session(address):
    with connect(address) as engine:
        path = engine._frames._path
        assert path.exists()
        with connect(address):
            assert not path.exists()


def test_light_reaches_the_renderer(address, renderer):
    with connect(address) as engine:
        engine.set_environment(
            Environment((0.0, 0.6, 0.8), (3.0, 2.0, 1.0), (0.1,) * 3, (0.2,) * 3, exposure=0.7)
        )
    assert renderer.environment.exposure == 0.7
    assert renderer.environment.sun_irradiance.g == 2.0
    assert renderer.environment.sun_direction.z == 0.8


def test_a_bug_in_the_engine_is_named_as_such(address, renderer, caplog):
    def broken(*_):
        raise ZeroDivisionError("division by zero")

    renderer.draw = broken
    with connect(address) as engine:
        engine.advance(0.05)
        with pytest.raises(EngineError, match="division by zero") as caught:
            engine.capture([camera("a", 8, 8)], ("depth",))
    assert not isinstance(caught.value, RequestError)


def test_a_closed_session_says_so(address):
    engine = connect(address)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.advance(0.05)


def test_bodies_of_a_scene_reach_the_renderer(address, renderer):
    with connect(address) as engine:
        engine.load_scene(tiny_world.scene())
        engine.spawn([BodySpec(7, "car", "kinematic", tints=((0.1, 0.2, 0.3),), lamps=5)])
        engine.advance(0.05)
        engine.capture([camera("a", 8, 8)], ("depth",))
    _, instances = renderer.drawn[-1]
    assert instances.part.tolist() == [4, 5, 6, 7, 8]
    assert instances.lamps.tolist() == [5] * 5
    assert instances.tints[:, 0] == pytest.approx(np.tile([0.1, 0.2, 0.3], (5, 1)), rel=1e-6)
    assert (instances.tints[:, 1:] == 1.0).all()


def test_no_room_for_pictures_is_a_refusal(tmp_path, monkeypatch):
    frames = SharedFrames(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared_frames.os, "posix_fallocate", full, raising=False)
    with pytest.raises(RefusalError, match=f"room for 1 MiB of pictures in {tmp_path}"):
        frames.slot(0, 2**20)
    frames.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RefusalError):
        SharedFrames(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_slots_do_not_overlap(tmp_path):
    frames = SharedFrames(tmp_path)
    places = [(*frames.slot(i, 5000)[:1], 5000) for i in range(8)]
    places.append((frames.slot(3, 50_000)[0], 50_000))
    ordered = sorted(places)
    for (start, size), (following, _) in itertools.pairwise(ordered):
        assert start + size <= following
    assert frames.path.read_bytes()[: len(frames.key)] == frames.key
    frames.close()


def test_a_new_session_does_not_inherit_the_light(address, renderer):
    with connect(address) as engine:
        engine.set_environment(
            Environment((0.0, 0.6, 0.8), (3.0, 2.0, 1.0), (0.1,) * 3, (0.2,) * 3, exposure=0.7)
        )
    connect(address).close()
    assert renderer.environment == capture_pb2.Environment()


def test_contacts_of_a_tick_outlast_who_comes_and_goes(address):
    with connect(address) as engine:
        engine.load_scene(tiny_world.scene())
        engine.spawn([BodySpec(1, "crate", "kinematic"), BodySpec(2, "crate", "kinematic")])
        (touch,) = engine.advance(0.05).contacts
        engine.spawn([BodySpec(3, "crate", "kinematic", Pose.from_xyz_yaw(5.0, 0.0))])
        engine.despawn([3])
        assert engine.state.contacts == (touch,)
        assert engine.advance(0.05, 10).tick == 2
