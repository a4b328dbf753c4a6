"""Destination signs of buses: a line's number and where it goes, in lamps, made up."""

from functools import partial

from cityloop.world.meshing import MeshBuilder
from cityloop.world.vehicles_bodies import shell
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_lettering import lettering
from cityloop.world.vehicles_materials import DESTINATION
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
