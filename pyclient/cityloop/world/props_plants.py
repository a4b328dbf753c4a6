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

# Of a tree at each level of detail.
_CLUSTERS = (600, 150, 32)  # of leaves
_COVER = (2.4, 2.2, 1.5)  # their area as a multiple of the crown's
_SPREAD_RAD = (0.6, 0.6, 1.3)  # by which they are turned off the crown's surface
_CORE = (0.66, 0.66, 0.74)  # size of the body inside the leaves as a share of the crown's
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
    color = np.array([80 + 42 * yellow, 110 + 20 * yellow, 50.0 + 10 * yellow]) * shade
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
            # Leaves lie denser in the middle, end raggedly, and point outwards.
            bearing = rng.uniform(0, 2 * np.pi)
            spread = 0.15 + 0.09 * (1 + np.sin(3 * bearing + lobes))
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
) -> None:
    """Add one square leaf cluster per centre (N, 3), of edge `sizes` (N,), m.

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
    unit = np.array([(0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
    builder.quads(
        corners,
        material,
        uvs=(unit + tile) / _TILES,
        normals=np.repeat(outward[:, None], 4, axis=1),
    )


def tree(name: str, level: int) -> MeshBuilder:
    """Return a tree of `TREES` at a level of detail (0 finest); the crown's box is exact."""
    shape = TREES[name]
    low, high = shape.crown_base_m, shape.height_m
    center = np.array([0.0, 0.0, (low + high) / 2])
    radii = np.array([shape.crown_width_m / 2, shape.crown_width_m / 2, (high - low) / 2])
    boughs = _boughs(name)
    builder = MeshBuilder()
    _wood(builder, shape, center + 0.52 * _on_crown(boughs, boughs, shape.taper) * radii, level)
    crown = MeshBuilder()
    _crown_clusters(crown, name, boughs, radii, level)
    # Stretch the crown to its declared box.
    corners = crown.corners.reshape(-1, 3)
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    fit = np.diag([*(2 * radii / (highest - lowest)), 1.0])
    fit[:3, 3] = center - fit[:3, :3] @ ((lowest + highest) / 2)
    builder.add(crown, fit)
    material = FOLIAGE if level == 2 else INNER_FOLIAGE
    _core(builder, boughs, shape, center, _CORE[level] * radii, material, (7, 7, 6)[level])
    return builder


def _boughs(name: str) -> F64:
    """Return (14, 3) the directions in which a crown bulges, unit vectors."""
    rng = stream(0, f"props/{name}")
    bearing = 2.4 * np.arange(14) + rng.uniform(0, 0.5, 14)  # 2.4 rad: the golden angle
    height = np.linspace(-0.75, 0.85, 14)
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(bearing), ring * np.sin(bearing), height], axis=1)


def _on_crown(directions: F64, boughs: F64, taper: float) -> F64:
    """Return the points (N, 3) of the crown in directions (N, 3), in shares of its radii."""
    nearness = (directions @ boughs.T).max(axis=1)  # cosine of the angle to the next bough
    bulge = 0.80 + 0.20 * np.exp(-((1.0 - np.minimum(nearness, 1.0)) / 0.10))
    narrowing = 1 - taper * (directions[:, 2:] + 1) / 2.6
    return directions * bulge[:, None] * np.hstack([narrowing, narrowing, np.ones_like(narrowing)])


def _crown_clusters(crown: MeshBuilder, name: str, boughs: F64, radii: F64, level: int) -> None:
    """Add leaf clusters, evenly over the crown: most at its surface, the others inside."""
    rng = stream(0, f"props/{name}/leaves/{level}")
    count = _CLUSTERS[level]
    height = 1 - (2 * np.arange(count) + 1) / count
    bearing = 2.39996 * np.arange(count) + rng.normal(0, 0.15, count)
    ring = np.sqrt(1 - height**2)
    direction = np.stack([ring * np.cos(bearing), ring * np.sin(bearing), height], axis=1)
    depth = np.where(rng.random(count) < 0.62, rng.uniform(0.90, 1.0, count), 0.0)
    inside = depth == 0.0
    depth[inside] = rng.uniform(0.70, 0.88, int(inside.sum()))
    points = _on_crown(direction, boughs, TREES[name].taper) * depth[:, None] * radii
    # Area of a spheroid, as K. Thomsen approximates it (2004).
    a, c, p = radii[0], radii[2], 1.6075
    area = 4 * np.pi * ((a ** (2 * p) + 2 * (a * c) ** p) / 3) ** (1 / p)
    sizes = np.sqrt(_COVER[level] * area / count) * rng.uniform(0.85, 1.15, count)
    radial = points / np.linalg.norm(points, axis=1, keepdims=True)
    outward = 0.4 * direction / radii * radii.min() + 0.5 * radial + np.array([0.0, 0.0, 0.15])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    names = [INNER_LEAVES if hidden else LEAVES for hidden in inside]
    _clusters(crown, points, outward, sizes, rng, names, spread=_SPREAD_RAD[level])


def _core(
    builder: MeshBuilder,
    boughs: F64,
    shape: TreeShape,
    center: F64,
    radii: F64,
    material: str,
    segments: int,
) -> None:
    """Add a body of the crown's form inside its leaves, where one would look through it."""
    rings = segments - 1
    polar = np.radians(np.linspace(0.0, 180.0, rings))
    angle = 2 * np.pi * np.arange(segments) / segments
    ring, height = np.sin(polar)[:, None], -np.cos(polar)
    unit = np.stack(
        [ring * np.cos(angle), ring * np.sin(angle), np.repeat(height[:, None], segments, 1)], -1
    )
    points = _on_crown(unit.reshape(-1, 3), boughs, shape.taper).reshape(unit.shape)
    turns = np.round(2 * np.pi * radii[0] / _FOLIAGE_M)
    rise = 2.5 * radii[2] / _FOLIAGE_M
    grid = (center + points * radii)[:, [*range(segments), 0]]
    u, v = np.meshgrid(
        np.arange(segments + 1) / segments * turns, np.arange(rings) / (rings - 1.0) * rise
    )
    cells = np.arange(rings * (segments + 1)).reshape(rings, segments + 1)
    quads = np.stack([cells[:-1, :-1], cells[:-1, 1:], cells[1:, 1:], cells[1:, :-1]], axis=-1)
    index = quads.reshape(-1, 4)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    builder.triangles(
        grid.reshape(-1, 3),
        index,
        material,
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
