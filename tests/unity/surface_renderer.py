"""Draws pictures with the Unity engine's surface, sky and finish shaders on Mesa, without shadows.

What Unity's own files would do (matrices, the shadow map) is done by `shaderlab` and by what is
bound here: a sun that is seen from everywhere.
"""

import re
from pathlib import Path

import hlsl
import moderngl
import numpy as np

_UNITY_FROM_WORLD = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
_GROUND_ALBEDO = np.array([0.20, 0.19, 0.18])  # as in EnvironmentLight.cs
_SNOW_ALBEDO = np.array([0.55, 0.56, 0.58])
_DUSK_COLOR = np.array([2.1, 0.85, 0.30])
# Of std140: alignment and size in 4-byte numbers.
_TYPES = {"float": (1, 1), "int": (1, 1), "vec3": (4, 3), "vec4": (4, 4), "mat4": (4, 16)}


class _Program:
    """One pass of a .shader file."""

    def __init__(self, context: moderngl.Context, folder: Path, shader: str, name: str) -> None:
        stages, self._members = {}, []
        for item in hlsl.programs(hlsl.SHADERS / f"{shader}.shader"):
            if item.pass_name == name:
                source = hlsl.SHADERS / item.include
                text = hlsl.glsl_of(source, item.stage, item.entry, item.defines, folder)
                block = re.search(r"uniform _Global\n\{(.*?)\}", text, re.DOTALL)
                if block is not None:
                    self._members = re.findall(r"(\w+) (\w+);", block.group(1))
                text = re.sub(
                    r"binding = \d+(, std140\) uniform _Global\b)", r"binding = 0\1", text
                )
                text = re.sub(r"binding = \d+(\) uniform sampler)", r"binding = 0\1", text)
                stages[f"{item.stage}_shader"] = text
        self._context = context
        self._program = context.program(**stages)

    def draw(self, vertices, layout, names, values) -> None:
        """Draw triangles; `values` has the globals by name, 0 for what it lacks."""
        numbers: list[float] = []
        for kind, name in self._members:
            alignment, size = _TYPES[kind]
            numbers += [0.0] * (-len(numbers) % alignment)
            value = np.zeros(size) if name not in values else np.ravel(values[name])
            numbers += value.astype("<f4").tolist()
        numbers += [0.0] * (-len(numbers) % 4)
        self._context.buffer(np.array(numbers, "<f4").tobytes()).bind_to_uniform_block(0)
        content = self._context.buffer(np.ascontiguousarray(vertices, dtype="<f4").tobytes())
        self._context.vertex_array(self._program, [(content, layout, *names)]).render()


class SurfaceRenderer:
    """Draws squares under a sky."""

    def __init__(self, context: moderngl.Context, folder: Path) -> None:
        self._context = context
        self._surface = _Program(context, folder, "CityloopSurface", "Surface")
        self._sky = _Program(context, folder, "CityloopSky", "Sky")
        self._finish = _Program(context, folder, "CityloopFinish", "Finish")

    def draw(self, view, environment, squares) -> np.ndarray:
        """Return (H, W, 3) uint8.

        Args:
            view: the camera, `cityloop.embedded.instances.CameraView`.
            environment: the light.
            squares: (corners (4, 3) world, normal (3,), {property: value}) of each.
        """
        c = self._context
        size = (view.width, view.height)
        radiance = c.texture(size, 4, dtype="f4")
        picture = c.renderbuffer(size, 4)
        white = c.texture((1, 1), 4, bytes([255] * 4))
        eye = _UNITY_FROM_WORLD @ view.current[:, 3]
        light = {**_light(environment), "unity_MatrixVP": _clip_from_unity(view).T}
        light["_WorldSpaceCameraPos"] = eye
        light["unity_WorldToObject"] = np.eye(4)
        c.framebuffer([radiance], c.depth_renderbuffer(size)).use()
        c.clear(depth=1.0)
        white.use(0)
        c.enable_only(moderngl.NOTHING)
        around = np.eye(4)
        around[:3, 3] = eye
        box = np.hstack([_box() * 10.0, np.ones((36, 1))])
        self._sky.draw(box, "4f4", ["vertex"], {**light, "unity_ObjectToWorld": around.T})
        c.enable_only(moderngl.DEPTH_TEST)
        for corners, normal, values in squares:
            places = (np.asarray(corners) @ _UNITY_FROM_WORLD.T)[[0, 1, 2, 0, 2, 3]]
            turned = np.tile(_UNITY_FROM_WORLD @ normal, (6, 1))
            vertices = np.hstack([places, np.ones((6, 1)), turned, np.zeros((6, 2))])
            still = {**light, "unity_ObjectToWorld": np.eye(4), "_Cutoff": [0.5], **values}
            names = ["v_vertex", "v_normal", "v_uv"]
            self._surface.draw(vertices, "4f4 3f4 2f4", names, still)
        c.framebuffer([picture]).use()
        radiance.use(0)
        c.enable_only(moderngl.NOTHING)
        corners = np.array([[-1, -1], [3, -1], [-1, 3]], dtype=float)
        image = np.hstack([corners, np.zeros((3, 1)), np.ones((3, 1)), (corners + 1) / 2])
        flat = {"unity_MatrixVP": np.eye(4), "unity_ObjectToWorld": np.eye(4)}
        self._finish.draw(image, "4f4 2f4", ["vertex", "uv"], {**light, **flat})
        rows = np.frombuffer(c.fbo.read(components=3, alignment=1), np.uint8)
        return rows.reshape(view.height, view.width, 3)[::-1]


def _light(environment) -> dict:
    """Return the globals that EnvironmentLight.cs sets."""

    def rgb(color):
        return np.array([color.r, color.g, color.b])

    s = environment.sun_direction
    sun = np.array([s.x, s.y, s.z])
    irradiance = rgb(environment.sun_irradiance)
    zenith, horizon = rgb(environment.zenith_radiance), rgb(environment.horizon_radiance)
    falling = irradiance * max(0.0, sun[2]) + 0.5 * (zenith + horizon)
    albedo = _GROUND_ALBEDO + environment.snow_cover * (_SNOW_ALBEDO - _GROUND_ALBEDO)
    low = np.exp(-(((sun[2] + 0.02) / 0.13) ** 2)) * (1.0 - 0.9 * environment.cloud_cover**2)
    dusk = low * horizon.mean() * _DUSK_COLOR
    return {
        "_CityloopSunDirection": [*(_UNITY_FROM_WORLD @ sun), float(sun[2] > 0)],
        "_CityloopSunIrradiance": [*irradiance, environment.exposure],
        "_CityloopZenithRadiance": [*zenith, environment.cloud_cover],
        "_CityloopHorizonRadiance": [*horizon, environment.fog_density_per_m],
        "_CityloopGroundRadiance": [*(albedo * falling), environment.wetness],
        "_CityloopDusk": [*dusk, min(1.0, environment.exposure / 8.0)],
        "_CityloopWeather": [
            environment.snow_cover,
            1.0 / max(1.0, environment.exposure / 1.6),
            0.0,
            0.0,
        ],
    }


def _clip_from_unity(view) -> np.ndarray:
    """Return (4, 4), the projection of CameraMatrices.cs after the camera's place."""
    near, far = view.near_m, view.far_m
    projection = np.array(
        [
            [2 * view.fx / view.width, 0, 1 - 2 * view.cx / view.width, 0],
            [0, 2 * view.fy / view.height, 2 * view.cy / view.height - 1, 0],
            [0, 0, -(far + near) / (far - near), -2 * far * near / (far - near)],
            [0, 0, -1, 0],
        ]
    )
    seen = np.eye(4)
    turned = np.diag([1.0, -1.0, -1.0]) @ view.current[:, :3].T
    seen[:3, :3] = turned @ _UNITY_FROM_WORLD.T
    seen[:3, 3] = -turned @ view.current[:, 3]
    return projection @ seen


def _box() -> np.ndarray:
    """Return (36, 3) corners of the triangles of a cube."""
    faces = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
            faces.append(np.insert(square, axis, side, axis=1)[[0, 1, 2, 0, 2, 3]])
    return np.concatenate(faces)
