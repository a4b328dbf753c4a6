"""A trekking bicycle and its rider.

Body frame: x forward, y left, z up, origin on the ground under the rear axle. Fork and handlebar
are parts of their own, which turn with the front wheel's steering; cranks and pedals turn with the
rider's feet.
"""

import numpy as np

from cityloop.world.meshing import MIRROR_Y, MeshBuilder, translation
from cityloop.world.people_posing import Handle, SeatedPose, turns_about
from cityloop.world.riding import CRANK_BONES, PEDAL_HALF_M, Crank, Rider, Standing
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import (
    BLACK,
    CHROME,
    FAR_HEADLAMP,
    HEADLAMP,
    PAINT,
    RIM,
    TAIL_LAMP,
    TYRE,
)
from cityloop.world.vehicles_wheels import Z_TO_Y

# The rear tyre and its margin lie within 5 cm of the middle: stays and blades keep outside.
_BRACKET = np.array([0.44, 0.0, 0.29])  # bottom bracket
_SEAT_LUG = np.array([0.263, 0.0, 0.87])
_SADDLE = np.array([0.225, 0.0, 0.985])
_HEAD_TOP = np.array([0.815, 0.0, 0.92])
_HEAD_LOW = np.array([0.885, 0.0, 0.755])
_STEM_TOP = np.array([0.775, 0.0, 1.075])
_GRIP_INNER = np.array([0.735, 0.20, 1.095])
_GRIP_OUTER = np.array([0.655, 0.295, 1.085])
BICYCLE_STEM_X_M = 0.80  # of the axis about which the handlebar turns
_GUARD_M = 0.040  # from the tyre to the mudguard
_GUARD_STEPS = (12, 6, 4)
CRANK = Crank(
    axle=(float(_BRACKET[0]), 0.0, float(_BRACKET[2])),
    length_m=0.17,
    pedal_y_m=0.145,
    angle_rad=np.radians(-62.0),
    coasting_rad=np.radians(180.0),  # level, the right foot ahead
    gear=0.5,  # 19 teeth behind, 38 ahead: 68 turns a minute at 18 km/h
)

CYCLIST = Rider(
    "man",
    SeatedPose(
        hips=(0.245, 0.0, 1.055),
        pelvis_lean=0.42,
        chest_lean=0.62,
        head_lean=0.08,
        ankles=((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),  # on the pedals
        foot_pitch=(0.0, 0.0),
        knees_out=0.06,
        handle=Handle(
            grip=(0.690, 0.262, 1.097), along=(0.80, -0.60, 0.08), reach=(0.75, 0.20, -0.28)
        ),
        elbows=(-0.5, 0.55, -0.8),
        bar_x=BICYCLE_STEM_X_M,
    ),
    Standing(  # before the saddle, astride the top tube
        hips=(0.475, 0.03, 0.935),
        pelvis_lean=0.06,
        chest_lean=0.16,
        pelvis_roll=0.06,
        sole=(0.56, 0.235, 0.0),
        foot_pitch=0.0,
    ),
    crank=CRANK,
    twist=0.25,
)


def bicycle(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return the frame at a level of detail (0 finest), without what turns."""
    builder = MeshBuilder()
    sides = (8, 5, 3)[level]
    rear = np.array([0.0, 0.0, kind.wheel_radius_m])

    def tube(
        a: object, b: object, radius: float, name: str = PAINT, to: MeshBuilder = builder
    ) -> None:
        to.cylinder(np.asarray(a), np.asarray(b), radius, name, segments=sides, caps=level == 0)

    tube(_BRACKET, _HEAD_LOW + (0.0, 0.0, 0.02), 0.020)  # down tube
    tube(_SEAT_LUG - (0.0, 0.0, 0.05), _HEAD_TOP - (0.0, 0.0, 0.02), 0.017)  # top tube
    tube(_BRACKET, _SEAT_LUG, 0.016)
    tube(_SEAT_LUG, _SADDLE - (0.0, 0.0, 0.03), 0.014, CHROME)
    tube(_HEAD_LOW, _HEAD_TOP, 0.021)

    half = MeshBuilder()
    tube(rear + (0.0, 0.066, 0.0), _BRACKET + (0.0, 0.060, 0.0), 0.010, PAINT, half)  # chain stay
    tube(rear + (0.0, 0.066, 0.0), _SEAT_LUG + (0.0, 0.056, -0.06), 0.008, PAINT, half)
    builder.add(half)
    builder.add(half, MIRROR_Y)

    _saddle(builder, level)
    _chain(builder, rear, level)
    _equipment(builder, kind, level)
    return builder


def bicycle_fork(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return fork blades and front mudguard; part frame: origin at the hub."""
    placed = MeshBuilder()
    sides = (8, 5, 3)[level]
    front = np.array([kind.wheelbase_m, 0.0, kind.wheel_radius_m])
    half = MeshBuilder()
    crown = _HEAD_LOW + (0.004, 0.060, -0.012)
    for a, b, radius in (
        (crown, front + (-0.012, 0.062, 0.0), 0.011),
        (crown, _HEAD_LOW - (0.0, 0.0, 0.012), 0.013),
    ):
        half.cylinder(a, b, radius, PAINT, segments=sides, caps=level == 0)
    placed.add(half)
    placed.add(half, MIRROR_Y)
    around = np.linspace(np.radians(62.0), np.radians(190.0), _GUARD_STEPS[level])
    _mudguard(placed, front, kind.wheel_radius_m + _GUARD_M, around)
    builder = MeshBuilder()
    builder.add(placed, translation(*-front))
    return builder


def bicycle_bar(_kind: VehicleKind, level: int) -> MeshBuilder:
    """Return stem, handlebar and head lamp; part frame: origin on the ground under the stem."""
    placed, half = MeshBuilder(), MeshBuilder()
    sides = (8, 5, 3)[level]
    middle = np.array([_GRIP_INNER[0] + 0.03, 0.0, _GRIP_INNER[2]])

    def tube(to: MeshBuilder, a: object, b: object, radius: float, name: str = BLACK) -> None:
        to.cylinder(np.asarray(a), np.asarray(b), radius, name, segments=sides, caps=level == 0)

    tube(placed, _HEAD_TOP, _STEM_TOP, 0.015)
    tube(placed, _STEM_TOP, middle, 0.017)
    tube(half, middle, _GRIP_INNER, 0.012)
    tube(half, _GRIP_INNER, _GRIP_OUTER, 0.016)
    if level < 2:
        lever = _GRIP_INNER + (0.035, 0.0, 0.0), _GRIP_OUTER + (0.045, 0.0, -0.03)
        tube(half, *lever, 0.006, CHROME)
    placed.add(half)
    placed.add(half, MIRROR_Y)
    lamp = np.array([0.955, 0.0, 0.86])
    name = FAR_HEADLAMP if level == 2 else HEADLAMP
    placed.cylinder(lamp - (0.04, 0, 0), lamp, 0.022, BLACK, end_radius_m=0.034,
                    segments=(8, 6, 4)[level])  # fmt: skip
    placed.cylinder(lamp, lamp + (0.006, 0, 0), 0.034, name, segments=(8, 6, 4)[level])
    placed.box((0.90, 0.0, 0.835), (0.06, 0.015, 0.02), BLACK)
    builder = MeshBuilder()
    builder.add(placed, translation(-BICYCLE_STEM_X_M, 0.0, 0.0))
    return builder


def _saddle(builder: MeshBuilder, level: int) -> None:
    nose, tail = _SADDLE + (0.17, 0.0, 0.0), _SADDLE - (0.11, 0.0, 0.0)
    outline = [
        (nose[0], 0.018), (_SADDLE[0] + 0.05, 0.03), (tail[0] + 0.03, 0.075), (tail[0], 0.055),
        (tail[0], -0.055), (tail[0] + 0.03, -0.075), (_SADDLE[0] + 0.05, -0.03), (nose[0], -0.018),
    ]  # fmt: skip
    top = _SADDLE[2]
    builder.extrude(
        np.array(outline), top - 0.05, top, BLACK, top_material=BLACK,
        bottom_material=BLACK if level == 0 else None, smooth_deg=50,
    )  # fmt: skip


def bicycle_cranks(level: int) -> tuple[tuple[str, MeshBuilder], ...]:
    """Return what moves with each of `CRANK_BONES`: cranks with their ring, and two pedals."""
    crank, still = MeshBuilder(), np.zeros(())
    pedals = []
    for side, sign in enumerate((1, -1)):
        pedal = CRANK.pedal(side, still)
        arm = _BRACKET + (0.0, sign * 0.085, 0.0)
        end = np.array([pedal[0], sign * 0.095, pedal[2]])
        crank.cylinder(arm, end, 0.011, CHROME, segments=(6, 4, 3)[level])
        at, box = np.eye(4), MeshBuilder()
        at[:3, :3] = turns_about(1, -CRANK.foot_pitch(side, still))
        at[:3, 3] = pedal
        box.box((0.0, 0.0, 0.0), (0.09, 0.095, 2.0 * PEDAL_HALF_M), BLACK)
        pedals.append(MeshBuilder())
        pedals[side].add(box, at)
    if level == 0:
        crank.cylinder(
            _BRACKET + (0.0, -0.09, 0.0), _BRACKET + (0.0, 0.09, 0.0), 0.02, CHROME, segments=8
        )
    if level < 2:
        ring = _BRACKET - (0.0, 0.066, 0.0)
        crank.cylinder(ring, ring - (0.0, 0.005, 0.0), 0.088, BLACK, segments=(16, 8)[level])
    return tuple(zip(CRANK_BONES, (crank, *pedals), strict=True))


def _chain(builder: MeshBuilder, rear: object, level: int) -> None:
    if level < 2:
        for offset, z in ((0.088, 0.042), (-0.088, -0.042)):
            a, b = _BRACKET + (0.0, -0.068, offset), np.asarray(rear) + (0.0, -0.068, z)
            builder.cylinder(a, b, 0.006, BLACK, segments=4, caps=False)


def _mudguard(builder: MeshBuilder, center: object, radius: float, angles: object) -> None:
    """Add a curved strip around a tyre; angles from straight ahead, up positive, rad."""
    around = np.asarray(angles)
    x, z = np.asarray(center)[0], np.asarray(center)[2]
    rows = np.stack(
        [
            np.stack([x + r * np.cos(around), np.full_like(around, y), z + r * np.sin(around)], 1)
            for y, r in ((0.032, radius - 0.012), (0.018, radius), (-0.018, radius),
                         (-0.032, radius - 0.012))
        ],
        axis=1,
    )  # fmt: skip
    builder.loft(rows, BLACK, closed=False, smooth_deg=60)
    builder.loft(rows[:, ::-1], BLACK, closed=False, smooth_deg=60)


def _equipment(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    """Add the rear mudguard, luggage rack and rear lamp."""
    r = kind.wheel_radius_m
    around = np.linspace(0.25, np.radians(172.0), _GUARD_STEPS[level])
    _mudguard(builder, (0.0, 0.0, r), r + _GUARD_M, around)
    rack, rear_end = 0.79, -0.33
    if level < 2:
        for y in (-0.06, 0.06):
            builder.cylinder((0.20, y, rack), (rear_end, y, rack), 0.006, BLACK, segments=4)
            builder.cylinder(
                (-0.24, y, rack), (0.0, y * 1.15, r), 0.006, BLACK, segments=4, caps=False
            )
        for x in (0.05, -0.12, -0.30):
            builder.cylinder((x, -0.06, rack), (x, 0.06, rack), 0.005, BLACK, segments=4)
    builder.box((rear_end - 0.02, 0.0, rack - 0.005), (0.035, 0.075, 0.045), TAIL_LAMP)


def bicycle_wheel(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return a wheel at a level of detail: a thin tyre, a rim and, from near by, spokes.

    Part frame: origin at the centre, y axis along the axle.
    """
    r, half = kind.wheel_radius_m, kind.wheel_width_m / 2
    segments = (28, 14, 10)[level]
    rim = r - 0.062
    if level == 0:
        profile = [
            (rim, -0.012), (r - 0.04, -0.013), (r - 0.02, -half), (r, -0.006), (r, 0.006),
            (r - 0.02, half), (r - 0.04, 0.013), (rim, 0.012), (rim, -0.012),
        ]  # fmt: skip
        names = [RIM, TYRE, TYRE, TYRE, TYRE, TYRE, RIM, RIM]
    else:
        profile = [(rim, -half), (r, -half), (r, half), (rim, half), (rim, -half)]
        names = [TYRE] * 4
    turned = MeshBuilder()
    turned.lathe(profile, names, segments=segments, smooth_deg=40)
    if level < 2:
        turned.cylinder((0, 0, -0.03), (0, 0, 0.03), 0.022, CHROME, segments=(8, 5)[level])
    if level == 0:
        _spokes(turned, rim)
    builder = MeshBuilder()
    builder.add(turned, Z_TO_Y)
    return builder


def _spokes(builder: MeshBuilder, rim: float) -> None:
    """Add crossed spokes, each a thin strip seen from both sides."""
    count, width = 20, 0.0035
    for i in range(count):
        angle = 2 * np.pi * i / count
        lean = 0.55 if i % 2 else -0.55  # tangential spokes cross one another
        side = 0.022 if i % 4 < 2 else -0.022
        start = np.array([0.022 * np.cos(angle + lean), 0.022 * np.sin(angle + lean), side])
        end = np.array([rim * np.cos(angle), rim * np.sin(angle), 0.0])
        across = np.cross([0.0, 0.0, 1.0], end - start)
        across *= width / 2 / np.linalg.norm(across)
        quad = np.array([start - across, end - across, end + across, start + across])
        builder.quads([quad, quad[::-1]], CHROME)
