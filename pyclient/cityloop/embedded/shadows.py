"""Shadow maps of the sun: what stands still is kept, what moves is drawn anew.

The map covers two squares around the camera, a fine near and a coarse far one. Both are placed
at multiples of a coarse step, so each is a pure function of the camera's cell, of the sun and of
what stands there, never of what was drawn before.
"""

import math
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.frame_block import FrameBlock
from cityloop.embedded.gpu_scene import SOLID, GpuScene, Sides
from cityloop.embedded.instance_table import (
    CASTER_TEXELS,
    INSTANCES_PER_ROW,
    TexelStore,
    caster_records,
)
from cityloop.embedded.instances import CameraView, Instances
from cityloop.embedded.posing import Posed
from cityloop.embedded.shaders import UNITS
from cityloop.embedded.shadow_maps import ShadowMaps
from cityloop.embedded.surface_pass import SurfacePass
from cityloop.embedded.visibility import (
    DrawList,
    bounding_spheres,
    draw_list,
    in_box,
    may_shade,
    select_meshes,
)

F64 = NDArray[np.float64]

_DEPTH_CLAMP = 0x864F  # OpenGL's number: casters nearer to the sun than the map still count
_HALF_DEPTH_M = 512.0  # of the range along the light
_STEP_ALONG_LIGHT_M = 128.0
# Receivers are moved along their normal by this many texels, against shadowing themselves: the
# filter reaches 0.35 + 1 texels to each side.
_OFFSET_TEXELS = 1.6
_ATLAS_HEIGHT = 2048
# Casters reach farther by this into what is seen: receivers are looked up beside where they are.
_MARGIN_M = 0.6
# As `_Square.coarseness`, for what moves: its shadows are drawn anew each time, and on the ground
# coarse ones look like fine ones.
_MOVING_COARSENESS = 2.0


@dataclass(frozen=True)
class _Square:
    """A part of the atlas: `half_m` to each side of the camera, moved in steps of `step_m`.

    `left` is its first column; a step is a whole number of texels, so that shadows do not crawl.
    `coarseness` is the factor on the distances by which levels of detail are chosen. What is
    more than `headroom_m` (and up to a step of it) above the camera is left out; None: nothing.
    """

    name: str
    texels: int
    left: int
    half_m: float
    step_m: float
    coarseness: float
    headroom_m: float | None = None

    @property
    def texel_m(self) -> float:
        return 2 * self.half_m / self.texels

    @property
    def viewport(self) -> tuple[int, int, int, int]:
        return (self.left, 0, self.texels, self.texels)


# The map from above tells how much sky a place sees: it darkens the ground under cars.
_NEAR = _Square("near_shadow", 2048, 0, 48.0, 12.0, 2.0)
_ABOVE = _Square("above_shadow", 512, 2048, 48.0, 12.0, 4.0, 2.0)
_FAR = _Square("far_shadow", 2048, 2560, 256.0, 64.0, 4.0)
_ATLAS_WIDTH = _FAR.left + _FAR.texels
_STRAIGHT_DOWN = np.array([0.0, 0.0, 1.0])


def light_axes(sun: F64) -> F64:
    """Return (3, 3) rows across the light, across it upwards, and along it, world frame."""
    forward = -sun / np.linalg.norm(sun)
    reference = np.array([0.0, 1.0, 0.0]) if abs(forward[2]) > 0.9 else np.array([0.0, 0.0, 1.0])
    right = np.cross(forward, reference)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(right, forward), forward])


def placed_square(sun: F64, camera: F64, square: _Square) -> tuple[F64, F64]:
    """Return clip-from-world (3, 4) of a square near `camera` (3,), and its centre in light axes.

    Both are functions of the cell that the camera is in, and change only with it.
    """
    axes = light_axes(sun)
    across = np.round(axes[:2] @ camera / square.step_m) * square.step_m
    along = float(axes[2] @ camera)
    if square.headroom_m is None:
        along = round(along / _STEP_ALONG_LIGHT_M) * _STEP_ALONG_LIGHT_M
    else:
        along = math.floor(along / square.headroom_m - 1) * square.headroom_m + _HALF_DEPTH_M
    center = np.array([*across, along])
    scale = 1.0 / np.array([square.half_m, square.half_m, _HALF_DEPTH_M])
    clip = np.concatenate([axes, -center[:, None]], axis=1) * scale[:, None]
    return clip, center


@dataclass(frozen=True, eq=False)
class _Casters:
    """The sun and what stands in it: the kept map must be drawn anew when one of them changes."""

    sun: F64
    part: NDArray[np.int32]
    current: F64

    def same(self, other: "_Casters") -> bool:
        return (
            np.array_equal(self.sun, other.sun)
            and np.array_equal(self.part, other.part)
            and np.array_equal(self.current, other.current)
        )


@dataclass(frozen=True, eq=False)
class _Placed:
    """A square where it lies now: clip-from-world (3, 4), and its centre (3,) in light axes."""

    square: _Square
    clip: F64
    center: F64

    @property
    def light(self) -> F64:
        """The (3,) direction of the light, world."""
        along = self.clip[2, :3]
        return np.asarray(along / np.linalg.norm(along))


@dataclass(frozen=True, eq=False)
class Casting:
    """The squares as they lie around a camera, and the sun (3,), None where it does not shine."""

    view: CameraView
    placed: list[_Placed]
    sun: F64 | None


class Shadows:
    """The maps and what draws them.

    Args:
        context: what draws.
        detail: what distances are multiplied by to choose levels of detail, as for the pictures in
            which the shadows are seen: what is much finer than its caster would shade itself.
    """

    def __init__(self, context: moderngl.Context, detail: float) -> None:
        self._context = context
        self._detail = detail
        self._maps = ShadowMaps(context, (_ATLAS_WIDTH, _ATLAS_HEIGHT))
        self._casters = SurfacePass(
            context, ("tables.glsl", "caster.vert"), ("tables.glsl", "is_hole.glsl", "holes.frag")
        )
        self._posed = Posed(context)
        self._table = TexelStore(context, CASTER_TEXELS, INSTANCES_PER_ROW)
        self._kept_centers: dict[str, F64] = {}
        self._kept_casters: _Casters | None = None

    def forget_scene(self) -> None:
        """Drop what belongs to meshes that are about to go."""
        self._casters.forget_meshes()
        self._kept_casters = None

    def place(self, view: CameraView, sun: F64 | None, frame: FrameBlock) -> Casting:
        """Lay the maps around a camera and fill the block's fields.

        Args:
            view: the camera that will look at the shadows.
            sun: (3,) direction to the sun, world; None where it does not shine.
            frame: the uniform block.
        """
        camera = view.current[:, 3]
        placed = [_Placed(_ABOVE, *placed_square(_STRAIGHT_DOWN, camera, _ABOVE))]
        if sun is not None:
            placed += [_Placed(s, *placed_square(sun, camera, s)) for s in (_NEAR, _FAR)]
        for p in placed:
            frame.set(p.square.name, _texture_from_camera(p.clip, view.current))
        offsets = (s.texel_m * _OFFSET_TEXELS for s in (_NEAR, _FAR))
        frame.set("shadow_offset", (*offsets, 1 / _ATLAS_HEIGHT))
        frame.set("shadow_atlas", _atlas_layout())
        return Casting(view, placed, sun)

    def draw(self, casting: Casting, instances: Instances, scene: GpuScene) -> int:
        """Bring the maps up to date; return the triangles sent.

        Args:
            casting: where the maps lie now.
            instances: what casts shadows; the camera's hidden body too.
            scene: its meshes and looks, which must be bound.
        """
        placed = casting.placed
        c = self._context
        c.enable_only(moderngl.DEPTH_TEST)
        c.depth_func = "<"
        triangles = self._draw_standing(placed, instances, casting.sun, scene)
        moving = np.flatnonzero(~instances.static)
        for p in placed:
            rows = moving if p.square is not _FAR else moving[:0]
            todo, rectangles = self._choose(p, instances, rows, scene, casting.view)
            self._maps.begin_moving(p.square.viewport, rectangles)
            triangles += self._draw_casters(p, instances, todo, scene)
        c.disable_direct(_DEPTH_CLAMP)
        return triangles

    def use(self) -> None:
        """Bind the map."""
        self._maps.use()

    def release(self) -> None:
        """Give the card's memory back."""
        self._casters.forget_meshes()
        self._maps.release()

    def _draw_standing(
        self, placed: list[_Placed], instances: Instances, sun: F64 | None, scene: GpuScene
    ) -> int:
        """Draw anew the squares that have moved, or all of them if the casters are others."""
        static = instances.static
        axis = np.zeros(3) if sun is None else sun
        casters = _Casters(axis, instances.part[static], instances.current[static])
        if self._kept_casters is None or not self._kept_casters.same(casters):
            self._kept_casters = casters
            self._kept_centers.clear()
        triangles = 0
        for p in placed:
            name = p.square.name
            if name in self._kept_centers and np.array_equal(self._kept_centers[name], p.center):
                continue
            self._kept_centers[name] = p.center
            todo, _ = self._choose(p, instances, np.flatnonzero(static), scene)
            self._maps.begin_standing(p.square.viewport)
            triangles += self._draw_casters(p, instances, todo, scene)
        return triangles

    def _choose(
        self,
        placed: _Placed,
        instances: Instances,
        rows: NDArray[np.int64],
        scene: GpuScene,
        view: CameraView | None = None,
    ) -> tuple[DrawList, F64]:
        """Return which of the instances `rows` cast a shadow in a square, and where they lie in it.

        If a view is given, those whose shadow cannot be in it are left out. Places are (K, 4),
        left, low, right and high side, in the square's clip coordinates.
        """
        # Distances across the light: they do not change while the square stays where it is.
        across = instances.origin[rows] @ placed.clip[:2, :3].T + placed.clip[:2, 3]
        distance = np.linalg.norm(across, axis=1) * (placed.square.half_m * self._detail)
        parts = instances.part[rows]
        coarseness = placed.square.coarseness
        if view is not None:
            coarseness = max(coarseness, _MOVING_COARSENESS)
        meshes = select_meshes(parts, distance, scene.tables, coarseness)
        centers, radii = bounding_spheres(instances, meshes, scene.tables, rows)
        radii_in_clip = radii / placed.square.half_m
        casts = in_box(placed.clip, centers, radii_in_clip)
        if view is not None:
            casts &= may_shade(view, centers, radii + _MARGIN_M, placed.light)
        todo = draw_list(casts, meshes)
        middle = (centers @ placed.clip[:2, :3].T + placed.clip[:2, 3])[todo.rows]
        reach = radii_in_clip[todo.rows, None] + 2 / placed.square.texels  # a texel more
        rectangles = np.concatenate([middle - reach, middle + reach], axis=1)
        return DrawList(rows[todo.rows], todo.batches), rectangles

    def _draw_casters(
        self, placed: _Placed, instances: Instances, todo: DrawList, scene: GpuScene
    ) -> int:
        """Draw casters into the square that is in use."""
        if not len(todo.batches):
            return 0
        self._table.write(caster_records(placed.clip, instances, todo.rows))
        self._table.use(UNITS["instance_table"])
        # Only from above are things cut off that stand higher than the map, and holes left out:
        # crowns of trees let much of the sky through.
        if placed.square.headroom_m is None:
            self._context.enable_direct(_DEPTH_CLAMP)
        else:
            self._context.disable_direct(_DEPTH_CLAMP)
        self._posed.write(scene.skinned, instances, todo)
        triangles = 0
        for sides in SOLID if placed.square.headroom_m is None else (Sides.ONE,):
            triangles += self._casters.draw(scene.meshes, todo, sides)
            triangles += self._casters.draw_posed(self._posed, sides)
        return triangles


def _atlas_layout() -> tuple[float, float, float, float]:
    """Return what turns a square's coordinates (0 to 1) into those of the atlas.

    Near: (x, y) times (a, 1). Above: (x, y) times (b, c) plus (a, 0). Far: as near, but against the
    right edge. The last number is a texel's width.
    """
    return (
        _NEAR.texels / _ATLAS_WIDTH,
        _ABOVE.texels / _ATLAS_WIDTH,
        _ABOVE.texels / _ATLAS_HEIGHT,
        1 / _ATLAS_WIDTH,
    )


def _texture_from_camera(clip_from_world: F64, camera: F64) -> F64:
    """Return (3, 4): camera frame to texture coordinates and depth, 0 to 1."""
    product = clip_from_world[:, :3] @ camera
    product[:, 3] += clip_from_world[:, 3]
    product *= 0.5
    product[:, 3] += 0.5
    return product
