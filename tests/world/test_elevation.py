"""On hills: lanes, ground, houses, cars and signals at one height."""

import math

import numpy as np
import pytest
import shapely

from cityloop.world import polylines
from cityloop.world.city import City
from cityloop.world.elevation import Elevation
from cityloop.world.ground import KERB_HEIGHT_M
from cityloop.world.vehicles import VEHICLE_KINDS


class GroundRays:
    """Rays cast down onto the triangles of the ground's meshes."""

    def __init__(self, city: City, prefix: str = "ground/") -> None:
        where = {p.prototype: p.pose.position for p in city.scene.placements}
        corners = np.concatenate(
            [
                m.positions[m.indices].astype(float) + where[m.name.replace("marking/", "ground/")]
                for m in city.scene.meshes
                if m.name.startswith(prefix)
            ]
        )
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        self.corners = corners[a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 1e-9]
        self._tree = shapely.STRtree(shapely.polygons(self.corners[..., :2]))

    def heights(self, xy: np.ndarray) -> np.ndarray:
        """Return (N,) the highest hit below the sky, -inf for none."""
        point, triangle = self._tree.query(shapely.points(xy), predicate="intersects")
        a, b, c = np.moveaxis(self.corners[triangle], 1, 0)
        b, c, d = b - a, c - a, xy[point] - a[:, :2]
        whole = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
        u = (d[:, 0] * c[:, 1] - d[:, 1] * c[:, 0]) / whole
        v = (b[:, 0] * d[:, 1] - b[:, 1] * d[:, 0]) / whole
        z = np.full(len(xy), -np.inf)
        np.maximum.at(z, point, a[:, 2] + u * b[:, 2] + v * c[:, 2])
        return z


@pytest.fixture(scope="module", params=["hilly", "motorway"])
def city(request: pytest.FixtureRequest) -> City:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def rays(city: City) -> GroundRays:
    return GroundRays(city)


def test_a_plane_is_met_exactly_and_land_beyond_it_stays_near() -> None:
    # Two lanes of a road that climbs at 8 %.
    lines = [np.array([[0.0, y, 0.0], [100.0, y, 8.0]]) for y in (-1.75, 1.75)]
    land = Elevation(lines)
    rng = np.random.default_rng(0)
    xy = rng.uniform([5.0, -4.0], [95.0, 4.0], (500, 2))
    assert land(xy) == pytest.approx(0.08 * xy[:, 0], abs=0.002)
    far = rng.uniform([-140.0, -140.0], [240.0, 140.0], (500, 2))
    assert land(far).min() > -0.5
    assert land(far).max() < 8.5


def test_level_maps_are_level_whatever_their_height() -> None:
    land = Elevation([np.array([[0.0, 0.0, 31.5], [50.0, 3.0, 31.5]])])
    assert land.is_flat
    assert land(np.array([[7.0, 7.0], [900.0, 0.0]])) == pytest.approx(31.5)


def test_ground_height_is_the_meshs_everywhere(city: City, rays: GroundRays) -> None:
    x0, y0, x1, y1 = city.network.bounds
    rng = np.random.default_rng(1)
    xy = rng.uniform([x0 - 40, y0 - 40], [x1 + 40, y1 + 40], (20_000, 2))
    assert np.abs(rays.heights(xy) - city.network.ground_height(xy)).max() < 0.01


def test_vehicles_on_their_lanes_are_on_the_mesh(city: City, rays: GroundRays) -> None:
    for lane in city.network.lanes.values():
        if lane.kind != "driving":
            continue
        line = polylines.spaced(lane.shape, 0.7)
        for aside in (-0.9, 0.0, 0.9):
            xy = polylines.offset(line, aside)[1:-1, :2]
            assert rays.heights(xy) == pytest.approx(line[1:-1, 2], abs=0.02)


def test_people_on_their_sidewalks_are_a_kerb_above_the_lane(hilly: City) -> None:
    rays = GroundRays(hilly)
    sidewalks = [lane for lane in hilly.network.lanes.values() if lane.kind == "sidewalk"]
    assert sidewalks
    for lane in sidewalks:
        line = polylines.spaced(lane.shape, 0.7)[1:-1]
        want = line[:, 2] + KERB_HEIGHT_M
        assert rays.heights(line[:, :2]) == pytest.approx(want, abs=0.02)


def test_paint_lies_on_the_road_and_never_in_it(city: City, rays: GroundRays) -> None:
    corners = GroundRays(city, "marking/").corners
    # Corners, middles of the sides and of the area: nowhere is the ground above the paint.
    points = np.concatenate([corners.reshape(-1, 3), corners.mean(axis=1)])
    inside = city.network.ground.road.buffer(-0.02)  # at the very rim a ray meets the kerb
    points = points[shapely.contains_xy(inside, points[:, 0], points[:, 1])]
    rise = points[:, 2] - rays.heights(points[:, :2])
    assert rise.min() > 0.0
    assert rise.max() < 0.025


def test_wheels_of_parked_cars_are_on_the_ground(hilly: City) -> None:
    rays = GroundRays(hilly)
    cars = [p for p in hilly.scene.placements if p.name.startswith("parked/")]
    slopes = []
    for car in cars:
        wheels = np.array(VEHICLE_KINDS[car.prototype].wheel_centers) * [1.0, 1.0, 0.0]
        world = car.pose.apply(wheels)
        assert rays.heights(world[:, :2]) == pytest.approx(world[:, 2], abs=0.02)
        slopes.append(car.pose.rotate(np.array([[1.0, 0.0, 0.0]]))[0, 2])
    assert max(slopes) == pytest.approx(math.sin(math.atan(0.08)), abs=0.01)
    assert min(slopes) < -0.07


def test_what_stands_beside_the_road_stands_on_the_ground(city: City) -> None:
    rays = GroundRays(city)
    kinds = ("furniture/", "house/", "signal")
    standing = [p for p in city.scene.placements if p.name.startswith(kinds)]
    assert len(standing) > 20
    feet = np.array([p.pose.position for p in standing])
    assert rays.heights(feet[:, :2]) == pytest.approx(feet[:, 2], abs=0.01)


def test_elevation_is_the_files(motorway: City) -> None:
    # z = a + b ds + c ds^2 + d ds^3 of the profile's piece from s = 909.544653; the reference line
    # starts a geometry there, at x = 53.376464, y = 906.772138.
    z = motorway.network.ground_height(np.array([[53.376464, 906.772138]]))
    assert z == pytest.approx([-0.19567346], abs=0.003)
