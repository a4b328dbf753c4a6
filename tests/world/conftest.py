import pytest
from command_line import small_city
from opendrive_files import ROAD_DATA, hill, real

from cityloop.world.city import City

FABRIKSGATAN = ROAD_DATA / "xodr" / "fabriksgatan.xodr"
VILLAGE = ROAD_DATA / "osm" / "village.osm"


@pytest.fixture(scope="session")
def town() -> City:
    """The smallest grid: one crossroads at the origin, four roads of 140 m."""
    return small_city()


@pytest.fixture(scope="session")
def gothenburg() -> City:
    """A real four-arm junction with sidewalks."""
    if not FABRIKSGATAN.is_file():
        pytest.skip("shared/road-data is not beside the repository")
    return City.from_opendrive(FABRIKSGATAN, seed=1)


@pytest.fixture(scope="session")
def hilly(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A street that climbs at 8 % and goes over a crest."""
    return City.from_opendrive(hill(tmp_path_factory.mktemp("hill") / "hill.xodr"), seed=1)


@pytest.fixture(scope="session")
def motorway() -> City:
    """A real motorway with an elevation profile, railings and guide posts."""
    return City.from_opendrive(real("e6mini"), seed=1)


@pytest.fixture(scope="session")
def village() -> City:
    """A real residential village from OpenStreetMap."""
    if not VILLAGE.is_file():
        pytest.skip("shared/road-data is not beside the repository")
    return City.from_osm(VILLAGE, seed=1)
