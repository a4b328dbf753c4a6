"""A map that cannot be used is refused in one sentence that names the file and the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest
from opendrive_files import road, street_lanes, write

from cityloop.errors import MapError
from cityloop.world.city import City

LINE = '<geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry>'
OSM_NODES = '<node id="1" lat="48.0" lon="10.0"/><node id="2" lat="48.001" lon="10.0"/>'


def refused(build: Callable[[Path], City], file: Path) -> str:
    with pytest.raises(MapError) as caught:
        build(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "\n" not in message
    assert "Traceback" not in message
    return message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no element found"),
        ("no map at all", "its XML breaks at syntax error"),
        ('<OpenDRIVE><header revMajor="1" revMinor="4"/><road', "unexpected end of input"),
        ("<osm/>", "not an OpenDRIVE map but <osm>"),
        ('<OpenDRIVE><header revMajor="1" revMinor="4"/></OpenDRIVE>', "has no roads"),
    ],
)
def test_broken_opendrive(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "bad.xodr"
    file.write_text(text)
    message = refused(City.from_opendrive, file)
    assert "netconvert cannot convert this map: " in message
    assert reason in message


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (LINE.replace('length="100"', 'length="long"'), "long"),
        (LINE.replace(' x="0"', ""), "x"),
        (LINE.replace("<line/>", '<arc radius="4"/>'), "curvature"),
        (LINE.replace("<line/>", "<wiggle/>"), "neither line, arc, spiral"),
        ("", "reference line"),
    ],
)
def test_opendrive_with_a_broken_geometry(tmp_path: Path, geometry: str, reason: str) -> None:
    file = write(tmp_path / "bad.xodr", road(7, geometry, 100.0, lanes=street_lanes()))
    message = refused(City.from_opendrive, file)
    assert "netconvert cannot convert this map: " in message
    assert reason in message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no element found"),
        ("no map at all", "invalid document structure"),
        ('<osm version="0.6"><node id="1" lat="48', "unexpected end of input"),
        ('<osm version="0.6"/>', "has no roads"),
        (f'<osm version="0.6">{OSM_NODES}</osm>', "has no roads"),
        ("<OpenDRIVE/>", "not OpenStreetMap data but <OpenDRIVE>"),
    ],
)
def test_broken_osm(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "bad.osm"
    file.write_text(text)
    message = refused(City.from_osm, file)
    assert "netconvert cannot convert this map: " in message
    assert reason in message


@pytest.mark.parametrize("build", [City.from_opendrive, City.from_osm, City.from_network])
def test_a_folder_and_a_missing_file(build: Callable[[Path], City], tmp_path: Path) -> None:
    assert "there is no such" in refused(build, tmp_path)
    assert "there is no such" in refused(build, tmp_path / "none.xodr")
