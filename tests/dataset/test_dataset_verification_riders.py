"""A rider's 3D box is that around the posed mesh: boxes of another posture, or too large, fail."""

from types import SimpleNamespace

import numpy as np
import pytest

from cityloop.dataset.verification.vehicles import DrawnVehicle, VehicleCheck, VehicleShape
from cityloop.spatial import Pose
from cityloop.world.riding import Riding, riding_bones
from cityloop.world.vehicles import rider_box, rider_of, vehicle_scene

PLACE = Pose.from_xyz_yaw(7.0, -3.0, 0.1, 0.8)


@pytest.fixture(scope="module")
def bicycle():
    scene = vehicle_scene(["bicycle"])
    prototype = next(p for p in scene.prototypes if p.name == "bicycle")
    skins = {m.name: m for m in scene.meshes if m.joints is not None}
    return VehicleShape(prototype, {}, skins)


def riding(standing):
    zero = np.zeros(1)
    doing = Riding(np.full(1, 2.0), zero, np.full(1, standing), zero, zero)
    return riding_bones(rider_of("bicycle"), doing)[0]


@pytest.mark.parametrize(
    ("standing", "grown_m", "right"), [(0.0, 0.0, True), (1.0, 0.0, False), (0.0, 0.08, False)]
)
def test_the_box_is_that_of_the_recorded_posture(bicycle, standing, grown_m, right):
    dimension, center = rider_box("bicycle", riding(standing))
    pieces = SimpleNamespace(
        id=np.array([3, 3], dtype=np.uint32),
        piece=("rider", "machine"),
        center_world=np.tile(PLACE.apply(center), (2, 1)),
        quaternion_world=np.tile(PLACE.quaternion, (2, 1)),
        dimension=np.tile(dimension + grown_m, (2, 1)),
    )
    picture = SimpleNamespace(frame=SimpleNamespace(pieces=pieces), here="frame 0")
    vehicle = DrawnVehicle(bicycle, PLACE, Pose(), None, riding(0.0), 5.0)
    check = VehicleCheck()
    check._compare_rider(picture, 3, vehicle)
    (row,) = (row for row in check.rows() if row.check.startswith("riders"))
    assert row.count == 1
    assert row.passed == right
