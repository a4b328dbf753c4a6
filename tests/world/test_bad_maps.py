"""A map that cannot be used is refused in one sentence that names the file and the reason."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from opendrive_files import road, street_lanes, write

from cityloop.errors import MapError
from cityloop.world.city import City
from cityloop.world.grid import build_grid

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


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole road network, which `City.from_network` takes."""
    file = tmp_path_factory.mktemp("grid") / "grid.net.xml"
    build_grid((2, 2), 3, file)
    return file.read_bytes()


@pytest.mark.parametrize("build", [City.from_opendrive, City.from_osm, City.from_network])
def test_what_is_no_map_at_all(
    build: Callable[[Path], City], network: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "a.map"
    for content in (b"", bytes(range(256)) * 50, bytes(1000), network[: len(network) // 2]):
        file.write_bytes(content)
        message = refused(build, file)
        assert len(message) < 300
        assert "its XML breaks at" in message


@pytest.mark.parametrize(
    ("build", "tag", "says"),
    [
        (City.from_opendrive, "net", "not an OpenDRIVE map but <net>; City.from_network reads"),
        (City.from_opendrive, "osm", "not an OpenDRIVE map but <osm>; City.from_osm reads that"),
        (City.from_osm, "net", "not OpenStreetMap data but <net>; City.from_network reads that"),
        (City.from_osm, "OpenDRIVE", "but <OpenDRIVE>; City.from_opendrive reads that"),
        (City.from_network, "osm", "not a SUMO network but <osm>; City.from_osm reads that"),
        (City.from_network, "html", "not a SUMO network but <html>; give another file"),
    ],
)
def test_a_map_of_another_kind(
    build: Callable[[Path], City], tag: str, says: str, network: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "a.map"
    file.write_bytes(network if tag == "net" else f"<{tag}/>".encode())
    message = refused(build, file)
    assert says in message
    # Whom it would only make stumble.
    assert "netconvert" not in message


@pytest.mark.parametrize(
    ("pattern", "put", "says"),
    [
        (rb'(<lane [^>]*)shape="', rb'\1shap="', "has no attribute 'shape'"),
        (rb'(<lane [^>]*)length="', rb'\1len="', "has no attribute 'length'"),
        (rb'(<lane [^>]*)shape="[^"]*"', rb'\1shape="1,2"', "with fewer than two points"),
        (rb'(<lane [^>]*)shape="', rb'\1shape="7 ', "has a point without y in '7 "),
        (rb'(<lane [^>]*)shape="', rb'\1shape="nan,1 ', "has 'nan' where a number belongs"),
        (rb'(<lane [^>]*)speed="[^"]*"', rb'\1speed="fast"', "has 'fast' where a number belongs"),
        (rb'(<lane [^>]*)index="[^"]*"', rb'\1index="a"', "has 'a' where a whole number belongs"),
        (rb'(<lane [^>]*)index="[^"]*"', rb'\1index="99"', "has lane 99 of "),
        (rb'(<connection [^>]*)from="', rb'\1fro="', "has no attribute 'from'"),
        (rb'(<junction [^>]*)x="[^"]*"', rb'\1x="inf"', "has 'inf' where a number belongs"),
    ],
)
def test_a_network_with_a_hole(
    network: bytes, tmp_path: Path, pattern: bytes, put: bytes, says: str
) -> None:
    file = tmp_path / "bad.net.xml"
    file.write_bytes(re.sub(pattern, put, network))
    message = refused(City.from_network, file)
    assert "not a whole SUMO network: <" in message
    assert says in message


def test_a_gzipped_network_that_is_none(network: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.net.xml.gz"
    packed = gzip.compress(network)
    for content, says in (
        (network, "Not a gzipped file"),
        (packed[: len(packed) // 2], "ended before the end-of-stream"),
        (packed[:100] + bytes(50) + packed[150:], "cannot be read"),
    ):
        file.write_bytes(content)
        assert says in refused(City.from_network, file)
