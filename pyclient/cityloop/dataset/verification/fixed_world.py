"""What stands still in a sequence, as rays find it: its meshes, sorted into trees."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.static_geometry import StaticMesh
from cityloop.dataset.verification.ray_casting import (
    PERHAPS_SHOWN,
    SHOWN,
    UNSHOWN,
    Eye,
    Meshes,
    Places,
    Verdict,
    judge,
)
from cityloop.spatial import Intrinsics, Pose, rotation
from cityloop.spatial.box_tree import box_tree
from cityloop.spatial.camera import detail_scale

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# An engine may reckon the distance by which it chooses a level of detail in 32-bit floats.
_SAME_DISTANCE_M = 2e-3


class FixedWorld:
    """What stands still in a sequence, for rays."""

    def __init__(self, meshes: Sequence[StaticMesh], actors: Mapping[str, int]) -> None:
        """Sort `meshes` into trees; `actors` gives the ids of what has a label."""
        meshes = [m for m in meshes if len(m.triangles) and m.placed]
        self._scene: tuple[Meshes, Places] | None = None
        of = np.repeat(np.arange(len(meshes)), [len(m.placed) for m in meshes])
        poses = np.concatenate([np.zeros((0, 7)), *(m.poses for m in meshes)])
        self._origins = np.concatenate([np.zeros((0, 3)), *(m.origins for m in meshes)])
        self._ranges = np.concatenate([np.zeros((0, 2)), *(m.ranges for m in meshes)])
        classes = np.concatenate([np.zeros(0, np.int64), *(m.class_ids for m in meshes)])
        names = [name for m in meshes for name in m.placed]
        self.actors = np.unique([actors[n] for n in names if n in actors]).astype(np.int64)
        if not meshes:
            return
        gathered, roots, boxes = _gathered(meshes)
        turn = rotation.to_matrix(poses[:, 3:])
        corners = np.einsum("nij,nkj->nki", turn, boxes[of]) + poses[:, None, :3]
        tree = box_tree(corners.min(axis=1), corners.max(axis=1))
        ids = np.array([actors.get(n, 0) for n in names], np.int64)
        places = Places(
            *tree,
            roots[of],
            turn,
            np.ascontiguousarray(poses[:, :3]),
            classes.astype(np.int64),
            ids,
        )
        self._scene = gathered, places

    def judge(
        self,
        intrinsics: Intrinsics,
        world_from_camera: Pose,
        range_m: tuple[float, float],
        centers: Array,
        depth: Array,
        class_ids: Ints,
        actors: Ints,
        moves: NDArray[np.bool_],
        tolerance: float,
    ) -> Verdict:
        """Return what rays say of n pixels.

        Args:
            intrinsics: the camera.
            world_from_camera: its pose.
            range_m: between which depths it sees.
            centers: (n, 2) of the pixels, px.
            depth: (n,) recorded, infinite for the sky, m.
            class_ids: (n,) recorded.
            actors: (n,) recorded, 0 for the background.
            moves: (n,) whether they show what does not stand still.
            tolerance: share of the depth by which it may be off, and be that of a surface.
        """
        count = len(centers)
        verdict = Verdict(np.zeros(count), np.ones(count, np.bool_), np.full(count, np.inf))
        if self._scene is None:
            return verdict
        pose = world_from_camera.matrix
        away = np.linalg.norm(self._origins - world_from_camera.position, axis=1)
        away *= detail_scale(intrinsics.fx, intrinsics.fy)
        nearest, farthest = self._ranges.T
        shown = np.where((nearest <= away) & (away < farthest), SHOWN, UNSHOWN)
        at_a_limit = (np.abs(self._ranges - away[:, None]) < _SAME_DISTANCE_M).any(axis=1)
        shown[at_a_limit] = PERHAPS_SHOWN
        eye = Eye(
            pose[:3, 3].copy(),
            np.ascontiguousarray(pose[:3, :3].T),
            np.array([1.0 / intrinsics.fx, 1.0 / intrinsics.fy]),
            np.array(range_m),
        )
        rays = intrinsics.unproject(centers, np.ones(count)) @ pose[:3, :3].T
        judge(*self._scene, shown, eye, rays, depth, class_ids, actors, moves, tolerance, verdict)
        return verdict


def _gathered(meshes: Sequence[StaticMesh]) -> tuple[Meshes, Ints, Array]:
    """Return M > 0 meshes, (M,) roots of their trees and (M, 8, 3) corners of boxes around them."""
    textures: dict[bytes, int] = {}
    nodes: list[list[NDArray[np.generic]]] = []
    triangles: list[list[NDArray[np.generic]]] = []
    roots, boxes = [], []
    node_count = triangle_count = 0
    for mesh in meshes:
        corners = mesh.positions.astype(np.float64)[mesh.triangles]
        tree = box_tree(corners.min(axis=1), corners.max(axis=1))
        of = mesh.materials[tree.member]
        holes = [textures.setdefault(k.holes, len(textures)) if k.holes else -1 for k in mesh.kinds]
        uvs = mesh.uvs[mesh.triangles] if len(mesh.uvs) else np.zeros((len(corners), 3, 2))
        nodes.append(
            [
                tree.low,
                tree.high,
                tree.first + np.where(tree.things > 0, triangle_count, node_count),
                tree.things,
            ]
        )
        triangles.append(
            [
                corners[tree.member],
                np.array([k.class_id for k in mesh.kinds], np.int64)[of],
                np.array([k.two_sided for k in mesh.kinds], np.bool_)[of],
                np.array(holes, np.int64)[of],
                uvs[tree.member].astype(np.float64),
            ]
        )
        roots.append(node_count)
        low, high = tree.low[0], tree.high[0]
        boxes.append([[(low, high)[i >> k & 1][k] for k in range(3)] for i in range(8)])
        node_count += len(tree.things)
        triangle_count += len(corners)
    sides = [round((8 * len(bits)) ** 0.5) for bits in textures]
    solid = np.zeros((len(sides), max(sides, default=0), max(sides, default=0)), np.bool_)
    for number, (bits, side) in enumerate(zip(textures, sides, strict=True)):
        texels = np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(side, side)
        solid[number, :side, :side] = texels
    columns = [np.concatenate(column) for column in zip(*nodes, strict=True)]
    columns += [np.concatenate(column) for column in zip(*triangles, strict=True)]
    gathered = Meshes(*columns, solid, np.array(sides, np.int64))  # type: ignore[call-arg]
    return gathered, np.array(roots, np.int64), np.array(boxes)
