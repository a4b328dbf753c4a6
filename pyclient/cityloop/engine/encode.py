"""Scenes, bodies, commands and cameras into protocol messages."""

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from cityloop.engine.commands import BodyKind, BodySpec, Commands, KinematicTargets
from cityloop.engine.frames import CameraSpec
from cityloop.errors import RequestError
from cityloop.protocol import capture_pb2, engine_pb2, geometry_pb2, scene_pb2, state_pb2
from cityloop.spatial import Pose
from cityloop.spatial.rotation import Array
from cityloop.world.environment import Environment
from cityloop.world.scene import (
    BoxCollider,
    CapsuleCollider,
    Collider,
    Light,
    Material,
    Mesh,
    MeshCollider,
    Part,
    Prototype,
    Ragdoll,
    Scene,
    VehicleDynamics,
)

BODY_KINDS: dict[BodyKind, state_pb2.BodyKind] = {
    "static": state_pb2.BODY_KIND_STATIC,
    "kinematic": state_pb2.BODY_KIND_KINEMATIC,
    "driven": state_pb2.BODY_KIND_DRIVEN,
    "walker": state_pb2.BODY_KIND_WALKER,
    "ragdoll": state_pb2.BODY_KIND_RAGDOLL,
}
# Of a row of MotionTable.motion: position 3, quaternion 4, velocity, spin and acceleration 3 each.
MOTION_COLUMNS = 16
PASS_NAMES: dict[int, str] = {
    number: key.removeprefix("PASS_").lower()
    for key, number in capture_pb2.Pass.items()
    if number != capture_pb2.PASS_UNSPECIFIED
}


def scene_items(scene: Scene) -> Iterator[engine_pb2.LoadSceneRequest]:
    """Yield the scene in the order that the protocol wants: what is named comes first.

    Raises:
        RequestError: if a mesh names a material that the scene does not have.
    """
    for texture in scene.textures:
        yield engine_pb2.LoadSceneRequest(
            texture=scene_pb2.Texture(
                name=texture.name, rgba=np.ascontiguousarray(texture.rgba, np.uint8).tobytes()
            )
        )
    for material in scene.materials:
        yield engine_pb2.LoadSceneRequest(material=_material(material))
    places = {material.name: i for i, material in enumerate(scene.materials)}
    for mesh in scene.meshes:
        yield engine_pb2.LoadSceneRequest(mesh=_mesh(mesh, places))
    for prototype in scene.prototypes:
        yield engine_pb2.LoadSceneRequest(prototype=_prototype(prototype))


def _material(material: Material) -> scene_pb2.Material:
    message = scene_pb2.Material(
        name=material.name,
        base_color=color(material.base_color),
        roughness=material.roughness,
        metallic=material.metallic,
        emissive=color(material.emissive),
        texture=material.texture,
        alpha_cutout=material.alpha_cutout,
        tint_slot=material.tint_slot,
        lamp=material.lamp,
        two_sided=material.two_sided,
        pane=material.pane,
    )
    if material.semantic is not None:
        message.semantic = int(material.semantic)
    return message


def _mesh(mesh: Mesh, places: dict[str, int]) -> scene_pb2.Mesh:
    missing = [name for name in mesh.material_names if name not in places]
    if missing:
        raise RequestError(
            f"Mesh {mesh.name!r} names the material {missing[0]!r}, which the scene does not have."
        )
    by_scene = np.array([places[name] for name in mesh.material_names], dtype="<u2")
    return scene_pb2.Mesh(
        name=mesh.name,
        positions=_bytes(mesh.positions, "<f4"),
        normals=_bytes(mesh.normals, "<f4"),
        uvs=_bytes(mesh.uvs, "<f4"),
        materials=by_scene[mesh.materials].tobytes(),
        indices=_bytes(mesh.indices, "<u4"),
        joints=b"" if mesh.joints is None else _bytes(mesh.joints, "u1"),
        weights=b"" if mesh.weights is None else _bytes(mesh.weights, "<f4"),
    )


def _prototype(prototype: Prototype) -> scene_pb2.Prototype:
    return scene_pb2.Prototype(
        name=prototype.name,
        parts=[_part(part) for part in prototype.parts],
        colliders=[_collider(collider) for collider in prototype.colliders],
        dynamics=None if prototype.dynamics is None else _dynamics(prototype.dynamics),
        bone_count=len(prototype.joint_names),
        ragdoll=None if prototype.ragdoll is None else _ragdoll(prototype.ragdoll),
        lights=[_light(light) for light in prototype.lights],
    )


def _light(light: Light) -> scene_pb2.Light:
    return scene_pb2.Light(
        position=vector(light.position),
        direction=vector(light.direction),
        intensity=color(light.intensity),
        inner_angle_rad=light.inner_angle_rad,
        outer_angle_rad=light.outer_angle_rad,
        lamp=light.lamp,
    )


def _part(part: Part) -> scene_pb2.Part:
    return scene_pb2.Part(
        name=part.name,
        lods=[
            scene_pb2.LevelOfDetail(mesh=lod.mesh, max_distance_m=lod.max_distance_m)
            for lod in part.lods
        ],
        body_from_part=pose(part.body_from_part),
        wheel=part.wheel,
        steers_only=part.steers_only,
    )


def _collider(collider: Collider) -> scene_pb2.Collider:
    if isinstance(collider, BoxCollider):
        box = scene_pb2.BoxCollider(
            center=vector(collider.center), half_extents=vector(collider.half_extents)
        )
        return scene_pb2.Collider(box=box, friction=collider.friction)
    if isinstance(collider, CapsuleCollider):
        capsule = scene_pb2.CapsuleCollider(
            center=vector(collider.center),
            half_height_m=collider.half_height_m,
            radius_m=collider.radius_m,
        )
        return scene_pb2.Collider(capsule=capsule, friction=collider.friction)
    mesh: MeshCollider = collider
    return scene_pb2.Collider(mesh=scene_pb2.MeshCollider(mesh=mesh.mesh), friction=mesh.friction)


def _dynamics(dynamics: VehicleDynamics) -> scene_pb2.VehicleDynamics:
    return scene_pb2.VehicleDynamics(
        mass_kg=dynamics.mass_kg,
        center_of_mass=vector(dynamics.center_of_mass),
        wheels=[
            scene_pb2.Wheel(
                center=vector(wheel.center),
                radius_m=wheel.radius_m,
                width_m=wheel.width_m,
                steered=wheel.steered,
                driven=wheel.driven,
            )
            for wheel in dynamics.wheels
        ],
        max_drive_force_n=dynamics.max_drive_force_n,
        max_brake_force_n=dynamics.max_brake_force_n,
        max_steering_angle_rad=dynamics.max_steering_angle_rad,
        max_speed_mps=dynamics.max_speed_mps,
        drag_area_m2=dynamics.drag_area_m2,
        balanced=dynamics.balanced,
    )


def _ragdoll(ragdoll: Ragdoll) -> scene_pb2.Ragdoll:
    return scene_pb2.Ragdoll(
        limbs=[
            scene_pb2.Limb(
                name=limb.name,
                parent=limb.parent,
                start=vector(limb.start),
                end=vector(limb.end),
                radius_m=limb.radius_m,
                mass_kg=limb.mass_kg,
                joint=vector(limb.joint),
                lower_rad=vector(limb.lower_rad),
                upper_rad=vector(limb.upper_rad),
                bone=limb.bone,
            )
            for limb in ragdoll.limbs
        ],
        bone_limbs=ragdoll.bone_limbs,
    )


def body_number(value: object) -> int:
    """Return a body's id; RequestError if the protocol cannot carry it (0 the engine refuses)."""
    if type(value) is int and 0 <= value < 2**32:  # as good as always
        return value
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not 0 <= int(value) < 2**32:  # type: ignore[call-overload]
        raise RequestError(
            f"A body cannot have the id {value!r}: give a whole number from 1 to {2**32 - 1}."
        )
    return int(value)  # type: ignore[call-overload]


def _kind(body: int, kind: str) -> state_pb2.BodyKind:
    if kind not in get_args(BodyKind):
        raise RequestError(
            f"There is no kind {kind!r} for body {body}: kinds are {', '.join(get_args(BodyKind))}."
        )
    return BODY_KINDS[cast(BodyKind, kind)]


def bodies(specs: Sequence[BodySpec]) -> engine_pb2.SpawnRequest:
    """Return the request that places `specs`.

    Raises:
        RequestError: if an id or a kind is impossible.
    """
    request = engine_pb2.SpawnRequest()
    for spec in specs:
        body = request.bodies.add(
            id=body_number(spec.id),
            prototype=spec.prototype,
            kind=_kind(spec.id, spec.kind),
            instance_id=spec.instance_id,
            semantic=int(spec.semantic),
            tints=[color(tint) for tint in spec.tints],
            lamps=spec.lamps,
        )
        _set_pose(body.pose, spec.pose)
        _set_vector(body.velocity, spec.velocity)
        _set_vector(body.angular_velocity, spec.angular_velocity)
        if spec.bones is not None:
            body.bones = _bytes(spec.bones, "<f4")
        _set_vector(body.acceleration, spec.acceleration)
        if spec.wheels is not None:
            body.wheels.extend(_wheels(spec.wheels))
    return request


def advance(dt_s: float, substeps: int, commands: Commands) -> engine_pb2.AdvanceRequest:
    """Return the request for one tick.

    Raises:
        RequestError: if a column of the targets, an id or a kind is impossible.
    """
    request = engine_pb2.AdvanceRequest(dt_s=dt_s, substeps=substeps)
    if len(commands.kinematic):
        request.kinematic.CopyFrom(motion_table(commands.kinematic))
    for drive in commands.drive:
        pedals = request.drive.add(
            id=body_number(drive.id),
            throttle=drive.throttle,
            brake=drive.brake,
            steering=drive.steering,
        )
        if drive.bones is not None:
            pedals.bones = _bytes(drive.bones, "<f4")
    for walk in commands.walk:
        step = request.walk.add(id=body_number(walk.id), heading_rad=walk.heading_rad)
        _set_vector(step.velocity, walk.velocity)
        if walk.bones is not None:
            step.bones = _bytes(walk.bones, "<f4")
    for body, lamps in commands.lamps.items():
        request.lamps.add(id=body_number(body), lamps=lamps)
    for body, kind in commands.kinds.items():
        request.kinds.add(id=body_number(body), kind=_kind(body, kind))
    return request


def motion_table(targets: KinematicTargets) -> state_pb2.MotionTable:
    """Return the columns of targets by rising id.

    Raises:
        RequestError: if a column has not one row for each id.
    """
    n = len(targets.ids)
    order = np.argsort(targets.ids, kind="stable")
    message = state_pb2.MotionTable(ids=_bytes(targets.ids[order], "<u4"))
    motion = np.empty((n, MOTION_COLUMNS))
    for name, start, end in (
        ("position", 0, 3),
        ("quaternion", 3, 7),
        ("velocity", 7, 10),
        ("angular_velocity", 10, 13),
        ("acceleration", 13, 16),
    ):
        column = np.asarray(getattr(targets, name), dtype=np.float64)
        if column.shape != (n, end - start):
            raise RequestError(
                f"The {name} of {n} kinematic targets has the shape {column.shape}: give "
                f"({n}, {end - start})."
            )
        motion[:, start:end] = column[order]
    message.motion = _bytes(motion, "<f8")
    message.wheel_counts, message.wheels = _ragged(targets.wheels, order, "wheels", "<f8")
    message.bone_counts, message.bones = _ragged(targets.bones, order, "bones", "<f4")
    if targets.teleport is not None and targets.teleport.any():
        message.jumps = _bytes(targets.teleport[order], "u1")
    return message


def _ragged(
    rows: "Sequence[NDArray[np.generic] | None]", order: NDArray[np.intp], name: str, dtype: str
) -> tuple[bytes, bytes]:
    """Return the counts and the joined items of N arrays in `order`, None for an empty one."""
    if not len(rows):
        return b"", b""
    if len(rows) != len(order):
        raise RequestError(
            f"There are {name} for {len(rows)} of {len(order)} kinematic targets: give one array, "
            "or None, for each."
        )
    sorted_rows = [rows[i] for i in order.tolist()]
    given = [row for row in sorted_rows if row is not None]
    if not given:
        return b"", b""
    counts = bytes([0 if row is None else len(row) for row in sorted_rows])
    return counts, _bytes(np.concatenate(given), dtype)


def capture(
    cameras: Sequence[CameraSpec], passes: Sequence[str], slot: int, silhouettes: bool
) -> engine_pb2.CaptureRequest:
    """Return the request for the passes of cameras, and for what they see drawn alone.

    Raises:
        RequestError: if a pass is unknown.
    """
    unknown = [name for name in passes if name not in PASS_NAMES.values()]
    if unknown:
        raise RequestError(
            f"There is no pass {unknown[0]!r}: passes are {', '.join(PASS_NAMES.values())}."
        )
    request = engine_pb2.CaptureRequest(
        passes=[f"PASS_{name.upper()}" for name in passes], slot=slot, silhouettes=silhouettes
    )
    for camera in cameras:
        k = camera.intrinsics
        message = request.cameras.add(
            name=camera.name,
            body=camera.body,
            width=k.width,
            height=k.height,
            fx=k.fx,
            fy=k.fy,
            cx=k.cx,
            cy=k.cy,
            near_m=camera.near_m,
            far_m=camera.far_m,
            hide_host=camera.hide_host,
        )
        _set_pose(message.mount, camera.mount)
    return request


def environment(light: Environment) -> engine_pb2.SetEnvironmentRequest:
    """Return the request that sets light and air."""
    return engine_pb2.SetEnvironmentRequest(
        environment=capture_pb2.Environment(
            sun_direction=vector(light.sun_direction),
            sun_irradiance=color(light.sun_irradiance),
            zenith_radiance=color(light.zenith_radiance),
            horizon_radiance=color(light.horizon_radiance),
            exposure=light.exposure,
            cloud_cover=light.cloud_cover,
            fog_density_per_m=light.fog_density_per_m,
            wetness=light.wetness,
            rain_mm_per_h=light.rain_mm_per_h,
            snowfall_mm_per_h=light.snowfall_mm_per_h,
            snow_cover=light.snow_cover,
        )
    )


def rays(origins: Array, directions: Array, max_distance_m: float) -> engine_pb2.CastRaysRequest:
    """Return the request that casts N rays from (N, 3) along (N, 3)."""
    request = engine_pb2.CastRaysRequest(max_distance_m=max_distance_m)
    for messages, vectors in ((request.origins, origins), (request.directions, directions)):
        for x, y, z in np.asarray(vectors, dtype=np.float64).reshape(-1, 3).tolist():
            messages.add(x=x, y=y, z=z)
    return request


def vector(v: tuple[float, float, float]) -> geometry_pb2.Vector3:
    """Return a vector message."""
    return geometry_pb2.Vector3(x=v[0], y=v[1], z=v[2])


def color(rgb: tuple[float, float, float]) -> geometry_pb2.Color:
    """Return a colour message."""
    return geometry_pb2.Color(r=rgb[0], g=rgb[1], b=rgb[2])


def pose(transform: Pose) -> geometry_pb2.Pose:
    """Return a pose message."""
    message = geometry_pb2.Pose()
    _set_pose(message, transform)
    return message


def _set_pose(message: geometry_pb2.Pose, transform: Pose) -> None:
    _set_vector(message.position, transform.position)
    q = message.rotation
    q.x, q.y, q.z, q.w = transform.quaternion.tolist()


def _set_vector(message: geometry_pb2.Vector3, v: Array) -> None:
    message.x, message.y, message.z = map(float, v)


def _wheels(wheels: Array) -> list[state_pb2.WheelState]:
    return [
        state_pb2.WheelState(
            steering_rad=steering,
            spin_rad=spin,
            spin_rate_radps=rate,
            travel_m=travel,
            grounded=grounded > 0.5,
        )
        for steering, spin, rate, travel, grounded in np.asarray(wheels).tolist()
    ]


def _bytes(array: NDArray[np.generic], dtype: str) -> bytes:
    return np.ascontiguousarray(array, dtype=dtype).tobytes()
