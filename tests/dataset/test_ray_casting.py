from dataclasses import replace

import numpy as np
import pytest

from cityloop.dataset.static_geometry import StaticMaterial, StaticMesh
from cityloop.dataset.verification.fixed_world import FixedWorld
from cityloop.dataset.verification.ray_casting import Verdict
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.world.semantics import SemanticClass as C

K = Intrinsics.from_fov(64, 48, 70)
CAMERA = Pose.from_matrix(np.c_[BODY_FROM_CAMERA_AXES, [0.3, -0.2, 1.5]])
V, U = np.mgrid[: K.height, : K.width]
CENTERS = np.stack([U.ravel(), V.ravel()], axis=-1) + 0.5
SQUARE = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)


def mesh(positions: np.ndarray, name: str = "thing", **changes: object) -> StaticMesh:
    """Return triangles (3 n, 3) that stand in the origin, seen from both sides."""
    count = len(positions) // 3
    whole = StaticMesh(
        name,
        positions.astype(np.float32),
        np.arange(3 * count, dtype=np.uint32).reshape(-1, 3),
        np.zeros(count, np.uint16),
        (StaticMaterial(-1, two_sided=True, holes=b""),),
        np.zeros((0, 2), np.float32),
        (name,),
        np.array([C.POLE], np.uint8),
        np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]]),
        np.zeros((1, 3)),
        np.array([[0.0, 1000.0]]),
    )
    return replace(whole, **changes)


def card(x: float, *, towards: bool = True) -> np.ndarray:
    """Return an upright square of 2 m, `x` before the camera, seen from there or from behind."""
    sign = 1 if towards else -1
    turned = np.stack([np.full(4, x), -sign * SQUARE[:, 0], SQUARE[:, 1]], axis=1)
    return (turned + [0.3, -0.2, 1.5])[[0, 1, 2, 0, 2, 3]]


def judge(
    meshes: list[StaticMesh],
    depth: np.ndarray | float,
    *,
    label: int = C.POLE,
    moves: bool = False,
    **actors: int,
) -> Verdict:
    count = len(CENTERS)
    return FixedWorld(meshes, actors).judge(
        K,
        CAMERA,
        (0.1, 500.0),
        CENTERS,
        np.broadcast_to(np.asarray(depth, dtype=float), count).copy(),
        np.full(count, label, np.int64),
        np.zeros(count, np.int64),
        np.full(count, moves),
        1e-4,
    )


MIDDLE = 24 * 64 + 32


def first_depth(corners: np.ndarray) -> np.ndarray:
    """Return the depth at every pixel of camera-frame triangles (T, 3, 3), by solving for each."""
    rays = K.unproject(CENTERS, np.ones(len(CENTERS)))
    best = np.full(len(CENTERS), np.inf)
    for a, b, c in corners:
        system = np.stack(
            [-rays, *np.broadcast_to([b - a, c - a], (len(rays), 2, 3)).swapaxes(0, 1)]
        )
        t, v, w = np.linalg.solve(
            system.transpose(1, 2, 0), np.tile(-a, (len(rays), 1))[..., None]
        )[..., 0].T
        inside = (v >= 0) & (w >= 0) & (v + w <= 1) & (t > 0.1)
        best[inside] = np.minimum(best[inside], t[inside])
    return best


def test_rays_meet_of_many_triangles_what_is_nearest() -> None:
    rng = np.random.default_rng(5)
    middles = rng.uniform([2, -6, -3], [30, 6, 6], (120, 1, 3))
    corners = (middles + rng.normal(size=(120, 3, 3))).astype(np.float32).astype(float)
    turn = rotation.from_axis_angle([0.6, 0.0, 0.8], 0.7)
    place = Pose(np.array([1.0, 2.0, -0.5]), turn)
    local = place.inverse().apply(corners).reshape(-1, 3).astype(np.float32)
    corners = place.apply(local.astype(float)).reshape(-1, 3, 3)
    poses = np.concatenate([place.position, place.quaternion])[None]
    depth = first_depth(CAMERA.inverse().apply(corners))
    world = [mesh(local, poses=poses)]
    assert np.isfinite(depth).mean() > 0.3
    true = judge(world, depth)
    assert (true.error_m < 1e-9).all()
    assert true.named.all()
    hit = np.isfinite(depth)
    assert (judge(world, depth * 0.99).error_m[hit] > 1e-3).mean() > 0.97
    assert (judge(world, depth * 1.01).error_m[hit] > 1e-3).mean() > 0.97
    assert np.isinf(judge(world, np.inf).error_m[hit]).mean() > 0.9
    assert (judge(world, np.inf).error_m[~hit] == 0).all()
    assert not judge(world, depth, label=C.FENCE).named[hit].any()


def test_what_moves_stands_before_what_stands_still() -> None:
    world = [mesh(card(5.0))]
    assert (judge(world, 4.9, moves=True).error_m == 0).all()
    assert judge(world, 5.5, moves=True).error_m[MIDDLE] == pytest.approx(0.5, abs=1e-4)


def test_the_back_of_what_has_one_side_is_not_seen() -> None:
    kinds = (StaticMaterial(-1, two_sided=False, holes=b""),)
    assert judge([mesh(card(5.0), kinds=kinds)], 5.0).error_m[MIDDLE] < 1e-6
    behind = judge([mesh(card(5.0, towards=False), kinds=kinds)], np.inf)
    assert behind.error_m[MIDDLE] == 0


@pytest.mark.parametrize(("shown_m", "error"), [((0, 4), 0.0), ((4, 9), np.inf), ((9, 99), 0.0)])
def test_the_level_of_the_distance_is_seen(shown_m: tuple[float, float], error: float) -> None:
    world = [mesh(card(5.0), ranges=np.array([shown_m], float), origins=np.array([[5.3, 0, 0]]))]
    assert judge(world, np.inf).error_m[MIDDLE] == error


def test_at_the_limit_of_two_levels_either_is_right() -> None:
    away = float(np.linalg.norm(CAMERA.position - [5.0, 0, 0]))
    origins = np.array([[5.0, 0, 0]])
    near = mesh(card(5.0), origins=origins, ranges=np.array([[0, away]]))
    far = mesh(card(5.2), "far", origins=origins, ranges=np.array([[away, 99.0]]))
    assert judge([near, far], 5.0).error_m[MIDDLE] < 1e-6
    assert judge([near, far], 5.2).error_m[MIDDLE] < 1e-6
    assert judge([near, far], 5.1).error_m[MIDDLE] == pytest.approx(0.1, abs=1e-3)


def test_holes_let_through_and_what_is_solid_does_not() -> None:
    texels = np.ones((64, 64), np.bool_)
    texels[:, 32:] = False
    holes = np.packbits(texels).tobytes()
    uvs = np.array([[0, 1], [1, 1], [1, 0], [0, 1], [1, 0], [0, 0]], np.float32)
    leaf = mesh(
        card(5.0), "leaf", kinds=(StaticMaterial(-1, two_sided=True, holes=holes),), uvs=uvs
    )
    behind = card(8.0)
    world = [leaf, mesh((behind - behind.mean(axis=0)) * 3 + behind.mean(axis=0))]
    solid, hole, rim = MIDDLE - 5, MIDDLE + 5, MIDDLE
    near, far = judge(world, 5.0).error_m, judge(world, 8.0).error_m
    assert near[solid] < 1e-6 < 1.0 < far[solid]
    assert far[hole] < 1e-6 < 1.0 < near[hole]
    assert max(near[rim], far[rim]) < 1e-6


def test_labelled_things_are_known_by_their_id() -> None:
    named = judge([mesh(card(5.0), "light")], 5.0, light=7).named
    assert not named[MIDDLE]
    assert judge([mesh(card(5.0), "light")], 5.0, other=7).named[MIDDLE]


def test_the_end_of_a_triangle_seen_edge_on_bounds_what_is_right() -> None:
    # A strip along the view, 1/1000 pixel beside its middle, from 5 to 50 m.
    aside = 1e-3 * 5 / K.fx
    strip = np.array([[5.3, -0.2 + aside, 1], [50, -0.2 + aside, 1], [50, -0.2 + aside, 2]])
    k = replace(K, cx=K.cx + 0.5)
    world = FixedWorld([mesh(strip)], {})
    pixel = np.flatnonzero(([k.cx, k.cy + 0.5] == CENTERS).all(axis=1))
    assert len(pixel) == 1

    def error(depth: float) -> float:
        ones = np.ones(1)
        verdict = world.judge(
            k, CAMERA, (0.1, 500.0), CENTERS[pixel], ones * depth, np.array([int(C.POLE)]),
            np.zeros(1, np.int64), np.zeros(1, np.bool_), 1e-4,
        )  # fmt: skip
        return float(verdict.error_m[0])

    assert error(40.0) == 0.0
    assert error(51.0) > 0.9
