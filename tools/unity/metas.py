#!/usr/bin/env python3
"""Write the .meta file of every asset of the Unity project, with GUIDs that never change.

    python tools/unity/metas.py          write what is missing or differs, remove what is left
    python tools/unity/metas.py --check  only say so, and fail

A GUID is the MD5 of the asset's path inside the project: whoever runs this, wherever, gets the
same. An asset that is moved therefore has another one: change the references to it as well.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "unity_project"
_TAIL = "  externalObjects: {}\n  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
_SHORT_TAIL = _TAIL.replace("  externalObjects: {}\n", "", 1)
_NATIVE = "NativeFormatImporter:\n  externalObjects: {}\n  mainObjectFileID: "
# What Unity's importer of each suffix is called and says after its name; a script has none since
# Unity 6.
_IMPORTERS = {
    ".cs": "",
    ".asmdef": f"AssemblyDefinitionImporter:\n{_TAIL}",
    ".shader": (
        "ShaderImporter:\n  externalObjects: {}\n  defaultTextures: []\n"
        f"  nonModifiableTextures: []\n  preprocessorOverride: 0\n{_SHORT_TAIL}"
    ),
    ".hlsl": f"ShaderIncludeImporter:\n{_TAIL}",
    ".cginc": f"ShaderIncludeImporter:\n{_TAIL}",
    ".compute": f"ComputeShaderImporter:\n{_TAIL}",
    ".asset": f"{_NATIVE}11400000\n{_SHORT_TAIL}",
    ".mat": f"{_NATIVE}2100000\n{_SHORT_TAIL}",
    ".unity": f"DefaultImporter:\n{_TAIL}",
    ".json": f"TextScriptImporter:\n{_TAIL}",
    ".md": f"TextScriptImporter:\n{_TAIL}",
    ".txt": f"TextScriptImporter:\n{_TAIL}",
    ".xml": f"TextScriptImporter:\n{_TAIL}",
    ".rsp": f"DefaultImporter:\n{_TAIL}",
}


def guid(path: str) -> str:
    """Return the GUID of an asset by its path in the project, "Assets/..."."""
    return hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()


def assets(project: Path) -> Iterator[Path]:
    """Yield every file and folder under Assets that Unity imports, but no empty folders."""
    for path in sorted((project / "Assets").rglob("*")):
        parts = path.relative_to(project).parts
        if path.suffix == ".meta" or any(p.startswith(".") or p.endswith("~") for p in parts):
            continue
        if path.is_file() or any(p.is_file() and p.suffix != ".meta" for p in path.rglob("*")):
            yield path


def meta_text(project: Path, asset: Path) -> str:
    """Return what the .meta file of an asset says.

    Raises:
        ValueError: if no importer is known for its suffix.
    """
    head = f"fileFormatVersion: 2\nguid: {guid(asset.relative_to(project).as_posix())}\n"
    if asset.is_dir():
        return f"{head}folderAsset: yes\nDefaultImporter:\n{_TAIL}"
    try:
        return head + _IMPORTERS[asset.suffix]
    except KeyError:
        raise ValueError(
            f"{asset}: no importer is known for '{asset.suffix}' files; name it in {__file__}, or "
            "leave the file out of Assets."
        ) from None


def differences(project: Path) -> dict[Path, str | None]:
    """Return the .meta files to write, with their text, and those to remove, with None."""
    wanted = {a.with_name(f"{a.name}.meta"): meta_text(project, a) for a in assets(project)}
    present = set((project / "Assets").rglob("*.meta"))
    wrong: dict[Path, str | None] = {
        path: text
        for path, text in wanted.items()
        if path not in present or path.read_text(encoding="utf-8") != text
    }
    wrong.update(dict.fromkeys(present - set(wanted)))
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, fail if it would")
    check = parser.parse_args().check
    wrong = differences(PROJECT)
    for path, text in sorted(wrong.items()):
        print(f"{'left over' if text is None else 'to be written'}: {path.relative_to(PROJECT)}")
        if check:
            continue
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
