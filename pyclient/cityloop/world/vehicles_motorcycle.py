"""A motorcycle without fairing, and its rider.

Body frame: x forward, y left, z up, origin on the ground under the rear axle. Fork and handlebar
stay with the frame; the front wheel steers between the fork's tubes.
"""

import numpy as np

from cityloop.world.meshing import MIRROR_Y, MeshBuilder
from cityloop.world.people_posing import Handle, SeatedPose
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import (
    BLACK,
    BRAKE_LAMP,
    CHROME,
    FAR_HEADLAMP,
    HEADLAMP,
    LEFT_LAMP,
    PAINT,
    PLATE,
    RIGHT_LAMP,
    RIM,
    STEEL,
    TAIL_LAMP,
    TYRE,
    UNDER,
)
from cityloop.world.vehicles_riders import Rider, rider
from cityloop.world.vehicles_wheels import Z_TO_Y

# Middle of the outside of the number plate.
MOTORCYCLE_PLATE = (-0.349, 0.0, 0.60)
_GRIP_INNER = np.array([0.945, 0.20, 1.055])
_GRIP_OUTER = np.array([0.905, 0.365, 1.04])

MOTORCYCLIST = Rider(
    "man",
    SeatedPose(
        hips=(0.40, 0.0, 0.875),
        pelvis_lean=0.10,
        chest_lean=0.36,
        head_lean=0.02,
        ankles=((0.385, 0.205, 0.43), (0.385, -0.205, 0.43)),
        foot_pitch=(-0.12, -0.12),
        knees_out=0.22,
        handle=Handle(
            grip=(0.920, 0.305, 1.045), along=(0.24, -0.97, 0.09), reach=(0.95, 0.0, -0.25)
        ),
        elbows=(-0.4, 0.6, -0.6),
    ),
    motorcycle_gear=True,
)

# Tank from the seat to the steering head: x, half width at the widest, bottom and top z.
_TANK = (
    (0.60, 0.075, 0.70, 0.80),
    (0.66, 0.125, 0.69, 0.875),
    (0.76, 0.165, 0.69, 0.935),
    (0.88, 0.170, 0.72, 0.955),
    (0.98, 0.135, 0.77, 0.935),
    (1.03, 0.075, 0.80, 0.895),
)
# Seat and tail.
_SEAT = (
    (-0.22, 0.055, 0.80, 0.850),
    (-0.14, 0.095, 0.76, 0.868),
    (0.10, 0.125, 0.72, 0.850),
    (0.22, 0.135, 0.70, 0.800),
    (0.40, 0.125, 0.69, 0.782),
    (0.56, 0.085, 0.69, 0.800),
    (0.64, 0.070, 0.70, 0.815),
)


def _hull(
    builder: MeshBuilder, sections: tuple[tuple[float, float, float, float], ...], name: str,
    points: int, lower: float,
) -> None:  # fmt: skip
    """Add a rounded body through sections; `lower` is how square its underside is."""
    angle = 2 * np.pi * np.arange(points) / points
    rings = []
    for x, half, low, high in sections:
        middle, tall = (low + high) / 2, (high - low) / 2
        wide = np.where(np.sin(angle) < 0, lower, 1.0)
        y = half * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8 * wide
        z = middle + tall * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.8
        rings.append(np.column_stack([np.full(points, x), y, z]))
    builder.loft(np.array(rings), name, start_cap=name, end_cap=name, smooth_deg=70)


def motorcycle(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return the machine without wheels, and its rider, at a level of detail (0 finest)."""
    builder = MeshBuilder()
    points = (14, 8, 6)[level]
    tank, seat = (_TANK, _SEAT) if level < 2 else (_TANK[1::2], _SEAT[::2])
    _hull(builder, tank, PAINT, points, 0.85)
    _hull(builder, seat, BLACK, points, 0.75)
    _hull(
        builder,
        ((-0.26, 0.05, 0.775, 0.835), (-0.12, 0.11, 0.70, 0.815), (0.16, 0.135, 0.63, 0.765),
         (0.34, 0.10, 0.60, 0.70)),
        PAINT, (10, 6, 5)[level], 0.9,
    )  # fmt: skip
    _engine(builder, level)
    _chassis(builder, kind, level)
    _fork(builder, kind, level)
    _lamps(builder, kind, level)
    builder.add(rider(MOTORCYCLIST, level))
    return builder


def motorcycle_mirrors(level: int) -> MeshBuilder:
    """Return the two mirrors, which do not count to the dimension."""
    left = MeshBuilder()
    end = np.array([0.92, 0.40, 1.27])
    if level < 2:
        left.cylinder((0.945, 0.21, 1.06), end - (0, 0, 0.03), 0.006, BLACK, segments=4)
    left.box(end, (0.025, 0.13, 0.08), BLACK)
    builder = MeshBuilder()
    builder.add(left)
    builder.add(left, MIRROR_Y)
    return builder


def _engine(builder: MeshBuilder, level: int) -> None:
    builder.box((0.66, 0, 0.42), (0.40, 0.30, 0.24), UNDER)
    if level < 2:
        builder.cylinder(
            (0.60, -0.19, 0.42), (0.60, 0.19, 0.42), 0.10, STEEL, segments=(12, 6)[level]
        )
        builder.cylinder(
            (0.78, -0.17, 0.40), (0.78, 0.17, 0.40), 0.07, STEEL, segments=(10, 6)[level]
        )
        for i in range((5, 1)[level]):  # cooling fins
            z = 0.55 + 0.035 * i
            builder.box((0.78, 0, z), (0.19, 0.26, 0.018), STEEL)
        builder.box((0.78, 0, 0.62), (0.15, 0.20, 0.16), UNDER)
    else:
        builder.box((0.74, 0, 0.60), (0.22, 0.24, 0.18), UNDER)
    sides = (10, 6, 4)[level]
    # Exhaust: header, and a silencer on the right.
    if level < 2:
        builder.cylinder((0.88, -0.09, 0.60), (0.97, -0.11, 0.42), 0.022, CHROME, segments=sides)
        builder.cylinder((0.97, -0.11, 0.42), (0.80, -0.15, 0.26), 0.022, CHROME, segments=sides)
        builder.cylinder((0.80, -0.15, 0.26), (0.28, -0.17, 0.27), 0.022, CHROME, segments=sides)
    builder.cylinder((0.30, -0.17, 0.28), (-0.22, -0.19, 0.42), 0.045, CHROME,
                     end_radius_m=0.055, segments=sides)  # fmt: skip


def _chassis(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    r = kind.wheel_radius_m
    sides = (8, 5, 3)[level]
    half = MeshBuilder()
    # Swing arm, frame tube, shock absorber, foot peg: outside of the wheel and its margin.
    half.cylinder((0.0, 0.135, r), (0.50, 0.125, 0.40), 0.026, BLACK, segments=sides)
    half.cylinder((0.05, 0.150, r + 0.03), (0.20, 0.13, 0.68), 0.026, CHROME, segments=sides)
    if level < 2:
        half.cylinder((0.42, 0.12, 0.42), (0.98, 0.04, 0.83), 0.022, BLACK, segments=sides)
        half.cylinder((0.30, 0.12, 0.68), (0.52, 0.13, 0.38), 0.018, BLACK, segments=sides)
        half.cylinder((0.47, 0.12, 0.335), (0.47, 0.255, 0.335), 0.014, BLACK, segments=sides)
    builder.add(half)
    builder.add(half, MIRROR_Y)


def _guard(
    builder: MeshBuilder, center: tuple[float, float], radius: float, half: float,
    angles: np.ndarray[tuple[int], np.dtype[np.float64]], name: str,
) -> None:  # fmt: skip
    """Add a mudguard: a strip around a tyre, seen from both sides."""
    rows = np.stack(
        [
            np.stack(
                [center[0] + s * np.cos(angles), np.full_like(angles, y),
                 center[1] + s * np.sin(angles)], axis=1,
            )
            for y, s in ((half, radius - 0.03), (half * 0.7, radius), (-half * 0.7, radius),
                         (-half, radius - 0.03))
        ],
        axis=1,
    )  # fmt: skip
    builder.loft(rows[:, ::-1], name, closed=False, smooth_deg=60)
    builder.loft(rows, BLACK, closed=False, smooth_deg=60)


def _fork(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    r, base = kind.wheel_radius_m, kind.wheelbase_m
    sides = (10, 6, 3)[level]
    half = MeshBuilder()
    top = np.array([1.045, 0.130, 0.985])
    axle = np.array([base, 0.130, r])
    lower = axle + 0.42 * (top - axle)
    half.cylinder(axle, lower, 0.030, BLACK, segments=sides)
    half.cylinder(lower, top, 0.021, CHROME, segments=sides)
    half.cylinder((0.99, 0.0, 1.045), _GRIP_INNER, 0.013, BLACK, segments=sides)
    half.cylinder(_GRIP_INNER, _GRIP_OUTER, 0.018, BLACK, segments=sides)
    if level < 2:
        half.cylinder(
            _GRIP_INNER + (0.05, 0, 0), _GRIP_OUTER + (0.055, -0.02, -0.015), 0.007, CHROME,
            segments=4,
        )  # fmt: skip
    builder.add(half)
    builder.add(half, MIRROR_Y)
    for at in (top, axle + 0.72 * (top - axle)):
        builder.box((at[0] - 0.02, 0, at[2] - 0.01), (0.10, 0.30, 0.03), BLACK)
    steps = (8, 5, 3)[level]
    _guard(builder, (base, r), r + 0.040, 0.075,
           np.linspace(np.radians(48), np.radians(150), steps), PAINT)  # fmt: skip
    _guard(builder, (0.0, r), r + 0.045, 0.10,
           np.linspace(np.radians(65), np.radians(160), steps), BLACK)  # fmt: skip


def _lamps(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    sides = (14, 8, 6)[level]
    head = np.array([1.165, 0.0, 0.90])
    builder.cylinder(head - (0.10, 0, 0), head, 0.055, BLACK, end_radius_m=0.088, segments=sides)
    name = FAR_HEADLAMP if level == 2 else HEADLAMP
    lens = MeshBuilder()
    lens.lathe([(0.088, 0.0), (0.07, 0.014), (0.0, 0.024)], name, segments=sides)
    place = np.eye(4)
    place[:3, :3] = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    place[:3, 3] = head
    builder.add(lens, place)
    if level < 2:
        for y in (-0.04, 0.04):
            builder.cylinder((1.02, y, 0.98), (0.99, y, 1.05), 0.015, BLACK, segments=5)
        builder.box((1.03, 0, 1.075), (0.05, 0.20, 0.08), BLACK)  # instruments
    rear = -kind.rear_overhang_m
    # The plate's carrier reaches the rear end.
    builder.box((-0.275, 0, 0.790), (0.03, 0.13, 0.05), TAIL_LAMP)
    builder.box((-0.278, 0, 0.740), (0.03, 0.10, 0.035), BRAKE_LAMP)
    builder.box((-0.27, 0, 0.66), (0.10, 0.05, 0.14), BLACK)
    builder.box((rear + 0.012, 0, 0.60), (0.012, 0.20, 0.16), PLATE)
    builder.box((rear + 0.026, 0, 0.63), (0.016, 0.21, 0.22), BLACK)
    for side, lamp in ((1, LEFT_LAMP), (-1, RIGHT_LAMP)):
        for x, y, z in ((1.09, 0.20, 0.90), (-0.25, 0.15, 0.74)):
            if level < 2:
                builder.cylinder((x, side * 0.06, z), (x, side * y, z), 0.008, BLACK, segments=4)
            builder.box((x, side * y, z), (0.05, 0.065, 0.045), lamp)


def motorcycle_wheel(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return a cast wheel with brake discs; part frame: origin at the centre, y along the axle."""
    r, half = kind.wheel_radius_m, kind.wheel_width_m / 2
    segments = (24, 12, 9)[level]
    rim = 0.70 * r
    turned = MeshBuilder()
    if level == 0:
        profile = [
            (rim - 0.012, -0.8 * half), (rim + 0.01, -half + 0.006), (r - 0.045, -half),
            (r - 0.010, -0.55 * half), (r, -0.2 * half), (r, 0.2 * half),
            (r - 0.010, 0.55 * half), (r - 0.045, half), (rim + 0.01, half - 0.006),
            (rim - 0.012, 0.8 * half), (rim - 0.012, -0.8 * half),
        ]  # fmt: skip
        names = [RIM, *[TYRE] * 7, RIM, RIM]
    else:
        profile = [(rim, -half), (r, -0.4 * half), (r, 0.4 * half), (rim, half), (rim, -half)]
        names = [TYRE] * 3 + [RIM]
    turned.lathe(profile, names, segments=segments, smooth_deg=50)
    if level == 2:
        turned.lathe([(rim, 0.02), (0.0, 0.02)], RIM, segments=segments)
        turned.lathe([(0.0, -0.02), (rim, -0.02)], RIM, segments=segments)
    else:
        turned.cylinder((0, 0, -0.07), (0, 0, 0.07), 0.035, BLACK, segments=(10, 6)[level])
        for i in range(5):
            angle = 2 * np.pi * i / 5
            along = np.array([np.cos(angle), np.sin(angle), 0.0])
            turned.cylinder(0.03 * along, rim * along, 0.020, RIM, end_radius_m=0.015,
                            segments=(6, 4)[level], caps=False)  # fmt: skip
    if level == 0:
        for z in (-0.066, 0.066):
            turned.cylinder((0, 0, z - 0.003), (0, 0, z + 0.003), 0.135, CHROME, segments=16)
    builder = MeshBuilder()
    builder.add(turned, Z_TO_Y)
    return builder
