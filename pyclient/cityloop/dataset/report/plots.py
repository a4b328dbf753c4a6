"""Plots of a sequence's labels as SVG."""

import html
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_WIDTH, _HEIGHT, _FOOT, _LEFT = 380, 200, 34, 46
_BAR = "#2b6cb0"
_AHEAD_M, _ASIDE_M = 120.0, 30.0  # reach of the heat map
_CELL_M = 2.0


def bars(title: str, names: Sequence[str], counts: Sequence[int]) -> str:
    """Return a plot of a count for each name."""
    most = max(counts, default=0) or 1
    step = (_WIDTH - _LEFT) / max(len(names), 1)
    parts = []
    for i, (name, count) in enumerate(zip(names, counts, strict=True)):
        x, height = _LEFT + i * step, (_HEIGHT - _FOOT - 24) * count / most
        said = html.escape(f"{name}: {count}")
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{_HEIGHT - _FOOT - height:.1f}" width="{step - 2:.1f}" '
            f'height="{height:.1f}" fill="{_BAR}"><title>{said}</title></rect>'
        )
        # Where there are many, not each has room for its name.
        if len(names) <= 8 or i % (len(names) // 8 + 1) == 0:
            middle = x + step / 2
            parts.append(_text(middle, _HEIGHT - _FOOT + 14, _short(name), anchor="middle"))
    parts.append(_text(_LEFT - 4, 32, str(most), anchor="end"))
    parts.append(_text(_LEFT - 4, _HEIGHT - _FOOT, "0", anchor="end"))
    return _framed(title, parts)


def histogram(title: str, unit: str, values: Array, low: float, high: float, bins: int) -> str:
    """Return a plot of how often values lie in `bins` equal parts of low to high."""
    counts, edges = np.histogram(np.clip(values[np.isfinite(values)], low, high), bins, (low, high))
    names = [f"{edge:g}" for edge in np.round(edges[:-1], 3)]
    return bars(f"{title} ({unit})" if unit else title, names, [int(count) for count in counts])


def named(title: str, values: Sequence[str]) -> str:
    """Return a plot of how often each name comes up, the most frequent first."""
    found = Counter(values).most_common(8)
    return bars(title, [name for name, _ in found], [count for _, count in found])


def heat_map(title: str, ahead: Array, left: Array) -> str:
    """Return where objects were, seen from above; the camera is at the left end and looks right."""
    edges_ahead = np.arange(0.0, _AHEAD_M + _CELL_M, _CELL_M)
    edges_left = np.arange(-_ASIDE_M, _ASIDE_M + _CELL_M, _CELL_M)
    counts, _, _ = np.histogram2d(ahead, left, (edges_ahead, edges_left))
    share = np.log1p(counts[:, ::-1]) / max(float(np.log1p(counts.max(initial=0.0))), 1e-9)
    side = (_WIDTH - _LEFT) / share.shape[0]
    middle = 24 + side * share.shape[1] / 2
    parts = [
        f'<rect x="{_LEFT + i * side:.2f}" y="{24 + j * side:.2f}" width="{side:.2f}" '
        f'height="{side:.2f}" fill="{_BAR}" fill-opacity="{share[i, j]:.2f}"/>'
        for i, j in zip(*np.nonzero(share), strict=True)
    ]
    parts.append(f'<circle cx="{_LEFT:g}" cy="{middle:.1f}" r="3" fill="#c53030"/>')
    foot = 24 + side * share.shape[1] + 10
    for metres in range(0, int(_AHEAD_M) + 1, 20):
        x = _LEFT + metres / _CELL_M * side
        parts.append(_text(x, foot, f"{metres} m", anchor="middle" if metres < _AHEAD_M else "end"))
    return _framed(title, parts)


def _framed(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img">'
        f"{_text(_LEFT, 14, title, size=13)}{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 10) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{html.escape(words)}</text>"
    )


def _short(name: str) -> str:
    return name if len(name) <= 10 else f"{name[:9]}…"
