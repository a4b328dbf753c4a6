"""Camera poses of frames.parquet against the host's pose and the camera's mount."""

import numpy as np

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally

POSITION_TOLERANCE_M = 1e-6


class MountCheck:
    """Every camera is where its host carries it."""

    def __init__(self) -> None:
        self._tally = Tally("camera pose against its host", "m", POSITION_TOLERANCE_M)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare where the camera was with where its host's state puts it."""
        state = picture.sequence.states.at(picture.frame.tick)
        expected = picture.mounted_pose(state) if state is not None else None
        if expected is None:
            error = np.inf
        else:
            # The three axes' end points and the origin: turned and moved at once.
            frame = np.vstack([np.zeros(3), np.eye(3)])
            here = picture.frame.world_from_camera.apply(frame)
            error = float(np.abs(here - expected.apply(frame)).max())
        self._tally.add(error, picture.here)

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
