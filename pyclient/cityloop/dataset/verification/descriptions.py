"""What the JSON files say, against the folders, the recorded states and each other.

sequence.json cannot hold its own hash, and provenance.json belongs to all sequences, so neither is
among the hashed files.
"""

from typing import Any

from cityloop.dataset import fields
from cityloop.dataset.layout import read_json
from cityloop.dataset.reader import Dataset, Sequence
from cityloop.dataset.verification.report import Row, Tally
from cityloop.errors import DatasetError


class DescriptionCheck:
    """provenance.json lists all assets, sequence.json its name and all kinds, actors, classes."""

    def __init__(self, dataset: Dataset) -> None:
        self._classes = {number: name for number, (name, _) in dataset.classes.items()}
        self._tally = Tally("provenance, kinds, names", "entries", 0.0)
        self._listed = self._read_provenance(dataset)

    def look(self, sequence: Sequence) -> None:
        """Check what is said of a sequence."""
        place = f"{sequence.name}, sequence.json"
        self._count(sequence.name == sequence.folder.name, f"{place}: name")
        used = sequence.said.get("assets")
        whole = isinstance(used, list) and all(asset in self._listed for asset in used)
        self._count(whole, f"{place}: assets that provenance.json lacks")
        recorded = sequence.states.identities()
        for actor in sorted(recorded.keys() | sequence.actors.keys()):
            said = sequence.actors.get(actor)
            self._count(said == recorded.get(actor), f"{place}: actor {actor}")
            if said is not None:
                kind, label = said["kind"], said["class"]
                self._count(kind in sequence.kinds, f"{place}: kinds lack {kind}")
                known = self._classes.get(said["class_id"]) == label
                self._count(known, f"{place}: class {label} of actor {actor}")

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]

    def _read_provenance(self, dataset: Dataset) -> list[dict[str, Any]]:
        """Return the assets that provenance.json lists."""
        place = "provenance.json"
        try:
            said = read_json(dataset.path / place, "record the sequences again")
            assets = fields.objects(said, "assets")
        except (DatasetError, KeyError, ValueError):
            self._count(False, f"{place}: missing or damaged")
            return []
        self._count(bool(assets), f"{place}: no assets")
        for i, asset in enumerate(assets):
            for key in ("name", "licence", "source"):
                value = asset.get(key)
                self._count(isinstance(value, str) and bool(value), f"{place}: {key} of asset {i}")
        return assets

    def _count(self, right: bool, place: str) -> None:
        """Count an entry; `place` says what is wrong if it is not right."""
        self._tally.add(0.0 if right else 1.0, "" if right else place)
