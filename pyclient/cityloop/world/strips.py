"""How parking strips are divided: groups of bays, and planted beds between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BAY_LENGTH_M = 5.5
BED_LENGTH_M = 2.0
NO_PARKING_M = 8.5  # before and behind a junction, where the crossings are

_BAYS_IN_A_GROUP = 3


@dataclass(frozen=True)
class Strip:
    """Layout of a parking lane; lengths in metres along its drawn centre line.

    Attributes:
        bays: (B,) where the bays start, each 5.5 m long.
        beds: (I,) where the beds start, each 2 m long.
    """

    bays: Array
    beds: Array


def lay_out(start_m: float, end_m: float) -> Strip:
    """Divide the strip from `start_m` to `end_m`: a planted bed after every third bay."""
    bays: list[float] = []
    beds: list[float] = []
    s = start_m
    while s + BAY_LENGTH_M <= end_m + 1e-9:
        bays.append(s)
        s += BAY_LENGTH_M
        if len(bays) % _BAYS_IN_A_GROUP == 0 and s + BED_LENGTH_M + BAY_LENGTH_M <= end_m:
            beds.append(s)
            s += BED_LENGTH_M
    return Strip(np.array(bays), np.array(beds))
