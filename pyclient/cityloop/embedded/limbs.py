"""The limbs of a prototype that can go limp, checked, as columns."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded import decode
from cityloop.embedded.refusal import invalid
from cityloop.protocol import geometry_pb2, scene_pb2
from cityloop.spatial.rotation import Array


@dataclass(frozen=True, eq=False)
class Limbs:
    """L limbs, parents before children; `Limb` in scene.proto defines each field.

    Attributes:
        names: what to call them.
        parent: (L,) int64, -1 for the first one and for loose ones.
        start, end, joint: (L, 3) at rest, body frame, m.
        radius, mass: (L,) m and kg.
        lower, upper: (L, 3) bounds of the joint's rotation, rad.
        bone: (L,) int64 the bone whose place a limb takes.
        carrier: (B,) int64 the limb that carries each bone.
    """

    names: tuple[str, ...]
    parent: NDArray[np.int64]
    start: Array
    end: Array
    radius: Array
    mass: Array
    joint: Array
    lower: Array
    upper: Array
    bone: NDArray[np.int64]
    carrier: NDArray[np.int64]

    @property
    def center(self) -> Array:
        """(L, 3) centres of mass at rest, body frame, m."""
        return (self.start + self.end) / 2


def read_limbs(message: scene_pb2.Ragdoll, bone_count: int, what: str) -> Limbs:
    """Return a ragdoll that can fall; `what` names its prototype in a refusal."""
    if not message.limbs:
        raise invalid(f"{what} has a ragdoll without limbs: give it one at least.")
    if len(message.bone_limbs) != bone_count:
        raise invalid(
            f"{what} has {bone_count} bones, but its ragdoll says of {len(message.bone_limbs)} "
            "which limb carries them."
        )
    if not bone_count or max(message.bone_limbs) >= len(message.limbs):
        raise invalid(
            f"{what} has a ragdoll of {len(message.limbs)} limbs that does not carry its "
            f"{bone_count} bones: each bone needs a limb."
        )
    for i, limb in enumerate(message.limbs):
        _check_limb(limb, i, bone_count, what)

    def column(name: str) -> Array:
        return np.array([_xyz(getattr(limb, name)) for limb in message.limbs])

    return Limbs(
        names=tuple(limb.name for limb in message.limbs),
        parent=np.array(
            [limb.parent if limb.HasField("parent") else -1 for limb in message.limbs],
            dtype=np.int64,
        ),
        start=column("start"),
        end=column("end"),
        radius=np.array([limb.radius_m for limb in message.limbs]),
        mass=np.array([limb.mass_kg for limb in message.limbs]),
        joint=column("joint"),
        lower=column("lower_rad"),
        upper=column("upper_rad"),
        bone=np.array([limb.bone for limb in message.limbs], dtype=np.int64),
        carrier=np.array(message.bone_limbs, dtype=np.int64),
    )


def _check_limb(limb: scene_pb2.Limb, index: int, bone_count: int, what: str) -> None:
    what = f"{what}, limb {limb.name!r}"
    decode.positive(limb.radius_m, f"{what}: its radius")
    decode.positive(limb.mass_kg, f"{what}: its mass")
    for point in (limb.start, limb.end, limb.joint):
        decode.vector(point, what)
    if limb.HasField("parent") and limb.parent >= index:
        raise invalid(
            f"{what} is limb {index} and hangs on limb {limb.parent}: limbs come after those that "
            "they hang on."
        )
    if limb.bone >= bone_count:
        raise invalid(f"{what} takes the place of bone {limb.bone}: there are {bone_count} bones.")
    for low, high in zip(_xyz(limb.lower_rad), _xyz(limb.upper_rad), strict=True):
        if not -math.pi <= low <= high <= math.pi:
            raise invalid(
                f"{what} turns from {low:g} to {high:g} rad: bounds rise and lie within -pi and pi."
            )


def _xyz(v: geometry_pb2.Vector3) -> tuple[float, float, float]:
    return (v.x, v.y, v.z)
