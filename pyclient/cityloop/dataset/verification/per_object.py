"""Medians of each object in each picture: what a quantile over a whole dataset lets through."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally

Array = NDArray[np.float64]
Known = NDArray[np.bool_]


class ObjectMedians:
    """The median error of each object and picture, of which the worst is judged."""

    def __init__(self, check: str, unit: str, tolerance: float, fewest: int = 4) -> None:
        """Begin; an object with less than `fewest` pixels to compare in a picture is left out."""
        self._tally = Tally(check, unit, tolerance)
        self._fewest = fewest

    def add_group(self, picture: Picture, group: Group, errors: Array, known: Known) -> None:
        """Add errors (n,) of a group where they are `known` (n,).

        Wheels are left out: whether a point near their rims belongs to them geometry cannot tell.
        """
        if group.label != "wheels":
            self.add(picture, group.pixels[known], errors[known])

    def add(self, picture: Picture, pixels: NDArray[np.intp], errors: Array) -> None:
        """Add errors (n,) at pixels (n,), flat indices; the background is no object.

        What is not a number is an infinite error.
        """
        actors = picture.flat("instance")[pixels]
        order = np.argsort(actors, kind="stable")
        found, first = np.unique(actors[order], return_index=True)
        parts = np.split(order, first[1:]) if len(found) else []
        for actor, rows in zip(found.tolist(), parts, strict=True):
            if actor and len(rows) >= self._fewest:
                values = np.where(np.isnan(errors[rows]), np.inf, errors[rows])
                self._tally.add(np.median(values), _place(picture, actor))

    def row(self) -> Row:
        """Return the result so far."""
        return self._tally.row()


def _place(picture: Picture, actor: int) -> Callable[[int], str]:
    def place(_: int) -> str:
        name = picture.sequence.actors.get(actor, {}).get("name", f"id {actor}")
        return f"{picture.here}, {name}"

    return place
