"""Draws every pass of a camera from one draw of the scene, with OpenGL.

All calls must come from the thread that made the renderer: an OpenGL context belongs to it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded import gl_context, occlusion, targets
from cityloop.embedded.frame_block import FrameBlock
from cityloop.embedded.glare import Glare
from cityloop.embedded.gpu_scene import SOLID, GpuScene, Sides
from cityloop.embedded.instance_table import (
    CAMERA_TEXELS,
    INSTANCES_PER_ROW,
    TexelStore,
    camera_records,
)
from cityloop.embedded.instances import CameraView, Instances
from cityloop.embedded.lamp_map import LampMap
from cityloop.embedded.light import lamps_count, set_camera, set_light, shines, vector
from cityloop.embedded.lights import lit_lights
from cityloop.embedded.mirror import Mirror, mirrors
from cityloop.embedded.patches import make_patches
from cityloop.embedded.posing import Posed
from cityloop.embedded.shaders import UNITS, build_program
from cityloop.embedded.shadows import Shadows
from cityloop.embedded.silhouettes import layer_records, plan_layers, seen_ids
from cityloop.embedded.silhouettes import silhouettes as found_alone
from cityloop.embedded.surface_pass import SurfacePass
from cityloop.embedded.targets import Picture, Targets
from cityloop.embedded.visibility import DrawList, InView, look
from cityloop.protocol import capture_pb2, scene_pb2
from cityloop.spatial.camera import detail_scale

_MOST_SIZES = 4  # of images kept
_MOST_SHADOWS = 3  # kept, of lenses that need levels of detail of their own; 75 MB each


@dataclass(frozen=True)
class DrawResult:
    """What drawing one camera gave.

    Attributes:
        layouts: where each pass lies, offsets from the start of the memory that was given.
        triangles: sent to the rasteriser, shadows included.
        draw_s, read_s: time of the drawing and of the reading back, s.
        silhouettes: of the objects that are seen, if they were asked for.
    """

    layouts: list[capture_pb2.PassLayout]
    triangles: int
    draw_s: float
    read_s: float
    silhouettes: list[capture_pb2.Silhouette]


class Renderer:
    """The renderer of the embedded engine.

    Args:
        on_stage: called when a stage of drawing is finished, with its name; who measures pays
            for waiting for the card after each.

    Raises:
        GraphicsError: if there is no OpenGL 4.1.
    """

    def __init__(self, on_stage: Callable[[str], None] | None = None) -> None:
        self._on_stage = on_stage
        self._context = gl_context.create_context()
        c = self._context
        c.front_face = "cw"  # rows run from the top down, which mirrors every triangle
        c.provoking_vertex = moderngl.FIRST_VERTEX_CONVENTION
        self._frame = FrameBlock(c)
        self._holes = SurfacePass(
            c,
            ("tables.glsl", "surface.vert"),
            ("tables.glsl", "is_hole.glsl", "holes.frag"),
            ("DEPTH_ONLY",),
        )
        self._alone = SurfacePass(
            c,
            ("tables.glsl", "surface.vert"),
            ("tables.glsl", "is_hole.glsl", "silhouette.frag"),
            ("DEPTH_ONLY", "SILHOUETTE"),
            culls=True,
        )
        self._shadows: dict[float, Shadows] = {}  # by the scale of levels of detail
        self._surfaces = SurfacePass(
            c,
            ("tables.glsl", "surface.vert"),
            ("outputs.glsl", "look.glsl", "surface.frag"),
            culls=True,
            turns_normals=True,
            tells_standing=True,
        )
        self._lights: dict[tuple[str, ...], moderngl.VertexArray] = {}
        self._panes: dict[bool, SurfacePass] = {}
        far = build_program(c, ("screen.vert",), ("outputs.glsl", "far.frag"))
        self._far = c.vertex_array(far, [])
        sky = build_program(c, ("screen.vert",), ("tone.glsl", "sky.frag"))
        self._sky = c.vertex_array(sky, [])
        self._finishing: dict[tuple[str, ...], moderngl.VertexArray] = {}
        self._mirror = Mirror(c)
        self._lamp_map = LampMap(c)
        self._glare = Glare(c)
        self._patches = make_patches(c)
        self._instance_table = TexelStore(c, CAMERA_TEXELS, INSTANCES_PER_ROW)
        self._id_table = TexelStore(c, 1, INSTANCES_PER_ROW, "u4")
        self._posed = Posed(c)
        self._targets: dict[tuple[int, int], Targets] = {}
        self._scene = GpuScene(c)
        self._environment = capture_pb2.Environment()
        self.description = gl_context.describe(c)

    # Loading -----------------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget the whole scene."""
        self._surfaces.forget_meshes()
        self._holes.forget_meshes()
        self._alone.forget_meshes()
        for panes in self._panes.values():
            panes.forget_meshes()
        for shadows in self._shadows.values():
            shadows.forget_scene()
        self._scene.release()
        self._scene = GpuScene(self._context)

    def add_texture(self, texture: scene_pb2.Texture) -> None:
        """Take a texture."""
        self._scene.add_texture(texture)

    def add_material(self, material: scene_pb2.Material) -> None:
        """Take a material; its texture must be there."""
        self._scene.add_material(material)

    def add_mesh(self, mesh: scene_pb2.Mesh) -> None:
        """Take a mesh; its materials must be there."""
        self._scene.add_mesh(mesh)

    def add_prototype(self, prototype: scene_pb2.Prototype) -> list[int]:
        """Take a prototype, whose meshes must be there; return a handle for each of its parts."""
        handles = [self._scene.add_part(part) for part in prototype.parts]
        self._scene.add_lights(prototype, handles)
        return handles

    def set_environment(self, environment: capture_pb2.Environment) -> None:
        """Set light and air for the draws that follow."""
        self._environment.CopyFrom(environment)

    # Drawing -----------------------------------------------------------------------------------

    def frame_size(self, width: int, height: int, passes: "Sequence[capture_pb2.Pass]") -> int:
        """Return the bytes that `passes` of a camera of `width` x `height` pixels take."""
        return targets.frame_size(width, height, passes)

    def draw(
        self,
        view: CameraView,
        instances: Instances,
        passes: "Sequence[capture_pb2.Pass]",
        dt_s: float,
        out: memoryview,
        silhouettes: bool = False,
    ) -> DrawResult:
        """Draw one camera.

        Args:
            view: the camera at three instants.
            instances: what stands there at the same instants.
            passes: wanted ones, each once.
            dt_s: time between the instants, s.
            out: at least `frame_size` writable bytes.
            silhouettes: also draw every object that is seen alone.
        """
        began = time.perf_counter()
        images = self._images(view.width, view.height)
        seen = look(view, instances, self._scene.tables)

        set_camera(self._frame, view, dt_s)
        set_light(self._frame, view, self._environment, instances.time_s)
        sun = vector(self._environment.sun_direction) if shines(self._environment) else None
        shadows = self._shadows_for(view)
        casting = shadows.place(view, sun, self._frame)
        self._bind_scene()
        self._reached("choosing")
        lights = lit_lights(instances, self._scene.lights)
        lamps = self._lamp_map.draw(view, lights, self._frame)
        self._frame.upload()
        self._reached("lamps")
        large, skinned, small = occlusion.split(seen, self._scene.tables)
        first = large.then(skinned)
        self._write_records(*camera_records(view, instances, first.rows))
        triangles = self._draw_large(large, images)
        self._reached("large")
        # The large are on their way to the picture meanwhile: they are waited for after it.
        triangles += shadows.draw(casting, instances, self._scene)
        self._reached("shadow")
        triangles += self._draw_skinned(instances, first, images)
        self._reached("people")
        shown, count = self._draw_small(view, instances, seen, first, small, images)
        triangles += count
        self._reached("small")
        shadows.use()
        self._light_surfaces(images, lamps)
        self._reached("light")
        self._context.depth_func = "<="
        self._sky.render(moderngl.TRIANGLES, vertices=3)
        self._reached("sky")
        triangles += self._draw_panes(shown, images)
        self._reached("panes")
        picture = self._mirror.draw(images) if mirrors(self._environment) else images.first
        picture.frame.use()
        self._glare.draw(view, lights, self._environment)
        self._finish_picture(images, picture, lamps)
        self._reached("post")
        drawn = time.perf_counter()
        # While the picture is being finished; the first image to be read lets it begin.
        images.read(passes, out, lit=False)
        read = time.perf_counter() - drawn
        self._context.finish()
        drawn = time.perf_counter()
        images.read(passes, out, lit=True)
        read += time.perf_counter() - drawn
        self._reached("readback")
        alone = []
        if silhouettes:
            ids = seen_ids(images.instance(passes, out))
            alone = self._draw_alone(view, instances, seen, ids, images)
            self._reached("alone")
        return DrawResult(
            layouts=targets.layouts(view.width, view.height, passes),
            triangles=triangles,
            draw_s=time.perf_counter() - began - read,
            read_s=read,
            silhouettes=alone,
        )

    def close(self) -> None:
        """Give everything back."""
        self._context.release()

    def _images(self, width: int, height: int) -> Targets:
        size = (width, height)
        images = self._targets.pop(size, None)
        if images is None:
            if len(self._targets) == _MOST_SIZES:
                self._targets.pop(next(iter(self._targets))).release()
            images = Targets(self._context, width, height)
        self._targets[size] = images
        return images

    def _shadows_for(self, view: CameraView) -> Shadows:
        """Return the shadows whose levels of detail are those of a camera's picture."""
        scale = detail_scale(view.fx, view.fy)
        shadows = self._shadows.pop(scale, None)
        if shadows is None:
            if len(self._shadows) == _MOST_SHADOWS:
                self._shadows.pop(next(iter(self._shadows))).release()
            shadows = Shadows(self._context, scale)
        self._shadows[scale] = shadows
        return shadows

    def _bind_scene(self) -> None:
        """Bind what both the sun and the camera look at."""
        material_table, textures = self._scene.upload()
        material_table.use(UNITS["material_table"])
        textures.use(UNITS["textures"])

    def _reached(self, stage: str) -> None:
        if self._on_stage is not None:
            self._context.finish()
            self._on_stage(stage)

    def _draw_large(self, large: DrawList, images: Targets) -> int:
        """Draw what may hide others; see `occlusion`."""
        c = self._context
        images.depth_only.use()
        images.depth_only.clear(depth=1.0)
        images.surfaces.use()
        c.enable_only(moderngl.DEPTH_TEST)
        c.depth_func = "<"
        return self._surfaces.draw(self._scene.meshes, large, Sides.ONE)

    def _draw_skinned(self, instances: Instances, first: DrawList, images: Targets) -> int:
        """Pose and draw what is skinned in a list, but for what has holes."""
        self._posed.write(self._scene.skinned, instances, first, moves=True)
        images.surfaces.use()
        self._instance_table.use(UNITS["instance_table"])  # shadows have another
        self._context.enable_only(moderngl.DEPTH_TEST)
        self._context.depth_func = "<"
        sides = (Sides.ONE, Sides.BOTH)
        return sum(self._surfaces.draw_posed(self._posed, each) for each in sides)

    def _draw_small(
        self,
        view: CameraView,
        instances: Instances,
        seen: InView,
        first: DrawList,
        small: DrawList,
        images: Targets,
    ) -> tuple[DrawList, int]:
        """Draw all the rest that what has been drawn first does not hide.

        Returns:
            What has been drawn, whose rows stand in the instance table now, and the triangles sent.
        """
        c = self._context
        meshes = self._scene.meshes
        corners = occlusion.camera_boxes(view, instances, seen, small.rows, self._scene.tables)
        boxes = occlusion.outlines(view, corners)
        small = small.only(~occlusion.hidden(boxes, images.read_depths()))
        both = first.then(small)
        images.surfaces.use()
        c.enable_only(moderngl.DEPTH_TEST)
        c.depth_func = "<"
        self._write_records(*camera_records(view, instances, both.rows))
        surfaces, posed = self._surfaces, self._posed
        triangles = surfaces.draw(meshes, small, Sides.ONE, first_row=len(first.rows))
        triangles += surfaces.draw(meshes, both, Sides.BOTH)
        # Leaves hide each other many times over, and a shader that may discard is run for all of
        # them: so their depth is found first, and only what is seen in the end is shaded.
        images.depth_only.use()
        triangles += self._holes.draw(meshes, both, Sides.PERFORATED)
        triangles += self._holes.draw_posed(posed, Sides.PERFORATED)
        images.surfaces.use()
        c.depth_func = "=="
        triangles += surfaces.draw(meshes, both, Sides.PERFORATED)
        triangles += surfaces.draw_posed(posed, Sides.PERFORATED)
        c.disable(moderngl.CULL_FACE)
        c.depth_func = "<="
        self._far.render(moderngl.TRIANGLES, vertices=3)
        return both, triangles

    def _draw_panes(self, drawn: DrawList, images: Targets) -> int:
        """Lay what panes mirror over the picture; return the triangles sent."""
        c = self._context
        images.over.use()
        c.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        c.blend_func = (moderngl.ONE, moderngl.ONE_MINUS_SRC_COLOR)
        shining = shines(self._environment)
        if shining not in self._panes:
            self._panes[shining] = _pane_pass(c, shining)
        glazed = self._scene.tables.glazed[drawn.batches[:, 0]]
        panes = DrawList(drawn.rows, drawn.batches[glazed])
        triangles = self._panes[shining].draw(self._scene.meshes, panes, Sides.PANE)
        triangles += self._panes[shining].draw_posed(self._posed, Sides.PANE)
        c.disable(moderngl.BLEND | moderngl.CULL_FACE)
        return triangles

    def _light_surfaces(self, images: Targets, lamps: bool) -> None:
        """Light what has been drawn, each pixel once."""
        air = self._environment
        flags = {
            "SUN": shines(air),
            "LAMPS": lamps and lamps_count(air),
            "WET": air.wetness > 0.0,
            "SNOW": air.snow_cover > 0.0,
        }
        switches = tuple(name for name, is_set in flags.items() if is_set)
        if switches not in self._lights:
            files = ("tables", "ground", "water", "lighting", "tone", "look")
            program = build_program(
                self._context,
                ("screen.vert",),
                (*(f"{name}.glsl" for name in files), "light.frag"),
                switches,
            )
            self._lights[switches] = self._context.vertex_array(program, [])
        self._lamp_map.use()
        self._patches.use(UNITS["patches"])
        images.looks.use(UNITS["looks"])
        images.depths.use(UNITS["depths"])
        images.lit.use()
        self._context.depth_func = ">"  # the triangle lies as far as the sky
        self._lights[switches].render(moderngl.TRIANGLES, vertices=3)

    def _write_records(self, records: NDArray[np.float32], ids: NDArray[np.uint32]) -> None:
        """Write both tables of instances and bind them; a table that grows is another texture."""
        for table, rows, name in (
            (self._instance_table, records, "instance_table"),
            (self._id_table, ids, "id_table"),
        ):
            table.write(rows)
            table.use(UNITS[name])

    def _draw_alone(
        self,
        view: CameraView,
        instances: Instances,
        seen: InView,
        ids: NDArray[np.uint32],
        images: Targets,
    ) -> list[capture_pb2.Silhouette]:
        """Draw the objects `ids` (M,), rising, each as if nothing else stood there."""
        if not len(ids):
            return []
        layers = plan_layers(view, instances, seen.meshes, seen.todo, ids, self._scene.tables)
        self._write_records(*layer_records(view, instances, layers))
        c = self._context
        c.enable_only(moderngl.NOTHING)
        for layer, draw in enumerate(layers.draws):
            images.alone.use(layer)
            self._posed.write(self._scene.skinned, instances, draw)
            for sides in SOLID:
                self._alone.draw(self._scene.meshes, draw, sides)
                self._alone.draw_posed(self._posed, sides)
        pictures = [images.alone.read(i, window) for i, window in enumerate(layers.windows)]
        return found_alone(view, instances, seen.meshes, self._scene, layers, pictures)

    def _finish_picture(self, images: Targets, picture: Picture, lamps: bool) -> None:
        """Smooth the picture's edges and let rain and snow fall in front of it."""
        air = self._environment
        falls = {"RAIN": air.rain_mm_per_h > 0.0, "SNOWFALL": air.snowfall_mm_per_h > 0.0}
        flags = {**falls, "LAMPS": any(falls.values()) and lamps and lamps_count(air)}
        switches = tuple(name for name, is_set in flags.items() if is_set)
        if switches not in self._finishing:
            falling = ("tone.glsl", "falling.glsl") if switches else ()
            program = build_program(
                self._context, ("screen.vert",), (*falling, "antialias.frag"), switches
            )
            self._finishing[switches] = self._context.vertex_array(program, [])
        images.final.use()
        self._context.enable_only(moderngl.NOTHING)
        picture.texture.use(UNITS["picture"])
        self._finishing[switches].render(moderngl.TRIANGLES, vertices=3)


def _pane_pass(context: moderngl.Context, shining: bool) -> SurfacePass:
    """Return what draws panes, with the sun in them or without."""
    return SurfacePass(
        context,
        ("tables.glsl", "surface.vert"),
        ("tables.glsl", "lighting.glsl", "tone.glsl", "pane.frag"),
        ("STANDING", *("SUN",) * shining),  # its motion is in no label
        culls=True,
    )
