"""Feet and wheels on the ground of the recorded roads, and nobody below it."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.spells import Spells
from cityloop.spatial import rotation
from cityloop.world.network import RoadNetwork

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

HEIGHT_M = 0.05
BELOW_M = 0.3
# A tyre that climbs a kerb is off the ground below its middle until it is up, a foot likewise.
STEP_S = 0.5


class Footing:
    """Heights of people's origins and of wheels' lowest points over the ground under them."""

    def __init__(self, cast: Cast, book: Book, step_ticks: int) -> None:
        self._cast, self._step_s = cast, step_ticks * cast.dt_s
        self._ledgers = {
            "people": book.open("lint: feet off or in the ground", "m", HEIGHT_M),
            "vehicles": book.open("lint: wheels off or in the ground", "m", HEIGHT_M),
        }
        self._spells = {kind: Spells(step_ticks) for kind in self._ledgers}
        self._below = book.open("lint: bodies below the road", "m", BELOW_M)
        self._below_spells = Spells(step_ticks)

    def look(self, view: View) -> None:
        """Look at everybody who moves."""
        if self._cast.areas is None:
            return
        block = view.block
        people = np.flatnonzero(view.is_person)
        # The place between the feet may turn below the ground while the body lies on it.
        lies = view.is_fallen[people, None]
        self._sink(view, people, np.where(lies, view.center[people], block.position[people]))
        people = people[~view.is_fallen[people]]
        self._judge(view, "people", people, self._feet(view, people))
        vehicles = np.flatnonzero(view.is_vehicle & ~view.is_static)
        self._sink(view, vehicles, view.center[vehicles])
        self._judge(view, "vehicles", vehicles, self._wheels(view, vehicles))

    def finish(self) -> None:
        """Enter whoever was off the ground for longer than a step takes, or below the road."""
        for kind, spells in self._spells.items():
            ledger = self._ledgers[kind]
            for spell in spells.all():
                if (spell.last - spell.first) * self._cast.dt_s + self._step_s <= STEP_S + 1e-9:
                    continue
                name = self._cast.name(spell.key)
                hit = self._cast.was_hit(name, spell.first, spell.last)
                excuse = f"{name} was hit" if hit else ""
                ledger.findings.append(
                    self._cast.finding(ledger, spell, spell.worst, (name,), excuse)
                )
        for spell in self._below_spells.all():
            name = self._cast.name(spell.key)
            self._below.findings.append(
                self._cast.finding(self._below, spell, spell.worst, (name,), "")
            )

    def _sink(self, view: View, rows: Rows, points: Array) -> None:
        """Take note of those whose points (N, 3) are below the ground."""
        depth = ground_below(self._cast.sequence.network, points) - points[:, 2]
        breach = depth > BELOW_M
        self._below.looked_at(len(rows), float(depth[~breach].max(initial=0.0)))
        at = rows[breach]
        self._below_spells.add(view.ids[at], view.block.tick[at], depth[breach], points[breach])

    def _judge(self, view: View, kind: str, rows: Rows, height: Array) -> None:
        breach = height > HEIGHT_M
        self._ledgers[kind].looked_at(len(rows), float(height[~breach].max(initial=0.0)))
        at = rows[breach]
        self._spells[kind].add(
            view.ids[at], view.block.tick[at], height[breach], view.block.position[at]
        )

    def _feet(self, view: View, rows: Rows) -> Array:
        """Return (N,) how far people are off the ground, up or down."""
        at = view.block.position[rows]
        return np.abs(at[:, 2] - ground_below(self._cast.sequence.network, at))

    def _wheels(self, view: View, rows: Rows) -> Array:
        """Return (N,) how far the worst wheel of each vehicle is off the ground, up or down."""
        block = view.block
        number = np.full(len(block), -1, dtype=np.intp)
        number[rows] = np.arange(len(rows))
        used = np.flatnonzero(number[block.wheel_row] >= 0)
        owner = block.wheel_row[used]
        lowest = self._lowest(view, used)
        at = block.position[owner] + rotation.rotate(block.quaternion[owner], lowest)
        off = np.abs(at[:, 2] - ground_below(self._cast.sequence.network, at))
        worst = np.zeros(len(rows))
        np.maximum.at(worst, number[owner], np.where(np.isfinite(off), off, 0.0))
        return worst

    def _lowest(self, view: View, wheels: Rows) -> Array:
        """Return (K, 3) the lowest points of wheels as they are sprung, body frame, m."""
        block = view.block
        begins = np.searchsorted(block.wheel_row, block.wheel_row[wheels])
        place = wheels - begins  # which wheel of its vehicle
        out = np.zeros((len(wheels), 3))
        ids = view.ids[block.wheel_row[wheels]]
        for actor in np.unique(ids):
            mine = ids == actor
            geometry = self._geometry(int(actor))
            known = mine & (place < len(geometry))
            out[known] = geometry[place[known]]
        out[:, 2] += block.wheels[wheels, 3]
        return out

    def _geometry(self, actor: int) -> Array:
        """Return (W, 3) the lowest points at rest of an actor's wheels, body frame, m."""
        sequence = self._cast.sequence
        kind = sequence.kinds.get(str(sequence.actors.get(actor, {}).get("kind")))
        wheels = kind.wheels if kind else ()
        return np.array([np.subtract(w.center, (0, 0, w.radius_m)) for w in wheels]).reshape(-1, 3)


def ground_below(network: RoadNetwork, points: Array) -> Array:
    """Return (N,) heights of the ground at points (N, 3); points that are no numbers have none."""
    height = np.full(len(points), np.nan)
    finite = np.isfinite(points).all(axis=1)
    # Many do not move within a block: each place is asked for once.
    places, again = np.unique(points[finite, :2], axis=0, return_inverse=True)
    if len(places):
        height[finite] = network.ground_height(places)[again]
    return height
