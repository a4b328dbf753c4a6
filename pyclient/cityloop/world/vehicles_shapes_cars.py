"""The shapes of cars: profiles, windows, lamps and lines, as numbers.

All x and z are metres in the body frame (x from the rear axle forward, z from the ground).
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import (
    BLACK,
    BRAKE_LAMP,
    LEFT_LAMP,
    LENS,
    LIVERY_BLUE,
    LIVERY_YELLOW,
    REVERSE_LAMP,
    TAIL_LAMP,
)
from cityloop.world.vehicles_shape_parts import arches, plan, screen, side_windows, windscreen
from cityloop.world.vehicles_shell_shape import (
    BELT,
    LIP,
    LOW,
    MIDDLE,
    ROOF_EDGE,
    SHOULDER,
    SHOULDER_LOW,
    SILL,
    WIDEST,
    WINDOW_HIGH,
    Band,
    Bed,
    Fascia,
    Gap,
    Patch,
    ShellShape,
)

_CAR_DROPS = (0.125, 0.058, 0.018, 0.005)
_CAR_SIDE = (0.952, 0.974, 0.988, 1.0, 0.992, 0.983, 0.945)
_FRONT_SETBACK = (0.09, 0.03, 0.0, 0.005, 0.035, 0.075, 0.125)
_REAR_SETBACK = (0.07, 0.02, 0.0, 0.005, 0.025, 0.045, 0.075)

# Head lamps sit behind lenses: `vehicles_bodies` mounts the lamps themselves.
_CAR_FRONT = Fascia(
    top_row=BELT,
    setback=_FRONT_SETBACK,
    patches=(
        Patch(SHOULDER_LOW, SHOULDER, 0.94, 1.0, LEFT_LAMP),
        Patch(SHOULDER_LOW, SHOULDER, 0.55, 0.94, LENS),
        Patch(WIDEST + 0.1, SHOULDER, 0.0, 0.55, BLACK),  # grille
        Patch(LIP, LOW, 0.0, 0.84, BLACK),  # lower intake
        Patch(SILL, LIP, 0.0, 1.0, BLACK),
    ),
)
_CAR_REAR = Fascia(
    top_row=BELT,
    setback=_REAR_SETBACK,
    patches=(
        Patch(SHOULDER_LOW, SHOULDER, 0.94, 1.0, TAIL_LAMP),
        Patch(SHOULDER_LOW, SHOULDER, 0.80, 0.94, BRAKE_LAMP),
        Patch(SHOULDER_LOW, SHOULDER, 0.55, 0.80, TAIL_LAMP),
        Patch(WIDEST, SHOULDER_LOW, 0.94, 1.0, TAIL_LAMP),
        Patch(WIDEST, SHOULDER_LOW, 0.86, 0.94, LEFT_LAMP),
        Patch(WIDEST, SHOULDER_LOW, 0.80, 0.86, REVERSE_LAMP),
        Patch(SILL, LOW, 0.0, 1.0, BLACK),
    ),
)


def _lamp_wraps(front: float, rear: float) -> tuple[Band, ...]:
    """Return the lamps' ends round the corners."""
    return (
        Band(front - 0.40, front, SHOULDER_LOW, SHOULDER, LENS),
        Band(rear - 0.1, rear + 0.26, WIDEST, SHOULDER, TAIL_LAMP),
    )


def sedan_shape(kind: VehicleKind) -> ShellShape:
    """Return a saloon of four doors."""
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_CAR_SIDE,
        plan=plan(rear, front, 0.86, 0.82),
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
        arches=arches(kind, 0.055),
        gaps=(Gap(1.98), Gap(0.98), Gap(0.24)),
        bands=(
            *side_windows((-0.22, -0.02), (0.02, 0.93), (1.02, 2.06)),
            *windscreen(1.40, 2.14),
            Band(2.14, 2.24, ROOF_EDGE, MIDDLE, BLACK),  # wipers
            screen(-0.46, 0.20),
            *_lamp_wraps(front, rear),
            Band(0.36, 2.42, SILL, LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def hatchback_shape(kind: VehicleKind) -> ShellShape:
    """Return a small car of five doors."""
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_CAR_SIDE,
        plan=plan(rear, front, 0.87, 0.80),
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
        arches=arches(kind, 0.055),
        gaps=(Gap(1.82), Gap(0.80), Gap(0.20)),
        bands=(
            *side_windows((-0.30, -0.06), (-0.02, 0.75), (0.84, 1.92)),
            *windscreen(1.20, 2.00),
            Band(2.00, 2.10, ROOF_EDGE, MIDDLE, BLACK),  # wipers
            screen(rear + 0.17, -0.30),
            *_lamp_wraps(front, rear),
            Band(0.34, 2.2, SILL, LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def suv_shape(kind: VehicleKind) -> ShellShape:
    """Return a tall car of five doors."""
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=(0.960, 0.985, 0.990, 1.0, 0.992, 0.984, 0.950),
        plan=plan(rear, front, 0.89, 0.84),
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
        arches=arches(kind, 0.065),
        gaps=(Gap(1.86), Gap(0.86), Gap(0.10)),
        bands=(
            *side_windows((-0.62, -0.08), (-0.02, 0.81), (0.90, 1.98)),
            *windscreen(1.24, 2.02),
            Band(2.02, 2.12, ROOF_EDGE, MIDDLE, BLACK),  # wipers
            screen(rear + 0.19, -0.54),
            *_lamp_wraps(front, rear),
            Band(rear, front, SILL, LIP + 1, BLACK),  # cladding over sills and arches
        ),
    )  # fmt: skip


def pickup_shape(kind: VehicleKind) -> ShellShape:
    """Return a cab before an open bed."""
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    bed = Bed(rear + 0.08, 0.20, 0.46)
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=(0.960, 0.985, 0.990, 1.0, 0.992, 0.984, 0.950),
        plan=plan(rear, front, 0.93, 0.85),
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
        arches=arches(kind, 0.075),
        gaps=(Gap(2.26), Gap(1.10), Gap(0.50), Gap(0.24)),
        bands=(
            *side_windows((0.46, 1.06), (1.14, 2.38)),
            *windscreen(1.68, 2.42),
            Band(2.42, 2.52, ROOF_EDGE, MIDDLE, BLACK),  # wipers
            screen(0.29, 0.41),
            *_lamp_wraps(front, rear),
            Band(bed.start - 0.05, bed.end + 0.05, WINDOW_HIGH, MIDDLE, BLACK),
            Band(rear, front, SILL, LIP + 1, BLACK),  # cladding over sills and arches
        ),
        bed=bed,
    )  # fmt: skip


def estate_shape(kind: VehicleKind) -> ShellShape:
    """Return a car with a long roof."""
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    return ShellShape(
        rear=rear,
        front=front,
        half_width=kind.width_m / 2,
        side_widths=_CAR_SIDE,
        plan=plan(rear, front, 0.87, 0.82),
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
        arches=arches(kind, 0.055),
        gaps=(Gap(1.98), Gap(0.98), Gap(0.20)),
        bands=(
            *side_windows((-0.62, -0.06), (0.0, 0.93), (1.02, 2.08)),
            *windscreen(1.38, 2.16),
            Band(2.16, 2.26, ROOF_EDGE, MIDDLE, BLACK),  # wipers
            screen(rear + 0.17, -0.54),
            *_lamp_wraps(front, rear),
            Band(0.36, 2.42, SILL, LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def police_shape(kind: VehicleKind) -> ShellShape:
    """Return the estate with a band of blue and yellow blocks along its sides."""
    estate = estate_shape(kind)
    edges = np.linspace(estate.rear + 0.28, estate.front - 0.42, 10)
    blocks = tuple(
        Band(a, b, LOW, SHOULDER_LOW, (LIVERY_BLUE, LIVERY_YELLOW)[i % 2])
        for i, (a, b) in enumerate(pairwise(edges))
    )
    return replace(estate, bands=(*estate.bands, *blocks))
