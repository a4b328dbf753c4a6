"""World states against each other from tick to tick, and labels against states of their tick."""

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import StateBlock
from cityloop.dataset.tables import objects_of
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial import rotation

Array = NDArray[np.float64]

# Tolerances are for ticks of 0.05 s and shorter ones. Where a rate begins to change at a tick, the
# central difference sees a quarter of what a tick changes: it is off by more in a longer tick.
FINE_TICK_S = 0.05
VELOCITY_TOLERANCE_MPS = 0.05
# A second difference is the mean over two ticks: a jerk of 20 m/s^3 (an emergency stop) that begins
# or ends at the tick of 0.05 s shifts it by a sixth of 20 * 0.05.
ACCELERATION_TOLERANCE_MPS2 = 1.0
# A person may start to turn, at 2 rad/s or more, from one tick to the next.
TURN_TOLERANCE_RADPS = 0.1
LABEL_TOLERANCE = 1e-9


class DerivativeCheck:
    """Rates against differences of positions and orientations, for every actor and tick.

    The central difference of the positions is the velocity, their second difference the
    acceleration. For what physics moves both are so by definition (docs/verify.md); for what
    follows a smooth curve they are so but for its change within a tick, which is twice as much in
    a tick of 0.1 s as in one of 0.05 s; the tolerances are those of the coarsest sequence.
    """

    def __init__(self) -> None:
        self._velocity = Tally("velocities against positions", "m/s", VELOCITY_TOLERANCE_MPS)
        self._acceleration = Tally(
            "accelerations against positions",
            "m/s^2",
            ACCELERATION_TOLERANCE_MPS2,
        )
        self._turn = Tally("turn rates against orientations", "rad/s", TURN_TOLERANCE_RADPS, 0.999)

    def look(self, sequence: Sequence) -> None:
        """Compare every tick of a sequence with its neighbours."""
        coarse = max(1.0, sequence.dt_s / FINE_TICK_S)
        self._velocity.allow(coarse * VELOCITY_TOLERANCE_MPS)
        self._acceleration.allow(coarse * ACCELERATION_TOLERANCE_MPS2)
        self._turn.allow(coarse * TURN_TOLERANCE_RADPS)
        before: StateBlock | None = None
        for block in sequence.states.blocks():
            block = block if before is None else before.followed_by(block)
            self._compare(sequence, block)
            before = block.select(block.tick >= block.tick.max() - 1)

    def _compare(self, sequence: Sequence, block: StateBlock) -> None:
        """Compare the rows whose actor is there at the ticks to either side as well."""
        order = np.lexsort((block.tick, block.id))
        actor, tick = block.id[order], block.tick[order]
        follows = (actor[1:] == actor[:-1]) & (tick[1:] == tick[:-1] + 1)
        middle = np.flatnonzero(follows[1:] & follows[:-1]) + 1
        if not len(middle):
            return
        past, here, next_ = order[middle - 1], order[middle], order[middle + 1]
        dt = sequence.dt_s

        def place(i: int) -> str:
            name = sequence.actors.get(int(block.id[here[i]]), {}).get("name", "?")
            return f"{sequence.name}, tick {block.tick[here[i]]}, {name}"

        ahead = (block.position[next_] - block.position[here]) / dt
        behind = (block.position[here] - block.position[past]) / dt
        error = np.linalg.norm(block.velocity[here] - (ahead + behind) / 2, axis=-1)
        self._velocity.add(error, place)

        error = np.linalg.norm(block.acceleration[here] - (ahead - behind) / dt, axis=-1)
        self._acceleration.add(error, place)

        turn = rotation.multiply(block.quaternion[next_], rotation.inverse(block.quaternion[past]))
        rate = rotation.rotation_vector(turn) / (2 * dt)
        error = np.linalg.norm(block.angular_velocity[here] - rate, axis=-1)
        self._turn.add(error, place)

    def rows(self) -> list[Row]:
        """Return a row each for velocity, acceleration and angular velocity."""
        return [self._velocity.row(), self._acceleration.row(), self._turn.row()]


class LabelCheck:
    """Labels are those of the tick that the picture shows, and speeds are lengths of velocities."""

    def __init__(self) -> None:
        self._labels = Tally("labels against states of the tick", "m, m/s", LABEL_TOLERANCE)

    def look(self, sequence: Sequence) -> None:
        """Compare every row of objects.parquet with its actor's row of states.parquet."""
        for number in range(sequence.frame_count):
            rows = sequence.objects_of_frame(number)
            for tick in pc.unique(rows.column("tick")).to_pylist():
                state = sequence.states.at(tick)
                labels = objects_of(rows.filter(pc.equal(rows.column("tick"), tick)))
                found = [None if state is None else state.row(int(i)) for i in labels.id]
                known = np.array([k for k, r in enumerate(found) if r is not None], dtype=np.intp)
                errors = np.full(len(labels), np.inf)
                if state is not None and len(known):
                    index = np.array([found[k] for k in known], dtype=np.intp)
                    actors = state.actors
                    center = actors.position[index] + rotation.rotate(
                        actors.quaternion[index], actors.box_center[index]
                    )
                    pairs = (
                        (labels.position_world[known], actors.position[index]),
                        (labels.velocity_world[known], actors.velocity[index]),
                        (labels.quaternion_world[known], actors.quaternion[index]),
                        (labels.acceleration_world[known], actors.acceleration[index]),
                        (
                            labels.yaw_rate_radps[known][:, None],
                            actors.angular_velocity[index, 2:],
                        ),
                        (labels.dimension[known], actors.dimension[index]),
                        (labels.center_world[known], center),
                        (
                            labels.speed_mps[known][:, None],
                            np.linalg.norm(actors.velocity[index], axis=-1, keepdims=True),
                        ),
                    )
                    errors[known] = np.max([np.abs(a - b).max(axis=-1) for a, b in pairs], axis=0)
                    for k, i in zip(known, index, strict=True):
                        said = (labels.name[k], labels.kind[k], labels.semantic[k])
                        if said != (actors.name[i], actors.kind[i], actors.semantic[i]):
                            errors[k] = np.inf
                worst = int(np.argmax(errors)) if len(errors) else 0
                place = (
                    f"{sequence.name}, frame {number}, {labels.name[worst]}" if len(errors) else ""
                )
                self._labels.add(errors, place)

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._labels.row()]
