"""What a sequence keeps of each kind of actor: sizes, wheels, bones, pieces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import Piece
from cityloop.dataset import fields
from cityloop.spatial import KEYPOINTS, Figure
from cityloop.world.scene import Prototype


@dataclass(frozen=True)
class WheelGeometry:
    """A wheel as sequence.json keeps it: a cylinder about its y axis, metres, body frame."""

    center: tuple[float, float, float]
    radius_m: float
    width_m: float
    steered: bool


@dataclass(frozen=True)
class SteeredPart:
    """A part that turns with a wheel's steering about an upright axis through (x, y), m."""

    x: float
    y: float
    wheel: int

    @property
    def as_wheel(self) -> WheelGeometry:
        """A wheel about that axis, for its steering alone."""
        return WheelGeometry((self.x, self.y, 0.0), 0.0, 0.0, steered=True)


@dataclass(frozen=True)
class KindGeometry:
    """A kind of actor as sequence.json keeps it; metres, body frame.

    Attributes:
        dimension, box_center: length, width, height and centre of the 3D box.
        wheels: of a vehicle.
        figure: bones and keypoints of a person.
        pieces: rider and machine of a two-wheeler.
        steered_parts: its fork and handlebar.
    """

    dimension: tuple[float, float, float]
    box_center: tuple[float, float, float]
    wheels: tuple[WheelGeometry, ...]
    figure: Figure | None
    pieces: tuple[Piece, ...]
    steered_parts: tuple[SteeredPart, ...] = ()

    @property
    def skinned(self) -> bool:
        """Whether its surface follows bones."""
        return self.figure is not None

    @property
    def rider(self) -> Figure | None:
        """Bones and keypoints of who rides it."""
        return next((p.figure for p in self.pieces if p.figure is not None), None)

    @staticmethod
    def of(prototype: Prototype) -> "KindGeometry":
        """Return the geometry of a prototype."""
        wheels = prototype.dynamics.wheels if prototype.dynamics else ()
        return KindGeometry(
            prototype.dimension,
            prototype.box_center,
            tuple(WheelGeometry(w.center, w.radius_m, w.width_m, w.steered) for w in wheels),
            prototype.figure,
            tuple(
                Piece(p.name, p.semantic, p.dimension, p.box_center, p.figure)
                for p in prototype.pieces
            ),
            tuple(
                dict.fromkeys(
                    SteeredPart(
                        float(part.body_from_part.position[0]),
                        float(part.body_from_part.position[1]),
                        part.wheel,
                    )
                    for part in prototype.parts
                    if part.steers_only and part.wheel is not None
                )
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return what sequence.json says about the kind."""
        return {
            "dimension": list(map(float, self.dimension)),
            "box_center": list(map(float, self.box_center)),
            "wheels": [
                {
                    "center": list(map(float, w.center)),
                    "radius_m": float(w.radius_m),
                    "width_m": float(w.width_m),
                    "steered": bool(w.steered),
                }
                for w in self.wheels
            ],
            "figure": None if self.figure is None else _figure_to_json(self.figure),
            "pieces": [
                {
                    "name": p.name,
                    "class_id": int(p.semantic),
                    "dimension": list(map(float, p.dimension)),
                    "box_center": list(map(float, p.box_center)),
                    "figure": None if p.figure is None else _figure_to_json(p.figure),
                }
                for p in self.pieces
            ],
            "steered_parts": [
                {"axis": [part.x, part.y], "wheel": part.wheel} for part in self.steered_parts
            ],
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "KindGeometry":
        """Return the geometry that sequence.json describes.

        Raises:
            KeyError, ValueError: if it does not describe one.
        """
        wheels = (
            WheelGeometry(
                _point(w, "center"),
                fields.positive(w, "radius_m"),
                fields.positive(w, "width_m"),
                fields.flag(w, "steered"),
            )
            for w in fields.objects(said, "wheels")
        )
        return KindGeometry(
            _point(said, "dimension"),
            _point(said, "box_center"),
            tuple(wheels),
            None if said["figure"] is None else _figure(fields.mapping(said, "figure")),
            tuple(
                Piece(
                    fields.text(p, "name"),
                    fields.whole(p, "class_id"),
                    _point(p, "dimension"),
                    _point(p, "box_center"),
                    None if p["figure"] is None else _figure(fields.mapping(p, "figure")),
                )
                for p in fields.objects(said, "pieces")
            ),
            tuple(
                SteeredPart(*_axis(part), fields.whole(part, "wheel"))
                for part in fields.objects(said, "steered_parts")
            ),
        )


def _figure_to_json(figure: Figure) -> dict[str, Any]:
    return {
        "bones": [
            {"name": name, "parent": int(parent), "joint": joint.tolist()}
            for name, parent, joint in zip(figure.names, figure.parents, figure.joints, strict=True)
        ],
        "keypoints": [
            {"name": name, "bone": int(bone), "position": position.tolist()}
            for name, bone, position in zip(
                KEYPOINTS, figure.keypoint_bones, figure.keypoints, strict=True
            )
        ],
    }


def _figure(said: Mapping[str, Any]) -> Figure:
    bones, keypoints = fields.objects(said, "bones"), fields.objects(said, "keypoints")
    _are_keypoints(keypoints)
    carrying = [fields.whole(k, "bone") for k in keypoints]
    if max(carrying) >= len(bones):
        raise ValueError(f"a keypoint is on bone {max(carrying)} of {len(bones)}")

    def points(rows: list[dict[str, Any]], key: str) -> NDArray[np.float64]:
        return np.array([fields.vector(row, key, 3) for row in rows]).reshape(-1, 3)

    return Figure(
        tuple(fields.text(b, "name") for b in bones),
        np.array([fields.whole(b, "parent", -1) for b in bones], dtype=np.int64),
        points(bones, "joint"),
        np.array(carrying, dtype=np.int64),
        points(keypoints, "position"),
    )


def _are_keypoints(said: list[dict[str, Any]]) -> None:
    names = tuple(fields.text(k, "name") for k in said)
    if names != KEYPOINTS:
        raise ValueError(f"keypoints are {', '.join(names)}, not COCO's {len(KEYPOINTS)}")


def _axis(said: Mapping[str, Any]) -> tuple[float, float]:
    x, y = fields.vector(said, "axis", 2)
    return x, y


def _point(said: Mapping[str, Any], key: str) -> tuple[float, float, float]:
    x, y, z = fields.vector(said, key, 3)
    return x, y, z
