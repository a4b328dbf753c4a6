"""Where a point of a person lies on the textures of cityloop/world/people_textures.py."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from people_baking.measures import Measures
from people_baking.pieces import Piece

Array = NDArray[np.float64]

EYES_V, NOSE_V = 0.55, 0.35  # heights of eyes and tip of the nose on the texture of a face
_EDGE = 0.004  # that a texture's borders stay away, so that its repeat does not show


@dataclass(frozen=True)
class Chart:
    """A chart about an upright axis: u from 0 in front to 1 behind, the same on both sides.

    So it has no seam. v goes from 0 at the height `bottom` to 1 at `top`; `axis_x` is where the
    axis stands, all m in the body frame.
    """

    axis_x: float
    bottom: float
    top: float

    def uvs(self, positions: Array) -> Array:
        """Return the (V, 2) place of (V, 3) points."""
        u = np.arctan2(np.abs(positions[:, 1]), positions[:, 0] - self.axis_x) / np.pi
        v = (positions[:, 2] - self.bottom) / (self.top - self.bottom)
        return np.clip(np.column_stack([u, v]), _EDGE, 1 - _EDGE)


def face_chart(measures: Measures, landmarks: dict[str, Array]) -> Chart:
    """Return the chart of the skin: about the ears' axis, eyes and nose in their places."""
    eyes, nose = float(measures.head_of("eye_l")[2]), float(landmarks["nose"][2])
    scale = (eyes - nose) / (EYES_V - NOSE_V)
    bottom = nose - NOSE_V * scale
    return Chart(float(landmarks["ear_l"][0]), bottom, bottom + scale)


def piece_charts(pieces: list[Piece], materials: tuple[str, ...]) -> dict[str, Chart]:
    """Return a chart for each of `materials` that the pieces wear: from hem to upper edge."""
    charts = {}
    for material in materials:
        mine = [p.positions for p in pieces if p.material == material]
        if mine:
            points = np.concatenate(mine)
            low, high = points.min(axis=0), points.max(axis=0)
            charts[material] = Chart(float(points[:, 0].mean()), float(low[2]), float(high[2]))
    return charts
