"""Draws surfaces: the right program, state and vertex array for each batch of instances."""

from struct import Struct

import moderngl

from cityloop.embedded.gpu_scene import VERTEX_FORMAT, VERTEX_NAMES, GpuMesh, Sides
from cityloop.embedded.posing import POSED_FORMAT, POSED_NAMES, Posed
from cityloop.embedded.shaders import build_program
from cityloop.embedded.visibility import DrawList

_INT = Struct("i")  # of the machine
# Of a program: how its vertices move ("", "POSED" or "STANDING"), and whether there are holes.
_Kind = tuple[str, bool]


class SurfacePass:
    """One way of drawing meshes, with a program for each kind: see `_Kind`.

    Args:
        vertex: files of the vertex shader.
        fragment: files of the fragment shader.
        defines: switches of all its programs.
        culls: draw triangles with one side from outside only.
        turns_normals: the program for perforated triangles draws all that have two sides: it
            looks at the one that faces the camera.
        tells_standing: what stands still has programs of its own, which need not look at where
            each thing was and will be.
    """

    def __init__(
        self,
        context: moderngl.Context,
        vertex: tuple[str, ...],
        fragment: tuple[str, ...],
        defines: tuple[str, ...] = (),
        culls: bool = False,
        turns_normals: bool = False,
        tells_standing: bool = False,
    ) -> None:
        self._context = context
        self._culls = culls
        self._turns_normals = turns_normals
        self._tells_standing = tells_standing
        self._programs: dict[_Kind, moderngl.Program] = {}
        self._first_row: dict[_Kind, moderngl.Uniform] = {}
        for motion in ("", "POSED", *("STANDING",) * tells_standing):
            for perforated in (False, True):
                kind = (motion, perforated)
                switches = (*defines, *(motion,) * bool(motion), *("PERFORATED",) * perforated)
                self._programs[kind] = build_program(context, vertex, fragment, switches)
                if motion != "POSED":
                    first_row = self._programs[kind]["first_row"]
                    assert isinstance(first_row, moderngl.Uniform)
                    self._first_row[kind] = first_row
        self._arrays: dict[tuple[int, _Kind], moderngl.VertexArray] = {}
        self._posed_arrays: dict[tuple[Posed, _Kind], moderngl.VertexArray] = {}

    def draw(self, meshes: list[GpuMesh], todo: DrawList, sides: Sides, first_row: int = 0) -> int:
        """Draw what is rigid into the framebuffer in use; return the triangles sent.

        Args:
            meshes: the scene's.
            todo: batches of them, whose `rows` stand in the instance table in use.
            sides: which of their triangles.
            first_row: where the rows start in that table.
        """
        perforated = self._prepare(sides)
        triangles = 0
        for which, row, instances, stands in todo.batches.tolist():
            mesh = meshes[which]
            first, count = mesh.starts[sides], mesh.starts[sides + 1] - mesh.starts[sides]
            if not count or mesh.vertices is None or mesh.indices is None:
                continue
            kind = ("STANDING" if stands and self._tells_standing else "", perforated)
            self._first_row[kind].write(_INT.pack(first_row + row))
            array = self._arrays.get((which, kind))
            if array is None:
                array = self._make_array(
                    kind, VERTEX_FORMAT, VERTEX_NAMES, mesh.vertices, mesh.indices
                )
                self._arrays[which, kind] = array
            array.render(moderngl.TRIANGLES, 3 * count, first=3 * first, instances=instances)
            triangles += count * instances
        return triangles

    def draw_posed(self, posed: Posed, sides: Sides) -> int:
        """Draw what is posed into the framebuffer in use; return the triangles sent."""
        first, count = posed.starts[sides], posed.starts[sides + 1] - posed.starts[sides]
        if not count:
            return 0
        kind = ("POSED", self._prepare(sides))
        array = self._posed_arrays.get((posed, kind))
        if array is None:
            array = self._make_array(kind, POSED_FORMAT, POSED_NAMES, posed.vertices, posed.indices)
            self._posed_arrays[posed, kind] = array
        array.render(moderngl.TRIANGLES, 3 * count, first=3 * first)
        return count

    def forget_meshes(self) -> None:
        """Drop what belongs to meshes that are about to go."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()

    def _prepare(self, sides: Sides) -> bool:
        """Set how such triangles are drawn; return whether by the programs that know holes."""
        if self._culls and sides in (Sides.ONE, Sides.PANE):
            self._context.enable(moderngl.CULL_FACE)
        else:
            self._context.disable(moderngl.CULL_FACE)
        return sides is Sides.PERFORATED or (self._turns_normals and sides is Sides.BOTH)

    def _make_array(
        self,
        kind: _Kind,
        formats: str,
        names: tuple[str, ...],
        vertices: moderngl.Buffer,
        indices: moderngl.Buffer,
    ) -> moderngl.VertexArray:
        program = self._programs[kind]
        used = [
            (form, name) if name in program else (_padding(form), None)
            for form, name in zip(formats.split(), names, strict=True)
        ]
        content = (
            vertices,
            " ".join(form for form, _ in used),
            *(name for _, name in used if name is not None),
        )
        return self._context.vertex_array(program, [content], index_buffer=indices)


def _padding(form: str) -> str:
    """Return the format of bytes to be skipped for an attribute that a program does not use."""
    count, size = int(form[0]), int(form[-1])
    return f"{count * size}x1"
