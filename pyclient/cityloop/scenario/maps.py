"""Maps as a scenario names them, and the cities that they become."""

import os
from pathlib import Path

from cityloop.errors import MapError, shown
from cityloop.scenario.model import FileMap, GridMap, MapModel
from cityloop.world.city import City


def build(source: MapModel, folder: Path) -> City:
    """Return the city of a map; relative paths count from `folder`.

    Raises:
        MapError: if the map cannot be read or converted.
    """
    if source.grid is not None:
        return City.grid(blocks=source.grid.blocks, seed=source.grid.seed)
    if source.opendrive is not None:
        return City.from_opendrive(folder / source.opendrive.path, seed=source.opendrive.seed)
    if source.osm is not None:
        return City.from_osm(folder / source.osm.path, seed=source.osm.seed)
    assert source.sumo is not None  # MapModel holds exactly one
    return City.from_network(folder / source.sumo.path, seed=source.sumo.seed)


def file_of(source: MapModel) -> FileMap | None:
    """Return the file that a map is read from; None of a grid."""
    return source.opendrive or source.osm or source.sumo


def from_file(path: str | Path) -> MapModel:
    """Return the map that a file holds, told by its ending.

    Raises:
        MapError: if the ending is unknown, or it is no path at all.
    """
    if not isinstance(path, str | os.PathLike):
        raise MapError(f"a map is read from the path of a file, not from {shown(path)}")
    path = Path(path)
    if path.name.endswith(".xodr"):
        return MapModel(opendrive=FileMap(path=str(path)))
    if path.name.endswith((".net.xml", ".net.xml.gz")):
        return MapModel(sumo=FileMap(path=str(path)))
    if path.name.endswith((".osm", ".osm.xml")):
        return MapModel(osm=FileMap(path=str(path)))
    raise MapError(f"{path} is no map that can be read: give a .xodr, an .osm or a .net.xml file.")


def describe(city: City) -> MapModel:
    """Return how a scenario names `city`, so that `build` makes an equal one."""
    source = city.source
    if source["kind"] == "grid":
        return MapModel(grid=GridMap(blocks=source["blocks"], seed=city.seed))
    file = FileMap(path=source["path"], seed=city.seed)
    if source["kind"] == "opendrive":
        return MapModel(opendrive=file)
    return MapModel(osm=file) if source["kind"] == "osm" else MapModel(sumo=file)
