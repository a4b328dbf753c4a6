"""Which lamps of a vehicle are lit, for many vehicles at once."""

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.world.vehicles import VehicleLamp

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

BRAKE_LAMP_ON_MPS2 = -0.7
BRAKE_LAMP_OFF_MPS2 = -0.25
HOLDING_MPS = 0.3  # below it, and unless moving off, a driver holds the brake
MOVING_OFF_MPS2 = 0.2
BLINK_PERIOD_S = 0.7  # 60 to 120 flashes a minute are allowed (UN R48)
INDICATOR_HOLD_S = 1.5  # an indicator stays on this long after its cause: no single flashes

# SUMO's vehicle signals, a bit set.
SIGNAL_RIGHT = 1
SIGNAL_LEFT = 2


@compiled
def is_braking(braking: bool, speed: float, acceleration: float) -> bool:
    """Return whether a vehicle's brake lamps are lit, with hysteresis.

    Args:
        braking: whether they were.
        speed: along the vehicle, m/s.
        acceleration: along the vehicle, m/s^2.
    """
    holding = speed < HOLDING_MPS and acceleration < MOVING_OFF_MPS2
    threshold = BRAKE_LAMP_OFF_MPS2 if braking else BRAKE_LAMP_ON_MPS2
    return holding or acceleration < threshold


def lamps(
    time_s: float, *, dark: bool, braking: Flags, left: Flags, right: Flags
) -> NDArray[np.uint32]:
    """Return (N,) bit sets of VehicleLamp.

    Args:
        time_s: of the tick; all indicators flash together.
        dark: head and tail lamps are lit.
        braking: (N,) brake lamps.
        left: (N,) the indicator is on.
        right: likewise; both are the hazard warning.
    """
    night = int(VehicleLamp.HEAD | VehicleLamp.TAIL) if dark else 0
    flash = flashing(time_s)
    bits = np.full(len(braking), night, dtype=np.uint32)
    bits |= np.where(braking, np.uint32(VehicleLamp.BRAKE), np.uint32(0))
    bits |= np.where(left & flash, np.uint32(VehicleLamp.LEFT), np.uint32(0))
    bits |= np.where(right & flash, np.uint32(VehicleLamp.RIGHT), np.uint32(0))
    return bits


def flashing(time_s: float) -> bool:
    """Tell whether indicators that are on are lit at a time."""
    return (time_s / BLINK_PERIOD_S) % 1.0 < 0.5
