"""A tiny world of triangles, ray-traced in numpy: exact passes without an engine.

Flow comes from barycentric points carried along by the triangles, not from depth as in the
verification under test.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cityloop import annotation
from cityloop.annotation import ActorTable, Kinds, Labels, Sight, label
from cityloop.dataset import SequenceWriter
from cityloop.dataset.static_geometry import StaticMaterial, StaticMesh
from cityloop.dataset.surroundings import Obstacle
from cityloop.engine.frames import CameraImages, CameraSpec
from cityloop.spatial import (
    BODY_FROM_CAMERA_AXES,
    KEYPOINTS,
    Figure,
    Intrinsics,
    Pose,
    Silhouettes,
    rotation,
)
from cityloop.world.environment import daylight
from cityloop.world.markings import Mark
from cityloop.world.scene import (
    LevelOfDetail,
    Material,
    Mesh,
    Part,
    Piece,
    Prototype,
    Scene,
    VehicleDynamics,
    Wheel,
)
from cityloop.world.semantics import SemanticClass as C

DT = 0.05
CAMERA = CameraSpec(
    name="front",
    intrinsics=Intrinsics.from_fov(96, 64, 70),
    mount=Pose.from_matrix(np.c_[BODY_FROM_CAMERA_AXES, [1.0, 0.2, 1.5]]),
    body=1,
)
ENVIRONMENT = daylight(12.0)
DESCRIPTION = {
    "seed": 3,
    "scenario": {
        "environment": {
            "time": "12:00",
            "date": "2026-06-21",
            "latitude_deg": 48.0,
            "longitude_deg": 15.0,
            "utc_offset_h": None,
            "weather": "clear",
        }
    },
}
PAINT, WALLS, SHELTER = (
    -2,
    -3,
    -4,
)  # of `Triangles.wheel`: what stands on the ground, and lies on it
OF_BACKGROUND = {PAINT: C.ROAD_MARKING, WALLS: C.BUILDING, SHELTER: C.STREET_FURNITURE}
PAVING = -5
# Boxes of all other classes hang in the sky, side by side.
HANGING = (
    C.KERB,
    C.TERRAIN,
    C.WALL,
    C.FENCE,
    C.POLE,
    C.TRAFFIC_LIGHT,
    C.TRAFFIC_SIGN,
    C.VEGETATION,
)
OF_BACKGROUND |= {PAVING: C.SIDEWALK} | {-6 - i: c for i, c in enumerate(HANGING)}
UP = np.array([0.0, 0.0, 0.004])
HANGING_SIZE = np.array([2.0, 2.0, 2.0])
HOUSE_SIZE, HOUSE_CENTER = np.array([6.0, 6.0, 6.0]), np.array([24.0, 9.0, 3.0])
SHELTER_SIZE, SHELTER_CENTER = np.array([3.0, 3.0, 3.0]), np.array([45.0, -20.0, 1.5])
STOP_LINE = Mark(
    np.array([[5.0, -0.5, 0.004], [5.6, -0.5, 0.004], [5.6, 2.0, 0.004], [5.0, 2.0, 0.004]]),
    "stop_line",
)

_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2
_FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
BOX = np.array([t for a, b, c, d in _FACES for t in ((a, b, c), (a, c, d))])

SQUARE = np.array([[0, 1, 2], [0, 2, 3]])
GROUND = np.array([[-50, -200, 0], [300, -200, 0], [300, 200, 0], [-50, 200, 0]], dtype=float)

BODY_SIZE, BODY_CENTER = np.array([4.0, 1.7, 1.1]), np.array([1.4, 0.0, 0.95])
WHEELS = tuple(
    Wheel((x, y, 0.35), radius_m=0.35, width_m=0.24, steered=x > 0, driven=False)
    for x in (0.0, 2.6)
    for y in (-0.85, 0.85)
)
# On the side that is seen, farther out of the machine's box than its surface may be.
MIRROR_SIZE, MIRROR_CENTER = np.array([0.12, 0.26, 0.3]), np.array([3.0, -1.03, 1.25])
PERSON_SIZE = np.array([0.3, 0.5, 1.7])
HINGE_Z = 0.85
STEERING_RATE, TRAVEL_RATE = 0.6, 0.1
# Half of the keypoints hang on the hips, half on the chest, on the front of the box or within it.
FIGURE = Figure(
    names=("hips", "chest"),
    parents=np.array([-1, 0]),
    joints=np.array([[0.0, 0.0, HINGE_Z], [0.0, 0.0, HINGE_Z]]),
    keypoint_bones=np.arange(len(KEYPOINTS)) % 2,
    keypoints=np.array(
        [
            [0.14, 0.2 * (k % 3 - 1), (0.4 if k % 2 == 0 else 1.3) + 0.02 * k]
            for k in range(len(KEYPOINTS))
        ]
    ),
)
# Just below the wheels' outer faces, and the wagon's back and front. Of the limbs that are thick
# enough to be judged at the wagon's distance, some are on the back wheels: one hides the other.
RIDER_KEYPOINTS = tuple(
    (
        (2.6 * (k < 8), 0.94, 0.25 + 0.01 * k),
        (2.6 * (k < 8), -0.94, 0.25 + 0.01 * k),
        (-0.57, 0.1 * k - 0.7, 1.0),
        (3.37, 0.1 * k - 0.7, 1.0),
    )[k % 4]
    for k in range(len(KEYPOINTS))
)


def rider_figure(points: NDArray[np.float64]) -> Figure:
    """Return a rider of one bone with keypoints (17, 3)."""
    bones = np.zeros(len(KEYPOINTS), dtype=np.int64)
    return Figure(("root",), np.array([-1]), np.zeros((1, 3)), bones, points)


# What rides on a wagon are its wheels, and they are lorries.
WAGON_PIECES = (
    Piece(
        "rider",
        C.TRUCK,
        (3.36, 2.0, 0.76),
        (1.3, 0.0, 0.37),
        rider_figure(np.array(RIDER_KEYPOINTS)),
    ),
    Piece("machine", C.CAR, (4.0, 1.7, 1.1), (1.4, 0.0, 0.95)),
)
KINDS = Kinds(
    {"walker": FIGURE}, {"wagon": tuple(annotation.Piece(**vars(p)) for p in WAGON_PIECES)}
)


def seated(by_m: float) -> tuple[tuple[Piece, ...], Kinds]:
    """Return the wagon's pieces and all kinds with the rider so far to the right of the wheels."""
    figure = rider_figure(np.array(RIDER_KEYPOINTS) - [0.0, by_m, 0.0])
    pieces = (replace(WAGON_PIECES[0], figure=figure), *WAGON_PIECES[1:])
    told = tuple(annotation.Piece(**vars(p)) for p in pieces)
    return pieces, Kinds(KINDS.figures, {"wagon": told})


def prototypes() -> list[Prototype]:
    dynamics = VehicleDynamics(1000, (1.3, 0, 0.5), WHEELS, 1, 1, 0.5, 30)
    lods = (LevelOfDetail("person_near", 20.0), LevelOfDetail("person_far", 90.0))
    return [
        Prototype(
            "wagon",
            (),
            dynamics=dynamics,
            dimension=(4, 1.94, 1.5),
            box_center=(1.4, 0, 0.75),
            pieces=WAGON_PIECES,
        ),
        Prototype("crate", (), dimension=(1, 1, 1), box_center=(0, 0, 0.5)),
        Prototype(
            "walker",
            (Part("body", lods),),
            joint_names=FIGURE.names,
            figure=FIGURE,
            dimension=(0.3, 0.5, 1.7),
            box_center=(0, 0, 0.85),
        ),
    ]


def person_mesh(name: str = "person_near", bulge: float = 1.0) -> Mesh:
    """Return a box of two floors whose upper half is skinned to the second bone."""
    lower = _CORNERS * PERSON_SIZE * [bulge, bulge, 0.5] + [0, 0, PERSON_SIZE[2] / 4]
    upper = lower + [0, 0, PERSON_SIZE[2] / 2]
    positions = np.concatenate([lower, upper]).astype(np.float32)
    chest = np.concatenate(
        [np.where(lower[:, 2] > 0.5, 0.5, 0.0), np.where(upper[:, 2] > 1, 1, 0.5)]
    )
    weights = np.zeros((16, 4), np.float32)
    weights[:, 0], weights[:, 1] = 1 - chest, chest
    return Mesh(
        name=name,
        positions=positions,
        normals=np.zeros((16, 3), np.float32),
        uvs=np.zeros((16, 2), np.float32),
        material_names=("skin",),
        materials=np.zeros(16, np.uint16),
        indices=np.concatenate([BOX, BOX + 8]).astype(np.uint32),
        joints=np.tile(np.array([0, 1, 0, 0], np.uint8), (16, 1)),
        weights=weights,
    )


def people_scene(_kinds: list[str]) -> Scene:
    return Scene(
        materials=[Material("skin", (0.5, 0.4, 0.3))],
        meshes=[person_mesh(), person_mesh("person_far", bulge=1.4)],
        prototypes=[p for p in prototypes() if p.name == "walker"],
    )


def vehicle_scene(kinds: list[str]) -> Scene:
    """Return the body of a wagon with its wheels, or a crate."""

    def mesh(name: str, points: np.ndarray, faces: np.ndarray) -> Mesh:
        none = np.zeros_like(points, np.float32)
        materials = np.zeros(len(points), np.uint16)
        corners, indices = points.astype(np.float32), faces.astype(np.uint32)
        return Mesh(name, corners, none, none[:, :2], ("paint",), materials, indices)

    def part(name: str, wheel: int | None = None) -> Part:
        place = Pose() if wheel is None else Pose(np.array(WHEELS[wheel].center))
        return Part(name, (LevelOfDetail(name, 200.0),), place, wheel)

    wheels = (part("wheel", i) for i in range(len(WHEELS)))
    wagon = (part("wagon"), part("mirrors"), *wheels)
    parts = {"wagon": wagon, "crate": (part("crate"),)}
    return Scene(
        meshes=[
            mesh("wagon", _CORNERS * BODY_SIZE + BODY_CENTER, BOX),
            mesh("mirrors", _CORNERS * MIRROR_SIZE + MIRROR_CENTER, BOX),
            mesh("crate", _CORNERS + [0, 0, 0.5], BOX),
            mesh("wheel", *_wheel_mesh()),
        ],
        prototypes=[replace(p, parts=parts[p.name]) for p in prototypes() if p.name in kinds],
    )


@dataclass(frozen=True)
class Body:
    """Position, velocity, yaw and so on of an actor at a time."""

    position: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    yaw: float
    yaw_rate: float

    @property
    def pose(self) -> Pose:
        return Pose(self.position, rotation.from_yaw(self.yaw))


def body_at(actor: str, t: float) -> Body:
    """Return where an actor is; quadratic paths, so that central differences are exact."""
    start, v, a, yaw, rate = {
        "ego": ([0, 0, 0], [6, 0.3, 0], [1, 0, 0], 0.0, 0.05),
        "car": ([9, 3, 0], [1, -4, 0], [-1, 1, 0], -1.2, 0.4),
        "child": ([6, -1.5, 0], [0.2, 2, 0], [0, 0.5, 0], 1.4, -0.3),
        "parked/0": ([11, -3, 0], [0, 0, 0], [0, 0, 0], 0.3, 0.0),
    }[actor]
    p, v, a = (np.array(x, dtype=float) for x in (start, v, a))
    return Body(p + v * t + a * t * t / 2, v + a * t, a, yaw + rate * t, rate)


def wheels_at(t: float) -> np.ndarray:
    """Return the (4, 5) wheel states of the car."""
    steering, travel = STEERING_RATE * t, TRAVEL_RATE * t
    return np.array([[steering if w.steered else 0, 9 * t, 9, travel, 1] for w in WHEELS])


def bones_at(t: float) -> np.ndarray:
    """Return (2, 3, 4) skinning matrices: the chest bends forward about the hips."""
    bent = rotation.from_axis_angle([0, 1, 0], 0.3 + 2.0 * t)
    hinge = np.array([0, 0, HINGE_Z])
    bones = np.tile(np.eye(4)[:3], (2, 1, 1))
    bones[1, :, :3] = rotation.to_matrix(bent)
    bones[1, :, 3] = hinge - rotation.rotate(bent, hinge)
    return bones.astype(np.float32)


ACTORS = {
    1: ("ego", "wagon", C.CAR),
    2: ("car", "wagon", C.CAR),
    3: ("child", "walker", C.PERSON),
    7: ("parked/0", "crate", C.CAR),
}


def actors_at(t: float) -> ActorTable:
    bodies = [body_at(name, t) for name, _, _ in ACTORS.values()]
    kinds = {p.name: p for p in prototypes()}
    return ActorTable(
        id=np.array(list(ACTORS), np.uint32),
        name=tuple(a[0] for a in ACTORS.values()),
        kind=tuple(a[1] for a in ACTORS.values()),
        semantic=np.array([a[2] for a in ACTORS.values()], np.uint8),
        position=np.array([b.position for b in bodies]),
        quaternion=np.array([b.pose.quaternion for b in bodies]),
        velocity=np.array([b.velocity for b in bodies]),
        acceleration=np.array([b.acceleration for b in bodies]),
        angular_velocity=np.array([[0, 0, b.yaw_rate] for b in bodies]),
        dimension=np.array([kinds[a[1]].dimension for a in ACTORS.values()], dtype=float),
        box_center=np.array([kinds[a[1]].box_center for a in ACTORS.values()], dtype=float),
        activity=("driving", "driving", "walking", "parked"),
        lamps=np.array([0, 4, 0, 0], np.uint32),
        indicating=np.zeros(4, np.uint8),
        crossing=np.array([False, False, True, False]),
    )


def _wheel_mesh() -> tuple[np.ndarray, np.ndarray]:
    around = np.arange(12) * (2 * np.pi / 12)
    ring = np.stack([np.cos(around), np.zeros(12), np.sin(around)], -1) * 0.35
    vertices = np.concatenate(
        [ring + [0, -0.12, 0], ring + [0, 0.12, 0], [[0, -0.12, 0], [0, 0.12, 0]]]
    )
    faces = []
    for i in range(12):
        j = (i + 1) % 12
        faces += [(i, j, 12 + j), (i, 12 + j, 12 + i), (i, j, 24), (12 + i, 12 + j, 25)]
    return vertices, np.array(faces)


@dataclass(frozen=True)
class Triangles:
    """World corners (T, 3, 3) of all triangles at a time, with their owners."""

    corners: np.ndarray
    owner: np.ndarray
    wheel: np.ndarray  # index of the wheel, a key of OF_BACKGROUND, or -1 for the rest


def triangles_at(t: float) -> Triangles:
    corners, owner, wheel = [], [], []

    def add(points: np.ndarray, faces: np.ndarray, actor: int, which: int = -1) -> None:
        corners.append(points[faces])
        owner.append(np.full(len(faces), actor))
        wheel.append(np.full(len(faces), which))

    add(GROUND, SQUARE, 0)
    for which, (points, faces) in background().items():
        add(points, faces, 0, which)
    car = body_at("car", t).pose
    add(car.apply(_CORNERS * BODY_SIZE + BODY_CENTER), BOX, 2)
    add(car.apply(_CORNERS * MIRROR_SIZE + MIRROR_CENTER), BOX, 2)
    for i, (w, state) in enumerate(zip(WHEELS, wheels_at(t), strict=True)):
        turned = rotation.multiply(
            rotation.from_yaw(state[0]), rotation.from_axis_angle([0, 1, 0], state[1])
        )
        vertices, faces = _wheel_mesh()
        hub = Pose(np.array(w.center) + [0, 0, state[3]], turned)
        add(car.apply(hub.apply(vertices)), faces, 2, i)
    mesh, bones = person_mesh(), bones_at(t)
    blended = np.einsum("vj,vjrc->vrc", mesh.weights, bones[mesh.joints]).astype(float)
    posed = np.einsum("vrc,vc->vr", blended[..., :3], mesh.positions) + blended[..., 3]
    add(body_at("child", t).pose.apply(posed), mesh.indices.astype(int), 3)
    add(body_at("parked/0", t).pose.apply(_CORNERS + [0, 0, 0.5]), BOX, 7)
    return Triangles(*map(np.concatenate, (corners, owner, wheel)))


def obstacles() -> tuple[Obstacle, ...]:
    """Return the house and the shelter as a recording keeps them."""

    def box(name: str, size: np.ndarray, center: np.ndarray) -> Obstacle:
        around = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
        bottom, top = center[2] - size[2] / 2, center[2] + size[2] / 2
        return Obstacle(name, name, center[:2] + around * size[:2], bottom, top)

    return box("house/1", HOUSE_SIZE, HOUSE_CENTER), box(
        "bus_shelter", SHELTER_SIZE, SHELTER_CENTER
    )


def background() -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Return corners and triangles of each key of OF_BACKGROUND."""
    found = {
        PAINT: (STOP_LINE.outline, SQUARE),
        WALLS: (_CORNERS * HOUSE_SIZE + HOUSE_CENTER, BOX),
        SHELTER: (_CORNERS * SHELTER_SIZE + SHELTER_CENTER, BOX),
    }
    found[PAVING] = (
        np.array([[12, -16, 0], [30, -16, 0], [30, -8, 0], [12, -8, 0.0]]) + UP,
        SQUARE,
    )
    for i in range(len(HANGING)):
        found[-6 - i] = (_CORNERS * HANGING_SIZE + [40.0, 4.0 * i - 16.0, 12.0], BOX)
    return found


def static_geometry() -> tuple[StaticMesh, ...]:
    """Return the ground and what stands on it as a recording keeps it."""
    parts = {0: (GROUND, SQUARE), **background()}
    return tuple(
        StaticMesh(
            str(which),
            points.astype(np.float32),
            faces.astype(np.uint32),
            np.zeros(len(faces), np.uint16),
            (StaticMaterial(int(OF_BACKGROUND.get(which, C.ROAD)), two_sided=True, holes=b""),),
            np.zeros((0, 2), np.float32),
            (f"thing/{which}",),
            np.array([C.ROAD], np.uint8),
            np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]]),
            np.zeros((1, 3)),
            np.array([[0.0, 1000.0]]),
        )
        for which, (points, faces) in parts.items()
    )


def camera_at(t: float) -> Pose:
    return body_at("ego", t).pose @ CAMERA.mount


def capture(tick: int) -> CameraImages:
    """Trace a ray through every pixel centre at t = tick * DT."""
    t, k = tick * DT, CAMERA.intrinsics
    before, now, after = (triangles_at(t + s * DT) for s in (-1, 0, 1))
    pose = camera_at(t)
    rays = k.rays().reshape(-1, 3)
    a, b, c = np.moveaxis(pose.inverse().apply(now.corners), 1, 0)
    normal = np.cross(b - a, c - a)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.einsum("ti,ti->t", normal, a) / (rays @ normal.T)
    covered = np.zeros((len(a), len(rays)), bool)
    best, hit_weights = np.full(len(rays), np.inf), np.zeros((len(rays), 3))
    winner = np.full(len(rays), -1)
    area = np.einsum("ti,ti->t", normal, normal)
    for i in range(len(a)):
        point = rays * depth[:, i, None]
        wb = np.cross(point - a[i], c[i] - a[i]) @ normal[i] / area[i]
        wc = np.cross(b[i] - a[i], point - a[i]) @ normal[i] / area[i]
        with np.errstate(invalid="ignore"):
            covered[i] = (wb >= 0) & (wc >= 0) & (wb + wc <= 1) & (depth[:, i] > 0.1)
            hit = covered[i] & (depth[:, i] < best)
        best[hit], winner[hit] = depth[hit, i], i
        hit_weights[hit] = np.stack([1 - wb - wc, wb, wc], -1)[hit]
    seen = winner >= 0
    owner = np.where(seen, now.owner[winner], 0)

    def carried(there: Triangles, camera: Pose) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        world = np.einsum("nk,nkr->nr", hit_weights, there.corners[winner])
        local = camera.inverse().apply(world)
        local[~seen] = camera.inverse().rotate(pose.rotate(rays[~seen]))
        return k.project(local), world, np.where(seen, local[:, 2] - best, 0.0)

    centers = k.project(rays)
    with np.errstate(invalid="ignore"):
        back, world_before, change_before = carried(before, camera_at(t - DT))
        ahead, world_after, change_after = carried(after, camera_at(t + DT))
    world = pose.apply(rays * np.where(seen, best, 0)[:, None])
    velocity = np.zeros_like(world)
    for actor, (name, _, _) in ACTORS.items():
        mine, body = owner == actor, body_at(name, t)
        lever = world[mine] - body.position
        velocity[mine] = body.velocity + np.cross([0, 0, body.yaw_rate], lever)
    for i, (w, state) in enumerate(zip(WHEELS, wheels_at(t), strict=True)):
        mine = seen & (now.wheel[winner] == i)
        car = body_at("car", t).pose
        hub = car.apply(np.array(w.center) + [0, 0, state[3]])
        up = np.array([0.0, 0.0, 1.0])
        axle = car.rotate(rotation.rotate(rotation.from_yaw(state[0]), [0, 1, 0]))
        turning = axle * state[2] + up * (STEERING_RATE if w.steered else 0.0)
        velocity[mine] += np.cross(turning, world[mine] - hub) + up * TRAVEL_RATE
    child = owner == 3
    velocity[child] = (world_after - world_before)[child] / (2 * DT)
    unit = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    facing = unit[winner]
    facing *= -np.sign(np.einsum("ni,ni->n", facing, rays))[:, None]
    facing[~seen] = 0
    semantic = np.full(len(rays), int(C.SKY))
    semantic[seen] = int(C.ROAD)
    for mark, what in OF_BACKGROUND.items():
        semantic[seen & (now.wheel[winner] == mark)] = int(what)
    for actor, (_, _, family) in ACTORS.items():
        semantic[owner == actor] = int(family)
    semantic[seen & (now.wheel[winner] >= 0)] = int(C.TRUCK)

    def picture(values: np.ndarray, dtype: type) -> np.ndarray:
        return values.reshape(k.height, k.width, *values.shape[1:]).astype(dtype)

    return CameraImages(
        camera="front",
        tick=tick,
        time_s=t,
        world_from_camera=pose,
        intrinsics=k,
        passes={
            "rgb": picture(np.stack([semantic * 10, owner * 30, owner * 0 + 90], -1), np.uint8),
            "depth": picture(best, np.float32),
            "instance": picture(owner, np.uint32),
            "semantic": picture(semantic, np.uint8),
            "flow_backward": picture(back - centers, np.float32),
            "flow_forward": picture(ahead - centers, np.float32),
            "normal": picture(facing, np.float32),
            "velocity": picture(velocity, np.float32),
            "depth_change_backward": picture(change_before, np.float32),
            "depth_change_forward": picture(change_after, np.float32),
        },
        silhouettes=silhouettes(covered, now, pose, sorted(set(owner) - {0})),
    )


def silhouettes(covered: np.ndarray, world: Triangles, pose: Pose, ids: list[int]) -> Silhouettes:
    """Return objects drawn alone, of the pixels (T, H * W) that each triangle covers."""
    k = CAMERA.intrinsics
    boxes, corners, masks = [], [], []
    for actor in ids:
        mine = world.owner == actor
        mask = covered[mine].any(axis=0).reshape(k.height, k.width)
        v, u = np.nonzero(mask)
        box = np.array([u.min(), v.min(), u.max() + 1, v.max() + 1], float)
        points = pose.inverse().apply(world.corners[mine].reshape(-1, 3))
        assert (points[:, 2] > 0.1).all(), "nothing reaches through the near plane"
        low, high = k.project(points).min(axis=0), k.project(points).max(axis=0)
        if (low < 0).any() or (high > (k.width, k.height)).any():
            box[:2], box[2:] = np.minimum(low, box[:2]), np.maximum(high, box[2:])
        boxes.append(box)
        corners.append((u.min(), v.min()))
        masks.append(mask[v.min() : v.max() + 1, u.min() : u.max() + 1])
    return Silhouettes(np.array(ids, np.uint32), np.array(boxes), np.array(corners), tuple(masks))


def writer(root: Path, frame_count: int = 4, **options: object) -> SequenceWriter:
    plan: dict = {
        "prototypes": prototypes(),
        "dt_s": DT,
        "frame_count": frame_count,
        "hosts": {"front": "ego"},
        "road_marks": [STOP_LINE],
        "static_geometry": static_geometry(),
        "assets": [{"name": "boxes", "licence": "Apache-2.0", "source": "this file"}],
    }
    return SequenceWriter(root, "boxes", DESCRIPTION, [CAMERA], **(plan | options))


def add_state(into: SequenceWriter, tick: int) -> None:
    t = tick * DT
    into.add_state(tick, t, actors_at(t), wheels={2: wheels_at(t)}, bones={3: bones_at(t)})


def labels_of(images: CameraImages, tick: int) -> Labels:
    sight = Sight(
        **{name: images.passes[name] for name in ("instance", "depth", "semantic")},
        silhouettes=images.silhouettes,
        intrinsics=images.intrinsics,
        world_from_camera=images.world_from_camera,
        host="ego",
    )
    return label(actors_at(tick * DT), sight, {3: bones_at(tick * DT)}, KINDS)


def add_frame(into: SequenceWriter, tick: int) -> None:
    images = capture(tick)
    into.add_frame([images], [labels_of(images, tick)], ENVIRONMENT)


def record(into: SequenceWriter, frame_count: int = 4, stop_before: int | None = None) -> None:
    """Play ticks 0 to frame_count + 1 and draw ticks 1 to frame_count, as a simulation does."""
    add_state(into, 0)
    add_state(into, 1)
    for frame in range(frame_count):
        add_state(into, frame + 2)
        if frame == stop_before:
            return
        if frame >= into.frames_done:
            add_frame(into, frame + 1)
    into.finish()
