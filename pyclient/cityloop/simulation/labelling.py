"""Labels of a scenario's pictures: passes of one tick joined with the states of the same tick."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cityloop.annotation import Kinds, Labels, Piece, Sight, label
from cityloop.engine import CameraImages
from cityloop.world import scene
from cityloop.world.vehicles import rider_box

if TYPE_CHECKING:
    from cityloop.simulation.tick import Moment

LABELLED_PASSES = ("instance", "depth", "semantic")  # what labels are made from


class Labeller:
    """Knows the kinds of actors of a scenario, and who carries which camera."""

    def __init__(self, prototypes: Mapping[str, scene.Prototype], hosts: Mapping[str, str]) -> None:
        """Take note of the kinds by name; `hosts` is camera name -> name of the actor."""
        self._hosts = hosts
        self._kinds = Kinds(
            {name: p.figure for name, p in prototypes.items() if p.figure is not None},
            {
                name: tuple(_labelled(name, piece) for piece in p.pieces)
                for name, p in prototypes.items()
                if p.pieces
            },
        )

    def label(self, moment: "Moment", images: CameraImages) -> Labels:
        """Return the labels of pictures that were drawn with silhouettes at `moment`.

        Raises:
            EngineError: if the pictures show somebody else.
        """
        passes = images.passes
        sight = Sight(
            instance=np.asarray(passes["instance"], dtype=np.uint32),
            depth=np.asarray(passes["depth"], dtype=np.float32),
            semantic=np.asarray(passes["semantic"], dtype=np.uint8),
            silhouettes=images.silhouettes,
            intrinsics=images.intrinsics,
            world_from_camera=images.world_from_camera,
            host=self._hosts.get(images.camera, ""),
        )
        return label(moment.actors, sight, moment.bones, self._kinds)


def _labelled(kind: str, piece: scene.Piece) -> Piece:
    """Return a piece as labels need it: a rider's box goes with the bones."""
    posed_box = None if piece.figure is None else partial(rider_box, kind)
    place = piece.dimension, piece.box_center
    return Piece(piece.name, piece.semantic, *place, piece.figure, posed_box)
