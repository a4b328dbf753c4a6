"""What a prototype must have to be moved in a certain way."""

from cityloop.embedded.refusal import invalid
from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.embedded.tyres import wheel_loads
from cityloop.protocol import state_pb2

_STATIC = state_pb2.BODY_KIND_STATIC
_KINEMATIC = state_pb2.BODY_KIND_KINEMATIC
_DRIVEN = state_pb2.BODY_KIND_DRIVEN
_WALKER = state_pb2.BODY_KIND_WALKER
_RAGDOLL = state_pb2.BODY_KIND_RAGDOLL


def check_kind(kind: int, prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot be moved as `kind`; `what` names the body."""
    if kind == _DRIVEN:
        _check_driven(prototype, what)
    elif kind == _WALKER:
        _check_walker(prototype, what)
    elif kind == _KINEMATIC:
        _check_kinematic(prototype, what)
    elif kind == _RAGDOLL:
        _check_ragdoll(prototype, what)
    elif kind == _STATIC:
        _check_static(prototype, what)
    else:
        raise invalid(f"{what} has no kind: make it static, kinematic, driven or a walker.")


def _check_static(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot stand still for ever."""
    if prototype.bone_count:
        raise invalid(
            f"{what} is static, but its prototype {prototype.name!r} has bones, which only bodies "
            "that can move have: make the body kinematic."
        )


def _check_driven(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot be driven."""
    if prototype.dynamics is None:
        raise invalid(
            f"{what} is driven, but its prototype {prototype.name!r} has no dynamics: give it "
            "wheels and a mass, or make the body kinematic."
        )
    _refuse_mesh(prototype, what)
    try:
        wheel_loads(prototype.dynamics)
    except ValueError as error:
        raise invalid(
            f"{what} is driven, but its prototype {prototype.name!r} cannot stand: {error}."
        ) from None


def _check_walker(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot walk."""
    if not prototype.shapes or prototype.shapes[0].shape.as_capsule() is None:
        raise invalid(
            f"{what} walks, but the first collider of its prototype {prototype.name!r} is not a "
            "capsule: a character controller moves an upright capsule."
        )
    _refuse_mesh(prototype, what)


def _check_ragdoll(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot be limp."""
    if prototype.limbs is None:
        raise invalid(
            f"{what} is limp, but its prototype {prototype.name!r} has no ragdoll: give it limbs."
        )


def _check_kinematic(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot move."""
    _refuse_mesh(prototype, what)


def _refuse_mesh(prototype: LoadedPrototype, what: str) -> None:
    if any(shape.is_mesh for shape in prototype.shapes):
        raise invalid(
            f"{what} moves, but its prototype {prototype.name!r} collides with a mesh: meshes are "
            "for static bodies; give it boxes or a capsule."
        )
