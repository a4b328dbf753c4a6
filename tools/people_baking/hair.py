"""Hair as one shell around the head: close to the skull above, hanging freely below."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from people_baking.measures import Measures
from people_baking.pieces import Piece, Triangles

Array = NDArray[np.float64]

COLUMNS = 30  # around the head
ROWS = 12  # from the crown to the tips


@dataclass(frozen=True)
class HairStyle:
    """How the shell is shaped; lengths in head heights (chin to crown), heights from the chin.

    Attributes:
        thickness: of the hair over the skull.
        fringe: height of the hairline above the forehead.
        sides: height of the lower edge beside the face, in front of the ears.
        back: height of the lower edge at the nape, negative below the chin.
        half_face_rad: half the angle that stays open around the face.
    """

    thickness: float = 0.07
    fringe: float = 0.80
    sides: float = 0.50
    back: float = 0.18
    half_face_rad: float = 1.05


def _hits(origins: Array, directions: Array, positions: Array, triangles: Triangles) -> Array:
    """Return the distance to the farthest hit of each (R, 3) ray, 0 where it hits nothing.

    Moller and Trumbore's intersection (1997).
    """
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    e1, e2 = b - a, c - a
    far = np.zeros(len(origins))
    for ray, (o, d) in enumerate(zip(origins, directions, strict=True)):
        p = np.cross(d, e2)
        det = np.einsum("ij,ij->i", e1, p)
        with np.errstate(divide="ignore", invalid="ignore"):
            inv = 1 / det
            s = o - a
            u = np.einsum("ij,ij->i", s, p) * inv
            q = np.cross(s, e1)
            v = (q @ d) * inv
            t = np.einsum("ij,ij->i", e2, q) * inv
        hit = (np.abs(det) > 1e-14) & (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)
        if hit.any():
            far[ray] = t[hit].max()
    return far


def _lower_edge(style: HairStyle, azimuth: Array) -> Array:
    """Return the height of the lower edge at each angle from straight ahead."""
    away = np.abs(azimuth)
    soft = lambda lo, hi: np.clip((away - lo) / (hi - lo), 0, 1) ** 2 * (  # noqa: E731
        3 - 2 * np.clip((away - lo) / (hi - lo), 0, 1)
    )
    face = style.half_face_rad
    edge = style.fringe + (style.sides - style.fringe) * soft(0.75 * face, 1.2 * face)
    return edge + (style.back - style.sides) * soft(1.25 * face, min(2.0 * face, 2.6))


def grow(style: HairStyle, body: Piece, measures: Measures) -> Piece:
    """Grow a shell of hair on `body` (its outside skin, head and trunk)."""
    names = measures.rig.names
    head_bone = names.index("head")
    on_head = body.positions[body.weights[:, head_bone] > 0.9]
    crown = on_head[:, 2].max()
    chin = measures.head_of("head")[2] - 0.012
    tall = crown - chin
    # The lobes of the ears stick out of short hair: leave them out of the skull's outline.
    middle = np.array([on_head[:, 0].mean() * 0.5 + measures.head_of("head")[0] * 0.5, 0.0, 0.0])
    back_half = on_head[on_head[:, 2] > chin + 0.55 * tall]
    middle[0] = 0.5 * (back_half[:, 0].min() + back_half[:, 0].max())
    middle[2] = chin + 0.60 * tall
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS, endpoint=False)
    edge = chin + _lower_edge(style, azimuth) * tall
    thickness = style.thickness * tall
    rows: list[Array] = []
    outward = np.stack([np.cos(azimuth), np.sin(azimuth), np.zeros(COLUMNS)], axis=1)
    near = body.triangles[
        (body.positions[body.triangles[:, 0], 2] > edge.min() - 0.1 * tall)
    ]
    used = np.abs(body.positions[near[:, 0], 1]) < 0.75 * tall
    near = near[used]
    previous = np.zeros(COLUMNS)
    top = crown + 0.5 * thickness
    for row in range(1, ROWS + 1):
        share = row / ROWS
        # Polar around the skull's middle while above it, then straight down.
        polar = 0.5 * np.pi * (1 - share)
        drop = np.maximum(middle[2] - edge, 1e-6)
        height_arc = np.where(edge < middle[2], 1 - drop / (drop + 0.8 * tall), 1.0)
        upper = np.clip(share / height_arc, 0, 1)
        lowest = np.where(edge < middle[2], 0.0, np.arcsin(np.clip((edge - middle[2]) / (0.55 * tall), 0, 0.95)))
        polar = 0.5 * np.pi + (lowest - 0.5 * np.pi) * upper
        below = np.where(edge < middle[2], drop * np.clip((share - height_arc) / np.maximum(1 - height_arc, 1e-6), 0, 1), 0)
        directions = outward * np.cos(polar)[:, None]
        directions[:, 2] = np.sin(polar)
        origins = np.tile(middle, (COLUMNS, 1))
        origins[:, 2] -= below
        reach = _hits(origins, directions, body.positions, near)
        hanging = below > 0
        thin = thickness * np.where(hanging, 0.75, 1.0)
        radius = reach + thin
        radius = np.where(hanging, np.maximum(radius, previous * 0.985), radius)
        previous = radius
        rows.append(origins + directions * radius[:, None])
    grid = np.stack(rows)
    for _ in range(2):  # comb out the ears and other bumps
        around = 0.5 * (np.roll(grid, 1, axis=1) + np.roll(grid, -1, axis=1))
        grid = 0.5 * grid + 0.5 * around
    # The tips turn in towards the skin, so that no gap shows from below.
    inner = grid[-1].copy()
    axis = middle.copy()
    pull = 1.3 * thickness
    radial = inner[:, :2] - axis[:2]
    inner[:, :2] -= radial / np.linalg.norm(radial, axis=1, keepdims=True) * pull
    grid = np.concatenate([grid, inner[None]])
    pole = np.array([[middle[0], 0.0, max(top, grid[0, :, 2].max() + 0.1 * thickness)]])
    positions = np.concatenate([pole, grid.reshape(-1, 3)])
    triangles: list[tuple[int, int, int]] = []
    for column in range(COLUMNS):
        right = (column + 1) % COLUMNS
        triangles.append((0, 1 + column, 1 + right))
        for row in range(len(grid) - 1):
            a, b = 1 + row * COLUMNS + column, 1 + row * COLUMNS + right
            c, d = a + COLUMNS, b + COLUMNS
            triangles += [(a, c, b), (b, c, d)]
    weights = np.zeros((len(positions), len(names)))
    # Hair that hangs below the chin follows the shoulders more and more.
    down = np.clip((chin - positions[:, 2]) / (0.8 * tall), 0, 0.7)
    weights[:, head_bone] = 1 - down
    weights[:, names.index("spine_03")] = down
    return Piece("hair", positions, np.array(triangles), weights)


Style = Callable[[], HairStyle]
