"""Portraits: each kind of vehicle, person and street furniture, drawn by itself."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cityloop.engine import BodySpec, CameraSpec, Engine
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.traffic.gaits import gait_pose
from cityloop.world.environment import daylight
from cityloop.world.people import PERSON_KINDS, people_scene, pick_clothes
from cityloop.world.props import PROPS, prop_scene
from cityloop.world.scene import LevelOfDetail as Level
from cityloop.world.scene import Material, Mesh, MeshCollider, Part, Prototype, Scene
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.vehicles import VEHICLE_KINDS, individual, pick_paint, vehicle_scene

Rgb = NDArray[np.uint8]

_FLOOR = "portrait/floor"
_FLOOR_M = 60.0
_FOV_DEG = 50.0
# From where: to the left of straight ahead, and above.
_AZIMUTH_DEG, _ELEVATION_DEG = 35.0, 12.0
_MARGIN = 1.02
_HOUR = 10.5
_WALK_MPS, _PHASE_RAD = 1.3, 0.9
_TICK_S = 0.05


def portrait_scene() -> Scene:
    """Return all kinds of vehicles, people and street furniture."""
    scene = Scene()
    for more in (vehicle_scene(VEHICLE_KINDS), people_scene(PERSON_KINDS), prop_scene(PROPS)):
        scene.extend(more)
    return scene


def _floor_scene() -> Scene:
    return Scene(
        materials=[Material(_FLOOR, (0.12, 0.12, 0.125))],
        meshes=[_floor()],
        prototypes=[
            Prototype(_FLOOR, (Part("floor", (Level(_FLOOR, 1e4),)),), (MeshCollider(_FLOOR),))
        ],
    )


def portraits(
    engine: Engine, kinds: Iterable[str], size: tuple[int, int] = (240, 180), *, seed: int = 0
) -> Iterator[tuple[str, Rgb]]:
    """Load `portrait_scene` and a plain floor; yield each kind with its picture, (H, W, 3) sRGB.

    Args:
        engine: whose scene and bodies are replaced.
        kinds: keys of `VEHICLE_KINDS`, `PERSON_KINDS` and `PROPS`.
        size: width and height, pixels.
        seed: of paint and clothes.
    """
    scene = portrait_scene()
    prototypes = {prototype.name: prototype for prototype in scene.prototypes}
    scene.extend(_floor_scene())
    engine.load_scene(scene)
    engine.set_environment(daylight(_HOUR))
    engine.spawn([BodySpec(id=1, prototype=_FLOOR, semantic=SemanticClass.ROAD)])
    for number, kind in enumerate(kinds, start=2):
        engine.spawn([_subject(number, kind, seed)])
        engine.advance(_TICK_S)
        engine.advance(_TICK_S)
        (images,) = engine.capture([_camera(prototypes[kind], size)], passes=("rgb",))
        yield kind, np.array(images.passes["rgb"], dtype=np.uint8)
        engine.despawn([number])


def _subject(number: int, kind: str, seed: int) -> BodySpec:
    """Return the body of a kind; people are on their way."""
    bones = gait_pose(kind, _PHASE_RAD, _WALK_MPS) if kind in PERSON_KINDS else None
    tints = _tints(kind, seed)
    name = kind
    if kind in VEHICLE_KINDS:
        name = individual(kind, stream(seed, f"portrait/{kind}/individual"), driven=True)
    return BodySpec(number, name, "kinematic", instance_id=number, tints=tints, bones=bones)


def _tints(kind: str, seed: int) -> tuple[tuple[float, float, float], ...]:
    rng = stream(seed, f"portrait/{kind}")
    if kind in VEHICLE_KINDS:
        return pick_paint(kind, rng)
    return pick_clothes(kind, rng) if kind in PERSON_KINDS else ()


def _camera(prototype: Prototype, size: tuple[int, int]) -> CameraSpec:
    """Return a camera that sees all of a prototype from ahead, a little to its left."""
    intrinsics = Intrinsics.from_fov(*size, _FOV_DEG)
    half = np.array(prototype.dimension) / 2.0
    radius = float(np.linalg.norm(half)) if half.any() else 2.0
    middle = np.array(prototype.box_center) if half.any() else np.array([0.0, 0.0, 1.5])
    narrow = np.deg2rad(_FOV_DEG) * min(1.0, size[1] / size[0])
    distance = _MARGIN * radius / np.sin(narrow / 2.0)
    azimuth, elevation = np.deg2rad(_AZIMUTH_DEG), np.deg2rad(_ELEVATION_DEG)
    level = np.array([np.cos(azimuth), np.sin(azimuth), 0.0]) * np.cos(elevation)
    eye = middle + distance * (level + [0.0, 0.0, np.sin(elevation)])
    facing = rotation.multiply(
        rotation.from_euler(azimuth + np.pi, elevation, 0.0),
        rotation.from_matrix(BODY_FROM_CAMERA_AXES),
    )
    return CameraSpec("portrait", intrinsics, Pose(eye, facing))


def _floor() -> Mesh:
    corners = _FLOOR_M * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    return Mesh(
        _FLOOR,
        corners,
        np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        np.zeros((4, 2), np.float32),
        (_FLOOR,),
        np.zeros(4, np.uint16),
        np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
    )
