"""Objects as a camera would see them if nothing else stood there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Silhouettes:
    """M objects drawn alone, by rising id.

    Attributes:
        id: (M,) uint32, what the instance pass shows.
        box: (M, 4) xmin, ymin, xmax, ymax of the object drawn alone, continuous pixels, clipped by
            nothing: around its pixels and, if it reaches out of the image, around its vertices.
        corner: (M, 2) int64, first column and row of each mask in the image.
        masks: M masks (h, w) bool, cut out of the image.
    """

    id: NDArray[np.uint32]
    box: NDArray[np.float64]
    corner: NDArray[np.int64]
    masks: tuple[NDArray[np.bool_], ...]

    @staticmethod
    def none() -> "Silhouettes":
        """Return those of no object."""
        return Silhouettes(np.zeros(0, np.uint32), np.zeros((0, 4)), np.zeros((0, 2), np.int64), ())

    def __len__(self) -> int:
        return len(self.id)
