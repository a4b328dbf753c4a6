"""Who is inside whom: vehicles, people and what stands still, as outlines with heights."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.convex import overlap_depth, signed_distance
from cityloop.dataset.verification.lint.findings import Book, Ledger
from cityloop.dataset.verification.lint.rule import ByActor
from cityloop.dataset.verification.lint.spells import Spell, Spells

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

DEPTH_M = 0.1
_APART_M = 1000.0  # between ticks in the tree: no pair spans two of them
_MOVED_M = 1e-3


def _heights(view: View, rows: Rows) -> tuple[Array, Array]:
    """Return (N,) bottoms and tops of the 3D boxes."""
    half = view.block.dimension[rows, 2] / 2
    return view.center[rows, 2] - half, view.center[rows, 2] + half


def _solid_depth(view: View, rows: Rows, corners: Array) -> Array:
    """Return (N,) how deep the actors in `rows` (N,) are in the outlines (N, C, 2)."""
    depth = np.zeros(len(rows))
    person = view.is_person[rows]
    depth[person] = _torso_depth(view, rows[person], corners[person])
    depth[~person] = overlap_depth(view.corners[rows[~person]], corners[~person])
    pushes = view.pushes_pram[rows]
    prams = overlap_depth(view.pram_corners(rows[pushes]), corners[pushes])
    depth[pushes] = np.maximum(depth[pushes], prams)
    return depth


def _torso_depth(view: View, rows: Rows, corners: Array) -> Array:
    """Return (N,) how deep the torsos of people in `rows` (N,) are in the outlines (N, C, 2)."""
    distance = signed_distance(view.middle[rows], corners)
    return np.maximum(view.torso_radius[rows] - distance, 0.0)


def _people_depth(view: View, a: Rows, b: Rows) -> Array:
    """Return (N,) how deep people in rows (N,) are in those in others, prams included."""
    gap = np.linalg.norm(view.middle[a] - view.middle[b], axis=1)
    depth = np.maximum(view.torso_radius[a] + view.torso_radius[b] - gap, 0.0)
    for one, other in ((a, b), (b, a)):
        pushes = np.flatnonzero(view.pushes_pram[one])
        prams = view.pram_corners(one[pushes])
        depth[pushes] = np.maximum(depth[pushes], _solid_depth(view, other[pushes], prams))
    return depth


class InsideEachOther:
    """Two who move overlap: boxes of vehicles and prams, upright capsules (the torso) of people."""

    def __init__(self, cast: Cast, book: Book, step_ticks: int) -> None:
        self._cast = cast
        self._ledgers = {
            "vehicles": book.open("lint: vehicles inside vehicles", "m", DEPTH_M),
            "mixed": book.open("lint: vehicles inside people", "m", DEPTH_M),
            "people": book.open("lint: people inside people", "m", DEPTH_M),
        }
        self._spells = {kind: Spells(step_ticks) for kind in self._ledgers}
        self._fallen: set[int] = set()

    def look(self, view: View) -> None:
        """Look at every pair of neighbours."""
        movers = np.flatnonzero((view.is_vehicle | view.is_person) & ~view.is_static)
        self._fallen.update(np.unique(view.ids[movers][view.is_fallen[movers]]).tolist())
        a, b = self._neighbours(view, movers)
        low_a, high_a = _heights(view, a)
        low_b, high_b = _heights(view, b)
        level = np.minimum(high_a, high_b) - np.maximum(low_a, low_b) > DEPTH_M
        a, b = a[level], b[level]
        # Vehicles first, so that of a mixed pair `a` is the vehicle; of others the lower id.
        mixed = view.is_person[a] != view.is_person[b]
        swap = np.where(mixed, view.is_person[a], view.ids[a] > view.ids[b])
        a, b = np.where(swap, b, a), np.where(swap, a, b)
        people = view.is_person[a].astype(int) + view.is_person[b]
        for number, kind in enumerate(("vehicles", "mixed", "people")):
            self._judge(view, kind, a[people == number], b[people == number])

    def finish(self) -> None:
        """Enter the pairs that overlapped too far."""
        for kind, ledger in self._ledgers.items():
            for spell in self._spells[kind].all():
                ids = (spell.key >> 32, spell.key & 0xFFFFFFFF)
                names = tuple(self._cast.name(i) for i in ids)
                ledger.findings.append(
                    self._cast.finding(
                        ledger, spell, spell.worst, names, self._excuse(kind, ids, spell)
                    )
                )

    def _neighbours(self, view: View, rows: Rows) -> tuple[Rows, Rows]:
        """Return the rows of every pair whose circles touch at the same tick."""
        none = np.zeros(0, np.intp)
        if len(rows) < 2:
            return none, none
        first = view.block.tick[rows].min()
        tick = (view.block.tick[rows] - first) * _APART_M
        points = np.column_stack([view.middle[rows], tick])
        finite = np.isfinite(points).all(axis=1)
        rows, points = rows[finite], points[finite]
        if len(rows) < 2:
            return none, none
        reach = view.reach[rows]
        pairs = []
        # A long vehicle needs a wide search: sizes are searched class by class, not all alike.
        order = np.argsort(reach, kind="stable")
        tree = cKDTree(points)
        for part in np.array_split(order, 8):
            if len(part):
                # Everybody at most as large as the largest of this part.
                radius = 2 * float(reach[part[-1]])
                found = cKDTree(points[part]).sparse_distance_matrix(
                    tree, radius, output_type="ndarray"
                )
                pairs.append(np.column_stack([part[found["i"]], found["j"]]))
        i, j = np.concatenate(pairs).T
        rank = np.empty(len(rows), np.intp)
        rank[order] = np.arange(len(rows))
        gap = np.linalg.norm(points[i, :2] - points[j, :2], axis=1)
        # Each pair once: found from its larger one.
        keep = (rank[j] < rank[i]) & (gap < reach[i] + reach[j])
        return rows[i[keep]], rows[j[keep]]

    def _judge(self, view: View, kind: str, a: Rows, b: Rows) -> None:
        if kind == "people":
            depth = _people_depth(view, a, b)
        else:
            depth = _solid_depth(view, b, view.corners[a])
        breach = depth > DEPTH_M
        self._ledgers[kind].looked_at(len(a), float(depth[~breach].max(initial=0.0)))
        a, b = a[breach], b[breach]
        key = (view.ids[a] << 32) | view.ids[b]
        self._spells[kind].add(key, view.block.tick[a], depth[breach], view.center[b])

    def _excuse(self, kind: str, ids: tuple[int, int], spell: Spell) -> str:
        for actor in ids if kind != "vehicles" else ():
            name = self._cast.name(actor)
            if actor in self._fallen:
                return f"{name} has fallen"
            is_person = kind == "people" or actor == ids[1]
            if is_person and self._cast.was_hit(name, spell.first, spell.last):
                return f"{name} was hit"
        return ""


class InsideWalls:
    """Somebody who moves is inside a building, furniture or a parked vehicle."""

    def __init__(self, cast: Cast, book: Book, step_ticks: int) -> None:
        self._cast = cast
        self._ledgers = {
            False: book.open("lint: vehicles inside fixed things", "m", DEPTH_M),
            True: book.open("lint: people inside fixed things", "m", DEPTH_M),
        }
        self._spells = {person: Spells(step_ticks) for person in self._ledgers}
        self._names: list[str] = []
        self._tree: Any = None
        self._corners = np.zeros((0, 4, 2))
        self._heights = np.zeros((0, 2))
        self._at = tuple(ByActor(np.nan) for _ in range(3))
        self._fallen: set[int] = set()

    def look(self, view: View) -> None:
        """Look at whoever moved since the last block."""
        if self._tree is None:
            self._build(view)
        movers = np.flatnonzero((view.is_vehicle | view.is_person) & ~view.is_static)
        self._fallen.update(np.unique(view.ids[movers][view.is_fallen[movers]]).tolist())
        movers = movers[self._moved(view, movers) & np.isfinite(view.center[movers]).all(axis=1)]
        for person in (False, True):
            self._ledgers[person].looked_at(int((view.is_person[movers] == person).sum()))
        if not len(self._names) or not len(movers):
            return
        points = shapely.points(view.middle[movers])
        which, solid = self._tree.query(points, "dwithin", distance=view.reach[movers])
        rows = movers[which]
        low, high = _heights(view, rows)
        level = np.minimum(high, self._heights[solid, 1]) - np.maximum(low, self._heights[solid, 0])
        rows, solid = rows[level > DEPTH_M], solid[level > DEPTH_M]
        depth = _solid_depth(view, rows, self._corners[solid])
        for person, spells in self._spells.items():
            mine = view.is_person[rows] == person
            breach = mine & (depth > DEPTH_M)
            self._ledgers[person].looked_at(0, float(depth[mine & ~breach].max(initial=0.0)))
            key = (view.ids[rows[breach]] << 32) | solid[breach]
            at = rows[breach]
            spells.add(key, view.block.tick[at], depth[breach], view.center[at])

    def finish(self) -> None:
        """Enter whoever was too deep inside."""
        for person, spells in self._spells.items():
            for spell in spells.all():
                self._enter(self._ledgers[person], spell, person)

    def _enter(self, ledger: Ledger, spell: Spell, person: bool) -> None:
        actor, solid = spell.key >> 32, spell.key & 0xFFFFFFFF
        name = self._cast.name(actor)
        excuse = ""
        if person and actor in self._fallen:
            excuse = f"{name} has fallen"
        names = (name, self._names[solid])
        ledger.findings.append(self._cast.finding(ledger, spell, spell.worst, names, excuse))

    def _moved(self, view: View, rows: Rows) -> NDArray[np.bool_]:
        """Return (N,) who is not where they were at the tick looked at before."""
        ids, moved = view.ids[rows], np.zeros(len(rows), np.bool_)
        ticks = view.block.tick[rows]
        state = np.column_stack([view.middle[rows], view.yaw[rows]])
        for tick in np.unique(ticks):
            now = np.flatnonzero(ticks == tick)
            before = np.stack([column.get(ids[now]) for column in self._at], axis=1)
            moved[now] = ~(np.abs(state[now] - before).max(axis=1) < _MOVED_M)
            for k, column in enumerate(self._at):
                column.set(ids[now], np.where(moved[now], state[now, k], before[:, k]))
        return moved

    def _build(self, view: View) -> None:
        """Gather everything solid: what was recorded with the map, and parked vehicles."""
        sequence = self._cast.sequence
        obstacles = sequence.obstacles if sequence.has_map else ()
        first = view.block.tick == view.block.tick[0]
        known = np.isfinite(view.corners).all(axis=(1, 2))
        parked = np.flatnonzero(first & view.is_static & view.is_vehicle & known)
        outlines = [o.outline for o in obstacles] + list(view.corners[parked])
        most = max((len(o) for o in outlines), default=4)
        # A repeated last corner changes no outline.
        padded = [np.concatenate([o, np.repeat(o[-1:], most - len(o), 0)]) for o in outlines]
        self._corners = np.array(padded).reshape(-1, most, 2)
        low, high = _heights(view, parked)
        heights = [(o.bottom_m, o.top_m) for o in obstacles]
        self._heights = np.array([*heights, *zip(low, high, strict=True)]).reshape(-1, 2)
        self._names = [o.name for o in obstacles]
        self._names += [self._cast.name(int(i)) for i in view.ids[parked]]
        self._tree = shapely.STRtree(shapely.polygons(self._corners))
