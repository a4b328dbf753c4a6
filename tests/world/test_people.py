"""People: baked assets, weights, sizes, levels of detail, clothes, skinning."""

import hashlib

import numpy as np
import pytest

from cityloop.errors import ScenarioError
from cityloop.world.people import (
    PERSON_KINDS,
    people_scene,
    person_mesh,
    pick_clothes,
    skeleton,
    skin,
)
from cityloop.world.people_assets import ASSETS, LEVELS, index
from cityloop.world.people_holding import held_box
from cityloop.world.scene import Mesh
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream

KINDS = sorted(PERSON_KINDS)
DARK_LIGHT = "woman_jacket", "woman_coat"  # of african and of mostly caucasian ancestry


def test_there_are_people_of_all_ages_builds_and_ancestries():
    bodies = index()["people"]
    assert len(bodies) >= 25
    kinds = PERSON_KINDS.values()
    assert len({k.body for k in kinds if k.child}) >= 5
    assert len({k.body for k in kinds if k.elder}) >= 4
    assert len({k.body for k in kinds if "teenager" in k.name}) >= 3
    assert all(1.05 <= k.height_m <= 1.35 for k in kinds if k.child)
    assert all(1.5 <= k.height_m <= 1.95 for k in kinds if not k.child)
    assert bodies["infant"]["height_m"] < 0.75
    for ancestry in ("african", "asian", "caucasian"):
        shares = [body["ancestry"][ancestry] for body in bodies.values()]
        assert max(shares) >= 0.8
        assert sum(0.2 < share < 0.8 for share in shares) >= 4
    # From light to heavy, kg/m^2.
    index_of_mass = [k.mass_kg / k.height_m**2 for k in kinds if not k.child]
    assert min(index_of_mass) < 20.5
    assert max(index_of_mass) > 32
    assert {k.thing for k in kinds} == {"", "pram", "phone", "umbrella"}
    assert all(name == kind.name for name, kind in PERSON_KINDS.items())


def test_assets_are_what_the_provenance_says():
    people = index()["people"]
    assert sorted(people) == sorted({"infant", *(kind.body for kind in PERSON_KINDS.values())})
    for kind in people:
        content = (ASSETS / f"{kind}.npz").read_bytes()
        assert hashlib.sha256(content).hexdigest() == people[kind]["sha256"]
    provenance = index()["provenance"]
    assert provenance["license"] == "CC0-1.0"
    assert provenance["inputs_sha256"]["LICENSE.md"]
    assert provenance["inputs_sha256"]["3dobjs/base.obj"]
    assert sum(f.stat().st_size for f in ASSETS.iterdir()) < 4e6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", range(LEVELS))
def test_meshes_are_well_formed(kind, level):
    mesh = person_mesh(kind, level)
    vertices = len(mesh.positions)
    assert mesh.joints is not None
    assert mesh.weights is not None
    np.testing.assert_allclose(mesh.weights.sum(axis=1), 1.0, atol=1e-6)
    assert mesh.weights.min() >= 0
    assert mesh.joints.max() < len(skeleton(kind).names)
    assert mesh.indices.max() < vertices
    corners = mesh.indices.astype(int)
    assert (corners[:, 0] != corners[:, 1]).all()
    assert (mesh.materials[corners] == mesh.materials[corners[:, :1]]).all()
    lengths = np.linalg.norm(mesh.normals, axis=1)
    assert np.abs(lengths - 1).max() < 0.02
    assert 0 <= mesh.positions[:, 2].min() < 0.015
    low, high = ((4000, 5400), (900, 1300), (200, 365))[level]
    person = len(person_mesh(PERSON_KINDS[kind].body, level).indices)
    assert low <= person <= high
    things = {"": (0, 0, 0), "pram": (1900, 950, 400), "phone": (24, 24, 24)}
    assert (
        len(corners) - person
        <= (things | {"umbrella": (160, 80, 60)})[PERSON_KINDS[kind].thing][level]
    )
    assert mesh.uvs.min() >= 0
    assert mesh.uvs.max() <= 1
    # Seen from outside, corners run counter-clockwise: the enclosed volume comes out positive.
    a, b, c = (mesh.positions[corners[:, k]].astype(float) for k in range(3))
    assert np.einsum("ti,ti->", a, np.cross(b, c)) / 6 > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_size_and_box_are_those_of_the_standing_body(kind):
    info = PERSON_KINDS[kind]
    mesh = person_mesh(info.body, 0)
    low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
    assert high[2] == pytest.approx(info.height_m, abs=0.02)
    corners = held_box(info.thing, skeleton(kind))
    low, high = (f([end, *corners], axis=0) for f, end in ((np.min, low), (np.max, high)))
    assert low[2] == pytest.approx(0.0, abs=0.001)
    center, dimension = np.array(info.box_center), np.array(info.dimension)
    np.testing.assert_allclose(center - dimension / 2, low, atol=0.02)
    np.testing.assert_allclose(center + dimension / 2, high, atol=0.02)
    assert 0.40 < info.leg_length_m / info.height_m < 0.52
    # Arms hang: nothing is wider than shoulders and hanging hands, or a pram.
    assert dimension[1] < (0.75 if info.thing == "umbrella" else 0.42) * info.height_m


@pytest.mark.parametrize("kind", KINDS)
def test_skeleton_is_a_mirrored_tree(kind):
    bones = skeleton(kind)
    assert len(bones.names) == 55
    assert bones.parents[0] == -1
    assert all(parent < bone for bone, parent in enumerate(bones.parents))
    assert bones.rest.shape == (55, 3, 4)
    for name in bones.names:
        if name.endswith("_l"):
            left, right = (bones.heads[bones.index(name[:-1] + s)] for s in "lr")
            np.testing.assert_allclose(left, right * [1, -1, 1], atol=2e-3)
    # x forward: toes before heels; z up: head above hips; y left.
    assert bones.heads[bones.index("ball_l")][0] > bones.heads[bones.index("foot_l")][0]
    assert bones.heads[bones.index("head")][2] > bones.heads[bones.index("pelvis")][2]
    assert bones.heads[bones.index("hand_l")][1] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_eyes_turn_in_the_head_and_landmarks_lie_around_them(kind):
    bones, mesh = skeleton(kind), person_mesh(kind, 0)
    eyes = [bones.index(f"eye_{side}") for side in "lr"]
    head = bones.index("head")
    assert bones.parents[eyes].tolist() == [head, head]
    names = np.array(mesh.material_names)[mesh.materials]
    for eye in eyes:
        mine = (mesh.joints[:, 0] == eye) & (mesh.weights[:, 0] > 0.99)
        assert set(names[mine]) == {"person/eye", "person/iris"}
        radius = np.linalg.norm(mesh.positions[mine] - bones.heads[eye], axis=1)
        assert radius.min() > 0.009
        assert radius.max() < 0.022
    middle = bones.heads[eyes].mean(axis=0)
    nose = bones.landmarks["nose"] - middle
    assert abs(nose[1]) < 0.002
    assert nose[0] > 0.01
    assert -0.08 < nose[2] < 0
    left, right = (bones.landmarks[f"ear_{side}"] - middle for side in "lr")
    np.testing.assert_allclose(left, right * [1, -1, 1], atol=2e-3)
    assert 0.05 < left[1] < 0.1
    assert left[0] < -0.03


def test_scene_has_every_kind_with_three_levels():
    scene = people_scene(KINDS)
    meshes = {m.name: m for m in scene.meshes}
    materials = {m.name for m in scene.materials}
    assert {p.name for p in scene.prototypes} == set(KINDS)
    for prototype in scene.prototypes:
        assert prototype.joint_names == skeleton(prototype.name).names
        assert prototype.dimension == PERSON_KINDS[prototype.name].dimension
        assert prototype.colliders
        (part,) = prototype.parts
        distances = [level.max_distance_m for level in part.lods]
        assert distances == sorted(distances)
        counts = [len(meshes[level.mesh].indices) for level in part.lods]
        assert counts == sorted(counts, reverse=True)
        for level in part.lods:
            assert set(meshes[level.mesh].material_names) <= materials
    slots = {m.name: m.tint_slot for m in scene.materials}
    assert [slots[f"person/{n}"] for n in ("skin", "hair", "top", "bottom", "shoes")] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_clothes_come_from_the_stream_alone():
    for kind in KINDS:
        once = pick_clothes(kind, stream(7, "someone/clothes"))
        assert once == pick_clothes(kind, stream(7, "someone/clothes"))
        assert len(once) == 7
        assert all(0 <= channel <= 1 for color in once for channel in color)
    # People look like whom they descend from.
    dark, light = ([pick_clothes(k, stream(1, f"{i}"))[0] for i in range(40)] for k in DARK_LIGHT)
    assert np.mean(dark) < 0.5 * np.mean(light)
    many = {pick_clothes("man", stream(7, f"{i}/clothes")) for i in range(60)}
    assert len(many) > 50


def test_skin_blends_the_matrices():
    mesh = Mesh(
        name="two",
        positions=np.array([[1, 0, 0], [1, 0, 0]], dtype=np.float32),
        normals=np.zeros((2, 3), dtype=np.float32),
        uvs=np.zeros((2, 2), dtype=np.float32),
        material_names=("m",),
        materials=np.zeros(2, dtype=np.uint16),
        indices=np.zeros((0, 3), dtype=np.uint32),
        joints=np.array([[0, 0, 0, 0], [0, 1, 0, 0]], dtype=np.uint8),
        weights=np.array([[1, 0, 0, 0], [0.25, 0.75, 0, 0]], dtype=np.float32),
    )
    up = np.hstack([np.eye(3), [[0], [0], [4.0]]])
    turned = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0.0]])
    np.testing.assert_allclose(
        skin(mesh, np.stack([up, turned])), [[1, 0, 4], [0.25, 0.75, 1.0]], atol=1e-6
    )
    rest = np.broadcast_to(np.eye(4)[:3], (55, 3, 4))
    man = person_mesh("man", 2)
    np.testing.assert_allclose(skin(man, rest), man.positions, atol=1e-6)


def test_rigid_mesh_cannot_be_skinned():
    flat = Mesh(
        "flat",
        *(np.zeros((0, 3), np.float32),) * 3,
        (),
        np.zeros(0, np.uint16),
        np.zeros((0, 3), np.uint32),
    )
    with pytest.raises(ValueError, match="'flat' is rigid"):
        skin(flat, np.zeros((1, 3, 4)))


def test_unknown_kind_is_named_with_the_choices():
    with pytest.raises(ScenarioError, match=r"'giant'.*child"):
        people_scene(["giant"])


@pytest.mark.parametrize("kind", [k for k in KINDS if PERSON_KINDS[k].pram])
@pytest.mark.parametrize("level", range(LEVELS))
def test_a_pram_rides_on_the_root_bone_and_stands_on_the_ground(kind, level):
    mesh = person_mesh(kind, level)
    root = skeleton(kind).index("Root")
    names = np.array(mesh.material_names)[mesh.materials]
    pram = np.char.startswith(names, "pram/")
    on_root = (mesh.weights * (mesh.joints == root)).sum(axis=1)
    assert (on_root[pram] == 1).all()
    # So does the infant, a person, who lies in its cot.
    infant = (on_root == 1) & ~pram
    assert (on_root[~pram & ~infant] == 0).all()
    assert infant.any() == (level < 2)
    if infant.any():
        assert {"person/skin", "person/hair"} <= set(names[infant])
        cot = mesh.positions[names == "pram/fabric"]
        assert (mesh.positions[infant].min(axis=0) > cot.min(axis=0)).all()
        assert (mesh.positions[infant].max(axis=0) < cot.max(axis=0)).all()
    points = mesh.positions[pram]
    assert points[:, 2].min() == pytest.approx(0.0, abs=0.012)
    # Before the body, and out of the way of its feet.
    assert points[points[:, 2] < 0.4][:, 0].min() > 0.45
    classes = {m.name: m.semantic for m in people_scene([kind]).materials}
    assert {classes[n] for n in set(names[pram]) - {"pram/rompers"}} == {
        SemanticClass.MOVABLE_OBJECT
    }


def test_elders_are_grey_and_stoop():
    for kind in ("woman_elder", "man_elder"):
        hair = [pick_clothes(kind, stream(1, f"{i}"))[1] for i in range(60)]
        assert sum(min(color) > 0.15 for color in hair) > 40
        bones = skeleton(kind)
        back = bones.heads[bones.index("neck_01")] - bones.heads[bones.index("spine_01")]
        upright = skeleton("man")
        straight = (
            upright.heads[upright.index("neck_01")] - upright.heads[upright.index("spine_01")]
        )
        lean = np.arctan2(back[0], back[2]) - np.arctan2(straight[0], straight[2])
        assert 0.12 < lean < 0.45
        assert PERSON_KINDS[kind].walk_speed_mps < 1.1
