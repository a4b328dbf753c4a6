"""Bodies that enter or leave the stage: checked, and added to or taken from a snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded import decode
from cityloop.embedded.history import NO_BONES, BodyInfo, Cast, Motions, Snapshot, Spans
from cityloop.embedded.physics import Motion
from cityloop.embedded.refusal import invalid, not_found
from cityloop.embedded.requirements import check_kind
from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.protocol import state_pb2
from cityloop.spatial.rotation import Array

_STATIC = state_pb2.BODY_KIND_STATIC
_KINEMATIC = state_pb2.BODY_KIND_KINEMATIC
_DRIVEN = state_pb2.BODY_KIND_DRIVEN
_WALKER = state_pb2.BODY_KIND_WALKER
_RAGDOLL = state_pb2.BODY_KIND_RAGDOLL


@dataclass(frozen=True, eq=False)
class Newcomer:
    """A body to be spawned, checked."""

    info: BodyInfo
    kind: state_pb2.BodyKind
    motion: Motion
    acceleration: Array
    wheels: Array
    lamps: int
    bones: NDArray[np.float32]


def check(body: state_pb2.Body, prototypes: Mapping[str, LoadedPrototype]) -> Newcomer:
    """Return a body to be spawned; what no world can hold is refused."""
    what = f"Body {body.id}"
    if body.id == 0:
        raise invalid("A body has the id 0: ids are 1 or more, 0 is the background.")
    prototype = prototypes.get(body.prototype)
    if prototype is None:
        raise not_found(
            f"{what} is of the prototype {body.prototype!r}, which the scene does not have."
        )
    if body.kind == _RAGDOLL:
        raise invalid(
            f"{what} cannot enter as a ragdoll: let it enter as a kinematic body, then change its "
            "kind."
        )
    check_kind(body.kind, prototype, what)
    if body.semantic > 255:
        raise invalid(f"{what} has class id {body.semantic}: class ids are 0 to 255.")
    if len(body.tints) > 8:
        raise invalid(f"{what} has {len(body.tints)} tints: at most 8 can be.")
    tints = np.ones((8, 3), dtype=np.float32)
    for i, tint in enumerate(body.tints):
        tints[i] = (tint.r, tint.g, tint.b)
    bones = NO_BONES
    if prototype.bone_count and not body.bones:
        bones = np.tile(np.eye(3, 4, dtype=np.float32), (prototype.bone_count, 1, 1))
    elif prototype.bone_count or body.bones:
        bones = decode.bones(body.bones, prototype.bone_count, what)
    motion = Motion(
        np.array(decode.vector(body.pose.position, f"The position of body {body.id}")),
        np.array(decode.quaternion(body.pose.rotation, what)),
        np.array(decode.vector(body.velocity, f"The velocity of body {body.id}")),
        np.array(decode.vector(body.angular_velocity, f"The turning of body {body.id}")),
    )
    info = BodyInfo(body.id, prototype, body.instance_id, body.semantic, tints)
    acceleration = decode.vector(body.acceleration, f"The acceleration of body {body.id}")
    wheels = _wheels_at_start(body, info, motion)
    return Newcomer(info, body.kind, motion, np.array(acceleration), wheels, body.lamps, bones)


def _wheels_at_start(body: state_pb2.Body, info: BodyInfo, motion: Motion) -> Array:
    """Return (W, 5) the wheels as given, else unturned on the ground and, if driven, rolling."""
    count = info.prototype.wheel_count
    if len(body.wheels):
        return decode.wheels(list(body.wheels), count, f"Body {body.id}")
    wheels = np.zeros((count, 5))
    wheels[:, 4] = 1.0
    if body.kind == _DRIVEN:
        wheels[:, 2] = Cast([info]).wheel_geometry.rolling(
            motion.quaternion[None],
            motion.velocity[None],
            motion.angular_velocity[None],
            wheels[:, 0],
        )
    return wheels


def joined(s: Snapshot, newcomers: Sequence[Newcomer]) -> Snapshot:
    """Return a snapshot with the newcomers in it."""
    movers = [n for n in newcomers if n.kind != _STATIC]
    fixed = [n for n in newcomers if n.kind == _STATIC]
    if fixed:
        statics = Cast([*s.statics.infos, *(n.info for n in fixed)])
        order = np.argsort([*s.statics.ids, *(n.info.id for n in fixed)])
        s = replace(
            s,
            statics=statics,
            static_pose=(
                np.vstack([s.static_pose[0], *(n.motion.position for n in fixed)])[order],
                np.vstack([s.static_pose[1], *(n.motion.quaternion for n in fixed)])[order],
            ),
            static_lamps=np.array([*s.static_lamps, *(n.lamps for n in fixed)], dtype=np.uint32)[
                order
            ],
        )
    if movers:
        s = _with_movers(s, movers)
    return s


def _with_movers(s: Snapshot, movers: Sequence[Newcomer]) -> Snapshot:
    cast = Cast([*s.cast.infos, *(n.info for n in movers)])
    order = np.argsort([*s.cast.ids, *(n.info.id for n in movers)])
    m = s.motions
    wheels = Spans([*s.cast.wheels.counts, *(len(n.wheels) for n in movers)])
    bones = Spans([*s.cast.bones.counts, *(len(n.bones) for n in movers)])
    motions = Motions(
        np.vstack([m.position, *(n.motion.position for n in movers)])[order],
        np.vstack([m.quaternion, *(n.motion.quaternion for n in movers)])[order],
        np.vstack([m.velocity, *(n.motion.velocity for n in movers)])[order],
        np.vstack([m.angular_velocity, *(n.motion.angular_velocity for n in movers)])[order],
        np.vstack([m.acceleration, *(n.acceleration for n in movers)])[order],
        np.concatenate([m.wheels, *(n.wheels for n in movers)])[wheels.of(order)],
        np.concatenate([m.bones, *(n.bones for n in movers)])[bones.of(order)],
    )
    kinds = np.array([*s.kinds, *(n.kind for n in movers)], dtype=np.uint8)[order]
    lamps = np.array([*s.lamps, *(n.lamps for n in movers)], dtype=np.uint32)[order]
    jumped = np.array([*s.jumped, *([False] * len(movers))], dtype=np.bool_)[order]
    return replace(s, cast=cast, motions=motions, kinds=kinds, lamps=lamps, jumped=jumped)


def without(s: Snapshot, gone: NDArray[np.uint32]) -> Snapshot:
    """Return a snapshot without the bodies whose ids are `gone`."""
    stay = ~np.isin(s.cast.ids, gone)
    stay_static = ~np.isin(s.statics.ids, gone)
    if not stay.all():
        rows = np.flatnonzero(stay)
        m = s.motions
        s = replace(
            s,
            cast=Cast([s.cast.infos[i] for i in rows.tolist()]),
            motions=Motions(
                m.position[stay],
                m.quaternion[stay],
                m.velocity[stay],
                m.angular_velocity[stay],
                m.acceleration[stay],
                m.wheels[s.cast.wheels.of(rows)],
                m.bones[s.cast.bones.of(rows)],
            ),
            kinds=s.kinds[stay],
            lamps=s.lamps[stay],
            jumped=s.jumped[stay],
        )
    if not stay_static.all():
        s = replace(
            s,
            statics=Cast([s.statics.infos[i] for i in np.flatnonzero(stay_static)]),
            static_pose=(s.static_pose[0][stay_static], s.static_pose[1][stay_static]),
            static_lamps=s.static_lamps[stay_static],
        )
    return s
