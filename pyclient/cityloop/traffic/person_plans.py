"""What people are to do after a step: their places on a plan, and what they walk around."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STANCES = ("waiting", "standing")  # what somebody does who does not move


@dataclass(frozen=True)
class PlanSamples:
    """Where the plan has N people after a step, by rising number.

    Attributes:
        number: (N,) of the person, never used again.
        kind: N keys of PERSON_KINDS.
        party: (N,) number of the party.
        place: (N, 2) world, m.
        heading_rad: (N,) of the way, from east.
        pace_mps: (N,) at which they want to walk.
        held: (N,) who is not on a crossing: neither may they step onto one.
        roaming: (N,) who is not kept on sidewalks and crossings.
        stance: (N,) index into STANCES: what they do when they do not move.
        facing_rad: (N,) where they look when they stand, nan to look on.
    """

    number: NDArray[np.int64]
    kind: tuple[str, ...]
    party: NDArray[np.int64]
    place: Array
    heading_rad: Array
    pace_mps: Array
    held: NDArray[np.bool_]
    roaming: NDArray[np.bool_]
    stance: NDArray[np.int64]
    facing_rad: Array


@dataclass(frozen=True)
class Obstacles:
    """What people walk around and no plan knows: M discs on the ground.

    Attributes:
        position: (M, 2) at the newest sample, m.
        velocity: (M, 2) m/s.
        radius_m: (M,).
    """

    position: Array
    velocity: Array
    radius_m: Array

    @staticmethod
    def none() -> "Obstacles":
        """Return no obstacles."""
        return Obstacles(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))

    def rows(self, rows: NDArray[np.bool_]) -> "Obstacles":
        """Return those where `rows` (M,) is true."""
        return Obstacles(self.position[rows], self.velocity[rows], self.radius_m[rows])

    def followed_by(self, more: "Obstacles") -> "Obstacles":
        """Return these and others."""
        return Obstacles(
            np.concatenate([self.position, more.position]),
            np.concatenate([self.velocity, more.velocity]),
            np.concatenate([self.radius_m, more.radius_m]),
        )
