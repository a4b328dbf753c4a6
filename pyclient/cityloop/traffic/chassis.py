"""What the motion of a vehicle depends on, for one kind and for many vehicles as columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GUIDE_M = 2.0  # from the front bumper back to the point that follows SUMO's path


@dataclass(frozen=True)
class Chassis:
    """What the motion of a vehicle kind depends on.

    Attributes:
        wheelbase_m: rear to front axle.
        front_overhang_m: front axle to front bumper.
        wheel_centers: (W, 2) x and y of the wheels in the body frame, prototype order, m.
        wheel_radii_m: (W,).
        steered: (W,) bool.
    """

    wheelbase_m: float
    front_overhang_m: float
    wheel_centers: Array
    wheel_radii_m: Array
    steered: NDArray[np.bool_]

    @property
    def guide_m(self) -> float:
        """Distance from the body's origin to the guide point.

        What is too short for a point so far behind its front is guided at the front axle.
        """
        behind = self.bumper_m - GUIDE_M
        return min(self.wheelbase_m, behind) if behind > self.wheelbase_m / 3 else self.wheelbase_m

    @property
    def bumper_m(self) -> float:
        """Distance from the body's origin to the front bumper."""
        return self.wheelbase_m + self.front_overhang_m


class ChassisTable:
    """The chassis of all kinds as columns, wheels padded to the same number.

    Attributes:
        kinds: their names; a kind's place in it is its index in the columns.
        wheelbase, guide, bumper: (K,) m, as in `Chassis`.
        wheel_count: (K,) how many of the padded wheels there are.
        radii, wheel_x, wheel_y: (K, W) m.
        steered: (K, W).
    """

    def __init__(self, chassis: Mapping[str, Chassis]) -> None:
        self.kinds = tuple(chassis)
        every = list(chassis.values())
        n, most = len(every), max((len(c.wheel_radii_m) for c in every), default=0)
        self.wheelbase = np.array([c.wheelbase_m for c in every])
        self.guide = np.array([c.guide_m for c in every])
        self.bumper = np.array([c.bumper_m for c in every])
        self.wheel_count = np.array([len(c.wheel_radii_m) for c in every], dtype=np.intp)
        self.radii = np.ones((n, most))
        self.wheel_x, self.wheel_y = np.zeros((n, most)), np.zeros((n, most))
        self.steered = np.zeros((n, most), dtype=bool)
        for i, c in enumerate(every):
            count = len(c.wheel_radii_m)
            self.wheel_x[i, :count], self.wheel_y[i, :count] = c.wheel_centers.T
            self.radii[i, :count] = c.wheel_radii_m
            self.steered[i, :count] = c.steered

    @property
    def most_wheels(self) -> int:
        """W, the number of columns of the wheels."""
        return int(self.radii.shape[1])
