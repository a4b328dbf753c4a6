"""A recorded sequence of the synthetic world, made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import synthetic

from cityloop.dataset.verification.people import person_levels


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a complete dataset; copy it before changing it."""
    root = tmp_path_factory.mktemp("recorded") / "dataset"
    with synthetic.writer(root) as writer:
        synthetic.record(writer)
    return root


@pytest.fixture
def copied(recorded: Path, tmp_path: Path) -> Path:
    """Folder of a complete dataset of one's own."""
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


@pytest.fixture(autouse=True)
def _synthetic_people(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("cityloop.world.people.people_scene", synthetic.people_scene)
    person_levels.cache_clear()
    yield
    person_levels.cache_clear()
