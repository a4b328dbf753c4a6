"""Whether the actors of a scenario have a place on its map: routes, roadsides, waypoints."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.errors import MapError, ScenarioError
from cityloop.scenario.actors import PedestrianModel, VehicleModel
from cityloop.scenario.model import ScenarioModel
from cityloop.spatial.spline import centripetal_catmull_rom, curvature
from cityloop.world.city import City
from cityloop.world.parking import footprint
from cityloop.world.polylines import lengths
from cityloop.world.vehicles import MAX_STEERING_ANGLE_RAD, VEHICLE_KINDS

Array = NDArray[np.float64]

PATH_SPACING_M = 0.5
# The land reaches 45 m beyond the roads.
NEAR_MAP_M = 30.0
# A driver needs some play of the wheels to keep to a curve.
STEERING_SHARE = 0.9
_CURVATURE_REACH_M = 1.5
SHORTEST_WALK_M = 0.1


def no_place(*_keys: str) -> str:
    """Return no place: where a scenario that was put together in Python has its values."""
    return ""


@contextmanager
def told_where(place: str) -> Iterator[None]:
    """Put `place` ("file.yaml:7: ", or nothing) before the message of an error that passes."""
    try:
        yield
    except (MapError, ScenarioError) as error:
        raise type(error)(f"{place}{error}") from None


def vehicle_path(city: City, actor: VehicleModel) -> Array:
    """Return (N, 3) where the rear axle of a scripted vehicle goes, metres, world.

    Raises:
        MapError: if the route is not on the map.
    """
    if actor.route is not None:
        return city.network.path(city.route(*actor.route))
    assert actor.waypoints is not None  # VehicleModel holds exactly one of the two
    line = centripetal_catmull_rom(actor.waypoints, PATH_SPACING_M)
    return np.column_stack([line, city.network.ground_height(line)])


def check_places(city: City, model: ScenarioModel, place: Callable[..., str] = no_place) -> None:
    """Raise for an actor who is not on the map, or whose way nobody can drive.

    Args:
        city: where the scenario plays.
        model: the scenario.
        place: tells where a value is written down, by the keys that lead to it; it goes before
            the message.

    Raises:
        ScenarioError, MapError: naming actor, value and way out.
    """
    for name, actor in model.actors.items():
        for key in ("at", "route", "start_m", "waypoints"):
            if getattr(actor, key, None) is None:
                continue
            with told_where(place("actors", name, key)):
                _CHECKS[key](city, name, actor)


def _check_roadside(city: City, _name: str, actor: PedestrianModel) -> None:
    at = actor.at
    assert at is not None
    city.roadside(at.edge, at.s_m, hidden_by=at.hidden_by, side=at.side)


def _check_route(city: City, _name: str, actor: VehicleModel) -> None:
    vehicle_path(city, actor)


def _check_start(city: City, name: str, actor: VehicleModel) -> None:
    length = float(lengths(vehicle_path(city, actor))[-1])
    if actor.start_m is not None and actor.start_m >= length:
        raise ScenarioError(
            f"Vehicle '{name}' starts at start_m {actor.start_m:g}, but its route is only "
            f"{length:.1f} m long: choose a smaller start_m."
        )


def _check_waypoints(city: City, name: str, actor: VehicleModel | PedestrianModel) -> None:
    points = np.array(actor.waypoints)
    x0, y0, x1, y1 = city.network.bounds
    outside = np.any(
        (points < np.array([x0, y0]) - NEAR_MAP_M) | (points > np.array([x1, y1]) + NEAR_MAP_M),
        axis=1,
    )
    if outside.any():
        i = int(np.argmax(outside))
        raise ScenarioError(
            f"Waypoint {i + 1} of '{name}' at ({points[i, 0]:g}, {points[i, 1]:g}) is more than "
            f"{NEAR_MAP_M:g} m off the map: its roads lie from ({x0:.0f}, {y0:.0f}) to "
            f"({x1:.0f}, {y1:.0f})."
        )
    if isinstance(actor, VehicleModel):
        _check_turns(name, actor, points)
    elif lengths(points)[-1] < SHORTEST_WALK_M:
        raise ScenarioError(
            f"The waypoints of '{name}' are less than {SHORTEST_WALK_M:g} m apart in all: "
            "give them a longer way."
        )
    else:
        _check_stand(city, name, points[0])


def _check_stand(city: City, name: str, point: Array) -> None:
    """Raise for a person who starts inside a parked vehicle."""
    for parked in city.scene.placements:
        if parked.prototype in VEHICLE_KINDS and footprint(
            parked.prototype, parked.pose
        ).intersects(shapely.Point(point)):
            raise ScenarioError(
                f"'{name}' starts at ({point[0]:g}, {point[1]:g}), inside the {parked.prototype} "
                f"'{parked.name}' that is parked there: choose another first waypoint."
            )


def _check_turns(name: str, actor: VehicleModel, points: Array) -> None:
    line = centripetal_catmull_rom(points, PATH_SPACING_M)
    if lengths(line)[-1] < 1.0:
        raise ScenarioError(
            f"The waypoints of '{name}' are less than 1 m apart in all: give it a longer way."
        )
    steps = np.diff(line, axis=0)
    # On exactly the way that it came the curve has no circle that could be too small.
    back = np.flatnonzero(np.einsum("nk,nk->n", steps[1:], steps[:-1]) < 0)
    if len(back):
        nearest = int(np.argmin(np.linalg.norm(points - line[back[0] + 1], axis=1)))
        raise ScenarioError(
            f"The way of '{name}' turns back on itself at waypoint {nearest + 1}, which no vehicle "
            "can drive: lead it round in a curve."
        )
    kind = VEHICLE_KINDS[actor.vehicle]
    tightest = kind.wheelbase_m / math.tan(STEERING_SHARE * MAX_STEERING_ANGLE_RAD)
    bend = np.abs(curvature(line, _CURVATURE_REACH_M))
    i = int(np.argmax(bend))
    if bend[i] * tightest > 1:
        nearest = int(np.argmin(np.linalg.norm(points - line[i], axis=1)))
        raise ScenarioError(
            f"The way of '{name}' turns with a radius of {1 / bend[i]:.1f} m at waypoint "
            f"{nearest + 1}, but a {actor.vehicle} needs {tightest:.1f} m: "
            "spread its waypoints wider."
        )


_CHECKS: dict[str, Callable[..., None]] = {
    "at": _check_roadside,
    "route": _check_route,
    "start_m": _check_start,
    "waypoints": _check_waypoints,
}
