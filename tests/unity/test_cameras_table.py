"""The table of cameras and moving parts that C# and Python are both held to, by our own numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from cityloop.embedded.history import BodyInfo, Cast, Motions, Snapshot, empty_snapshot
from cityloop.embedded.instance_builder import InstanceBuilder, ThreeInstants
from cityloop.embedded.instance_table import camera_records
from cityloop.embedded.instances import CameraView
from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.protocol import scene_pb2
from cityloop.spatial import Intrinsics, rotation

TABLE = json.loads(Path(__file__).with_name("cameras.json").read_text("utf-8"))
NAMES = ("previous", "current", "next")


def view_of(row):
    """Return a row's camera."""
    lens = {name: row[name] for name in ("width", "height", "fx", "fy", "cx", "cy")}
    poses = {name: np.array(row[name]).reshape(3, 4) for name in NAMES}
    ranges = {"near_m": row["near_m"], "far_m": row["far_m"]}
    return CameraView(name=row["name"], hidden_body=0, **lens, **ranges, **poses)


def instances_of(row):
    """Return the instances of a row's body with one wheel, as the embedded engine builds them."""
    wheel = scene_pb2.Wheel(center={"x": 0.0, "y": 0.0, "z": 0.3}, radius_m=0.3)
    kind = LoadedPrototype(
        name="body",
        part=np.array([0], dtype=np.int32),
        rotation=rotation.to_matrix(np.array([row["part"]["quaternion"]])),
        position=np.array([row["part"]["position"]]),
        wheel=np.array([0], dtype=np.int32),
        steers_only=np.array([row["part"]["steers_only"]]),
        skinned=np.array([False]),
        shapes=(),
        dynamics=scene_pb2.VehicleDynamics(wheels=[wheel]),
        bone_count=0,
        limbs=None,
    )
    cast = Cast([BodyInfo(1, kind, row["instance_id"], 13, np.ones((8, 3), dtype=np.float32))])
    motions = [
        Motions(
            *(np.array([row[when][key]]) for key in ("position", "quaternion")),
            *(np.array([row[when][key]]) for key in ("velocity", "angular_velocity")),
            np.zeros((1, 3)),
            np.array([row[when]["wheel"]]),
            np.zeros((0, 3, 4), dtype=np.float32),
        )
        for when in NAMES
    ]
    drawn = Snapshot(
        **{
            **vars(empty_snapshot()),
            "cast": cast,
            "motions": motions[1],
            "kinds": np.array([2], dtype=np.uint8),
            "lamps": np.array([5], dtype=np.uint32),
            "jumped": np.array([False]),
        }
    )
    around = ThreeInstants(drawn, motions[0], motions[2], row["dt_s"], row["dt_s"])
    return InstanceBuilder().build(around)


@pytest.mark.parametrize("row", TABLE["cameras"], ids=lambda row: row["name"])
def test_pixels_are_those_of_the_pinhole_camera(row):
    lens = Intrinsics(row["width"], row["height"], row["fx"], row["fy"], row["cx"], row["cy"])
    points, pixels = np.array(row["points"]), np.array(row["pixels"])
    np.testing.assert_allclose(lens.project(points.reshape(-1, 3)).ravel(), pixels, atol=1e-9)


@pytest.mark.parametrize("row", TABLE["parts"], ids=lambda row: row["name"])
def test_parts_are_where_the_embedded_engine_draws_them(row):
    instances = instances_of(row)
    for name in (*NAMES, "velocity", "angular_velocity"):
        expected = row["expected"][name]
        np.testing.assert_allclose(getattr(instances, name).ravel(), expected, atol=1e-9)
    view = view_of(TABLE["cameras"][row["camera"]])
    records, ids = camera_records(view, instances, np.array([0]))
    np.testing.assert_allclose(records[0, :12].ravel(), row["expected"]["records"], rtol=1e-5)
    assert ids.ravel().tolist() == row["expected"]["ids"]
