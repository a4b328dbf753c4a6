"""Riders of two-wheelers: their bones follow what their machines do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.engine import BodySpec, BodyStates, Commands
from cityloop.spatial import rotation
from cityloop.traffic.riders import RiderColumns, Rides
from cityloop.world.riding import Rider, riding_bones
from cityloop.world.vehicles import MAX_STEERING_ANGLE_RAD, VEHICLE_KINDS, VehicleKind, rider_of

Array = NDArray[np.float64]
Bones = NDArray[np.float32]

_STEERING, _SPIN, _SPIN_RATE = 0, 1, 2  # columns of a wheel's state
_FRONT, _REAR = 0, 1  # wheels of a two-wheeler
_GOLDEN_RAD = np.pi * (3.0 - np.sqrt(5.0))  # cranks of those who come one after the other differ


@dataclass
class _Riders:
    """All riders of a kind, by rising id of their bodies."""

    kind: VehicleKind
    rider: Rider
    ids: NDArray[np.uint32]
    steering_rad: Array  # a tick ago
    columns: RiderColumns


class Riders:
    """Everybody who rides a two-wheeler.

    Attributes:
        bones: body id -> (B, 3, 4) skinning matrices at the newest tick.
    """

    def __init__(self, dt_s: float) -> None:
        self._dt_s = dt_s
        self._of: dict[str, _Riders] = {}
        self.bones: dict[int, Bones] = {}

    def mounted(self, specs: Sequence[BodySpec]) -> list[BodySpec]:
        """Take in the riders among new bodies, whose ids only rise; return these with bones."""
        result = list(specs)
        for i, spec in enumerate(specs):
            kind = spec.prototype.split("/")[0]
            rider = rider_of(kind)
            if rider is None or spec.kind == "static":
                continue
            speed = np.array([float(np.linalg.norm(spec.velocity))])
            start = np.array([spec.id * _GOLDEN_RAD % (2 * np.pi)])
            if rider.crank is not None and speed[0] == 0.0:
                start[0] = (rider.crank.angle_rad - rider.crank.coasting_rad) % (2 * np.pi)
            columns = RiderColumns.of(start, speed)
            steering = np.zeros(1)
            if spec.wheels is not None:
                steering[0] = spec.wheels[_FRONT, _STEERING]
                columns.spin_rad = spec.wheels[[_REAR], _SPIN]
            bones = riding_bones(rider, columns.riding(steering, np.zeros(1)))[0]
            ids = np.array([spec.id], dtype=np.uint32)
            self._add(_Riders(VEHICLE_KINDS[kind], rider, ids, steering, columns))
            self.bones[spec.id] = bones
            result[i] = replace(spec, bones=bones)
        return result

    def _add(self, new: _Riders) -> None:
        old = self._of.setdefault(new.kind.name, new)
        if old is not new:
            old.ids = np.concatenate([old.ids, new.ids])
            old.steering_rad = np.concatenate([old.steering_rad, new.steering_rad])
            old.columns.append(new.columns)

    def forget(self, ids: Iterable[int]) -> None:
        """Drop those whose bodies have gone."""
        gone = [i for i in ids if self.bones.pop(i, None) is not None]
        if not gone:
            return
        for riders in self._of.values():
            stay = ~np.isin(riders.ids, np.array(gone, dtype=np.uint32))
            riders.ids, riders.steering_rad = riders.ids[stay], riders.steering_rad[stay]
            riders.columns.keep(stay)

    def ride(self, bodies: BodyStates, commands: Commands) -> Commands:
        """Return the commands of a tick with the bones of riders at its end.

        Wheels of a kinematic body are then as its target says. Those of a driven one roll and steer
        on as they did in the tick before, the bar up to where its command wants it.

        Args:
            bodies: the engine's states at the tick's begin.
            commands: what moves the bodies.
        """
        if not self.bones:
            return commands
        targets = commands.kinematic
        given = targets.wheels or (None,) * len(targets)
        wheels = {i: w for i, w in zip(targets.ids.tolist(), given, strict=True) if w is not None}
        wanted = {d.id: d.steering * MAX_STEERING_ANGLE_RAD for d in commands.drive}
        for riders in self._of.values():
            if len(riders.ids):
                self._move(riders, bodies, wheels, wanted)
        told = targets.bones or (None,) * len(targets)
        return replace(
            commands,
            kinematic=replace(
                targets,
                bones=[
                    self.bones.get(i, old)
                    for i, old in zip(targets.ids.tolist(), told, strict=True)
                ],
            ),
            drive=[
                replace(d, bones=self.bones[d.id]) if d.id in self.bones else d
                for d in commands.drive
            ],
        )

    def _move(
        self,
        riders: _Riders,
        bodies: BodyStates,
        wheels: Mapping[int, Array],
        wanted: Mapping[int, float],
    ) -> None:
        ids = riders.ids.tolist()
        rows = np.searchsorted(bodies.ids, riders.ids)
        forward = rotation.rotate(bodies.quaternion[rows], np.array([1.0, 0.0, 0.0]))
        left = rotation.rotate(bodies.quaternion[rows], np.array([0.0, 1.0, 0.0]))
        now = np.array([bodies.wheels[i] for i in ids])
        steering = now[:, _FRONT, _STEERING]
        further = steering + (steering - riders.steering_rad)
        aim = np.array([wanted.get(i, s) for i, s in zip(ids, further.tolist(), strict=True)])
        # A bar that turns towards its aim does not pass it.
        further = np.clip(further, np.minimum(steering, aim), np.maximum(steering, aim))
        spin = now[:, _REAR, _SPIN] + now[:, _REAR, _SPIN_RATE] * self._dt_s
        for k, i in enumerate(ids):
            if i in wheels:
                further[k], spin[k] = wheels[i][_FRONT, _STEERING], wheels[i][_REAR, _SPIN]
        riders.steering_rad = steering
        rides = Rides(
            speed_mps=np.einsum("nk,nk->n", bodies.velocity[rows], forward),
            pace_mps=np.linalg.norm(bodies.velocity[rows], axis=-1),
            grade=forward[:, 2],
            roll_rad=np.arcsin(np.clip(left[:, 2], -1.0, 1.0)),
            steering_rad=further,
            spin_rad=spin,
        )
        doing = riders.columns.step(rides, riders.kind.wheelbase_m, riders.rider.crank, self._dt_s)
        self.bones.update(zip(ids, riding_bones(riders.rider, doing), strict=True))
