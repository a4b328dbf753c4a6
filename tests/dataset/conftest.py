"""A recorded sequence of the synthetic world, made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import synthetic

from cityloop.dataset.verification.people import person_levels
from cityloop.dataset.verification.vehicles import vehicle_shapes


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a complete dataset; copy it before changing it."""
    root = tmp_path_factory.mktemp("recorded") / "dataset"
    with synthetic.writer(root) as writer:
        synthetic.record(writer)
    return root


@pytest.fixture(scope="session")
def recorded_briefly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a complete dataset of two frames; copy it before changing it."""
    root = tmp_path_factory.mktemp("briefly") / "dataset"
    with synthetic.writer(root, frame_count=2) as writer:
        synthetic.record(writer, frame_count=2)
    return root


@pytest.fixture
def brief(recorded_briefly: Path, tmp_path: Path) -> Path:
    """Folder of a complete dataset of two frames of one's own."""
    return Path(shutil.copytree(recorded_briefly, tmp_path / "brief"))


@pytest.fixture
def copied(recorded: Path, tmp_path: Path) -> Path:
    """Folder of a complete dataset of one's own."""
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


@pytest.fixture(autouse=True)
def _synthetic_shapes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("cityloop.world.people.people_scene", synthetic.people_scene)
    monkeypatch.setattr("cityloop.world.vehicles.vehicle_scene", synthetic.vehicle_scene)
    # The ground is level, and no roads are recorded, nor what stands beside them.
    monkeypatch.setattr(
        "cityloop.dataset.verification.standing.recorded_obstacles",
        lambda _sequence: synthetic.obstacles(),
    )
    monkeypatch.setattr(
        "cityloop.dataset.verification.ground.recorded_ground",
        lambda _sequence: lambda points: np.zeros(len(points)),
    )
    person_levels.cache_clear()
    vehicle_shapes.cache_clear()
    yield
    person_levels.cache_clear()
    vehicle_shapes.cache_clear()
