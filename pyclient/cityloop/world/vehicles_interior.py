"""What one sees through a vehicle's windows: its inner side, seats, dashboard and steering wheel.

Body frame: x forward, y left, z up, origin on the ground under the rear axle.
"""

from dataclasses import dataclass

import numpy as np

from cityloop.world.meshing import MIRROR_Y, MeshBuilder, translation
from cityloop.world.vehicles_materials import (
    BLACK,
    LINER,
    SALON_CEILING,
    SALON_LINER,
    SALON_POLE,
    SALON_SEAT,
    SEAT,
)
from cityloop.world.vehicles_shell import Shell

_SIDES = 6  # of upholstery
_UPRIGHT = ("+x", "-x", "+y", "-y", "+z")
_ENDS = ("+x", "-x", "+z")
_SEATS_ASIDE_M = (0.92, 0.50)
SALON_HIPS_M = 0.92  # above the ground


@dataclass(frozen=True)
class Salon:
    """Where passengers sit: rows of two seats on either side of an aisle.

    Attributes:
        rows: x of the hips in each row, m.
        left_only: those of rows that have seats on the left alone, beside a door.
    """

    rows: tuple[float, ...]
    left_only: tuple[float, ...] = ()

    @property
    def seats(self) -> tuple[tuple[float, float], ...]:
        """Where the hips of each passenger are, x and y, m."""
        return tuple(
            (x, side * y)
            for x in self.rows
            for side in ((1,) if x in self.left_only else (1, -1))
            for y in _SEATS_ASIDE_M
        )


@dataclass(frozen=True)
class Cabin:
    """Where people sit.

    Attributes:
        hips: x and z of the driver's hip joints, m.
        aside_m: how far left of the middle the driver sits.
        start, end: x of the walls behind and before the room that one sees, m.
        upright: the driver sits up straight, as in vans, lorries and buses.
        bench: x of the hips of those behind, None for a cabin with one row of seats.
        salon: where passengers of a bus sit.
    """

    hips: tuple[float, float]
    aside_m: float
    start: float
    end: float
    upright: bool = False
    bench: float | None = None
    salon: Salon | None = None

    @property
    def wheel_ahead(self) -> tuple[float, float]:
        """How far ahead of and above the driver's hips the middle of the steering wheel is, m."""
        return (0.40, 0.30) if self.upright else (0.43, 0.29)


def _cushioned(
    builder: MeshBuilder, spine: list[tuple[float, float, float, float]], y: float
) -> None:
    """Add a rounded upholstered body through sections (x, z, half width, half thickness), m."""
    angle = 2 * np.pi * np.arange(_SIDES) / _SIDES
    round_ = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.6
    thick = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.6
    rings = [
        np.column_stack([x - half_t * thick, y + half_w * round_, np.full(_SIDES, z)])
        for x, z, half_w, half_t in spine
    ]
    builder.loft(np.array(rings), SEAT, end_cap=SEAT, smooth_deg=60.0)


def _seat(
    builder: MeshBuilder, x: float, y: float, z: float, half_width: float, level: int
) -> None:
    """Add a seat for hips at (x, z): cushion, backrest and headrest; from afar what one sees."""
    back = x - 0.13
    if level > 0:
        wide = 2 * half_width
        builder.box((back - 0.10, y, z + 0.24), (0.12, 0.9 * wide, 0.60), SEAT, faces=_UPRIGHT)
        if half_width < 0.4:
            builder.box((back - 0.18, y, z + 0.65), (0.09, 0.25, 0.17), SEAT, faces=_UPRIGHT)
        return
    builder.box((x + 0.16, y, z - 0.14), (0.54, 2 * half_width, 0.13), SEAT)
    _cushioned(
        builder,
        [
            (back, z - 0.10, half_width, 0.07), (back - 0.07, z + 0.20, half_width, 0.06),
            (back - 0.15, z + 0.46, 0.85 * half_width, 0.05),
            (back - 0.17, z + 0.53, 0.60 * half_width, 0.03),
        ],
        y,
    )  # fmt: skip
    if half_width < 0.4:
        top = back - 0.18
        _cushioned(
            builder,
            [(top, z + 0.56, 0.08, 0.03), (top - 0.005, z + 0.60, 0.13, 0.05),
             (top - 0.02, z + 0.72, 0.12, 0.045), (top - 0.025, z + 0.75, 0.08, 0.02)],
            y,
        )  # fmt: skip


def _steering_wheel(builder: MeshBuilder, cabin: Cabin) -> None:
    ahead, up = cabin.wheel_ahead
    angle = 2 * np.pi * np.arange(14) / 14
    tube = 2 * np.pi * np.arange(4) / 4
    radius, thick = (0.23, 0.016) if cabin.upright else (0.185, 0.015)
    ring = np.stack(
        [
            np.stack(
                [thick * np.sin(t) + 0.0 * angle, (radius + thick * np.cos(t)) * np.cos(angle),
                 (radius + thick * np.cos(t)) * np.sin(angle)], axis=-1,
            )
            for t in tube
        ],
        axis=1,
    )  # fmt: skip
    turned = MeshBuilder()
    turned.loft(np.concatenate([ring, ring[:1]]), BLACK, smooth_deg=95.0)
    turned.cylinder((0.05, 0, 0), (-0.01, 0, 0), 0.06, BLACK, segments=8)
    turned.box((0.02, 0, 0), (0.012, 2 * radius, 0.035), BLACK)
    rake = 1.05 if cabin.upright else 0.42  # from upright, top forward
    c, s = np.cos(rake), np.sin(rake)
    place = translation(cabin.hips[0] + ahead, cabin.aside_m, cabin.hips[1] + up)
    place[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
    builder.add(turned, place)


def _furnish(builder: MeshBuilder, salon: Salon, level: int) -> None:
    """Add the seats of a salon and, seen from near by, the poles beside every other."""
    if level > 0:
        for x, y in salon.seats[::2]:  # both backs of a pair in one
            middle = np.sign(y) * np.mean(_SEATS_ASIDE_M)
            builder.box((x - 0.20, middle, 1.14), (0.09, 0.82, 0.66), SALON_SEAT, faces=_ENDS)
        return
    for x, y in salon.seats:
        builder.box((x - 0.20, y, 1.14), (0.09, 0.40, 0.66), SALON_SEAT, faces=_UPRIGHT)
        builder.box((x + 0.06, y, 0.80), (0.44, 0.40, 0.08), SALON_SEAT, faces=_UPRIGHT)
    for x in salon.rows[::2]:
        for y in (0.27, -0.27):
            if y > 0 or x not in salon.left_only:
                builder.cylinder(
                    (x - 0.2, y, 0.45), (x - 0.2, y, 2.9), 0.018, SALON_POLE, segments=5
                )


def interior(skin: Shell, cabin: Cabin, level: int) -> MeshBuilder:
    """Return everything inside the cabin but its people, at a level of detail (0 finest)."""
    if cabin.salon is None:
        builder = skin.inside(cabin.start, cabin.end, level)
    else:
        builder = skin.inside(cabin.start, cabin.end, level, SALON_LINER, SALON_CEILING)
        _furnish(builder, cabin.salon, level)
    x, z = cabin.hips
    sides = (cabin.aside_m, -cabin.aside_m) if cabin.aside_m < 0.6 else (cabin.aside_m,)
    for y in sides:
        _seat(builder, x, y, z, 0.25, level)
    if cabin.bench is not None:
        half = 0.84 * skin.side_y(cabin.bench, z + 0.3)
        _seat(builder, cabin.bench, 0.0, z + 0.02, half, level)
        for y in (0.55 * half, -0.55 * half) if level == 0 else ():
            _cushioned(
                builder,
                [(cabin.bench - 0.31, z + 0.54, 0.09, 0.03),
                 (cabin.bench - 0.33, z + 0.70, 0.11, 0.04)],
                y,
            )  # fmt: skip
    if level == 0:
        _steering_wheel(builder, cabin)
    # Dashboard: from the windscreen's lower edge to before the wheel, rounded towards the seats.
    ahead, up = cabin.wheel_ahead
    near = x + ahead + 0.10
    ledge = float(np.interp(cabin.end, *np.array(skin.shape.belt).T)) + 0.12
    top = min(z + up + 0.10, ledge)
    far = cabin.end - 0.03
    half = skin.side_y(near, top) - 0.03
    left = MeshBuilder()
    profile = [(near + 0.10, z - 0.1), (near + 0.02, top - 0.16), (near, top - 0.07),
               (near + 0.06, top), (far, top - 0.01), (far, z - 0.3)]  # fmt: skip
    rows = np.array([[(px, y, pz) for px, pz in profile] for y in (0.0, half)])
    quads = np.stack([rows[0, :-1], rows[0, 1:], rows[1, 1:], rows[1, :-1]], axis=1)
    left.quads(quads, LINER, smooth_deg=50.0)
    builder.add(left)
    builder.add(left, MIRROR_Y)
    return builder
