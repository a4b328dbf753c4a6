"""What touched during a tick, from the contact pairs of its substeps."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import rapier3d

# Ground under wheels and feet is no contact worth a word: a mesh touched from above.
_GROUND_NORMAL_Z = 0.7

# Body id, and whether the collider is a mesh.
Owner = tuple[int, bool]


@dataclass(frozen=True)
class Touch:
    """A contact during a tick; see `Contact` in state.proto for units and frames."""

    body_a: int
    body_b: int
    point: tuple[float, float, float]
    normal: tuple[float, float, float]
    impulse_ns: float


class Contacts:
    """Who touched whom over the substeps of a tick: the whole impulse, and the hardest contact."""

    def __init__(
        self, world: rapier3d.PhysicsWorld, owners: Mapping[rapier3d.ColliderHandle, Owner]
    ) -> None:
        self._world = world
        self._owners = owners
        self._touches: dict[tuple[int, int], Touch] = {}
        # Over the tick so far, N s, in the world.
        self._impulse: dict[tuple[int, int], tuple[float, float, float]] = {}

    def collect(self) -> None:
        """Take in the contacts of the substep that has just been done.

        Two bodies may touch with several shapes each, as a limp one does with its limbs: their
        impulses add up as vectors, as those of the substeps do, so that pushes from both sides of
        a thin wall count for what they change. The hardest contact says where.
        """
        sums: dict[tuple[int, int], float] = {}
        hardest: dict[tuple[int, int], tuple[float, rapier3d.ContactPair, Owner, Owner]] = {}
        for pair in self._world.narrow_phase.contact_pairs():
            if not pair.has_any_active_contact:
                continue
            one, other = self._owners[pair.collider1], self._owners[pair.collider2]
            if one[0] == other[0]:
                continue
            key = (one[0], other[0]) if one[0] < other[0] else (other[0], one[0])
            impulse = pair.total_impulse_magnitude()
            sums[key] = sums.get(key, 0.0) + impulse
            push, before = pair.total_impulse(), self._impulse.get(key, (0.0, 0.0, 0.0))
            sign = 1.0 if one[0] < other[0] else -1.0
            self._impulse[key] = (
                before[0] + sign * push.x,
                before[1] + sign * push.y,
                before[2] + sign * push.z,
            )
            if key not in hardest or hardest[key][0] < impulse:
                hardest[key] = (impulse, pair, one, other)
        for key, (_, pair, one, other) in hardest.items():
            known = self._touches.get(key)
            if known is None or known.impulse_ns < sums[key]:
                self._take(pair, key, one, other, sums[key])

    def _take(
        self,
        pair: rapier3d.ContactPair,
        key: tuple[int, int],
        one: Owner,
        other: Owner,
        impulse: float,
    ) -> None:
        found = [(p.dist, i, p, m) for i, m in enumerate(pair.manifolds) for p in m.points]
        if not found:
            return
        _, _, deepest, manifold = min(found, key=lambda item: item[:2])
        normal = manifold.data.normal
        n = (normal.x, normal.y, normal.z)
        if (one[1] or other[1]) and abs(n[2]) > _GROUND_NORMAL_Z:
            return
        p = self._world.colliders[pair.collider1].position.transform_point(deepest.local_p1)
        if one[0] > other[0]:
            n = (-n[0], -n[1], -n[2])
        self._touches[key] = Touch(*key, (p.x, p.y, p.z), n, impulse)

    def sorted(self) -> list[Touch]:
        """Return them by rising ids."""
        return [
            replace(self._touches[key], impulse_ns=math.hypot(*self._impulse[key]))
            for key in sorted(self._touches)
        ]
