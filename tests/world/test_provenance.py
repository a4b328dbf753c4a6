"""Every asset has a record with a licence and a digest that tells of any change to it."""

from dataclasses import replace

import pytest

from cityloop.errors import LicenceError
from cityloop.world.people import people_scene
from cityloop.world.props import prop_scene
from cityloop.world.provenance import check_licences, scene_assets
from cityloop.world.scene import Prototype, Scene
from cityloop.world.vehicles import vehicle_scene


@pytest.fixture(scope="module")
def scene():
    whole = Scene()
    people = people_scene(["man", "man_with_pram"])
    for more in (vehicle_scene(["sedan", "bicycle"]), people, prop_scene(["bench", "tree_0"])):
        whole.extend(more)
    whole.prototypes += [Prototype("ground/0", ()), Prototype("ground/1", ())]
    return whole


def by_name(scene):
    records = scene_assets(scene)
    assert [r["name"] for r in records] == sorted({r["name"] for r in records})
    return {r["name"]: r for r in records}


def test_each_kind_is_an_asset_with_a_whole_record(scene):
    records = by_name(scene)
    kinds = {name for name in records if not name.startswith(("texture/", "motion/"))}
    assert kinds == {
        "vehicle/sedan",
        "vehicle/bicycle",
        "person/man",
        "person/man_with_pram",
        "furniture/bench",
        "furniture/tree_0",
        "town/ground",
    }
    for record in records.values():
        assert set(record) == {"name", "licence", "source", "authors", "made_by", "sha256"}
        assert all(record.values())
        assert len(record["sha256"]) == 64


def test_licences_are_those_of_all_that_is_in_it(scene):
    records = by_name(scene)
    assert records["furniture/bench"]["licence"] == "Apache-2.0"
    assert records["person/man"]["licence"] == "CC0-1.0"
    for mixed in ("vehicle/bicycle", "person/man_with_pram"):
        assert records[mixed]["licence"] == "Apache-2.0 AND CC0-1.0"
        assert "Joel Palmius" in records[mixed]["authors"]


def test_the_digest_tells_of_a_change(scene):
    before = by_name(scene)
    target = next(m for m in scene.meshes if m.name.startswith("sedan"))
    moved = replace(target, positions=target.positions + 1)
    changed = Scene(
        **{**vars(scene), "meshes": [moved if m is target else m for m in scene.meshes]}
    )
    after = by_name(changed)
    different = {name for name in before if before[name] != after[name]}
    assert different == {"vehicle/sedan"}
    target = next(m for m in scene.materials if m.name in moved.material_names)
    red = replace(target, base_color=(1.0, 0.0, 0.0))
    changed = Scene(
        **{**vars(scene), "materials": [red if m is target else m for m in scene.materials]}
    )
    assert by_name(changed)["vehicle/sedan"]["sha256"] != before["vehicle/sedan"]["sha256"]


def test_a_licence_that_is_not_allowed_is_named(scene):
    records = scene_assets(scene)
    check_licences(records, {"CC0", "Apache-2.0"})
    check_licences(records, {"CC0-1.0", "Apache"})
    with pytest.raises(LicenceError, match=r"bench has the licence 'Apache-2.0', .* among CC0:"):
        check_licences(records, {"CC0"})
    with pytest.raises(LicenceError, match=r"'Apache-2\.0 AND CC0-1\.0'"):
        check_licences([r for r in records if "bicycle" in r["name"]], {"Apache-2.0"})
    with pytest.raises(LicenceError, match="LicenseRef-unstated"):
        check_licences([{"name": "map/a.xodr", "licence": "LicenseRef-unstated"}], {"CC0"})
