import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_scene import SmallScene, Thing, camera_pose, rigid, view

from cityloop.embedded import gl_context
from cityloop.embedded.renderer import Renderer
from cityloop.errors import GraphicsError
from cityloop.spatial import Intrinsics, rotation

LENS = Intrinsics.from_fov(160, 90, 90.0)


def busy_scene(scene):
    """Return things of every sort: textured, perforated, moving, static, tinted."""
    rng = np.random.Generator(np.random.PCG64(5))
    texture = scene.texture(rng.integers(0, 256, (512, 512, 4), dtype=np.uint8))
    floor = Thing(scene.floor(texture=texture), rigid((0, 0, -1.4)), static=True, instance_id=1)
    parts = [
        scene.quad(texture=texture),
        scene.quad(texture=texture, alpha_cutout=True, two_sided=True),
        scene.quad(tint_slot=1, roughness=0.2),
    ]
    things = [floor]
    for i in range(24):
        pose = rigid(
            (*rng.uniform([4, -10], [30, 10]), rng.uniform(-1, 2)),
            rotation.from_yaw(rng.uniform(-1, 1)),
        )
        moved = pose.copy()
        moved[:, 3] += rng.uniform(-0.5, 0.5, 3)
        things.append(
            Thing(
                parts[i % 3],
                pose,
                previous=moved if i % 2 else None,
                instance_id=10 + i,
                static=i % 2 == 0,
                tint=tuple(rng.uniform(0, 1, 3)),
            )
        )
    return things


def digest(frame):
    """Return the SHA-256 of all passes."""
    total = hashlib.sha256()
    for name in sorted(frame):
        total.update(np.ascontiguousarray(frame[name]).tobytes())
    return total.hexdigest()


def test_other_processes_and_thread_counts_draw_the_same_bytes(scene):
    expected = digest(scene.draw(busy_scene(scene), view(lens=LENS)))
    folder = str(Path(__file__).parent)
    for threads in ("0", "2"):
        answer = subprocess.run(
            [sys.executable, __file__],
            env={
                **os.environ,
                "LP_NUM_THREADS": threads,
                "PYTHONPATH": os.pathsep.join([folder, *sys.path]),
            },
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert answer.stdout.strip() == expected


def test_what_was_drawn_before_does_not_matter(scene):
    things = busy_scene(scene)
    camera = view(current=camera_pose((3.0, 1.0, 0.3), 0.2), lens=LENS)
    first = digest(scene.draw(things, camera))
    for x in (200.0, -40.0, 20.0, 8.9):
        scene.draw(things, view(current=camera_pose((x, -x, 0.5), x), lens=LENS))
    scene.draw(things[:5], camera)
    scene.draw([], view())
    assert digest(scene.draw(things, camera)) == first


def test_a_new_scene_forgets_the_old_one(scene, gpu):
    things = busy_scene(scene)
    first = digest(scene.draw(things, view(lens=LENS)))
    gpu.reset()
    again = SmallScene(gpu)
    again.draw([Thing(again.quad(), rigid((5, 0, 0)))])
    gpu.reset()
    assert digest(SmallScene(gpu).draw(busy_scene(SmallScene(gpu)), view(lens=LENS))) == first


def test_without_opengl_one_sentence_says_what_to_install(monkeypatch):
    def fail(**_):
        raise RuntimeError("libEGL.so not loaded")

    monkeypatch.setattr(gl_context.moderngl, "create_context", fail)
    with pytest.raises(GraphicsError, match="apt-get install libegl1 libgl1") as caught:
        Renderer()
    assert "\n" not in str(caught.value)


if __name__ == "__main__":
    small = SmallScene(Renderer())
    print(digest(small.draw(busy_scene(small), view(lens=LENS))))


def test_other_lenses_between_leave_a_picture_as_it_is(scene):
    """Each scale of levels of detail has shadow maps of its own; few are kept."""
    things = busy_scene(scene)
    before = digest(scene.draw(things, view(lens=LENS)))
    for focal_px in (700.0, 800.0, 900.0, 1000.0):
        scene.draw(things, view(lens=Intrinsics(160, 90, focal_px, focal_px, 80.0, 45.0)))
    assert digest(scene.draw(things, view(lens=LENS))) == before
