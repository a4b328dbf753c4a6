"""Who is caught in a nook between an obstacle and a kerb, and the way out along the boundary.

People who touch the boundary of what is walkable go along it towards the side where their plan is
(see `crowd`). In a nook that is open towards the plan that side changes from step to step. Whoever
gets nowhere there goes along the boundary one way for a while, the next time the other way, as
algorithms of the family of V. Lumelsky and A. Stepanov, "Path-planning strategies for a point
mobile automaton moving amidst unknown obstacles of arbitrary shape" (Algorithmica 2, 1987), follow
it until the way is free.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.smoothing import Columns

Array = NDArray[np.float64]

BEHIND_M = 1.5  # of their plan: nearer to it they may have reached what they wait for
NOWHERE_M = 0.7  # who stays within this of a place gets nowhere
CAUGHT_S = 3.0  # after which somebody is caught
DETOUR_S = 4.0  # for which they go one way


@dataclass
class Detours(Columns):
    """A row per person."""

    anchor: Array  # (N, 2) the last place that they got away from, m
    caught_s: Array  # for which they have been getting nowhere
    left_s: Array  # of the detour, 0 without one
    sense: Array  # of the newest detour: 1 with the inside to the right, -1 to the left

    @staticmethod
    def none_at(position: Array) -> "Detours":
        """Return no detours of people at `position` (N, 2), m."""
        flat = np.zeros(len(position))
        return Detours(position.copy(), flat, flat.copy(), np.full(len(position), -1.0))

    def advance(self, position: Array, behind_m: Array, dt_s: float) -> Array:
        """Return (N,) which way along a boundary people go: 1 or -1 as `sense`, 0 as they like.

        Args:
            position: (N, 2) at the newest sample, m.
            behind_m: (N,) how far they are from their plan.
            dt_s: since the sample before.
        """
        away = np.hypot(*(position - self.anchor).T) > NOWHERE_M
        self.anchor[away] = position[away]
        self.caught_s = np.where(away | (behind_m < BEHIND_M), 0.0, self.caught_s + dt_s)
        self.left_s = np.maximum(self.left_s - dt_s, 0.0)
        begins = self.caught_s > CAUGHT_S
        self.sense[begins] *= -1.0
        self.left_s[begins], self.caught_s[begins] = DETOUR_S, 0.0
        return np.where(self.left_s > 0, self.sense, 0.0)
