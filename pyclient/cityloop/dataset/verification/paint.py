"""Kinds and colours of road marks against the recorded road network."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.markings import Mark, build_markings

# Outlines are kept to 0.1 mm.
_SAME_M = 1e-3


class PaintCheck:
    """Marks are of the kind and colour of what is painted there by the rules for the network.

    Paint along lanes that the map itself describes is not in the network: marks that the rules do
    not give at the same place are not judged.
    """

    def __init__(self) -> None:
        self._tally = Tally("road marks against the roads", "marks", 0.0)

    def look(self, sequence: Sequence) -> None:
        """Compare every mark of a sequence."""
        if not sequence.has_map or not sequence.has_road_marks:
            return
        ruled = build_markings(sequence.network).pieces
        if not ruled or not sequence.road_marks:
            return
        said = sequence.road_marks
        found = cKDTree(_extents(ruled)).query(_extents(said))
        distance, nearest = (np.asarray(column) for column in found)
        judged = np.flatnonzero(distance < _SAME_M)
        wrong = [
            (said[i].kind, said[i].color) != (ruled[k].kind, ruled[k].color)
            for i, k in zip(judged, nearest[judged], strict=True)
        ]

        def place(i: int) -> str:
            mark, rule = said[judged[i]], ruled[nearest[judged[i]]]
            x, y = mark.outline[:, :2].mean(axis=0)
            return (
                f"{sequence.name}, a {mark.color} {mark.kind} mark at ({x:.1f}, {y:.1f}), "
                f"where the roads have a {rule.color} {rule.kind} one"
            )

        self._tally.add(np.array(wrong, np.float64), place)

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


def _extents(marks: Iterable[Mark]) -> NDArray[np.float64]:
    """Return (N, 4) the lowest and highest x and y of marks, which tell them apart."""
    plane = [mark.outline[:, :2] for mark in marks]
    return np.array([[*xy.min(axis=0), *xy.max(axis=0)] for xy in plane])
