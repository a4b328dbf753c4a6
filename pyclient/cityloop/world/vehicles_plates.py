"""Number plates: made-up numbers, a different one for each individual of each kind."""

from functools import cache

from cityloop.world.meshing import MeshBuilder
from cityloop.world.streams import stream
from cityloop.world.vehicles_bodies import PLATE_SIZE_M, plate_places
from cityloop.world.vehicles_kinds import VEHICLE_KINDS, VehicleKind
from cityloop.world.vehicles_lettering import lettering
from cityloop.world.vehicles_materials import PLATE_INK
from cityloop.world.vehicles_motorcycle import MOTORCYCLE_PLATE

Place = tuple[tuple[float, float, float], bool]

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # I and O look like 1 and 0
_ABOVE_PLATE_M = 0.002
_NARROW = 0.72


def plates(kind: VehicleKind) -> list[Place]:
    """Return the middles of a kind's plates, body frame, m, and whether they face forward."""
    if kind.name == "bicycle":
        return []
    if kind.name == "motorcycle":
        return [(MOTORCYCLE_PLATE, False)]
    return plate_places(kind)


@cache
def _numbers(count: int) -> dict[str, tuple[str, ...]]:
    """Return `count` numbers for each kind, all different."""
    rng = stream(0, "vehicles/plates")
    taken: dict[str, None] = {}
    while len(taken) < count * len(VEHICLE_KINDS):
        letters = "".join(_LETTERS[int(i)] for i in rng.integers(len(_LETTERS), size=3))
        taken[f"{letters} {int(rng.integers(1000, 10000))}"] = None
    every = tuple(taken)
    return {kind: every[i * count : (i + 1) * count] for i, kind in enumerate(VEHICLE_KINDS)}


def plate_number(kind: str, number: int, of: int) -> str:
    """Return what is written on the plates of a kind's individual `number` of `of`."""
    return _numbers(of)[kind][number]


def plate_letters(kind: VehicleKind, text: str) -> MeshBuilder:
    """Return the letters on all plates of a kind, just before the plates."""
    builder = MeshBuilder()
    # A motorcycle's plate is nearly square: letters above figures.
    square = kind.two_wheeled
    lines = text.split() if square else [text]
    height = 0.055 if square else 0.70 * PLATE_SIZE_M[1]
    for (x, y, z), forward in plates(kind):
        sign = 1.0 if forward else -1.0
        for row, line in enumerate(lines):
            low = z + (len(lines) - 1 - 2 * row) * 0.036

            def surface(
                right: float, up: float, at: tuple[float, float, float] = (x, y, low),
                sign: float = sign,
            ) -> tuple[float, float, float]:  # fmt: skip
                # Who reads a plate at the front looks backwards: their right is the left side.
                return (at[0] + sign * _ABOVE_PLATE_M, at[1] + sign * right, at[2] + up)

            lettering(builder, line, height, surface, PLATE_INK, narrow=_NARROW)
    return builder
