"""The skin of a vehicle's body: a loft along x whose cells take their materials from bands.

Each cross-section has 15 rows of points on its left half, from the keel up the side and over the
roof to the middle; the right half mirrors it. Both ends are closed by a fascia, a grid that spans
the last section. `vehicles_shell_shape` numbers the rows; a band may lie between any two of them.
"""

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from cityloop.world.meshing import F64, MIRROR_Y, MeshBuilder
from cityloop.world.vehicles_materials import (
    CEILING,
    FAR_HEADLAMP,
    GAP,
    GLASS,
    LEFT_LAMP,
    LENS,
    LINER,
    PAINT,
    PAINT_LOW,
    PANE,
    PANE_INSIDE,
    RIGHT_LAMP,
    SALON_GLASS,
    UNDER,
)
from cityloop.world.vehicles_shell_shape import (
    BELT,
    LOW,
    ROOF_EDGE,
    SILL,
    Curve,
    ShellShape,
)

# Heights of rows 2 to 8 as shares of the way from the sill to the belt line.
_SIDE = np.array([0.0, 0.10, 0.30, 0.52, 0.74, 0.90, 1.0])
# Where rows 9 to 14 lie on a bonnet or boot lid: shares of the way from the middle to the belt.
_LID = np.array([0.94, 0.86, 0.80, 0.55, 0.28, 0.0])

# The same in a bed: the rail's top, then down its inner side to the floor.
_BED = np.array([0.955, 0.90, 0.885, 0.60, 0.30, 0.0])
_BED_SUNK = np.array([-0.01, 0.0, 1.0, 1.0, 1.0, 1.0])  # shares of the depth
_BED_END_M = 0.012  # its ends are that far from upright

# Rows kept at each level of detail, the gap between stations (m) and the sides of an arch.
_ROWS = (
    tuple(range(15)),
    (0, 2, 4, 5, 7, 8, 9, 10, 11, 14),
    (0, 2, 4, 6, 8, 11, 14),
)
_SPACING_M = (0.36, 1.2, 9.0)
_ARCH_SIDES = (8, 4, 0)
_MERGE_M = (0.004, 0.09, 0.09)  # stations nearer than this are one

GAP_WIDTH_M = 0.016
SMOOTH_DEG = 42.0  # flatter edges of the skin are shaded smooth
ABOVE_SKIN_M = 0.003  # how far lines lie before the skin, so that depth keeps them apart
_STATION_M = 0.02  # between the sections that `Shell.side_y` looks at


def _linear(curve: Curve, x: F64) -> F64:
    points = np.array(curve)
    return np.interp(x, points[:, 0], points[:, 1])


def _smooth(curve: Curve, x: F64) -> F64:
    """Return a monotone cubic through the points (F. N. Fritsch and J. Butland, 1984)."""
    points = np.array(curve)
    inside = np.clip(x, points[0, 0], points[-1, 0])
    values: F64 = PchipInterpolator(points[:, 0], points[:, 1])(inside)
    return values


class Shell:
    """The surface that a `ShellShape` describes."""

    def __init__(self, shape: ShellShape) -> None:
        self.shape = shape
        self._first, self._last = shape.rear, shape.front  # x of the corners of the ends
        rows = np.arange(15)
        for _ in range(3):  # until the foremost and rearmost points are where the shape says
            self._last += shape.front - float(self._fascia_grid(True, rows)[..., 0].max())
            self._first += shape.rear - float(self._fascia_grid(False, rows)[..., 0].min())
        self._fascias = {front: self._fascia_grid(front, rows) for front in (True, False)}

    @cached_property
    def _side_profile(self) -> PchipInterpolator:
        return PchipInterpolator(_SIDE, np.array(self.shape.side_widths))

    def half_sections(self, x: ArrayLike, lift: ArrayLike = 0.0) -> F64:
        """Return (S, 15, 3) points of the left half at stations `x` (S,).

        `lift` (S,) raises the sill to that height: the rim of a wheel arch, m.
        """
        shape = self.shape
        at = np.atleast_1d(np.asarray(x, dtype=np.float64))
        raised = np.broadcast_to(np.asarray(lift, dtype=np.float64), at.shape)[:, None]
        sill = _linear(shape.sill, at)[:, None]
        belt = _smooth(shape.belt, at)[:, None]
        width = shape.half_width * _smooth(shape.plan, at)[:, None]
        low = np.maximum(sill, raised)
        points = np.zeros((len(at), 15, 3))
        z = np.maximum(sill + _SIDE * (belt - sill), low + 0.45 * _SIDE * (belt - low))
        z[:, -1:] = belt
        points[:, 2:9, 2] = z
        points[:, 2:9, 1] = width * self._side_profile((z - sill) / (belt - sill))
        points[:, :2, 2] = low
        in_arch = raised > 0
        edge = points[:, 2:3, 1]
        points[:, 1:2, 1] = np.where(in_arch, np.maximum(0.05, edge - 0.32), 0.8 * edge)
        points[:, 9:, 1:] = self._upper(at, points[:, 8, 1], belt)
        points[:, :, 0] = at[:, None]
        self._bend_ends(points, at)
        return points

    def _upper(self, at: F64, belt_y: F64, belt: F64) -> F64:
        """Return (S, 6, 2) y and z of rows 9 to 14: a lid and a cabin, blended by `cabin`."""
        shape = self.shape
        edge = belt_y[:, None]
        lid = np.stack(
            [edge * _LID, belt + shape.lid_crown * (1 - np.broadcast_to(_LID, (len(at), 6)) ** 2)],
            axis=-1,
        )
        if shape.bed is not None:
            inside = (shape.bed.start <= at) & (at <= shape.bed.end)
            sunk = belt - _BED_SUNK * shape.bed.depth_m
            lid[inside] = np.stack([edge * _BED, sunk], axis=-1)[inside]
        top = _smooth(shape.roof, at)[:, None]
        roof = np.minimum(shape.roof_half_width, edge * 0.985)
        drops = np.array([*shape.roof_drops, 0.0])
        cabin = np.empty((len(at), 6, 2))
        cabin[:, :1, 0] = edge - 0.010
        cabin[:, :1, 1] = belt + 0.025
        cabin[:, 1:2, 0] = roof + 0.16 * (edge - roof)
        cabin[:, 2:, 0] = roof * np.array([1.0, 0.78, 0.42, 0.0])
        cabin[:, 1:, 1] = top - drops
        share = _linear(shape.cabin, at)[:, None, None]
        return (1 - share) * lid + share * cabin

    def _bend_ends(self, points: F64, at: F64) -> None:
        """Move points along x: bowed glass and lids, raked fascias."""
        shape = self.shape
        belt_y = points[:, 8:9, 1]
        bow = _linear(shape.glass_bow, at)[:, None]
        points[:, 9:, 0] += bow * (1 - (points[:, 9:, 1] / belt_y) ** 2)
        for fascia, sign, end in (
            (shape.front_fascia, -1.0, self._last),
            (shape.rear_fascia, 1.0, self._first),
        ):
            near = np.clip(1 - np.abs(at - end) / 0.45, 0.0, 1.0)[:, None] ** 2
            setback = np.array(fascia.setback)
            rows = np.concatenate([[setback[0]] * 2, setback, [setback[-1]] * (13 - len(setback))])
            points[:, :, 0] += sign * near * rows

    def side_y(self, x: float, z: float) -> float:
        """Return the half width at (x, z), m: between stations 2 cm apart, linear along x."""
        first, sections = self._sides
        station, share = divmod((x - first) / _STATION_M, 1.0)
        rear = min(max(int(station), 0), len(sections) - 2)
        here, beyond = (
            float(np.interp(z, section[:, 2], section[:, 1]))
            for section in sections[rear : rear + 2]
        )
        return here + share * (beyond - here)

    @cached_property
    def _sides(self) -> tuple[float, F64]:
        """Return the rearmost station and (S, K, 3) sides of the stations from there, m."""
        first, last = self.shape.rear - _STATION_M, self.shape.front + 2.0 * _STATION_M
        stations = np.arange(first, last, _STATION_M)
        return first, self.half_sections(stations)[:, SILL : ROOF_EDGE + 1]

    def fascia_x(self, y: float, z: float, front: bool) -> float:
        """Return x of the front or rear fascia at (y, z), m."""
        grid = self._fascias[front]
        middle = grid[:, grid.shape[1] // 2]
        x, corner_x, corner_y = (
            float(np.interp(z, middle[:, 2], column))
            for column in (middle[:, 0], grid[:, 0, 0], np.abs(grid[:, 0, 1]))
        )
        return x + (corner_x - x) * (y / corner_y) ** 2

    def build(self, level: int, *, glazed: bool = True) -> MeshBuilder:
        """Return the skin at a level of detail (0 finest), panes dark if `glazed`, else clear."""
        quads, names = self._cells(level)
        builder = MeshBuilder()
        builder.quads(
            quads,
            [self.shape.far_glass if glazed and name == PANE else name for name in names],
            smooth_deg=SMOOTH_DEG,
        )
        return builder

    def inside(
        self, start: float, end: float, level: int, liner: str = LINER, ceiling: str = CEILING
    ) -> MeshBuilder:
        """Return the body's inner side between two x, from the lower edge of the windows up.

        It is the finest skin turned outside in (of `LINER`; the next one of any other liner), at
        level 1 the coarsest, and a tub below it. From outside one sees it through the panes alone:
        what is turned away from the eye is not drawn.
        """
        quads, names = self._cells(2 if level else int(liner != LINER))
        middle = quads.mean(axis=1)
        belt = np.interp(middle[:, 0], *np.array(self.shape.belt).T)
        low, high = quads[..., 0].min(axis=1), quads[..., 0].max(axis=1)
        keep = (high > start) & (low < end) & (middle[:, 2] > belt - 0.02)
        inner = dict.fromkeys((PANE, GLASS, SALON_GLASS), PANE_INSIDE)
        named = [
            inner.get(name, ceiling if up else liner)
            for name, up in zip(names, middle[:, 2] > belt + 0.30, strict=True)
        ]
        builder = MeshBuilder()
        builder.quads(
            quads[keep][:, ::-1],
            [n for n, k in zip(named, keep, strict=True) if k],
            smooth_deg=SMOOTH_DEG,
        )
        builder.add(self._tub(start, end, (5, 3)[level], liner))
        return builder

    def _cells(self, level: int) -> tuple[F64, list[str]]:
        """Return the skin's (Q, 4, 3) quads and their materials."""
        x, lift = self._stations(level)
        rows = np.array(_ROWS[level])
        half = self.half_sections(x, lift)[:, rows]
        mirrored = half[:, -2:0:-1] * np.array([1.0, -1.0, 1.0])
        sections = np.concatenate([half, mirrored], axis=1)
        here = sections
        beside = np.roll(sections, -1, axis=1)
        quads = np.stack([here[:-1], beside[:-1], beside[1:], here[1:]], axis=2).reshape(-1, 4, 3)
        names = self._skin_materials(x, rows, level)
        positions, materials = [quads], [names]
        for front in (False, True):
            grid = self._fascia_grid(front, rows)
            corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2)
            if front:  # the columns run from left to right, which is clockwise seen from the front
                corners = corners[:, :, ::-1]
            positions.append(corners.reshape(-1, 4, 3))
            materials.append(self._fascia_materials(front, grid, rows, level))
            keel = np.array([grid[0, 0, 0], 0.0, grid[0, 0, 2]])
            edge = grid[0] if not front else grid[0][::-1]
            count = len(edge) - 1
            fan = np.stack([edge[1:], edge[:-1], np.broadcast_to(keel, (count, 3))], axis=1)
            positions.append(np.concatenate([fan, fan[:, 2:]], axis=1))
            materials.append([UNDER] * count)
        return np.concatenate(positions), [m for group in materials for m in group]

    def _tub(self, start: float, end: float, stations: int, liner: str) -> MeshBuilder:
        """Return the walls under the windows' lower edge, the floor and both ends."""
        x = np.linspace(start, end, stations)
        sections = self.half_sections(x)[:, BELT:]
        belt = sections[:, 0]
        low = belt * np.array([1.0, 0.92, 0.0])
        low[:, 2] = np.interp(x, *np.array(self.shape.sill).T) + 0.08
        left = MeshBuilder()
        for outer, inner in ((belt, low), (low, low * np.array([1.0, 0.0, 1.0]))):
            left.quads(np.stack([outer[1:], outer[:-1], inner[:-1], inner[1:]], axis=1), liner)
        for end_belt, upper, turn in ((low[0], sections[0], -1), (low[-1], sections[-1], 1)):
            outline = np.vstack([end_belt, upper]) * [1.0, 0.99, 1.0] - [0.0, 0.0, 0.006]
            center = np.array([outline[:, 0].mean(), 0.0, end_belt[2]])
            fan = np.stack([outline[1:], outline[:-1], np.broadcast_to(center, (6 + 1, 3))], axis=1)
            left.triangles(fan[:, ::turn].reshape(-1, 3), np.arange(3 * len(fan)), liner)
        builder = MeshBuilder()
        builder.add(left)
        builder.add(left, MIRROR_Y)
        return builder

    def gap_lines(self) -> MeshBuilder:
        """Return the edges of the left side's doors as strips that lie just before the skin."""
        builder = MeshBuilder()
        for gap in self.shape.gaps:
            line = self.half_sections([gap.x], [self._rim(gap.x)])[0, gap.low : gap.high + 1]
            along = np.gradient(line, axis=0)
            out = np.stack([np.zeros(len(line)), along[:, 2], -along[:, 1]], axis=-1)
            out /= np.linalg.norm(out, axis=1, keepdims=True)
            line = line + ABOVE_SKIN_M * out
            behind, ahead = (line + (d, 0.0, 0.0) for d in (-GAP_WIDTH_M / 2, GAP_WIDTH_M / 2))
            builder.quads(np.stack([ahead[:-1], behind[:-1], behind[1:], ahead[1:]], axis=1), GAP)
        return builder

    def _stations(self, level: int) -> tuple[F64, F64]:
        """Return x (S,) and the arch's lift (S,) of the cross-sections."""
        shape = self.shape
        wanted = [x for x, _ in shape.cabin if self._first < x < self._last]
        wanted += {
            0: [
                d + e
                for e, s in ((self._first, 1), (self._last, -1))
                for d in (s * 0.05, s * 0.13, s * 0.26)
            ],
            1: [self._first + 0.12, self._last - 0.12],
            2: [self._last - 0.3],
        }[level]
        if level < 2:
            bands = [b for b in shape.bands if level == 0 or not b.finest_only]
            wanted += [x for b in bands for x in (b.start, b.end)]
        if level == 0:
            wanted += [gap.x for gap in shape.gaps]  # so that the skin is where their lines are
        stations: list[tuple[float, float]] = [(self._first, 0.0), (self._last, 0.0)]
        arches: list[tuple[float, float]] = []
        if _ARCH_SIDES[level]:
            for arch in shape.arches:
                angle = np.linspace(np.pi, 0.0, _ARCH_SIDES[level] + 1)
                rim_x = arch.x + arch.radius_m * np.cos(angle)
                rim_z = arch.z + arch.radius_m * np.sin(angle)
                rim = list(zip(rim_x.tolist(), rim_z.tolist(), strict=True))
                stations += [(rim[0][0], -1.0), *rim, (rim[-1][0], 9.0)]
                arches.append((rim[0][0], rim[-1][0]))
        if shape.bed is not None:
            ends = (shape.bed.start - _BED_END_M, shape.bed.start, shape.bed.end,
                    shape.bed.end + _BED_END_M)  # fmt: skip
            stations += [(x, self._rim(x) if _ARCH_SIDES[level] else 0.0) for x in ends]
        taken = [x for x, _ in stations]
        for x in sorted(wanted):
            inside = any(a < x < b for a, b in arches)
            if self._first < x < self._last and min(abs(x - t) for t in taken) > _MERGE_M[level]:
                stations.append((x, self._rim(x) if inside else 0.0))
                taken.append(x)
        taken.sort()
        for a, b in pairwise(taken):
            pieces = int(np.ceil((b - a) / _SPACING_M[level]))
            stations += [(x, 0.0) for x in np.linspace(a, b, pieces + 1)[1:-1]]
        # At an arch's ends two stations share x: marks -1 and 9 sort the unlifted one outside.
        stations.sort()
        at, lift = np.array(stations).T
        return at, np.where((lift < 0) | (lift > 8), 0.0, lift)

    def _rim(self, x: float) -> float:
        for arch in self.shape.arches:
            if abs(x - arch.x) < arch.radius_m:
                return float(arch.z + np.sqrt(arch.radius_m**2 - (x - arch.x) ** 2))
        return 0.0

    def _skin_materials(self, x: F64, rows: NDArray[np.int64], level: int) -> list[str]:
        """Return the names of the loft's cells, station by station and around each."""
        middle_x = (x[:-1] + x[1:]) / 2
        up = (rows[:-1] + rows[1:]) / 2
        around = np.concatenate([up, up[::-1]])
        side = np.concatenate([np.ones(len(up)), -np.ones(len(up))])
        names = np.full((len(middle_x), len(around)), PAINT, dtype=object)
        names[:, around < LOW] = PAINT_LOW
        for band in reversed(self.shape.bands):
            if band.finest_only and level > 0:
                continue
            along = (band.start <= middle_x) & (middle_x <= band.end)
            across = (band.low <= around) & (around <= band.high)
            if band.side:
                across &= side == band.side
            material = np.full(len(around), band.material, dtype=object)
            if band.material == LEFT_LAMP:
                material[side < 0] = RIGHT_LAMP
            cells = along[:, None] & across
            names[cells] = np.broadcast_to(material, names.shape)[cells]
        names[:, around < SILL] = UNDER
        return [str(name) for name in names.reshape(-1)]

    def _fascia_grid(self, front: bool, rows: NDArray[np.int64]) -> F64:
        """Return (R, C, 3): rows from the sill up, columns from the left corner to the right."""
        fascia = self.shape.front_fascia if front else self.shape.rear_fascia
        section = self.half_sections([self._last if front else self._first])[0]
        side_rows = rows[(rows >= SILL) & (rows <= fascia.top_row)]
        top_rows = rows[rows >= fascia.top_row]
        side, top = section[side_rows], section[top_rows]
        share = top[:, 1] / top[0, 1]
        shares = np.concatenate([share, -share[-2::-1]])
        bend = top - top[0]
        bend = np.concatenate([bend, bend[-2::-1]])
        # The roof's rise to the middle dies out towards the sill, the bow in plan view does not.
        fraction = (side_rows - SILL) / (fascia.top_row - SILL)
        grid = np.empty((len(side), len(shares), 3))
        grid[..., 0] = side[:, None, 0] + bend[:, 0]
        grid[..., 1] = side[:, None, 1] * shares
        grid[..., 2] = side[:, None, 2] + fraction[:, None] ** 2 * bend[:, 2]
        return grid

    def _fascia_materials(
        self, front: bool, grid: F64, rows: NDArray[np.int64], level: int
    ) -> list[str]:
        """Return the names of a fascia's cells, row by row."""
        fascia = self.shape.front_fascia if front else self.shape.rear_fascia
        side_rows = rows[(rows >= SILL) & (rows <= fascia.top_row)]
        shares = grid[-1, :, 1] / grid[-1, 0, 1]
        names = []
        for row in (side_rows[:-1] + side_rows[1:]) / 2:
            for q in (shares[:-1] + shares[1:]) / 2:
                material = PAINT if row > LOW else PAINT_LOW
                for patch in fascia.patches:
                    if patch.low <= row <= patch.high and patch.inner <= abs(q) <= patch.outer:
                        material = patch.material
                        break
                if material == LEFT_LAMP and q < 0:
                    material = RIGHT_LAMP
                if material == LENS and level > 0:
                    material = FAR_HEADLAMP
                names.append(material)
        return names
