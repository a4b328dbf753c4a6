"""How a person falls: the limbs, joints and masses of a limp body, from its skeleton and mesh.

Masses: shares of the body's segments by P. de Leva, "Adjustments to Zatsiorsky-Seluyanov's segment
inertia parameters", J. Biomechanics 29 (1996), table 4, the mean of women and men; the trunk is
divided at the navel. Ranges of the joints: American Academy of Orthopaedic Surgeons, "Joint motion:
method of measuring and recording" (1965).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.world.people_assets import Skeleton
from cityloop.world.scene import Limb, Mesh, Ragdoll

PRAM_MASS_KG = 20.0  # with a child in it

Array = NDArray[np.float64]
_Vector = tuple[float, float, float]


@dataclass(frozen=True)
class _Segment:
    """A limb of the left side or the middle.

    Attributes:
        bone: the bone that it follows; it carries the bones below that no other segment carries.
        joint: bone whose head is the centre of the joint to the parent.
        end: bone at whose head the capsule ends, "" for a capsule that fills the box around the
            segment's skin along its longest side.
        mass_share: of the body's mass.
        bend_deg, spread_deg, twist_deg: ranges about y (positive: trunk and head forwards, other
            limbs backwards, toes down), x (positive: to the left) and z (positive: to the left).
    """

    name: str
    parent: str
    bone: str
    joint: str
    end: str
    mass_share: float
    bend_deg: tuple[float, float] = (0.0, 0.0)
    spread_deg: tuple[float, float] = (0.0, 0.0)
    twist_deg: tuple[float, float] = (0.0, 0.0)


# Forearms carry the hands (1.50 + 0.585 %); the chest the upper and the middle trunk.
_MIDDLE = (
    _Segment("pelvis", "", "pelvis", "pelvis", "", 0.1182),
    _Segment(
        "chest", "pelvis", "spine_02", "spine_02", "", 0.31195, (-30, 80), (-35, 35), (-45, 45)
    ),
    _Segment("head", "chest", "neck_01", "neck_01", "", 0.0681, (-45, 45), (-45, 45), (-60, 60)),
)
_SIDE = (
    _Segment(
        "upper_arm",
        "chest",
        "upperarm",
        "upperarm",
        "lowerarm",
        0.0263,
        (-175, 60),
        (-40, 170),
        (-80, 80),
    ),
    _Segment(
        "forearm",
        "upper_arm",
        "lowerarm",
        "lowerarm",
        "middle_01",
        0.02085,
        (-150, 5),
        (-5, 5),
        (-80, 80),
    ),
    _Segment("thigh", "pelvis", "thigh", "thigh", "calf", 0.1447, (-120, 30), (-30, 45), (-45, 45)),
    _Segment("shin", "thigh", "calf", "calf", "foot", 0.0457, (-5, 135), (-3, 3), (-10, 10)),
    _Segment("foot", "shin", "foot", "foot", "", 0.0133, (-20, 50), (-20, 20), (-10, 10)),
)


def person_ragdoll(
    bones: Skeleton, mesh: Mesh, mass_kg: float, pram_mass_kg: float = 0.0
) -> Ragdoll:
    """Return the limbs of a person of `mass_kg`, and a pram as a loose one.

    Args:
        bones: the skeleton, whose bones point along the body's axes at rest.
        mesh: the skinned mesh at rest; capsules are as thick as its skin (at long bones the median
            distance from the bone, elsewhere half the narrowest side of the box around the skin).
        mass_kg: of all limbs of the person together.
        pram_mass_kg: of what the mesh has on the root bone, 0 for nothing.

    Raises:
        ValueError: if the mesh has no bone weights.
    """
    segments = [*_MIDDLE, *_both_sides()]
    if pram_mass_kg:
        segments.append(_Segment("pram", "", "Root", "Root", "", pram_mass_kg / mass_kg * _SHARES))
    places = {segment.name: i for i, segment in enumerate(segments)}
    carrier = _carriers(bones, {segment.bone: i for i, segment in enumerate(segments)})
    skin = _skin_of_limbs(mesh, carrier, len(segments))
    limbs = tuple(
        _limb(segment, places.get(segment.parent), bones, points, mass_kg)
        for segment, points in zip(segments, skin, strict=True)
    )
    return Ragdoll(limbs, tuple(carrier.tolist()))


def _both_sides() -> list[_Segment]:
    """Return the paired segments, left before right."""
    return [_on_side(segment, side) for segment in _SIDE for side in ("l", "r")]


def _on_side(segment: _Segment, side: str) -> _Segment:
    paired = {other.name for other in _SIDE}

    def mirrored(span: tuple[float, float]) -> tuple[float, float]:
        return span if side == "l" else (-span[1], -span[0])

    return _Segment(
        name=f"{segment.name}_{side}",
        parent=f"{segment.parent}_{side}" if segment.parent in paired else segment.parent,
        bone=f"{segment.bone}_{side}",
        joint=f"{segment.joint}_{side}",
        end=f"{segment.end}_{side}" if segment.end else "",
        mass_share=segment.mass_share,
        bend_deg=segment.bend_deg,
        spread_deg=mirrored(segment.spread_deg),
        twist_deg=mirrored(segment.twist_deg),
    )


def _carriers(bones: Skeleton, limb_of_bone: dict[str, int]) -> NDArray[np.int64]:
    """Return (B,) the limb of each bone: its own or that of its nearest ancestor, else the root."""
    carrier = np.zeros(len(bones.names), dtype=np.int64)
    for i, (name, parent) in enumerate(zip(bones.names, bones.parents.tolist(), strict=True)):
        carrier[i] = limb_of_bone.get(name, carrier[parent] if parent >= 0 else 0)
    return carrier


def _skin_of_limbs(mesh: Mesh, carrier: NDArray[np.int64], count: int) -> list[Array]:
    """Return for each of `count` limbs the (V, 3) vertices that mostly follow it, m."""
    if mesh.joints is None or mesh.weights is None:
        raise ValueError(f"mesh '{mesh.name}' is rigid: it has no bone weights")
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    limb = carrier[strongest]
    positions = mesh.positions.astype(np.float64)
    return [positions[limb == i] for i in range(count)]


def _limb(
    segment: _Segment, parent: int | None, bones: Skeleton, skin: Array, mass_kg: float
) -> Limb:
    joint = bones.heads[bones.index(segment.joint)]
    if segment.end:
        start, end, radius = _along(joint, bones.heads[bones.index(segment.end)], skin)
    else:
        start, end, radius = _filling(skin)
    ranges = np.radians([segment.spread_deg, segment.bend_deg, segment.twist_deg])
    return Limb(
        name=segment.name,
        parent=parent,
        start=_vector(start),
        end=_vector(end),
        radius_m=radius,
        mass_kg=segment.mass_share * mass_kg / _SHARES,
        joint=_vector(joint),
        lower_rad=_vector(ranges[:, 0]),
        upper_rad=_vector(ranges[:, 1]),
        bone=bones.index(segment.bone),
    )


# What the shares of the published table sum to, 1 but for its rounding.
_SHARES = sum(s.mass_share for s in _MIDDLE) + 2 * sum(s.mass_share for s in _SIDE)


def _along(head: Array, tail: Array, skin: Array) -> tuple[Array, Array, float]:
    """Return a capsule between two joints, as thick as the skin around it."""
    axis = (tail - head) / math.dist(head, tail)
    outwards = skin - head
    outwards = outwards - np.outer(outwards @ axis, axis)
    return head, tail, float(np.median(np.linalg.norm(outwards, axis=1)))


def _filling(skin: Array) -> tuple[Array, Array, float]:
    """Return the capsule that fills the box around the skin, along its longest side."""
    low, high = skin.min(axis=0), skin.max(axis=0)
    radius = float((high - low).min() / 2)
    along = int((high - low).argmax())
    center = (low + high) / 2
    reach = np.zeros(3)
    reach[along] = (high - low)[along] / 2 - radius
    return center - reach, center + reach, radius


def _vector(v: Array) -> _Vector:
    x, y, z = (float(c) for c in v)
    return (x, y, z)
