"""The Unity project as a developer's Editor reads it: every asset known by a GUID that stays."""

import json
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity import metas

PROJECT = metas.PROJECT
ASSETS = PROJECT / "Assets"
ASSEMBLIES = sorted(ASSETS.rglob("*.asmdef"))
YAML_FILES = sorted(PROJECT.glob("ProjectSettings/*.asset")) + sorted(ASSETS.rglob("*.unity"))
# Assemblies and libraries of the packages that Packages/manifest.json names.
FROM_PACKAGES = {"Unity.ML-Agents", "UnityEngine.TestRunner", "UnityEditor.TestRunner"}
LIBRARIES = {
    "Google.Protobuf_Packed.dll",
    "Grpc.Core.dll",
    "System.Interactive.Async.dll",
    "nunit.framework.dll",
}
TEXT = {".cs", ".asmdef", ".shader", ".hlsl", ".unity", ".meta", ".xml", ".md", ".rsp"}


def unity_yaml(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of Unity's, whose tags no other YAML reader knows."""
    text = re.sub(r"^--- !u!\d+ &\d+$", "---", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [document for document in yaml.safe_load_all(text) if document]


def references(path: Path) -> set[str]:
    """Return the GUIDs that a file refers to, Unity's own left out."""
    found = set(re.findall(r"guid: ([0-9a-f]{32})", path.read_text(encoding="utf-8")))
    return {guid for guid in found if not guid.startswith("0000000000000000")}


def test_every_asset_has_the_meta_file_that_the_tool_makes() -> None:
    wrong = {
        p.relative_to(PROJECT).as_posix(): text for p, text in metas.differences(PROJECT).items()
    }
    assert not wrong, "run 'python tools/unity/metas.py'"


def test_guids_are_unique_and_are_those_of_the_paths() -> None:
    guids = {}
    for meta in ASSETS.rglob("*.meta"):
        (guid,) = re.findall(r"^guid: ([0-9a-f]{32})$", meta.read_text(), flags=re.MULTILINE)
        guids[meta] = guid
        assert guid == metas.guid(meta.with_suffix("").relative_to(PROJECT).as_posix())
    assert guids
    assert max(Counter(guids.values()).values()) == 1


def test_an_unknown_kind_of_asset_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "Assets").mkdir()
    (tmp_path / "Assets/car.fbx").touch()
    with pytest.raises(ValueError, match=r"no importer is known for '\.fbx' files"):
        metas.differences(tmp_path)


def test_metas_are_written_once_and_left_overs_removed(tmp_path: Path) -> None:
    folder = tmp_path / "Assets/Cars"
    folder.mkdir(parents=True)
    (folder / "Car.cs").touch()
    (folder / "Gone.cs.meta").touch()
    wrong = metas.differences(tmp_path)
    assert {path.name for path, text in wrong.items() if text is None} == {"Gone.cs.meta"}
    assert {path.name for path, text in wrong.items() if text} == {"Cars.meta", "Car.cs.meta"}


def test_nothing_is_imported_but_text() -> None:
    others = [p for p in ASSETS.rglob("*") if p.is_file() and p.suffix not in TEXT]
    assert not others
    for path in ASSETS.rglob("*"):
        if path.is_file():
            assert b"\0" not in path.read_bytes(), path


@pytest.mark.parametrize("path", ASSEMBLIES, ids=lambda p: p.stem)
def test_assembly_definitions_refer_to_what_is_there(path: Path) -> None:
    definition = json.loads(path.read_text(encoding="utf-8"))
    assert definition["name"] == path.stem
    known = FROM_PACKAGES | {other.stem for other in ASSEMBLIES}
    assert set(definition["references"]) <= known
    assert definition["overrideReferences"]
    assert set(definition["precompiledReferences"]) <= LIBRARIES


def test_core_knows_no_engine() -> None:
    definition = json.loads((ASSETS / "Cityloop/Core/Cityloop.Core.asmdef").read_text())
    assert definition["noEngineReferences"]
    assert not definition["references"]
    for source in (ASSETS / "Cityloop/Core").rglob("*.cs"):
        assert "UnityEngine" not in re.sub(r"//.*", "", source.read_text(encoding="utf-8")), source


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda p: p.name)
def test_settings_and_scenes_can_be_read_and_refer_to_what_is_there(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(
        "%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n"
    )
    assert unity_yaml(path)
    ours = {metas.guid(a.relative_to(PROJECT).as_posix()) for a in metas.assets(PROJECT)}
    if path.name != "ProjectSettings.asset":  # Its one GUID is the product's.
        assert references(path) <= ours


def test_every_shader_is_built_into_the_player() -> None:
    included = references(PROJECT / "ProjectSettings/GraphicsSettings.asset")
    shaders = [p.relative_to(PROJECT).as_posix() for p in ASSETS.rglob("*.shader")]
    assert shaders
    assert {metas.guid(path) for path in shaders} == included


def test_the_engine_has_the_version_of_the_package() -> None:
    (settings,) = unity_yaml(PROJECT / "ProjectSettings/ProjectSettings.asset")
    package = tomllib.loads((PROJECT.parent / "pyproject.toml").read_text(encoding="utf-8"))
    version = settings["PlayerSettings"]["bundleVersion"]
    assert str(version) == package["project"]["version"]


def test_the_scene_of_the_build_is_there() -> None:
    (settings,) = unity_yaml(PROJECT / "ProjectSettings/EditorBuildSettings.asset")
    (scene,) = settings["EditorBuildSettings"]["m_Scenes"]
    assert (PROJECT / scene["path"]).is_file()


def test_packages_and_editor_are_pinned() -> None:
    manifest = json.loads((PROJECT / "Packages/manifest.json").read_text(encoding="utf-8"))
    for version in manifest["dependencies"].values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lines = (PROJECT / "ProjectSettings/ProjectVersion.txt").read_text().splitlines()
    assert re.fullmatch(r"m_EditorVersion: 6000\.0\.\d+f\d+", lines[0])
    version = lines[0].removeprefix("m_EditorVersion: ")
    assert re.fullmatch(
        rf"m_EditorVersionWithRevision: {re.escape(version)} \([0-9a-f]{{12}}\)", lines[1]
    )
