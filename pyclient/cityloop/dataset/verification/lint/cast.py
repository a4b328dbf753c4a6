"""Who is who in a sequence, and where everybody is: what all lint checks share."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ACTIVITIES
from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import StateBlock
from cityloop.dataset.verification.lint.convex import box_corners
from cityloop.dataset.verification.lint.findings import Ledger
from cityloop.dataset.verification.lint.requests import Requests
from cityloop.dataset.verification.lint.spells import Spell
from cityloop.dataset.verification.report import Finding
from cityloop.spatial import rotation
from cityloop.world.people import CAPSULE_RADIUS_SHARE, PERSON_KINDS
from cityloop.world.road_areas import RoadAreas
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

VEHICLE_CLASSES = (
    SemanticClass.CAR,
    SemanticClass.TRUCK,
    SemanticClass.BUS,
    SemanticClass.TRAIN,
    SemanticClass.MOTORCYCLE,
    SemanticClass.BICYCLE,
)
_STATIC = [ACTIVITIES.index(a) for a in ("parked", "signal", "")]
_FALLEN = ACTIVITIES.index("fallen")
_HIT_S = 1.0  # for this long after a collision a person counts as hit
_NOBODY = "?"


class Cast:
    """The actors of a sequence by id, what was asked of them, and the roads if they are known.

    Attributes:
        sequence: the sequence.
        dt_s: length of a tick.
        requests: what the scenario asked for.
        areas: its roads, None if they were not recorded.
    """

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence
        self.dt_s = sequence.dt_s
        self.requests = Requests(sequence.description)
        self.areas = RoadAreas(sequence.network) if sequence.has_map else None
        self._hits: dict[str, list[int]] = {}
        for event in sequence.events:
            if event.kind == "collision":
                for name in event.actors:
                    self._hits.setdefault(name, []).append(event.tick)

    @cached_property
    def size(self) -> int:
        """One more than the highest id: the length of a column by id."""
        known = (*self.sequence.actors, *self.sequence.states.identities())
        return max(known, default=0) + 1

    @cached_property
    def statures(self) -> Array:
        """(size,) by id, m, of people of the kinds that are known; nan for others."""
        known = np.full(self.size, np.nan)
        for actor, said in self.sequence.actors.items():
            kind = PERSON_KINDS.get(str(said["kind"]))
            if kind is not None:
                known[actor] = kind.height_m
        return known

    @cached_property
    def prams(self) -> Array:
        """(size, 3) by id, m: from where to where ahead of who pushes it a pram is, half its width.

        nan for who pushes none.
        """
        known = np.full((self.size, 3), np.nan)
        for actor, said in self.sequence.actors.items():
            kind = PERSON_KINDS.get(str(said["kind"]))
            if kind is not None and kind.pram:
                known[actor] = *kind.pram_span_m, kind.dimension[1] / 2
        return known

    def name(self, actor: int) -> str:
        """Return the name of an id."""
        said = self.sequence.actors.get(actor)
        return _NOBODY if said is None else str(said["name"])

    def was_hit(self, name: str, first: int, last: int) -> bool:
        """Return whether somebody collided from a second before `first` to the tick `last`."""
        slack = round(_HIT_S / self.dt_s)
        return any(first - slack <= tick <= last + 1 for tick in self._hits.get(name, ()))

    def hits(self) -> list[tuple[str, int]]:
        """Return (name, tick) of everybody in every collision."""
        return [(name, tick) for name, ticks in self._hits.items() for tick in ticks]

    def finding(
        self, ledger: Ledger, spell: Spell, amount: float, actors: tuple[str, ...], excuse: str
    ) -> Finding:
        """Return what a stretch of ticks is in the report."""
        x, y, z = (float(v) for v in spell.position)
        return Finding(
            self.sequence.name,
            ledger.check,
            actors,
            spell.first,
            spell.last,
            spell.first * self.dt_s,
            (x, y, z),
            amount,
            ledger.unit,
            excuse,
        )


@dataclass(frozen=True)
class View:
    """A block of states, and what the checks derive from it once for all of them.

    Attributes:
        block: the states; R rows.
        cast: who they are.
    """

    block: StateBlock
    cast: Cast

    @cached_property
    def is_vehicle(self) -> Mask:
        """(R,) whether it is a vehicle, parked ones included."""
        return np.isin(self.block.semantic, VEHICLE_CLASSES)

    @cached_property
    def is_person(self) -> Mask:
        """(R,) whether it is a person on foot."""
        return np.asarray(self.block.semantic == SemanticClass.PERSON)

    @cached_property
    def is_static(self) -> Mask:
        """(R,) whether it never moves."""
        return np.isin(self.block.activity, _STATIC)

    @cached_property
    def is_fallen(self) -> Mask:
        """(R,) whether it is a person who lies or falls."""
        return np.asarray(self.block.activity == _FALLEN)

    @cached_property
    def yaw(self) -> Array:
        """(R,) heading, rad from east."""
        return np.asarray(rotation.yaw_of(self.block.quaternion))

    @cached_property
    def speed(self) -> Array:
        """(R,) m/s."""
        return np.asarray(np.linalg.norm(self.block.velocity, axis=1))

    @cached_property
    def center(self) -> Array:
        """(R, 3) centre of the 3D box, world, m."""
        turned = rotation.rotate(self.block.quaternion, self.block.box_center)
        return np.asarray(self.block.position + turned)

    @cached_property
    def corners(self) -> Array:
        """(R, 4, 2) outline of the 3D box seen from above, m."""
        size = self.block.dimension
        return box_corners(self.center[:, :2], self.yaw, size[:, 0], size[:, 1])

    @cached_property
    def front(self) -> Array:
        """(R, 3) middle of the front side of the 3D box, world, m."""
        nose = self.block.box_center + self.block.dimension * [0.5, 0.0, 0.0]
        turned = rotation.rotate(self.block.quaternion, nose)
        return np.asarray(self.block.position + turned)

    @cached_property
    def torso_radius(self) -> Array:
        """(R,) radius of a person's upright capsule, m; an umbrella makes nobody taller."""
        stature = self.cast.statures[self.ids]
        height = np.where(np.isnan(stature), self.block.dimension[:, 2], stature)
        return np.asarray(CAPSULE_RADIUS_SHARE * height)

    @cached_property
    def middle(self) -> Array:
        """(R, 2) of the outline: the box's, a person's axis, which things held in hand leave."""
        upright = self.is_person & ~self.is_fallen
        return np.where(upright[:, None], self.block.position[:, :2], self.center[:, :2])

    @cached_property
    def reach(self) -> Array:
        """(R,) radius of the circle around the middle that holds the outline, m."""
        box = np.linalg.norm(self.block.dimension[:, :2], axis=1) / 2
        pram = np.hypot(*self.cast.prams[self.ids, 1:].T)
        person = np.where(self.pushes_pram, pram, self.torso_radius)
        return np.where(self.is_person, person, box)

    @cached_property
    def pushes_pram(self) -> Mask:
        """(R,) whether it is a person on their feet who pushes a pram."""
        pushes = ~np.isnan(self.cast.prams[self.ids, 0])
        return np.asarray(self.is_person & ~self.is_fallen & pushes)

    def pram_corners(self, rows: NDArray[np.intp]) -> Array:
        """Return (N, 4, 2) the outlines of the prams that those in `rows` (N,) push, m."""
        rear, front, half_width = self.cast.prams[self.ids[rows]].T
        ahead = np.column_stack([np.cos(self.yaw[rows]), np.sin(self.yaw[rows])])
        middle = self.middle[rows] + ((rear + front) / 2)[:, None] * ahead
        return box_corners(middle, self.yaw[rows], front - rear, 2 * half_width)

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """(R,) ids as int64."""
        return self.block.id.astype(np.int64)
