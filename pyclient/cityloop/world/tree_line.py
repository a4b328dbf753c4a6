"""Woods on the horizon: rows of painted trees all around a map, where its land ends."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.ground import Ground
from cityloop.world.meshing import MeshBuilder
from cityloop.world.scene import (
    TEXTURE_SIZE,
    LevelOfDetail,
    Material,
    Part,
    Placement,
    Prototype,
    Scene,
    Texture,
)
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.textures import encode, noise

Array = NDArray[np.float64]

_NAME = "tree_line"
_ROWS_M = (135.0, 230.0)  # beyond the roads' bounding box
_PIECE_M = 55.0
_HEIGHT_M = (8.0, 15.0)
_GAP_SHARE = 0.22  # of the nearer row, through which one sees the farther one
_SUNK_M = 2.0
_DRAWN_TO_M = 3000.0


def tree_line(ground: Ground, seed: int) -> Scene:
    """Return woods all around the roads, with their texture and material."""
    rng = stream(seed, "city/tree_line")
    x0, y0, x1, y1 = ground.road.bounds
    scene = Scene(
        textures=[_texture(seed)],
        materials=[
            Material(
                _NAME,
                (1.0, 1.0, 1.0),
                roughness=1.0,
                texture=_NAME,
                alpha_cutout=True,
                semantic=SemanticClass.VEGETATION,
                two_sided=True,
            )
        ],
    )
    for row, away in enumerate(_ROWS_M):
        corners = np.array([(x0 - away, y0 - away), (x1 + away, y0 - away), (x1 + away, y1 + away),
                            (x0 - away, y1 + away), (x0 - away, y0 - away)])  # fmt: skip
        for side, (a, b) in enumerate(pairwise(corners)):
            builder, middle = MeshBuilder(), (a + b) / 2
            count = max(2, round(float(np.linalg.norm(b - a)) / _PIECE_M))
            posts = a + np.linspace(0, 1, count + 1)[:, None] * (b - a)
            out = np.array([b[1] - a[1], a[0] - b[0]]) / np.linalg.norm(b - a)
            posts = posts + rng.uniform(-12.0, 25.0, count + 1)[:, None] * out
            land = ground.elevation(np.clip(posts, (x0, y0), (x1, y1)))
            for n in range(count):
                gap, start, high = rng.random(), rng.random(), rng.uniform(*_HEIGHT_M)
                if row == 0 and gap < _GAP_SHARE:
                    continue
                p, q = posts[n + 1] - middle, posts[n] - middle  # facing the map
                low = min(land[n], land[n + 1]) - _SUNK_M
                quad = [
                    [*p, low],
                    [*q, low],
                    [*q, low + high + _SUNK_M],
                    [*p, low + high + _SUNK_M],
                ]
                u = np.array([start, start + 1.0, start + 1.0, start])
                uv = np.column_stack([u, [0.995, 0.995, 0.005, 0.005]])
                # Lit from above, as crowns are.
                builder.quads([quad], _NAME, uvs=[uv], normals=[[(*(-0.6 * out), 0.8)] * 4])
            if builder.triangle_count:
                _add(scene, builder, f"{_NAME}/{row}/{side}", middle)
    return scene


def _add(scene: Scene, builder: MeshBuilder, name: str, middle: Array) -> None:
    mesh = builder.build(name)
    scene.meshes.append(mesh)
    scene.prototypes.append(Prototype(name, (Part("trees", (LevelOfDetail(name, _DRAWN_TO_M),)),)))
    pose = Pose.from_xyz_yaw(float(middle[0]), float(middle[1]))
    scene.placements.append(Placement(name, name, pose, SemanticClass.VEGETATION))


def _texture(seed: int) -> Texture:
    """Return three rows of crowns, one before the other, that repeat along u, cut out above."""
    rng = stream(seed, "texture/tree_line")
    size = TEXTURE_SIZE
    clumps, leaves = noise(rng, 1.1, 9.0), noise(rng, 0.5, 40.0)
    albedo = np.zeros((size, size, 3))
    alpha = np.zeros((size, size))
    row = np.arange(size)[:, None]
    for depth, (base, share) in enumerate(((150.0, 1.0), (235.0, 0.86), (330.0, 0.72))):
        top = _crowns(rng, base) + 5.0 * leaves[depth] + 4.0 * clumps[: 1 + depth].mean(axis=0)
        below = row - top[None]
        light = np.exp(-np.clip(below, 0, None) / 70.0)
        value = share * (0.55 + 0.55 * light) * (1.0 + 0.20 * clumps + 0.16 * leaves)
        haze = 0.012 * (2 - depth)
        color = np.clip(value, 0.1, None)[..., None] * np.array([0.062, 0.098, 0.030]) + haze
        inside = below > 0
        albedo[inside] = color[inside]
        alpha[inside] = 255.0
    albedo[alpha == 0] = albedo[alpha > 0].mean(axis=0)  # what filtering mixes in at the edge
    return encode(_NAME, albedo, alpha)


def _crowns(rng: np.random.Generator, base: float) -> Array:
    """Return (512,) the upper edge of a row of trees, texels from the top."""
    x = np.arange(TEXTURE_SIZE)
    edge = np.full(TEXTURE_SIZE, base)
    for _ in range(16):
        wide, tall = rng.uniform(22.0, 52.0), rng.uniform(50.0, 105.0)
        dx = (x - rng.uniform(0, TEXTURE_SIZE) + TEXTURE_SIZE / 2) % TEXTURE_SIZE
        arc = np.sqrt(np.clip(1.0 - ((dx - TEXTURE_SIZE / 2) / wide) ** 2, 0.0, None))
        edge = np.minimum(edge, np.where(arc > 0, base + 25.0 - tall * arc**0.7, base))
    return edge
