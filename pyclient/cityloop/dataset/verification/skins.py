"""Depth of people against the mesh that their recorded skeleton poses."""

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally

TOLERANCE_M = 0.01


class SkinCheck:
    """Sampled pixels of people show the skinned mesh where depth says."""

    def __init__(self) -> None:
        # A ray along an edge of the mesh may miss it by rounding.
        self._tally = Tally("people: depth against their mesh", "m", TOLERANCE_M, 0.999)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Gather how far people's depth is from their mesh."""
        for group in groups:
            if group.depth_error_m is not None:
                pixels = group.pixels
                self._tally.add(group.depth_error_m, picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
