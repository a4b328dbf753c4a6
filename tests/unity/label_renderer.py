"""Draws with the Unity engine's label shaders on Mesa, as LabelPass.cs draws with them in Unity.

It takes the scenes of the embedded engine's tests, so that those tests judge it. What the C# of
Core/Stage fills the buffers with is computed here by the embedded engine's own code; that the two
agree is checked by the tests of Core.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import hlsl
import moderngl
import numpy as np

from cityloop.embedded import targets
from cityloop.embedded.instance_table import camera_records

_INSTANCE_TEXELS = 12  # of the embedded engine's records: the matrices
_BINDINGS = {
    "_CityloopInstances": 0,
    "_CityloopIds": 1,
    "_CityloopBones": 2,
    "_CityloopMaterials": 3,
}
# Components and type, in the order of LabelPixel.
_IMAGES = {
    "depth": (1, "f4"),
    "instance": (1, "u4"),
    "semantic": (1, "u1"),
    "flow": (4, "f4"),
    "normal": (4, "f4"),
    "velocity": (4, "f4"),
}
_VERTEX = np.dtype(
    [
        ("position", "<f4", 3),
        ("normal", "<f4", 3),
        ("uv", "<f4", 2),
        ("material", "<f4", 2),
        ("joints", "<f4", 4),
        ("weights", "<f4", 4),
    ]
)
_UNITY_FROM_PART = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


@dataclass(frozen=True)
class Convention:
    """How a graphics API keeps pictures and depths; see TargetConvention in LabelFrame.cs."""

    upper_row_first: bool
    reversed_depth: bool


@dataclass(frozen=True)
class _Mesh:
    vertices: moderngl.Buffer
    groups: dict[str, moderngl.Buffer]  # closed, card, open
    skinned: bool


class LabelRenderer:
    """The part of `cityloop.embedded.renderer.Renderer` that the tests of labels use."""

    def __init__(self, context: moderngl.Context, folder: Path, convention: Convention) -> None:
        self._context = context
        self._convention = convention
        self._programs = {}
        source = hlsl.SHADERS / "CityloopLabelPass.hlsl"
        for item in hlsl.programs(hlsl.SHADERS / "CityloopLabels.shader"):
            stages = self._programs.setdefault(item.pass_name, {})
            text = hlsl.glsl_of(source, item.stage, item.entry, item.defines, folder)
            stages[f"{item.stage}_shader"] = _bound(text)
        self._programs = {n: context.program(**stages) for n, stages in self._programs.items()}
        self.reset()

    # Loading -----------------------------------------------------------------------------------

    def reset(self) -> None:
        self._textures, self._materials, self._meshes, self._parts = {}, [], {}, []

    def set_environment(self, environment) -> None:
        """Labels know no light."""

    def add_texture(self, texture) -> None:
        self._textures[texture.name] = texture.rgba

    def add_material(self, material) -> None:
        holes = material.alpha_cutout and material.texture
        layer = list(self._textures).index(material.texture) if holes else -1
        semantic = material.semantic if material.HasField("semantic") else -1
        solid = "Open" if material.two_sided else "Card" if material.alpha_cutout else "Closed"
        group = "None" if material.pane else solid
        self._materials.append((layer, semantic, group))

    def add_mesh(self, mesh) -> None:
        positions = np.frombuffer(mesh.positions, "<f4").reshape(-1, 3)
        vertices = np.zeros(len(positions), _VERTEX)
        vertices["position"] = positions @ _UNITY_FROM_PART.T
        vertices["normal"] = np.frombuffer(mesh.normals, "<f4").reshape(-1, 3) @ _UNITY_FROM_PART.T
        if mesh.uvs:
            vertices["uv"] = np.frombuffer(mesh.uvs, "<f4").reshape(-1, 2)
        vertices["material"][:, 0] = np.frombuffer(mesh.materials, "<u2")
        if mesh.joints:
            vertices["joints"] = np.frombuffer(mesh.joints, np.uint8).reshape(-1, 4)
            vertices["weights"] = np.frombuffer(mesh.weights, "<f4").reshape(-1, 4)
        # The first vertex decides for its triangle: a triangle gets vertices of its own.
        indices = np.frombuffer(mesh.indices, "<u4").reshape(-1, 3)
        loose = vertices[indices.ravel()]
        loose["material"] = np.repeat(loose["material"][::3], 3, axis=0)
        triangles = np.arange(len(loose), dtype="<u4").reshape(-1, 3)
        groups = np.array([self._materials[int(m)][2] for m in loose["material"][::3, 0]])
        buffers = {
            group: self._context.buffer(triangles[groups == group].tobytes())
            for group in ("Closed", "Card", "Open")
            if (groups == group).any()
        }
        vertex_buffer = self._context.buffer(loose.tobytes())
        self._meshes[mesh.name] = _Mesh(vertex_buffer, buffers, bool(mesh.joints))

    def add_prototype(self, prototype) -> list[int]:
        first = len(self._parts)
        self._parts += [part.lods[0].mesh for part in prototype.parts]
        return list(range(first, len(self._parts)))

    # Drawing -----------------------------------------------------------------------------------

    def frame_size(self, width, height, passes) -> int:
        return targets.frame_size(width, height, passes)

    def draw(self, view, instances, passes, dt_s, out):
        c = self._context
        size = (view.width, view.height)
        images = [c.renderbuffer(size, n, dtype=t) for n, t in _IMAGES.values()]
        target = c.framebuffer(images, c.depth_renderbuffer(size))
        target.use()
        reversed_depth = self._convention.reversed_depth
        # Without glClipControl, depths from 1 to 0 lie in the upper half of OpenGL's range.
        target.clear(depth=0.5 if reversed_depth else 1.0)
        c.depth_func = ">=" if reversed_depth else "<="
        c.front_face = "ccw" if self._convention.upper_row_first else "cw"
        visible = instances.body != view.hidden_body if view.hidden_body else slice(None)
        rows = np.arange(len(instances.part))[visible]
        self._fill_buffers(view, instances, rows)
        for at, row in enumerate(rows):
            self._draw_instance(view, dt_s, self._meshes[self._parts[instances.part[row]]], at)
        c.enable_only(moderngl.DEPTH_TEST)
        self._render("Sky", view, dt_s, 0, [], None, vertices=3)
        self._read(target, passes, size, out)
        return SimpleNamespace(layouts=targets.layouts(*size, passes))

    def _fill_buffers(self, view, instances, rows) -> None:
        floats, ids = camera_records(view, instances, rows)
        ids[:, 0, 3] = np.maximum(instances.bones[rows], 0)
        bones = np.concatenate(
            [instances.bones_current, instances.bones_previous, instances.bones_next], axis=1
        )
        materials = [(layer, 0, 0, semantic) for layer, semantic, _ in self._materials]
        for name, data in (
            ("_CityloopInstances", floats[:, :_INSTANCE_TEXELS]),
            ("_CityloopIds", ids),
            ("_CityloopBones", bones),
            ("_CityloopMaterials", np.array(materials, dtype=np.int32)),
        ):
            buffer = self._context.buffer(np.ascontiguousarray(data).tobytes() or bytes(16))
            buffer.bind_to_storage_buffer(_BINDINGS[name])
        if self._textures:
            layers = b"".join(self._textures.values())
            texture = self._context.texture_array((512, 512, len(self._textures)), 4, layers)
            texture.use(0)

    def _draw_instance(self, view, dt_s, mesh, row) -> None:
        for group, indices in mesh.groups.items():
            flags = moderngl.DEPTH_TEST | (0 if group == "Open" else moderngl.CULL_FACE)
            self._context.enable_only(flags)
            name = ("Skinned" if mesh.skinned else "Rigid") + group
            program = self._programs[name]
            used = [n for n in _VERTEX.names if f"v_{n}" in program]
            layout = " ".join(
                f"{_VERTEX[n].shape[0]}f4" if n in used else f"{_VERTEX[n].itemsize}x1"
                for n in _VERTEX.names
            )
            content = (mesh.vertices, layout, *(f"v_{n}" for n in used))
            self._render(name, view, dt_s, row, [content], indices)

    def _render(self, name, view, dt_s, row, content, indices, **count) -> None:
        program = self._programs[name]
        block = self._context.buffer(self._frame(view, dt_s, row))
        block.bind_to_uniform_block(0)
        self._context.vertex_array(program, content, index_buffer=indices).render(
            moderngl.TRIANGLES, **count
        )

    def _frame(self, view, dt_s, row) -> bytes:
        """Return the shader's globals, in their order, as LabelFrame.cs computes them."""
        near, far = view.near_m, view.far_m
        slope, start = (far + near) / (far - near), -2 * far * near / (far - near)
        if self._convention.reversed_depth:
            slope, start = -near / (far - near), far * near / (far - near)
        up = 1.0 if self._convention.upper_row_first else -1.0
        rows = [
            [view.fx, view.fy, view.cx, view.cy],
            [view.width, view.height, 1 / view.width, 1 / view.height],
            [slope, start, up, 0.5 / dt_s],
            [0.0 if self._convention.reversed_depth else 1.0, 0.0, 0.0, 0.0],
        ]
        for other in (view.previous, view.next):
            still = np.array_equal(other, view.current)
            turn = np.eye(3) if still else other[:, :3].T @ view.current[:, :3]
            rows += np.hstack([turn, np.zeros((3, 1))]).tolist()
        for other in (view.previous, view.next):
            moved = other.copy()
            moved[:, 3] -= view.current[:, 3]
            rows += moved.tolist()
        first_row = np.array([row, 0, 0, 0], dtype="<i4").tobytes()
        return np.array(rows, dtype="<f4").tobytes() + first_row

    def _read(self, target, passes, size, out) -> None:
        offsets = {}
        for layout in targets.layouts(*size, passes):
            name = _image_of(getattr(layout, "pass"))
            offsets.setdefault(name, layout.offset)
        for attachment, (name, (components, dtype)) in enumerate(_IMAGES.items()):
            if name not in offsets:
                continue
            data = target.read(
                components=components, attachment=attachment, dtype=dtype, alignment=1
            )
            if self._convention.upper_row_first:  # OpenGL keeps the upper end of clip space last
                data = np.frombuffer(data, np.uint8).reshape(size[1], -1)[::-1].tobytes()
            out[offsets[name] : offsets[name] + len(data)] = data


def _image_of(number) -> str:
    names = ("", "color", "depth", "instance", "semantic", "flow", "flow", "normal", "velocity")
    # The changes of depth are the last numbers of normal and velocity, which come before them.
    return (*names, "normal", "velocity")[number]


def _bound(glsl: str) -> str:
    """Return GLSL whose buffers have the same places in both stages."""
    for name, place in _BINDINGS.items():
        glsl = re.sub(
            rf"binding = \d+(, std430\) readonly buffer {name}\b)", rf"binding = {place}\1", glsl
        )
    glsl = re.sub(r"binding = \d+(, std140\) uniform _Global\b)", r"binding = 0\1", glsl)
    return re.sub(r"binding = \d+(\) uniform sampler)", r"binding = 0\1", glsl)
