from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cityloop.dataset.static_geometry import (
    StaticMesh,
    read_static_geometry,
    static_geometry,
    write_static_geometry,
)
from cityloop.errors import DatasetError
from cityloop.spatial import Pose, rotation
from cityloop.world.scene import (
    LevelOfDetail,
    Material,
    Mesh,
    Part,
    Placement,
    Prototype,
    Scene,
    Texture,
    VehicleDynamics,
)
from cityloop.world.semantics import SemanticClass as C

ALPHA = np.zeros((512, 512, 4), np.uint8)
ALPHA[:256, :, 3] = 255


def mesh(name: str) -> Mesh:
    """Return three triangles: of the trunk, of leaves and of a pane."""
    return Mesh(
        name,
        np.arange(27, dtype=np.float32).reshape(9, 3),
        np.zeros((9, 3), np.float32),
        np.linspace(0, 1, 18, dtype=np.float32).reshape(9, 2),
        ("trunk", "leaves", "glass"),
        np.repeat(np.arange(3, dtype=np.uint16), 3),
        np.arange(9, dtype=np.uint32).reshape(3, 3),
    )


SCENE = Scene(
    textures=[Texture("leaf", ALPHA)],
    materials=[
        Material("trunk", (1, 1, 1)),
        Material("leaves", (1, 1, 1), texture="leaf", alpha_cutout=True, two_sided=True,
                 semantic=C.VEGETATION),
        Material("glass", (1, 1, 1), pane=True),
    ],
    meshes=[mesh("near"), mesh("far"), mesh("unused")],
    prototypes=[
        Prototype(
            "tree",
            (
                Part(
                    "crown",
                    (LevelOfDetail("near", 30.1), LevelOfDetail("far", 90.0)),
                    Pose(np.array([0.0, 0.0, 2.0])),
                ),
            ),
        ),
        Prototype(
            "car",
            (Part("body", (LevelOfDetail("unused", 50.0),)),),
            dynamics=VehicleDynamics(1000, (1.3, 0, 0.5), (), 1, 1, 0.5, 30),
        ),
    ],
)  # fmt: skip
PLACED = [
    Placement("tree/0", "tree", Pose.from_xyz_yaw(10.0, 5.0, 1.0, 0.5), C.POLE),
    Placement("tree/1", "tree", Pose.from_xyz_yaw(-3.0, 5.0, 1.0, 0.0), C.POLE),
    Placement("parked/0", "car", Pose(), C.CAR, labelled=True),
]


def test_meshes_that_are_shown_are_kept_once_with_all_their_places() -> None:
    far, near = static_geometry(SCENE, PLACED)
    assert (far.name, near.name) == ("far", "near")
    assert near.placed == ("tree/0", "tree/1")
    assert near.triangles.tolist() == [[0, 1, 2], [3, 4, 5]]  # no pane
    assert [(k.class_id, k.two_sided) for k in near.kinds[:2]] == [(-1, False), (8, True)]
    bits = np.unpackbits(np.frombuffer(near.kinds[1].holes, np.uint8)).reshape(512, 512)
    assert bits[:256].all()
    assert not bits[256:].any()
    assert near.ranges.tolist() == [[0.0, np.float32(30.1)]] * 2
    assert far.ranges.tolist() == [[np.float32(30.1), 90.0]] * 2
    assert near.origins.tolist() == [[10.0, 5.0, 1.0], [-3.0, 5.0, 1.0]]
    expected = [10.0, 5.0, 3.0, *rotation.from_yaw(0.5)]
    assert near.poses[0] == pytest.approx(expected, abs=1e-12)


def same(a: StaticMesh, b: StaticMesh) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in vars(a))


def test_what_was_written_is_read_and_the_same_bytes_are_written(tmp_path: Path) -> None:
    meshes = static_geometry(SCENE, PLACED)
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    write_static_geometry(first, meshes)
    write_static_geometry(second, meshes)
    assert first.read_bytes() == second.read_bytes()
    assert all(same(a, b) for a, b in zip(meshes, read_static_geometry(first), strict=True))
    write_static_geometry(second, [])
    assert read_static_geometry(second) == ()


@pytest.mark.parametrize(
    "column", ["positions", "triangles", "materials", "material_class_ids", "uvs", "placed_poses"]
)
def test_columns_that_do_not_fit_are_damage(tmp_path: Path, column: str) -> None:
    path = tmp_path / "meshes.parquet"
    write_static_geometry(path, static_geometry(SCENE, PLACED))
    table = pq.read_table(path)
    field = table.schema.field(column)
    cut = pa.array([row[:-1] for row in table.column(column).to_pylist()], type=field.type)
    pq.write_table(table.set_column(table.schema.get_field_index(column), field, cut), path)
    with pytest.raises(DatasetError, match=r"is damaged \(mesh 'far'"):
        read_static_geometry(path)
