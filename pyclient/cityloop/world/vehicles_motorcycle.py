"""A motorcycle without fairing, and its rider.

Body frame: x forward, y left, z up, origin on the ground under the rear axle. The lower
fork and the handlebar with the upper fork are parts of their own, which turn with the front wheel's
steering.
"""

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MIRROR_Y, MeshBuilder, translation
from cityloop.world.people_posing import Handle, SeatedPose
from cityloop.world.riding import Rider, Standing
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
from cityloop.world.vehicles_wheels import Z_TO_Y

Array = NDArray[np.float64]

MOTORCYCLE_HEAD_X_M = 1.03  # of the axis about which the handlebar turns
_GUARD_STEPS = (8, 5, 3)
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
        bar_x=MOTORCYCLE_HEAD_X_M,
    ),
    Standing(
        hips=(0.42, 0.02, 0.862),
        pelvis_lean=0.08,
        chest_lean=0.28,
        pelvis_roll=0.05,
        sole=(0.50, 0.315, 0.0),
        foot_pitch=0.0,
    ),
    twist=0.45,
    bend=0.5,
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
    """Return frame and engine at a level of detail (0 finest), without what turns."""
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
    r = kind.wheel_radius_m
    around = np.linspace(np.radians(65), np.radians(160), _GUARD_STEPS[level])
    _guard(builder, (0.0, r), r + 0.045, 0.10, around, BLACK)
    _rear(builder, kind, level)
    return builder


def motorcycle_mirrors(level: int) -> MeshBuilder:
    """Return the two mirrors, which do not count to the dimension; part frame as the bar's."""
    left = MeshBuilder()
    end = np.array([0.92, 0.40, 1.27])
    if level < 2:
        left.cylinder((0.945, 0.21, 1.06), end - (0, 0, 0.03), 0.006, BLACK, segments=4)
    left.box(end, (0.025, 0.13, 0.08), BLACK)
    placed = MeshBuilder()
    placed.add(left)
    placed.add(left, MIRROR_Y)
    builder = MeshBuilder()
    builder.add(placed, translation(-MOTORCYCLE_HEAD_X_M, 0.0, 0.0))
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


def _fork_ends(kind: VehicleKind) -> tuple[Array, Array, Array]:
    """Return the left fork tube's axle, where its lower part ends, and its top."""
    top = np.array([1.045, 0.130, 0.985])
    axle = np.array([kind.wheelbase_m, 0.130, kind.wheel_radius_m])
    return axle, axle + 0.42 * (top - axle), top


def motorcycle_fork(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return the lower fork and the front mudguard; part frame: origin at the hub."""
    r, base = kind.wheel_radius_m, kind.wheelbase_m
    placed, half = MeshBuilder(), MeshBuilder()
    axle, lower, _ = _fork_ends(kind)
    half.cylinder(axle, lower, 0.030, BLACK, segments=(10, 6, 3)[level])
    placed.add(half)
    placed.add(half, MIRROR_Y)
    around = np.linspace(np.radians(48), np.radians(150), _GUARD_STEPS[level])
    _guard(placed, (base, r), r + 0.040, 0.075, around, PAINT)
    builder = MeshBuilder()
    builder.add(placed, translation(-base, 0.0, -r))
    return builder


def motorcycle_bar(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return upper fork, handlebar, head lamp and instruments.

    Part frame: origin on the ground under the steering head.
    """
    placed, half = MeshBuilder(), MeshBuilder()
    sides = (10, 6, 3)[level]
    axle, lower, top = _fork_ends(kind)
    half.cylinder(lower, top, 0.021, CHROME, segments=sides)
    half.cylinder((0.99, 0.0, 1.045), _GRIP_INNER, 0.013, BLACK, segments=sides)
    half.cylinder(_GRIP_INNER, _GRIP_OUTER, 0.018, BLACK, segments=sides)
    if level < 2:
        half.cylinder(
            _GRIP_INNER + (0.05, 0, 0), _GRIP_OUTER + (0.055, -0.02, -0.015), 0.007, CHROME,
            segments=4,
        )  # fmt: skip
    placed.add(half)
    placed.add(half, MIRROR_Y)
    for at in (top, axle + 0.72 * (top - axle)):
        placed.box((at[0] - 0.02, 0, at[2] - 0.01), (0.10, 0.30, 0.03), BLACK)
    sides = (14, 8, 6)[level]
    head = np.array([1.165, 0.0, 0.90])
    placed.cylinder(head - (0.10, 0, 0), head, 0.055, BLACK, end_radius_m=0.088, segments=sides)
    name = FAR_HEADLAMP if level == 2 else HEADLAMP
    lens = MeshBuilder()
    lens.lathe([(0.088, 0.0), (0.07, 0.014), (0.0, 0.024)], name, segments=sides)
    place = np.eye(4)
    place[:3, :3] = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    place[:3, 3] = head
    placed.add(lens, place)
    if level < 2:
        for y in (-0.04, 0.04):
            placed.cylinder((1.02, y, 0.98), (0.99, y, 1.05), 0.015, BLACK, segments=5)
        placed.box((1.03, 0, 1.075), (0.05, 0.20, 0.08), BLACK)  # instruments
    _indicators(placed, (1.09, 0.20, 0.90), level)
    builder = MeshBuilder()
    builder.add(placed, translation(-MOTORCYCLE_HEAD_X_M, 0.0, 0.0))
    return builder


def _indicators(builder: MeshBuilder, left: tuple[float, float, float], level: int) -> None:
    x, y, z = left
    for side, lamp in ((1, LEFT_LAMP), (-1, RIGHT_LAMP)):
        if level < 2:
            builder.cylinder((x, side * 0.06, z), (x, side * y, z), 0.008, BLACK, segments=4)
        builder.box((x, side * y, z), (0.05, 0.065, 0.045), lamp)


def _rear(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    """Add rear lamps and the number plate."""
    rear = -kind.rear_overhang_m
    # The plate's carrier reaches the rear end.
    builder.box((-0.275, 0, 0.790), (0.03, 0.13, 0.05), TAIL_LAMP)
    builder.box((-0.278, 0, 0.740), (0.03, 0.10, 0.035), BRAKE_LAMP)
    builder.box((-0.27, 0, 0.66), (0.10, 0.05, 0.14), BLACK)
    builder.box((rear + 0.012, 0, 0.60), (0.012, 0.20, 0.16), PLATE)
    builder.box((rear + 0.026, 0, 0.63), (0.016, 0.21, 0.22), BLACK)
    _indicators(builder, (-0.25, 0.15, 0.74), level)


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
