"""Making SUMO networks with eclipse-sumo's netconvert: from an OpenDRIVE map or plain XML."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import sumo

from cityloop.errors import MapError

_TIMEOUT_S = 300

# What netconvert's own type map leaves out or discards. Widths only fill in for a map without any.
_OPENDRIVE_TYPES = """<types>
    <type id="sidewalk" priority="-2" speed="2.78" width="2.5" allow="pedestrian"/>
    <type id="walking" priority="-2" speed="2.78" width="2.5" allow="pedestrian"/>
    <type id="biking" priority="-1" speed="5.56" width="1.5" allow="bicycle"/>
    <type id="parking" priority="1" speed="1.39" width="2.5" disallow="all"/>
    <type id="border" priority="0" speed="1.39" width="0.1" disallow="all"/>
    <type id="shoulder" priority="0" speed="1.39" width="1.0" disallow="all"/>
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
    "--junctions.internal-link-detail=15",
    "--junctions.corner-detail=12",
    "--tls.default-type=static",
    "--tls.allred.time=2",  # who stepped out at the end of green gets across
    "--xml-validation=never",
    "--no-warnings",
)


def convert_opendrive(source: Path, net_file: Path) -> None:
    """Write the SUMO network of an OpenDRIVE map to `net_file`.

    Sidewalks, bicycle lanes and parking strips keep their lanes; crossings are put across every
    arm of a junction that has sidewalks; junctions of four busy arms get traffic lights.

    Raises:
        MapError: if the map cannot be read or converted.
    """
    if not source.is_file():
        raise MapError(f"{source}: there is no such OpenDRIVE map")
    types = net_file.with_suffix(".typ.xml")
    types.write_text(_OPENDRIVE_TYPES)
    builtin = Path(sumo.SUMO_HOME) / "data" / "typemap" / "opendriveNetconvert.typ.xml"
    convert(
        [
            f"--opendrive-files={source}",
            f"--type-files={builtin},{types}",
            "--opendrive.import-all-lanes",
            "--opendrive.curve-resolution=1",
            "--crossings.guess",
            "--default.crossing-width=3",  # real junctions are tight
            "--tls.guess",
            f"--tls.guess.threshold={_SIGNALS_FROM_MPS}",
        ],
        net_file,
        source,
    )


def convert(options: Sequence[str], net_file: Path, source: Path) -> None:
    """Run netconvert with `options`; `net_file` is there afterwards, whole, or not at all.

    Raises:
        MapError: with netconvert's own reason; `source` is what the message names.
    """
    binary = Path(sumo.SUMO_HOME) / "bin" / "netconvert"
    part = net_file.with_suffix(".part")
    environment = {**os.environ, "SUMO_HOME": str(sumo.SUMO_HOME)}
    try:
        done = subprocess.run(
            [str(binary), *options, *_COMMON, f"--output-file={part}"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        part.unlink(missing_ok=True)
        raise MapError(f"{source}: netconvert (eclipse-sumo) could not run: {error}") from error
    if done.returncode != 0 or not part.is_file():
        part.unlink(missing_ok=True)
        raise MapError(f"{source}: netconvert cannot convert this map: {_reason(done.stderr)}")
    part.replace(net_file)


def _reason(stderr: str) -> str:
    """Return netconvert's errors in one line, without its closing remark."""
    errors = re.findall(r"Error: ?(.*)", stderr)
    lines = [" ".join(e.split()).rstrip(".") for e in errors] or ["it gave no reason"]
    return "; ".join(dict.fromkeys(lines[:3]))
