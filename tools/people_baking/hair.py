"""Hair as one shell around the head: close to the skull above, hanging freely below."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from people_baking.measures import Measures
from people_baking.pieces import Piece, Triangles

Array = NDArray[np.float64]

COLUMNS = 30  # around the head
ROWS = 12  # from the crown to the tips
LOCKS = 7  # waves around the head that break up the smooth shell
LEAST_SHARE = 0.35  # of the thickness that combing leaves anywhere
CLOTH_M = 0.022  # by how much hair on the shoulders clears the clothes


@dataclass(frozen=True)
class HairStyle:
    """How the shell is shaped; lengths in head heights (chin to crown), heights from the chin.

    Attributes:
        thickness: of the hair over the skull.
        fringe: height of the hairline above the forehead.
        sides: height of the lower edge beside the face.
        back: height of the lower edge at the nape, negative below the chin.
        half_face_rad: half the angle that stays open around the face.
        behind_ears: the edge goes down to the nape behind the ears, which stay free.
        brow: thickness of the eyebrows, 1 a man's.
    """

    thickness: float = 0.075
    fringe: float = 0.80
    sides: float = 0.52
    back: float = 0.16
    half_face_rad: float = 1.05
    behind_ears: bool = True
    brow: float = 0.85


def _soft(x: Array, low: float, high: float) -> Array:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


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
    face = style.half_face_rad
    edge = style.fringe + (style.sides - style.fringe) * _soft(away, 0.75 * face, 1.2 * face)
    start, end = (1.75, 2.35) if style.behind_ears else (1.25 * face, 1.9 * face)
    return edge + (style.back - style.sides) * _soft(away, start, end)


def grow(style: HairStyle, body: Piece, measures: Measures) -> Piece:
    """Grow a shell of hair on `body` (all its skin): on the skull first, below it straight down."""
    names = measures.rig.names
    head_bone = names.index("head")
    on_head = body.positions[body.weights[:, head_bone] > 0.9]
    crown = float(on_head[:, 2].max())
    chin = float(measures.head_of("head")[2]) - 0.012
    tall = crown - chin
    skull = on_head[on_head[:, 2] > chin + 0.55 * tall]
    middle = np.array([0.5 * (skull[:, 0].min() + skull[:, 0].max()), 0.0, chin + 0.60 * tall])
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS, endpoint=False)
    edge = chin + _lower_edge(style, azimuth) * tall
    near = body.triangles[
        (body.positions[body.triangles[:, 0], 2] > edge.min() - 0.1 * tall)
        & (np.abs(body.positions[body.triangles[:, 0], 1]) < 0.75 * tall)
    ]
    outward = np.stack([np.cos(azimuth), np.sin(azimuth), np.zeros(COLUMNS)], axis=1)
    drop = np.maximum(middle[2] - edge, 0.0)
    # Shares of a column's rows that lie on the skull; the rest hang.
    on_skull = np.where(drop > 0, 0.8 * tall / (drop + 0.8 * tall), 1.0)
    lowest = np.where(
        drop > 0, 0.0, np.arcsin(np.clip((edge - middle[2]) / (0.55 * tall), 0, 0.95))
    )
    locks = 1 + 0.16 * np.sin(LOCKS * azimuth) * np.abs(np.sin(0.5 * azimuth))
    base, directions, reach, thick = [], [], [], []
    for row in range(1, ROWS + 1):
        share = row / ROWS
        polar = 0.5 * np.pi + (lowest - 0.5 * np.pi) * np.minimum(share / on_skull, 1)
        below = drop * np.clip((share - on_skull) / np.maximum(1 - on_skull, 1e-9), 0, 1)
        ray = outward * np.cos(polar)[:, None]
        ray[:, 2] = np.sin(polar)
        origin = np.tile(middle, (COLUMNS, 1))
        origin[:, 2] -= below
        # Short hair thins out towards its edge, long hair keeps its body to the tips.
        short = edge > chin + 0.1 * tall
        taper = np.where(short, 1 - 0.8 * _soft(np.full(COLUMNS, share), 0.55, 1.0), 1.0)
        on_cloth = CLOTH_M * _soft(chin - origin[:, 2], 0.1 * tall, 0.5 * tall)
        base.append(origin)
        directions.append(ray)
        reach.append(_hits(origin, ray, body.positions, near) + on_cloth)
        thick.append(style.thickness * tall * taper * locks)
    skin_radius, layer = np.array(reach), np.array(thick)
    hanging = np.array(base)[:, :, 2] < middle[2] - 1e-9
    radius = skin_radius + layer
    for row in range(1, ROWS):  # what hangs does not swing back in under a bulge
        radius[row] = np.where(
            hanging[row], np.maximum(radius[row], 0.985 * radius[row - 1]), radius[row]
        )
    for _ in range(3):  # comb it smooth, but never into the skin
        radius = 0.5 * radius + 0.25 * (np.roll(radius, 1, axis=1) + np.roll(radius, -1, axis=1))
        radius = np.maximum(radius, skin_radius + LEAST_SHARE * layer)
    grid = np.array(base) + np.array(directions) * radius[:, :, None]
    # The tips turn in below the skin, so that no gap shows.
    inner = (
        np.array(base[-1])
        + np.array(directions[-1])
        * (np.minimum(skin_radius[-1], radius[-1] - 0.03 * tall) - 0.02 * tall)[:, None]
    )
    grid = np.concatenate([grid, inner[None]])
    up = _hits(middle[None], np.array([[0.0, 0.0, 1.0]]), body.positions, near)[0]
    pole = middle + [0, 0, up + style.thickness * tall]
    positions = np.concatenate([pole[None], grid.reshape(-1, 3)])
    weights = np.zeros((len(positions), len(names)))
    # Hair that hangs below the chin follows the shoulders more and more.
    down = np.clip((chin - positions[:, 2]) / (0.8 * tall), 0, 0.7)
    weights[:, head_bone] = 1 - down
    weights[:, names.index("spine_03")] = down
    return Piece("hair", positions, _fan_and_grid(len(grid)), weights)


def _fan_and_grid(rows: int) -> Triangles:
    """Return triangles of a pole (vertex 0) and `rows` closed rings of COLUMNS vertices."""
    triangles: list[tuple[int, int, int]] = []
    for column in range(COLUMNS):
        right = (column + 1) % COLUMNS
        triangles.append((0, 1 + column, 1 + right))
        for row in range(rows - 1):
            a, b = 1 + row * COLUMNS + column, 1 + row * COLUMNS + right
            c, d = a + COLUMNS, b + COLUMNS
            triangles += [(a, c, b), (b, c, d)]
    return np.array(triangles)
