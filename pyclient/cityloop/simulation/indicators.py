"""Who indicates: indicators flash, but mean the same in the dark half of a flash."""

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.vehicle_lamps import BLINK_PERIOD_S
from cityloop.world.vehicles import VehicleLamp

_SIDES = (VehicleLamp.LEFT, VehicleLamp.RIGHT)


class Indicators:
    """Remembers when each actor's indicators were last lit.

    An indicator that was lit less than half a flash and a tick ago still flashes.
    """

    def __init__(self, dt_s: float) -> None:
        self._hold_s = BLINK_PERIOD_S / 2 + dt_s
        self._lit_s = np.full((0, 2), -np.inf)  # by id: left, right

    def look(
        self, time_s: float, ids: NDArray[np.uint32], lamps: NDArray[np.uint32]
    ) -> NDArray[np.uint8]:
        """Return (N,) 0 none, 1 left, 2 right, 3 both, of actors by rising id; ticks in order."""
        if not len(ids):
            return np.zeros(0, dtype=np.uint8)
        room = int(ids[-1]) + 1 - len(self._lit_s)
        if room > 0:
            self._lit_s = np.concatenate([self._lit_s, np.full((room, 2), -np.inf)])
        flashing = np.zeros(len(ids), dtype=np.uint8)
        for side, lamp in enumerate(_SIDES):
            self._lit_s[ids[(lamps & lamp) != 0], side] = time_s
            recent = time_s - self._lit_s[ids, side] < self._hold_s
            flashing |= recent.astype(np.uint8) << side
        return flashing
