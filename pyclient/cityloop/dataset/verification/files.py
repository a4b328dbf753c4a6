"""Files against the SHA-256 that the sequence says they have."""

from cityloop.dataset.completion import part_hashes
from cityloop.dataset.layout import sha256_of
from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.report import Row, Tally


class FileCheck:
    """Tables and videos against sequence.json, pictures against frames.parquet."""

    def __init__(self) -> None:
        self._tally = Tally("SHA-256 of all files", "files", 0.0)

    def look(self, sequence: Sequence) -> None:
        """Hash every file of a sequence."""
        found = part_hashes(sequence.layout, list(sequence.cameras), sequence.passes)
        for part in sorted(set(found) | set(sequence.parts)):
            self._count(sequence, part, found.get(part) == sequence.parts.get(part))
        for row in sequence.frames.to_pylist():
            camera, frame = row["camera"], row["frame"]
            for name in sequence.passes:
                if name == "rgb":
                    path = sequence.layout.rgb(camera, frame)
                else:
                    path = sequence.store(camera, name).chunk(frame)
                whole = path.is_file() and sha256_of(path) == row[f"{name}_sha256"]
                part = path.relative_to(sequence.folder).as_posix()
                self._count(sequence, part, whole)

    def _count(self, sequence: Sequence, part: str, whole: bool) -> None:
        self._tally.add(0.0 if whole else 1.0, f"{sequence.name}, {part}")

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
