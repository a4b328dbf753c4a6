"""What describes a vehicle's skin: curves over x, and bands, gaps and patches between rows."""

from dataclasses import dataclass

from cityloop.world.vehicles_materials import GLASS

Curve = tuple[tuple[float, float], ...]  # (x, value) control points, x rising

# Rows: 0 keel, 1 edge of the underside, 2 to 8 the side from the sill to the belt line, 9 and 10
# the lower and upper edge of the side windows, 11 the edge of the roof, 12 to 14 to its middle.
KEEL = 0
SILL, LIP, LOW, WIDEST, SHOULDER_LOW, SHOULDER, BELT = range(2, 9)
WINDOW_LOW, WINDOW_HIGH, ROOF_EDGE = 9, 10, 11
MIDDLE = 14


@dataclass(frozen=True)
class Band:
    """A stretch of the side or roof with a material of its own.

    Attributes:
        start, end: x, m.
        low, high: rows.
        material: what its cells are made of.
        side: 1 left only, -1 right only, 0 both.
        finest_only: True for what only the finest level of detail shows.
    """

    start: float
    end: float
    low: float
    high: float
    material: str
    side: int = 0
    finest_only: bool = False


@dataclass(frozen=True)
class Gap:
    """The upright line of a door's edge, the same on both sides.

    Attributes:
        x: where, m.
        low, high: rows between which it runs.
    """

    x: float
    low: int = LIP
    high: int = BELT


@dataclass(frozen=True)
class Patch:
    """A piece of a fascia with a material of its own, the same on both sides.

    Attributes:
        low, high: rows.
        inner, outer: shares of the half width, 0 the middle, 1 the corner.
        material: what its cells are made of; an indicator's is taken for its side.
    """

    low: float
    high: float
    inner: float
    outer: float
    material: str


@dataclass(frozen=True)
class Fascia:
    """One end of the body.

    Attributes:
        top_row: the row along which the fascia meets the roof or lid: `BELT` or `ROOF_EDGE`.
        setback: how far rows 2 to `top_row` lie behind the foremost one, m.
        patches: lamps, grille and the like; the first that holds a cell counts.
    """

    top_row: int
    setback: tuple[float, ...]
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True)
class Arch:
    """A wheel arch: a half circle around (x, z) of `radius_m`, m."""

    x: float
    z: float
    radius_m: float


@dataclass(frozen=True)
class Bed:
    """The open bed of a pickup: x of its ends, and how far its floor lies below the belt, m."""

    start: float
    end: float
    depth_m: float


@dataclass(frozen=True)
class ShellShape:
    """Everything that shapes a body; heights and x in the body frame, m.

    Attributes:
        rear, front: x of the ends.
        half_width: largest half width.
        side_widths: half widths of rows 2 to 8 as shares of the largest.
        plan: share of the half width over x, as seen from above.
        sill: height of the sill over x.
        belt: height of the belt line, bonnet and boot edges included, over x.
        lid_crown: how much higher the middle of bonnet and boot lid is than their edges.
        cabin: over x, 0 on bonnet and boot, 1 in the cabin, between them on sloping glass.
        roof: height of the roof's middle over x.
        roof_half_width: of the roof's edge.
        roof_drops: how far rows 10 to 13 lie below the roof's middle.
        glass_bow: how far the middle of the roof or lid stands before (-: behind) its edges.
        front_fascia, rear_fascia: the ends.
        arches: wheel arches.
        gaps: edges of the doors.
        bands: materials; the first that holds a cell counts, paint where none does
            (low on the body the paint that wheels splash).
        bed: the open bed behind the cabin, where there is one.
        far_glass: what stands for clear panes from afar.
    """

    rear: float
    front: float
    half_width: float
    side_widths: tuple[float, ...]
    plan: Curve
    sill: Curve
    belt: Curve
    lid_crown: float
    cabin: Curve
    roof: Curve
    roof_half_width: float
    roof_drops: tuple[float, float, float, float]
    glass_bow: Curve
    front_fascia: Fascia
    rear_fascia: Fascia
    arches: tuple[Arch, ...]
    bands: tuple[Band, ...]
    gaps: tuple[Gap, ...] = ()
    bed: Bed | None = None
    far_glass: str = GLASS
