"""Where scripted actors stand at the start, and that no two of them stand in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.errors import ScenarioError
from cityloop.scenario.actors import PedestrianModel, VehicleModel
from cityloop.scenario.model import ScenarioModel
from cityloop.scenario.places import no_place, told_where, vehicle_path
from cityloop.world.city import City
from cityloop.world.polylines import lengths
from cityloop.world.vehicles import VEHICLE_KINDS

Array = NDArray[np.float64]

_PERSON_RADIUS_M = 0.25
_PERSON_HEIGHT_M = 1.8
_TANGENT_M = 0.5  # before and after a point of a path, between which it has its direction


@dataclass(frozen=True)
class _Start:
    """The room that an actor takes up: an outline on the ground, and from where to where, m."""

    name: str
    is_vehicle: bool
    outline: shapely.Polygon
    bottom_m: float
    top_m: float

    def overlaps(self, other: "_Start") -> bool:
        """Return whether two are in one another."""
        level = self.bottom_m < other.top_m and other.bottom_m < self.top_m
        return level and bool(self.outline.intersection(other.outline).area > 0.0)


def check_starts(city: City, model: ScenarioModel, place: Callable[..., str] = no_place) -> None:
    """Raise for a scripted vehicle that starts in another one, or in a scripted person.

    People may share a spot.

    Args:
        city: where the scenario plays.
        model: the scenario, whose actors all have a place on the map.
        place: as in `cityloop.scenario.places.check_places`.

    Raises:
        ScenarioError: naming both.
    """
    actors = model.actors.items()
    if not any(isinstance(actor, VehicleModel) for _, actor in actors) or len(actors) < 2:
        return
    starts = [
        _vehicle_start(city, name, actor)
        if isinstance(actor, VehicleModel)
        else _person_start(city, name, actor)
        for name, actor in actors
    ]
    for first, second in combinations(starts, 2):
        if (first.is_vehicle or second.is_vehicle) and first.overlaps(second):
            with told_where(place("actors", second.name)):
                raise ScenarioError(
                    f"'{second.name}' starts where '{first.name}' already is: give one of them "
                    "another start."
                )


def _vehicle_start(city: City, name: str, actor: VehicleModel) -> _Start:
    kind = VEHICLE_KINDS[actor.vehicle]
    path = vehicle_path(city, actor)
    s_m, start_m = lengths(path), actor.start_m or 0.0
    origin, before, after = (
        np.array([np.interp(s, s_m, path[:, k]) for k in range(3)])
        for s in (start_m, start_m - _TANGENT_M, start_m + _TANGENT_M)
    )
    forward = (after - before)[:2] / max(float(np.linalg.norm((after - before)[:2])), 1e-9)
    left = np.array([-forward[1], forward[0]])
    middle = origin[:2] + kind.box_center[0] * forward + kind.box_center[1] * left
    length, width, height = kind.dimension
    corners = [
        middle + x * length / 2 * forward + y * width / 2 * left
        for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))
    ]
    bottom = float(origin[2])
    return _Start(name, True, shapely.Polygon(corners), bottom, bottom + height)


def _person_start(city: City, name: str, actor: PedestrianModel) -> _Start:
    spot: Array
    if actor.at is not None:
        at = actor.at
        spot = city.roadside(at.edge, at.s_m, hidden_by=at.hidden_by, side=at.side).position[:2]
    else:
        spot = np.array(actor.waypoints)[0]
    bottom = float(city.network.ground_height(spot[None])[0])
    outline = shapely.Point(spot).buffer(_PERSON_RADIUS_M)
    return _Start(name, False, outline, bottom, bottom + _PERSON_HEIGHT_M)
