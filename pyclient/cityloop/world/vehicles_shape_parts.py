"""What the shapes of several kinds of vehicle have in common."""

from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import (
    BLACK,
    GLASS,
    PANE,
)
from cityloop.world.vehicles_shell_shape import (
    BELT,
    MIDDLE,
    ROOF_EDGE,
    WINDOW_HIGH,
    WINDOW_LOW,
    Arch,
    Band,
    Curve,
)


def side_windows(*edges: tuple[float, float]) -> tuple[Band, ...]:
    """Return panes between pairs of x, with dark pillars between them and a dark frame below."""
    panes = [Band(a, b, WINDOW_LOW, WINDOW_HIGH, PANE) for a, b in edges]
    first, last = edges[0][0], edges[-1][1]
    return (
        *panes,
        Band(first, last, WINDOW_LOW, WINDOW_HIGH, BLACK),
        Band(first, last, BELT, WINDOW_LOW, BLACK),
    )


def screen(start: float, end: float) -> Band:
    """Return a rear window between two x."""
    return Band(start, end, ROOF_EDGE, MIDDLE, PANE)


def windscreen(start: float, end: float) -> tuple[Band, Band]:
    """Return a windscreen, tinted along its upper edge so that it mirrors the sky there."""
    shade = start + 0.14 * (end - start)
    return (
        Band(start, shade, ROOF_EDGE, MIDDLE, GLASS),
        Band(shade, end, ROOF_EDGE, MIDDLE, PANE),
    )


def plan(rear: float, front: float, rear_share: float, front_share: float) -> Curve:
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


def arches(kind: VehicleKind, margin_m: float) -> tuple[Arch, Arch]:
    """Return the arches of both wheels, `margin_m` wider than these."""
    radius = kind.wheel_radius_m + margin_m
    return (
        Arch(0.0, kind.wheel_radius_m, radius),
        Arch(kind.wheelbase_m, kind.wheel_radius_m, radius),
    )
