"""The box around people in any pose: that at rest is too small for who has fallen, or pedals."""

from collections.abc import Container
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.world.people import person_mesh, skin
from cityloop.world.scene import Mesh

_DIRECTIONS = 64  # in which the outermost vertices of each bone are looked for


def _all_around() -> NDArray[np.float64]:
    """Return (_DIRECTIONS, 3) unit vectors spread evenly over the sphere (a Fibonacci lattice)."""
    k = np.arange(_DIRECTIONS) + 0.5
    z = 1 - 2 * k / _DIRECTIONS
    turn = np.pi * (1 + np.sqrt(5)) * k
    flat = np.sqrt(1 - z**2)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)


def outermost(mesh: Mesh, materials: Container[str] | None = None) -> Mesh:
    """Return the vertices of a skinned mesh that can be an end of a box, without triangles.

    They are those of each bone that lie farthest out in some direction: a bone that turns takes its
    outermost vertices with it.

    Args:
        mesh: of a person.
        materials: only vertices of these count; None for all.
    """
    assert mesh.joints is not None
    assert mesh.weights is not None
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    counts = np.array([materials is None or name in materials for name in mesh.material_names])
    counts = counts[mesh.materials]
    directions = _all_around()
    chosen = [
        mine[(mesh.positions[mine].astype(np.float64) @ directions.T).argmax(axis=0)]
        for mine in (
            np.flatnonzero((strongest == bone) & counts) for bone in np.unique(strongest[counts])
        )
    ]
    rows = np.unique(np.concatenate(chosen))
    return replace(
        mesh, positions=mesh.positions[rows], joints=mesh.joints[rows], weights=mesh.weights[rows]
    )


@lru_cache(maxsize=64)
def _outermost(kind: str) -> Mesh:
    return outermost(person_mesh(kind, 0))


def box_around(
    ends: Mesh, bones: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return dimension (3,) and centre (3,) of the box around `outermost` vertices, m.

    Args:
        ends: the vertices.
        bones: (B, 3, 4) skinning matrices, body frame, m.
    """
    points = skin(ends, bones)
    low, high = points.min(axis=0), points.max(axis=0)
    return high - low, (low + high) / 2


def posed_box(
    kind: str, bones: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the smallest box along the axes of the body frame that holds a posed person.

    It holds the finest mesh to about a centimetre.

    Args:
        kind: key in `PERSON_KINDS`; a pram belongs to its person.
        bones: (B, 3, 4) skinning matrices, body frame, m.

    Returns:
        (3,) dimension (length, width, height) and (3,) centre in the body frame, m.

    Raises:
        ScenarioError: for an unknown kind.
    """
    return box_around(_outermost(kind), bones)
