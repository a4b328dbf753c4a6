import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import street

from cityloop.dataset import Dataset, Sequence
from cityloop.spatial import Pose, rotation


@pytest.fixture(scope="module")
def said(exported: Callable[[str], Path], toolkit: Callable[..., Any]) -> Any:
    return toolkit("nuscenes", "check_nuscenes.py", exported("nuscenes"))


@pytest.fixture(scope="module")
def sequence(street_dataset: Path) -> Sequence:
    return Dataset(street_dataset).sequence(street.NAME)


def token(*parts: object) -> str:
    return hashlib.md5("/".join(map(str, parts)).encode()).hexdigest()


def actors_by_instance(sequence: Sequence) -> dict[str, int]:
    return {token("instance", street.NAME, actor): actor for actor in sequence.actors}


def test_the_devkit_walks_through_all_links(said: Any) -> None:
    assert said["instances"] == said["whole_chains"] > 20
    assert len(said["pictures"]) == 2 * street.FRAMES
    assert {p["channel"] for p in said["pictures"]} == {"CAM_FRONT", "CAM_LEFT"}
    assert all(Path(p["file"]).is_file() for p in said["pictures"])
    categories = {a["category"] for a in said["annotations"]}
    assert categories >= {
        *("human.pedestrian.adult", "human.pedestrian.child", "vehicle.car"),
        *("vehicle.bicycle", "vehicle.motorcycle"),
    }
    attributes = {name for a in said["annotations"] for name in a["attributes"]}
    assert attributes >= {
        *("pedestrian.moving", "cycle.with_rider", "vehicle.parked", "vehicle.moving"),
    }
    assert {"v0-40", "v80-100"} <= {a["visibility"] for a in said["annotations"]}


def test_the_devkits_velocities_are_those_of_the_boxes_centres(
    said: Any, sequence: Sequence
) -> None:
    actors = actors_by_instance(sequence)
    instances = {a["instance"] for a in said["annotations"]}
    ends = {
        instance: {
            op(a["frame"] for a in said["annotations"] if a["instance"] == instance)
            for op in (min, max)
        }
        for instance in instances
    }
    fast = compared = turning = 0
    for one in said["annotations"]:
        if one["frame"] in ends[one["instance"]]:
            continue  # the devkit's difference is one-sided there
        frame = sequence.frame("front", one["frame"])
        state = sequence.states.at(frame.tick)
        assert state is not None
        row = state.row(actors[one["instance"]])
        assert row is not None
        a = state.actors
        arm = rotation.rotate(a.quaternion[row], a.box_center[row])
        ours = a.velocity[row] + np.cross(a.angular_velocity[row], arm)
        on_foot = a.activity[row] in ("walking", "running")
        atol = 0.06 if on_foot else 0.004
        np.testing.assert_allclose(one["velocity"], ours, atol=atol, err_msg=a.name[row])
        # In a turn the rear axle, our reference point, goes another way than the centre.
        turning += int(np.linalg.norm(one["velocity"] - a.velocity[row]) > 0.3)
        compared += 1
        fast += int(np.linalg.norm(ours) > 3)
    assert compared > 100
    assert fast > 10
    assert turning > 0


def test_the_centre_of_a_turning_vehicle_moves_as_its_state_says(
    exported: Callable[[str], Path], sequence: Sequence
) -> None:
    actor = next(i for i, a in sequence.actors.items() if a["name"] == "turning")
    table = exported("nuscenes") / "v1.0-cityloop" / "sample_annotation.json"
    rows = {a["token"]: a for a in json.loads(table.read_text())}
    centers = [
        np.array(rows[token("annotation", street.NAME, actor, n)]["translation"])
        for n in range(street.FRAMES)
    ]
    apart = 0.0
    for n in range(1, street.FRAMES - 1):
        state = sequence.states.at(sequence.frame("front", n).tick)
        assert state is not None
        row = state.row(actor)
        a = state.actors
        arm = rotation.rotate(a.quaternion[row], a.box_center[row])
        derived = (centers[n + 1] - centers[n - 1]) / (2 * sequence.dt_s)
        expected = a.velocity[row] + np.cross(a.angular_velocity[row], arm)
        np.testing.assert_allclose(derived, expected, atol=0.004)
        apart = max(apart, float(np.linalg.norm(derived - a.velocity[row])))
    assert apart > 0.3, "in a turn the rear axle goes another way than the centre"


def test_boxes_are_those_of_the_labels(said: Any, sequence: Sequence) -> None:
    actors = actors_by_instance(sequence)
    labels = {(f.camera.name, f.number): f.objects for f in sequence.each_frame()}
    seen = 0
    for one in said["annotations"]:
        points = 0
        for camera in sequence.cameras:
            o = labels[camera, one["frame"]]
            rows = np.flatnonzero(o.id == actors[one["instance"]])
            for row in rows:
                points += int(o.visible_pixels[row])
                np.testing.assert_allclose(one["translation"], o.center_world[row], atol=1e-9)
                length, width, height = o.dimension[row]
                assert one["size"] == [width, length, height]
                x, y, z, w = o.quaternion_world[row]
                assert one["rotation"] == [w, x, y, z]
                seen += 1
        assert one["points"] == points
    assert seen > 100


def test_the_devkit_finds_boxes_where_our_cameras_see_them(said: Any, sequence: Sequence) -> None:
    actors = actors_by_instance(sequence)
    actor_of = {a["token"]: actors[a["instance"]] for a in said["annotations"]}
    compared = 0
    for picture in said["pictures"]:
        frame = sequence.frame(picture["channel"][4:].lower(), picture["frame"])
        assert picture["time_us"] == round(frame.time_s * 1e6)
        np.testing.assert_array_equal(picture["intrinsic"], frame.camera.intrinsics.matrix)
        o = frame.objects
        centers = dict(zip(o.id.tolist(), o.center_camera, strict=True))
        for box, center in picture["boxes"].items():
            if actor_of[box] in centers:
                np.testing.assert_allclose(center, centers[actor_of[box]], atol=1e-4)
                compared += 1
    assert compared > 100


def test_the_ego_is_where_the_states_say(
    exported: Callable[[str], Path], sequence: Sequence
) -> None:
    poses = json.loads((exported("nuscenes") / "v1.0-cityloop" / "ego_pose.json").read_text())
    by_token = {p["token"]: p for p in poses}
    frame = sequence.frame("left", 7)
    said = by_token[token("sample_data", street.NAME, "left", 7)]
    state = sequence.states.at(frame.tick)
    assert state is not None
    ego = state.pose(next(i for i, a in sequence.actors.items() if a["name"] == "ego"))
    assert isinstance(ego, Pose)
    np.testing.assert_allclose(said["translation"], ego.position, atol=1e-9)
