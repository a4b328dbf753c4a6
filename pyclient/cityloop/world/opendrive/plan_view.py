"""The reference line of a road in the plane (ASAM OpenDRIVE 1.7, chapter "Geometries")."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import cumulative_simpson
from scipy.special import fresnel

Array = NDArray[np.float64]

_ARC_LENGTH_STEP_M = 0.05
_STRAIGHT_PER_M = 1e-9  # a spiral whose curvature changes less is an arc


@dataclass(frozen=True)
class Geometry:
    """A piece of the reference line.

    Attributes:
        s, length_m: where along the road it starts, and how long it is, metres.
        x, y, heading_rad: its start in the world's plane.
        shape: "line", "arc", "spiral", "poly3" or "paramPoly3".
        values: the shape's own attributes, as in the file.
        normalized: of a paramPoly3, whether its parameter runs from 0 to 1, not to its length.
    """

    s: float
    x: float
    y: float
    heading_rad: float
    length_m: float
    shape: str
    values: Mapping[str, float]
    normalized: bool = False

    def at(self, ds_m: ArrayLike) -> tuple[Array, Array]:
        """Return (N, 2) points and (N,) headings at the lengths `ds_m` (N,) from its start.

        Beyond its ends it goes on straight.
        """
        ds = np.atleast_1d(np.asarray(ds_m, dtype=np.float64))
        inside = np.clip(ds, 0.0, self.length_m)
        u, v, turn = _SHAPES[self.shape](self, inside)
        heading = self.heading_rad + turn
        c, s = math.cos(self.heading_rad), math.sin(self.heading_rad)
        over = ds - inside
        x = self.x + c * u - s * v + over * np.cos(heading)
        y = self.y + s * u + c * v + over * np.sin(heading)
        return np.column_stack([x, y]), heading


Local = tuple[Array, Array, Array]


def _line(_: Geometry, s: Array) -> Local:
    """Section "Straight lines"."""
    return s, np.zeros_like(s), np.zeros_like(s)


def _arc(piece: Geometry, s: Array) -> Local:
    """Section "Arcs": constant curvature."""
    return _circle(piece.values["curvature"], s)


def _circle(curvature: float, s: Array) -> Local:
    if abs(curvature) < _STRAIGHT_PER_M:
        return s, np.zeros_like(s), curvature * s
    turn = curvature * s
    return np.sin(turn) / curvature, (1.0 - np.cos(turn)) / curvature, turn


def _spiral(piece: Geometry, s: Array) -> Local:
    """Section "Spirals": curvature linear in s, a clothoid, by Fresnel integrals.

    With curvature k(s) = k0 + c s the spiral is the piece from s0 = k0 / c of the clothoid with
    k(s) = c s, turned and moved to its start.
    """
    start, end = piece.values["curvStart"], piece.values["curvEnd"]
    rate = (end - start) / piece.length_m
    if abs(rate) < _STRAIGHT_PER_M:
        return _circle(start, s)
    first = start / rate
    x, y = _clothoid(rate, s + first)
    x0, y0 = _clothoid(rate, np.array([first]))
    turned = 0.5 * rate * first**2
    dx, dy = x - x0, y - y0
    u = math.cos(turned) * dx + math.sin(turned) * dy
    v = -math.sin(turned) * dx + math.cos(turned) * dy
    return u, v, start * s + 0.5 * rate * s**2


def _clothoid(rate: float, s: Array) -> tuple[Array, Array]:
    """Return the points of the clothoid with curvature rate * s (M. Abramowitz, I. Stegun, 7.3)."""
    scale = math.sqrt(math.pi / abs(rate))
    sine, cosine = fresnel(s / scale)
    return scale * cosine, math.copysign(scale, rate) * sine


def _poly3(piece: Geometry, s: Array) -> Local:
    """Section "Cubic polynomial" (deprecated): v(u) = a + b u + c u^2 + d u^3, by arc length."""
    a, b, c, d = (piece.values[name] for name in "abcd")
    return _by_arc_length(piece, s, (0.0, 1.0, 0.0, 0.0), (a, b, c, d), 1.2 * piece.length_m)


def _param_poly3(piece: Geometry, s: Array) -> Local:
    """Section "Parametric cubic curve": u(p) and v(p) cubic, p in [0, 1] or [0, length].

    As the section asks, p is taken for proportional to the arc length.
    """
    u, v = (tuple(piece.values[f"{n}{axis}"] for n in "abcd") for axis in "UV")
    p = s / piece.length_m if piece.normalized else s
    return _cubic(u, p), _cubic(v, p), np.arctan2(_slope(v, p), _slope(u, p))


def _by_arc_length(
    piece: Geometry, s: Array, u: tuple[float, ...], v: tuple[float, ...], longest: float
) -> Local:
    n = max(8, math.ceil(longest / _ARC_LENGTH_STEP_M))
    p = np.linspace(0.0, longest, n + 1)
    speed = np.hypot(_slope(u, p), _slope(v, p))
    along = cumulative_simpson(speed, x=p, initial=0.0)
    q = np.interp(s, along, p)
    return _cubic(u, q), _cubic(v, q), np.arctan2(_slope(v, q), _slope(u, q))


def _cubic(k: tuple[float, ...], p: Array) -> Array:
    return k[0] + p * (k[1] + p * (k[2] + p * k[3]))


def _slope(k: tuple[float, ...], p: Array) -> Array:
    return k[1] + p * (2 * k[2] + p * 3 * k[3])


_SHAPES = {
    "line": _line,
    "arc": _arc,
    "spiral": _spiral,
    "poly3": _poly3,
    "paramPoly3": _param_poly3,
}
# The attributes that each shape must have.
SHAPE_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "line": (),
    "arc": ("curvature",),
    "spiral": ("curvStart", "curvEnd"),
    "poly3": tuple("abcd"),
    "paramPoly3": tuple(f"{n}{axis}" for axis in "UV" for n in "abcd"),
}
