"""World states against each other from tick to tick, and labels against states of their tick."""

import numpy as np
import pyarrow.compute as pc

from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import RecordedState
from cityloop.dataset.tables import objects_of
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial import rotation

VELOCITY_TOLERANCE_MPS = 0.05
# Over one tick an acceleration changes by jerk * dt: 20 m/s^3 (an emergency stop) and 0.05 s.
ACCELERATION_TOLERANCE_MPS2 = 1.0
# A person may start to turn, at 2 rad/s or more, from one tick to the next.
TURN_TOLERANCE_RADPS = 0.1
LABEL_TOLERANCE = 1e-9
_TICKS_TO_SETTLE = 2  # an actor's first two ticks have no past to compare with


class DerivativeCheck:
    """Velocities against central differences of positions, and so on, for every actor and tick."""

    def __init__(self) -> None:
        self._velocity = Tally("velocities against positions", "m/s", VELOCITY_TOLERANCE_MPS)
        self._acceleration = Tally(
            "accelerations against velocities",
            "m/s^2",
            ACCELERATION_TOLERANCE_MPS2,
            0.99,
        )
        self._turn = Tally("turn rates against orientations", "rad/s", TURN_TOLERANCE_RADPS, 0.999)

    def look(self, sequence: Sequence) -> None:
        """Compare every tick of a sequence with its neighbours."""
        age: dict[int, int] = {}
        states = sequence.states
        for tick in states.ticks:
            before, now, after = (states.at(tick + k) for k in (-1, 0, 1))
            assert now is not None
            here = {int(i) for i in now.actors.id}
            age = {i: age.get(i, -1) + 1 for i in here}
            if before is None or after is None:
                continue
            settled = [i for i in sorted(here) if age[i] >= _TICKS_TO_SETTLE]
            self._compare(sequence, (before, now, after), settled)

    def _compare(
        self,
        sequence: Sequence,
        states: tuple[RecordedState, RecordedState, RecordedState],
        actors: list[int],
    ) -> None:
        rows = [[state.row(i) for i in actors] for state in states]
        whole = [k for k in range(len(actors)) if None not in (r[k] for r in rows)]
        if not whole:
            return
        index = [np.array([r[k] for k in whole], dtype=np.intp) for r in rows]
        before, now, after = (s.actors for s in states)
        names = [now.name[i] for i in index[1]]

        def place(i: int) -> str:
            return f"{sequence.name}, tick {states[1].tick}, {names[i]}"

        dt = sequence.dt_s
        moved = (after.position[index[2]] - before.position[index[0]]) / (2 * dt)
        error = np.linalg.norm(now.velocity[index[1]] - moved, axis=-1)
        self._velocity.add(error, place)

        ahead = (after.velocity[index[2]] - now.velocity[index[1]]) / dt
        behind = (now.velocity[index[1]] - before.velocity[index[0]]) / dt
        low, high = np.minimum(ahead, behind), np.maximum(ahead, behind)
        said = now.acceleration[index[1]]
        # Anything between the mean accelerations of the two ticks may be the one at the instant.
        error = np.maximum(np.maximum(low - said, said - high), 0.0).max(axis=-1)
        self._acceleration.add(error, place)

        turn = rotation.multiply(
            after.quaternion[index[2]], rotation.inverse(before.quaternion[index[0]])
        )
        vector = turn[..., :3] * np.sign(turn[..., 3:])
        angle = 2 * np.arcsin(np.clip(np.linalg.norm(vector, axis=-1), 0.0, 1.0))
        axis = vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12)
        rate = axis * angle[:, None] / (2 * dt)
        error = np.linalg.norm(now.angular_velocity[index[1]] - rate, axis=-1)
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
