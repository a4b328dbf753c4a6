"""The shapes of the vehicle kinds: profiles, windows, lamps and lines, as numbers.

All x and z are metres in the body frame (x from the rear axle forward, z from the ground); rows and
shares as in `vehicles_shell`.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from cityloop.world.vehicles_interior import Cabin
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import (
    BLACK,
    BRAKE_LAMP,
    GLASS,
    LEFT_LAMP,
    LENS,
    LIVERY_BLUE,
    LIVERY_GREEN,
    LIVERY_YELLOW,
    PANE,
    REVERSE_LAMP,
    TAIL_LAMP,
)
from cityloop.world.vehicles_shell import Arch, Band, Bed, Curve, Fascia, Gap, Patch, ShellShape

# Rows' numbers, see vehicles_shell.
_SILL, _LIP, _LOW, _WIDEST, _SHOULDER_LOW, _SHOULDER, _BELT = range(2, 9)
_WINDOW_LOW, _WINDOW_HIGH, _ROOF_EDGE, _MIDDLE = 9, 10, 11, 14

AMBULANCE_ROOF_M = 2.60

_CAR_SIDE = (0.952, 0.974, 0.988, 1.0, 0.992, 0.983, 0.945)
_CAR_DROPS = (0.125, 0.058, 0.018, 0.005)
_FRONT_SETBACK = (0.09, 0.03, 0.0, 0.005, 0.035, 0.075, 0.125)
_REAR_SETBACK = (0.07, 0.02, 0.0, 0.005, 0.025, 0.045, 0.075)


def _side_windows(*edges: tuple[float, float]) -> tuple[Band, ...]:
    """Return panes between pairs of x, with dark pillars between them and a dark frame below."""
    panes = [Band(a, b, _WINDOW_LOW, _WINDOW_HIGH, PANE) for a, b in edges]
    first, last = edges[0][0], edges[-1][1]
    return (
        *panes,
        Band(first, last, _WINDOW_LOW, _WINDOW_HIGH, BLACK),
        Band(first, last, _BELT, _WINDOW_LOW, BLACK),
    )


def _screen(start: float, end: float) -> Band:
    """Return a rear window between two x."""
    return Band(start, end, _ROOF_EDGE, _MIDDLE, PANE)


def _windscreen(start: float, end: float) -> tuple[Band, Band]:
    """Return a windscreen, tinted along its upper edge so that it mirrors the sky there."""
    shade = start + 0.14 * (end - start)
    return (
        Band(start, shade, _ROOF_EDGE, _MIDDLE, GLASS),
        Band(shade, end, _ROOF_EDGE, _MIDDLE, PANE),
    )


def _plan(rear: float, front: float, rear_share: float, front_share: float) -> Curve:
    """Return the outline seen from above: full in the middle, rounded to shares at the ends."""
    return (
        (rear, rear_share),
        (rear + 0.12, 1 - 0.45 * (1 - rear_share)),
        (rear + 0.40, 1 - 0.12 * (1 - rear_share)),
        (rear + 0.95, 1.0),
        (front - 1.05, 1.0),
        (front - 0.45, 1 - 0.16 * (1 - front_share)),
        (front - 0.14, 1 - 0.50 * (1 - front_share)),
        (front, front_share),
    )


def _arches(kind: VehicleKind, margin_m: float) -> tuple[Arch, Arch]:
    radius = kind.wheel_radius_m + margin_m
    return (
        Arch(0.0, kind.wheel_radius_m, radius),
        Arch(kind.wheelbase_m, kind.wheel_radius_m, radius),
    )


# Head lamps sit behind lenses: `vehicles_bodies` mounts the lamps themselves.
_CAR_FRONT = Fascia(
    top_row=_BELT,
    setback=_FRONT_SETBACK,
    patches=(
        Patch(_SHOULDER_LOW, _SHOULDER, 0.94, 1.0, LEFT_LAMP),
        Patch(_SHOULDER_LOW, _SHOULDER, 0.55, 0.94, LENS),
        Patch(_WIDEST + 0.1, _SHOULDER, 0.0, 0.55, BLACK),  # grille
        Patch(_LIP, _LOW, 0.0, 0.84, BLACK),  # lower intake
        Patch(_SILL, _LIP, 0.0, 1.0, BLACK),
    ),
)
_CAR_REAR = Fascia(
    top_row=_BELT,
    setback=_REAR_SETBACK,
    patches=(
        Patch(_SHOULDER_LOW, _SHOULDER, 0.94, 1.0, TAIL_LAMP),
        Patch(_SHOULDER_LOW, _SHOULDER, 0.80, 0.94, BRAKE_LAMP),
        Patch(_SHOULDER_LOW, _SHOULDER, 0.55, 0.80, TAIL_LAMP),
        Patch(_WIDEST, _SHOULDER_LOW, 0.94, 1.0, TAIL_LAMP),
        Patch(_WIDEST, _SHOULDER_LOW, 0.86, 0.94, LEFT_LAMP),
        Patch(_WIDEST, _SHOULDER_LOW, 0.80, 0.86, REVERSE_LAMP),
        Patch(_SILL, _LOW, 0.0, 1.0, BLACK),
    ),
)


def _lamp_wraps(front: float, rear: float) -> tuple[Band, ...]:
    """Return the lamps' ends round the corners."""
    return (
        Band(front - 0.40, front, _SHOULDER_LOW, _SHOULDER, LENS),
        Band(rear - 0.1, rear + 0.26, _WIDEST, _SHOULDER, TAIL_LAMP),
    )


def _sedan(kind: VehicleKind) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_CAR_SIDE,
        plan=_plan(rear, front, 0.86, 0.82),
        sill=((rear, 0.30), (-0.45, 0.21), (2.3, 0.20), (3.25, 0.20), (front, 0.22)),
        belt=(
            (rear, 0.93), (-0.60, 0.965), (0.3, 0.955), (1.2, 0.93), (2.15, 0.905),
            (2.75, 0.845), (3.30, 0.765), (front, 0.685),
        ),
        lid_crown=0.055,
        cabin=((-0.50, 0.0), (0.22, 1.0), (1.38, 1.0), (2.20, 0.0)),
        roof=((-0.2, 1.355), (0.22, 1.405), (0.80, 1.45), (1.38, 1.415), (1.9, 1.38)),
        roof_half_width=0.575,
        roof_drops=_CAR_DROPS,
        glass_bow=(
            (rear, -0.10), (-0.5, -0.10), (0.22, -0.05), (0.8, 0.0), (1.38, 0.06),
            (2.2, 0.14), (front, 0.16),
        ),
        front_fascia=_CAR_FRONT,
        rear_fascia=_CAR_REAR,
        arches=_arches(kind, 0.055),
        gaps=(Gap(1.98), Gap(0.98), Gap(0.24)),
        bands=(
            *_side_windows((-0.22, -0.02), (0.02, 0.93), (1.02, 2.06)),
            *_windscreen(1.40, 2.14),
            Band(2.14, 2.24, _ROOF_EDGE, _MIDDLE, BLACK),  # wipers
            _screen(-0.46, 0.20),
            *_lamp_wraps(front, rear),
            Band(0.36, 2.42, _SILL, _LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def _hatchback(kind: VehicleKind) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_CAR_SIDE,
        plan=_plan(rear, front, 0.87, 0.80),
        sill=((rear, 0.32), (-0.40, 0.21), (2.1, 0.20), (3.0, 0.20), (front, 0.22)),
        belt=(
            (rear, 0.97), (-0.3, 0.985), (0.9, 0.945), (1.95, 0.915), (2.50, 0.865),
            (3.0, 0.79), (front, 0.70),
        ),
        lid_crown=0.05,
        cabin=((rear + 0.14, 0.0), (-0.28, 1.0), (1.18, 1.0), (2.06, 0.0)),
        roof=((rear, 1.36), (-0.28, 1.425), (0.60, 1.48), (1.18, 1.445), (1.8, 1.40)),
        roof_half_width=0.57,
        roof_drops=_CAR_DROPS,
        glass_bow=(
            (rear, -0.10), (-0.28, -0.07), (0.6, 0.0), (1.18, 0.06), (2.06, 0.14), (front, 0.18),
        ),
        front_fascia=_CAR_FRONT,
        rear_fascia=_CAR_REAR,
        arches=_arches(kind, 0.055),
        gaps=(Gap(1.82), Gap(0.80), Gap(0.20)),
        bands=(
            *_side_windows((-0.30, -0.06), (-0.02, 0.75), (0.84, 1.92)),
            *_windscreen(1.20, 2.00),
            Band(2.00, 2.10, _ROOF_EDGE, _MIDDLE, BLACK),  # wipers
            _screen(rear + 0.17, -0.30),
            *_lamp_wraps(front, rear),
            Band(0.34, 2.2, _SILL, _LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def _suv(kind: VehicleKind) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=(0.960, 0.985, 0.990, 1.0, 0.992, 0.984, 0.950),
        plan=_plan(rear, front, 0.89, 0.84),
        sill=((rear, 0.40), (-0.45, 0.29), (2.2, 0.28), (3.1, 0.28), (front, 0.31)),
        belt=(
            (rear, 1.12), (0.0, 1.115), (1.0, 1.075), (2.05, 1.05), (2.70, 1.01),
            (3.25, 0.945), (front, 0.87),
        ),
        lid_crown=0.055,
        cabin=((rear + 0.16, 0.0), (-0.52, 1.0), (1.22, 1.0), (2.08, 0.0)),
        roof=((rear, 1.62), (-0.52, 1.66), (0.45, 1.70), (1.22, 1.665), (1.8, 1.62)),
        roof_half_width=0.625,
        roof_drops=_CAR_DROPS,
        glass_bow=(
            (rear, -0.09), (-0.52, -0.06), (0.45, 0.0), (1.22, 0.06), (2.08, 0.14), (front, 0.15),
        ),
        front_fascia=_CAR_FRONT,
        rear_fascia=_CAR_REAR,
        arches=_arches(kind, 0.065),
        gaps=(Gap(1.86), Gap(0.86), Gap(0.10)),
        bands=(
            *_side_windows((-0.62, -0.08), (-0.02, 0.81), (0.90, 1.98)),
            *_windscreen(1.24, 2.02),
            Band(2.02, 2.12, _ROOF_EDGE, _MIDDLE, BLACK),  # wipers
            _screen(rear + 0.19, -0.54),
            *_lamp_wraps(front, rear),
            Band(rear, front, _SILL, _LIP + 1, BLACK),  # cladding over sills and arches
        ),
    )  # fmt: skip


def _pickup(kind: VehicleKind) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    bed = Bed(rear + 0.08, 0.20, 0.46)
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=(0.960, 0.985, 0.990, 1.0, 0.992, 0.984, 0.950),
        plan=_plan(rear, front, 0.93, 0.85),
        sill=((rear, 0.52), (-0.45, 0.36), (2.6, 0.34), (3.5, 0.34), (front, 0.38)),
        belt=(
            (rear, 1.15), (0.2, 1.145), (1.2, 1.12), (2.45, 1.10), (3.05, 1.06), (3.60, 1.00),
            (front, 0.93),
        ),
        lid_crown=0.055,
        cabin=((0.28, 0.0), (0.42, 1.0), (1.66, 1.0), (2.48, 0.0)),
        roof=((0.2, 1.74), (0.42, 1.765), (1.0, 1.80), (1.66, 1.765), (2.2, 1.70)),
        roof_half_width=0.64,
        roof_drops=_CAR_DROPS,
        glass_bow=((rear, -0.03), (0.42, -0.02), (1.0, 0.0), (1.66, 0.06), (2.48, 0.14),
                   (front, 0.15)),
        front_fascia=_CAR_FRONT,
        rear_fascia=_CAR_REAR,
        arches=_arches(kind, 0.075),
        gaps=(Gap(2.26), Gap(1.10), Gap(0.50), Gap(0.24)),
        bands=(
            *_side_windows((0.46, 1.06), (1.14, 2.38)),
            *_windscreen(1.68, 2.42),
            Band(2.42, 2.52, _ROOF_EDGE, _MIDDLE, BLACK),  # wipers
            _screen(0.29, 0.41),
            *_lamp_wraps(front, rear),
            Band(bed.start - 0.05, bed.end + 0.05, _WINDOW_HIGH, _MIDDLE, BLACK),
            Band(rear, front, _SILL, _LIP + 1, BLACK),  # cladding over sills and arches
        ),
        bed=bed,
    )  # fmt: skip


def _estate(kind: VehicleKind) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_CAR_SIDE,
        plan=_plan(rear, front, 0.87, 0.82),
        sill=((rear, 0.30), (-0.45, 0.21), (2.3, 0.20), (3.25, 0.20), (front, 0.22)),
        belt=(
            (rear, 0.985), (0.0, 0.97), (1.2, 0.935), (2.15, 0.91), (2.77, 0.85),
            (3.30, 0.775), (front, 0.695),
        ),
        lid_crown=0.055,
        cabin=((rear + 0.14, 0.0), (-0.52, 1.0), (1.36, 1.0), (2.22, 0.0)),
        roof=((rear, 1.39), (-0.52, 1.435), (0.70, 1.49), (1.36, 1.455), (1.9, 1.40)),
        roof_half_width=0.58,
        roof_drops=_CAR_DROPS,
        glass_bow=(
            (rear, -0.10), (-0.52, -0.07), (0.7, 0.0), (1.36, 0.06), (2.22, 0.14), (front, 0.16),
        ),
        front_fascia=_CAR_FRONT,
        rear_fascia=_CAR_REAR,
        arches=_arches(kind, 0.055),
        gaps=(Gap(1.98), Gap(0.98), Gap(0.20)),
        bands=(
            *_side_windows((-0.62, -0.06), (0.0, 0.93), (1.02, 2.08)),
            *_windscreen(1.38, 2.16),
            Band(2.16, 2.26, _ROOF_EDGE, _MIDDLE, BLACK),  # wipers
            _screen(rear + 0.17, -0.54),
            *_lamp_wraps(front, rear),
            Band(0.36, 2.42, _SILL, _LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def _police(kind: VehicleKind) -> ShellShape:
    """Return the estate with a band of blue and yellow blocks along its sides."""
    estate = _estate(kind)
    edges = np.linspace(estate.rear + 0.28, estate.front - 0.42, 10)
    blocks = tuple(
        Band(a, b, _LOW, _SHOULDER_LOW, (LIVERY_BLUE, LIVERY_YELLOW)[i % 2])
        for i, (a, b) in enumerate(pairwise(edges))
    )
    return replace(estate, bands=(*estate.bands, *blocks))


_BOX_SIDE = (0.970, 0.982, 0.994, 1.0, 0.999, 0.996, 0.990)


def _van(kind: VehicleKind, roof_m: float = 2.40) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_BOX_SIDE,
        plan=(
            (rear, 0.965), (rear + 0.06, 0.985), (rear + 0.3, 1.0), (2.9, 1.0), (3.6, 0.975),
            (front - 0.14, 0.90), (front, 0.82),
        ),
        sill=((rear, 0.40), (-0.5, 0.32), (2.8, 0.30), (front, 0.29)),
        belt=(
            (rear, 1.30), (1.9, 1.28), (3.0, 1.24), (3.45, 1.17), (3.9, 1.06), (front, 0.93),
        ),
        lid_crown=0.06,
        cabin=((2.35, 1.0), (3.50, 0.0)),
        roof=((rear, roof_m - 0.04), (0.5, roof_m), (2.35, roof_m - 0.04), (3.2, 2.28)),
        roof_half_width=0.845,
        roof_drops=(0.26, 0.11, 0.025, 0.006),
        glass_bow=(
            (rear, -0.015), (rear + 0.5, 0.0), (1.5, 0.0), (2.35, 0.09), (3.5, 0.18),
            (front, 0.20),
        ),
        front_fascia=Fascia(
            top_row=_BELT,
            setback=(0.08, 0.03, 0.0, 0.01, 0.05, 0.09, 0.14),
            patches=(
                Patch(_WIDEST, _SHOULDER, 0.94, 1.0, LEFT_LAMP),
                Patch(_WIDEST, _SHOULDER, 0.55, 0.94, LENS),
                Patch(_LOW, _SHOULDER_LOW, 0.0, 0.55, BLACK),
                Patch(_SILL, _LOW, 0.0, 1.0, BLACK),
            ),
        ),
        rear_fascia=Fascia(
            top_row=_ROOF_EDGE,
            setback=(0.06, 0.02, 0.0, 0.0, 0.0, 0.005, 0.01, 0.012, 0.035, 0.055),
            patches=(
                Patch(_SHOULDER, _WINDOW_LOW, 0.88, 1.0, BRAKE_LAMP),
                Patch(_SHOULDER_LOW, _SHOULDER, 0.88, 1.0, TAIL_LAMP),
                Patch(_WIDEST, _SHOULDER_LOW, 0.88, 1.0, LEFT_LAMP),
                Patch(_WINDOW_LOW, _WINDOW_HIGH, 0.10, 0.80, GLASS),
                Patch(_SILL, _LOW, 0.0, 1.0, BLACK),
            ),
        ),
        arches=_arches(kind, 0.065),
        gaps=(
            Gap(3.02, _LIP, _WINDOW_HIGH), Gap(1.98, _LIP, _WINDOW_HIGH + 1),
            Gap(0.78, _LIP, _WINDOW_HIGH + 1),
        ),
        bands=(
            *_side_windows((2.06, 3.28)),
            *_windscreen(2.40, 3.42),
            Band(3.42, 3.54, _ROOF_EDGE, _MIDDLE, BLACK),  # wipers
            Band(front - 0.40, front, _WIDEST, _SHOULDER, LENS),
            Band(rear - 0.1, rear + 0.05, _WIDEST, _SHOULDER, TAIL_LAMP),
            Band(rear, front, _SILL, _LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def _ambulance(kind: VehicleKind) -> ShellShape:
    """Return a van with a high roof, chequered along its sides."""
    van = _van(kind, AMBULANCE_ROOF_M)
    edges = np.linspace(van.rear + 0.10, van.front - 0.42, 9)
    blocks = tuple(
        Band(a, b, low, high, (LIVERY_GREEN, LIVERY_YELLOW)[(i + row) % 2])
        for i, (a, b) in enumerate(pairwise(edges))
        for row, (low, high) in enumerate(((_LOW, _WIDEST), (_WIDEST, _SHOULDER_LOW)))
    )
    return replace(van, bands=(*van.bands, *blocks))


def _truck_cab(kind: VehicleKind) -> ShellShape:
    front = kind.wheelbase_m + kind.front_overhang_m
    rear = front - 1.95
    return ShellShape(
        rear=rear,
        front=front,
        half_width=1.15,
        side_widths=_BOX_SIDE,
        plan=(
            (rear, 0.99), (rear + 0.2, 1.0), (front - 0.5, 1.0), (front - 0.12, 0.965),
            (front, 0.915),
        ),
        sill=((rear, 0.58), (front, 0.42)),
        belt=((rear, 1.58), (front, 1.50)),
        lid_crown=0.05,
        cabin=((rear, 1.0), (front, 1.0)),
        roof=((rear, 2.75), (front - 0.7, 2.74), (front - 0.25, 2.66), (front, 2.56)),
        roof_half_width=1.00,
        roof_drops=(0.26, 0.10, 0.03, 0.01),
        glass_bow=((rear, 0.0), (front - 0.9, 0.0), (front, 0.13)),
        front_fascia=Fascia(
            top_row=_ROOF_EDGE,
            setback=(0.06, 0.02, 0.0, 0.0, 0.005, 0.01, 0.02, 0.03, 0.20, 0.28),
            patches=(
                Patch(_WINDOW_LOW, _WINDOW_HIGH, 0.0, 1.0, PANE),
                Patch(_BELT, _WINDOW_LOW, 0.0, 1.0, BLACK),
                Patch(_WIDEST + 0.1, _SHOULDER, 0.0, 0.70, BLACK),
                Patch(_SILL, _LIP, 0.0, 1.0, BLACK),
            ),
        ),
        rear_fascia=Fascia(
            top_row=_ROOF_EDGE,
            setback=(0.0,) * 10,
            patches=(Patch(_SILL, _ROOF_EDGE, 0.0, 0.9, BLACK),),
        ),
        arches=(Arch(kind.wheelbase_m, kind.wheel_radius_m, kind.wheel_radius_m + 0.08),),
        gaps=(Gap(front - 0.28, _LIP, _WINDOW_LOW), Gap(rear + 0.42, _LIP, _WINDOW_HIGH)),
        bands=(
            *_side_windows((rear + 0.50, front - 0.32)),
            Band(front - 0.06, front, _LOW, _WIDEST, LEFT_LAMP),
            Band(rear, front, _SILL, _LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def _bus(kind: VehicleKind) -> ShellShape:
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    panes = [(rear + 0.45, -1.60), (-1.54, 0.0), (0.06, 1.60), (3.32, 4.90), (4.96, 6.40)]
    left_only = (1.66, 3.26)
    doors = ((1.72, 3.20), (6.62, 7.92))
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=(0.985, 0.990, 0.996, 1.0, 1.0, 0.999, 0.997),
        plan=(
            (rear, 0.955), (rear + 0.07, 0.985), (rear + 0.35, 1.0), (front - 0.6, 1.0),
            (front - 0.14, 0.975), (front, 0.92),
        ),
        sill=((rear, 0.40), (rear + 1.6, 0.30), (front - 1.6, 0.30), (front, 0.34)),
        belt=((rear, 1.22), (rear + 1.5, 1.12), (front - 1.2, 1.08), (front, 1.02)),
        lid_crown=0.04,
        cabin=((rear, 1.0), (front, 1.0)),
        roof=(
            (rear, 3.02), (rear + 0.5, 3.09), (2.0, 3.10), (front - 0.6, 3.09), (front, 3.00),
        ),
        roof_half_width=1.14,
        roof_drops=(0.42, 0.13, 0.03, 0.008),
        glass_bow=((rear, -0.06), (rear + 0.5, 0.0), (front - 1.1, 0.0), (front, 0.22)),
        front_fascia=Fascia(
            top_row=_ROOF_EDGE,
            setback=(0.05, 0.02, 0.0, 0.0, 0.0, 0.005, 0.01, 0.015, 0.10, 0.17),
            patches=(
                Patch(_BELT, _WINDOW_HIGH, 0.0, 1.0, PANE),
                Patch(_WINDOW_HIGH, _ROOF_EDGE, 0.0, 1.0, BLACK),
                Patch(_SILL, _LIP, 0.0, 1.0, BLACK),
            ),
        ),
        rear_fascia=Fascia(
            top_row=_ROOF_EDGE,
            setback=(0.04, 0.02, 0.0, 0.0, 0.0, 0.0, 0.005, 0.01, 0.05, 0.08),
            patches=(
                Patch(_WINDOW_LOW, _WINDOW_HIGH, 0.0, 0.90, GLASS),
                Patch(_WINDOW_HIGH, _ROOF_EDGE, 0.0, 0.45, BLACK),
                Patch(_LIP, _WIDEST, 0.0, 0.70, BLACK),
                Patch(_SILL, _LIP, 0.0, 1.0, BLACK),
            ),
        ),
        arches=_arches(kind, 0.09),
        bands=(
            *(
                band
                for a, b in doors
                for band in (
                    Band(a, a + 0.03, _SILL, _WINDOW_HIGH, BLACK, side=-1),
                    Band((a + b) / 2 - 0.03, (a + b) / 2 + 0.03, _SILL, _WINDOW_HIGH, BLACK,
                         side=-1),
                    Band(b - 0.03, b, _SILL, _WINDOW_HIGH, BLACK, side=-1),
                    Band(a, b, _LIP, _WINDOW_HIGH, GLASS, side=-1),
                )
            ),
            *(Band(a, b, _WINDOW_LOW, _WINDOW_HIGH, GLASS) for a, b in panes),
            Band(*left_only, _WINDOW_LOW, _WINDOW_HIGH, GLASS, side=1),
            Band(6.46, front, _WINDOW_LOW, _WINDOW_HIGH, PANE),
            Band(rear + 0.45, front, _BELT, _WINDOW_HIGH, BLACK),
            Band(front - 0.08, front, _LOW, _WIDEST, LEFT_LAMP),
            Band(rear, front, _SILL, _LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


SHAPES = {
    "sedan": _sedan,
    "hatchback": _hatchback,
    "suv": _suv,
    "estate": _estate,
    "pickup": _pickup,
    "taxi": _estate,
    "police": _police,
    "van": _van,
    "ambulance": _ambulance,
    "truck": _truck_cab,
    "bus": _bus,
}

# x of the walls: from behind the last window to the lower edge of the windscreen.
CABINS: dict[str, Cabin] = {
    "sedan": Cabin((1.22, 0.50), 0.37, -0.52, 2.16, bench=0.30),
    "hatchback": Cabin((1.06, 0.53), 0.36, -0.58, 2.02, bench=0.18),
    "suv": Cabin((1.10, 0.70), 0.39, -0.80, 2.04, bench=0.20),
    "estate": Cabin((1.22, 0.51), 0.37, -0.84, 2.18, bench=0.28),
    "pickup": Cabin((1.46, 0.74), 0.39, 0.31, 2.44, bench=0.68),
    "van": Cabin((2.42, 0.92), 0.50, 1.96, 3.46, upright=True),
    "truck": Cabin((4.40, 1.30), 0.62, 3.75, 5.42, upright=True),
    "bus": Cabin((7.25, 1.05), 0.72, 6.42, 8.55, upright=True),
}
CABINS |= {"taxi": CABINS["estate"], "police": CABINS["estate"], "ambulance": CABINS["van"]}
