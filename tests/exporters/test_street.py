"""The street is a clean recording: what is exported from it is true."""

from pathlib import Path

import pytest

from cityloop.dataset import Dataset
from cityloop.dataset.verification import vehicles
from cityloop.dataset.verification.lint import SceneLint
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.pieces import PieceCheck
from cityloop.dataset.verification.vehicles import VehicleCheck


@pytest.mark.parametrize("camera", ["left", "front"])
def test_vehicles_are_where_the_meshes_of_their_individuals_are(
    camera: str, street_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver shows through the van's pane; a firm's name stands out from a parked van."""
    monkeypatch.setattr(vehicles, "SAMPLES_PER_VEHICLE", 400)  # letters are small
    check = VehicleCheck()
    check.look(Picture(Dataset(street_dataset).sequences[0].frame(camera, 3)), [])
    rows = [row for row in check.rows() if row.check.startswith("vehicles")]
    assert rows[0].count > 300
    assert all(row.count and row.passed for row in rows)


def test_riders_are_near_enough_for_their_keypoints_to_be_judged(street_dataset: Path) -> None:
    check = PieceCheck()
    for frame in Dataset(street_dataset).sequences[0].each_frame():
        check.look(Picture(frame), [])
    rows = {row.check: row for row in check.rows()}
    assert rows["riders' seen keypoints against depth"].count > 50
    assert all(row.count and row.passed for row in rows.values())


def test_nobody_breaks_the_rules_of_the_scene(street_dataset: Path) -> None:
    lint = SceneLint()
    lint.look(Dataset(street_dataset).sequences[0])
    assert not lint.findings()
