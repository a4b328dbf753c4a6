"""How much tyres hold, and how the weight is spread over the wheels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.protocol import geometry_pb2, scene_pb2
from cityloop.spatial.rotation import Array

# Peak coefficients of road adhesion on asphalt: dry 0.8 to 0.9, wet 0.5 to 0.7 (J. Y. Wong, "Theory
# of Ground Vehicles", table 1.2).
GRIP_DRY = 0.9
GRIP_WET = 0.6
# A wheel that carries less than this share of the weight lets the body tip over.
_LEAST_LOAD = 0.01
# A rider brakes and accelerates up to this share of what would lift a wheel.
_TIPPING_MARGIN = 0.6


def grip(wetness: float) -> float:
    """Return the coefficient of friction of tyres on ground of a `wetness` of 0 to 1."""
    return GRIP_DRY + (GRIP_WET - GRIP_DRY) * wetness


def braking_shares(
    at_rest: Array, per_g: Array, row: NDArray[np.int64], deceleration_g: Array
) -> Array:
    """Return (W,) shares of the weight that wheels carry while their bodies lose speed.

    Args:
        at_rest: (W,) as in `WheelLoads`, body by body.
        per_g: (W,) also.
        row: (W,) rising, the bodies of the wheels.
        deceleration_g: (N,) of all bodies; negative where they gain speed.
    """
    carried = np.maximum(at_rest + per_g * deceleration_g[row], 0.0)
    shares: Array = carried / np.bincount(row, carried, len(deceleration_g))[row]
    return shares


@dataclass(frozen=True)
class WheelLoads:
    """Shares of the weight that W wheels carry on flat ground.

    Attributes:
        at_rest: (W,) they sum to 1.
        per_g: (W,) what they gain for each g of deceleration; they sum to 0.
    """

    at_rest: Array
    per_g: Array

    def traction_g(self, driven: Sequence[int], grip: float) -> tuple[float, float]:
        """Return the accelerations forward and back, in g, at which the `driven` wheels slip.

        Their load changes with the acceleration: a = grip (at_rest - per_g a) for all of them.
        """
        chosen = list(driven)
        rest, shift = float(self.at_rest[chosen].sum()), float(self.per_g[chosen].sum())
        return grip * rest / (1 + grip * shift), grip * rest / (1 - grip * shift)

    @property
    def tipping_g(self) -> tuple[float, float]:
        """Deceleration and acceleration, in g, up to which a rider keeps all wheels down."""
        lost = np.stack([-self.per_g, self.per_g])
        most = np.where(lost > 1e-9, self.at_rest / np.maximum(lost, 1e-9), np.inf).min(axis=1)
        forward, backward = (_TIPPING_MARGIN * most).tolist()
        return forward, backward


def wheel_loads(dynamics: scene_pb2.VehicleDynamics) -> WheelLoads:
    """Return how the weight is spread over the wheels.

    Balance of forces and of moments about x and y; the smallest solution where several are. A body
    that a rider balances has no moment about x to carry.

    Raises:
        ValueError: if the wheels cannot carry the centre of mass (fewer than three, all in one
            line, or the centre of mass outside of them).
    """
    centers = np.array([_xyz(w.center)[:2] for w in dynamics.wheels]).reshape(-1, 2)
    com = np.array(_xyz(dynamics.center_of_mass))
    arms = (centers - com[:2]).T[: 1 if dynamics.balanced else 2]
    balance = np.vstack([np.ones(len(centers)), arms])
    forces = np.zeros((len(balance), 2))
    forces[0, 0] = 1.0
    forces[1, 1] = com[2]
    loads, _, rank, _ = np.linalg.lstsq(balance, forces, rcond=None)
    if rank < len(balance) or loads[:, 0].min() < _LEAST_LOAD:
        raise ValueError("its wheels do not span its centre of mass")
    return WheelLoads(loads[:, 0], loads[:, 1])


def _xyz(v: geometry_pb2.Vector3) -> tuple[float, float, float]:
    return (v.x, v.y, v.z)
