from pathlib import Path

import pytest

from cityloop.world.city import City

ROAD_DATA = Path(__file__).resolve().parents[3] / "shared" / "road-data"
FABRIKSGATAN = ROAD_DATA / "xodr" / "fabriksgatan.xodr"


@pytest.fixture(scope="session")
def town() -> City:
    """The smallest grid: one crossroads at the origin, four roads of 140 m."""
    return City.grid(blocks=(2, 2), seed=3)


@pytest.fixture(scope="session")
def gothenburg() -> City:
    """A real four-arm junction with sidewalks."""
    if not FABRIKSGATAN.is_file():
        pytest.skip("shared/road-data is not beside the repository")
    return City.from_opendrive(FABRIKSGATAN, seed=1)
