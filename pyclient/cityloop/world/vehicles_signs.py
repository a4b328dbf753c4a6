"""What is written on buses, vans and lorries, all of it made up: destinations and firms."""

from functools import partial

from cityloop.world.meshing import MeshBuilder
from cityloop.world.vehicles_bodies import shell
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_lettering import lettering
from cityloop.world.vehicles_materials import (
    DESTINATION,
    LIVERY_BLUE,
    LIVERY_GREEN,
    LIVERY_RED,
)
from cityloop.world.vehicles_shell import Shell

_DESTINATIONS = (
    "STATION", "CITY HALL", "HARBOUR", "UNIVERSITY", "AIRPORT", "OLD TOWN", "HOSPITAL", "STADIUM",
    "MUSEUM", "PARK EAST", "WESTEND", "MARKET", "LAKESIDE", "NORTH GATE", "ZOO", "RING ROAD",
)  # fmt: skip
_LINES = (4, 12, 17, 23, 28, 31, 36, 42, 47, 53, 58, 64, 69, 75, 81, 90)
_HEIGHT_M = 0.19
_MIDDLE_Z_M = 2.815  # of the dark field above the windscreen
_WIDTH_M = 1.5
_LETTER_M = _HEIGHT_M * 6 / 7  # advance of one letter
_BEFORE_SKIN_M = 0.012


_FIRMS = (
    "ROLLO LINEN", "MAPLE BAKERY", "VOLTARIS", "QUILL POST", "GREENROW", "TESSEL TILES",
    "HARTOW PLUMBING", "BRIM COFFEE",
)  # fmt: skip
_INKS = (LIVERY_BLUE, LIVERY_RED, LIVERY_GREEN)
# Of the words on each side: x and z of their middle, height of the letters, greatest width, m.
_FLANKS = {"van": (0.42, 1.74, 0.22, 2.3), "truck": (0.9, 2.15, 0.42, 4.6)}


def firm_name(number: int) -> str | None:
    """Return whose vehicle a kind's individual `number` is, None for nobody's in particular."""
    return _FIRMS[number // 2 % len(_FIRMS)] if number % 2 == 0 else None


def firm_sign(kind: VehicleKind, number: int) -> MeshBuilder | None:
    """Return a firm's name on both sides of a van or lorry, None where nothing is written."""
    name = firm_name(number)
    if name is None or kind.name not in _FLANKS:
        return None
    x, z, height, width = _FLANKS[kind.name]
    skin = shell(kind)

    def flank(side: int, right: float, up: float) -> tuple[float, float, float]:
        at = x - side * right, z + up
        half = kind.width_m / 2 - 0.006 if kind.name == "truck" else skin.side_y(*at)
        return (at[0], side * (half + 0.006), at[1])

    builder = MeshBuilder()
    narrow = min(1.0, width / (height * 6 / 7 * len(name)))
    for side in (1, -1):
        on_side = partial(flank, side)
        lettering(builder, name, height, on_side, _INKS[number // 2 % 3], narrow=narrow)
    return builder


def sign_text(number: int) -> str:
    """Return what the sign of a kind's individual `number` says."""
    return f"{_LINES[number % len(_LINES)]} {_DESTINATIONS[number % len(_DESTINATIONS)]}"


def _on_fascia(skin: Shell, forward: bool, right: float, up: float) -> tuple[float, float, float]:
    sign = 1.0 if forward else -1.0
    y, z = sign * right, _MIDDLE_Z_M + up
    return (skin.fascia_x(y, z, forward) + sign * _BEFORE_SKIN_M, y, z)


def destination_sign(kind: VehicleKind, number: int) -> MeshBuilder:
    """Return the words at the front and the line's number at the rear."""
    builder, skin, text = MeshBuilder(), shell(kind), sign_text(number)
    for forward, words in ((True, text), (False, text.split()[0])):
        narrow = min(0.9, _WIDTH_M / (_LETTER_M * len(words)))
        on_fascia = partial(_on_fascia, skin, forward)
        lettering(builder, words, _HEIGHT_M, on_fascia, DESTINATION, narrow=narrow)
    return builder
