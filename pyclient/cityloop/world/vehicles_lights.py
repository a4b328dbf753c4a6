"""What a vehicle's lamps light: the road ahead, and red behind."""

import math

from cityloop.world.scene import Light
from cityloop.world.vehicles_kinds import VehicleKind, VehicleLamp

_ROAD_M = 26.0  # where the middle of a dipped beam meets the road
# White of a halogen lamp: some 3500 cd in the middle of a dipped beam and 500 cd to the sides, in
# the unit in which a street lamp of 1000 cd has 9 (props_signals.py).
_BEAM = (38.0, 35.0, 29.5)
_SPREAD = (6.0, 5.5, 4.65)
_BICYCLE = (4.0, 3.9, 3.6)
_TAIL = (0.45, 0.012, 0.008)
_BRAKE = (1.7, 0.05, 0.03)


def vehicle_lights(kind: VehicleKind) -> tuple[Light, ...]:
    """Return the lights of a kind, body frame: dipped beams, tail and brake lamps."""
    front = kind.box_center[0] + kind.length_m / 2
    rear = front - kind.length_m
    if kind.two_wheeled:
        lights = [_beam(front - 0.35, 0.0, 0.86, _BICYCLE, 12.0, 3.0, 26.0)]
        side, tail_m = 0.0, 0.6
    else:
        side = 0.36 * kind.width_m
        low = min(0.68 + 0.1 * (kind.height_m > 2.2), 0.8)
        lights = [_beam(front, 0.0, low, _BEAM, _ROAD_M, 2.0, 15.0)]
        lights += [_beam(front, y, low, _SPREAD, 11.0, 5.0, 50.0) for y in (side, -side)]
        tail_m = 0.85
    backwards = (-math.cos(0.2), 0.0, -math.sin(0.2))
    for bit, intensity in ((VehicleLamp.TAIL, _TAIL), (VehicleLamp.BRAKE, _BRAKE)):
        if kind.lamps & bit:
            lights += [
                Light(
                    (rear, y, tail_m),
                    backwards,
                    intensity,
                    math.radians(20.0),
                    math.radians(80.0),
                    int(bit).bit_length(),
                )
                for y in dict.fromkeys((side, -side))
            ]
    return tuple(lights)


def _beam(
    x: float,
    y: float,
    z: float,
    intensity: tuple[float, float, float],
    road_m: float,
    inner_deg: float,
    outer_deg: float,
) -> Light:
    """Return a head lamp at a place whose axis meets the road `road_m` ahead."""
    down = math.atan2(z, road_m)
    return Light(
        (x, y, z),
        (math.cos(down), 0.0, -math.sin(down)),
        intensity,
        math.radians(inner_deg),
        math.radians(outer_deg),
        int(VehicleLamp.HEAD).bit_length(),
    )
