"""Street furniture, signals and plants as an engine loads them.

Prop frame: origin on the ground, z up, the front (a signal's lamps, a bench's seat, a shelter's
open side, a street lamp's arm) towards +x.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cityloop.errors import ScenarioError
from cityloop.world import props_furniture as furniture
from cityloop.world import props_signals as signals
from cityloop.world import props_signs as signs
from cityloop.world import props_street as street
from cityloop.world.meshing import MeshBuilder
from cityloop.world.props_materials import (
    BARS_TEXTURE,
    FOLIAGE_TEXTURE,
    LEAF_TEXTURE,
    POSTERS_TEXTURE,
    PROP_MATERIALS,
    STREET_LAMP_LIT,
    SignalLamp,
)
from cityloop.world.props_plants import (
    TREES,
    foliage_texture,
    hedge,
    leaf_texture,
    planter_plants,
    tree,
)
from cityloop.world.props_posters import posters_texture
from cityloop.world.scene import (
    BoxCollider,
    CapsuleCollider,
    Collider,
    LevelOfDetail,
    Part,
    Prototype,
    Scene,
)
from cityloop.world.semantics import SemanticClass
from cityloop.world.sign_faces import SIGN_FACES, SIGN_TEXTURES, sign_texture

__all__ = [
    "PROPS",
    "STREET_LAMP",
    "STREET_LAMP_LIT",
    "PropKind",
    "SignalLamp",
    "prop_scene",
]

Vector = tuple[float, float, float]

LEVELS = 3
SIGN, SIGN_POST, NAME_POST = "sign", "sign_post", "name_post"  # kinds; a sign's is "sign/<face>"
STREET_LAMP = "street_lamp"  # the kind of prop


@dataclass(frozen=True)
class PropKind:
    """Something that stands in a street.

    Attributes:
        name: key in `PROPS` and name of the prototype.
        dimension: (length along x, width along y, height), m, reaching the ground.
        box_center: centre of that box, prop frame, m.
        collider: what bodies bump into.
        semantic: class of most of its pixels; its materials say the rest.
        lod_distances_m: how far each level of detail is drawn.
        build: the mesh at a level of detail.
    """

    name: str
    dimension: Vector
    box_center: Vector
    collider: Collider
    semantic: SemanticClass
    lod_distances_m: Vector
    build: Callable[[int], MeshBuilder]


def _kind(
    name: str,
    low: Vector,
    high: Vector,
    collider: Collider | None,
    semantic: SemanticClass,
    build: Callable[[int], MeshBuilder],
    lod_distances_m: Vector = (15.0, 45.0, 400.0),
) -> PropKind:
    """Return a kind with the box from corner `low` to `high`, which it fills when it is solid."""
    length, width, height = (b - a for a, b in zip(low, high, strict=True))
    center = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
    solid = BoxCollider(center, (length / 2, width / 2, height / 2))
    return PropKind(
        name,
        (length, width, height),
        center,
        collider or solid,
        semantic,
        lod_distances_m,
        build,
    )


def _post(radius_m: float, height_m: float) -> CapsuleCollider:
    """Return an upright capsule from the ground to a height."""
    return CapsuleCollider((0.0, 0.0, height_m / 2), height_m / 2 - radius_m, radius_m)


def _tree_kind(name: str) -> PropKind:
    shape = TREES[name]
    half = shape.crown_width_m / 2
    return _kind(
        name,
        (-half, -half, 0.0),
        (half, half, shape.height_m),
        _post(shape.trunk_radius_m, shape.crown_base_m),
        SemanticClass.VEGETATION,
        lambda level: tree(name, level),
        (16.0, 48.0, 1500.0),
    )


def _sign_kind(name: str) -> PropKind:
    low, high = signs.sign_box(name)
    return _kind(
        f"{SIGN}/{name}",
        low,
        high,
        None,
        SemanticClass.TRAFFIC_SIGN,
        lambda level: signs.sign(name, level),
        (25.0, 70.0, 500.0),
    )


def _sign_post_kind(name: str, height_m: float, build: Callable[[int], MeshBuilder]) -> PropKind:
    r = signs.POST_RADIUS_M
    return _kind(
        name,
        (-r, -r, 0.0),
        (r, r, height_m),
        _post(r, height_m),
        SemanticClass.POLE,
        build,
        (25.0, 70.0, 500.0),
    )


def _planter(level: int) -> MeshBuilder:
    builder = furniture.planter(level)
    builder.add(planter_plants(level))
    return builder


_FURNITURE = SemanticClass.STREET_FURNITURE
_SIGNAL = SemanticClass.TRAFFIC_LIGHT

PROPS: dict[str, PropKind] = {
    kind.name: kind
    for kind in (
        *(_tree_kind(name) for name in TREES),
        *(_sign_kind(name) for name in SIGN_FACES),
        _sign_post_kind(SIGN_POST, signs.POST_HEIGHT_M, signs.sign_post),
        _sign_post_kind(NAME_POST, signs.NAME_POST_HEIGHT_M, signs.name_post),
        _kind(
            STREET_LAMP,
            (-0.095, -0.13, 0.0),
            (1.75, 0.13, 8.0),
            _post(0.09, 7.0),
            SemanticClass.POLE,
            signals.street_lamp,
            (20.0, 60.0, 1500.0),
        ),
        _kind(
            "traffic_light_vehicle",
            (0.07, -0.29, 2.11),
            (0.47, 0.29, 3.33),
            None,
            _SIGNAL,
            signals.vehicle_signal,
            (25.0, 70.0, 1500.0),
        ),
        _kind(
            "traffic_light_vehicle_mast",
            (-0.075, -0.075, 0.0),
            (0.12, 0.075, 3.35),
            _post(0.075, 3.3),
            SemanticClass.POLE,
            signals.vehicle_mast,
            (25.0, 70.0, 1500.0),
        ),
        _kind(
            "traffic_light_pedestrian",
            (0.06, -0.135, 2.05),
            (0.46, 0.135, 2.65),
            None,
            _SIGNAL,
            signals.pedestrian_signal,
            (25.0, 70.0, 800.0),
        ),
        _kind(
            "traffic_light_pedestrian_mast",
            (-0.05, -0.055, 0.0),
            (0.105, 0.055, 2.75),
            _post(0.05, 2.7),
            SemanticClass.POLE,
            signals.pedestrian_mast,
            (25.0, 70.0, 800.0),
        ),
        _kind("bench", (-0.26, -0.9, 0.0), (0.255, 0.9, 0.8425), None, _FURNITURE, furniture.bench),
        _kind(
            "bin",
            (-0.22, -0.22, 0.0),
            (0.22, 0.22, 0.97),
            _post(0.2, 0.97),
            _FURNITURE,
            furniture.bin_,
        ),
        _kind(
            "bollard",
            (-0.075, -0.075, 0.0),
            (0.075, 0.075, 0.92),
            _post(0.07, 0.92),
            _FURNITURE,
            furniture.bollard,
        ),
        _kind(
            "bus_shelter",
            (-0.7, -1.8, 0.0),
            (0.7, 1.8, 2.5),
            None,
            _FURNITURE,
            furniture.bus_shelter,
            (20.0, 60.0, 800.0),
        ),
        _kind(
            "hydrant",
            (-0.14, -0.19, 0.0),
            (0.17, 0.19, 0.77),
            _post(0.14, 0.77),
            _FURNITURE,
            furniture.hydrant,
        ),
        _kind(
            "parking_meter",
            (-0.15, -0.19, 0.0),
            (0.15, 0.19, 1.56),
            None,
            _FURNITURE,
            furniture.parking_meter,
        ),
        _kind(
            "bicycle_rack",
            (-0.375, -0.825, 0.0),
            (0.375, 0.825, 0.825),
            None,
            _FURNITURE,
            street.bicycle_rack,
        ),
        _kind(
            "fence",
            (-0.035, -1.0, 0.0),
            (0.035, 1.0, 1.0),
            None,
            SemanticClass.FENCE,
            street.fence,
            (20.0, 60.0, 300.0),
        ),
        _kind(
            "cabinet", (-0.19, -0.52, 0.0), (0.19, 0.52, 1.165), None, _FURNITURE, street.cabinet
        ),
        _kind(
            "post_box", (-0.2, -0.27, 0.0), (0.2, 0.27, 1.255), None, _FURNITURE, street.post_box
        ),
        _kind(
            "poster_column",
            (-0.68, -0.68, 0.0),
            (0.68, 0.68, 2.9),
            _post(0.66, 2.9),
            _FURNITURE,
            street.poster_column,
            (20.0, 60.0, 600.0),
        ),
        _kind("planter", (-0.32, -0.82, 0.0), (0.32, 0.82, 1.0), None, _FURNITURE, _planter),
        _kind("hedge", (-0.35, -1.0, 0.0), (0.35, 1.0, 1.1), None, SemanticClass.VEGETATION, hedge),
    )
}


def prop_scene(names: Iterable[str] = tuple(PROPS)) -> Scene:
    """Return materials, textures, meshes and a prototype for each prop, named as the prop.

    Args:
        names: keys of `PROPS`; repeated ones are built once.

    Raises:
        ScenarioError: for an unknown prop.
    """
    scene = Scene()
    for name in dict.fromkeys(names):
        if name not in PROPS:
            raise ScenarioError(f"there is no prop {name!r}; choose one of: {', '.join(PROPS)}")
        kind = PROPS[name]
        meshes = [kind.build(level).build(f"{name}/{level}") for level in range(LEVELS)]
        scene.meshes.extend(meshes)
        levels = tuple(
            LevelOfDetail(mesh.name, distance)
            for mesh, distance in zip(meshes, kind.lod_distances_m, strict=True)
        )
        scene.prototypes.append(
            Prototype(
                name=name,
                parts=(Part(name, levels),),
                colliders=(kind.collider,),
                dimension=kind.dimension,
                box_center=kind.box_center,
                lights=(signals.STREET_LIGHT,) if name == STREET_LAMP else (),
            )
        )
    used = {name for mesh in scene.meshes for name in mesh.material_names}
    scene.materials.extend(m for m in PROP_MATERIALS if m.name in used)
    textures = {m.texture for m in scene.materials}
    if LEAF_TEXTURE in textures:
        scene.textures.append(leaf_texture())
    if FOLIAGE_TEXTURE in textures:
        scene.textures.append(foliage_texture())
    if BARS_TEXTURE in textures:
        scene.textures.append(street.bars_texture())
    if POSTERS_TEXTURE in textures:
        scene.textures.append(posters_texture())
    scene.textures.extend(sign_texture(name) for name in SIGN_TEXTURES if name in textures)
    return scene
