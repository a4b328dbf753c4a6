"""Reading a map's XML within bounds, before anything else, netconvert included, gets to see it."""

import gzip
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path
from xml.parsers import expat

from cityloop.errors import MapError

# A city of a million people is about 200 MB of OpenStreetMap data, eight levels deep.
MAX_BYTES = 512 * 2**20
MAX_ELEMENTS = 20_000_000
MAX_DEPTH = 64

# What the root element of each kind of map is called, and who reads it.
_READERS = {
    "OpenDRIVE": "City.from_opendrive",
    "osm": "City.from_osm",
    "net": "City.from_network",
}


class UnsafeMapError(MapError):
    """A map that netconvert must not be given: it would hang, crash or make nonsense of it."""


def parse_map(path: Path, what: str, tag: str) -> ET.Element:
    """Return the root element of a map file, gunzipped where its name ends in ".gz".

    Args:
        path: the file.
        what: what it should be ("an OpenDRIVE map"), for messages.
        tag: of the root element of such a map.

    Raises:
        UnsafeMapError: if it is larger or nested deeper than any map, defines XML entities (which
            can grow without end), or is a map of another kind.
        MapError: if it cannot be read or is no XML.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise MapError(f"{path}: {what} cannot be read: {reason}") from error
    if len(raw) > MAX_BYTES:
        raise UnsafeMapError(
            f"{path}: {what} of more than {MAX_BYTES // 2**20} MB is too large; "
            "cut out the part that is needed"
        )
    try:
        _check_bounds(path, raw)
        root = ET.fromstring(raw)
    except (expat.ExpatError, ET.ParseError, ValueError, LookupError) as error:
        raise MapError(f"{path}: not {what}, its XML breaks at {error}") from error
    if root.tag != tag:
        known = f"{_READERS[root.tag]} reads that" if root.tag in _READERS else "give another file"
        raise UnsafeMapError(f"{path}: not {what} but <{root.tag}>; {known}")
    return root


def _check_bounds(path: Path, raw: bytes) -> None:
    """Raise UnsafeMapError for XML that a tree of elements is not to be made of."""
    depth = count = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH:
            raise UnsafeMapError(
                f"{path}: <{name}> lies more than {MAX_DEPTH} elements deep in line "
                f"{parser.CurrentLineNumber}, which no map needs; give a map as an editor saves it"
            )
        if count > MAX_ELEMENTS:
            raise UnsafeMapError(
                f"{path}: more than {MAX_ELEMENTS} elements are too many; "
                "cut out the part that is needed"
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(name: str, *_: object) -> None:
        raise UnsafeMapError(
            f"{path}: it defines the XML entity {name!r}, which no map needs; write its text out"
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    parser.Parse(raw, True)
