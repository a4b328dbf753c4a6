"""Put assemblies into a copy of the player; runs in the toolchain's environment, which has UnityPy.

    venv/bin/python inject.py PLAYER COPY NAMESPACE.CLASS METHOD ENTRY.dll [OTHER.dll ...]

The copy calls the static method of the entry's class when it starts.
"""

import os
import shutil
import sys
from pathlib import Path

_DATA = "3dball_Data"


def main() -> None:
    player, copy = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    namespace, _, name = sys.argv[3].rpartition(".")
    libraries = [Path(path) for path in sys.argv[5:]]
    _copy(player, copy)
    for library in libraries:
        shutil.copy(library, copy / _DATA / "Managed")
    _register(copy / _DATA / "globalgamemanagers", libraries[0], namespace, name, sys.argv[4])


def _copy(player: Path, copy: Path) -> None:
    """Copy the player; files are hard links where that works, since no copy writes to them."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    shutil.copytree(player, copy, copy_function=link)
    # This one is changed: it must not be the same file.
    manager = copy / _DATA / "globalgamemanagers"
    content = manager.read_bytes()
    manager.unlink()
    manager.write_bytes(content)


def _register(manager: Path, library: Path, namespace: str, name: str, method: str) -> None:
    import UnityPy

    environment = UnityPy.load(str(manager))
    for item in environment.objects:
        if item.type.name == "MonoManager":
            tree = item.read_typetree()
            tree["m_AssemblyNames"].append(library.name)
            tree["m_AssemblyTypes"].append(1)
            item.save_typetree(tree)
        elif item.type.name == "RuntimeInitializeOnLoadManager":
            tree = item.read_typetree()
            _add_method(tree, library.stem, namespace, name, method)
            item.save_typetree(tree)
    manager.write_bytes(environment.file.save())


def _add_method(
    tree: dict[str, list[object]], library: str, namespace: str, name: str, method: str
) -> None:
    tree["m_AssemblyNames"].append(library)
    if namespace not in tree["m_NamespaceNames"]:
        tree["m_NamespaceNames"].append(namespace)
    order = len(tree["m_ClassMethodInfos"])
    tree["m_ClassInfos"].append(
        {
            "m_AssemblyNameIndex": len(tree["m_AssemblyNames"]) - 1,
            "m_NamespaceIndex": tree["m_NamespaceNames"].index(namespace),
            "m_ClassName": name,
            "m_NumOfMethods": 1,
            "m_MethodIndex": order,
            "m_IsUnityClass": False,
        }
    )
    tree["m_ClassMethodInfos"].append(
        {
            "m_ClassIndex": len(tree["m_ClassInfos"]) - 1,
            "m_MethodName": method,
            "m_OrderNumber": order,
        }
    )
    tree["m_AfterMethodExecutionOrders"].append(order)


if __name__ == "__main__":
    main()
