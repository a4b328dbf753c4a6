"""The world around the actors as a sequence keeps it: its roads, and what stands beside them.

With it `cityloop verify` can tell who leaves the road or walks into a wall, without the city.
"""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset import fields
from cityloop.dataset.layout import read_json, write_whole
from cityloop.errors import DatasetError
from cityloop.spatial import Pose
from cityloop.world.meshing import triangulate
from cityloop.world.outline_houses import MapHouse
from cityloop.world.scene import BoxCollider, CapsuleCollider, Placement, Prototype
from cityloop.world.signals import Mast

_CORNERS_OF_A_ROUND_OUTLINE = 16
_FLAT_M2 = 1e-3  # an outline that lacks less of its hull counts as convex


@dataclass(frozen=True)
class Obstacle:
    """Something solid that never moves and has no id: a building, a lamp post, a tree's trunk.

    Attributes:
        name: of the placement ("house/3", "furniture/17").
        kind: name of what it is.
        outline: (N, 2) convex corners in the world's plane, counter-clockwise, m.
        bottom_m, top_m: heights between which it is solid, world, m.
    """

    name: str
    kind: str
    outline: NDArray[np.float64]
    bottom_m: float
    top_m: float


@dataclass(frozen=True)
class Head:
    """A traffic light's head.

    Attributes:
        name: of the actor that it is ("signal/4").
        light, link: it shows character `link` of the state of this light.
        lane: the lane whose traffic it rules; for people a walking area.
    """

    name: str
    light: str
    link: int
    lane: str


@dataclass(frozen=True)
class Surroundings:
    """What a recording keeps of the world.

    Attributes:
        network: a SUMO network as XML.
        obstacles: what stands still, roads and what has an id left out.
        heads: of the traffic lights.
    """

    network: bytes
    obstacles: tuple[Obstacle, ...]
    heads: tuple[Head, ...]

    @staticmethod
    def of(
        net_file: Path,
        placements: Iterable[Placement],
        prototypes: Mapping[str, Prototype],
        masts: Iterable[Mast],
        houses: Iterable[MapHouse] = (),
    ) -> "Surroundings":
        """Return the roads of `net_file`, the solid things among `placements`, traffic lights.

        Of `houses`, which are no boxes, those that are among the placements are solid as well.

        Raises:
            DatasetError: if the network cannot be read.
        """
        try:
            network = net_file.read_bytes()
        except OSError as error:
            raise DatasetError(
                f"the road network {net_file} cannot be read ({error.strerror}); it must stay "
                "where it is until the recording has begun"
            ) from error
        if net_file.suffix == ".gz":
            network = gzip.decompress(network)
        # Comments carry the date and the paths of the conversion.
        network = re.sub(rb"<!--.*?-->", b"", network, flags=re.DOTALL)
        background = [p for p in placements if not p.labelled]
        names = {p.name for p in background}
        return Surroundings(
            network,
            (
                *(o for p in background for o in _solids(p, prototypes[p.prototype])),
                *(o for h in houses if h.name in names for o in _convex_pieces(h)),
            ),
            tuple(Head(m.placement.name, m.tls_id, m.link_index, m.lane) for m in masts),
        )

    def write(self, network_file: Path, obstacles_file: Path) -> None:
        """Write both files; the same surroundings give the same bytes.

        Raises:
            DatasetError: if the disk is full or read-only.
        """
        write_whole(network_file, gzip.compress(self.network, mtime=0))
        solid = [
            {
                "name": o.name,
                "kind": o.kind,
                "outline": np.round(o.outline, 4).tolist(),
                "bottom_m": round(o.bottom_m, 4),
                "top_m": round(o.top_m, 4),
            }
            for o in self.obstacles
        ]
        heads = [asdict(head) for head in self.heads]
        content = json.dumps({"obstacles": solid, "heads": heads}, separators=(",", ":"))
        write_whole(obstacles_file, content.encode() + b"\n")


def read_surroundings(path: Path) -> tuple[tuple[Obstacle, ...], tuple[Head, ...]]:
    """Return what stands still, and the heads of the traffic lights.

    Raises:
        DatasetError: if the file is missing or damaged.
    """
    said = read_json(path, "record the sequence again")
    try:
        obstacles = tuple(_obstacle(o) for o in fields.objects(said, "obstacles"))
        heads = tuple(
            Head(
                fields.text(h, "name"),
                fields.text(h, "light"),
                fields.whole(h, "link"),
                fields.text(h, "lane"),
            )
            for h in fields.objects(said, "heads")
        )
    except (KeyError, ValueError) as error:
        raise DatasetError(
            f"{path} is damaged ({type(error).__name__}: {error}); record the sequence again"
        ) from error
    return obstacles, heads


def _obstacle(said: Mapping[str, Any]) -> Obstacle:
    corners = fields.items(said, "outline")
    rows = dict(enumerate(corners))
    points = [fields.vector({str(i): row}, str(i), 2) for i, row in rows.items()]
    if len(points) < 3:
        raise ValueError(f"outline of {said['name']} has {len(points)} corners, not 3 or more")
    return Obstacle(
        fields.text(said, "name"),
        fields.text(said, "kind"),
        np.array(points),
        fields.number(said, "bottom_m"),
        fields.number(said, "top_m"),
    )


def _solids(placement: Placement, prototype: Prototype) -> Iterable[Obstacle]:
    """Return the upright boxes and capsules of something placed; the ground's meshes are none."""
    for collider in prototype.colliders:
        if isinstance(collider, BoxCollider):
            x, y, half_height = collider.half_extents
            outline = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
        elif isinstance(collider, CapsuleCollider):
            turn = np.arange(_CORNERS_OF_A_ROUND_OUTLINE) * 2 * np.pi / _CORNERS_OF_A_ROUND_OUTLINE
            outline = collider.radius_m * np.stack([np.cos(turn), np.sin(turn)], axis=1)
            half_height = collider.half_height_m + collider.radius_m
        else:
            continue
        yield _standing(placement, prototype.name, collider.center, outline, half_height)


def _convex_pieces(house: MapHouse) -> Iterable[Obstacle]:
    """Return a house on a map's outline, in triangles if it has corners that turn inwards."""
    ring = np.asarray(house.polygon.exterior.coords)[:-1, :2]
    pieces = [ring]
    if house.polygon.interiors or house.polygon.convex_hull.area - house.polygon.area > _FLAT_M2:
        vertices, triangles = triangulate(house.polygon)
        pieces = list(vertices[triangles])
    for piece in pieces:
        yield Obstacle(house.name, "house", piece, house.bottom_m, house.top_m)


def _standing(
    placement: Placement,
    kind: str,
    center: tuple[float, float, float],
    outline: NDArray[np.float64],
    half_height_m: float,
) -> Obstacle:
    upright = Pose.from_xyz_yaw(0.0, 0.0, 0.0, placement.pose.yaw_rad)
    corners = np.column_stack([outline + np.array(center[:2]), np.zeros(len(outline))])
    middle = float(placement.pose.position[2]) + center[2]
    return Obstacle(
        placement.name,
        kind,
        upright.apply(corners)[:, :2] + placement.pose.position[:2],
        middle - half_height_m,
        middle + half_height_m,
    )
