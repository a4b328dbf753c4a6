"""Blades seen edge-on: whatever a pixel shows is a point of the blade, in every pass."""

import numpy as np
import pytest
from small_scene import Thing, camera_pose, rigid, view, world_points

from cityloop.spatial import Intrinsics, rotation

LENGTH_M, WIDTH_M = 10.0, 1.0
BLADES = 800
LENS = Intrinsics.from_fov(640, 360, 90.0)


def edge_on(rng):
    """Return world-from-blade (3, 4), x along it; its plane is close to the camera."""
    yaw, pitch = rng.uniform(-0.6, 0.6), rng.uniform(-0.35, 0.35)
    away = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)])
    across = np.cross(away, rng.normal(size=3))
    across /= np.linalg.norm(across)
    normal = np.cross(away, across)
    tilt = rng.choice([1e-2, 1e-3, 1e-4]) * rng.uniform(-1.0, 1.0)
    along = np.cos(tilt) * away + np.sin(tilt) * normal
    beside = rng.normal() * rng.choice([1e-2, 1e-3])
    center = rng.uniform(8.0, 30.0) * away + beside * normal
    return np.column_stack([along, across, np.cross(along, across), center])


def nudged(pose, rng):
    """Return a pose half a metre and a few degrees away."""
    turn = rigid((0, 0, 0), rotation.from_axis_angle(rng.normal(size=3), rng.uniform(0.0, 0.1)))
    out = pose.copy()
    out[:, :3] = turn[:, :3] @ pose[:, :3]
    out[:, 3] += rng.normal(size=3) * 0.3
    return out


def seen(points, camera):
    """Return the pixels (N, 2) and depths (N,) of world points (N, 3)."""
    local = (points - camera[:, 3]) @ camera[:, :3]
    return LENS.project(local), local[:, 2]


def errors_of_blades(scene, seed):
    """Draw moving blades; return how far each pass is off the blade's own points, at its worst."""
    rng = np.random.default_rng(seed)
    ends = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * [LENGTH_M, WIDTH_M]
    corners = np.column_stack([ends, np.zeros(4)])
    mesh = scene.mesh(corners, [[0, 1, 2], [0, 2, 3]], scene.material())
    part = scene.part((mesh, 1e4))
    things = []
    for identity in range(1, BLADES + 1):
        pose = edge_on(rng)
        things.append(
            Thing(
                part,
                pose,
                previous=nudged(pose, rng),
                following=nudged(pose, rng),
                velocity=rng.normal(size=3) * 5.0,
                angular_velocity=rng.normal(size=3),
                instance_id=identity,
            )
        )
    cameras = [
        camera_pose((x, 0.1 * x, 0.0), yaw) for x, yaw in ((-0.5, -0.02), (0, 0), (0.6, 0.03))
    ]
    frame = scene.draw(things, view(*cameras, lens=LENS))
    passes = {
        name: values.reshape(values.shape[0] * values.shape[1], -1)
        for name, values in frame.items()
    }
    points = world_points(frame, cameras[1], LENS).reshape(-1, 3)
    shown = np.argsort(frame["instance"], axis=None, kind="stable")
    ends = np.searchsorted(frame["instance"].ravel()[shown], np.arange(1, BLADES + 2))
    assert ends[-1] - ends[0] > 3_000
    half = np.array([LENGTH_M, WIDTH_M, 0.0]) / 2
    worst = {}
    for thing, start, end in zip(things, ends[:-1], ends[1:], strict=True):
        on = shown[start:end]
        local = (points[on] - thing.current[:, 3]) @ thing.current[:, :3]
        nearest = np.clip(local, -half, half)
        now, was, will = (
            nearest @ m[:, :3].T + m[:, 3] for m in (thing.current, thing.previous, thing.following)
        )
        here, depth = seen(now, cameras[1])
        found = {"point": np.linalg.norm(local - nearest, axis=-1)}
        turning = np.cross(thing.angular_velocity, now - thing.current[:, 3])
        found["velocity"] = passes["velocity"][on] - (thing.velocity + turning)
        found["normal"] = passes["normal"][on] - cameras[1][:, :3].T @ thing.current[:, 2]
        for way, then, camera in (("backward", was, cameras[0]), ("forward", will, cameras[2])):
            there, depth_then = seen(then, camera)
            found[f"flow_{way}"] = (passes[f"flow_{way}"][on] - (there - here))[depth_then > 1.0]
            change = passes[f"depth_change_{way}"][on, 0] - (depth_then - depth)
            found[f"depth_change_{way}"] = change
        for name, error in found.items():
            worst[name] = max(worst.get(name, 0.0), float(np.abs(error).max(initial=0.0)))
    return worst


# With corners where the rasteriser does not have them, the worst points were 0.2 and 2.4 m off.
@pytest.mark.parametrize("seed", [4, 10])
def test_a_blade_seen_edge_on_is_not_continued_beyond_its_ends(scene, seed):
    worst = errors_of_blades(scene, seed)
    assert worst["point"] < 0.02  # the allowed shift, 0.1 % of the depth
    assert worst["velocity"] < 0.1
    assert max(worst["flow_backward"], worst["flow_forward"]) < 0.3
    assert max(worst["depth_change_backward"], worst["depth_change_forward"]) < 0.01
    assert worst["normal"] < 0.01
