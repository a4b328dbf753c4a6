"""What every check of pictures has in common."""

from typing import Protocol

from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row


class PictureCheck(Protocol):
    """Looks at every picture in turn and gathers errors."""

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare what the picture's outputs say about each other."""

    def rows(self) -> list[Row]:
        """Return the results so far."""


class SequenceCheck(Protocol):
    """Looks at a whole sequence's tables and files and gathers errors."""

    def look(self, sequence: Sequence) -> None:
        """Compare what the sequence's outputs say about each other."""

    def rows(self) -> list[Row]:
        """Return the results so far."""
