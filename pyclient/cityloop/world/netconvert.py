"""Making SUMO networks with eclipse-sumo's netconvert: from an OpenDRIVE map or plain XML."""

import os
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

import sumo

from cityloop.errors import MapError
from cityloop.world.limited_process import run_limited
from cityloop.world.netfile import END_KEY

_TIMEOUT_S = 120
_MEMORY_BYTES = 4 * 2**30
_TOWN_MPS = 50 / 3.6

_OFF_ROAD = (
    "pedestrian rail rail_urban rail_electric rail_fast tram drone aircraft scooter container "
    "wheelchair subway cable_car ship"
)
# What netconvert's own type map leaves out or discards. Widths only fill in for a map without any.
_OPENDRIVE_TYPES = """<types>
    <type id="sidewalk" priority="-2" speed="2.78" width="2.5" allow="pedestrian"/>
    <type id="walking" priority="-2" speed="2.78" width="2.5" allow="pedestrian"/>
    <type id="biking" priority="-1" speed="5.56" width="1.5" allow="bicycle"/>
    <type id="parking" priority="1" speed="1.39" width="2.5" disallow="all"/>
    <type id="border" priority="0" speed="1.39" width="0.1" disallow="all"/>
    <type id="shoulder" priority="0" speed="1.39" width="1.0" disallow="all"/>
    <type id="stop" priority="0" speed="1.39" width="2.5" disallow="all"/>
    <type id="driving" priority="1" speed="{speed}" width="3.65" disallow="{off_road}"/>
</types>
"""

# netconvert's default, 69.44 m/s summed over the incoming lanes, would leave junctions of four
# single-lane streets at 50 km/h without traffic lights.
_SIGNALS_FROM_MPS = 30.0

_COMMON = (
    "--offset.disable-normalization",  # keep the map's own coordinates
    "--precision=3",
    "--walkingareas",
    "--no-turnarounds",
    "--output.street-names",
    "--junctions.internal-link-detail=15",
    "--junctions.corner-detail=12",
    "--tls.default-type=static",
    "--tls.allred.time=2",  # who stepped out at the end of green gets across
    "--xml-validation=never",
    "--no-warnings",
)


def convert_opendrive(
    source: Path,
    net_file: Path,
    speed_mps: float = _TOWN_MPS,
    shift_m: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Write the SUMO network of an OpenDRIVE map to `net_file`.

    Sidewalks, bicycle lanes and parking strips keep their lanes; crossings are put across every
    arm of a junction that has sidewalks; junctions of four busy arms get traffic lights. Lanes for
    which the map has no limit get `speed_mps`; `shift_m` is added to x and y.

    Raises:
        MapError: if the map cannot be read or converted.
    """
    if not source.is_file():
        raise MapError(f"{source}: there is no such OpenDRIVE map")
    types = net_file.with_suffix(".typ.xml")
    types.write_text(_OPENDRIVE_TYPES.format(speed=f"{speed_mps:.2f}", off_road=_OFF_ROAD))
    builtin = Path(sumo.SUMO_HOME) / "data" / "typemap" / "opendriveNetconvert.typ.xml"
    convert(
        [
            f"--opendrive-files={source}",
            f"--type-files={builtin},{types}",
            "--opendrive.import-all-lanes",
            f"--offset.x={shift_m[0]}",
            f"--offset.y={shift_m[1]}",
            "--opendrive.curve-resolution=1",
            "--crossings.guess",
            "--default.crossing-width=3",  # real junctions are tight
            "--tls.guess",
            f"--tls.guess.threshold={_SIGNALS_FROM_MPS}",
        ],
        net_file,
        source,
    )


# Beside roads SUMO takes unpaved ways and footways for as wide as a lane for cars each way.
_OSM_TYPES = """<types>
    <type id="highway.track" numLanes="1" speed="5.56" priority="1" oneway="false" width="1.5"
        allow="pedestrian bicycle"/>
    <type id="highway.path" numLanes="1" speed="2.78" priority="1" oneway="true" width="1.8"
        allow="pedestrian bicycle"/>
    <type id="highway.footway" numLanes="1" speed="2.78" priority="1" oneway="true" width="2.0"
        allow="pedestrian"/>
</types>
"""


def convert_osm(roads: Path, projection: str, net_file: Path, source: Path) -> None:
    """Write the SUMO network of the OpenStreetMap data `roads`, read from `source`, to `net_file`.

    SUMO's type maps for roads in towns give widths and default speeds; sidewalks are those of the
    tags, guessed beside streets of 20 to 60 km/h where there are none.

    Raises:
        MapError: with netconvert's own reason.
    """
    maps = Path(sumo.SUMO_HOME) / "data" / "typemap"
    names = ("", "UrbanDe", "Pedestrians", "Bicycle")
    paths = net_file.with_suffix(".typ.xml")
    paths.write_text(_OSM_TYPES)
    types = ",".join([*(str(maps / f"osmNetconvert{n}.typ.xml") for n in names), str(paths)])
    convert(
        [
            f"--osm-files={roads}",
            f"--type-files={types}",
            f"--proj={projection}",
            "--keep-edges.by-vclass=passenger,bicycle,pedestrian",
            "--geometry.remove",
            "--junctions.join",
            "--roundabouts.guess",
            "--ramps.guess",
            "--osm.turn-lanes",
            # Kerbs at corners that a van gets round, as in `grid`.
            "--default.junctions.radius=6",
            "--osm.sidewalks",
            "--osm.crossings",
            "--sidewalks.guess",
            "--crossings.guess",
            "--tls.guess-signals",
            "--tls.discard-simple",
        ],
        net_file,
        source,
    )


def mark_ends(net_file: Path, ends: Mapping[str, float]) -> None:
    """Note in a network at which junctions roads end for good, with the turning circle's radius.

    `ends` gives metres by junction id; ids that the network does not have are passed over.
    """
    tree = ET.parse(net_file)
    for junction in tree.getroot().iter("junction"):
        if junction.get("id") in ends:
            radius = f"{ends[junction.attrib['id']]:g}"
            ET.SubElement(junction, "param", {"key": END_KEY, "value": radius})
    tree.write(net_file, encoding="utf-8", xml_declaration=True)


def convert(options: Sequence[str], net_file: Path, source: Path) -> None:
    """Run netconvert with `options`; `net_file` is there afterwards, whole, or not at all.

    Raises:
        MapError: with netconvert's own reason; `source` is what the message names.
    """
    binary = Path(sumo.SUMO_HOME) / "bin" / "netconvert"
    part = net_file.with_suffix(".part")
    environment = {**os.environ, "SUMO_HOME": str(sumo.SUMO_HOME)}
    try:
        done = run_limited(
            [str(binary), *options, *_COMMON, f"--output-file={part}"],
            memory_bytes=_MEMORY_BYTES,
            timeout_s=_TIMEOUT_S,
            environment=environment,
        )
    except subprocess.TimeoutExpired as error:
        part.unlink(missing_ok=True)
        raise MapError(
            f"{source}: netconvert did not finish with this map within {_TIMEOUT_S} s; "
            "give a smaller part of it"
        ) from error
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MapError(f"{source}: netconvert (eclipse-sumo) could not run: {error}") from error
    if done.returncode != 0 or not part.is_file():
        part.unlink(missing_ok=True)
        raise MapError(
            f"{source}: netconvert cannot convert this map: {_reason(done.returncode, done.stderr)}"
        )
    part.replace(net_file)


def _reason(status: int, stderr: str) -> str:
    """Return netconvert's errors in one line, without its closing remark."""
    if "bad_alloc" in stderr:
        return (
            f"it takes more than {_MEMORY_BYTES // 2**30} GB of memory; give a smaller part of it"
        )
    if status < 0:
        return f"it crashed (signal {-status}); save the map anew in an editor"
    errors = re.findall(r"Error: ?(.*)", stderr)
    lines = [" ".join(e.split()).rstrip(".") for e in errors] or stderr.split("\n")[:1]
    return "; ".join(dict.fromkeys(lines[:3])) or "it gave no reason"
