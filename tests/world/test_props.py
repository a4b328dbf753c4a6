import numpy as np
import pytest

from cityloop.errors import ScenarioError
from cityloop.world.props import PROPS, SignalLamp, prop_scene
from cityloop.world.props_materials import POSTER_SHEET, POSTERS_TEXTURE
from cityloop.world.scene import TEXTURE_SIZE, CapsuleCollider
from cityloop.world.semantics import SemanticClass

KINDS = list(PROPS.values())
every_prop = pytest.mark.parametrize("kind", KINDS, ids=[k.name for k in KINDS])
TREES = [name for name in PROPS if name.startswith("tree_")]
SIGNALS = ["traffic_light_vehicle", "traffic_light_pedestrian"]
RAISED = [*SIGNALS, *(name for name in PROPS if name.startswith("sign/"))]


@pytest.fixture(scope="module")
def scene():
    return prop_scene()


@pytest.fixture(scope="module")
def meshes(scene):
    return {mesh.name: mesh for mesh in scene.meshes}


def levels(scene, meshes, name):
    prototype = next(p for p in scene.prototypes if p.name == name)
    return [meshes[lod.mesh] for lod in prototype.parts[0].lods]


def of_material(mesh, names):
    numbers = [i for i, name in enumerate(mesh.material_names) if name in names]
    return np.isin(mesh.materials, numbers)


@every_prop
def test_the_dimension_is_the_extent_of_the_finest_mesh(kind, scene, meshes):
    points = levels(scene, meshes, kind.name)[0].positions
    low, high = points.min(axis=0), points.max(axis=0)
    assert high - low == pytest.approx(np.array(kind.dimension), abs=0.02)
    assert (high + low) / 2 == pytest.approx(np.array(kind.box_center), abs=0.02)
    assert (low[2] > 2.0) if kind.name in RAISED else low[2] == pytest.approx(0.0, abs=1e-6)


@every_prop
def test_levels_of_detail_do_not_get_dearer(kind, scene, meshes):
    counts = [len(mesh.indices) for mesh in levels(scene, meshes, kind.name)]
    assert counts[0] >= counts[1] >= counts[2]
    assert counts[0] > counts[2]
    limit = (1600, 480, 110) if kind.name in TREES else (700, 350, 130)
    assert all(count <= most for count, most in zip(counts, limit, strict=True))


def test_meshes_are_sound(scene):
    materials = {m.name: m for m in scene.materials}
    textures = {t.name for t in scene.textures}
    assert {m.texture for m in scene.materials} - {""} == textures
    for mesh in scene.meshes:
        assert set(mesh.material_names) <= set(materials)
        assert mesh.indices.max() < len(mesh.positions)
        assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0, abs=1e-4)
        assert np.isfinite(mesh.uvs).all()
    for material in scene.materials:
        assert material.semantic is not None
        assert 0 <= material.tint_slot <= 8


def test_textures_have_the_size_and_the_holes_that_they_should(scene):
    textures = {t.name: t.rgba for t in scene.textures}
    assert all(t.shape == (TEXTURE_SIZE, TEXTURE_SIZE, 4) for t in textures.values())
    assert all(t.dtype == np.uint8 for t in textures.values())
    cut = textures["prop/leaf_clusters"][..., 3]
    assert set(np.unique(cut)) == {0, 255}
    assert 0.3 < (cut == 255).mean() < 0.7
    # Clusters do not touch the edges of their tiles, where neighbours would bleed in.
    half = TEXTURE_SIZE // 2
    assert not cut[[0, half - 1, half, -1]].any()
    assert not cut[:, [0, half - 1, half, -1]].any()
    assert (textures["prop/foliage"][..., 3] == 255).all()


@pytest.mark.parametrize("name", TREES)
def test_leaves_are_shaded_as_a_rounded_crown(name, scene, meshes):
    mesh = levels(scene, meshes, name)[0]
    leaves = of_material(mesh, {"prop/leaves", "prop/leaves_inside"})
    middle = np.array(PROPS[name].box_center) * (1, 1, 1.15)
    outward = mesh.positions[leaves] - middle
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    assert np.einsum("vi,vi->v", outward, mesh.normals[leaves]).mean() > 0.6


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_signal_lamps_face_forward_with_red_on_top(name, level, scene, meshes):
    mesh = levels(scene, meshes, name)[level]
    heights = {}
    for lamp in SignalLamp:
        lit = {m.name for m in scene.materials if m.lamp and 1 << (m.lamp - 1) == lamp}
        lit &= {n for n in mesh.material_names if n.startswith("prop/signal")}
        chosen = of_material(mesh, lit)
        if chosen.any():
            heights[lamp] = mesh.positions[chosen][:, 2].mean()
            assert (mesh.normals[chosen][:, 0] > 0.3).all()
            facing = mesh.normals[chosen].mean(axis=0)
            assert facing[0] > 0.8
    wanted = {SignalLamp.RED, SignalLamp.GREEN}
    if name != "traffic_light_pedestrian":
        wanted |= {SignalLamp.AMBER}
    assert set(heights) == wanted
    assert heights[SignalLamp.RED] == max(heights.values())
    assert heights[SignalLamp.GREEN] == min(heights.values())


@pytest.mark.parametrize("name", SIGNALS)
def test_nothing_stands_between_a_signal_lamp_and_who_looks_at_it(name, scene, meshes):
    """A ray from 30 m before a lens, at its height, meets the lens first."""
    mesh = levels(scene, meshes, name)[0]
    corners = mesh.positions[mesh.indices].astype(np.float64)
    names = np.array(mesh.material_names)[mesh.materials[mesh.indices[:, 0]]]
    lenses = np.isin(names, ["prop/signal_red", "prop/signal_amber", "prop/signal_green"])
    for lens in corners[lenses][::7]:
        target = lens.mean(axis=0)
        yz = corners[..., 1:]
        a, b, c = yz[:, 0], yz[:, 1], yz[:, 2]

        def side(p, q, point=target):
            return (q[:, 0] - p[:, 0]) * (point[2] - p[:, 1]) - (q[:, 1] - p[:, 1]) * (
                point[1] - p[:, 0]
            )

        s, t, u = side(a, b), side(b, c), side(c, a)
        hit = ((s > 0) & (t > 0) & (u > 0)) | ((s < 0) & (t < 0) & (u < 0))
        nearest = np.flatnonzero(hit)[np.argmax(corners[hit].mean(axis=1)[:, 0])]
        assert lenses[nearest]


def test_classes_of_materials(scene):
    classes = {m.name: m.semantic for m in scene.materials}
    assert classes["prop/pole"] == SemanticClass.POLE
    assert classes["prop/signal_housing"] == SemanticClass.TRAFFIC_LIGHT
    assert classes["prop/bark"] == classes["prop/leaves"] == SemanticClass.VEGETATION
    assert classes["prop/wood"] == SemanticClass.STREET_FURNITURE


@every_prop
def test_colliders_stand_on_the_ground_within_the_prop(kind):
    collider = kind.collider
    if isinstance(collider, CapsuleCollider):
        reach = collider.half_height_m + collider.radius_m
        assert collider.center[2] - reach == pytest.approx(0.0)
        assert collider.radius_m <= max(kind.dimension[:2])
    else:
        assert collider.center == kind.box_center
        assert 2 * np.array(collider.half_extents) == pytest.approx(np.array(kind.dimension))


def test_building_twice_gives_the_same_bytes(scene):
    again = prop_scene()
    for one, other in zip(scene.meshes, again.meshes, strict=True):
        assert one.positions.tobytes() == other.positions.tobytes()
        assert one.uvs.tobytes() == other.uvs.tobytes()
    for one, other in zip(scene.textures, again.textures, strict=True):
        assert one.rgba.tobytes() == other.rgba.tobytes()


def test_a_prop_is_the_same_whatever_is_built_beside_it(scene, meshes):
    alone = {m.name: m for m in prop_scene(["tree_1"]).meshes}
    assert alone["tree_1/0"].positions.tobytes() == meshes["tree_1/0"].positions.tobytes()


def test_an_unknown_prop_is_refused_with_the_known_ones():
    with pytest.raises(ScenarioError, match=r"'phone_box'.*tree_0.*hedge"):
        prop_scene(["phone_box"])


def test_posters_are_legible_and_the_right_way_round() -> None:
    """The first letter of a poster's words is on the reader's left, and its head is up."""
    scene = prop_scene(["bus_shelter", "poster_column"])
    assert [t.name for t in scene.textures] == [POSTERS_TEXTURE]
    assert (np.ptp(scene.textures[0].rgba[..., :3].reshape(-1, 3).astype(int), axis=0) > 150).all()
    for mesh in (m for m in scene.meshes if m.name.endswith("/0")):
        sheet = mesh.material_names.index(POSTER_SHEET)
        triangles = mesh.indices[mesh.materials[mesh.indices[:, 0]] == sheet]
        for corners, normal, uv in zip(
            mesh.positions[triangles],
            mesh.normals[triangles[:, 0]],
            mesh.uvs[triangles],
            strict=True,
        ):
            right = np.cross([0.0, 0.0, 1.0], normal)
            across, up = corners @ right, corners[:, 2]
            assert np.sign(np.subtract.outer(uv[:, 0], uv[:, 0])) == pytest.approx(
                np.sign(np.round(np.subtract.outer(across, across), 4))
            )
            assert np.sign(np.subtract.outer(uv[:, 1], uv[:, 1])) == pytest.approx(
                -np.sign(np.round(np.subtract.outer(up, up), 4))
            )
