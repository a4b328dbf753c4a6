"""Kinds of vehicles: their measures, paints and lamps.

Body frame: x forward, y left, z up, origin on the ground under the rear axle.
"""

from dataclasses import dataclass, replace
from enum import IntFlag

from cityloop.errors import ScenarioError
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles_palettes import (
    AMBULANCE_PAINTS,
    BICYCLE_HELMETS,
    BICYCLE_PAINTS,
    BUS_PAINTS,
    CAR_PAINTS,
    MOTORCYCLE_HELMETS,
    MOTORCYCLE_PAINTS,
    POLICE_PAINTS,
    TAXI_PAINTS,
    TRUCK_PAINTS,
    VAN_PAINTS,
    Palette,
)


class VehicleLamp(IntFlag):
    """Bits of a vehicle's lamps; combine them with `|`."""

    HEAD = 1
    TAIL = 2
    BRAKE = 4
    LEFT = 8
    RIGHT = 16
    REVERSE = 32
    BEACON = 64  # blue lights of police cars and ambulances


ROAD_LAMPS = (
    VehicleLamp.HEAD | VehicleLamp.TAIL | VehicleLamp.BRAKE | VehicleLamp.LEFT | VehicleLamp.RIGHT
)


@dataclass(frozen=True)
class VehicleKind:
    """Measures of a kind of vehicle.

    Attributes:
        name: key in `VEHICLE_KINDS` and name of the prototype.
        wheelbase_m: front axle to rear axle.
        rear_overhang_m: rear axle to rear end.
        front_overhang_m: front axle to front end.
        width_m: without mirrors.
        height_m: ground to the highest point, signs on the roof included.
        track_m: between the middles of the left and right wheel, 0 for a two-wheeler.
        wheel_radius_m: of the tyre.
        wheel_width_m: of the tyre.
        clearance_m: ground to the lowest point of the collision shape.
        mass_kg: with driver or rider.
        center_of_mass: body frame, m.
        drag_area_m2: drag coefficient times frontal area (see DRAG_AREAS_M2).
        max_accel_mps2: from rest, at full throttle.
        max_decel_mps2: at full brake.
        max_speed_mps: top speed.
        front_driven: whether the front wheels drive; the rear wheels else.
        semantic: class id of its pixels.
        paint: colours and how often they are seen.
        lamps: which it has.
        helmet: colours of the rider's helmet; () for a vehicle without a rider to be seen.
    """

    name: str
    wheelbase_m: float
    rear_overhang_m: float
    front_overhang_m: float
    width_m: float
    height_m: float
    track_m: float
    wheel_radius_m: float
    wheel_width_m: float
    clearance_m: float
    mass_kg: float
    center_of_mass: tuple[float, float, float]
    drag_area_m2: float
    max_accel_mps2: float
    max_decel_mps2: float
    max_speed_mps: float
    front_driven: bool
    semantic: SemanticClass
    paint: Palette
    lamps: VehicleLamp = ROAD_LAMPS
    helmet: Palette = ()

    @property
    def two_wheeled(self) -> bool:
        """Whether its wheels stand in one line and a rider balances it."""
        return self.track_m == 0.0

    @property
    def wheel_centers(self) -> tuple[tuple[float, float, float], ...]:
        """Wheel centres at rest, body frame, m.

        Front left, front right, rear left, rear right; of a two-wheeler front and rear.
        """
        half, r = self.track_m / 2, self.wheel_radius_m
        if self.two_wheeled:
            return ((self.wheelbase_m, 0.0, r), (0.0, 0.0, r))
        return (
            (self.wheelbase_m, half, r),
            (self.wheelbase_m, -half, r),
            (0.0, half, r),
            (0.0, -half, r),
        )

    @property
    def length_m(self) -> float:
        """Rear end to front end."""
        return self.rear_overhang_m + self.wheelbase_m + self.front_overhang_m

    @property
    def dimension(self) -> tuple[float, float, float]:
        """(length, width, height), m; without mirrors, reaching the ground."""
        return (self.length_m, self.width_m, self.height_m)

    @property
    def box_center(self) -> tuple[float, float, float]:
        """Centre of the box of `dimension`, body frame, m."""
        return (self.length_m / 2 - self.rear_overhang_m, 0.0, self.height_m / 2)


# Drag coefficient times frontal area. Cars, vans, lorries and buses: W.-H. Hucho (ed.),
# "Aerodynamics of Road Vehicles" (4th ed., 1998), coefficients of each class (cars 0.28 to 0.38,
# vans 0.35, lorries and city buses 0.6 to 0.7) on the frontal areas of the kinds here; motorcycle
# with a rider sitting up: the same book; bicycle: D. G. Wilson, "Bicycling Science" (3rd ed.,
# 2004), an upright rider on a roadster.
DRAG_AREAS_M2 = {
    "sedan": 0.62,
    "hatchback": 0.66,
    "suv": 0.92,
    "estate": 0.65,
    "taxi": 0.69,
    "police": 0.72,
    "pickup": 1.15,
    "van": 1.55,
    "ambulance": 2.0,
    "truck": 4.9,
    "bus": 4.7,
    "motorcycle": 0.50,
    "bicycle": 0.55,
}


def _car(
    name: str,
    lengths: tuple[float, float, float],
    width_height: tuple[float, float],
    wheel_radius_m: float,
    mass_kg: float,
    paint: Palette = CAR_PAINTS,
    clearance_m: float = 0.22,
    max_accel_mps2: float = 3.4,
) -> VehicleKind:
    rear, wheelbase, front = lengths
    width, height = width_height
    return VehicleKind(
        name=name,
        wheelbase_m=wheelbase,
        rear_overhang_m=rear,
        front_overhang_m=front,
        width_m=width,
        height_m=height,
        track_m=width - 0.27,
        wheel_radius_m=wheel_radius_m,
        wheel_width_m=0.215,
        clearance_m=clearance_m,
        mass_kg=mass_kg,
        center_of_mass=(0.52 * wheelbase, 0.0, 0.36 * height),
        drag_area_m2=DRAG_AREAS_M2[name],
        max_accel_mps2=max_accel_mps2,
        max_decel_mps2=9.0,
        max_speed_mps=55.0,
        front_driven=True,
        semantic=SemanticClass.CAR,
        paint=paint,
    )


def _pickup() -> VehicleKind:
    """Return a pickup with four doors: a frame on stiff springs, driven at the rear."""
    car = _car("pickup", (1.25, 3.15, 0.92), (1.86, 1.80), 0.38, 2050.0, clearance_m=0.32)
    return replace(car, front_driven=False, max_decel_mps2=8.0, max_speed_mps=48.0)


def _ambulance(van: VehicleKind) -> VehicleKind:
    """Return a van with a high roof, a light bar and what it takes to treat people."""
    return replace(
        van,
        name="ambulance",
        height_m=2.74,
        mass_kg=3100.0,
        center_of_mass=(1.58, 0.0, 0.95),
        drag_area_m2=DRAG_AREAS_M2["ambulance"],
        paint=AMBULANCE_PAINTS,
        lamps=ROAD_LAMPS | VehicleLamp.BEACON,
    )


def _police() -> VehicleKind:
    """Return an estate with a light bar on its roof."""
    estate = _car("police", (1.02, 2.82, 0.88), (1.83, 1.61), 0.325, 1750.0, paint=POLICE_PAINTS)
    return replace(estate, lamps=ROAD_LAMPS | VehicleLamp.BEACON, max_accel_mps2=4.0)


_VAN = VehicleKind(
    name="van",
    wheelbase_m=3.30,
    rear_overhang_m=1.15,
    front_overhang_m=0.95,
    width_m=2.00,
    height_m=2.40,
    track_m=1.72,
    wheel_radius_m=0.345,
    wheel_width_m=0.22,
    clearance_m=0.28,
    mass_kg=2300.0,
    center_of_mass=(1.716, 0.0, 0.864),
    drag_area_m2=DRAG_AREAS_M2["van"],
    max_accel_mps2=2.6,
    max_decel_mps2=8.0,
    max_speed_mps=42.0,
    front_driven=True,
    semantic=SemanticClass.CAR,
    paint=VAN_PAINTS,
)

VEHICLE_KINDS: dict[str, VehicleKind] = {
    kind.name: kind
    for kind in (
        _car("sedan", (1.04, 2.80, 0.86), (1.83, 1.45), 0.325, 1550.0),
        _car("hatchback", (0.74, 2.56, 0.80), (1.78, 1.48), 0.310, 1250.0),
        _car("suv", (0.98, 2.70, 0.92), (1.88, 1.70), 0.360, 1900.0, clearance_m=0.28),
        _car("estate", (1.02, 2.82, 0.88), (1.83, 1.49), 0.325, 1620.0),
        _car("taxi", (1.02, 2.82, 0.88), (1.83, 1.63), 0.325, 1650.0, paint=TAXI_PAINTS),
        _police(),
        _pickup(),
        _VAN,
        _ambulance(_VAN),
        VehicleKind(
            name="truck",
            wheelbase_m=4.20,
            rear_overhang_m=2.00,
            front_overhang_m=1.30,
            width_m=2.40,
            height_m=3.20,
            track_m=2.06,
            wheel_radius_m=0.48,
            wheel_width_m=0.28,
            clearance_m=0.45,
            mass_kg=7500.0,
            center_of_mass=(1.932, 0.0, 1.152),
            drag_area_m2=DRAG_AREAS_M2["truck"],
            max_accel_mps2=1.4,
            max_decel_mps2=6.5,
            max_speed_mps=25.0,
            front_driven=False,
            semantic=SemanticClass.TRUCK,
            paint=TRUCK_PAINTS,
        ),
        VehicleKind(
            name="bus",
            wheelbase_m=5.90,
            rear_overhang_m=3.35,
            front_overhang_m=2.75,
            width_m=2.55,
            height_m=3.10,
            track_m=2.18,
            wheel_radius_m=0.48,
            wheel_width_m=0.29,
            clearance_m=0.36,
            mass_kg=13500.0,
            center_of_mass=(2.714, 0.0, 1.116),
            drag_area_m2=DRAG_AREAS_M2["bus"],
            max_accel_mps2=1.2,
            max_decel_mps2=6.0,
            max_speed_mps=23.0,
            front_driven=False,
            semantic=SemanticClass.BUS,
            paint=BUS_PAINTS,
        ),
        VehicleKind(
            name="motorcycle",
            wheelbase_m=1.43,
            rear_overhang_m=0.355,
            front_overhang_m=0.31,
            width_m=0.76,
            height_m=1.68,
            track_m=0.0,
            wheel_radius_m=0.31,
            wheel_width_m=0.13,
            clearance_m=0.22,
            mass_kg=280.0,  # 200 kg and a rider of 80 kg
            center_of_mass=(0.68, 0.0, 0.64),
            drag_area_m2=DRAG_AREAS_M2["motorcycle"],
            max_accel_mps2=5.0,
            max_decel_mps2=8.0,
            max_speed_mps=50.0,
            front_driven=False,
            semantic=SemanticClass.MOTORCYCLE,
            paint=MOTORCYCLE_PAINTS,
            helmet=MOTORCYCLE_HELMETS,
        ),
        VehicleKind(
            name="bicycle",
            wheelbase_m=1.07,
            rear_overhang_m=0.39,
            front_overhang_m=0.35,
            width_m=0.69,
            height_m=1.775,
            track_m=0.0,
            wheel_radius_m=0.35,
            wheel_width_m=0.04,
            clearance_m=0.22,
            mass_kg=90.0,  # 15 kg and a rider of 75 kg
            center_of_mass=(0.42, 0.0, 1.02),
            drag_area_m2=DRAG_AREAS_M2["bicycle"],
            # A strong start; and as hard a stop as does not lift the rear wheel, 0.6 g, less a
            # margin (D. G. Wilson, "Bicycling Science", 2004).
            max_accel_mps2=1.6,
            max_decel_mps2=5.0,
            max_speed_mps=10.0,
            front_driven=False,
            semantic=SemanticClass.BICYCLE,
            paint=BICYCLE_PAINTS,
            lamps=VehicleLamp.HEAD | VehicleLamp.TAIL,
            helmet=BICYCLE_HELMETS,
        ),
    )
}


def find_kind(name: str) -> VehicleKind:
    """Return the kind of that name; raises `ScenarioError` for an unknown one."""
    try:
        return VEHICLE_KINDS[name]
    except KeyError:
        known = ", ".join(VEHICLE_KINDS)
        raise ScenarioError(f"there is no vehicle kind {name!r}; choose one of: {known}") from None
