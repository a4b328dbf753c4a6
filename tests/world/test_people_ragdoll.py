import numpy as np
import pytest

from cityloop.world.people import PERSON_KINDS, people_scene, person_mesh, skeleton
from cityloop.world.people_ragdoll import PRAM_MASS_KG, person_ragdoll

KINDS = pytest.mark.parametrize("kind", PERSON_KINDS)


def limbs_of(kind):
    return people_scene([kind]).prototypes[0].ragdoll


@KINDS
def test_limbs_weigh_what_the_person_weighs(kind):
    limbs = {limb.name: limb for limb in limbs_of(kind).limbs}
    total = PERSON_KINDS[kind].mass_kg
    pram = limbs.pop("pram", None)
    assert (pram is not None) == PERSON_KINDS[kind].pram
    assert pram is None or (pram.mass_kg == pytest.approx(PRAM_MASS_KG) and pram.parent is None)
    assert sum(limb.mass_kg for limb in limbs.values()) == pytest.approx(total)
    # de Leva (1996), mean of women and men: the trunk 43.0 %, a leg 20.4 %, the head 6.8 %.
    trunk = limbs["pelvis"].mass_kg + limbs["chest"].mass_kg
    leg = sum(limbs[f"{name}_l"].mass_kg for name in ("thigh", "shin", "foot"))
    assert trunk / total == pytest.approx(0.430, abs=0.001)
    assert leg / total == pytest.approx(0.204, abs=0.001)
    assert limbs["head"].mass_kg / total == pytest.approx(0.068, abs=0.001)


@KINDS
def test_parents_come_first_and_every_bone_is_carried(kind):
    ragdoll, bones = limbs_of(kind), skeleton(kind)
    assert ragdoll.limbs[0].parent is None
    for i, limb in enumerate(ragdoll.limbs[1:13], start=1):
        assert limb.parent is not None
        assert limb.parent < i
    assert len(ragdoll.bone_limbs) == len(bones.names)
    carried = {
        name: ragdoll.limbs[i].name for name, i in zip(bones.names, ragdoll.bone_limbs, strict=True)
    }
    assert carried["pelvis"] == carried["spine_01"] == "pelvis"
    assert carried["Root"] == ("pram" if PERSON_KINDS[kind].pram else "pelvis")
    assert carried["spine_03"] == carried["clavicle_l"] == "chest"
    assert carried["middle_03_r"] == carried["hand_r"] == "forearm_r"
    assert carried["ball_l"] == "foot_l"


@KINDS
def test_a_limb_ends_where_the_next_one_begins(kind):
    limbs = {limb.name: limb for limb in limbs_of(kind).limbs}
    for side in "lr":
        for upper, lower in (("upper_arm", "forearm"), ("thigh", "shin")):
            assert limbs[f"{upper}_{side}"].end == pytest.approx(limbs[f"{lower}_{side}"].joint)
        assert limbs[f"thigh_{side}"].start == pytest.approx(limbs[f"thigh_{side}"].joint)


@KINDS
def test_capsules_stay_within_the_body_and_fill_it(kind):
    """No capsule sticks out of the person by more than 2 cm, and the skin is near a capsule."""
    known = PERSON_KINDS[kind]  # what hands hold is no part of a limb
    ragdoll, mesh = limbs_of(kind), person_mesh(kind if known.pram else known.body, 0)
    low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
    apart = np.full(len(mesh.positions), np.inf)
    for limb in ragdoll.limbs:
        start, end = np.array(limb.start), np.array(limb.end)
        assert (np.minimum(start, end) - limb.radius_m > low - 0.02).all()
        assert (np.maximum(start, end) + limb.radius_m < high + 0.02).all()
        axis = end - start
        share = np.clip((mesh.positions - start) @ axis / (axis @ axis), 0.0, 1.0)
        nearest = start + share[:, None] * axis
        distance = np.linalg.norm(mesh.positions - nearest, axis=1) - limb.radius_m
        apart = np.minimum(apart, distance)
    on_pram = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)] == 0
    assert np.percentile(apart[~on_pram], 95) < 0.06


@KINDS
def test_sides_are_mirror_images(kind):
    limbs = {limb.name: limb for limb in limbs_of(kind).limbs}
    for name, left in limbs.items():
        if not name.endswith("_l"):
            continue
        right = limbs[f"{name[:-1]}r"]
        assert np.array(left.joint) * (1, -1, 1) == pytest.approx(np.array(right.joint), abs=1e-3)
        assert left.mass_kg == right.mass_kg
        # A turn about y is its own image; turns about x and z change their sign.
        assert left.lower_rad[1] == right.lower_rad[1]
        for axis in (0, 2):
            assert left.lower_rad[axis] == -right.upper_rad[axis]
            assert left.upper_rad[axis] == -right.lower_rad[axis]


def test_knees_bend_backwards_and_elbows_forwards():
    limbs = {limb.name: limb for limb in limbs_of("man").limbs}
    # A positive turn about y (to the left) moves what hangs down to the rear.
    assert limbs["shin_l"].upper_rad[1] > 2.0
    assert limbs["shin_l"].lower_rad[1] > -0.2
    assert limbs["forearm_r"].lower_rad[1] < -2.0
    assert limbs["forearm_r"].upper_rad[1] < 0.2


def test_a_rigid_mesh_has_no_limbs():
    mesh = person_mesh("man", 2)
    rigid = type(mesh)(**{**vars(mesh), "joints": None, "weights": None})
    with pytest.raises(ValueError, match="no bone weights"):
        person_ragdoll(skeleton("man"), rigid, 79.0)
