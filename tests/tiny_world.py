"""A few bodies on a flat ground, small enough to know every answer."""

import numpy as np

from cityloop.spatial import Pose
from cityloop.world.scene import (
    BoxCollider,
    CapsuleCollider,
    LevelOfDetail,
    Material,
    Mesh,
    MeshCollider,
    Part,
    Prototype,
    Scene,
    VehicleDynamics,
    Wheel,
)

CAR_HEIGHT = 1.4
WHEEL_RADIUS = 0.32
WHEELS = tuple(
    Wheel((x, y, WHEEL_RADIUS), WHEEL_RADIUS, 0.2, steered=x > 1, driven=x < 1)
    for x, y in ((2.7, 0.8), (2.7, -0.8), (0.0, 0.8), (0.0, -0.8))
)
CAR_MASS = 1500.0
MAX_DRIVE = 6000.0
MAX_BRAKE = 12000.0


def box_mesh(name, low, high, material="grey", bones=None):
    """A box with its own vertices on each face, outward normals, all of it on bone `bones`."""
    low, high = np.array(low, float), np.array(high, float)
    positions, normals, indices = [], [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side, corner in ((-1.0, low), (1.0, high)):
            first = len(positions)
            for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)):
                point = np.empty(3)
                point[axis] = corner[axis]
                point[u] = (low, high)[a][u]
                point[v] = (low, high)[b][v]
                positions.append(point)
                normal = np.zeros(3)
                normal[axis] = side
                normals.append(normal)
            quad = [0, 1, 2, 0, 2, 3] if side > 0 else [0, 2, 1, 0, 3, 2]
            indices += [[first + i for i in quad[:3]], [first + i for i in quad[3:]]]
    count = len(positions)
    joints = weights = None
    if bones is not None:
        joints = np.tile(np.array([bones, 0, 0, 0], np.uint8), (count, 1))
        weights = np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1))
    return Mesh(
        name,
        np.array(positions, np.float32),
        np.array(normals, np.float32),
        np.zeros((count, 2), np.float32),
        (material,),
        np.zeros(count, np.uint16),
        np.array(indices, np.uint32),
        joints,
        weights,
    )


def ground_mesh(half=400.0):
    corners = np.array([[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]])
    return Mesh(
        "ground",
        corners.astype(np.float32),
        np.tile(np.float32([0, 0, 1]), (4, 1)),
        np.zeros((4, 2), np.float32),
        ("grey",),
        np.zeros(4, np.uint16),
        np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
    )


def _part(name, mesh, pose=None, wheel=None):
    return Part(name, (LevelOfDetail(mesh, 1000.0),), pose or Pose(), wheel)


def scene():
    """Prototypes: ground, kerb (0.12 m high, 10 m wide), wall, crate, lamp (1 m), car, person."""
    wheels = [
        _part(f"wheel_{i}", "wheel", Pose(np.array(wheel.center)), i)
        for i, wheel in enumerate(WHEELS)
    ]
    car = Prototype(
        "car",
        (_part("body", "chassis"), *wheels),
        (BoxCollider((1.35, 0.0, 0.85), (2.2, 0.9, 0.55)),),
        VehicleDynamics(CAR_MASS, (1.35, 0.0, 0.5), WHEELS, MAX_DRIVE, MAX_BRAKE, 0.6, 40.0),
        dimension=(4.4, 1.8, CAR_HEIGHT),
        box_center=(1.35, 0.0, 0.7),
    )
    person = Prototype(
        "person",
        (_part("trunk", "trunk"),),
        (CapsuleCollider((0.0, 0.0, 0.85), 0.6, 0.25),),
        joint_names=("root", "arm"),
        dimension=(0.5, 0.5, 1.7),
        box_center=(0.0, 0.0, 0.85),
    )
    r = WHEEL_RADIUS
    return Scene(
        materials=[
            Material("grey", (0.5, 0.5, 0.5)),
            Material("bulb", (0.0, 0.0, 0.0), emissive=(1.0, 1.0, 1.0), lamp=1),
        ],
        meshes=[
            ground_mesh(),
            box_mesh("kerb", (0, -5, 0), (10, 5, 0.12)),
            box_mesh("wall", (-0.1, -5, 0), (0.1, 5, 3)),
            box_mesh("crate", (-0.5, -0.5, 0), (0.5, 0.5, 1)),
            box_mesh("lamp", (-0.5, -0.5, 0), (0.5, 0.5, 1), material="bulb"),
            box_mesh("chassis", (-0.85, -0.7, 0.3), (3.55, 0.7, CAR_HEIGHT)),
            box_mesh("wheel", (-r, -0.1, -r), (r, 0.1, r)),
            box_mesh("trunk", (-0.15, -0.25, 0), (0.15, 0.25, 1.7), bones=1),
        ],
        prototypes=[
            Prototype("ground", (_part("g", "ground"),), (MeshCollider("ground"),)),
            Prototype("kerb", (_part("k", "kerb"),), (MeshCollider("kerb"),)),
            Prototype("wall", (_part("w", "wall"),), (MeshCollider("wall"),)),
            Prototype("crate", (_part("c", "crate"),), (BoxCollider((0, 0, 0.5), (0.5,) * 3),)),
            car,
            person,
            Prototype("lamp", (_part("l", "lamp"),)),
        ],
    )


def rest_bones():
    return np.tile(np.eye(3, 4, dtype=np.float32), (2, 1, 1))
