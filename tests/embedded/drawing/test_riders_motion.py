"""What a rider's legs do is in the flow and velocity passes, to the pixel."""

from dataclasses import replace

import numpy as np
import pytest

from cityloop.engine import BodySpec, CameraSpec, Commands, KinematicTarget, KinematicTargets
from cityloop.engine.opening import launch
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.world.riding import Riding, rider_figure, riding_bones
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles import rider_of, vehicle_scene

DT = 0.05
START_RAD, STEP_RAD = 2.2, 0.35  # of the cranks, and in a tick: 67 turns a minute
CYCLIST = rider_of("bicycle")


def pose(angle):
    doing = replace(Riding.at_rest(), crank_rad=np.array([angle]))
    return riding_bones(CYCLIST, doing)[0]


@pytest.fixture(scope="module")
def seen():
    """A cyclist from the left, who pedals and rolls at 5 m/s, at the second of three ticks."""
    turn = rotation.multiply(
        rotation.from_yaw(-np.pi / 2), rotation.from_matrix(BODY_FROM_CAMERA_AXES)
    )
    camera = CameraSpec("side", Intrinsics.from_fov(256, 256, 50.0), Pose([0.4, 2.2, 0.7], turn))
    with launch() as engine:
        engine.load_scene(vehicle_scene(["bicycle"]))
        velocity = np.array([5.0, 0.0, 0.0])
        body = BodySpec(
            2, "bicycle", "kinematic", Pose.from_xyz_yaw(-5.0 * DT, 0.0), velocity,
            instance_id=2, bones=pose(START_RAD - STEP_RAD),
        )  # fmt: skip
        engine.spawn([body])
        for k in range(2):
            target = KinematicTarget(
                2,
                Pose.from_xyz_yaw(5.0 * DT * k, 0.0),
                velocity,
                bones=pose(START_RAD + STEP_RAD * k),
            )
            engine.advance(DT, 1, Commands(kinematic=KinematicTargets.of([target])))
        (images,) = engine.capture([camera])
    return camera, images.passes


@pytest.mark.parametrize("bone", ["calf_l", "thigh_l"])
def test_flow_and_velocity_of_a_leg_are_finite_differences(seen, bone):
    camera, passes = seen
    lens, mount = camera.intrinsics, camera.mount
    figure = rider_figure(CYCLIST)
    row = figure.names.index(bone)
    before, now, after = (
        pose(START_RAD + k * STEP_RAD)[row].astype(np.float64) for k in (-1, 0, 1)
    )
    child = {"calf_l": "foot_l", "thigh_l": "calf_l"}[bone]
    ends = [figure.joints[figure.names.index(b)] for b in (bone, child)]
    a, b = (now[:, :3] @ end + now[:, 3] for end in ends)

    v, u = np.nonzero((passes["semantic"] == SemanticClass.RIDER) & np.isfinite(passes["depth"]))
    depth = passes["depth"][v, u].astype(np.float64)
    points = mount.apply(lens.unproject(np.column_stack([u, v]) + 0.5, depth))
    # Halfway along the bone nothing else carries the skin.
    along = (points - a) @ (b - a) / ((b - a) @ (b - a))
    beside = np.linalg.norm(points - a - along[:, None] * (b - a), axis=1)
    mine = (np.abs(along - 0.5) < 0.08) & (beside < 0.10)
    assert mine.sum() > 20
    points, u, v = points[mine], u[mine], v[mine]

    rest = (points - now[:, 3]) @ now[:, :3]
    places = {
        "flow_backward": rest @ before[:, :3].T + before[:, 3] - [5.0 * DT, 0.0, 0.0],
        "flow_forward": rest @ after[:, :3].T + after[:, 3] + [5.0 * DT, 0.0, 0.0],
    }
    for name, place in places.items():
        there = lens.project(mount.inverse().apply(place))
        expected = there - np.column_stack([u, v]) - 0.5
        error = np.linalg.norm(passes[name][v, u] - expected, axis=1)
        assert np.median(error) < 0.02
        assert np.percentile(error, 90) < 0.5  # seams of clothes hang on two bones
    velocity = (places["flow_forward"] - places["flow_backward"]) / (2 * DT)
    assert np.median(np.abs(passes["velocity"][v, u] - velocity)) < 1e-2
    # The leg moves by itself: not as the machine does.
    assert np.linalg.norm(velocity - [5.0, 0.0, 0.0], axis=1).min() > 0.15
