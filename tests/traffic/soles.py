"""How far soles that touch the ground slide over it, found from posed meshes alone."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.world.people import person_mesh

Array = NDArray[np.float64]

TOUCHING_M = 0.005  # over the ground
POINTS = 8  # of a sole


@lru_cache(maxsize=64)
def _soles(kind: str) -> tuple[tuple[Array, Array, Array], ...]:
    """Return positions, bones and weights of points around the left and the right sole."""
    mesh = person_mesh(kind, 0)
    sole = mesh.materials == mesh.material_names.index("person/sole")
    feet = []
    for sign in (1.0, -1.0):
        rows = np.flatnonzero(
            sole & (sign * mesh.positions[:, 1] > 0) & (mesh.positions[:, 2] < 0.002)
        )
        middle = mesh.positions[rows, :2].mean(axis=0)
        around = np.linspace(0.0, 2 * np.pi, POINTS, endpoint=False)
        out = (mesh.positions[rows, :2] - middle) @ np.array([np.cos(around), np.sin(around)])
        rows = rows[np.unique(out.argmax(axis=0))]
        feet.append((mesh.positions[rows].astype(float), mesh.joints[rows], mesh.weights[rows]))
    return tuple(feet)


def sole_points(kind: str, bones: Array, position: Array, yaw: Array) -> list[Array]:
    """Return (T, V, 3) world points of the left and the right sole at T ticks.

    Args:
        kind: of the person.
        bones: (T, B, 3, 4) skinning matrices.
        position, yaw: (T, 3) and (T,) of the body, world.
    """
    found = []
    turn = np.zeros((len(yaw), 3, 3))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(yaw)
    turn[:, 1, 0], turn[:, 0, 1], turn[:, 2, 2] = np.sin(yaw), -np.sin(yaw), 1.0
    for rest, joints, weights in _soles(kind):
        blended = np.einsum("vj,tvjrc->tvrc", weights, bones[:, joints].astype(float))
        body = np.einsum("tvrc,vc->tvr", blended[..., :3], rest) + blended[..., 3]
        found.append(np.einsum("trc,tvc->tvr", turn, body) + position[:, None])
    return found


def slides(points: Array, ground: Array) -> list[float]:
    """Return how far each contact of each point moved over the ground, m.

    A contact is a run of at least five ticks within TOUCHING_M of the ground; its first and its
    last tick, in which the sole comes and goes, do not count.

    Args:
        points: (T, V, 3) of a sole, world.
        ground: (T, V) heights of the ground below them.
    """
    touching = np.abs(points[..., 2] - ground) < TOUCHING_M
    found = []
    for vertex in range(points.shape[1]):
        edges = np.flatnonzero(np.diff(touching[:, vertex])) + 1
        for run in np.split(np.arange(len(points)), edges):
            if len(run) > 4 and touching[run[0], vertex]:
                at = points[run[1:-1], vertex, :2]
                found.append(float(np.hypot(*(at - at[0]).T).max()))
    return found
