"""What stands still as an engine was handed it: meshes, and where they stand.

A sequence keeps it so that rays can be cast against what should have been drawn, by whoever has
neither the map nor the engine. Parked vehicles are left out: their meshes are the package's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cityloop.dataset.layout import replacing
from cityloop.dataset.reading import read_table
from cityloop.dataset.schema import STATIC_GEOMETRY_SCHEMA
from cityloop.dataset.tables import PARQUET_OPTIONS, table_of
from cityloop.errors import DatasetError
from cityloop.world.scene import Mesh, Placement, Scene

Array = NDArray[np.float64]

_SOLID_ALPHA = 128  # texels with less are holes (scene.proto)
_OF_THE_BODY = -1  # class id of a material that shows the class of what stands there
# Bytes of floats at the same places resemble each other.
_OPTIONS = PARQUET_OPTIONS | {
    "use_dictionary": ["mesh", "material_holes.list.element", "placed.list.element"],
    "column_encoding": {"positions.list.element": "BYTE_STREAM_SPLIT"},
}


@dataclass(frozen=True)
class StaticMaterial:
    """What of a material a ray can tell.

    Attributes:
        class_id: that it shows, -1 for that of what stands there.
        two_sided: whether it is seen from both sides.
        holes: packed bits of a square texture, row by row, 0 for a hole; empty without.
    """

    class_id: int
    two_sided: bool
    holes: bytes


@dataclass(frozen=True)
class StaticMesh:
    """A mesh and everything that shows it.

    Attributes:
        name: of the mesh.
        positions: (V, 3) float32, part frame, m.
        triangles: (T, 3) vertices, counter-clockwise seen from outside.
        materials: (T,) place in `kinds`.
        kinds: the materials.
        uvs: (V, 2) float32, texture widths; (0, 2) without holes.
        placed: (N,) names of what shows it.
        class_ids: (N,) their classes.
        poses: (N, 7) world-from-part, position in m and quaternion.
        origins: (N, 3) world, m; levels of detail go by their distance from the camera.
        ranges: (N, 2) distances from which the mesh is shown, and from which no more, m.
    """

    name: str
    positions: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    materials: NDArray[np.uint16]
    kinds: tuple[StaticMaterial, ...]
    uvs: NDArray[np.float32]
    placed: tuple[str, ...]
    class_ids: NDArray[np.uint8]
    poses: Array
    origins: Array
    ranges: Array


def static_geometry(scene: Scene, placements: Iterable[Placement]) -> tuple[StaticMesh, ...]:
    """Return the meshes that `placements` of a scene show, by name, vehicles left out."""
    prototypes = {p.name: p for p in scene.prototypes}
    shown: dict[str, list[_Shown]] = {}
    for placement in placements:
        prototype = prototypes[placement.prototype]
        if prototype.dynamics is not None:
            continue
        for part in prototype.parts:
            pose = placement.pose @ part.body_from_part
            nearest = 0.0
            for level in part.lods:
                if level.mesh:
                    farthest = float(np.float32(level.max_distance_m))  # as engines are told
                    place = np.concatenate([pose.position, pose.quaternion])
                    seen = _Shown(placement, place, (nearest, farthest))
                    shown.setdefault(level.mesh, []).append(seen)
                nearest = float(np.float32(level.max_distance_m))
    meshes = {mesh.name: mesh for mesh in scene.meshes}
    material = _materials(scene)
    panes = {m.name for m in scene.materials if m.pane}
    return tuple(_static_mesh(meshes[name], shown[name], material, panes) for name in sorted(shown))


@dataclass(frozen=True)
class _Shown:
    placement: Placement
    pose: Array
    range_m: tuple[float, float]


def _materials(scene: Scene) -> Callable[[str], StaticMaterial]:
    alpha = {t.name: t.rgba[..., 3] >= _SOLID_ALPHA for t in scene.textures}
    bits = {
        m.texture: np.packbits(alpha[m.texture]).tobytes()
        for m in scene.materials
        if m.alpha_cutout
    }
    found = {
        m.name: StaticMaterial(
            _OF_THE_BODY if m.semantic is None else int(m.semantic),
            m.two_sided,
            bits[m.texture] if m.alpha_cutout else b"",
        )
        for m in scene.materials
    }
    return found.__getitem__


def _static_mesh(
    mesh: Mesh, shown: list[_Shown], material: Callable[[str], StaticMaterial], panes: set[str]
) -> StaticMesh:
    kinds = tuple(material(name) for name in mesh.material_names)
    indices = mesh.indices.reshape(-1, 3).astype(np.uint32)
    # All passes but the colour are as if clear panes were not there.
    clear = np.array([name in panes for name in mesh.material_names], dtype=np.bool_)
    indices = indices[~clear[mesh.materials[indices[:, 0]]]]
    perforated = any(kind.holes for kind in kinds)
    return StaticMesh(
        mesh.name,
        mesh.positions.astype(np.float32).reshape(-1, 3),
        indices,
        mesh.materials[indices[:, 0]].astype(np.uint16),
        kinds,
        mesh.uvs.astype(np.float32).reshape(-1, 2) if perforated else np.zeros((0, 2), np.float32),
        tuple(s.placement.name for s in shown),
        np.array([int(s.placement.semantic) for s in shown], np.uint8),
        np.array([s.pose for s in shown]),
        np.array([s.placement.pose.position for s in shown]),
        np.array([s.range_m for s in shown]),
    )


def write_static_geometry(path: Path, meshes: Iterable[StaticMesh]) -> None:
    """Write static_geometry.parquet, a row per mesh.

    Raises:
        DatasetError: if the disk is full or read-only.
    """
    meshes = tuple(meshes)
    columns: dict[str, object] = {
        "mesh": [m.name for m in meshes],
        "positions": [m.positions.ravel() for m in meshes],
        "triangles": [m.triangles.ravel() for m in meshes],
        "materials": [m.materials for m in meshes],
        "material_class_ids": [[k.class_id for k in m.kinds] for m in meshes],
        "material_two_sided": [[k.two_sided for k in m.kinds] for m in meshes],
        "material_holes": [[k.holes for k in m.kinds] for m in meshes],
        "uvs": [m.uvs.ravel() for m in meshes],
        "placed": [list(m.placed) for m in meshes],
        "placed_class_ids": [m.class_ids for m in meshes],
        "placed_poses": [m.poses.ravel() for m in meshes],
        "placed_origins": [m.origins.ravel() for m in meshes],
        "placed_ranges": [m.ranges.ravel() for m in meshes],
    }
    with replacing(path) as partial:
        pq.write_table(table_of(columns, STATIC_GEOMETRY_SCHEMA), partial, **_OPTIONS)


def read_static_geometry(path: Path) -> tuple[StaticMesh, ...]:
    """Return the meshes of static_geometry.parquet in their order.

    Raises:
        DatasetError: if the file is missing or damaged.
    """
    table = read_table(path, STATIC_GEOMETRY_SCHEMA)
    columns = {name: _rows(table.column(name)) for name in table.column_names}
    meshes = []
    for row in range(table.num_rows):
        said = {name: values[row] for name, values in columns.items()}
        try:
            meshes.append(_checked(said))
        except ValueError as error:
            raise DatasetError(
                f"{path} is damaged (mesh {said['mesh']!r}: {error}); record the sequence again"
            ) from error
    return tuple(meshes)


def _rows(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column: texts, lists of texts and bytes, arrays of numbers."""
    if not pa.types.is_list(column.type):
        return list(column.to_pylist())
    if not pa.types.is_primitive(column.type.value_type):
        return list(column.to_pylist())
    return [row for chunk in column.chunks for row in _arrays(chunk)]


def _arrays(chunk: pa.ListArray) -> list[NDArray[Any]]:
    offsets = chunk.offsets.to_numpy()
    flat = chunk.values.to_numpy(zero_copy_only=False)
    return [flat[a:b] for a, b in pairwise(offsets)]


def _checked(said: dict[str, Any]) -> StaticMesh:
    """Return the mesh of a row.

    Raises:
        ValueError: if its columns do not fit each other.
    """
    kinds = tuple(
        StaticMaterial(int(class_id), bool(two_sided), bits)
        for class_id, two_sided, bits in zip(
            *(said[f"material_{what}"] for what in ("class_ids", "two_sided", "holes")), strict=True
        )
    )
    mesh = StaticMesh(
        said["mesh"],
        said["positions"].reshape(-1, 3),
        said["triangles"].reshape(-1, 3),
        said["materials"],
        kinds,
        said["uvs"].reshape(-1, 2),
        tuple(said["placed"]),
        said["placed_class_ids"],
        said["placed_poses"].reshape(-1, 7),
        said["placed_origins"].reshape(-1, 3),
        said["placed_ranges"].reshape(-1, 2),
    )
    count, placed = len(mesh.positions), len(mesh.placed)
    if len(mesh.triangles) != len(mesh.materials) or (mesh.triangles >= count).any():
        raise ValueError("triangles without corners or material")
    if (mesh.materials >= len(kinds)).any():
        raise ValueError("triangles without material")
    if any(not _is_square(kind.holes) for kind in kinds):
        raise ValueError("a texture that is not square")
    if any(kind.holes for kind in kinds) and len(mesh.uvs) != count:
        raise ValueError("holes, but no place in their texture")
    per_place = (mesh.class_ids, mesh.poses, mesh.origins, mesh.ranges)
    if any(len(values) != placed for values in per_place):
        raise ValueError("things without a place")
    if not all(np.isfinite(v).all() for v in (mesh.positions, mesh.uvs, mesh.poses, mesh.origins)):
        raise ValueError("numbers that are none")
    return mesh


def _is_square(holes: bytes) -> bool:
    """Return whether bits fill a square of whole bytes a row; none at all do."""
    side = round((8 * len(holes)) ** 0.5)
    return side * side == 8 * len(holes) and side % 8 == 0
