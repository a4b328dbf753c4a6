"""Vehicles moved by throttle, brake and steering.

What acts on their wheels is found for all of them at once (`powertrain.py`); then the wheels of
each are told, and push its chassis (`wheel_springs.py`).
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded.powertrain import Powertrains, at_once
from cityloop.embedded.rider import Rider
from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.embedded.standing import hold, look
from cityloop.embedded.tyres import wheel_loads
from cityloop.embedded.wheel_springs import Machine, build_wheels, read_springs
from cityloop.spatial.rotation import Array

_ROADS = rapier3d.QueryFilter.only_fixed()

# A controller, and the number of one of its wheels.
_Wheel = tuple[rapier3d.DynamicRayCastVehicleController, int]


@dataclass
class _Vehicle:
    body_id: int
    chassis: rapier3d.RigidBodyHandle
    machine: Machine
    rider: Rider | None
    wheels: rapier3d.DynamicRayCastVehicleController

    def build_wheels(self, grip: float) -> None:
        self.wheels = build_wheels(self.chassis, self.machine, grip)

    def springs(self) -> list[tuple[float, float]]:
        return read_springs(self.wheels, self.machine)


@dataclass(frozen=True)
class SavedVehicles:
    """What `DrivenVehicles.save` keeps: of each vehicle, and the columns of all."""

    vehicles: tuple[tuple[_Vehicle, bytes], ...]
    grip: float
    pedals: Array
    actuators: Array
    still_s: Array


class DrivenVehicles:
    """All driven bodies; columns have a row for each of the N vehicles.

    Args:
        grip: coefficient of friction of the tyres.
    """

    def __init__(self, grip: float) -> None:
        self._grip = grip
        self._vehicles: list[_Vehicle] = []
        # Of the vehicles' bodies, in this tick.
        self._bodies: list[rapier3d.RigidBody] = []
        self._pull_n: Array = np.zeros((0, 3))
        # (3, N) as in `powertrain.py`: what is wanted until the next command, and what acts now.
        self._pedals: Array = np.zeros((3, 0))
        self._actuators: Array = np.zeros((3, 0))
        self._still_s: Array = np.zeros(0)  # for how long each has been still
        self._regroup()

    def add(
        self, body_id: int, chassis: rapier3d.RigidBodyHandle, prototype: LoadedPrototype
    ) -> None:
        """Drive a body, which has a chassis in the physics world already."""
        dynamics = prototype.dynamics
        if dynamics is None:
            raise ValueError(f"{prototype.name} has no dynamics")
        machine = Machine(dynamics, wheel_loads(dynamics))
        rider = None
        if dynamics.balanced:
            at = [wheel.center.x for wheel in dynamics.wheels]
            rider = Rider(dynamics.center_of_mass.z, max(at) - min(at))
        wheels = build_wheels(chassis, machine, self._grip)
        self._vehicles.append(_Vehicle(body_id, chassis, machine, rider, wheels))
        self._pedals = np.append(self._pedals, np.zeros((3, 1)), axis=1)
        self._actuators = np.append(self._actuators, np.zeros((3, 1)), axis=1)
        self._still_s = np.append(self._still_s, 0.0)
        self._regroup()

    def remove(self, body_id: int) -> None:
        """Let a body go, if it was driven."""
        row = self._rows.get(body_id)
        if row is None:
            return
        del self._vehicles[row]
        self._pedals = np.delete(self._pedals, row, axis=1)
        self._actuators = np.delete(self._actuators, row, axis=1)
        self._still_s = np.delete(self._still_s, row)
        self._regroup()

    def _regroup(self) -> None:
        """Follow a change of the vehicles or of their wheels."""
        self._rows = {vehicle.body_id: row for row, vehicle in enumerate(self._vehicles)}
        self._grouped = False
        # Length of the substeps while nothing changes, else 0.
        self._steady_step_s = 0.0

    def _group(self) -> None:
        """Put together what is known of all wheels, once for all changes since the last tick."""
        machines = [vehicle.machine for vehicle in self._vehicles]
        self._riders = [
            (row, vehicle.rider)
            for row, vehicle in enumerate(self._vehicles)
            if vehicle.rider is not None
        ]
        self._powertrains = Powertrains(machines, self._riders, self._grip)
        self._controllers = [vehicle.wheels for vehicle in self._vehicles]
        self._updates = [controller.update_vehicle for controller in self._controllers]
        self._wheels: list[_Wheel] = [
            (vehicle.wheels, i)
            for vehicle in self._vehicles
            for i in range(len(vehicle.machine.dynamics.wheels))
        ]
        # Drive force, brake impulse and steering that the wheels know of: nothing yet.
        self._told: Array = np.full((3, len(self._wheels)), np.nan)
        # Springs as they were read last, and whether they have moved since.
        self._springs: list[list[tuple[float, float]]] = [[] for _ in self._vehicles]
        self._unread = np.ones(len(self._vehicles), dtype=np.bool_)
        self._grouped = True

    def set_pedals(self, ids: Sequence[int], pedals: Array) -> None:
        """Hold (K, 3) throttle, brake and steering, shares of the maximum, until told otherwise."""
        rows = self._rows_of(ids)
        before = self._pedals[:, rows]
        if (before != pedals.T).any():
            # The brake alone decides who stands: it cuts the throttle, and wheels turn on the spot.
            self._still_s[rows[pedals[:, 1] < before[1]]] = 0.0
            self._pedals[:, rows] = pedals.T
            self._steady_step_s = 0.0

    def take_over(self, ids: Sequence[int], steering_rad: Array) -> None:
        """Go on from another kind of motion: pedals act at once, wheels are turned by (K,) rad."""
        rows = self._rows_of(ids)
        self._actuators[:, rows] = at_once(self._pedals[:, rows], steering_rad)
        self._still_s[rows] = 0.0
        self._steady_step_s = 0.0

    def set_grip(self, grip: float) -> None:
        """Set the coefficient of friction of the tyres."""
        if grip == self._grip:
            return
        self._grip = grip
        for vehicle in self._vehicles:
            vehicle.build_wheels(grip)
        self._regroup()
        self.rouse()

    def rouse(self) -> None:
        """Let vehicles that stand still find out anew what carries them."""
        self._still_s[:] = 0.0

    def begin_tick(self, world: rapier3d.PhysicsWorld) -> None:
        """Take the drag of the air from the speeds at the start of a tick."""
        if not self._grouped:
            self._group()
        bodies = world.rigid_bodies
        self._bodies = [bodies[vehicle.chassis] for vehicle in self._vehicles]
        velocities = [(v.x, v.y, v.z) for v in (body.linvel for body in self._bodies)]
        self._pull_n = self._powertrains.pull_n(np.array(velocities).reshape(-1, 3))

    def push(self, world: rapier3d.PhysicsWorld, step_s: float) -> None:
        """Apply the forces of one substep of `step_s` to the chassis.

        Weight and wheel forces enter together, before the positions move. Rapier's own gravity
        would enter in the solver's small steps, after them: a standing car would then have a
        velocity that the dampers answer to.
        """
        if not self._vehicles:
            return
        speed = np.array([wheels.current_vehicle_speed for wheels in self._controllers])
        before = self._still_s
        self._still_s = look(self._bodies, self._pedals[1] > 0.0, speed, before, step_s)
        stands = hold(self._bodies, self._still_s, before, self._is_on_its_wheels)
        self._act(speed, stands, step_s)
        bodies, colliders, queries = world.rigid_bodies, world.colliders, world.query_pipeline
        moving = np.flatnonzero(~stands)
        impulses = (self._pull_n[moving] * step_s).tolist()
        for row, impulse in zip(moving.tolist(), impulses, strict=True):
            self._updates[row](step_s, bodies, colliders, queries, _ROADS)
            self._bodies[row].apply_impulse(tuple(impulse))
        for row, rider in self._riders:
            if not stands[row]:
                rider.steady(self._bodies[row], float(speed[row]), step_s)
        self._unread[moving] = True

    def _act(self, speed: Array, stands: NDArray[np.bool_], step_s: float) -> None:
        """Let actuators follow the pedals, and wheels know of it."""
        cruises = bool((self._powertrains.cruise(speed) | stands).all())
        if cruises and step_s == self._steady_step_s:
            return
        self._actuators, there = self._powertrains.follow(
            self._actuators, self._pedals, speed, step_s
        )
        forces = self._powertrains.forces(self._actuators, speed)
        self._tell(np.stack([forces.drive_n, forces.brake_n * step_s, forces.steering_rad]))
        self._steady_step_s = step_s if there and cruises else 0.0

    def _is_on_its_wheels(self, row: int) -> bool:
        return all(on_ground for _, on_ground in self._vehicles[row].springs())

    def _tell(self, wanted: Array) -> None:
        """Tell wheels what they do not know yet: (3, W) drive forces, brake impulses, steering."""
        changed = wanted != self._told
        for (controller, number), value in self._each(changed[0], wanted[0]):
            controller.apply_engine_force(number, value)
        for (controller, number), value in self._each(changed[1], wanted[1]):
            controller.set_brake(number, value)
        for (controller, number), value in self._each(changed[2], wanted[2]):
            controller.set_steering(number, value)
        self._told = wanted

    def _each(self, chosen: NDArray[np.bool_], values: Array) -> Iterable[tuple[_Wheel, float]]:
        rows = np.flatnonzero(chosen)
        return zip([self._wheels[i] for i in rows.tolist()], values[rows].tolist(), strict=True)

    def steering_rad(self, ids: Sequence[int]) -> Array:
        """Return (K,) angles of the steered wheels now."""
        return self._actuators[2, self._rows_of(ids)]

    def springs(self, ids: Sequence[int]) -> Array:
        """Return (W, 2) spring travel, m, and 1 for a wheel on the ground, vehicle by vehicle."""
        rows = self._rows_of(ids).tolist()
        for row in rows:
            if self._unread[row]:
                self._springs[row] = self._vehicles[row].springs()
                self._unread[row] = False
        return np.array([wheel for row in rows for wheel in self._springs[row]])

    def _rows_of(self, ids: Iterable[int]) -> NDArray[np.int64]:
        return np.array([self._rows[body_id] for body_id in ids], dtype=np.int64)

    def save(self) -> SavedVehicles:
        """Return everything that changes."""
        return SavedVehicles(
            tuple((_copied(vehicle), vehicle.wheels.to_bytes()) for vehicle in self._vehicles),
            self._grip,
            self._pedals.copy(),
            self._actuators.copy(),
            self._still_s.copy(),
        )

    def restore(self, saved: SavedVehicles) -> None:
        """Go back to what `save` returned; only the ground may have become wet or dry since."""
        self._vehicles = []
        for kept, wheels in saved.vehicles:
            vehicle = _copied(kept)
            vehicle.wheels = rapier3d.DynamicRayCastVehicleController.from_bytes(wheels)
            self._vehicles.append(vehicle)
        self._pedals = saved.pedals.copy()
        self._actuators = saved.actuators.copy()
        self._still_s = saved.still_s.copy()
        grip, self._grip = self._grip, saved.grip
        self._regroup()
        self.set_grip(grip)


def _copied(vehicle: _Vehicle) -> _Vehicle:
    """Return one with a rider of its own, but the same wheels."""
    return replace(vehicle, rider=copy(vehicle.rider))
