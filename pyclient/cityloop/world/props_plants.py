"""Trees and hedges: bark, branches and crowns of leaf clusters cut out of a texture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import SIDES_AND_TOP, MeshBuilder
from cityloop.world.props_materials import (
    BARK,
    FOLIAGE,
    FOLIAGE_TEXTURE,
    INNER_FOLIAGE,
    INNER_LEAVES,
    LEAF_TEXTURE,
    LEAVES,
)
from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream

F64 = NDArray[np.float64]

_CLUSTERS = (600, 150, 14)  # leaf clusters of a tree at each level of detail
_FOLIAGE_M = 2.2  # one repeat of the foliage texture
_TILES = 2  # the texture holds 2 x 2 different clusters


@dataclass(frozen=True)
class TreeShape:
    """Measures of a kind of tree.

    Attributes:
        height_m: to the top of the crown.
        crown_width_m: diameter of the crown.
        crown_base_m: height at which the crown begins.
        trunk_radius_m: at the ground.
        taper: 0 for a round crown, towards 1 for one that narrows to the top.
    """

    height_m: float
    crown_width_m: float
    crown_base_m: float
    trunk_radius_m: float
    taper: float


TREES: dict[str, TreeShape] = {
    "tree_0": TreeShape(8.5, 6.0, 2.6, 0.17, 0.15),
    "tree_1": TreeShape(6.2, 4.2, 2.2, 0.12, 0.0),
    "tree_2": TreeShape(10.5, 5.4, 2.8, 0.20, 0.45),
    "tree_3": TreeShape(7.4, 3.4, 2.3, 0.13, 0.55),
    "tree_4": TreeShape(12.5, 3.0, 2.0, 0.18, 0.25),  # a poplar
    "tree_5": TreeShape(9.5, 4.4, 0.9, 0.16, 1.15),  # a conifer
    "tree_6": TreeShape(12.0, 8.6, 3.0, 0.30, 0.05),  # an old lime
}


def _paint_leaf(
    picture: NDArray[np.uint8],
    center: tuple[float, float],
    angle: float,
    length: float,
    rng: np.random.Generator,
    darkest: float,
) -> None:
    """Draw a leaf of half length `length` texels; what leaves an edge comes in at the opposite."""
    size = len(picture)
    reach = int(length) + 2
    x0, y0 = int(center[0]), int(center[1])
    row, column = np.mgrid[y0 - reach : y0 + reach + 1, x0 - reach : x0 + reach + 1]
    dx, dy = column - center[0], row - center[1]
    along = dx * np.cos(angle) + dy * np.sin(angle)
    across = -dx * np.sin(angle) + dy * np.cos(angle)
    t = np.clip((along / length + 1) / 2, 0, 1)
    leaf = (np.abs(along) < length) & (np.abs(across) < 0.95 * length * np.sqrt(t) * (1 - t))
    yellow, shade = rng.uniform(0, 1), rng.uniform(darkest, 1.15)
    color = np.array([82 + 46 * yellow, 116 + 20 * yellow, 44.0 + 10 * yellow]) * shade
    vein = 1.0 + 0.22 * np.exp(-((across[leaf] / (0.06 * length)) ** 2))
    side = np.where(across[leaf] > 0, 1.06, 0.94)
    texels = np.empty((int(leaf.sum()), 4), dtype=np.uint8)
    texels[:, :3] = np.clip(color * (vein * side)[:, None], 0, 255)
    texels[:, 3] = 255
    picture[row[leaf] % size, column[leaf] % size] = texels


def leaf_texture() -> Texture:
    """Return a texture of four clusters of leaves, cut out by alpha."""
    rng = stream(0, "props/leaf_texture")
    size = TEXTURE_SIZE // _TILES
    rgba = np.zeros((TEXTURE_SIZE, TEXTURE_SIZE, 4), dtype=np.uint8)
    rgba[..., :3] = (78, 104, 42)  # what filtering mixes in at the leaves' edges
    for tile in range(_TILES * _TILES):
        y0, x0 = size * (tile // _TILES), size * (tile % _TILES)
        lobes = rng.uniform(0, 2 * np.pi)
        for _ in range(500):
            # Leaves lie denser in the middle, thin out raggedly, and point outwards.
            bearing = rng.uniform(0, 2 * np.pi)
            spread = 0.11 + 0.15 * (1 + np.sin(3 * bearing + lobes))
            reach = size * min(0.43, abs(rng.normal(0.0, spread)))
            center = (size / 2 + reach * np.cos(bearing), size / 2 + reach * np.sin(bearing))
            angle = bearing + rng.normal(0, 0.7)
            length = size * rng.uniform(0.036, 0.056)
            _paint_leaf(
                rgba[y0 : y0 + size, x0 : x0 + size], center, angle, length, rng, darkest=0.62
            )
    return Texture(LEAF_TEXTURE, rgba)


def foliage_texture() -> Texture:
    """Return a texture without holes that repeats: leaves over the dark between them."""
    rng = stream(0, "props/foliage_texture")
    rgba = np.empty((TEXTURE_SIZE, TEXTURE_SIZE, 4), dtype=np.uint8)
    rgba[...] = (30, 44, 17, 255)
    for _ in range(1700):
        center = (rng.uniform(0, TEXTURE_SIZE), rng.uniform(0, TEXTURE_SIZE))
        angle = rng.uniform(0, 2 * np.pi)
        _paint_leaf(rgba, center, angle, rng.uniform(8.0, 13.0), rng, darkest=0.45)
    return Texture(FOLIAGE_TEXTURE, rgba)


def _clusters(
    builder: MeshBuilder,
    centers: F64,
    outward: F64,
    sizes: F64,
    rng: np.random.Generator,
    material: str | list[str] = LEAVES,
    spread: float = 0.45,
    tiles: int = 1,
) -> None:
    """Add one square leaf cluster per centre (N, 3), of edge `sizes` (N,), m.

    A large one shows `tiles` x `tiles` of the texture's clusters: leaves stay as small as near.

    The squares are turned by chance, `spread` (rad, roughly) off `outward` (N, 3); their normals
    are `outward` itself, so that a crown is shaded as the rounded body that it is.
    """
    count = len(centers)
    facing = outward + rng.normal(0, spread, (count, 3))
    facing /= np.linalg.norm(facing, axis=1, keepdims=True)
    u = np.cross(facing, rng.normal(0, 1, (count, 3)))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(facing, u)
    half = sizes[:, None] / 2
    corners = np.stack(
        [
            centers - half * u - half * v,
            centers + half * u - half * v,
            centers + half * u + half * v,
            centers - half * u + half * v,
        ],
        axis=1,
    )
    tile = rng.integers(0, _TILES, (count, 1, 2))
    unit = tiles * np.array([(0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
    builder.quads(
        corners,
        material,
        uvs=(unit + tile) / _TILES,
        normals=np.repeat(outward[:, None], 4, axis=1),
    )


def tree(name: str, level: int) -> MeshBuilder:
    """Return a tree of `TREES` at a level of detail (0 finest); the crown's box is exact."""
    shape = TREES[name]
    rng = stream(0, f"props/{name}")
    low, high = shape.crown_base_m, shape.height_m
    center = np.array([0.0, 0.0, (low + high) / 2])
    radii = np.array([shape.crown_width_m / 2, shape.crown_width_m / 2, (high - low) / 2])
    # Billows: the crown is a dozen overlapping balls around a few large boughs.
    bearing = 2.4 * np.arange(14) + rng.uniform(0, 0.5, 14)  # 2.4 rad: the golden angle
    level_z = np.linspace(-0.62, 0.66, 14)
    ring = 0.52 * np.sqrt(1 - level_z**2) * (1 - shape.taper * (level_z + 1) / 2.6)
    balls = np.stack([ring * np.cos(bearing), ring * np.sin(bearing), level_z], axis=1)
    ball_radius = rng.uniform(0.34, 0.46, 14) * (1 - 0.35 * shape.taper * (level_z + 1) / 2)
    builder = MeshBuilder()
    _wood(builder, shape, center + balls * radii, level)
    leaves = stream(0, f"props/{name}/leaves/{level}")
    count = _CLUSTERS[level]
    which = np.arange(count) % 14
    direction = leaves.normal(0, 1, (count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    depth = leaves.uniform(0.55, 1.0, count) ** 0.5
    unit = balls[which] + direction * (ball_radius[which] * depth)[:, None]
    sizes = (
        (0.78, 1.35, 2.9)[level] * (shape.crown_width_m / 6.0) * leaves.uniform(0.8, 1.15, count)
    )
    outward = 0.55 * direction + 0.45 * unit / np.linalg.norm(unit, axis=1, keepdims=True)
    outward += np.array([0.0, 0.0, 0.25])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    shaded = depth < (0.86 if level < 2 else 0.0)
    names = [INNER_LEAVES if inside else LEAVES for inside in shaded]
    crown = MeshBuilder()
    _clusters(crown, unit * radii, outward, sizes, leaves, names, tiles=1 if level == 0 else _TILES)
    # Stretch the crown to its declared box.
    corners = crown.corners.reshape(-1, 3)
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    fit = np.diag([*(2 * radii / (highest - lowest)), 1.0])
    fit[:3, 3] = center - fit[:3, :3] @ ((lowest + highest) / 2)
    builder.add(crown, fit)
    _core(builder, shape, center, radii, level)
    return builder


def _core(builder: MeshBuilder, shape: TreeShape, center: F64, radii: F64, level: int) -> None:
    """Add the body of the crown: dark inside the leaves, and from afar the crown itself."""
    far = level == 2
    size = 0.88 if far else 0.52
    segments = 7
    polar = np.radians(np.linspace(0.0, 180.0, 6))
    height = -np.cos(polar)
    narrowing = 1 - shape.taper * (height + 1) / 2.6
    rng = stream(0, f"props/core/{shape.height_m}")
    bumps = 1 + rng.uniform(-0.10, 0.10, (6, segments))
    angle = 2 * np.pi * np.arange(segments) / segments
    ring = (np.sin(polar) * narrowing)[:, None] * bumps
    unit = np.stack(
        [ring * np.cos(angle), ring * np.sin(angle), np.repeat(height[:, None], segments, 1)], -1
    )
    turns = np.round(np.pi * shape.crown_width_m * size / _FOLIAGE_M)
    rise = (shape.height_m - shape.crown_base_m) * size * 1.4 / _FOLIAGE_M
    grid = (center + size * unit * radii)[:, [*range(segments), 0]]
    u, v = np.meshgrid(np.arange(segments + 1) / segments * turns, np.arange(6) / 5.0 * rise)
    cells = np.arange(6 * (segments + 1)).reshape(6, segments + 1)
    quads = np.stack([cells[:-1, :-1], cells[:-1, 1:], cells[1:, 1:], cells[1:, :-1]], axis=-1)
    index = quads.reshape(-1, 4)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    builder.triangles(
        grid.reshape(-1, 3),
        index,
        FOLIAGE if far else INNER_FOLIAGE,
        uvs=np.stack([u, v], axis=-1).reshape(-1, 2),
        smooth_deg=80,
    )


def _wood(builder: MeshBuilder, shape: TreeShape, boughs: F64, level: int) -> None:
    """Add the trunk and, near, branches from it to the crown's `boughs` (N, 3)."""
    segments = (9, 6, 4)[level]
    r = shape.trunk_radius_m
    fork = shape.crown_base_m + 0.35 * (shape.height_m - shape.crown_base_m)
    heights = np.array([0.0, 0.25, 0.5 * fork, fork])
    widths = r * np.array([1.35, 1.0, 0.85, 0.6])
    if level == 2:
        heights, widths = heights[[0, 3]], widths[[1, 3]]
    builder.lathe(np.stack([widths, heights], axis=1), BARK, segments=segments, smooth_deg=70)
    if level == 2:
        return
    for i, tip in enumerate(boughs[:: (1, 3)[level]]):
        start = np.array([0.0, 0.0, fork * (0.80 + 0.2 * (i % 3) / 2)])
        if tip[2] < start[2]:
            start[2] = max(shape.crown_base_m * 0.85, tip[2] - 0.8)
        builder.cylinder(
            start, tip, 0.42 * r, BARK, end_radius_m=0.1 * r, segments=5, caps=False, smooth_deg=80
        )


def hedge(level: int) -> MeshBuilder:
    """Return a clipped hedge, 2 m long along y, 0.7 m deep and 1.1 m high."""
    return _hedge((0.7, 2.0, 1.1), 0.0, level, "hedge")


def planter_plants(level: int) -> MeshBuilder:
    """Return the plants of a planter; its soil is 0.5 m high."""
    return _hedge((0.62, 1.6, 0.55), 0.45, level, "planter")


def _hedge(size: tuple[float, float, float], base: float, level: int, name: str) -> MeshBuilder:
    rng = stream(0, f"props/{name}/{level}")
    builder = MeshBuilder()
    core = np.array(size) - 0.30
    builder.box(
        (0, 0, base + core[2] / 2), core, INNER_FOLIAGE, faces=SIDES_AND_TOP, texture_m=_FOLIAGE_M
    )
    count = (260, 80, 18)[level]
    edge = (0.26, 0.40, 0.60)[level]
    half = np.array(size) / 2
    # Points on the four sides and the top, by their areas.
    areas = np.array(
        [
            size[1] * size[2],
            size[1] * size[2],
            size[0] * size[2],
            size[0] * size[2],
            size[0] * size[1],
        ]
    )
    face = rng.choice(5, count, p=areas / areas.sum())
    normal = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1.0)])[face]
    inside = half - 0.10
    points = rng.uniform(-1, 1, (count, 3)) * inside
    points = np.where(normal != 0, normal * (half - 0.10), points)
    points = np.clip(points, -inside, inside)
    points[:, 2] += base + half[2]
    outward = normal + rng.normal(0, 0.2, (count, 3))
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    crown = MeshBuilder()
    _clusters(crown, points, outward, np.full(count, edge), rng, spread=0.2)
    corners = crown.corners.reshape(-1, 3)
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    goal_low, goal_high = np.array([-half[0], -half[1], base]), half * (1, 1, 2) + (0, 0, base)
    scale = (goal_high - goal_low) / (highest - lowest)
    fit = np.diag([*scale, 1.0])
    fit[:3, 3] = goal_low - scale * lowest
    builder.add(crown, fit)
    return builder
