"""Bags, and hair that is tied up: rounded bodies on a bone, and straps cut out of the cloth."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from people_baking.measures import Measures
from people_baking.pieces import Piece, cut, vertex_normals

Array = NDArray[np.float64]

SECTORS, RINGS = 16, 8
STRAP_HALF_M = 0.021  # of a strap's width
STRAP_OVER_CLOTH_M = 0.007
GROWN_M = 1.75  # stature for which the sizes below are


def rounded(
    material: str, center: Array, radii: Array, bone: int, bones: int, squareness: float = 1.0
) -> Piece:
    """Return a superellipsoid that moves with a bone; `squareness` 1 is round, 0.3 nearly a box.

    A. H. Barr, "Superquadrics and angle-preserving transformations", 1981.
    """
    latitude = np.linspace(-0.5 * np.pi, 0.5 * np.pi, RINGS + 1)[1:-1]
    longitude = 2 * np.pi * np.arange(SECTORS) / SECTORS

    def power(x: Array) -> Array:
        return np.sign(x) * np.abs(x) ** squareness

    flat, up = power(np.cos(latitude))[:, None], power(np.sin(latitude))[:, None]
    around = np.stack(
        [
            flat * power(np.cos(longitude)),
            flat * power(np.sin(longitude)),
            np.broadcast_to(up, (RINGS - 1, SECTORS)),
        ],
        axis=2,
    ).reshape(-1, 3)
    points = np.concatenate([[[0.0, 0.0, -1.0]], around, [[0.0, 0.0, 1.0]]])
    triangles: list[tuple[int, int, int]] = []
    last = len(points) - 1
    for k in range(SECTORS):
        n = (k + 1) % SECTORS
        triangles += [(0, 1 + n, 1 + k), (last, last - SECTORS + k, last - SECTORS + n)]
        for ring in range(RINGS - 2):
            a, b = 1 + ring * SECTORS + k, 1 + ring * SECTORS + n
            triangles += [(a, b, a + SECTORS), (b, b + SECTORS, a + SECTORS)]
    weights = np.zeros((len(points), bones))
    weights[:, bone] = 1.0
    return Piece(material, center + points * radii, np.array(triangles), weights)


def tied_hair(style: str, hair: Piece, measures: Measures) -> Piece:
    """Return a "bun" or a "ponytail" at the back of a shell of hair."""
    names = measures.rig.names
    high, low = hair.positions[:, 2].max(), measures.head_of("head")[2] - 0.012
    tall = high - low
    at = low + (0.72 if style == "bun" else 0.62) * tall
    level = np.abs(hair.positions[:, 2] - at) < 0.12 * tall
    back = hair.positions[level, 0].min()
    if style == "bun":
        center, radii = [back - 0.05 * tall, 0.0, at], [0.17 * tall, 0.19 * tall, 0.18 * tall]
    else:
        center = [back - 0.02 * tall, 0.0, at - 0.45 * tall]
        radii = [0.13 * tall, 0.15 * tall, 0.62 * tall]
    return rounded("hair", np.array(center), np.array(radii), names.index("head"), len(names))


def bag(kind: str, cloth: Piece, measures: Measures, height_m: float) -> list[Piece]:
    """Return a "backpack", a "satchel" across the shoulder or a "handbag" over the top `cloth`."""
    names, size = measures.rig.names, min(height_m / GROWN_M, 1.0)
    trunk = measures.down_the_arm(cloth.positions, cloth.weights) < 0
    points = cloth.positions
    shoulder = float(measures.head_of("upperarm_l")[2])
    hip = float(measures.head_of("thigh_l")[2])
    if kind == "handbag":
        hand = measures.head_of("middle_01_l")
        grip = hand + [0.0, 0.0, -0.03 * size]
        index = names.index("hand_l")
        radii = np.array([0.15, 0.055, 0.11]) * size
        body = rounded("bag", grip - [0, 0, 0.10 * size + radii[2]], radii, index, len(names), 0.45)
        loop = np.array([0.012, 0.01, 0.075]) * size
        handle = rounded("bag", grip - [0, 0, 0.06 * size], loop, index, len(names))
        return [body, replace(handle, detail=0.6)]
    if kind == "backpack":
        middle = 0.62 * shoulder + 0.38 * hip
        near = trunk & (np.abs(points[:, 1]) < 0.1 * size) & (np.abs(points[:, 2] - middle) < 0.15)
        radii = np.array([0.085, 0.15, 0.21]) * size
        center = np.array([points[near, 0].min() - 0.8 * radii[0], 0.0, middle])
        body = rounded("bag", center, radii, names.index("spine_03"), len(names), 0.5)
        beside = np.abs(np.abs(points[:, 1]) - 0.105 * size)
        field = np.minimum(STRAP_HALF_M * size - beside, points[:, 2] - (shoulder - 0.2 * size))
    else:
        from_shoulder = np.array([-0.45 * abs(measures.head_of("upperarm_l")[1]), shoulder])
        to_hip = np.array([1.5 * abs(measures.head_of("thigh_l")[1]), hip + 0.02])
        way = (to_hip - from_shoulder) / np.linalg.norm(to_hip - from_shoulder)
        across = np.array([-way[1], way[0]])
        off = np.abs((points[:, 1:] - from_shoulder) @ across)
        field = np.minimum(0.8 * STRAP_HALF_M * size - off, points[:, 2] - hip)
        near = trunk & (np.abs(points[:, 2] - hip) < 0.12) & (points[:, 1] > 0)
        back, side = points[near, 0].min(), points[near, 1].max()
        radii = np.array([0.15, 0.05, 0.11]) * size
        center = np.array([0.7 * back, 0.92 * side, hip - 0.05 * size])
        body = rounded("bag", center, radii, names.index("pelvis"), len(names), 0.4)
    strap = cut(replace(cloth, material="bag"), np.where(trunk, field, -1.0))
    normals = vertex_normals(strap.positions, strap.triangles)
    return [body, replace(strap, positions=strap.positions + STRAP_OVER_CLOTH_M * normals)]
