"""The shapes of vans, trucks and buses: profiles, windows, lamps and lines, as numbers.

All x and z are metres in the body frame (x from the rear axle forward, z from the ground).
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import (
    BLACK,
    BRAKE_LAMP,
    GLASS,
    LEFT_LAMP,
    LENS,
    LIVERY_GREEN,
    LIVERY_YELLOW,
    PANE,
    SALON_GLASS,
    TAIL_LAMP,
)
from cityloop.world.vehicles_shape_parts import arches, side_windows, windscreen
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
    WINDOW_LOW,
    Arch,
    Band,
    Fascia,
    Gap,
    Patch,
    ShellShape,
)

_AMBULANCE_ROOF_M = 2.60

_BOX_SIDE = (0.970, 0.982, 0.994, 1.0, 0.999, 0.996, 0.990)


def van_shape(kind: VehicleKind, roof_m: float = 2.40) -> ShellShape:
    """Return a delivery van, `roof_m` high."""
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
            top_row=BELT,
            setback=(0.08, 0.03, 0.0, 0.01, 0.05, 0.09, 0.14),
            patches=(
                Patch(WIDEST, SHOULDER, 0.94, 1.0, LEFT_LAMP),
                Patch(WIDEST, SHOULDER, 0.55, 0.94, LENS),
                Patch(LOW, SHOULDER_LOW, 0.0, 0.55, BLACK),
                Patch(SILL, LOW, 0.0, 1.0, BLACK),
            ),
        ),
        rear_fascia=Fascia(
            top_row=ROOF_EDGE,
            setback=(0.06, 0.02, 0.0, 0.0, 0.0, 0.005, 0.01, 0.012, 0.035, 0.055),
            patches=(
                Patch(SHOULDER, WINDOW_LOW, 0.88, 1.0, BRAKE_LAMP),
                Patch(SHOULDER_LOW, SHOULDER, 0.88, 1.0, TAIL_LAMP),
                Patch(WIDEST, SHOULDER_LOW, 0.88, 1.0, LEFT_LAMP),
                Patch(SILL, LOW, 0.0, 1.0, BLACK),
            ),
        ),
        arches=arches(kind, 0.065),
        gaps=(
            Gap(3.02, LIP, WINDOW_HIGH), Gap(1.98, LIP, WINDOW_HIGH + 1),
            Gap(0.78, LIP, WINDOW_HIGH + 1),
        ),
        bands=(
            *side_windows((2.06, 3.28)),
            *windscreen(2.40, 3.42),
            Band(3.42, 3.54, ROOF_EDGE, MIDDLE, BLACK),  # wipers
            Band(front - 0.40, front, WIDEST, SHOULDER, LENS),
            Band(rear - 0.1, rear + 0.05, WIDEST, SHOULDER, TAIL_LAMP),
            Band(rear, front, SILL, LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def ambulance_shape(kind: VehicleKind) -> ShellShape:
    """Return a van with a high roof, chequered along its sides."""
    van = van_shape(kind, _AMBULANCE_ROOF_M)
    edges = np.linspace(van.rear + 0.10, van.front - 0.42, 9)
    blocks = tuple(
        Band(a, b, low, high, (LIVERY_GREEN, LIVERY_YELLOW)[(i + row) % 2])
        for i, (a, b) in enumerate(pairwise(edges))
        for row, (low, high) in enumerate(((LOW, WIDEST), (WIDEST, SHOULDER_LOW)))
    )
    return replace(van, bands=(*van.bands, *blocks))


def truck_cab_shape(kind: VehicleKind) -> ShellShape:
    """Return the cab of a truck, without its box."""
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
            top_row=ROOF_EDGE,
            setback=(0.06, 0.02, 0.0, 0.0, 0.005, 0.01, 0.02, 0.03, 0.20, 0.28),
            patches=(
                Patch(WINDOW_LOW, WINDOW_HIGH, 0.0, 1.0, PANE),
                Patch(BELT, WINDOW_LOW, 0.0, 1.0, BLACK),
                Patch(WIDEST + 0.1, SHOULDER, 0.0, 0.70, BLACK),
                Patch(SILL, LIP, 0.0, 1.0, BLACK),
            ),
        ),
        rear_fascia=Fascia(
            top_row=ROOF_EDGE,
            setback=(0.0,) * 10,
            patches=(Patch(SILL, ROOF_EDGE, 0.0, 0.9, BLACK),),
        ),
        arches=(Arch(kind.wheelbase_m, kind.wheel_radius_m, kind.wheel_radius_m + 0.08),),
        gaps=(Gap(front - 0.28, LIP, WINDOW_LOW), Gap(rear + 0.42, LIP, WINDOW_HIGH)),
        bands=(
            *side_windows((rear + 0.50, front - 0.32)),
            Band(front - 0.06, front, LOW, WIDEST, LEFT_LAMP),
            Band(rear, front, SILL, LIP, BLACK, finest_only=True),
        ),
    )  # fmt: skip


def bus_shape(kind: VehicleKind) -> ShellShape:
    """Return a city bus with two doors."""
    rear, front = -kind.rear_overhang_m, kind.wheelbase_m + kind.front_overhang_m
    panes = [(rear + 0.45, -1.63), (-1.51, -0.03), (0.09, 1.57), (3.35, 4.87), (4.99, 6.37)]
    left_only = (1.69, 3.23)
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
            top_row=ROOF_EDGE,
            setback=(0.05, 0.02, 0.0, 0.0, 0.0, 0.005, 0.01, 0.015, 0.10, 0.17),
            patches=(
                Patch(BELT, WINDOW_HIGH, 0.0, 1.0, PANE),
                Patch(WINDOW_HIGH, ROOF_EDGE, 0.0, 1.0, BLACK),
                Patch(SILL, LIP, 0.0, 1.0, BLACK),
            ),
        ),
        rear_fascia=Fascia(
            top_row=ROOF_EDGE,
            setback=(0.04, 0.02, 0.0, 0.0, 0.0, 0.0, 0.005, 0.01, 0.05, 0.08),
            patches=(
                Patch(WINDOW_LOW, WINDOW_HIGH, 0.0, 0.90, GLASS),
                Patch(WINDOW_HIGH, ROOF_EDGE, 0.0, 0.45, BLACK),
                Patch(LIP, WIDEST, 0.0, 0.70, BLACK),
                Patch(SILL, LIP, 0.0, 1.0, BLACK),
            ),
        ),
        arches=arches(kind, 0.09),
        bands=(
            *(
                band
                for a, b in doors
                for band in (
                    Band(a, a + 0.03, SILL, WINDOW_HIGH, BLACK, side=-1),
                    Band((a + b) / 2 - 0.03, (a + b) / 2 + 0.03, SILL, WINDOW_HIGH, BLACK,
                         side=-1),
                    Band(b - 0.03, b, SILL, WINDOW_HIGH, BLACK, side=-1),
                    Band(a, b, WINDOW_LOW, WINDOW_HIGH, PANE, side=-1),
                    Band(a, b, LIP, WINDOW_LOW, GLASS, side=-1),
                )
            ),
            *(Band(a, b, WINDOW_LOW, WINDOW_HIGH, PANE) for a, b in panes),
            Band(*left_only, WINDOW_LOW, WINDOW_HIGH, PANE, side=1),
            Band(6.49, front, WINDOW_LOW, WINDOW_HIGH, PANE),
            Band(rear + 0.45, front, BELT, WINDOW_HIGH, BLACK),
            Band(front - 0.08, front, LOW, WIDEST, LEFT_LAMP),
            Band(rear, front, SILL, LIP, BLACK, finest_only=True),
        ),
        far_glass=SALON_GLASS,
    )  # fmt: skip
