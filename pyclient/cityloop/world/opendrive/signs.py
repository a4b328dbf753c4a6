"""Signs where the file puts them (ASAM OpenDRIVE 1.7, chapter "Signals", `dynamic="no"`).

Types are the numbers of Germany's road traffic regulations (StVO, VzKat), which OpenDRIVE maps of
any country use; types that have no picture here are left out.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.world.opendrive.reading import OpenDriveMap
from cityloop.world.opendrive.road import RoadSignal
from cityloop.world.sign_faces import SIGN_FACES

Array = NDArray[np.float64]

_SPEED_LIMIT = "274"
_FACES = {
    "101": "warning", "131": "signals_ahead", "136": "children", "205": "yield", "206": "stop",
    "215": "roundabout", "220": "one_way", "222": "keep_right", "224": "bus_stop",
    "237": "cycle_way", "239": "foot_way", "250": "no_vehicles", "267": "no_entry",
    "276": "no_overtaking", "283": "no_stopping", "286": "no_parking", "301": "priority_here",
    "306": "priority", "307": "end_of_priority", "314": "parking", "350": "crossing",
    "357": "dead_end",
}  # fmt: skip
_KMH = {"km/h": 1.0, "mph": 1.609344, "m/s": 3.6}
_OLD_NUMBERS = range(51, 64)  # 274-55 was 50 km/h until 2017


@dataclass(frozen=True)
class MappedSign:
    """A sign of the map: `face` of `SIGN_FACES` at `xy` (2,), metres; it looks to `facing_rad`."""

    face: str
    xy: Array
    facing_rad: float


def find_signs(source: OpenDriveMap) -> list[MappedSign]:
    """Return the signs of a map that have a picture."""
    signs = []
    for road in source.roads:
        for signal in road.signals:
            face = _face(signal)
            if signal.dynamic or face not in SIGN_FACES:
                continue
            (xy,), (heading,) = road.place(signal.s, signal.t)
            facing = float(heading) + (0.0 if signal.forward is False else math.pi)
            signs.append(
                MappedSign(face, xy, math.remainder(facing + signal.heading_rad, math.tau))
            )
    return signs


def _face(signal: RoadSignal) -> str:
    number, _, variant = signal.kind.partition("-")
    if number != _SPEED_LIMIT:
        return _FACES.get(number, "")
    value = signal.value * _KMH.get(signal.unit, 1.0)
    if value <= 0:
        text = signal.subtype if signal.subtype.isdigit() else variant
        given = int(text) if text.isdigit() else 0
        value = 10.0 * (given - 50) if given in _OLD_NUMBERS and given % 10 else float(given)
    return f"speed_{round(value)}"
