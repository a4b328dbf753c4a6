"""Tables of cars, given by where they are and how fast they go."""

import numpy as np

from cityloop.annotation.actors import ActorTable
from cityloop.spatial import rotation


def actors(*rows: tuple[float, float, float, float]) -> ActorTable:
    """Cars of 4 m x 2 m with their origin in the middle: x, y, yaw, speed."""
    table = np.array(rows, dtype=float).reshape(-1, 4)
    n = len(table)
    heading = np.stack([np.cos(table[:, 2]), np.sin(table[:, 2]), np.zeros(n)], axis=1)
    return ActorTable(
        id=np.arange(1, n + 1, dtype=np.uint32),
        name=tuple(f"car{i}" for i in range(n)),
        kind=("sedan",) * n,
        semantic=np.full(n, 13, dtype=np.uint8),
        position=np.column_stack([table[:, :2], np.zeros(n)]),
        quaternion=rotation.from_yaw(table[:, 2]),
        velocity=heading * table[:, 3:],
        acceleration=np.zeros((n, 3)),
        angular_velocity=np.zeros((n, 3)),
        dimension=np.tile([4.0, 2.0, 1.5], (n, 1)),
        box_center=np.tile([0.0, 0.0, 0.75], (n, 1)),
        activity=("driving",) * n,
        lamps=np.zeros(n, dtype=np.uint32),
        indicating=np.zeros(n, np.uint8),
        crossing=np.zeros(n, np.bool_),
    )
