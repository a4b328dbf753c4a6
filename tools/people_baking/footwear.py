"""Shoes: an upper drawn over the foot and a flat sole under it."""

import numpy as np
from numpy.typing import NDArray

from people_baking.measures import Measures
from people_baking.pieces import Piece, cut, drape

Array = NDArray[np.float64]

OUTLINE = 20  # corners of a sole
SOLE_M = 0.022  # thickness of the sole for a leg of 0.85 m
UPPER_EASE_M = 0.006
COLLAR_SHARE = 0.025  # height of the upper over the ankle joint, leg lengths


def sole_thickness(measures: Measures) -> float:
    """Return the thickness of the sole in m, in proportion to the body."""
    return SOLE_M * measures.leg_length / 0.85


def shoes(tights: Piece, measures: Measures) -> list[Piece]:
    """Make both uppers and soles; the bare foot stands on z = 0, the sole below it.

    The uppers come from the skin-tight helper `tights`, cut above the ankle.
    """
    thickness = sole_thickness(measures)
    top = measures.head_of("foot_l")[2] + COLLAR_SHARE * measures.leg_length
    upper = cut(tights, top - tights.positions[:, 2])
    upper = drape(Piece("shoes", upper.positions, upper.triangles, upper.weights), UPPER_EASE_M, 14)
    upper.positions[:, 2] = np.maximum(upper.positions[:, 2], -0.5 * thickness)
    names = measures.rig.names
    pieces = [upper]
    for side in ("l", "r"):
        mine = upper.positions[
            measures.share(upper.weights, ("foot", "ball", "calf"), f"_{side}") > 0.5
        ]
        low = mine[mine[:, 2] < 0.35 * top]
        angles = np.linspace(0, 2 * np.pi, OUTLINE, endpoint=False)
        directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        middle = 0.5 * (low[:, :2].min(axis=0) + low[:, :2].max(axis=0))
        # The outline of the points' convex hull, by its support lines.
        support = ((low[:, :2] - middle) @ directions.T).max(axis=0) + 0.003
        nearby = np.roll(support, -1)
        bend = 2 * np.pi / OUTLINE
        tangent = (nearby - support * np.cos(bend)) / np.sin(bend)
        normal = np.stack([-directions[:, 1], directions[:, 0]], axis=1)
        corners = middle + support[:, None] * directions + tangent[:, None] * normal
        rings = [
            np.column_stack([corners, np.full(OUTLINE, 0.004)]),
            np.column_stack([corners, np.full(OUTLINE, -thickness)]),
        ]
        positions = np.concatenate([*rings, [[*middle, 0.004]], [[*middle, -thickness]]])
        triangles: list[tuple[int, int, int]] = []
        for k in range(OUTLINE):
            n = (k + 1) % OUTLINE
            triangles += [
                (k, OUTLINE + k, n),
                (n, OUTLINE + k, OUTLINE + n),
                (2 * OUTLINE, k, n),
                (2 * OUTLINE + 1, OUTLINE + n, OUTLINE + k),
            ]
        ball = measures.head_of(f"ball_{side}")[0]
        # It bends behind the ball, so that nothing in front of the ball is pressed into the ground.
        toes = np.clip((positions[:, 0] - ball) / (0.07 * measures.leg_length) + 1, 0, 1)
        weights = np.zeros((len(positions), len(names)))
        weights[:, names.index(f"foot_{side}")] = 1 - toes
        weights[:, names.index(f"ball_{side}")] = toes
        pieces.append(Piece("sole", positions, np.array(triangles), weights))
    return pieces
