"""The lamps that are lit: which of the scene's lights shine, and where in the world."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.instances import Instances
from cityloop.protocol import scene_pb2
from cityloop.spatial import Pose

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LightTable:
    """The lights of all kinds of bodies, L of them, each carried by a part.

    Attributes:
        first, count: (P,) int64, the lights that a part carries.
        position, direction: (L, 3) part frame, m.
        intensity: (L, 3) linear, as `Light.intensity`.
        cosines: (L, 2) of the inner and the outer angle.
        lamp: (L,) uint32 mask of the lamps, all bits for one that is always lit.
    """

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    position: F64
    direction: F64
    intensity: F64
    cosines: F64
    lamp: NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class LitLights:
    """K lights that shine now, world frame.

    Attributes:
        position, direction: (K, 3) m.
        ground_m: (K,) height of the origin of the body, which is on the ground, m.
        intensity, cosines: as in `LightTable`.
        body: (K,) uint32 id.
        static: (K,) bool, of bodies that stand still.
    """

    position: F64
    direction: F64
    ground_m: F64
    intensity: F64
    cosines: F64
    body: NDArray[np.uint32]
    static: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.position)

    def chosen(self, which: NDArray[np.bool_]) -> "LitLights":
        """Return those of `which` (K,)."""
        return LitLights(
            self.position[which],
            self.direction[which],
            self.ground_m[which],
            self.intensity[which],
            self.cosines[which],
            self.body[which],
            self.static[which],
        )

    def same(self, other: "LitLights") -> bool:
        """Tell whether the others shine alike."""
        return (
            np.array_equal(self.position, other.position)
            and np.array_equal(self.direction, other.direction)
            and np.array_equal(self.intensity, other.intensity)
            and np.array_equal(self.cosines, other.cosines)
        )


class LightsBuilder:
    """Takes the lights of prototypes, part by part."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, list[float]]] = []
        self._masks: list[int] = []

    def add(self, prototype: scene_pb2.Prototype, handles: list[int]) -> None:
        """Hang the lights of a prototype on the first of its parts that is no wheel."""
        carriers = [
            (handle, part)
            for handle, part in zip(handles, prototype.parts, strict=True)
            if not part.HasField("wheel")
        ]
        if not carriers:
            return
        handle, part = carriers[0]
        p, q = part.body_from_part.position, part.body_from_part.rotation
        place = Pose(np.array([p.x, p.y, p.z]), np.array([q.x, q.y, q.z, q.w])).inverse()
        for light in prototype.lights:
            at, way, c = light.position, light.direction, light.intensity
            position = place.apply(np.array([at.x, at.y, at.z]))
            direction = place.matrix[:3, :3] @ np.array([way.x, way.y, way.z])
            cosines = np.cos([light.inner_angle_rad, light.outer_angle_rad])
            row = [*position.tolist(), *direction.tolist(), c.r, c.g, c.b, *cosines.tolist()]
            self._rows.append((handle, row))
            self._masks.append(1 << (light.lamp - 1) if light.lamp else 0xFFFFFFFF)

    def table(self, parts: int) -> LightTable:
        """Return the table for that many parts."""
        carrier = np.array([handle for handle, _ in self._rows], dtype=np.int64)
        rows = np.array([row for _, row in self._rows], dtype=np.float64).reshape(-1, 11)
        count = np.bincount(carrier, minlength=parts)
        return LightTable(
            first=np.cumsum(count) - count,
            count=count,
            position=rows[:, 0:3],
            direction=rows[:, 3:6],
            intensity=rows[:, 6:9],
            cosines=rows[:, 9:11],
            lamp=np.array(self._masks, dtype=np.uint32),
        )


def lit_lights(instances: Instances, table: LightTable) -> LitLights:
    """Return the lights of `instances` that shine, in the order of the instances."""
    counts = table.count[instances.part] if len(table.count) else np.zeros(0, dtype=np.int64)
    carriers = np.flatnonzero(counts)
    counts = counts[carriers]
    row = np.repeat(carriers, counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    light = table.first[instances.part[row]] + within
    always = table.lamp[light] == np.uint32(0xFFFFFFFF)
    shines = always | ((instances.lamps[row] & table.lamp[light]) != 0)
    row, light = row[shines], light[shines]
    turn = instances.current[row]
    return LitLights(
        position=np.einsum("kij,kj->ki", turn[:, :, :3], table.position[light]) + turn[:, :, 3],
        direction=np.einsum("kij,kj->ki", turn[:, :, :3], table.direction[light]),
        ground_m=instances.origin[row, 2],
        intensity=table.intensity[light],
        cosines=table.cosines[light],
        body=instances.body[row],
        static=instances.static[row],
    )
