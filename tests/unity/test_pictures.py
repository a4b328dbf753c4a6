"""The Unity engine's light is that of the embedded engine: the same squares, the same pictures."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import hlsl
import moderngl
import numpy as np
import pytest
from surface_renderer import SurfaceRenderer

from cityloop.embedded.renderer import Renderer
from cityloop.protocol import capture_pb2

sys.path.append(str(hlsl.DRAWING_TESTS))

from small_scene import NOON, SmallScene, Thing, camera_pose, facing_quad, rigid, view

TOOLS = hlsl.missing_tools("glslangValidator", "spirv-cross")
pytestmark = pytest.mark.skipif(bool(TOOLS), reason=TOOLS)

# Not so wet that there are puddles and mirrors, which the embedded engine has alone.
EVENING = capture_pb2.Environment(
    sun_direction={"x": -0.888, "y": 0.44, "z": 0.134},
    sun_irradiance={"r": 1.6, "g": 1.2, "b": 0.8},
    zenith_radiance={"r": 0.15, "g": 0.2, "b": 0.4},
    horizon_radiance={"r": 0.7, "g": 0.5, "b": 0.4},
    exposure=0.8,
    cloud_cover=0.6,
    fog_density_per_m=0.02,
    wetness=0.2,
)
# Colour, roughness and metal of a wall that faces the camera, and of the floor.
WALL, FLOOR = ((0.6, 0.2, 0.1), 0.4, 0.3), ((0.35, 0.35, 0.33), 0.8, 0.0)


def on_a_thread(work: Callable[[], np.ndarray]) -> np.ndarray:
    """Return what `work` does on a thread of its own, whose OpenGL context is nobody else's."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def embedded(light) -> np.ndarray:
    renderer = Renderer()
    scene = SmallScene(renderer)
    scene.renderer.set_environment(light)
    parts = [
        make(color=color, roughness=roughness, metallic=metallic)
        for make, (color, roughness, metallic) in ((scene.quad, WALL), (scene.floor, FLOOR))
    ]
    places = [rigid((10, 0, 1.0)), rigid()]
    things = [Thing(p, m, static=True) for p, m in zip(parts, places, strict=True)]
    picture = scene.draw(things, the_view())["rgb"].copy()
    renderer.close()
    return picture


def unity(light, folder) -> np.ndarray:
    context = moderngl.create_context(standalone=True, backend="egl", require=430)
    corners, _ = facing_quad()
    ground = np.array([[-50, -50, 0], [50, -50, 0], [50, 50, 0], [-50, 50, 0]], dtype=float)
    squares = [
        (corners + [10, 0, 1.0], np.array([-1.0, 0.0, 0.0]), looks(WALL)),
        (ground, np.array([0.0, 0.0, 1.0]), looks(FLOOR)),
    ]
    picture = SurfaceRenderer(context, folder).draw(the_view(), light, squares).copy()
    context.release()
    return picture


def looks(material) -> dict:
    color, roughness, metallic = material
    return {"_BaseColor": [*color, 1], "_Smoothness": [1 - roughness], "_Metallic": [metallic]}


def the_view():
    return view(current=camera_pose((0, 0, 1.4), 0.02))


@pytest.mark.parametrize("light", [NOON, EVENING], ids=["noon", "evening"])
def test_squares_and_sky_look_as_in_the_embedded_engine(light, tmp_path):
    ours = on_a_thread(partial(embedded, light)).astype(int)
    theirs = on_a_thread(partial(unity, light, tmp_path)).astype(int)
    difference = np.abs(ours - theirs).max(axis=2)
    # Antialiased edges, the wall's shadow and the place that it takes the sky from are left out.
    assert np.median(difference) <= 1
    assert (difference <= 2).mean() > 0.98
    assert (difference[:16] <= 2).mean() > 0.98  # the sky
