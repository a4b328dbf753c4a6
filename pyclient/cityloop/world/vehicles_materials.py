"""Materials of vehicles. Tint 1 is the paint; lamps are lit by the bits of `VehicleLamp`."""

from cityloop.world.scene import Material, Rgb
from cityloop.world.vehicles_kinds import VehicleLamp

PAINT = "vehicle/paint"
PAINT_LOW = "vehicle/paint_low"  # where wheels splash it
GLASS = "vehicle/glass"
PANE = "vehicle/pane"  # glass that one looks through from near by
PANE_INSIDE = "vehicle/pane_inside"
LINER = "vehicle/liner"
CEILING = "vehicle/ceiling"
SEAT = "vehicle/seat"
SALON_LINER = "vehicle/salon_liner"  # of a bus, lit from within with the head lamps
SALON_CEILING = "vehicle/salon_ceiling"
SALON_SEAT = "vehicle/salon_seat"
SALON_POLE = "vehicle/salon_pole"
SALON_GLASS = "vehicle/salon_glass"  # its windows from afar
BLACK = "vehicle/black_plastic"  # pillars, trim, grille, bumper inserts
UNDER = "vehicle/underbody"
GAP = "vehicle/gap"
CHROME = "vehicle/chrome"
TYRE = "vehicle/tyre"
RIM = "vehicle/rim"
STEEL = "vehicle/steel_rim"
PLATE = "vehicle/number_plate"
PLATE_INK = "vehicle/number_plate_ink"
HEADLAMP = "vehicle/headlamp"
FAR_HEADLAMP = "vehicle/headlamp_far"  # lens and lamp in one, seen from afar
LENS = "vehicle/lamp_lens"
TAIL_LAMP = "vehicle/tail_lamp"
BRAKE_LAMP = "vehicle/brake_lamp"
LEFT_LAMP = "vehicle/indicator_left"
RIGHT_LAMP = "vehicle/indicator_right"
REVERSE_LAMP = "vehicle/reverse_lamp"
TAXI_SIGN = "vehicle/taxi_sign"
DESTINATION = "vehicle/destination_sign"
CARGO = "vehicle/cargo_box"
BEACON = "vehicle/blue_light"
LIVERY_BLUE = "vehicle/livery_blue"
LIVERY_GREEN = "vehicle/livery_green"
LIVERY_RED = "vehicle/livery_red"
LIVERY_YELLOW = "vehicle/livery_yellow"


def _lamp(name: str, color: Rgb, emissive: Rgb, bit: VehicleLamp) -> Material:
    """Return a lamp's material; a lamp's number counts bits from 1."""
    return Material(name, color, roughness=0.15, emissive=emissive, lamp=int(bit).bit_length())


def _lit_within(name: str, color: Rgb, glow: float, roughness: float) -> Material:
    """Return a material of a bus's inside, where lamps shine: so much of what falls on it."""
    r, g, b = color
    light = (glow * r, 0.95 * glow * g, 0.82 * glow * b)
    return Material(name, color, roughness, emissive=light, lamp=int(VehicleLamp.HEAD).bit_length())


VEHICLE_MATERIALS: tuple[Material, ...] = (
    Material(PAINT, (1.0, 1.0, 1.0), roughness=0.15, tint_slot=1),
    Material(PAINT_LOW, (1.0, 1.0, 1.0), roughness=0.42, tint_slot=7),
    Material(GLASS, (0.028, 0.034, 0.037), roughness=0.05),
    Material(PANE, (1.0, 1.0, 1.0), roughness=0.12, pane=True),
    # Glass seen from within shows the street outside, a little darker than it is.
    Material(PANE_INSIDE, (0.24, 0.26, 0.28), roughness=0.35),
    Material(LINER, (0.050, 0.050, 0.052), roughness=0.85),
    Material(CEILING, (0.26, 0.255, 0.245), roughness=0.95),
    Material(SEAT, (0.070, 0.070, 0.076), roughness=0.8),
    _lit_within(SALON_LINER, (0.13, 0.13, 0.135), 0.4, 0.8),
    _lit_within(SALON_CEILING, (0.42, 0.42, 0.41), 0.45, 0.9),
    _lit_within(SALON_SEAT, (0.045, 0.085, 0.20), 0.4, 0.85),
    _lit_within(SALON_POLE, (0.70, 0.48, 0.03), 0.35, 0.4),
    _lit_within(SALON_GLASS, (0.045, 0.050, 0.053), 2.2, 0.05),
    Material(BLACK, (0.020, 0.020, 0.021), roughness=0.75),
    Material(UNDER, (0.008, 0.008, 0.008), roughness=0.95),
    Material(GAP, (0.10, 0.10, 0.10), roughness=0.9, tint_slot=1),
    Material(CHROME, (0.62, 0.63, 0.64), roughness=0.18, metallic=1.0),
    Material(TYRE, (0.026, 0.026, 0.027), roughness=0.85),
    Material(RIM, (0.52, 0.53, 0.54), roughness=0.35, metallic=0.8),
    Material(STEEL, (0.22, 0.22, 0.23), roughness=0.5, metallic=0.5),
    Material(PLATE, (0.75, 0.75, 0.72), roughness=0.5),
    Material(PLATE_INK, (0.012, 0.012, 0.016), roughness=0.6),
    _lamp(HEADLAMP, (0.70, 0.72, 0.74), (6.0, 5.8, 5.2), VehicleLamp.HEAD),
    _lamp(FAR_HEADLAMP, (0.22, 0.23, 0.24), (3.5, 3.4, 3.0), VehicleLamp.HEAD),
    Material(LENS, (0.27, 0.275, 0.28), roughness=0.08),
    _lamp(TAIL_LAMP, (0.26, 0.010, 0.010), (0.5, 0.012, 0.008), VehicleLamp.TAIL),
    _lamp(BRAKE_LAMP, (0.20, 0.008, 0.008), (2.6, 0.06, 0.04), VehicleLamp.BRAKE),
    _lamp(LEFT_LAMP, (0.45, 0.17, 0.02), (3.0, 1.0, 0.06), VehicleLamp.LEFT),
    _lamp(RIGHT_LAMP, (0.45, 0.17, 0.02), (3.0, 1.0, 0.06), VehicleLamp.RIGHT),
    _lamp(REVERSE_LAMP, (0.55, 0.55, 0.55), (3.0, 3.0, 2.9), VehicleLamp.REVERSE),
    Material(TAXI_SIGN, (0.80, 0.62, 0.05), roughness=0.4, emissive=(0.25, 0.18, 0.01)),
    Material(DESTINATION, (0.05, 0.03, 0.01), roughness=0.3, emissive=(1.1, 0.45, 0.03)),
    _lamp(BEACON, (0.01, 0.03, 0.30), (0.02, 0.22, 5.0), VehicleLamp.BEACON),
    Material(LIVERY_BLUE, (0.012, 0.045, 0.28), roughness=0.35),
    Material(LIVERY_GREEN, (0.02, 0.20, 0.045), roughness=0.35),
    Material(LIVERY_RED, (0.40, 0.02, 0.02), roughness=0.35),
    Material(LIVERY_YELLOW, (0.62, 0.72, 0.03), roughness=0.35),
    Material(CARGO, (0.72, 0.73, 0.73), roughness=0.45),
)
