"""Draws surfaces: the right program, state and vertex array for each batch of instances."""

import moderngl

from cityloop.embedded.gpu_scene import GpuMesh, TriangleSet, vertex_layout
from cityloop.embedded.shaders import build_program
from cityloop.embedded.visibility import DrawList


class SurfacePass:
    """One way of drawing meshes: four programs, for rigid or skinned, plain or perforated ones.

    Args:
        vertex: files of the vertex shader.
        fragment: files of the fragment shader.
        culls: draw plain triangles from outside only.
    """

    def __init__(
        self,
        context: moderngl.Context,
        vertex: tuple[str, ...],
        fragment: tuple[str, ...],
        culls: bool,
    ) -> None:
        self._context = context
        self._culls = culls
        self._programs: dict[tuple[bool, bool], moderngl.Program] = {}
        for skinned in (False, True):
            for perforated in (False, True):
                defines = ("SKINNED",) * skinned + ("PERFORATED",) * perforated
                self._programs[skinned, perforated] = build_program(
                    context, vertex, fragment, defines
                )
        self._arrays: dict[tuple[int, int], moderngl.VertexArray] = {}

    def draw(self, meshes: list[GpuMesh], todo: DrawList, first_row: int) -> int:
        """Draw into the framebuffer in use; return the triangles sent.

        Args:
            meshes: the scene's.
            todo: batches of them.
            first_row: row of the table that `DrawList.rows[0]` was written to.
        """
        triangles = 0
        for batch in todo.batches:
            mesh = meshes[batch.mesh]
            for number, part in enumerate(mesh.sets):
                program = self._programs[mesh.bone_count > 0, part.perforated]
                program["first_row"].value = first_row + batch.first
                if self._culls and not part.perforated:
                    self._context.enable(moderngl.CULL_FACE)
                else:
                    self._context.disable(moderngl.CULL_FACE)
                array = self._arrays.get((batch.mesh, number))
                if array is None:
                    array = self._make_array(program, mesh, part)
                    self._arrays[batch.mesh, number] = array
                array.render(moderngl.TRIANGLES, instances=batch.count)
                triangles += part.triangles * batch.count
        return triangles

    def forget_meshes(self) -> None:
        """Drop what belongs to meshes that are about to go."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()

    def _make_array(
        self, program: moderngl.Program, mesh: GpuMesh, part: TriangleSet
    ) -> moderngl.VertexArray:
        formats, names = vertex_layout(mesh.bone_count > 0)
        used = [
            (form, name) if name in program else (_padding(form), None)
            for form, name in zip(formats.split(), names, strict=True)
        ]
        content = (
            mesh.vertices,
            " ".join(form for form, _ in used),
            *(name for _, name in used if name is not None),
        )
        return self._context.vertex_array(program, [content], index_buffer=part.indices)


def _padding(form: str) -> str:
    """Return the format of bytes to be skipped for an attribute that a program does not use."""
    count, size = int(form[0]), int(form[-1])
    return f"{count * size}x1"
